//! Another phone of mine, shown a square code by this one.

use super::my_phones;
use crate::model::Model;
use crate::pages::members::Asking;
use crate::pages::problem_line;
use crate::pages::route::Route;
use crate::pages::screen::{Place, Screen, window_title};
use crate::platform::{calendar, clock, entropy, page};
use crate::text::late_text;
use crate::ui::{Corner, Icon, Seen, banner, icon, live, live_option, live_text, qr};
use leptos::prelude::*;
use maillage_shared::identity::{Invitation, Secret};
use maillage_shared::roster::Request;

/// How long the relay waits for the other phone, in milliseconds.
const LIFE: i64 = 900_000;

/// A code that the other phone scans.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    url: String,
    /// Until which hour and minute it holds.
    until: (u32, u32),
    /// How many phones I had.
    phones: usize,
}

/// The screen with which another phone is added.
pub(crate) fn add_phone() -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().phones.adding;
    window_title(|| late_text().phones.adding.title.to_owned());
    let asking = Asking::new();
    let shown = RwSignal::new(None::<Shown>);
    let count = Seen::new(move || my_phones(model).len());
    let is_there = Seen::new(move || {
        let before = shown.with(|shown| shown.as_ref().map(|shown| shown.phones));
        before.is_some_and(|before| count.get() > before)
    });
    let show = Callback::new(move |()| {
        let secret = Secret::from_entropy(entropy::bytes());
        asking.ask(
            |space| Request::Await {
                space,
                digest: secret.digest(),
                is_card: false,
            },
            move |_| {
                let route = Route::Join(Invitation::Link(secret));
                shown.try_set(Some(Shown {
                    url: page::address_of(&route.href()),
                    until: calendar::time_of(clock::now().plus(LIFE)),
                    phones: count.with_untracked(|count| *count),
                }));
            },
        );
    });
    let word = move || match asking.busy.get() {
        true => late_text().members.wait,
        false => words.show,
    };
    let body = live(move || {
        if is_there.get() {
            return banner(
                "banner banner-yes",
                Icon::Check,
                words.done.into_any(),
                Some(words.done_body.into_any()),
            );
        }
        match shown.get() {
            Some(shown) => code(&shown, show),
            None => view! {
                <button class="button button-primary button-wide" type="button" on:click=move |_| show.run(())>
                    {live_text(move || word().to_owned())}
                </button>
            }
            .into_any(),
        }
    });
    let steps = live_option(move || {
        (!is_there.get()).then(|| {
            view! { <ol class="steps stack-s">{words.how.map(|step| view! { <li>{step}</li> })}</ol> }
                .into_any()
        })
    });
    view! {
        <Screen corner=Corner::Back(Route::Phone.href()) place=Place::Home status=model.status class="stack">
            <h1 tabindex="-1">{words.title}</h1>
            {steps}
            {problem_line(asking.problem)}
            <div class="stack" role="status">{body}</div>
        </Screen>
    }
    .into_any()
}

fn code(shown: &Shown, again: Callback<()>) -> AnyView {
    let words = &late_text().phones.adding;
    let (hour, minute) = shown.until;
    view! {
        <section class="stack shown-code" aria-labelledby="t-code">
            <h2 id="t-code">{words.code}</h2>
            {qr(&shown.url, words.qr)}
            <p><strong>{(words.until)(hour, minute)}</strong></p>
            <p>{words.nobody_else}</p>
            <p class="address small soft">{shown.url.clone()}</p>
            <button class="button button-quiet start" type="button" on:click=move |_| again.run(())>
                {icon(Icon::Refresh)} {words.again}
            </button>
        </section>
    }
    .into_any()
}
