//! Who takes the phone now: a picture to tap, then a code, for those who have one.

use super::{code_field, face, is_code, name_of};
use crate::model::{Model, Unlocked, User};
use crate::pages::people;
use crate::pages::route::Route;
use crate::platform::clock;
use crate::platform::page;
use crate::text::{late_text, text};
use crate::ui::{Icon, Seen, icon, icon_turn, live, live_option, live_text};
use leptos::prelude::*;
use maillage_shared::identity::PersonId;
use wasm_bindgen_futures::spawn_local;

const MINUTE: i64 = 60_000;

/// Nobody acts on this phone: whoever takes it taps their picture.
#[component]
pub(crate) fn Picker() -> AnyView {
    let asked = RwSignal::new(None::<PersonId>);
    let helps = RwSignal::new(false);
    live(move || match asked.get() {
        Some(person) => ask_for_code(person, asked, helps),
        None => everyone(asked, helps),
    })
}

fn everyone(asked: RwSignal<Option<PersonId>>, helps: RwSignal<bool>) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().users;
    let rows = live(move || {
        let users = model.on_phone().users;
        let rows = users.iter().map(|user| row(model, user, asked, helps));
        rows.collect::<Vec<AnyView>>().into_any()
    });
    let before = Seen::new(move || {
        let phone = model.on_phone();
        let before = phone.before.filter(|_| phone.users.len() > 1)?;
        Some(people::name_of(&phone.user(before)?.person))
    });
    let helping = live_option(move || {
        before.get().map(|name| {
            view! {
                <label class="role">
                    <input type="checkbox" prop:checked=move || helps.get() on:change=move |_| helps.update(|helps| *helps = !*helps) />
                    <span><strong>{(words.is_helping)(&name)}</strong></span>
                </label>
            }
            .into_any()
        })
    });
    let add = live(move || {
        if model.on_phone().has_room {
            view! { <a class="button button-secondary button-wide" href=Route::Door.href()>{icon(Icon::UserPlus)} {words.add}</a> }
                .into_any()
        } else {
            view! { <p class="soft">{words.full}</p> }.into_any()
        }
    });
    view! {
        <h1 tabindex="-1">{text().door.who}</h1>
        <ul class="rows">{rows}</ul>
        {helping}
        {add}
    }
    .into_any()
}

fn row(
    model: Model,
    user: &User,
    asked: RwSignal<Option<PersonId>>,
    helps: RwSignal<bool>,
) -> AnyView {
    let (id, has_code) = (user.id, user.has_code);
    let choose = move |_| {
        if has_code {
            asked.set(Some(id));
            // The form is in the page by the next frame.
            request_animation_frame(page::focus_title);
        } else {
            take(model, id, helps);
        }
    };
    view! {
        <li>
            <button class="row" type="button" on:click=choose>
                {face(user, None)}
                {icon_turn(Icon::ChevronRight)}
            </button>
        </li>
    }
    .into_any()
}

/// This person acts from now on, helped by whoever had the phone before if that was said.
fn take(model: Model, person: PersonId, helps: RwSignal<bool>) {
    let before = untrack(|| model.on_phone().before);
    let helper = before.filter(|before| helps.get_untracked() && *before != person);
    spawn_local(async move { model.take(person, helper).await });
}

fn ask_for_code(
    person: PersonId,
    asked: RwSignal<Option<PersonId>>,
    helps: RwSignal<bool>,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().users;
    // Each attempt is news about the phone, and must not draw the form anew.
    let name = untrack(|| name_of(model, person)).unwrap_or_default();
    let typed = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<&'static str>);
    let wait = RwSignal::new(None::<i64>);
    let busy = RwSignal::new(false);
    let enter = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let code = typed.get_untracked();
        if !is_code(&code) {
            problem.set(Some(words.not_four));
            return;
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        problem.set(None);
        wait.set(None);
        typed.set(String::new());
        spawn_local(async move {
            match model.unlock(person, &code).await {
                Unlocked::Yes => take(model, person, helps),
                Unlocked::No => {
                    problem.try_set(Some(words.wrong));
                }
                Unlocked::Later(until) => {
                    let left = until.0 - clock::now().0;
                    wait.try_set(Some((left + MINUTE - 1) / MINUTE));
                }
            }
            busy.try_set(false);
        });
    };
    let forgotten = RwSignal::new(false);
    let gone = {
        let name = name.clone();
        live(move || {
            if forgotten.get() {
                let remove = move |_| {
                    model.drop_user(person);
                    asked.set(None);
                };
                view! {
                    <ul class="plain stack-s">{words.forgotten_body.map(|line| view! { <li>{line}</li> })}</ul>
                    <button class="button button-secondary button-wide" type="button" on:click=remove>
                        {(words.remove)(&name)}
                    </button>
                }
                .into_any()
            } else {
                view! { <button class="button button-quiet start" type="button" on:click=move |_| forgotten.set(true)>{words.forgotten}</button> }
                    .into_any()
            }
        })
    };
    view! {
        <h1 tabindex="-1">{(words.code_of)(&name)}</h1>
        <form class="stack" on:submit=enter>
            {code_field(typed, problem, None)}
            <p class="problem" role="alert">{live_text(move || wait.get().map(words.wait).unwrap_or_default())}</p>
            <button class="button button-primary button-wide" type="submit">
                {live_text(move || if busy.get() { text().wait } else { words.enter }.to_owned())}
            </button>
        </form>
        <button class="button button-secondary button-wide" type="button" on:click=move |_| asked.set(None)>{words.someone_else}</button>
        {gone}
    }
    .into_any()
}
