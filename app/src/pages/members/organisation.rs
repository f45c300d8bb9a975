//! For which organisation someone speaks: a partner of the territory.

use crate::model::Model;
use crate::text::late_text;
use crate::ui::{Chip, Chips, Seen, live_option};
use leptos::prelude::*;
use maillage_shared::identity::Role;

/// The question for which organisation someone speaks, asked of partners only. The answer is the id of its record.
pub(super) fn organisation(
    roles: RwSignal<Vec<Role>>,
    partner: RwSignal<Option<String>>,
) -> AnyView {
    let model = expect_context::<Model>();
    let is_partner = Seen::new(move || roles.with(|roles| roles.contains(&Role::Partner)));
    live_option(move || {
        if !is_partner.get() {
            return None;
        }
        let (ids, chips): (Vec<String>, Vec<Chip>) = model.territory.with(|territory| {
            let partners = territory.iter().flat_map(|territory| &territory.partners);
            let chip = |label: &str| Chip {
                label: label.to_owned(),
                icon: None,
            };
            partners
                .map(|partner| (partner.id.to_string(), chip(partner.name.words())))
                .unzip()
        });
        if ids.is_empty() {
            return Some(
                view! { <p class="soft">{late_text().opinions.no_organisation}</p> }.into_any(),
            );
        }
        let known = ids.clone();
        let chosen = Seen::new(move || {
            partner.with(|partner| known.iter().position(|id| Some(id) == partner.as_ref()))
        });
        let choose = Callback::new(move |index: usize| partner.set(ids.get(index).cloned()));
        let legend = late_text().opinions.speaks_for;
        let view = view! { <Chips legend=legend name="organisation" chips=chips chosen=chosen on_choose=choose /> };
        Some(view.into_any())
    })
}
