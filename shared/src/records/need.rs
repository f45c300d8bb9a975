//! One need.

use super::field::{age, author_of, field, records, time_of};
use super::helped::helper_of;
use crate::id::RecordId;
use crate::order;
use crate::snapshot::NeedSnapshot;
use automerge::{Automerge, ObjId};

pub(crate) const TEXT: &str = "text";
pub(crate) const NEIGHBOURHOOD: &str = "neighbourhood";
pub(crate) const EXPRESSED_BY: &str = "expressed_by";

/// Reads every need, in the order in which they were said, without echoes and covers.
pub(crate) fn read_all(reader: &Automerge, container: Option<&ObjId>) -> Vec<NeedSnapshot> {
    let mut all = records(reader, container);
    order::by_key(&mut all, |(_, id)| age(id));
    all.into_iter()
        .map(|(key, id)| NeedSnapshot {
            id: RecordId::from_key(key),
            text: field(reader, &id, TEXT),
            neighbourhood: field(reader, &id, NEIGHBOURHOOD),
            expressed_by: field(reader, &id, EXPRESSED_BY),
            by: author_of(reader, &id),
            helper: helper_of(reader, &id),
            at: time_of(reader, &id),
            echoed_by: Vec::new(),
            other_echoes: 0,
            covered_by: Vec::new(),
        })
        .collect()
}
