//! What is stated about a sheet: the opinions of partners, the decision, and what on the sheet leads to both.

mod ask;
mod choice;
mod conclude;
mod decision;
mod difference;
mod follow;
mod mine;
mod opinions;
mod position;
mod proof;
mod summary;

pub(crate) use decision::DecisionScreen;
pub(crate) use mine::MyOpinion;
pub(crate) use opinions::OpinionsScreen;
pub(crate) use summary::Summary;

use crate::model::Model;
use crate::platform::calendar;
use crate::text::text;
use leptos::prelude::*;
use maillage_shared::date::Day;
use maillage_shared::id::{DocumentId, RecordId};
use maillage_shared::snapshot::JobSheetSnapshot;

/// A day that people wrote, as they say it.
fn said(day: Day) -> String {
    (text().domain.day)(calendar::written_day(day), calendar::today())
}

/// Today; nothing where the clock of the phone is beside the calendar.
fn today() -> Option<Day> {
    let today = calendar::today();
    let year = u16::try_from(today.year).ok()?;
    let month = u8::try_from(today.month).ok()?;
    Day::new(year, month, u8::try_from(today.day).ok()?).ok()
}

/// What an organisation is called; nothing when the territory does not list it. Tracked.
fn organisation(model: Model, id: &RecordId) -> Option<String> {
    model.territory.with(|territory| {
        let partner = territory.as_ref()?.partner(id)?;
        Some(partner.name.words().to_owned())
    })
}

/// The title of a sheet, as far as it is known here. Tracked.
fn title_of(model: Model, id: DocumentId, sheet: Signal<Option<JobSheetSnapshot>>) -> String {
    let written = sheet.with(|sheet| sheet.as_ref().map(|sheet| sheet.title.words().to_owned()));
    let noted = || {
        model.sheets.with(|sheets| {
            let noted = sheets.iter().find(|sheet| sheet.id == id);
            noted.map(|sheet| sheet.title.clone())
        })
    };
    let title = written.filter(|title| !title.is_empty()).or_else(noted);
    title
        .filter(|title| !title.is_empty())
        .unwrap_or_else(|| text().sheets.untitled.to_owned())
}
