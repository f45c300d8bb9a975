//! The history of a sheet's moves between states.

use super::field::{age, author_of, records, time_of, value};
use super::helped::helper_of;
use crate::id::RecordId;
use crate::order;
use crate::snapshot::MoveSnapshot;
use automerge::{Automerge, ObjId};

pub(crate) const FROM: &str = "from";
pub(crate) const TO: &str = "to";
pub(crate) const REASON: &str = "reason";
pub(crate) const OWNER: &str = "owner";

/// Reads every move that says from where and to where, oldest first.
pub(crate) fn read_all(reader: &Automerge, container: Option<&ObjId>) -> Vec<MoveSnapshot> {
    let mut all = records(reader, container);
    order::by_key(&mut all, |(_, id)| age(id));
    all.into_iter()
        .filter_map(|(key, id)| {
            Some(MoveSnapshot {
                id: RecordId::from_key(key),
                from: value(reader, &id, FROM)?,
                to: value(reader, &id, TO)?,
                by: author_of(reader, &id),
                helper: helper_of(reader, &id),
                at: time_of(reader, &id),
                reason: value(reader, &id, REASON).unwrap_or_default(),
                owner: value(reader, &id, OWNER),
            })
        })
        .collect()
}
