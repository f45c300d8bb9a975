//! What is on this phone: whether it stays there, and all of it in a file, out and in.

use super::phones;
use super::route::Route;
use super::screen::{Place, Screen, window_title};
use crate::model::{Model, NotTaken, Taken};
use crate::platform::files;
use crate::text::late_text;
use crate::ui::{Corner, Icon, icon, live_option, live_text};
use leptos::prelude::*;
use leptos::web_sys::HtmlInputElement;
use maillage_shared::archive::{self, ArchiveError};
use wasm_bindgen_futures::spawn_local;

/// The screen about this phone.
#[component]
pub(crate) fn Phone() -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().phone;
    window_title(|| late_text().phone.title.to_owned());
    let stays = move || match model.room.get().promised {
        Some(true) => words.promised,
        Some(false) => words.not_promised,
        None => words.promise_unknown,
    };
    let outcome = RwSignal::new(None::<Result<Taken, NotTaken>>);
    let take_in = move |field: HtmlInputElement| {
        spawn_local(async move {
            let content = files::chosen(&field, archive::MOST_BYTES).await;
            let foreign = || Err(NotTaken::Unreadable(ArchiveError::Foreign));
            outcome.set(Some(
                content.map_or_else(foreign, |content| model.take_file(&content)),
            ));
        });
    };
    let said = live_option(move || outcome.get().map(|outcome| said(&outcome)));
    view! {
        <Screen corner=Corner::Back(Route::Home.href()) place=Place::Home status=model.status class="stack">
            <h1 tabindex="-1">{words.title}</h1>
            <p>{live_text(move || stays().to_owned())}</p>
            <a class="button button-secondary button-wide" href=Route::Users.href()>
                {icon(Icon::Users)}
                {late_text().users.title}
            </a>
            {phones::mine()}
            <section class="card stack-s" aria-labelledby="emporter">
                <h2 id="emporter">{words.take_away}</h2>
                <p>{words.take_away_body}</p>
                <button class="button button-primary button-wide" type="button" on:click=move |_| model.save_file()>
                    {icon(Icon::Download)}
                    {words.save}
                </button>
                <p class="soft">{words.who_reads}</p>
            </section>
            <section class="card stack-s" aria-labelledby="ajouter">
                <h2 id="ajouter">{words.take_in}</h2>
                <p>{words.take_in_body}</p>
                <label class="button button-secondary button-wide">
                    {icon(Icon::Plus)}
                    {words.choose}
                    <input class="visually-hidden" type="file" on:change:target=move |event| take_in(event.target()) />
                </label>
                <div role="status">{said}</div>
            </section>
        </Screen>
    }
    .into_any()
}

/// What became of a file.
fn said(outcome: &Result<Taken, NotTaken>) -> AnyView {
    let words = &late_text().phone;
    let (class, symbol, sentence) = match outcome {
        Ok(taken) => (
            "banner banner-yes",
            Icon::Check,
            (words.taken)(taken.documents, taken.left_out) + &(words.taken_erased)(taken.erased),
        ),
        Err(why) => {
            let sentence = match why {
                NotTaken::Elsewhere => words.elsewhere,
                NotTaken::Unreadable(ArchiveError::Newer(_)) => words.newer,
                NotTaken::Unreadable(ArchiveError::Damaged(_)) => words.damaged,
                NotTaken::Unreadable(ArchiveError::Foreign) | NotTaken::Nobody => words.foreign,
            };
            ("banner banner-stop", Icon::CircleAlert, sentence.to_owned())
        }
    };
    view! { <div class=class>{icon(symbol)}<strong>{sentence}</strong></div> }.into_any()
}
