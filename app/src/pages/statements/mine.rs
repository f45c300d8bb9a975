//! Giving the opinion of one's organisation: the same three answers, always.

use super::choice::{Choice, choices};
use super::{organisation, title_of, today};
use crate::model::Model;
use crate::pages::route::Route;
use crate::pages::screen::{Place, Screen, window_title};
use crate::pages::{problem_line, states};
use crate::platform::page;
use crate::text::{late_text, text};
use crate::ui::{
    Corner, Icon, Seen, TextArea, icon_small, icon_turn, live, live_option, live_text,
};
use leptos::prelude::*;
use maillage_shared::ChangeHash;
use maillage_shared::id::{DocumentId, RecordId};
use maillage_shared::rules::register::register;
use maillage_shared::snapshot::JobSheetSnapshot;
use maillage_shared::statement::{Answer, Channel, Content, Opinion};

/// The answer of the organisation that the person of this phone speaks for.
#[component]
pub(crate) fn MyOpinion(
    /// About which sheet.
    id: DocumentId,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().opinions;
    let sheet = model.sheet(id);
    let title = Seen::new(move || (words.question)(&title_of(model, id, sheet)));
    window_title(move || title.get());
    let partner = Seen::new(move || model.my_partner());
    let is_here = Seen::new(move || sheet.with(Option::is_some));
    let may = Seen::new(move || super::summary::may_answer(model));
    let name = Seen::new(move || {
        partner
            .get()
            .and_then(|partner| organisation(model, &RecordId::from_key(partner)))
            .unwrap_or_else(|| late_text().sheet.kind.to_owned())
    });
    let body = live(move || match partner.get() {
        _ if !is_here.get() => states::not_here(),
        Some(partner) if may.get() => {
            let version = model.version_of(id);
            form(id, sheet, RecordId::from_key(partner), version)
        }
        _ => view! { <p>{words.no_partner}</p> }.into_any(),
    });
    view! {
        <Screen
            corner=Corner::Back(Route::Sheet(id).href())
            place=Place::Sheets
            name=name
            status=model.status
        >
            <h1 tabindex="-1">{live_text(move || title.get())}</h1>
            {body}
        </Screen>
    }
    .into_any()
}

fn form(
    id: DocumentId,
    sheet: Signal<Option<JobSheetSnapshot>>,
    partner: RecordId,
    version: Vec<ChangeHash>,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().opinions;
    let chosen = RwSignal::new(None::<usize>);
    let said = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<&'static str>);
    let reply_by = {
        let partner = partner.clone();
        let stated = model.stated(id);
        Seen::new(move || {
            stated.with(|stated| {
                let rows = register(stated.as_deref().unwrap_or_default(), &[], today());
                let mut rows = rows.iter();
                let row = rows.find(|row| row.partner == partner && row.answer.is_none())?;
                row.reply_by()
            })
        })
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let answer = match read(chosen.get_untracked(), &said.get_untracked()) {
            Ok(answer) => answer,
            Err(missing) => return problem.set(Some(missing)),
        };
        let opinion = Content::Opinion(Opinion {
            partner: partner.clone(),
            answer,
            channel: Channel::Themselves,
        });
        model.state(id, version.clone(), opinion, move |is_there| {
            if is_there {
                // "Back" then leads to the sheet, not to a form already sent.
                page::replace_with(&Route::Opinions(id).href());
            } else {
                problem.set(Some(late_text().statements.not_signed));
            }
        });
    };
    view! {
        {live_option(move || reply_by.get().map(|day| {
            view! { <p><span class="tag tag-accent">{icon_small(Icon::Calendar)} {(words.reply_by)(&super::said(day))}</span></p> }
                .into_any()
        }))}
        {live_option(move || sheet.with(|sheet| sheet.as_ref().map(proposal)))}
        <form class="stack" on:submit=send>
            {answers(words.disturbs, chosen)}
            {words_field("avis-mots", chosen, said)}
            {problem_line(problem)}
            <button class="button button-primary button-wide" type="submit">{icon_turn(Icon::Send)} {words.send}</button>
            <p>{words.who_sees}</p>
        </form>
    }
    .into_any()
}

/// The three answers of a partner.
pub(super) fn answers(legend: &'static str, chosen: RwSignal<Option<usize>>) -> AnyView {
    let words = &late_text().opinions;
    let answer = |class, shape, [word, more]: [&'static str; 2]| Choice {
        class,
        shape,
        word,
        more,
    };
    let answers = vec![
        answer("choice choice-yes", Icon::PictoYes, words.fine),
        answer("choice choice-maybe", Icon::PictoIf, words.fine_if),
        answer("choice choice-stop", Icon::PictoObjection, words.objection),
    ];
    choices(legend, "avis", answers, chosen)
}

/// The condition, or the reason, once one of these was chosen.
pub(super) fn words_field(
    id: &'static str,
    chosen: RwSignal<Option<usize>>,
    said: RwSignal<String>,
) -> AnyView {
    let words = &late_text().opinions;
    live_option(move || {
        let label = match chosen.get() {
            Some(1) => words.condition,
            Some(2) => words.why,
            _ => return None,
        };
        let field = view! {
            <TextArea id=id label=label short=true value=said on_input=move |written| said.set(written) />
        };
        Some(field.into_any())
    })
}

/// The answer, or what is missing of it.
pub(super) fn read(chosen: Option<usize>, said: &str) -> Result<Answer, &'static str> {
    let words = &late_text().opinions;
    let said = said.trim();
    match chosen {
        Some(0) => Ok(Answer::None),
        Some(1 | 2) if said.is_empty() => Err(words.no_words),
        Some(1) => Ok(Answer::FineIf(said.to_owned())),
        Some(2) => Ok(Answer::Objection(said.to_owned())),
        _ => Err(words.no_answer),
    }
}

/// What is proposed, in three lines at most.
fn proposal(sheet: &JobSheetSnapshot) -> AnyView {
    use maillage_shared::records::Section;
    let price = sheet.price.value().and_then(|price| price.known()).cloned();
    let lines = [
        (
            Icon::Toolbox,
            sheet.sections.text(Section::Tasks).to_owned(),
        ),
        (
            Icon::Users,
            sheet.sections.text(Section::Beneficiaries).to_owned(),
        ),
        (Icon::Briefcase, price.unwrap_or_default()),
    ];
    let lines: Vec<AnyView> = lines
        .into_iter()
        .filter(|(_, words)| !words.trim().is_empty())
        .map(|(sign, words)| {
            view! { <li class="proposed">{crate::ui::icon(sign)}<span>{words}</span></li> }
                .into_any()
        })
        .collect();
    let label = text().places.sheets;
    view! { <ul class="stack-s" aria-label=label>{lines}</ul> }.into_any()
}
