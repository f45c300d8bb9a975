//! The four points before a trial, each recorded by a person in their own name.

use super::versions::{Shown, shown, versions_card};
use super::writers_only;
use crate::model::Model;
use crate::pages::{people, problem_line};
use crate::text::{late_text, text};
use crate::ui::{
    AvatarSize, Chip, Chips, Dialog, Icon, Seen, TextArea, avatar, icon, live, live_text,
};
use leptos::prelude::*;
use maillage_shared::command::{JobSheetCommand, SheetField};
use maillage_shared::id::DocumentId;
use maillage_shared::records::{LegalFrame, SheetState, TrialPoint, TrialPointValue};
use maillage_shared::rules::moves::open_points;
use maillage_shared::snapshot::{CompletedBy, JobSheetSnapshot};

/// The four points and the dialog in which they are recorded.
#[component]
pub(crate) fn BeforeTrial(
    /// The sheet they belong to.
    id: DocumentId,
    /// The sheet.
    sheet: Seen<JobSheetSnapshot>,
) -> AnyView {
    let words = &late_text().sheet.points;
    let noting = RwSignal::new(false);
    let rows: Vec<AnyView> = TrialPoint::ALL
        .into_iter()
        .map(|point| row(id, sheet, point))
        .collect();
    let open = Seen::new(move || sheet.with(|sheet| open_points(sheet, SheetState::Trial).len()));
    let waits = move || match open.get() {
        0 => words.ready.to_owned(),
        count => (words.waits)(count),
    };
    view! {
        <section class="stack-s" aria-labelledby="t-essai">
            <h2 id="t-essai">{words.trial}</h2>
            <p class="soft">{words.trial_body}</p>
            <ul class="card tight">{rows}</ul>
            <p><strong>{live_text(waits)}</strong></p>
            {writers_only(move || {
                view! {
                    <button class="button button-secondary button-wide no-print" type="button" on:click=move |_| noting.set(true)>
                        {words.note}
                    </button>
                }
                .into_any()
            })}
        </section>
        <Dialog
            id="avant-essai"
            title=words.trial.to_owned()
            close=text().close
            open=noting
            on_close=move |()| noting.set(false)
        >
            <RecordPoints id=id sheet=sheet on_recorded=Callback::new(move |()| noting.set(false)) />
        </Dialog>
    }
    .into_any()
}

fn versions(sheet: &JobSheetSnapshot, point: TrialPoint) -> Vec<Shown> {
    let points = &sheet.before_trial;
    match point {
        TrialPoint::Employer => shown(&points.employer, String::clone),
        TrialPoint::LegalFrame => shown(&points.legal_frame, |frame| {
            (late_text().glossary.legal_frame)(*frame).to_owned()
        }),
        TrialPoint::Insurance => shown(&points.insurance, String::clone),
        TrialPoint::Allowance => shown(&points.allowance, String::clone),
    }
}

fn row(id: DocumentId, sheet: Seen<JobSheetSnapshot>, point: TrialPoint) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().sheet.points;
    let state = Seen::new(move || {
        sheet.with(|sheet| {
            (
                sheet.before_trial.completed_by(point),
                versions(sheet, point),
            )
        })
    });
    let class = move || {
        state.with(|(completed, _)| match completed {
            CompletedBy::Person(_) => "check check-yes",
            CompletedBy::Contested | CompletedBy::Unnamed => "check check-maybe",
            CompletedBy::Nobody => "check check-todo",
        })
    };
    let face = live(move || {
        state.with(|(completed, versions)| {
            let first = versions.first();
            let answer = first.map_or(
                (late_text().glossary.guard_rail_state)(Default::default()).to_owned(),
                |first| first.words.clone(),
            );
            let when = first
                .and_then(|first| first.at)
                .map(people::when)
                .unwrap_or_default();
            let (symbol, note) = match completed {
                CompletedBy::Person(person) => (
                    Icon::CircleCheck,
                    Some((words.noted_by)(&people::name(model, *person), &when)),
                ),
                CompletedBy::Unnamed => (Icon::Hourglass, Some(words.noted_unnamed.to_owned())),
                CompletedBy::Contested => (Icon::Hourglass, None),
                CompletedBy::Nobody => (Icon::CircleDashed, None),
            };
            view! {
                {icon(symbol)}
                <span>
                    <strong>{(late_text().glossary.trial_point)(point)}</strong>
                    <br />
                    <span class="check-word">{answer}</span>
                    {note.map(|note| view! { <br /><span class="small">{note}</span> })}
                </span>
                {versions_card(id, SheetField::TrialPoint(point), versions)}
            }
            .into_any()
        })
    });
    view! { <li class=class>{face}</li> }.into_any()
}

/// The form that records what is known of the four points, in the name of the person of this phone.
#[component]
fn RecordPoints(
    /// The sheet.
    id: DocumentId,
    /// The sheet's snapshot.
    sheet: Seen<JobSheetSnapshot>,
    /// Called when all has been recorded.
    on_recorded: Callback<()>,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().sheet.points;
    let before = sheet.with_untracked(|sheet| sheet.before_trial.clone());
    let employer = RwSignal::new(before.employer.words().to_owned());
    let frame = RwSignal::new(before.legal_frame.value().copied());
    let insurance = RwSignal::new(before.insurance.words().to_owned());
    let allowance = RwSignal::new(before.allowance.words().to_owned());
    let problem = RwSignal::new(None::<&'static str>);
    let chips = LegalFrame::ALL
        .iter()
        .map(|frame| Chip {
            label: (late_text().glossary.legal_frame)(*frame).to_owned(),
            icon: None,
        })
        .collect();
    let chosen = Seen::new(move || {
        LegalFrame::ALL
            .iter()
            .position(|each| Some(*each) == frame.get())
    });
    let choose = Callback::new(move |index: usize| frame.set(LegalFrame::ALL.get(index).copied()));
    let mine = (words.in_my_name)(
        &model
            .me
            .get_untracked()
            .map(|me| me.name)
            .unwrap_or_default(),
    );
    let my_face = model
        .me
        .get_untracked()
        .map(|me| avatar(people::mine(&me).0, AvatarSize::Small));
    let record = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let new = |written: RwSignal<String>, was: &str| {
            let written = written.get_untracked().trim().to_owned();
            (!written.is_empty() && written != was).then_some(written)
        };
        let values = [
            new(employer, before.employer.words()).map(TrialPointValue::Employer),
            frame
                .get_untracked()
                .filter(|frame| Some(frame) != before.legal_frame.value())
                .map(TrialPointValue::LegalFrame),
            new(insurance, before.insurance.words()).map(TrialPointValue::Insurance),
            new(allowance, before.allowance.words()).map(TrialPointValue::Allowance),
        ];
        let recorded = values
            .into_iter()
            .flatten()
            .all(|value| model.change_sheet(id, JobSheetCommand::RecordTrialPoint(value)));
        if recorded {
            on_recorded.run(());
        } else {
            problem.set(Some(text().missing.failed));
        }
    };
    view! {
        <form class="stack" on:submit=record>
            <p>{words.why}</p>
            <TextArea
                id="essai-employeur"
                label=words.employer
                short=true
                value=employer
                on_input=move |written| employer.set(written)
            />
            <Chips legend=words.frame name="essai-cadre" chips=chips chosen=chosen on_choose=choose />
            <p class="hint">{words.frame_hint}</p>
            <TextArea
                id="essai-assurance"
                label=words.insurance
                hint=Some(words.insurance_hint)
                short=true
                value=insurance
                on_input=move |written| insurance.set(written)
            />
            <TextArea
                id="essai-allocation"
                label=words.allowance
                hint=Some(words.allowance_hint)
                short=true
                value=allowance
                on_input=move |written| allowance.set(written)
            />
            <p class="line">{my_face}<span>{mine}</span></p>
            {problem_line(problem)}
            <button class="button button-primary button-wide" type="submit">{words.save}</button>
        </form>
    }
    .into_any()
}
