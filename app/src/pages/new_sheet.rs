//! A new job sheet, from a need or from nothing.

use super::origin::origin;
use super::route::Route;
use super::screen::{Place, Screen, window_title};
use super::{states, trades};
use crate::model::Model;
use crate::platform::page;
use crate::text::text;
use crate::ui::{Chip, Chips, Corner, Icon, Seen, TextField, live, live_option, picto_small};
use leptos::prelude::*;
use maillage_shared::id::RecordId;
use maillage_shared::records::{NewJobSheet, Trade};
use maillage_shared::snapshot::{NeedSnapshot, NeedsSnapshot};

/// What this phone knows of the need that a sheet starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    /// It starts from none.
    Nothing,
    /// The needs have not arrived.
    OnItsWay,
    /// Someone has removed it.
    Gone,
    /// Here it is.
    Need(Box<NeedSnapshot>),
}

impl Origin {
    fn find(wanted: Option<&RecordId>, needs: Option<&NeedsSnapshot>) -> Self {
        match (wanted, needs) {
            (None, _) => Self::Nothing,
            (Some(_), None) => Self::OnItsWay,
            (Some(wanted), Some(needs)) => needs
                .need(wanted)
                .map_or(Self::Gone, |need| Self::Need(Box::new(need.clone()))),
        }
    }

    fn need(&self) -> Option<&NeedSnapshot> {
        match self {
            Self::Need(need) => Some(need),
            _ => None,
        }
    }

    /// The sheet to create.
    fn sheet(&self, title: &str, trade: Option<&Trade>) -> NewJobSheet {
        let need = self.need();
        NewJobSheet {
            title: title.to_owned(),
            trade: trade.cloned(),
            need: need.map_or("", |need| need.text.words()).to_owned(),
            needs: need.map(|need| need.id.clone()).into_iter().collect(),
        }
    }
}

/// A new sheet: one question, its name, and a sort of work that may wait.
#[component]
pub(crate) fn NewSheet(
    /// The need it answers.
    need: Option<RecordId>,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().sheets;
    window_title(|| text().sheets.new.to_owned());
    let back = match need {
        Some(_) => Route::Needs,
        None => Route::Sheets,
    };
    let found = Seen::new(move || {
        model
            .needs
            .with(|needs| Origin::find(need.as_ref(), needs.as_ref()))
    });
    let waiting = Seen::new(move || found.with(|origin| *origin == Origin::OnItsWay));
    let body = live(move || {
        if waiting.get() {
            states::territory_on_its_way()
        } else {
            form(found)
        }
    });
    view! {
        <Screen
            corner=Corner::Back(back.href())
            place=Place::Sheets
            name=words.new.to_owned()
            status=model.status
        >
            <h1 tabindex="-1">{words.new_question}</h1>
            {body}
        </Screen>
    }
    .into_any()
}

fn form(found: Seen<Origin>) -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().sheets;
    let title = RwSignal::new(String::new());
    let trade = RwSignal::new(None::<usize>);
    let problem = RwSignal::new(None::<&'static str>);
    let chips = Trade::NAMED
        .iter()
        .map(|trade| Chip {
            label: (text().domain.trade)(trade),
            icon: Some(trades::icon_of(Some(trade))),
        })
        .collect::<Vec<_>>();
    let create = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let written = title.get_untracked().trim().to_owned();
        if written.is_empty() {
            problem.set(Some(words.missing_title));
            page::focus("#fiche-nom");
            return;
        }
        let trade = trade
            .get_untracked()
            .and_then(|index| Trade::NAMED.get(index));
        let new = found.with_untracked(|origin| origin.sheet(&written, trade));
        match model.create_sheet(&new) {
            // "Back" then leads to the list, not to a form already sent.
            Ok(id) => page::replace_with(&Route::Sheet(id).href()),
            Err(_) => problem.set(Some(text().missing.failed)),
        }
    };
    view! {
        {live_option(move || found.with(from))}
        <form class="stack" on:submit=create>
            <TextField id="fiche-nom" label=words.new_title value=title on_input=move |written| title.set(written) max_length=120 />
            <Chips
                legend=words.trade
                name="filiere"
                chips=chips
                chosen=trade
                on_choose=Callback::new(move |index| trade.set(Some(index)))
            />
            {super::problem_line(problem)}
            <button class="button button-primary button-wide" type="submit">{words.create}</button>
        </form>
    }
    .into_any()
}

/// The need that the sheet starts from, and the sheet that answers it already.
fn from(found: &Origin) -> Option<AnyView> {
    let words = &text().sheets;
    let need = match found {
        Origin::Nothing | Origin::OnItsWay => return None,
        Origin::Gone => return Some(view! { <p>{words.need_gone}</p> }.into_any()),
        Origin::Need(need) => need,
    };
    let covered = need.covered_by.first().map(|sheet| {
        view! {
            <p>{words.need_covered}</p>
            <a class="button button-secondary" href=Route::Sheet(*sheet).href()>
                {picto_small(Icon::PictoSheet)}
                {text().needs.see_sheet}
            </a>
        }
    });
    Some(view! { <div class="stack-s">{origin(need)} {covered}</div> }.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;
    use maillage_shared::snapshot::Field;

    fn needs() -> NeedsSnapshot {
        NeedsSnapshot {
            needs: vec![NeedSnapshot {
                id: RecordId::from_key("velos"),
                text: Field::default(),
                neighbourhood: Field::default(),
                expressed_by: Field::default(),
                by: None,
                helper: None,
                at: None,
                echoed_by: Vec::new(),
                other_echoes: 0,
                covered_by: Vec::new(),
            }],
        }
    }

    #[test]
    fn a_need_that_has_not_arrived_is_not_one_that_is_gone() {
        let wanted = RecordId::from_key("velos");
        let other = RecordId::from_key("jardin");
        assert_eq!(Origin::find(Some(&wanted), None), Origin::OnItsWay);
        assert_eq!(Origin::find(Some(&other), Some(&needs())), Origin::Gone);
        assert_eq!(Origin::find(None, None), Origin::Nothing);
        let found = Origin::find(Some(&wanted), Some(&needs()));
        assert_eq!(found.need(), needs().needs.first());
    }

    #[test]
    fn a_sheet_names_the_need_it_starts_from() {
        let wanted = RecordId::from_key("velos");
        let sheet = Origin::find(Some(&wanted), Some(&needs())).sheet("Vélos", None);
        assert_eq!(sheet.needs, [wanted]);
        assert_eq!(Origin::Gone.sheet("Vélos", None).needs, []);
        let trade = Origin::Nothing
            .sheet("Vélos", Some(&Trade::BikeRepair))
            .trade;
        assert_eq!(trade, Some(Trade::BikeRepair));
    }
}
