//! The decision by consent about one version of a sheet.

use super::conclude::{ConcludeDialog, may_lead};
use super::opinions::unknown_members;
use super::position::{self, NoteDialog};
use super::{difference, proof, said, title_of};
use crate::model::Model;
use crate::pages::people;
use crate::pages::route::Route;
use crate::pages::screen::{Place, Screen, window_title};
use crate::text::late_text;
use crate::ui::{
    Corner, Icon, Post, Seen, banner, empty, icon_small, live, live_option, picto_small, thread,
};
use leptos::prelude::*;
use maillage_shared::id::DocumentId;
use maillage_shared::rules::consent::{Consent, Decided, Held, consents};
use maillage_shared::snapshot::JobSheetSnapshot;
use maillage_shared::statement::{Content, Outcome, Round, Stance, Stated, StatementId};

/// The decision about a sheet.
#[component]
pub(crate) fn DecisionScreen(
    /// Which sheet.
    id: DocumentId,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().decision;
    window_title(|| late_text().decision.title.to_owned());
    let sheet = model.sheet(id);
    let stated = model.stated(id);
    let noting = RwSignal::new(None::<StatementId>);
    let concluding = RwSignal::new(None::<StatementId>);
    let problem = RwSignal::new(None::<&'static str>);
    let lead = Lead {
        noting,
        concluding,
        problem,
    };
    // What is typed as one's own position stays while others take theirs.
    let current = Seen::new(move || {
        stated.with(|stated| {
            let all = consents(stated.as_deref().unwrap_or_default());
            all.last()
                .map(|last| (last.opened.id, last.decision.is_none()))
        })
    });
    let head = live(move || {
        stated.with(|stated| {
            let stated = stated.as_deref().unwrap_or_default();
            let all = consents(stated);
            match all.last() {
                Some(last) => sheet.with(|sheet| head(model, id, sheet.as_ref(), stated, last)),
                None => empty(words.none, words.none_body, None),
            }
        })
    });
    let mine = live_option(move || match current.get() {
        Some((decision, true)) => Some(position::mine(id, decision, stated)),
        _ => None,
    });
    let rest = live(move || {
        stated.with(|stated| {
            let stated = stated.as_deref().unwrap_or_default();
            let all = consents(stated);
            let last = all.last().map(|last| {
                let earlier = (all.len() > 1).then(|| (words.earlier)(all.len() - 1));
                let list = positions(model, last);
                view! { {list} {earlier.map(|earlier| view! { <p class="soft">{earlier}</p> })} }
                    .into_any()
            });
            view! {
                {last}
                {controls(model, id, all.last(), lead)}
                {proof::doubtful(model, stated)}
            }
            .into_any()
        })
    });
    view! {
        <Screen
            corner=Corner::Back(Route::Sheet(id).href())
            place=Place::Sheets
            name=Seen::new(move || title_of(model, id, sheet))
            status=model.status
        >
            <h1 tabindex="-1">{words.title}</h1>
            {unknown_members(stated)}
            {head}
            {mine}
            {rest}
            {crate::pages::problem_line(problem)}
        </Screen>
        <NoteDialog id=id stated=stated decision=noting />
        <ConcludeDialog id=id stated=stated decision=concluding />
    }
    .into_any()
}

/// What those who lead a decision open.
#[derive(Clone, Copy)]
struct Lead {
    noting: RwSignal<Option<StatementId>>,
    concluding: RwSignal<Option<StatementId>>,
    problem: RwSignal<Option<&'static str>>,
}

/// Where the decision stands, on which version, and what came of it.
fn head(
    model: Model,
    id: DocumentId,
    now: Option<&JobSheetSnapshot>,
    stated: &[Stated],
    consent: &Consent<'_>,
) -> AnyView {
    let (words, shared) = (&late_text().decision, &late_text().statements);
    let version = &consent.opened.heads;
    let when = people::when(consent.opened.at);
    match &consent.decision {
        Some(decided) => {
            let changed = difference::since(model, id, now, version, shared.changed_since_decision);
            view! { {result(model, stated, decided)} {changed} }.into_any()
        }
        None => {
            let changed = difference::since(model, id, now, version, shared.changed_since_opening);
            let reopened = consent
                .is_reopened
                .then(|| banner("banner", Icon::Question, words.reopened.into_any(), None));
            view! {
                <div class="stack-s">
                    {rounds(consent.round)}
                    <p class="step-now" role="status">
                        <strong>{(words.round)(consent.round)}"."</strong>
                        " "
                        {(words.round_body)(consent.round)}
                    </p>
                    {reopened}
                    <p class="small soft">{(words.version)(&when)}</p>
                    {changed}
                </div>
            }
            .into_any()
        }
    }
}

fn rounds(now: Round) -> AnyView {
    let words = &late_text().decision;
    let posts = Round::ALL
        .into_iter()
        .map(|round| {
            let post = match round.cmp(&now) {
                std::cmp::Ordering::Less => Post::Done,
                std::cmp::Ordering::Equal => Post::Now,
                std::cmp::Ordering::Greater => Post::Todo,
            };
            (post, (words.round)(round))
        })
        .collect();
    thread(words.rounds, late_text().sheet.moves.done, posts)
}

fn result(model: Model, stated: &[Stated], decided: &Decided<'_>) -> AnyView {
    let words = &late_text().decision;
    let (class, sign) = match decided.outcome {
        Outcome::Accepted => ("banner banner-yes", Icon::CircleCheck),
        Outcome::NotAccepted => ("banner banner-stop", Icon::CircleAlert),
        Outcome::Postponed => ("banner", Icon::Hourglass),
    };
    let review = decided.review.map(|day| (words.review_on)(&said(day)));
    view! {
        {banner(class, sign, (words.outcomes)(decided.outcome).into_any(), review.map(IntoAny::into_any))}
        {proof::verified(model, stated, decided.statement)}
    }
    .into_any()
}

/// How many take which position, and what they say. Names are not shown: who wants to be named says so in the room.
fn positions(model: Model, consent: &Consent<'_>) -> AnyView {
    let words = &late_text().decision;
    let tally = consent.tally();
    let counters: Vec<AnyView> = [
        ("counter counter-yes", Icon::PictoYes, words.agree, tally.agree),
        ("counter counter-maybe", Icon::PictoIf, words.agree_if, tally.agree_if),
        ("counter counter-stop", Icon::PictoObjection, words.object, tally.object),
        ("counter counter-quiet", Icon::PictoPass, words.pass, tally.pass),
        (
            "counter counter-quiet",
            Icon::PictoQuestion,
            words.not_understood,
            tally.not_understood,
        ),
    ]
    .into_iter()
    .map(|(class, shape, word, count)| {
        view! { <li class=class>{picto_small(shape)}<span>{word}</span><output>{count}</output></li> }
            .into_any()
    })
    .collect();
    let nobody = consent
        .positions
        .is_empty()
        .then(|| view! { <p>{words.no_position}</p> });
    let arguments: Vec<AnyView> = consent
        .positions
        .iter()
        .filter_map(|held| argument(model, held))
        .collect();
    let arguments = (!arguments.is_empty()).then(|| {
        view! {
            <h3>{words.arguments}</h3>
            <ul class="card tight">{arguments}</ul>
        }
    });
    let may_note = may_lead(model) && model.may_state(&super::opinions::noted_by_the_team());
    let doubled: Vec<AnyView> = consent
        .positions
        .iter()
        .filter(|held| held.is_doubled && may_note)
        .map(|held| {
            let words = (words.doubled)(&proof::signer(model, held.person));
            view! { <p class="line-tight">{icon_small(Icon::CircleAlert)} {words}</p> }.into_any()
        })
        .collect();
    let late: Vec<AnyView> = consent
        .late
        .iter()
        .map(|held| {
            let said = argument(model, held);
            said.unwrap_or_else(|| {
                view! { <li class="check"><span></span><span>{stance_word(held.stance)}</span></li> }
                    .into_any()
            })
        })
        .collect();
    let late = (!late.is_empty()).then(|| {
        view! {
            <h3>{words.late}</h3>
            <p class="soft">{words.late_body}</p>
            <ul class="card tight">{late}</ul>
        }
    });
    // What is listed here counts, and only what was verified counts.
    let verified = (!consent.positions.is_empty()).then(|| {
        view! {
            <p class="small line-tight proof-true">
                {icon_small(Icon::CircleCheck)} {late_text().statements.verified}
            </p>
        }
    });
    view! {
        <section class="stack-s" aria-labelledby="t-positions">
            <h2 id="t-positions">{words.positions}</h2>
            {nobody}
            <ul>{counters}</ul>
            {verified}
            {doubled}
            {arguments}
            {late}
        </section>
    }
    .into_any()
}

/// What someone says with their position; nothing when they say nothing.
fn argument(model: Model, held: &Held<'_>) -> Option<AnyView> {
    let words = &late_text().decision;
    let (class, shape, said) = match held.stance {
        Stance::AgreesIf(said) => ("check check-maybe choice-maybe", Icon::PictoIf, said),
        Stance::Objects(said) => ("check check-stop choice-stop", Icon::PictoObjection, said),
        Stance::Agrees | Stance::Passes | Stance::NotUnderstood => return None,
    };
    let noted = held.noted_by.map(|by| {
        let how = (late_text().statements.channel)(held.channel);
        (words.noted_by)(&proof::signer(model, by), how)
    });
    let said = said.clone();
    let view = view! {
        <li class=class>
            {picto_small(shape)}
            <span>
                <strong class="check-word">{stance_word(held.stance)}</strong>
                <br />
                <span dir="auto">{said}</span>
                {noted.map(|noted| view! { <br /><span class="small soft">{noted}</span> })}
            </span>
        </li>
    };
    Some(view.into_any())
}

/// The word for a position.
pub(super) fn stance_word(stance: &Stance) -> &'static str {
    let words = &late_text().decision;
    match stance {
        Stance::Agrees => words.agree,
        Stance::AgreesIf(_) => words.agree_if,
        Stance::Objects(_) => words.object,
        Stance::Passes => words.pass,
        Stance::NotUnderstood => words.not_understood,
    }
}

/// What those who lead a decision can do now.
fn controls(
    model: Model,
    id: DocumentId,
    consent: Option<&Consent<'_>>,
    lead: Lead,
) -> Option<AnyView> {
    let words = &late_text().decision;
    if !may_lead(model) {
        return None;
    }
    let Lead {
        noting,
        concluding,
        problem,
    } = lead;
    let put = move |_| state(model, id, model.version_of(id), Content::Opened, problem);
    let open_one = match consent {
        Some(consent) if consent.decision.is_none() => None,
        Some(_) => Some((words.again, "button button-quiet start no-print")),
        None => Some((words.open, "button button-primary button-wide no-print")),
    };
    let open = open_one.map(|(word, class)| {
        view! { <button class=class type="button" on:click=put>{word}</button> }
    });
    let running = consent.filter(|consent| consent.decision.is_none());
    let running = running.map(|consent| {
        let decision = consent.opened.id;
        let version = consent.opened.heads.clone();
        let place = Round::ALL.iter().position(|round| *round == consent.round);
        // The last round is the decision itself.
        let next = place
            .and_then(|place| Round::ALL.get(place + 1))
            .copied()
            .filter(|round| *round != Round::Celebration);
        let next = next.map(|round| {
            let go = move |_| {
                let content = Content::Round { decision, round };
                state(model, id, version.clone(), content, problem);
            };
            view! {
                <button class="button button-secondary button-wide" type="button" on:click=go>
                    {(words.next)((words.round)(round))}
                </button>
            }
        });
        let may_note = model.may_state(&super::opinions::noted_by_the_team());
        view! {
            <div class="stack-s no-print">
                {next}
                {may_note.then(|| view! {
                    <button class="button button-secondary button-wide" type="button" on:click=move |_| noting.set(Some(decision))>
                        {words.note}
                    </button>
                })}
                <button class="button button-secondary button-wide" type="button" on:click=move |_| concluding.set(Some(decision))>
                    {words.conclude}
                </button>
            </div>
        }
    });
    Some(view! { {running} {open} }.into_any())
}

fn state(
    model: Model,
    id: DocumentId,
    version: Vec<maillage_shared::ChangeHash>,
    content: Content,
    problem: RwSignal<Option<&'static str>>,
) {
    model.state(id, version, content, move |is_there| {
        problem.set((!is_there).then_some(late_text().statements.not_signed));
    });
}
