//! Hires, without any identity.

use super::field::{records, value};
use crate::id::RecordId;
use crate::order;
use crate::snapshot::HireSnapshot;
use automerge::{Automerge, ObjId};

pub(crate) const DATE: &str = "date";
pub(crate) const MINUTES_PER_WEEK: &str = "minutes_per_week";
pub(crate) const CONTRACT: &str = "contract";
pub(crate) const SHEET: &str = "sheet";

/// Reads every hire, oldest first; those without a date come last.
pub(crate) fn read_all(reader: &Automerge, container: Option<&ObjId>) -> Vec<HireSnapshot> {
    let mut all: Vec<_> = records(reader, container)
        .into_iter()
        .map(|(key, id)| HireSnapshot {
            id: RecordId::from_key(key),
            date: value(reader, &id, DATE),
            minutes_per_week: value(reader, &id, MINUTES_PER_WEEK),
            contract: value(reader, &id, CONTRACT),
            sheet: value(reader, &id, SHEET),
        })
        .collect();
    order::by_key(&mut all, |hire| {
        (hire.date.is_none(), hire.date, hire.id.clone())
    });
    all
}
