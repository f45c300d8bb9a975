//! One job sheet: what it is, who is here, where it stands, its texts, its facts and its points to check.

mod erased;
mod fact;
mod facts;
mod mirror;
mod moves;
mod owner;
mod part;
mod points;
mod presence;
mod section;
mod trial;
mod versions;

use super::rights::where_one_may;
use super::route::Route;
use super::screen::{Place, Screen, window_title};
use super::statements::Summary;
use super::{states, trades};
use crate::model::{Fate, Model, Present};
use crate::platform::page;
use crate::text::{late_text, text};
use crate::ui::{Corner, Seen, follow, icon_with, live, live_text};
use fact::{CONTRACT, MONEY, PRICE, TITLE, TRADE};
use facts::Facts;
use leptos::prelude::*;
use maillage_shared::doc::Kind;
use maillage_shared::id::DocumentId;
use maillage_shared::records::{Section, Trade};
use maillage_shared::rules::access::Right;
use maillage_shared::snapshot::JobSheetSnapshot;
pub(crate) use owner::OwnerField;
pub(crate) use part::words_of;

/// A job sheet.
#[component]
pub(crate) fn Sheet(
    /// Which one.
    id: DocumentId,
) -> AnyView {
    let model = expect_context::<Model>();
    let document = model.sheet(id);
    let here = Seen::new(move || document.with(Option::is_some));
    let sheet = Seen::new(move || document.get().unwrap_or_default());
    // Before the document arrives, the territory's index may know its title.
    let fate = Seen::new(move || model.fate(id));
    let title = Seen::new(move || {
        if let Some(Fate::Erased { .. }) = fate.get() {
            return late_text().erasing.erased_title.to_owned();
        }
        let written = sheet.with(|sheet| sheet.title.words().to_owned());
        if !written.is_empty() {
            return written;
        }
        let noted = model.sheets.with(|sheets| {
            let noted = sheets.iter().find(|sheet| sheet.id == id);
            noted.map(|sheet| sheet.title.clone()).unwrap_or_default()
        });
        if noted.is_empty() {
            text().sheets.untitled.to_owned()
        } else {
            noted
        }
    });
    window_title(move || title.get());
    let trade = Seen::new(move || sheet.with(|sheet| sheet.trade.value().cloned()));
    let picto = live(move || {
        trade.with(|trade: &Option<Trade>| {
            icon_with(
                trades::class_of(trade.as_ref()),
                trades::picto_of(trade.as_ref()),
            )
        })
    });
    follow(move || {
        if let Some(Fate::Replaced(now)) = fate.get() {
            page::replace_with(&Route::Sheet(now).href());
        }
    });
    let body = live(move || {
        if let Some(Fate::Erased { unsaid }) = fate.get() {
            erased::erased(unsaid)
        } else if here.get() {
            body(id, sheet, model.presence_of(id))
        } else {
            states::not_here()
        }
    });
    view! {
        <Screen
            corner=Corner::Back(Route::Sheets.href())
            place=Place::Sheets
            name=late_text().sheet.kind.to_owned()
            status=model.status_of(id)
        >
            <div class="sheet-head">
                <h1 tabindex="-1">{live_text(move || title.get())}</h1>
                {picto}
            </div>
            {states::drafts(Some(id))}
            {body}
        </Screen>
    }
    .into_any()
}

fn body(id: DocumentId, sheet: Seen<JobSheetSnapshot>, present: Signal<Vec<Present>>) -> AnyView {
    let words = &late_text().sheet.facts;
    let (easy, texts): (Vec<Section>, Vec<Section>) = Section::ALL
        .into_iter()
        .partition(|section| *section == Section::EasyVersion);
    let draw = |section| section::section(id, section, sheet, present);
    let texts: Vec<AnyView> = texts.into_iter().map(draw).collect();
    let easy: Vec<AnyView> = easy.into_iter().map(draw).collect();
    view! {
        {erased::struck(id)}
        {presence::presence(present)}
        <moves::State id=id sheet=sheet />
        {easy}
        <div class="split">
            <div class="body-2">
                {texts}
                <Facts id=id sheet=sheet key="prix" title=words.price facts=PRICES />
                <Facts id=id sheet=sheet key="contrat" title=words.contract facts=&CONTRACT note=words.not_sure />
                <Facts id=id sheet=sheet key="argent" title=words.money facts=&MONEY />
                <Facts id=id sheet=sheet key="fiche" title=words.sheet facts=ABOUT />
            </div>
            <div class="body-2">
                <Summary id=id />
                <points::Points id=id sheet=sheet />
                <trial::BeforeTrial id=id sheet=sheet />
                <moves::History sheet=sheet />
                {erased::link(id)}
            </div>
        </div>
    }
    .into_any()
}

/// A control for those who may write in sheets.
fn writers_only(control: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    where_one_may(Kind::JobSheet, Right::Write, control)
}

const PRICES: &[fact::Fact] = &[PRICE];
const ABOUT: &[fact::Fact] = &[TITLE, TRADE];
