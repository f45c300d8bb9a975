//! Striking words out of a sheet, or erasing all of it: for the team.

mod passages;
mod replacing;

pub(crate) use passages::place_name;

use super::problem_line;
use super::route::Route;
use super::screen::{Place, Screen, window_title};
use super::states;
use crate::model::{Fate, Model};
use crate::platform::page;
use crate::text::{late_text, text};
use crate::ui::{Corner, Seen, TextField, follow, live, live_option, live_text};
use leptos::prelude::*;
use maillage_shared::id::DocumentId;
use maillage_shared::rules::access::Act;
use maillage_shared::strike::Strike;
use replacing::Replacing;

/// The screen about one sheet.
#[component]
pub(crate) fn StrikeOut(
    /// Which one.
    id: DocumentId,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().erasing;
    let document = model.sheet(id);
    window_title(|| late_text().erasing.title.to_owned());
    // As soon as another one stands for it, or nothing does, there is nothing left to do here.
    follow(move || match model.fate(id) {
        Some(Fate::Replaced(now)) => page::replace_with(&Route::Sheet(now).href()),
        Some(Fate::Erased { .. }) => page::replace_with(&Route::Sheet(id).href()),
        None => {}
    });
    let title = move || {
        let title = document.with(|sheet| {
            let title = sheet.as_ref().map(|sheet| sheet.title.words().to_owned());
            title.filter(|title| !title.is_empty())
        });
        (words.in_sheet)(&title.unwrap_or_else(|| text().sheets.untitled.to_owned()))
    };
    let allowed = Seen::new(move || model.may_act(Act::Steward));
    let here = Seen::new(move || document.with(Option::is_some));
    let body = live(move || {
        if !allowed.get() {
            let words = &text().rights;
            view! { <p>{words.not_yours}</p> <p>{words.not_yours_body}</p> }.into_any()
        } else if here.get() {
            view! { {strike(id)} {erase(id)} }.into_any()
        } else {
            states::not_here()
        }
    });
    view! {
        <Screen
            corner=Corner::Back(Route::Sheet(id).href())
            place=Place::Sheets
            status=model.status_of(id)
            class="stack"
        >
            <h1 tabindex="-1">{words.title}</h1>
            <p>{live_text(title)}</p>
            {body}
        </Screen>
    }
    .into_any()
}

fn strike(id: DocumentId) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().erasing;
    let written = RwSignal::new(String::new());
    let asked = RwSignal::new(false);
    let replacing = Replacing::new(id);
    let document = model.sheet(id);
    let strike = move || written.with(|written| Strike::new(written, words.mark));
    let passages = Seen::new(move || {
        // Others may be writing.
        document.with(|_| ());
        let strike = strike();
        strike
            .map(|strike| model.passages(id, &strike))
            .unwrap_or_default()
    });
    let found = Seen::new(move || {
        passages.with(|passages| passages.iter().map(|passage| passage.places.len()).sum())
    });
    let count = move || match (strike().is_some(), found.get()) {
        (false, _) => String::new(),
        (true, found) => (words.found)(found),
    };
    let list = live(move || passages.with(|passages| passages::list(passages)));
    let now = move |_| {
        if let Some(strike) = strike() {
            replacing.begin(&strike);
        }
    };
    let controls = live_option(move || {
        if found.get() == 0usize {
            return None;
        }
        let in_title = passages.with(|passages| passages.iter().any(passages::is_title));
        Some(if asked.get() {
            let title = in_title.then(|| view! { <li>{words.title_stays}</li> });
            let consequences = words.strike_consequences;
            let lines = consequences.map(|line| view! { <li>{line}</li> });
            view! {
                <p><strong>{words.strike_question}</strong></p>
                <ul class="plain stack-s">{lines}{title}</ul>
                {problem_line(replacing.problem)}
                <button class="button button-primary button-wide" type="button" on:click=move |_| asked.set(false)>
                    {words.strike_nothing}
                </button>
                <button class="button button-secondary button-wide" type="button" on:click=now>
                    {live_text(move || replacing.word(words.strike_now).to_owned())}
                </button>
            }
            .into_any()
        } else {
            view! {
                <button class="button button-primary button-wide" type="button" on:click=move |_| asked.set(true)>
                    {words.strike}
                </button>
            }
            .into_any()
        })
    });
    view! {
        <TextField
            id="mots-a-rayer"
            label=words.which
            hint=Some(words.which_hint)
            value=written
            on_input=move |words| {
                asked.set(false);
                written.set(words);
            }
        />
        <p role="status">{live_text(count)}</p>
        {list}
        {controls}
    }
    .into_any()
}

fn erase(id: DocumentId) -> AnyView {
    let words = &late_text().erasing;
    let asked = RwSignal::new(false);
    let replacing = Replacing::new(id);
    let controls = live(move || {
        if asked.get() {
            let consequences = words.erase_consequences;
            let lines = consequences.map(|line| view! { <li>{line}</li> });
            view! {
                <p><strong>{words.erase_question}</strong></p>
                <ul class="plain stack-s">{lines}</ul>
                {problem_line(replacing.problem)}
                <button class="button button-primary button-wide" type="button" on:click=move |_| asked.set(false)>
                    {words.keep_sheet}
                </button>
                <button class="button button-secondary button-wide" type="button" on:click=move |_| replacing.erase()>
                    {live_text(move || replacing.word(words.erase_now).to_owned())}
                </button>
            }
            .into_any()
        } else {
            view! {
                <p>{words.whole_body}</p>
                <button class="button button-secondary button-wide" type="button" on:click=move |_| asked.set(true)>
                    {words.erase}
                </button>
            }
            .into_any()
        }
    });
    view! {
        <section class="card stack-s" aria-labelledby="effacer-tout">
            <h2 id="effacer-tout">{words.whole}</h2>
            {controls}
        </section>
    }
    .into_any()
}
