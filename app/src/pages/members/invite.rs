//! Letting others in: as what, for how many, for how long or for which meeting; and what is open.

mod meeting;
mod shown;

use super::asking::Asking;
use crate::model::{Model, Status};
use crate::pages::people;
use crate::pages::problem_line;
use crate::pages::route::Route;
use crate::pages::screen::{Place, Screen, window_title};
use crate::platform::page;
use crate::text::{late_text, text};
use crate::ui::{
    Chip, Chips, ChipsProps, Corner, Icon, Seen, banner, follow, live, live_option, live_text,
};
use leptos::prelude::*;
use maillage_shared::identity::Role;
use maillage_shared::roster::{Answer, InvitationCard, Request};
use maillage_shared::rules::access::Act;
use meeting::Meeting;
use shown::Made;

/// How many people an invitation is for.
const USES: [u32; 4] = [1, 10, 30, 100];
/// How long it is good, in minutes: two hours, half a day, a week, a month.
const MINUTES: [u32; 4] = [120, 720, 7 * 1_440, 30 * 1_440];

/// Where invitations are made and ended.
#[component]
pub(crate) fn Invite() -> AnyView {
    let words = &late_text().invite;
    let model = expect_context::<Model>();
    window_title(|| late_text().invite.title.to_owned());
    let made = RwSignal::new(None::<Made>);
    let closed = RwSignal::new(false);
    let open = RwSignal::new(None::<Vec<InvitationCard>>);
    let listing = Asking::new();
    let list = Callback::new(move |()| {
        listing.ask(
            |space| Request::Invitations { space },
            move |answer| {
                if let Answer::Invitations(packed) = answer {
                    open.try_set(packed.open());
                }
            },
        );
    });
    let is_offline = Seen::new(move || matches!(model.status.get(), Status::Offline { .. }));
    // Asked as soon as the relay can be, and again when the network comes back.
    let can_ask = Seen::new(move || model.introduced.get());
    follow(move || {
        if can_ask.get() {
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
    let said = live_text(move || match closed.get() {
        true => words.meeting_closed.to_owned(),
        false => String::new(),
    });
    view! {
        <Screen corner=Corner::Back(Route::Members.href()) place=Place::Home status=model.status>
            <h1 tabindex="-1">{words.title}</h1>
            {trouble}
            {live(move || match made.get() {
                Some(invitation) => shown::show(&invitation, made, closed, list),
                None => form(made, list),
            })}
            <p role="status" class="said">{said}</p>
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
    let meeting = Meeting::new();
    let partner = RwSignal::new(String::new());
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
    let is_partner = {
        let offered = offered.clone();
        Seen::new(move || offered.get(role.get()) == Some(&Role::Partner))
    };
    let prepare = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(role) = offered.get(role.get_untracked()).copied() else {
            return;
        };
        let uses = USES[uses.get_untracked()];
        let (name, minutes) = match meeting.chosen() {
            Ok(Some((name, minutes))) => (Some(name), minutes),
            Ok(None) => (None, MINUTES[minutes.get_untracked()]),
            Err(problem) => {
                asking.problem.set(Some(problem));
                return;
            }
        };
        let partner = Some(partner.get_untracked());
        let partner = partner.filter(|id| is_partner.with_untracked(|is| *is) && !id.is_empty());
        let label = name.clone();
        asking.ask(
            |space| Request::Invite {
                space,
                role: role.code().to_owned(),
                uses,
                minutes,
                partner,
                code: true,
                meeting: label,
            },
            move |answer| {
                if let Answer::Invited { number, link, code } = answer {
                    let url = link
                        .parse()
                        .map(|link| page::address_of(&Route::Join(link).href()));
                    let url = url.unwrap_or_default();
                    made.try_set(Some(Made {
                        number,
                        url,
                        code,
                        meeting: name,
                    }));
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
            {live_option(move || is_partner.get().then(|| organisation(model, partner)))}
            <Chips legend=words.how_many name="combien" chips=counts chosen=chosen(uses) on_choose=choose(uses) />
            {meeting.fields(Chips(ChipsProps {
                legend: words.how_long,
                name: "duree",
                chips: times,
                chosen: chosen(minutes),
                on_choose: choose(minutes),
            }))}
            {problem_line(asking.problem)}
            <button class="button button-primary button-wide" type="submit">{live_text(move || word().to_owned())}</button>
        </form>
    }
    .into_any()
}

/// The choice of the organisation that whoever comes in speaks for.
fn organisation(model: Model, chosen: RwSignal<String>) -> AnyView {
    let words = &late_text().invite;
    let options: Vec<AnyView> = model.territory.with_untracked(|territory| {
        let partners = territory.iter().flat_map(|territory| &territory.partners);
        partners
            .map(|partner| {
                let name = partner.name.words().to_owned();
                view! { <option value=partner.id.to_string()>{name}</option> }.into_any()
            })
            .collect()
    });
    view! {
        <div class="field">
            <label for="organisation">{words.organisation}</label>
            <select
                class="input"
                id="organisation"
                prop:value=move || chosen.get()
                on:change:target=move |event| chosen.set(event.target().value())
            >
                <option value="">{words.no_organisation}</option>
                {options}
            </select>
        </div>
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
    let model = expect_context::<Model>();
    let role = Role::from_code(&card.role).map_or("", text().domain.role);
    let partner = card.partner.as_deref();
    let partner = partner.and_then(|partner| super::partner_name(model, partner));
    let about = (words.places)(card.uses, &people::when(card.until));
    let of: Vec<String> = card.meeting.iter().cloned().chain(partner).collect();
    let of = (!of.is_empty()).then(|| view! { {of.join(" · ")} <br /> });
    let stop_word = match card.meeting {
        Some(_) => words.close_meeting,
        None => words.stop,
    };
    let stop = move |_| {
        asking.ask(
            |space| Request::Withdraw { space, number },
            move |_| list.run(()),
        );
    };
    view! {
        <li class="row open-one">
            <span><strong>{role}</strong><br /><span class="small soft">{of} {about}</span></span>
            <button class="button button-secondary" type="button" on:click=stop>
                {stop_word}
                <span class="visually-hidden">{(text().of_part)(role)}</span>
            </button>
            <span class="row-full">{problem_line(asking.problem)}</span>
        </li>
    }
    .into_any()
}
