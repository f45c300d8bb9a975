//! Erasing someone else, for ever.

use super::asking::Asking;
use crate::model::Member;
use crate::pages::{people, problem_line};
use crate::text::late_text;
use crate::ui::{live, live_text};
use leptos::prelude::*;
use maillage_shared::roster::Request;

/// Under the question whether someone is to be removed: to have nothing left of them.
pub(super) fn erase(member: &Member, done: Callback<()>) -> AnyView {
    let words = &late_text().erasing;
    let asking = Asking::new();
    let asked = RwSignal::new(false);
    let name = people::name_of(&member.person);
    let person = member.id;
    let erase = move |_| {
        asking.ask(
            |space| Request::Erase { space, person },
            move |_| done.run(()),
        );
    };
    let word = move || match asking.busy.get() {
        true => words.under_way,
        false => words.erase_now,
    };
    live(move || {
        if asked.get() {
            let consequences = words.person_consequences;
            let lines = consequences.map(|line| view! { <li>{line}</li> });
            view! {
                <p><strong>{(words.person_question)(&name)}</strong></p>
                <ul class="plain stack-s">{lines}</ul>
                {problem_line(asking.problem)}
                <button class="button button-secondary button-wide" type="button" on:click=erase>
                    {live_text(move || word().to_owned())}
                </button>
            }
            .into_any()
        } else {
            view! {
                <button class="button button-quiet button-wide" type="button" on:click=move |_| asked.set(true)>
                    {(words.person)(&name)}
                </button>
            }
            .into_any()
        }
    })
}
