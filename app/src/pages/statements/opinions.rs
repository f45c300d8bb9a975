//! The register: who is asked about a sheet, what they answered, and what became of their conditions.

use super::ask::{AnswerDialog, AskDialog};
use super::follow::FollowDialog;
use super::summary::{give, may_answer};
use super::{difference, organisation, proof, said, title_of, today};
use crate::model::Model;
use crate::pages::people;
use crate::pages::route::Route;
use crate::pages::screen::{Place, Screen, window_title};
use crate::text::{late_text, text};
use crate::ui::{Corner, Icon, Seen, empty, icon_small, live, live_list, live_option, picto};
use leptos::prelude::*;
use maillage_shared::id::{DocumentId, RecordId};
use maillage_shared::rules::register::{Reply, Row, Standing, Why, proposed, register};
use maillage_shared::snapshot::JobSheetSnapshot;
use maillage_shared::statement::{Answer, Channel, Content, Stated, StatementId};

/// What a dialog is about.
#[derive(Clone, Copy)]
struct Dialogs {
    asking: RwSignal<Option<RecordId>>,
    noting: RwSignal<Option<RecordId>>,
    following: RwSignal<Option<StatementId>>,
}

/// The opinions of partners about a sheet.
#[component]
pub(crate) fn OpinionsScreen(
    /// Which sheet.
    id: DocumentId,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().opinions;
    window_title(|| late_text().opinions.title.to_owned());
    let sheet = model.sheet(id);
    let stated = model.stated(id);
    let dialogs = Dialogs {
        asking: RwSignal::new(None),
        noting: RwSignal::new(None),
        following: RwSignal::new(None),
    };
    let wanted = Seen::new(move || who(model, id, sheet));
    let keys = Seen::new(move || {
        stated.with(|stated| {
            let stated = stated.as_deref().unwrap_or_default();
            wanted.with(|wanted| {
                let rows = register(stated, wanted, today());
                rows.iter()
                    .map(|row| row.partner.to_string())
                    .collect::<Vec<_>>()
            })
        })
    });
    let row = move |key: String| {
        let partner = RecordId::from_key(key);
        live_option(move || {
            stated.with(|stated| {
                let stated = stated.as_deref().unwrap_or_default();
                wanted.with(|wanted| {
                    let rows = register(stated, wanted, today());
                    let row = rows.iter().find(|row| row.partner == partner)?;
                    let now = sheet.get();
                    Some(card(model, id, now.as_ref(), stated, row, dialogs))
                })
            })
        })
    };
    let none = live_option(move || {
        keys.with(Vec::is_empty)
            .then(|| empty(words.none, words.none_body, None))
    });
    view! {
        <Screen
            corner=Corner::Back(Route::Sheet(id).href())
            place=Place::Sheets
            name=Seen::new(move || title_of(model, id, sheet))
            status=model.status
        >
            <div class="stack-s">
                <h1 tabindex="-1">{words.title}</h1>
                <p>{words.body}</p>
            </div>
            {live_option(move || may_answer(model).then(|| give(id)))}
            {unknown_members(stated)}
            {none}
            <ul class="rows rows-wide">{live_list(keys, row)}</ul>
            {live_option(move || stated.with(|stated| proof::doubtful(model, stated.as_deref().unwrap_or_default())))}
        </Screen>
        <AskDialog id=id partner=dialogs.asking />
        <AnswerDialog id=id partner=dialogs.noting />
        <FollowDialog id=id stated=stated opinion=dialogs.following />
    }
    .into_any()
}

/// Says that nothing can be verified yet, where that is so.
pub(super) fn unknown_members(stated: Seen<Option<Vec<Stated>>>) -> AnyView {
    let is_unknown = Seen::new(move || stated.with(Option::is_none));
    live(move || {
        let words = is_unknown
            .get()
            .then_some(late_text().statements.members_unknown);
        view! { <p role="status" class="said">{words}</p> }.into_any()
    })
}

/// Who should be asked about a sheet. Tracked.
fn who(
    model: Model,
    id: DocumentId,
    sheet: Signal<Option<JobSheetSnapshot>>,
) -> Vec<(RecordId, Why)> {
    let title = title_of(model, id, sheet);
    let trade = sheet.with(|sheet| {
        let trade = sheet
            .as_ref()
            .and_then(|sheet| sheet.trade.value().cloned());
        trade.map(|trade| (text().domain.trade)(&trade))
    });
    model.territory.with(|territory| {
        let territory = territory.as_ref();
        let words = [title.as_str(), trade.as_deref().unwrap_or_default()];
        territory
            .map(|territory| proposed(territory, &words))
            .unwrap_or_default()
    })
}

fn card(
    model: Model,
    id: DocumentId,
    now: Option<&JobSheetSnapshot>,
    stated: &[Stated],
    row: &Row<'_>,
    dialogs: Dialogs,
) -> AnyView {
    let words = &late_text().opinions;
    let name = organisation(model, &row.partner).unwrap_or_else(|| words.gone_partner.to_owned());
    let why = row.why.map(|why| match why {
        Why::SameWork => words.why_asked[0],
        Why::Union => words.why_asked[1],
    });
    let asked = row.asked.first().map(|asked| {
        let how = (late_text().statements.channel)(asked.channel);
        let asked = (words.asked)(how, &people::when(asked.statement.at));
        match row.asked.len() - 1 {
            0 => asked,
            reminders => format!("{asked}, {}", (words.reminders)(reminders)),
        }
    });
    let earlier = (row.earlier > 0).then(|| (words.earlier)(row.earlier));
    view! {
        <li class="card">
            <div class="stack-s">
                <h2 class="partner-name">{name}</h2>
                {why.map(|why| view! { <p class="small soft">{why}</p> })}
            </div>
            {standing(row)}
            {row.answer.as_ref().map(|reply| answered(model, id, now, stated, reply, dialogs))}
            {asked.map(|asked| view! { <p class="small soft">{asked}</p> })}
            {earlier.map(|earlier| view! { <p class="small soft">{earlier}</p> })}
            {notes(model, row, dialogs)}
        </li>
    }
    .into_any()
}

fn standing(row: &Row<'_>) -> Option<AnyView> {
    let words = &late_text().opinions;
    let day = row.reply_by().map(said);
    let (class, sign, sentence) = match (row.standing, day) {
        (Standing::Answered, _) => return None,
        (Standing::ToAsk, _) => ("tag tag-todo", Icon::CircleDashed, words.to_ask.to_owned()),
        (Standing::Silent, Some(day)) => ("tag tag-maybe", Icon::Hourglass, (words.silent)(&day)),
        (_, Some(day)) => ("tag", Icon::Hourglass, (words.waiting)(&day)),
        (_, None) => ("tag", Icon::Hourglass, words.waiting_long.to_owned()),
    };
    Some(view! { <p><span class=class>{icon_small(sign)} {sentence}</span></p> }.into_any())
}

fn answered(
    model: Model,
    id: DocumentId,
    now: Option<&JobSheetSnapshot>,
    stated: &[Stated],
    reply: &Reply<'_>,
    dialogs: Dialogs,
) -> AnyView {
    let words = &late_text().opinions;
    let (class, shape, [title, _], said) = match reply.answer {
        Answer::None => ("sent choice-yes", Icon::PictoYes, words.fine, ""),
        Answer::FineIf(said) => (
            "sent choice-maybe",
            Icon::PictoIf,
            words.fine_if,
            said.as_str(),
        ),
        Answer::Objection(said) => {
            let shape = Icon::PictoObjection;
            ("sent choice-stop", shape, words.objection, said.as_str())
        }
    };
    let said = said.to_owned();
    let channel = (reply.channel != Channel::Themselves)
        .then(|| (late_text().statements.channel)(reply.channel));
    let opinion = reply.statement.id;
    let condition = reply.condition.map(|followed| {
        let owner = followed
            .owner
            .map(|owner| (late_text().sheet.points.cares)(&people::owner(model, owner)))
            .unwrap_or_else(|| words.nobody_follows.to_owned());
        let (class, sign, state) = if followed.is_met {
            ("tag tag-yes", Icon::CircleCheck, words.met)
        } else {
            ("tag tag-maybe", Icon::Hourglass, words.not_met)
        };
        let may_follow = model.may_state(&noted_by_the_team());
        view! {
            <p><span class=class>{icon_small(sign)} {state}</span> " " <span class="small">{owner}</span></p>
            {may_follow.then(|| view! {
                <button class="button button-quiet start no-print" type="button" on:click=move |_| dialogs.following.set(Some(opinion))>
                    {words.follow}
                </button>
            })}
        }
        .into_any()
    });
    let changed = difference::since(
        model,
        id,
        now,
        &reply.statement.heads,
        late_text().statements.changed_since_opinion,
    );
    view! {
        <div class=class>
            {picto(shape)}
            <span>
                <strong>{title}</strong>
                {(!said.is_empty()).then(|| view! { <br /><span dir="auto">{said}</span> })}
                {channel.map(|channel| view! { <br /><span class="small soft">{channel}</span> })}
            </span>
        </div>
        {proof::verified(model, stated, reply.statement)}
        {condition}
        {changed}
    }
    .into_any()
}

/// What those may state who look after the register.
pub(super) fn noted_by_the_team() -> Content {
    Content::Asked {
        partner: RecordId::from_key(""),
        channel: Channel::Aloud,
        reply_by: None,
    }
}

/// What those who look after the register can note about a partner.
fn notes(model: Model, row: &Row<'_>, dialogs: Dialogs) -> Option<AnyView> {
    let words = &late_text().opinions;
    if !model.may_state(&noted_by_the_team()) {
        return None;
    }
    let (asked, noted) = (row.partner.clone(), row.partner.clone());
    let name = organisation(model, &row.partner).unwrap_or_default();
    let spoken = (text().of_part)(&name);
    let ask = match row.asked.is_empty() {
        true => words.ask,
        false => words.remind,
    };
    let is_open = row.answer.is_none();
    let view = view! {
        <div class="line no-print">
            {is_open.then(|| view! {
                <button class="button button-quiet" type="button" on:click=move |_| dialogs.asking.set(Some(asked.clone()))>
                    {ask}<span class="visually-hidden">{spoken.clone()}</span>
                </button>
            })}
            <button class="button button-quiet" type="button" on:click=move |_| dialogs.noting.set(Some(noted.clone()))>
                {words.note_answer}<span class="visually-hidden">{spoken.clone()}</span>
            </button>
        </div>
    };
    Some(view.into_any())
}

/// The heading of a list that names everyone, in the screen.
pub(super) fn partner_title(
    model: Model,
    partner: RwSignal<Option<RecordId>>,
    title: fn(&str) -> String,
) -> Seen<String> {
    Seen::new(move || {
        let name = partner
            .get()
            .and_then(|partner| organisation(model, &partner))
            .unwrap_or_else(|| late_text().opinions.gone_partner.to_owned());
        title(&name)
    })
}
