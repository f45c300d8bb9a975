//! The list of job sheets.

use super::rewritten::rewritten;
use super::rights::where_one_may;
use super::route::Route;
use super::screen::{Place, Screen, window_title};
use super::unreadable::unreadable;
use super::{states, trades};
use crate::model::{Model, SheetSummary};
use crate::text::text;
use crate::ui::{Corner, Icon, Seen, empty, icon, icon_small, icon_turn, live_list, live_option};
use leptos::prelude::*;
use maillage_shared::doc::Kind;
use maillage_shared::id::DocumentId;
use maillage_shared::rules::access::Right;

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
    let write = where_one_may(Kind::JobSheet, Right::Create, move || {
        view! {
            <a class="button button-primary button-wide" href=Route::NewSheet.href()>{icon(Icon::Plus)} {words.write}</a>
        }
        .into_any()
    });
    view! {
        <Screen corner=Corner::Brand place=Place::Sheets status=model.status>
            <h1 tabindex="-1">{words.title}</h1>
            {write}
            {unreadable()}
            {rewritten()}
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
