//! Letting others in: for how many, for how long, and the code to show, to say, to send or to print.

use super::asking::Asking;
use crate::model::{Model, Status};
use crate::pages::people;
use crate::pages::problem_line;
use crate::pages::route::Route;
use crate::pages::screen::{Place, Screen, window_title};
use crate::platform::{page, share};
use crate::text::{late_text, text};
use crate::ui::{Chip, Chips, Corner, Icon, Seen, banner, icon, live, live_option, live_text, qr};
use leptos::prelude::*;
use maillage_shared::identity::Role;
use maillage_shared::roster::{Answer, InvitationCard, Request};
use maillage_shared::rules::access::Act;

/// How many people an invitation is for.
const USES: [u32; 4] = [1, 10, 30, 100];
/// How long it is good, in minutes: two hours, half a day, a week, a month.
const MINUTES: [u32; 4] = [120, 720, 7 * 1_440, 30 * 1_440];

/// An invitation that was just made: its secrets are known only now.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Made {
    url: String,
    code: Option<String>,
}

/// Where invitations are made and ended.
#[component]
pub(crate) fn Invite() -> AnyView {
    let words = &late_text().invite;
    let model = expect_context::<Model>();
    window_title(|| late_text().invite.title.to_owned());
    let made = RwSignal::new(None::<Made>);
    let open = RwSignal::new(None::<Vec<InvitationCard>>);
    let listing = Asking::new();
    let list = Callback::new(move |()| {
        listing.ask(
            |space| Request::Invitations { space },
            move |answer| {
                if let Answer::Invitations(cards) = answer {
                    open.try_set(Some(cards));
                }
            },
        );
    });
    // Asked again when the network comes back.
    let is_offline = Seen::new(move || matches!(model.status.get(), Status::Offline { .. }));
    crate::ui::follow(move || {
        if !is_offline.get() {
            list.run(());
        }
    });
    let trouble = live_option(move || {
        is_offline.get().then(|| {
            let (title, body) = (words.needs_network, words.needs_network_body);
            banner(
                "banner banner-offline",
                Icon::WifiOff,
                title.into_any(),
                Some(body.into_any()),
            )
        })
    });
    view! {
        <Screen corner=Corner::Back(Route::Members.href()) place=Place::Home status=model.status>
            <h1 tabindex="-1">{words.title}</h1>
            {trouble}
            {live(move || match made.get() {
                Some(invitation) => show(&invitation, made),
                None => form(made, list),
            })}
            {live_option(move || open.with(|cards| cards.as_ref().map(|cards| open_ones(cards, list))))}
        </Screen>
    }
    .into_any()
}

fn form(made: RwSignal<Option<Made>>, list: Callback<()>) -> AnyView {
    let words = &late_text().invite;
    let model = expect_context::<Model>();
    let asking = Asking::new();
    let offered: Vec<Role> = Role::ALL
        .into_iter()
        .filter(|role| model.may_act(Act::Invite(*role)))
        .collect();
    let role = RwSignal::new(0usize);
    // A room, most often.
    let uses = RwSignal::new(2usize);
    let minutes = RwSignal::new(1usize);
    let chips = |labels: Vec<String>| -> Vec<Chip> {
        let chip = |label| Chip { label, icon: None };
        labels.into_iter().map(chip).collect()
    };
    let roles = chips(
        offered
            .iter()
            .map(|role| (text().domain.role)(*role).to_owned())
            .collect(),
    );
    let counts = chips(USES.map(words.people).to_vec());
    let times = chips(words.times.map(str::to_owned).to_vec());
    let about = {
        let offered = offered.clone();
        move || {
            let role = offered.get(role.get()).copied();
            role.map(|role| (late_text().members.about_role)(role).to_owned())
                .unwrap_or_default()
        }
    };
    let prepare = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(role) = offered.get(role.get_untracked()).copied() else {
            return;
        };
        let (uses, minutes) = (USES[uses.get_untracked()], MINUTES[minutes.get_untracked()]);
        asking.ask(
            |space| Request::Invite {
                space,
                role: role.code().to_owned(),
                uses,
                minutes,
                partner: None,
                code: true,
                meeting: None,
            },
            move |answer| {
                if let Answer::Invited { link, code, .. } = answer {
                    let url = link
                        .parse()
                        .map(|link| page::address_of(&Route::Join(link).href()));
                    let url = url.unwrap_or_default();
                    made.try_set(Some(Made { url, code }));
                    list.run(());
                }
            },
        );
    };
    let chosen = |signal: RwSignal<usize>| Seen::new(move || Some(signal.get()));
    let choose =
        |signal: RwSignal<usize>| Callback::new(move |position: usize| signal.set(position));
    let word = move || {
        if asking.busy.get() {
            late_text().members.wait
        } else {
            words.prepare
        }
    };
    view! {
        <form class="stack" on:submit=prepare>
            <Chips legend=words.role name="role" chips=roles chosen=chosen(role) on_choose=choose(role) />
            <p class="hint">{live_text(about)}</p>
            <Chips legend=words.how_many name="combien" chips=counts chosen=chosen(uses) on_choose=choose(uses) />
            <Chips legend=words.how_long name="duree" chips=times chosen=chosen(minutes) on_choose=choose(minutes) />
            {problem_line(asking.problem)}
            <button class="button button-primary button-wide" type="submit">{live_text(move || word().to_owned())}</button>
        </form>
    }
    .into_any()
}

fn show(invitation: &Made, made: RwSignal<Option<Made>>) -> AnyView {
    let words = &late_text().invite;
    let url = invitation.url.clone();
    let copied = RwSignal::new(None::<bool>);
    let (to_send, to_copy) = (url.clone(), url.clone());
    let send = share::can_send().then(|| {
        view! {
            <button class="button button-primary button-wide" type="button" on:click=move |_| share::send(words.title, &to_send)>
                {icon(Icon::Send)} {words.send}
            </button>
        }
    });
    let copy = move |_| {
        share::copy(&to_copy, move |done| {
            copied.try_set(Some(done));
        })
    };
    let copied = live_text(move || match copied.get() {
        Some(true) => words.copied.to_owned(),
        Some(false) => words.not_copied.to_owned(),
        None => String::new(),
    });
    let code = invitation.code.clone().map(|code| {
        view! {
            <p class="centred">{words.or_type}</p>
            <p class="centred spoken-code">{code}</p>
        }
    });
    view! {
        <section class="stack shown-code" aria-labelledby="t-code">
            <h2 id="t-code">{words.code}</h2>
            {qr(&url, words.qr)}
            {code}
            {send}
            <button class="button button-secondary button-wide" type="button" on:click=copy>{words.copy}</button>
            <button class="button button-secondary button-wide" type="button" on:click=move |_| share::print()>
                {icon(Icon::Printer)} {words.print}
            </button>
            <p role="status" class="said">{copied}</p>
            <p class="address">{url.clone()}</p>
            <p class="soft">{words.lasts}</p>
            <button class="button button-quiet start" type="button" on:click=move |_| made.set(None)>{words.another}</button>
        </section>
    }
    .into_any()
}

fn open_ones(cards: &[InvitationCard], list: Callback<()>) -> AnyView {
    let words = &late_text().invite;
    let rows: Vec<AnyView> = cards.iter().map(|card| open_one(card, list)).collect();
    let body = if rows.is_empty() {
        view! { <p class="soft">{words.none_open}</p> }.into_any()
    } else {
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    view! {
        <section class="stack-s no-print" aria-labelledby="t-ouvertes">
            <h2 id="t-ouvertes">{words.open}</h2>
            {body}
        </section>
    }
    .into_any()
}

fn open_one(card: &InvitationCard, list: Callback<()>) -> AnyView {
    let words = &late_text().invite;
    let asking = Asking::new();
    let number = card.number;
    let role = Role::from_code(&card.role).map_or("", text().domain.role);
    let about = (words.places)(card.uses, &people::when(card.until));
    let stop = move |_| {
        asking.ask(
            |space| Request::Withdraw { space, number },
            move |_| list.run(()),
        );
    };
    view! {
        <li class="row open-one">
            <span><strong>{role}</strong><br /><span class="small soft">{about}</span></span>
            <button class="button button-secondary" type="button" on:click=stop>
                {words.stop}
                <span class="visually-hidden">{(text().of_part)(role)}</span>
            </button>
            <span class="row-full">{problem_line(asking.problem)}</span>
        </li>
    }
    .into_any()
}
