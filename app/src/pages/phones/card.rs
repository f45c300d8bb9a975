//! The recovery card: a square code and eight words on paper, which are one secret.

use crate::model::Model;
use crate::pages::members::Asking;
use crate::pages::route::Route;
use crate::pages::screen::{Place, Screen, window_title};
use crate::pages::{people, problem_line};
use crate::platform::{entropy, page, share};
use crate::text::late_text;
use crate::ui::{Corner, Icon, avatar_with_number, icon, live, live_text, qr};
use leptos::prelude::*;
use maillage_shared::identity::{CARD_WORDS, CardWords, Invitation};
use maillage_shared::roster::Request;

/// A card that was just made. Nobody sees it again.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Made {
    url: String,
    words: [&'static str; CARD_WORDS],
}

/// The screen of my recovery card.
pub(crate) fn card() -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().phones.rescue;
    window_title(|| late_text().phones.rescue.title.to_owned());
    let made = RwSignal::new(None::<Made>);
    view! {
        <Screen corner=Corner::Back(Route::Phone.href()) place=Place::Home status=model.status class="stack">
            <h1 tabindex="-1" class="no-print">{words.title}</h1>
            {live(move || match made.get() {
                Some(card) => show(model, &card, made),
                None => prepare(made),
            })}
        </Screen>
    }
    .into_any()
}

fn prepare(made: RwSignal<Option<Made>>) -> AnyView {
    let words = &late_text().phones.rescue;
    let asking = Asking::new();
    let make = move |_| {
        let card = CardWords::from_entropy(entropy::bytes());
        let secret = card.secret();
        asking.ask(
            |space| Request::Await {
                space,
                digest: secret.digest(),
                is_card: true,
            },
            move |_| {
                let route = Route::Join(Invitation::Link(secret));
                made.try_set(Some(Made {
                    url: page::address_of(&route.href()),
                    words: card.words(),
                }));
            },
        );
    };
    let word = move || match asking.busy.get() {
        true => late_text().members.wait,
        false => words.prepare,
    };
    view! {
        <p>{words.why}</p>
        <p>{words.replaces}</p>
        {problem_line(asking.problem)}
        <button class="button button-primary button-wide" type="button" on:click=make>
            {icon(Icon::Key)} {live_text(move || word().to_owned())}
        </button>
    }
    .into_any()
}

fn show(model: Model, card: &Made, made: RwSignal<Option<Made>>) -> AnyView {
    let words = &late_text().phones.rescue;
    let me = model.me.get_untracked();
    let number = model.members.with_untracked(|members| {
        let mut members = members.iter().flatten();
        let mine = members.find(|member| Some(member.id) == me.as_ref().map(|me| me.id));
        mine.map(|member| member.number)
    });
    let name = model.territory.with_untracked(|territory| {
        let name = territory.as_ref().map(|territory| territory.name.words());
        name.unwrap_or_default().to_owned()
    });
    let face = me.map(|me| {
        let (face, _) = people::mine(&me);
        let person = me.name;
        view! {
            {number.map(|number| avatar_with_number(face, number))}
            <div>
                <h2 id="t-carte">{words.name}</h2>
                <p class="small">{(words.whose)(&person, &name)}</p>
            </div>
        }
    });
    let list = card.words.map(|word| view! { <li>{word}</li> });
    view! {
        <p class="no-print" role="status">{words.once}</p>
        <button class="button button-primary button-wide" type="button" on:click=move |_| share::print()>
            {icon(Icon::Printer)} {words.print}
        </button>
        <section class="rescue" aria-labelledby="t-carte">
            <div class="rescue-head">{face}</div>
            <div class="rescue-body">
                {qr(&card.url, words.qr)}
                <ol class="words" aria-label=words.words>{list}</ol>
            </div>
            <p class="small">{words.how}</p>
        </section>
        <a class="button button-secondary start" href=Route::Phone.href()>{icon(Icon::Pencil)} {words.copied}</a>
        <button class="button button-quiet start" type="button" on:click=move |_| made.set(None)>{words.another}</button>
        <p class="small soft no-print">{words.replaces}</p>
    }
    .into_any()
}
