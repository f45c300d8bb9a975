//! Waiting to be let in: it goes on by itself, and what does not is said with the next step.

use super::route::Route;
use crate::model::{Model, Status};
use crate::platform::page;
use crate::text::{Refusal, text};
use crate::ui::{Seen, live, live_text};
use leptos::prelude::*;
use maillage_shared::roster::Denied;

/// What is said while one waits, and when the answer was no.
#[component]
pub(crate) fn Entering() -> AnyView {
    let model = expect_context::<Model>();
    let denied = Seen::new(move || {
        let waiting = model.entrance.with(|entrance| entrance.entering);
        waiting.and_then(|(_, denied)| denied)
    });
    live(move || match denied.get() {
        Some(why) => refused(model, why),
        None => waiting(model),
    })
}

fn waiting(model: Model) -> AnyView {
    let words = &text().entering;
    let sentence = move || match model.status.get() {
        Status::Offline { .. } => words.offline.to_owned(),
        Status::StorageFails => text().standing.unkept_body.to_owned(),
        _ => words.soon.to_owned(),
    };
    view! {
        <h1 class="wait" tabindex="-1">{words.title}</h1>
        <p class="card" role="status">{live_text(sentence)}</p>
        <p>{words.kept}</p>
        {stop(model, "button button-quiet start", words.stop)}
    }
    .into_any()
}

fn refused(model: Model, why: Denied) -> AnyView {
    let words = &text().entering;
    let Refusal { title, next } = (words.refusal)(why);
    let again = !matches!(
        why,
        Denied::TooOften | Denied::NotKept | Denied::NotConfirmed
    );
    let letters = (why == Denied::NotConfirmed).then(|| letters(model));
    let way = again.then(|| stop(model, "button button-primary button-wide", words.other_way));
    view! {
        <h1 tabindex="-1">{title}</h1>
        <p role="status">{next}</p>
        {letters}
        {way}
        {(!again).then(|| stop(model, "button button-quiet start", words.stop))}
    }
    .into_any()
}

/// The letters by which the team knows this phone.
fn letters(model: Model) -> AnyView {
    let letters = model.key().map(|key| key.letters().to_string());
    view! {
        <p>{text().entering.letters}</p>
        <p class="card spoken-code">{letters}</p>
    }
    .into_any()
}

/// Gives up; whoever is in no territory is then at the door.
fn stop(model: Model, class: &'static str, word: &'static str) -> AnyView {
    let stop = move |_| {
        model.give_up();
        let is_in = model.me.with_untracked(Option::is_some);
        let next = if is_in { Route::Home } else { Route::Door };
        page::replace_with(&next.href());
    };
    view! { <button class=class type="button" on:click=stop>{word}</button> }.into_any()
}
