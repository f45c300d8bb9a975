//! The list of job sheets, and a new one.

use super::route::Route;
use super::screen::{Place, Screen, window_title};
use super::unreadable::unreadable;
use super::{states, trades};
use crate::model::{Model, SheetSummary};
use crate::platform::page;
use crate::text::text;
use crate::ui::{
    Chip, Chips, Corner, Icon, Seen, TextField, empty, icon, icon_small, icon_turn, live_list,
    live_option,
};
use leptos::prelude::*;
use maillage_shared::command::{JobSheetCommand, SheetValue};
use maillage_shared::id::DocumentId;
use maillage_shared::records::Trade;

/// Every job sheet of the territory.
#[component]
pub(crate) fn Sheets() -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().sheets;
    window_title(|| text().sheets.title.to_owned());
    let ids = Seen::new(move || {
        model.sheets.with(|sheets| {
            sheets
                .iter()
                .map(|sheet| sheet.id.to_string())
                .collect::<Vec<_>>()
        })
    });
    let bare = Seen::new(move || ids.with(Vec::is_empty));
    let arrived = Seen::new(move || model.territory.with(Option::is_some));
    // Before the territory has arrived, only what was born on this phone can be listed.
    let on_its_way = live_option(move || (!arrived.get()).then(states::territory_on_its_way));
    let list = live_option(move || {
        if !bare.get() {
            let list = view! {
                <ul class="rows rows-wide">
                    {live_list(ids, |key| key.parse().map_or_else(|_| ().into_any(), sheet_row))}
                </ul>
            };
            return Some(list.into_any());
        }
        arrived.get().then(|| {
            let see_needs = view! { <a class="button button-secondary" href=Route::Needs.href()>{words.see_needs}</a> };
            empty(words.none, words.none_body, Some(see_needs.into_any()))
        })
    });
    view! {
        <Screen corner=Corner::Brand place=Place::Sheets status=model.status>
            <h1 tabindex="-1">{words.title}</h1>
            <a class="button button-primary button-wide" href=Route::NewSheet.href()>
                {icon(Icon::Plus)}
                {words.write}
            </a>
            {unreadable()}
            {on_its_way}
            {list}
        </Screen>
    }
    .into_any()
}

fn sheet_row(id: DocumentId) -> AnyView {
    let model = expect_context::<Model>();
    let sheet = Seen::new(move || {
        model
            .sheets
            .with(|sheets| sheets.iter().find(|sheet| sheet.id == id).cloned())
    });
    let face = live_option(move || sheet.with(|sheet| sheet.as_ref().map(row_face)));
    view! { <li><a class="row" href=Route::Sheet(id).href()>{face}</a></li> }.into_any()
}

fn row_face(sheet: &SheetSummary) -> AnyView {
    let state = sheet.state.unwrap_or_default();
    let title = match sheet.title.as_str() {
        "" => text().sheets.untitled.to_owned(),
        title => title.to_owned(),
    };
    view! {
        <span class="medal">{icon(trades::icon_of(sheet.trade.as_ref()))}</span>
        <span>
            <strong>{title}</strong>
            <br />
            <span class="small soft line-tight">{icon_small(trades::state_icon(state))} {(text().domain.state)(state)}</span>
        </span>
        {icon_turn(Icon::ChevronRight)}
    }
    .into_any()
}

/// A new sheet: one question, its name, and a sort of work that may wait.
#[component]
pub(crate) fn NewSheet() -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().sheets;
    window_title(|| text().sheets.new.to_owned());
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
        match model.create_sheet(&written) {
            Ok(id) => {
                let trade = trade
                    .get_untracked()
                    .and_then(|index| Trade::NAMED.get(index));
                if let Some(trade) = trade {
                    model.change_sheet(id, JobSheetCommand::Set(SheetValue::Trade(trade.clone())));
                }
                // "Back" then leads to the list, not to a form already sent.
                page::replace_with(&Route::Sheet(id).href());
            }
            Err(_) => problem.set(Some(text().missing.failed)),
        }
    };
    view! {
        <Screen
            corner=Corner::Back(Route::Sheets.href())
            place=Place::Sheets
            name=words.new.to_owned()
            status=model.status
        >
            <form class="stack" on:submit=create>
                <h1 tabindex="-1">{words.new_question}</h1>
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
        </Screen>
    }
    .into_any()
}
