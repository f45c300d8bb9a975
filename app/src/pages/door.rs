//! The door of a phone that nobody has let in: a code to type, and what to do when a link or a code leads nowhere.

use super::route::Route;
use crate::model::Model;
use crate::platform::{camera, page};
use crate::text::text;
use crate::ui::{Icon, Seen, icon, live_option};
use leptos::prelude::*;
use maillage_shared::identity::{Code, Invitation};

/// Where one types a code.
#[component]
pub(crate) fn Door() -> AnyView {
    let words = &text().door;
    let model = expect_context::<Model>();
    // Whoever is on this phone already needs neither link nor code.
    let is_used = Seen::new(move || model.me.with(Option::is_none) && model.is_used());
    let aside = live_option(move || {
        is_used.get().then(|| {
            view! { <a class="button button-quiet start" href=Route::Home.href()>{text().back}</a> }
                .into_any()
        })
    });
    view! {
        <h1 tabindex="-1">{words.title}</h1>
        <p>{words.with_link}</p>
        {scan()}
        {code_form()}
        {has_card()}
        <p class="soft">{text().join.no_account}</p>
        {aside}
    }
    .into_any()
}

/// The same on a phone whose browser has cleared everything.
pub(super) fn forgotten() -> AnyView {
    let words = &text().forgotten;
    view! {
        <h1 tabindex="-1">{words.title}</h1>
        <p>{words.why}</p>
        <p>{words.how}</p>
        {scan()}
        {code_form()}
        {has_card()}
    }
    .into_any()
}

/// A link or a code that leads nowhere, and the next step.
pub(crate) fn leads_nowhere(is_code: bool) -> AnyView {
    let words = &text().door;
    let (title, next) = if is_code {
        (words.no_code, words.no_code_next)
    } else {
        (words.no_link, words.no_link_next)
    };
    view! {
        <h1 tabindex="-1">{title}</h1>
        <p>{next}</p>
        {code_form()}
    }
    .into_any()
}

/// Opens the camera, on phones whose browser reads square codes.
fn scan() -> AnyView {
    let link = camera::can_scan().then(|| {
        view! {
            <a class="button button-secondary button-wide" href=Route::Scan.href()>{icon(Icon::Camera)} {text().door.scan}</a>
        }
    });
    view! { {link} }.into_any()
}

/// Leads whoever has a recovery card to where it is typed.
fn has_card() -> AnyView {
    view! { <a class="button button-quiet start" href=Route::CardWords.href()>{text().door.card}</a> }
        .into_any()
}

fn code_form() -> AnyView {
    let words = &text().door;
    let written = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<&'static str>);
    let go_on = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        match written.with_untracked(|written| written.parse::<Code>()) {
            Ok(code) => page::go_to(&Route::Join(Invitation::Code(code)).href()),
            Err(_) => problem.set(Some(words.not_a_code)),
        }
    };
    view! {
        <form class="stack" on:submit=go_on>
            <div class="field">
                <label for="code">{words.code}</label>
                <p class="hint" id="code-aide">{words.code_hint}</p>
                <input
                    class="input spoken-code"
                    type="text"
                    id="code"
                    autocapitalize="characters"
                    autocomplete="off"
                    spellcheck="false"
                    maxlength="40"
                    aria-describedby="code-aide"
                    prop:value=move || written.get()
                    on:input:target=move |event| {
                        problem.set(None);
                        written.set(event.target().value());
                    }
                />
            </div>
            {super::problem_line(problem)}
            <button class="button button-primary button-wide" type="submit">{icon(Icon::Check)} {words.go_on}</button>
        </form>
    }
    .into_any()
}
