//! Where a sheet stands, the move to another state, and every move so far.

use super::owner::OwnerField;
use super::versions::{shown, versions_card};
use super::writers_only;
use crate::model::Model;
use crate::pages::{people, problem_line, trades};
use crate::text::{late_text, text};
use crate::ui::{
    Chip, Chips, Dialog, Icon, Post, Seen, TextArea, banner, icon_small, live, live_option,
    live_text, thread,
};
use leptos::prelude::*;
use maillage_shared::command::{JobSheetCommand, MoveRequest, SheetField};
use maillage_shared::id::DocumentId;
use maillage_shared::records::{Owner, SheetState};
use maillage_shared::rules::moves::{self, MoveNeeds};
use maillage_shared::snapshot::{JobSheetSnapshot, MoveSnapshot};

/// The thread of states, and the way to move along it.
#[component]
pub(crate) fn State(
    /// The sheet.
    id: DocumentId,
    /// The sheet's snapshot.
    sheet: Seen<JobSheetSnapshot>,
) -> AnyView {
    let words = &late_text().sheet.moves;
    let moving = RwSignal::new(false);
    let state = Seen::new(move || sheet.with(JobSheetSnapshot::state));
    let unmet = Seen::new(move || sheet.with(|sheet| moves::unmet(sheet).len()));
    let versions = Seen::new(move || {
        sheet.with(|sheet| {
            shown(&sheet.state_field, |state| {
                (text().domain.state)(*state).to_owned()
            })
        })
    });
    let sentence = move || (words.now)((text().domain.state)(state.get()));
    view! {
        <section class="stack-s" aria-label=words.section>
            {live(move || states_thread(state.get()))}
            <p class="step-now">
                <strong>{live_text(sentence)}</strong>
                " "
                {live_text(move || (words.unmet)(unmet.get()))}
            </p>
            {live_option(move || versions.with(|versions| versions_card(id, SheetField::State, versions)))}
            {writers_only(move || {
                view! {
                    <button class="button button-secondary button-wide no-print" type="button" on:click=move |_| moving.set(true)>
                        {words.change}
                    </button>
                }
                .into_any()
            })}
        </section>
        <Dialog
            id="changer-etat"
            title=words.change.to_owned()
            close=text().close
            open=moving
            on_close=move |()| moving.set(false)
        >
            <Move id=id sheet=sheet on_moved=Callback::new(move |()| moving.set(false)) />
        </Dialog>
    }
    .into_any()
}

/// The thread of states. A stopped sheet shows its stop as a seventh step.
fn states_thread(now: SheetState) -> AnyView {
    let words = &late_text().sheet.moves;
    let posts = SheetState::ALL
        .into_iter()
        .filter(|state| *state != SheetState::Stopped || now == SheetState::Stopped)
        .map(|state| {
            let post = if state == now {
                Post::Now
            } else if state < now && now != SheetState::Stopped {
                Post::Done
            } else {
                Post::Todo
            };
            (post, (text().domain.state)(state))
        })
        .collect();
    thread(words.states, words.done, posts)
}

/// The form that moves a sheet: which state, and what this move needs.
#[component]
fn Move(
    /// The sheet.
    id: DocumentId,
    /// The sheet's snapshot.
    sheet: Seen<JobSheetSnapshot>,
    /// Called when the sheet has moved.
    on_moved: Callback<()>,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().sheet.moves;
    let possible = sheet.with_untracked(moves::possible);
    let states: Vec<SheetState> = possible.iter().map(|(state, _)| *state).collect();
    let to = RwSignal::new(None::<SheetState>);
    let reason = RwSignal::new(String::new());
    let owner = RwSignal::new(None::<Owner>);
    let problem = RwSignal::new(None::<&'static str>);
    // What the move needs may change while the form is open: someone else may settle a point.
    let needs = Seen::new(move || {
        to.get()
            .and_then(|to| sheet.with(|sheet| moves::needs(sheet, to).ok()))
    });
    let chips = states
        .iter()
        .map(|state| Chip {
            label: (text().domain.state)(*state).to_owned(),
            icon: Some(trades::state_icon(*state)),
        })
        .collect();
    let chosen = {
        let states = states.clone();
        Seen::new(move || states.iter().position(|state| Some(*state) == to.get()))
    };
    let choose = Callback::new(move |index: usize| {
        to.set(states.get(index).copied());
        problem.set(None);
    });
    let blocked = Seen::new(move || {
        needs.with(|needs| {
            needs
                .as_ref()
                .is_some_and(|needs| !needs.open_points.is_empty())
        })
    });
    let ask_reason =
        Seen::new(move || needs.with(|needs| needs.as_ref().is_some_and(|needs| needs.reason)));
    let ask_owner =
        Seen::new(move || needs.with(|needs| needs.as_ref().is_some_and(|needs| needs.owner)));
    let go = move || {
        to.get().map_or(words.change.to_owned(), |to| {
            (words.go)((text().domain.state)(to))
        })
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(to) = to.get_untracked() else {
            problem.set(Some(words.no_state));
            return;
        };
        let request = MoveRequest {
            to,
            reason: reason.get_untracked().trim().to_owned(),
            owner: owner.get_untracked(),
        };
        let missing = sheet
            .with_untracked(|sheet| moves::check(sheet, &request))
            .err()
            .map(|refusal| match refusal {
                moves::MoveRefusal::NoReason => words.no_reason,
                moves::MoveRefusal::NoOwner { .. } => words.no_owner,
                moves::MoveRefusal::OpenPoints { .. } => words.open_body,
                moves::MoveRefusal::AlreadyThere | moves::MoveRefusal::Jump { .. } => {
                    words.elsewhere
                }
            });
        if missing.is_some() {
            problem.set(missing);
        } else if model.change_sheet(id, JobSheetCommand::Move(request)) {
            on_moved.run(());
        } else {
            problem.set(Some(text().missing.failed));
        }
    };
    view! {
        <form class="stack" on:submit=send>
            <Chips legend=words.to name="etat" chips=chips chosen=chosen on_choose=choose />
            {live_option(move || needs.with(|needs| needs.as_ref().and_then(what_is_missing)))}
            {live_option(move || ask_reason.get().then(|| reason_field(reason)))}
            {live_option(move || ask_owner.get().then(|| view! { <OwnerField id="etat-qui" owner=owner /> }.into_any()))}
            {problem_line(problem)}
            {live_option(move || (!blocked.get()).then(|| {
                view! { <button class="button button-primary button-wide" type="submit">{live_text(go)}</button> }.into_any()
            }))}
        </form>
    }
    .into_any()
}

fn reason_field(reason: RwSignal<String>) -> AnyView {
    view! {
        <TextArea
            id="etat-pourquoi"
            label=late_text().sheet.moves.reason
            short=true
            value=reason
            on_input=move |written| reason.set(written)
        />
    }
    .into_any()
}

/// The points that a move leaves unmet, or that keep it closed.
fn what_is_missing(needs: &MoveNeeds) -> Option<AnyView> {
    let words = &late_text().sheet.moves;
    if !needs.open_points.is_empty() {
        let points: Vec<&str> = needs
            .open_points
            .iter()
            .map(|point| (late_text().glossary.trial_point)(*point))
            .collect();
        let body = format!("{} {}.", words.open_body, points.join(", "));
        let title = (words.open_title)(needs.open_points.len());
        return Some(banner(
            "banner banner-stop",
            Icon::CircleAlert,
            title.into_any(),
            Some(body.into_any()),
        ));
    }
    if !needs.unmet.is_empty() {
        let title = (words.unmet_title)(needs.unmet.len());
        let body = words.unmet_body.into_any();
        return Some(banner(
            "banner banner-offline",
            Icon::Hourglass,
            title.into_any(),
            Some(body),
        ));
    }
    None
}

/// Every move so far, the latest first.
#[component]
pub(crate) fn History(
    /// The sheet's snapshot.
    sheet: Seen<JobSheetSnapshot>,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().sheet.moves;
    let moves = Seen::new(move || sheet.with(|sheet| sheet.moves.clone()));
    let list = live(move || {
        moves.with(|moves| {
            if moves.is_empty() {
                return view! { <p class="soft">{words.no_history}</p> }.into_any();
            }
            let rows: Vec<AnyView> = moves
                .iter()
                .rev()
                .map(|step| step_row(model, step))
                .collect();
            view! { <ul class="card tight">{rows}</ul> }.into_any()
        })
    });
    view! {
        <section class="stack-s" aria-labelledby="t-histoire">
            <h2 id="t-histoire">{words.history}</h2>
            {list}
        </section>
    }
    .into_any()
}

fn step_row(model: Model, step: &MoveSnapshot) -> AnyView {
    let words = &late_text().sheet.moves;
    let name = step.by.map_or_else(
        || text().domain.someone.to_owned(),
        |person| people::name(model, person),
    );
    let helped = step.helper.map(|helper| {
        let name = people::name(model, helper);
        view! { <br /><span class="small">{(text().domain.helped_by)(&name)}</span> }
    });
    let when = step.at.map(people::when).unwrap_or_default();
    let state = text().domain.state;
    let reason = (!step.reason.is_empty()).then(|| (words.step_reason)(&step.reason));
    let owner = step
        .owner
        .as_ref()
        .map(|owner| (late_text().sheet.points.cares)(&people::owner(model, owner)));
    view! {
        <li class="check">
            {icon_small(trades::state_icon(step.to))}
            <span>
                <strong>{(words.step)(state(step.from), state(step.to))}</strong>
                <br />
                <span class="small">{(words.step_by)(&name, &when)}</span>
                {helped}
                {reason.map(|reason| view! { <br /><span class="small">{reason}</span> })}
                {owner.map(|owner| view! { <br /><span class="small">{owner}</span> })}
            </span>
        </li>
    }
    .into_any()
}
