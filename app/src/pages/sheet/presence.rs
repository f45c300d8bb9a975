//! Who is on this sheet now.

use crate::model::Present;
use crate::pages::people;
use crate::text::late_text;
use crate::ui::{AvatarSize, avatar, live};
use leptos::prelude::*;

/// The people who have this sheet open, side by side, with their names.
pub(crate) fn presence(present: Signal<Vec<Present>>) -> AnyView {
    let faces = live(move || {
        present.with(|present| {
            if present.is_empty() {
                return ().into_any();
            }
            let faces: Vec<AnyView> = present
                .iter()
                .map(|person| avatar(people::avatar_of_present(person), AvatarSize::Small))
                .collect();
            let names: Vec<String> = present.iter().map(people::name_of_present).collect();
            let names = names.join(", ");
            view! {
                {faces}
                <span class="presence-text">
                    <span aria-hidden="true">{names.clone()}</span>
                    <span class="visually-hidden">{(late_text().sheet.here)(&names)}</span>
                </span>
            }
            .into_any()
        })
    });
    view! { <div class="presence">{faces}</div> }.into_any()
}
