//! Someone who has lost both phone and card: calling them back, and confirming that a phone is theirs.

use super::asking::Asking;
use crate::model::{Member, Model};
use crate::pages::route::Route;
use crate::pages::{people, problem_line};
use crate::platform::{entropy, page};
use crate::text::{late_text, text};
use crate::ui::{Icon, Seen, icon, live, live_list, live_option, live_text, qr};
use leptos::prelude::*;
use maillage_shared::identity::{Invitation, PersonId, Secret};
use maillage_shared::roster::{Request, Waiting};
use maillage_shared::rules::access::Act;

/// What the dialog about someone who has lost everything holds.
pub(super) fn call(member: &Member) -> AnyView {
    let words = &late_text().phones.call;
    let shown = RwSignal::new(None::<String>);
    let (person, name) = (member.id, people::name_of(&member.person));
    live(move || match shown.get() {
        None => begin(person, &name, shown),
        Some(url) => view! {
            <p role="status">{(words.show)(&name)}</p>
            {qr(&url, words.qr)}
            <p class="address">{url.clone()}</p>
        }
        .into_any(),
    })
}

fn begin(person: PersonId, name: &str, shown: RwSignal<Option<String>>) -> AnyView {
    let words = &late_text().phones.call;
    let asking = Asking::new();
    let prepare = move |_| {
        let secret = Secret::from_entropy(entropy::bytes());
        asking.ask(
            |space| Request::CallBack {
                space,
                person,
                digest: secret.digest(),
            },
            move |_| {
                let route = Route::Join(Invitation::Link(secret));
                shown.try_set(Some(page::address_of(&route.href())));
            },
        );
    };
    view! {
        <p><strong>{(words.question)(name)}</strong></p>
        <ol class="steps stack-s">{words.steps.map(|step| view! { <li>{step}</li> })}</ol>
        {problem_line(asking.problem)}
        <button class="button button-primary button-wide" type="button" on:click=prepare>{words.prepare}</button>
    }
    .into_any()
}

/// The phones that wait for the team.
pub(super) fn waiting() -> AnyView {
    let model = expect_context::<Model>();
    let keys = Seen::new(move || {
        model.members.with(|members| {
            let members = members.iter().flatten();
            let waiting = members.filter(|member| member.waiting.is_some());
            waiting
                .map(|member| member.id.to_string())
                .collect::<Vec<_>>()
        })
    });
    view! {
        <div class="stack-s said" role="status">
            {live_list(keys, |key| PersonId::parse(&key).map_or_else(|| ().into_any(), one))}
        </div>
    }
    .into_any()
}

fn one(id: PersonId) -> AnyView {
    let model = expect_context::<Model>();
    let member = super::find(model, id);
    live_option(move || {
        let member = member.get()?;
        let waiting = member.waiting.clone()?;
        Some(phone(model, &member, &waiting))
    })
}

fn phone(model: Model, member: &Member, waiting: &Waiting) -> AnyView {
    let words = &late_text().phones.call;
    let name = people::name_of(&member.person);
    let me = model.me.get().map(|me| me.id);
    let has_confirmed = me.is_some_and(|me| waiting.confirmed.contains(&me));
    let may = model.may_act(Act::Steward) && me != Some(member.id);
    let answer = (may && !has_confirmed).then(|| answer(&name, waiting));
    let confirmed = has_confirmed.then(|| view! { <p><strong>{words.yours_is_there}</strong></p> });
    let count = (words.confirmed)(waiting.confirmed.len());
    view! {
        <section class="card stack-s" aria-label=(words.waits)(&name)>
            <h2>{(words.waits)(&name)}</h2>
            <p>{words.letters} " " <strong class="letters">{waiting.key.letters().to_string()}</strong></p>
            <p class="soft">{count}</p>
            {confirmed}
            {answer}
        </section>
    }
    .into_any()
}

fn answer(name: &str, waiting: &Waiting) -> AnyView {
    let words = &late_text().phones.call;
    let asking = Asking::new();
    let (number, key) = (waiting.number, waiting.key);
    let confirm = move |_| {
        asking.ask(|space| Request::Confirm { space, number, key }, |_| ());
    };
    let refuse = move |_| asking.ask(|space| Request::Withdraw { space, number }, |_| ());
    let yes = (words.yes)(name);
    let word = move || match asking.busy.get() {
        true => late_text().members.wait.to_owned(),
        false => yes.clone(),
    };
    view! {
        <p>{words.meet}</p>
        {problem_line(asking.problem)}
        <button class="button button-secondary button-wide" type="button" on:click=confirm>
            {icon(Icon::Check)} {live_text(word)}
        </button>
        <button class="button button-quiet start" type="button" on:click=refuse>
            {words.no}
            <span class="visually-hidden">{(text().of_part)(name)}</span>
        </button>
    }
    .into_any()
}
