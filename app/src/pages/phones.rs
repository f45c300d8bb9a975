//! The phones of one person: adding another, saying that one is lost, the recovery card, and coming back with it.

mod add;
mod back;
mod card;
mod typing;

use super::members::Asking;
use super::problem_line;
use super::route::Route;
use crate::model::Model;
use crate::text::{late_text, text};
use crate::ui::{Dialog, Icon, Seen, icon, live, live_option};
use leptos::prelude::*;
use maillage_shared::identity::PublicKey;
use maillage_shared::roster::Request;

pub(super) use add::add_phone;
pub(super) use back::coming_back;
pub(super) use card::card;
pub(super) use typing::card_words;

/// My phones in the territory, and whether each was lost; nothing before that is known.
fn my_phones(model: Model) -> Vec<(PublicKey, bool)> {
    let me = model.me.get().map(|me| me.id);
    model.members.with(|members| {
        let mut members = members.iter().flatten();
        let member = members.find(|member| Some(member.id) == me);
        member
            .map(|member| member.phones.clone())
            .unwrap_or_default()
    })
}

/// The part about my phones, on the screen about this one.
pub(super) fn mine() -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().phones;
    let phones = Seen::new(move || my_phones(model));
    let chosen = RwSignal::new(None::<PublicKey>);
    let list = live_option(move || {
        // One phone needs no list.
        phones.with(|phones| (phones.len() > 1).then(|| rows(model, phones, chosen)))
    });
    view! {
        <section class="card stack-s" aria-labelledby="mes-telephones">
            <h2 id="mes-telephones">{words.mine}</h2>
            {list}
            <a class="button button-secondary button-wide" href=Route::AddPhone.href()>{icon(Icon::Plus)} {words.add}</a>
            <a class="button button-secondary button-wide" href=Route::Card.href()>{icon(Icon::Key)} {words.card}</a>
        </section>
        {losing(chosen)}
    }
    .into_any()
}

fn rows(
    model: Model,
    phones: &[(PublicKey, bool)],
    chosen: RwSignal<Option<PublicKey>>,
) -> AnyView {
    let words = &late_text().phones;
    let own = model.key();
    let rows: Vec<AnyView> = phones
        .iter()
        .zip(1..)
        .map(|((key, lost), place)| {
            let key = *key;
            let name = (words.phone)(place);
            let about = match lost {
                true => Some(words.lost),
                false => (Some(key) == own).then_some(words.this_one),
            };
            let lose = (about.is_none()).then(|| {
                view! {
                    <button class="button button-secondary" type="button" on:click=move |_| chosen.set(Some(key))>
                        {words.is_lost}
                        <span class="visually-hidden">{(text().of_part)(&name)}</span>
                    </button>
                }
            });
            view! {
                <li class="row open-one">
                    <span><strong>{name.clone()}</strong><br /><span class="small soft">{about}</span></span>
                    {lose}
                </li>
            }
            .into_any()
        })
        .collect();
    view! { <ul class="rows">{rows}</ul> }.into_any()
}

/// The dialog in which a phone is said to be lost.
fn losing(chosen: RwSignal<Option<PublicKey>>) -> AnyView {
    let words = &late_text().phones;
    let asking = Asking::new();
    let open = Seen::new(move || chosen.with(Option::is_some));
    let lose = move |_| {
        if let Some(key) = chosen.get_untracked() {
            asking.ask(
                |space| Request::Lose { space, key },
                move |_| {
                    chosen.try_set(None);
                },
            );
        }
    };
    view! {
        <Dialog
            id="telephone-perdu"
            title=words.lost_question.to_owned()
            close=text().close
            open=open
            on_close=move |()| chosen.set(None)
        >
            {live(move || view! {
                <ul class="plain stack-s">{words.lost_consequences.map(|line| view! { <li>{line}</li> })}</ul>
                {problem_line(asking.problem)}
                <button class="button button-primary button-wide" type="button" on:click=move |_| chosen.set(None)>
                    {words.lost_keep}
                </button>
                <button class="button button-secondary button-wide" type="button" on:click=lose>{words.lost_now}</button>
            }.into_any())}
        </Dialog>
    }
    .into_any()
}
