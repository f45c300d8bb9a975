//! The roles of someone else, and removing them.

use super::asking::Asking;
use super::call;
use super::erase::erase;
use super::organisation::organisation;
use crate::model::Member;
use crate::pages::{people, problem_line};
use crate::text::{late_text, text};
use crate::ui::{live, live_text};
use leptos::prelude::*;
use maillage_shared::identity::{Role, Roles};
use maillage_shared::roster::Request;

/// What the dialog about someone holds.
pub(super) fn roles(member: Member, done: Callback<()>) -> AnyView {
    let removing = RwSignal::new(false);
    let calling = RwSignal::new(false);
    live(move || {
        if removing.get() {
            remove(&member, removing, done)
        } else if calling.get() {
            call::call(&member)
        } else {
            choose(&member, removing, calling, done)
        }
    })
}

fn choose(
    member: &Member,
    removing: RwSignal<bool>,
    calling: RwSignal<bool>,
    done: Callback<()>,
) -> AnyView {
    let words = &late_text().members;
    let asking = Asking::new();
    let chosen = RwSignal::new(member.roles.iter().collect::<Vec<Role>>());
    let name = people::name_of(&member.person);
    let offered = Role::ALL
        .into_iter()
        .filter(|role| *role != Role::Guest || member.roles.contains(Role::Guest));
    let rows: Vec<AnyView> = offered.map(|role| role_row(role, chosen)).collect();
    let person = member.id;
    let partner = RwSignal::new(member.partner.clone());
    let keep = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let roles: Roles = chosen.with_untracked(|chosen| chosen.iter().copied().collect());
        if roles.is_empty() {
            asking.problem.set(Some(words.no_role));
            return;
        }
        let partner = partner.get_untracked();
        asking.ask(
            |space| Request::Become {
                space,
                person,
                roles,
                partner,
            },
            move |_| done.run(()),
        );
    };
    let call = (!member.roles.is_empty()).then(|| {
        view! {
            <button class="button button-secondary button-wide" type="button" on:click=move |_| calling.set(true)>
                {late_text().phones.call.begin}
            </button>
        }
    });
    let word = move || {
        if asking.busy.get() {
            words.wait
        } else {
            words.keep_roles
        }
    };
    view! {
        <form class="stack" on:submit=keep>
            <div class="role-list">{rows}</div>
            {organisation(chosen, partner)}
            <p class="small">{(words.will_see)(&name)}</p>
            {problem_line(asking.problem)}
            <button class="button button-primary button-wide" type="submit">{live_text(move || word().to_owned())}</button>
            <button class="button button-secondary button-wide" type="button" on:click=move |_| removing.set(true)>
                {(words.remove)(&name)}
            </button>
            {call}
        </form>
    }
    .into_any()
}

fn role_row(role: Role, chosen: RwSignal<Vec<Role>>) -> AnyView {
    let toggle = move |_| {
        chosen.update(
            |chosen| match chosen.iter().position(|other| *other == role) {
                Some(position) => {
                    chosen.remove(position);
                }
                None => chosen.push(role),
            },
        );
    };
    view! {
        <label class="role">
            <input
                type="checkbox"
                prop:checked=move || chosen.with(|chosen| chosen.contains(&role))
                on:change=toggle
            />
            <span>
                <strong>{(text().domain.role)(role)}</strong>
                <br />
                <small>{(late_text().members.about_role)(role)}</small>
            </span>
        </label>
    }
    .into_any()
}

fn remove(member: &Member, removing: RwSignal<bool>, done: Callback<()>) -> AnyView {
    let words = &late_text().members;
    let asking = Asking::new();
    let name = people::name_of(&member.person);
    let person = member.id;
    let remove = move |_| {
        asking.ask(
            |space| Request::Become {
                space,
                person,
                roles: Roles::NONE,
                partner: None,
            },
            move |_| done.run(()),
        );
    };
    view! {
        <p><strong>{(words.remove_question)(&name)}</strong></p>
        <ul class="plain stack-s">{words.remove_consequences.map(|line| view! { <li>{line}</li> })}</ul>
        {problem_line(asking.problem)}
        <button class="button button-primary button-wide" type="button" on:click=move |_| removing.set(false)>
            {(words.spare)(&name)}
        </button>
        <button class="button button-secondary button-wide" type="button" on:click=remove>
            {(words.remove)(&name)}
        </button>
        {erase(member, done)}
    }
    .into_any()
}
