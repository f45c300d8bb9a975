//! A phone that several people use: who they are, handing it over, one more, and my own code.

mod picker;

use super::people;
use super::problem_line;
use super::rights::where_one_may_act;
use super::route::Route;
use super::screen::{Place, Screen, window_title};
use crate::model::{Model, OnPhone, User};
use crate::text::late_text;
use crate::ui::{Corner, Icon, Seen, icon, live, live_option, live_text};
use leptos::prelude::*;
use maillage_shared::identity::{Invitation, PersonId, Role};
use maillage_shared::roster::{Answer, Request};
use maillage_shared::rules::access::Act;
use wasm_bindgen_futures::spawn_local;

pub(crate) use picker::Picker;

/// How long someone who is added here has to come in, in minutes.
const MINUTES: u32 = 60;
/// Digits of a code.
const DIGITS: usize = 4;

/// Who uses this phone.
#[component]
pub(crate) fn Users() -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().users;
    window_title(|| late_text().users.title.to_owned());
    let list = live(move || {
        let me = model.me.with(|me| me.as_ref().map(|me| me.id));
        let OnPhone { users, helper, .. } = model.on_phone();
        let rows = users.iter().map(|user| {
            let note = match user.id {
                id if Some(id) == me => Some(words.me),
                id if Some(id) == helper => Some(words.helps),
                _ => None,
            };
            view! { <li><div class="row">{face(user, note)}</div></li> }.into_any()
        });
        rows.collect::<Vec<AnyView>>().into_any()
    });
    let forgets = Seen::new(move || model.on_phone().forgets);
    let rest = live(move || {
        if forgets.get() {
            view! { <p role="status">{words.forgets}</p> }.into_any()
        } else {
            view! { {hand_over(model)} {add(model)} {code(model)} }.into_any()
        }
    });
    view! {
        <Screen corner=Corner::Back(Route::Phone.href()) place=Place::Home status=model.status class="stack">
            <h1 tabindex="-1">{words.title}</h1>
            <p>{words.body}</p>
            <ul class="rows">{list}</ul>
            {rest}
        </Screen>
    }
    .into_any()
}

/// One of those who use the phone, with a word about them.
fn face(user: &User, note: Option<&'static str>) -> AnyView {
    let locked = user.has_code.then(|| {
        view! { <br /><span class="small soft">{late_text().users.locked}</span> }
    });
    view! {
        {people::of_user(user)}
        <span>
            <strong>{people::name_of(&user.person)}</strong>
            {note.map(|note| view! { <span class="soft">{note}</span> })}
            {locked}
        </span>
    }
    .into_any()
}

fn hand_over(model: Model) -> AnyView {
    let words = &late_text().users;
    let several = Seen::new(move || model.on_phone().users.len() > 1);
    live_option(move || {
        several.get().then(|| {
            view! {
                <div class="stack-s">
                    <button
                        class="button button-primary button-wide"
                        type="button"
                        on:click=move |_| model.hand_over(Route::Home.href())
                    >
                        {icon(Icon::Users)}
                        {words.hand_over}
                    </button>
                    <p class="soft">{words.hand_over_body}</p>
                </div>
            }
            .into_any()
        })
    })
}

fn add(model: Model) -> AnyView {
    let words = &late_text().users;
    let problem = RwSignal::new(None::<&'static str>);
    let has_room = Seen::new(move || model.on_phone().has_room);
    let directly = move |role: Role, word: &'static str| {
        where_one_may_act(Act::Invite(role), move || {
            view! {
                <button class="button button-secondary button-wide" type="button" on:click=move |_| invite(model, role, problem)>
                    {icon(Icon::UserPlus)}
                    {word}
                </button>
            }
            .into_any()
        })
    };
    let ways = live(move || {
        if has_room.get() {
            view! {
                <p>{words.add_body}</p>
                {directly(Role::Guest, words.add_as_guest)}
                {directly(Role::Volunteer, words.add_as_volunteer)}
                <button
                    class="button button-secondary button-wide"
                    type="button"
                    on:click=move |_| model.hand_over(Route::Door.href())
                >
                    {words.add_by_link}
                </button>
                {problem_line(problem)}
            }
            .into_any()
        } else {
            view! { <p>{words.full}</p> }.into_any()
        }
    });
    view! {
        <section class="card stack-s" aria-labelledby="ajouter-personne">
            <h2 id="ajouter-personne">{words.add}</h2>
            {ways}
        </section>
    }
    .into_any()
}

/// Invites one person, who comes in on this phone at once.
fn invite(model: Model, role: Role, problem: RwSignal<Option<&'static str>>) {
    let Some(space) = model.space() else {
        return;
    };
    let request = Request::Invite {
        space,
        role: role.code().to_owned(),
        uses: 1,
        minutes: MINUTES,
        partner: None,
        meeting: None,
        code: false,
    };
    problem.set(None);
    model.ask(&request, move |answer| {
        let words = &late_text().members;
        let said = match answer {
            Some(Answer::Invited { link, .. }) => match link.parse::<Invitation>() {
                Ok(link) => return model.hand_over(Route::Join(link).href()),
                Err(_) => words.offline,
            },
            Some(Answer::Denied(why)) => (words.denied)(why),
            _ => words.offline,
        };
        // The screen may be gone by now.
        problem.try_set(Some(said));
    });
}

fn code(model: Model) -> AnyView {
    let words = &late_text().users;
    let said = RwSignal::new("");
    let has_code = Seen::new(move || {
        let me = model.me.with(|me| me.as_ref().map(|me| me.id));
        let phone = model.on_phone();
        me.and_then(|me| phone.user(me))
            .is_some_and(|me| me.has_code)
    });
    let drop_code = move |_| {
        spawn_local(async move {
            model.set_code(None).await;
            said.try_set(words.code_dropped);
        });
    };
    let form = live(move || {
        if has_code.get() {
            view! { <button class="button button-secondary button-wide" type="button" on:click=drop_code>{words.drop_code}</button> }
                .into_any()
        } else {
            new_code(model, said)
        }
    });
    view! {
        <section class="card stack-s" aria-labelledby="code-secret">
            <h2 id="code-secret">{words.code}</h2>
            <p>{words.code_body}</p>
            {form}
            <p role="status">{live_text(move || said.get().to_owned())}</p>
        </section>
    }
    .into_any()
}

fn new_code(model: Model, said: RwSignal<&'static str>) -> AnyView {
    let words = &late_text().users;
    let typed = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<&'static str>);
    let set = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let code = typed.get_untracked();
        if !is_code(&code) {
            problem.set(Some(words.not_four));
            return;
        }
        typed.set(String::new());
        spawn_local(async move {
            let can = model.set_code(Some(&code)).await;
            said.try_set(if can { words.code_set } else { words.no_codes });
        });
    };
    view! {
        <form class="stack-s" on:submit=set>
            {code_field(typed, problem, Some(words.code_hint))}
            <button class="button button-secondary button-wide" type="submit">{icon(Icon::Key)} {words.set_code}</button>
        </form>
    }
    .into_any()
}

/// Four digits, which nobody reads over a shoulder.
fn code_field(
    typed: RwSignal<String>,
    problem: RwSignal<Option<&'static str>>,
    hint: Option<&'static str>,
) -> AnyView {
    view! {
        <div class="field">
            <label for="quatre-chiffres">{late_text().users.code_field}</label>
            {hint.map(|hint| view! { <p class="hint" id="quatre-chiffres-aide">{hint}</p> })}
            <input
                class="input spoken-code"
                type="password"
                inputmode="numeric"
                id="quatre-chiffres"
                autocomplete="off"
                maxlength=DIGITS.to_string()
                aria-describedby=hint.map(|_| "quatre-chiffres-aide")
                prop:value=move || typed.get()
                on:input:target=move |event| {
                    problem.set(None);
                    typed.set(event.target().value());
                }
            />
        </div>
        {problem_line(problem)}
    }
    .into_any()
}

fn is_code(typed: &str) -> bool {
    typed.len() == DIGITS && typed.bytes().all(|byte| byte.is_ascii_digit())
}

/// Who is meant by an id, as those see it who use this phone.
fn name_of(model: Model, id: PersonId) -> Option<String> {
    let phone = model.on_phone();
    Some(people::name_of(&phone.user(id)?.person))
}
