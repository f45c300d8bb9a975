//! The points to check, and the dialog in which one is noted.

use super::owner::OwnerField;
use super::versions::{shown, versions_card};
use super::writers_only;
use crate::model::Model;
use crate::pages::{people, problem_line};
use crate::platform::calendar;
use crate::text::{late_text, text};
use crate::ui::{
    Chip, Chips, DayField, Dialog, Icon, Seen, TextArea, TextField, icon, live_list, live_option,
    live_text,
};
use leptos::prelude::*;
use maillage_shared::command::{GuardRailValue, JobSheetCommand, NewGuardRail, SheetField};
use maillage_shared::id::{DocumentId, RecordId};
use maillage_shared::records::{GuardRailState, GuardRailTopic};
use maillage_shared::snapshot::{GuardRailSnapshot, JobSheetSnapshot};

/// Every point to check of a sheet, and the way to add one.
#[component]
pub(crate) fn Points(
    /// The sheet they belong to.
    id: DocumentId,
    /// The sheet.
    sheet: Seen<JobSheetSnapshot>,
) -> AnyView {
    let words = &late_text().sheet.points;
    let noting = RwSignal::new(None::<RecordId>);
    let adding = RwSignal::new(false);
    let ids = Seen::new(move || {
        sheet.with(|sheet| {
            sheet
                .guard_rails
                .iter()
                .map(|point| point.id.to_string())
                .collect::<Vec<_>>()
        })
    });
    view! {
        <section class="stack-s" aria-labelledby="t-verifier">
            <div class="section-head">
                <h2 id="t-verifier">{words.title}</h2>
                {writers_only(move || {
                    view! { <button class="button button-quiet" type="button" on:click=move |_| adding.set(true)>{words.add}</button> }
                        .into_any()
                })}
            </div>
            <p class="soft">{words.body}</p>
            <ul class="card tight">
                {live_list(ids, move |key| point_row(id, sheet, RecordId::from_key(key), noting))}
            </ul>
        </section>
        {note_dialog(id, sheet, noting)}
        <Dialog id="ajouter-point" title=words.add.to_owned() close=text().close open=adding on_close=move |()| adding.set(false)>
            <AddPoint id=id on_added=Callback::new(move |()| adding.set(false)) />
        </Dialog>
    }
    .into_any()
}

/// The words of a point: the group's own, or its topic's.
pub(crate) fn name_of(point: &GuardRailSnapshot) -> String {
    match point.label.words() {
        "" => (late_text().glossary.topic)(point.topic).to_owned(),
        label => label.to_owned(),
    }
}

fn point_of(sheet: Seen<JobSheetSnapshot>, id: RecordId) -> Seen<Option<GuardRailSnapshot>> {
    Seen::new(move || sheet.with(|sheet| sheet.guard_rail(&id).cloned()))
}

fn point_row(
    id: DocumentId,
    sheet: Seen<JobSheetSnapshot>,
    point_id: RecordId,
    noting: RwSignal<Option<RecordId>>,
) -> AnyView {
    let point = point_of(sheet, point_id.clone());
    let class = move || {
        point.with(|point| {
            look(
                point
                    .as_ref()
                    .map(GuardRailSnapshot::state)
                    .unwrap_or_default(),
            )
            .0
        })
    };
    let face =
        live_option(move || point.with(|point| point.as_ref().map(|point| row_face(id, point))));
    let spoken = move || {
        point.with(|point| {
            point
                .as_ref()
                .map(|point| (text().of_part)(&name_of(point)))
                .unwrap_or_default()
        })
    };
    view! {
        <li class=class>
            {face}
            {writers_only(move || {
                let point_id = point_id.clone();
                view! {
                    <button
                        class="button button-quiet no-print"
                        type="button"
                        on:click=move |_| noting.set(Some(point_id.clone()))
                    >
                        {late_text().sheet.points.save}
                        <span class="visually-hidden">{live_text(spoken)}</span>
                    </button>
                }
                .into_any()
            })}
        </li>
    }
    .into_any()
}

fn row_face(id: DocumentId, point: &GuardRailSnapshot) -> AnyView {
    let model = expect_context::<Model>();
    let state = point.state();
    let evidence = point.evidence.words().to_owned();
    let states = shown(&point.state_field, |state| {
        (late_text().glossary.guard_rail_state)(*state).to_owned()
    });
    let owners = shown(&point.owner, |owner| people::owner(model, owner));
    let evidences = shown(&point.evidence, String::clone);
    let record = &point.id;
    let cards = [
        versions_card(id, SheetField::GuardRailState(record.clone()), &states),
        versions_card(id, SheetField::GuardRailOwner(record.clone()), &owners),
        versions_card(
            id,
            SheetField::GuardRailEvidence(record.clone()),
            &evidences,
        ),
    ];
    view! {
        {icon(look(state).1)}
        <strong class="check-name">{name_of(point)}</strong>
        <div class="check-more">
            <span class="check-word">{(late_text().glossary.guard_rail_state)(state)}</span>
            {(!evidence.is_empty()).then(|| view! { <br /><span class="small">{evidence}</span> })}
            {care(model, point).map(|care| view! { <br /><span class="small">{care}</span> })}
        </div>
        {cards.into_iter().flatten().collect::<Vec<_>>()}
    }
    .into_any()
}

/// Who takes care of a point, and by when.
fn care(model: Model, point: &GuardRailSnapshot) -> Option<String> {
    let words = &late_text().sheet.points;
    let owner = point.owner.value().map(|owner| people::owner(model, owner));
    let day = point
        .due
        .value()
        .map(|day| (text().domain.day)(calendar::written_day(*day), calendar::today()));
    match (owner, day) {
        (Some(owner), Some(day)) => Some((words.cares_before)(&owner, &day)),
        (Some(owner), None) => Some((words.cares)(&owner)),
        (None, Some(day)) => Some((words.before)(&day)),
        (None, None) => None,
    }
}

/// The class and the sign of a state: always with its word.
fn look(state: GuardRailState) -> (&'static str, Icon) {
    match state {
        GuardRailState::NotYet => ("check check-act check-todo", Icon::CircleDashed),
        GuardRailState::Waiting => ("check check-act check-maybe", Icon::Hourglass),
        GuardRailState::Met => ("check check-act check-yes", Icon::CircleCheck),
        GuardRailState::NotMet => ("check check-act check-stop", Icon::CircleAlert),
        GuardRailState::DoesNotApply => ("check check-act check-todo", Icon::Check),
    }
}

/// The dialog that notes one point. It is open while `noting` names one.
fn note_dialog(
    id: DocumentId,
    sheet: Seen<JobSheetSnapshot>,
    noting: RwSignal<Option<RecordId>>,
) -> AnyView {
    let point = Seen::new(move || {
        let noting = noting.get()?;
        sheet.with(|sheet| sheet.guard_rail(&noting).cloned())
    });
    let title =
        Seen::new(move || point.with(|point| point.as_ref().map(name_of).unwrap_or_default()));
    view! {
        <Dialog
            id="noter-point"
            title=title
            close=text().close
            open=Seen::new(move || noting.with(Option::is_some))
            on_close=move |()| noting.set(None)
        >
            {point.with_untracked(Clone::clone).map(|point| note_form(id, point, Callback::new(move |()| noting.set(None))))}
        </Dialog>
    }
    .into_any()
}

fn note_form(id: DocumentId, point: GuardRailSnapshot, on_noted: Callback<()>) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().sheet.points;
    let state = RwSignal::new(point.state());
    let owner = RwSignal::new(point.owner.value().cloned());
    let evidence = RwSignal::new(point.evidence.words().to_owned());
    let due = RwSignal::new(
        point
            .due
            .value()
            .map(ToString::to_string)
            .unwrap_or_default(),
    );
    let problem = RwSignal::new(None::<&'static str>);
    let chips = GuardRailState::ALL
        .iter()
        .map(|state| Chip {
            label: (late_text().glossary.guard_rail_state)(*state).to_owned(),
            icon: None,
        })
        .collect();
    let chosen = Seen::new(move || {
        GuardRailState::ALL
            .iter()
            .position(|each| *each == state.get())
    });
    let choose = Callback::new(move |index: usize| {
        if let Some(chosen) = GuardRailState::ALL.get(index) {
            state.set(*chosen);
        }
    });
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        // Only what is new is written: the rest may have been changed by someone else meanwhile.
        let written = evidence.get_untracked().trim().to_owned();
        let day = due.get_untracked().parse().ok();
        let values = [
            (state.get_untracked() != point.state())
                .then(|| GuardRailValue::State(state.get_untracked())),
            (owner.get_untracked().as_ref() != point.owner.value())
                .then(|| GuardRailValue::Owner(owner.get_untracked())),
            (written != point.evidence.words()).then_some(GuardRailValue::Evidence(written)),
            (day.as_ref() != point.due.value()).then_some(GuardRailValue::Due(day)),
        ];
        let saved = values.into_iter().flatten().all(|value| {
            model.change_sheet(
                id,
                JobSheetCommand::SetGuardRail {
                    guard_rail: point.id.clone(),
                    value,
                },
            )
        });
        if saved {
            on_noted.run(());
        } else {
            problem.set(Some(text().missing.failed));
        }
    };
    view! {
        <form class="stack" on:submit=save>
            <Chips legend=words.state name="point-etat" chips=chips chosen=chosen on_choose=choose />
            <OwnerField id="point-qui" owner=owner />
            <TextArea
                id="point-preuve"
                label=words.evidence
                short=true
                value=evidence
                on_input=move |written| evidence.set(written)
            />
            <DayField id="point-jour" label=words.due value=due on_input=move |day| due.set(day) />
            {problem_line(problem)}
            <button class="button button-primary button-wide" type="submit">{words.save}</button>
        </form>
    }
    .into_any()
}

/// The form that adds a point in the group's own words.
#[component]
fn AddPoint(
    /// The sheet it belongs to.
    id: DocumentId,
    /// Called when the point has been added.
    on_added: Callback<()>,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().sheet.points;
    let label = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<&'static str>);
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let written = label.get_untracked().trim().to_owned();
        if written.is_empty() {
            problem.set(Some(words.no_label));
            return;
        }
        let added = model.change_sheet(
            id,
            JobSheetCommand::AddGuardRail(NewGuardRail {
                topic: GuardRailTopic::Other,
                label: written,
            }),
        );
        if added {
            on_added.run(());
        } else {
            problem.set(Some(text().missing.failed));
        }
    };
    view! {
        <form class="stack" on:submit=add>
            <TextField id="point-nom" label=words.label value=label on_input=move |written| label.set(written) />
            {problem_line(problem)}
            <button class="button button-primary button-wide" type="submit">{words.add}</button>
        </form>
    }
    .into_any()
}
