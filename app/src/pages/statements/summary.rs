//! What a sheet shows of its opinions and its decision, and the way to both.

use super::difference;
use crate::model::Model;
use crate::pages::rights::where_one_may;
use crate::pages::route::Route;
use crate::text::late_text;
use crate::ui::{Icon, Seen, icon, icon_turn, live_option, live_text, picto};
use leptos::prelude::*;
use maillage_shared::doc::Kind;
use maillage_shared::id::{DocumentId, RecordId};
use maillage_shared::rules::access::Right;
use maillage_shared::rules::{consent, register};
use maillage_shared::statement::{Answer, Channel, Content, Opinion, Stated};

/// The opinions and the decision in two lines.
#[component]
pub(crate) fn Summary(
    /// The sheet.
    id: DocumentId,
) -> AnyView {
    where_one_may(Kind::Statements, Right::Read, move || summary(id))
}

fn summary(id: DocumentId) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().statements;
    let stated = model.stated(id);
    let sheet = model.sheet(id);
    let counts = Seen::new(move || {
        stated.with(|stated| {
            let rows = register::register(stated.as_deref().unwrap_or_default(), &[], None);
            let answers = rows.iter().filter_map(|row| row.answer.as_ref());
            let objects =
                |answer: &&register::Reply<'_>| matches!(answer.answer, Answer::Objection(_));
            (answers.clone().count(), answers.filter(objects).count())
        })
    });
    let opinions = move || {
        let (answers, objections) = counts.get();
        (words.summary)(answers, objections)
    };
    let decision = Seen::new(move || {
        stated.with(|stated| decision_line(stated.as_deref().unwrap_or_default()))
    });
    let changed = live_option(move || {
        stated.with(|stated| {
            let consents = consent::consents(stated.as_deref().unwrap_or_default());
            let decided = consents
                .iter()
                .rev()
                .find(|consent| consent.decision.is_some())?;
            let version = &decided.opened.heads;
            let sentence = words.changed_since_decision;
            sheet.with(|sheet| difference::since(model, id, sheet.as_ref(), version, sentence))
        })
    });
    view! {
        <section class="stack-s" aria-labelledby="t-avis">
            <h2 id="t-avis">{words.title}</h2>
            {live_option(move || may_answer(model).then(|| give(id)))}
            <ul class="rows no-print">
                <li>{link(Route::Opinions(id), Icon::PictoYes, words.opinions_link, opinions)}</li>
                <li>{link(Route::Decision(id), Icon::PictoObjection, words.decision_link, move || decision.get())}</li>
            </ul>
            {changed}
        </section>
    }
    .into_any()
}

/// The way to one's own opinion.
pub(super) fn give(id: DocumentId) -> AnyView {
    view! {
        <a class="button button-secondary button-wide no-print" href=Route::MyOpinion(id).href()>
            {icon(Icon::Speech)} {late_text().opinions.give}
        </a>
    }
    .into_any()
}

/// Whether the person of this phone answers for an organisation. Tracked.
pub(super) fn may_answer(model: Model) -> bool {
    let answer = |partner: String| {
        Content::Opinion(Opinion {
            partner: RecordId::from_key(partner),
            answer: Answer::None,
            channel: Channel::Themselves,
        })
    };
    let partner = model.my_partner();
    partner.is_some_and(|partner| model.may_state(&answer(partner)))
}

fn link(
    route: Route,
    shape: Icon,
    title: &'static str,
    line: impl Fn() -> String + Send + 'static,
) -> AnyView {
    view! {
        <a class="row" href=route.href()>
            <span class="medal">{picto(shape)}</span>
            <span>
                <strong>{title}</strong>
                <br />
                <span class="small soft">{live_text(line)}</span>
            </span>
            {icon_turn(Icon::ChevronRight)}
        </a>
    }
    .into_any()
}

fn decision_line(stated: &[Stated]) -> String {
    let (words, decision) = (&late_text().statements, &late_text().decision);
    let consents = consent::consents(stated);
    match consents.last() {
        None => words.no_decision.to_owned(),
        Some(last) => match &last.decision {
            Some(decided) => format!("{}.", (decision.outcomes)(decided.outcome)),
            None => (words.decision_open)(&(decision.round)(last.round).to_lowercase()),
        },
    }
}
