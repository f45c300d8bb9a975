//! Noting what was decided, with the positions that were there.

use super::position::version_of;
use crate::model::Model;
use crate::pages::problem_line;
use crate::text::{late_text, text};
use crate::ui::{Chip, Chips, DayField, Dialog, Icon, Seen, banner, live_option};
use leptos::prelude::*;
use maillage_shared::id::DocumentId;
use maillage_shared::rules::consent::{Consent, NotYet, consents};
use maillage_shared::statement::{Content, Outcome, Stated, StatementId};

/// Whether the person of this phone may lead a decision. Tracked.
pub(super) fn may_lead(model: Model) -> bool {
    model.may_state(&Content::Opened)
}

/// The dialog in which a decision is noted and signed. It is open while `decision` names one.
#[component]
pub(super) fn ConcludeDialog(
    /// About which sheet.
    id: DocumentId,
    /// All that was stated about it.
    stated: Seen<Option<Vec<Stated>>>,
    /// The decision.
    decision: RwSignal<Option<StatementId>>,
) -> AnyView {
    let open = Seen::new(move || decision.with(Option::is_some));
    view! {
        <Dialog
            id="conclure"
            title=late_text().decision.conclude.to_owned()
            close=text().close
            open=open
            on_close=move |()| decision.set(None)
        >
            {form(id, stated, decision)}
        </Dialog>
    }
    .into_any()
}

/// Why a decision cannot be accepted yet; `None` when it can.
fn held_open(stated: &[Stated], decision: StatementId) -> Option<NotYet> {
    let all = consents(stated);
    let consent = all.iter().find(|consent| consent.opened.id == decision)?;
    consent.may_be_accepted().err()
}

fn outcomes(not_yet: Option<NotYet>) -> &'static [Outcome] {
    match not_yet {
        None => &[Outcome::Accepted, Outcome::NotAccepted, Outcome::Postponed],
        Some(_) => &[Outcome::NotAccepted, Outcome::Postponed],
    }
}

fn form(
    id: DocumentId,
    stated: Seen<Option<Vec<Stated>>>,
    decision: RwSignal<Option<StatementId>>,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().decision;
    let outcome = RwSignal::new(None::<Outcome>);
    let review = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<&'static str>);
    // Others may still take a position while the dialog is open.
    let not_yet = Seen::new(move || {
        let about = decision.get()?;
        stated.with(|stated| held_open(stated.as_deref().unwrap_or_default(), about))
    });
    let choose = live_option(move || {
        let offered = outcomes(not_yet.get());
        let chips = offered
            .iter()
            .map(|outcome| Chip {
                label: (words.outcomes)(*outcome).to_owned(),
                icon: None,
            })
            .collect();
        let chosen = Seen::new(move || {
            let outcome = outcome.get()?;
            offered.iter().position(|offered| *offered == outcome)
        });
        let view = view! {
            {not_yet.get().map(why_not)}
            <Chips
                legend=words.outcome
                name="resultat"
                chips=chips
                chosen=chosen
                on_choose=Callback::new(move |index: usize| outcome.set(offered.get(index).copied()))
            />
        };
        Some(view.into_any())
    });
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let offered = outcomes(not_yet.with_untracked(|not_yet| *not_yet));
        let chosen = outcome.get_untracked();
        let Some(chosen) = chosen.filter(|chosen| offered.contains(chosen)) else {
            return problem.set(Some(words.no_outcome));
        };
        let Some(about) = decision.get_untracked() else {
            return;
        };
        let positions = stated.with_untracked(|stated| {
            let all = consents(stated.as_deref().unwrap_or_default());
            let consent = all.iter().find(|consent| consent.opened.id == about);
            consent.map(named).unwrap_or_default()
        });
        let decided = Content::Decision {
            decision: about,
            outcome: chosen,
            review: review.get_untracked().parse().ok(),
            positions,
        };
        model.state(id, version_of(stated, about), decided, move |is_there| {
            if is_there {
                decision.set(None);
            } else {
                problem.set(Some(late_text().statements.not_signed));
            }
        });
    };
    view! {
        <form class="stack" on:submit=save>
            {choose}
            <DayField id="decision-revue" label=words.review value=review on_input=move |day| review.set(day) />
            {problem_line(problem)}
            <button class="button button-primary button-wide" type="submit">{words.sign}</button>
        </form>
    }
    .into_any()
}

fn named(consent: &Consent<'_>) -> Vec<StatementId> {
    consent.positions.iter().map(|held| held.id).collect()
}

fn why_not(not_yet: NotYet) -> AnyView {
    let words = &late_text().decision;
    let sentence = match not_yet {
        NotYet::Nobody => words.not_yet_nobody.to_owned(),
        NotYet::NotUnderstood(count) => (words.not_yet_lost)(count),
        NotYet::Objections(count) => (words.not_yet_objections)(count),
    };
    banner("banner", Icon::Hourglass, sentence.into_any(), None)
}
