//! Who takes care of something: me, or a group in words.

use crate::model::Model;
use crate::pages::people;
use crate::text::late_text;
use crate::ui::{Chip, Chips, Seen, TextField};
use leptos::prelude::*;
use maillage_shared::records::Owner;

/// The question who takes care of something. People are named by choosing them, never by typing their name.
#[component]
pub(crate) fn OwnerField(
    /// A name no other field has.
    id: &'static str,
    /// The answer.
    owner: RwSignal<Option<Owner>>,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().sheet.points;
    // Whoever was there when the form opened stays a choice.
    let mut people: Vec<(Owner, String)> = Vec::new();
    let me = model.me.get_untracked().map(|me| me.id);
    if let Some(me) = me {
        people.push((Owner::Person(me), words.me.to_owned()));
    }
    if let Some(Owner::Person(person)) = owner.get_untracked()
        && Some(person) != me
    {
        let name = people::known_name(model, person)
            .unwrap_or_else(|| late_text().glossary.someone_else.to_owned());
        people.push((Owner::Person(person), name));
    }
    let chips: Vec<Chip> = people
        .iter()
        .map(|(_, name)| Chip {
            label: name.clone(),
            icon: None,
        })
        .collect();
    let owners: Vec<Owner> = people.into_iter().map(|(owner, _)| owner).collect();
    let chosen = {
        let owners = owners.clone();
        Seen::new(move || {
            owner.with(|owner| owners.iter().position(|each| Some(each) == owner.as_ref()))
        })
    };
    let choose = Callback::new(move |index: usize| owner.set(owners.get(index).cloned()));
    let written = Seen::new(move || match owner.get() {
        Some(Owner::Words(words)) => words,
        _ => String::new(),
    });
    let write =
        move |words: String| owner.set((!words.trim().is_empty()).then_some(Owner::Words(words)));
    let with_chips = !chips.is_empty();
    view! {
        {with_chips.then(|| view! { <Chips legend=words.owner name=id chips=chips chosen=chosen on_choose=choose /> })}
        <TextField id=id label=words.owner_words hint=Some(words.owner_hint) value=written on_input=write />
    }
    .into_any()
}
