//! My own card: how the others see me, and leaving the territory.

use super::asking::Asking;
use crate::model::{Member, Model, Person};
use crate::pages::join::{colours, pictures};
use crate::pages::problem_line;
use crate::platform::page;
use crate::text::{late_text, text};
use crate::ui::{TextField, live, live_text};
use leptos::prelude::*;
use maillage_shared::roster::Request;

/// What the dialog about myself holds.
pub(super) fn mine(member: &Member, done: Callback<()>) -> AnyView {
    let leaving = RwSignal::new(false);
    let member = member.clone();
    live(move || {
        if leaving.get() {
            leave(&member, leaving)
        } else {
            change(&member, leaving, done)
        }
    })
}

fn change(member: &Member, leaving: RwSignal<bool>, done: Callback<()>) -> AnyView {
    let words = &late_text().members;
    let model = expect_context::<Model>();
    let asking = Asking::new();
    let name = RwSignal::new(member.person.name.clone());
    let picture = RwSignal::new(member.person.picture);
    let colour = RwSignal::new(member.person.colour);
    let keep = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let person = Person {
            name: name.get_untracked().trim().to_owned(),
            picture: picture.get_untracked(),
            colour: colour.get_untracked(),
        };
        let face = (&person).into();
        asking.ask(
            |space| Request::Face { space, face },
            move |_| {
                model.look_like(&person);
                done.run(());
            },
        );
    };
    let word = move || {
        if asking.busy.get() {
            words.wait
        } else {
            words.keep
        }
    };
    view! {
        <form class="stack" on:submit=keep>
            <TextField
                id="mon-prenom"
                label=text().join.name
                autocomplete="given-name"
                value=name
                on_input=move |written| name.set(written)
                max_length=40
            />
            <fieldset class="field">
                <legend>{text().join.picture}</legend>
                <div class="picks">{pictures(picture, colour)}</div>
            </fieldset>
            <fieldset class="field">
                <legend>{text().join.colour}</legend>
                <div class="hues">{colours(colour)}</div>
            </fieldset>
            {problem_line(asking.problem)}
            <button class="button button-primary button-wide" type="submit">{live_text(move || word().to_owned())}</button>
            <button class="button button-secondary button-wide" type="button" on:click=move |_| leaving.set(true)>
                {words.leave}
            </button>
        </form>
    }
    .into_any()
}

fn leave(member: &Member, leaving: RwSignal<bool>) -> AnyView {
    let words = &late_text().members;
    let model = expect_context::<Model>();
    let asking = Asking::new();
    let person = member.id;
    let leave = move |_| {
        asking.ask(
            |space| Request::Erase { space, person },
            move |_| model.forget(|| page::start_over(crate::session::HOME)),
        );
    };
    view! {
        <p><strong>{words.leave_question}</strong></p>
        <ul class="plain stack-s">{words.leave_consequences.map(|line| view! { <li>{line}</li> })}</ul>
        {problem_line(asking.problem)}
        <button class="button button-primary button-wide" type="button" on:click=move |_| leaving.set(false)>{words.stay}</button>
        <button class="button button-secondary button-wide" type="button" on:click=leave>{words.leave_now}</button>
    }
    .into_any()
}
