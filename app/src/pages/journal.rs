//! What was done about who may do what: every entry of the record, for the team.

mod deeds;
mod file;
mod waiting;

pub(crate) use waiting::waiting;

use super::members::Asking;
use super::people;
use super::problem_line;
use super::route::Route;
use super::screen::{Place, Screen, window_title};
use crate::model::{Model, Status};
use crate::platform::{calendar, files};
use crate::text::{late_text, text};
use crate::ui::{
    AvatarSize, Corner, Icon, Seen, avatar, banner, follow, icon, live, live_option, live_text,
};
use deeds::{Line, Names};
use leptos::prelude::*;
use maillage_shared::identity::PersonId;
use maillage_shared::roster::{Answer, Request};
use maillage_shared::time::UnixMillis;

/// Lines shown at first, and more each time.
const SHOWN: usize = 50;

/// The screen.
pub(crate) fn journal() -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().journal;
    window_title(|| late_text().journal.title.to_owned());
    let asking = Asking::new();
    let lines = RwSignal::new(None::<Vec<Line>>);
    let is_offline = Seen::new(move || matches!(model.status.get(), Status::Offline { .. }));
    // Who is called what is known before the record is.
    let is_ready = Seen::new(move || model.members.with(Option::is_some) && model.introduced.get());
    follow(move || {
        if is_ready.get() {
            asking.ask(
                |space| Request::Record { space },
                move |answer| {
                    if let Answer::Record(packed) = answer
                        && let Some(entries) = packed.open()
                    {
                        let names = Names::of(model);
                        lines.try_set(Some(names.lines(&entries)));
                    }
                },
            );
        }
    });
    let trouble = live_option(move || {
        is_offline.get().then(|| {
            banner(
                "banner banner-offline",
                Icon::WifiOff,
                words.needs_network.into_any(),
                Some(words.needs_network_body.into_any()),
            )
        })
    });
    let is_here = Seen::new(move || lines.with(Option::is_some));
    view! {
        <Screen corner=Corner::Back(Route::Members.href()) place=Place::Home status=model.status class="stack">
            <div class="stack-s">
                <h1 tabindex="-1">{words.title}</h1>
                <p>{words.about}</p>
            </div>
            {trouble}
            {problem_line(asking.problem)}
            {live(move || match is_here.get() {
                true => list(lines),
                false => live_option(move || {
                    asking.busy.get().then(|| view! { <p role="status">{words.loading}</p> }.into_any())
                }),
            })}
        </Screen>
    }
    .into_any()
}

fn list(lines: RwSignal<Option<Vec<Line>>>) -> AnyView {
    let words = &late_text().journal;
    let all = Seen::new(move || lines.get().unwrap_or_default());
    let chosen = RwSignal::new(None::<PersonId>);
    let shown = RwSignal::new(SHOWN);
    let seen = Seen::new(move || {
        let chosen = chosen.get();
        let is_about = |line: &&Line| chosen.is_none_or(|person| line.people.contains(&person));
        all.with(|all| all.iter().filter(is_about).cloned().collect::<Vec<_>>())
    });
    let rows = move || {
        let rows: Vec<AnyView> = seen.with(|seen| seen.iter().take(shown.get()).map(row).collect());
        view! { <ol class="rows">{rows}</ol> }.into_any()
    };
    let more = live_option(move || {
        (seen.with(Vec::len) > shown.get()).then(|| {
            view! {
                <button class="button button-secondary start" type="button" on:click=move |_| shown.update(|shown| *shown += SHOWN)>
                    {words.more}
                </button>
            }
            .into_any()
        })
    });
    let save = move |_| {
        let table = seen.with_untracked(|seen| file::table(seen));
        let day = calendar::today();
        let name = format!("journal-{}-{:02}-{:02}.csv", day.year, day.month, day.day);
        files::save(&name, table.as_bytes());
    };
    let count = move || match seen.with(Vec::len) {
        0 => words.nothing.to_owned(),
        count => (words.count)(count),
    };
    view! {
        {who(all, chosen)}
        <p role="status">{live_text(count)}</p>
        {live(rows)}
        {more}
        <button class="button button-secondary button-wide" type="button" on:click=save>{icon(Icon::Download)} {words.save}</button>
    }
    .into_any()
}

/// The choice of one person, among those of whom something is written.
fn who(all: Seen<Vec<Line>>, chosen: RwSignal<Option<PersonId>>) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().journal;
    let mut people: Vec<(String, PersonId)> = all.with_untracked(|all| {
        let people = all.iter().flat_map(|line| line.people.iter().copied());
        let people: std::collections::BTreeSet<PersonId> = people.collect();
        let names = Names::of(model);
        people
            .into_iter()
            .map(|person| (names.name(person), person))
            .collect()
    });
    people.sort();
    let options: Vec<AnyView> = people
        .iter()
        .map(|(name, person)| {
            view! { <option value=person.to_string()>{name.clone()}</option> }.into_any()
        })
        .collect();
    view! {
        <div class="field">
            <label for="qui">{words.of}</label>
            <select class="input" id="qui" on:change:target=move |event| chosen.set(PersonId::parse(&event.target().value()))>
                <option value="">{words.everyone}</option>
                {options}
            </select>
        </div>
    }
    .into_any()
}

/// The day and the hour, as one says them.
fn when(at: UnixMillis) -> String {
    let (hour, minute) = calendar::time_of(at);
    let day = (text().domain.day)(calendar::local_day(at), calendar::today());
    (late_text().journal.when)(&day, hour, minute)
}

fn row(line: &Line) -> AnyView {
    let model = expect_context::<Model>();
    let face = line.by.and_then(|by| people::avatar_of(model, by));
    let face = face.map_or_else(
        || view! { <span class="medal">{icon(Icon::Key)}</span> }.into_any(),
        |face| avatar(face, AvatarSize::Small),
    );
    let when = when(line.at);
    view! {
        <li class="row">
            {face}
            <span>
                <strong>{line.who.clone()}</strong>
                " "
                {line.what.clone()}
                <br />
                <span class="small soft">{when}</span>
            </span>
        </li>
    }
    .into_any()
}
