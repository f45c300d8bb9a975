//! The parts of a territory.

use super::field::{field, records};
use crate::id::RecordId;
use crate::order;
use crate::snapshot::Neighbourhood;
use automerge::{Automerge, ObjId};

pub(crate) const NAME: &str = "name";

/// Reads every neighbourhood, by name.
pub(crate) fn read_all(reader: &Automerge, container: Option<&ObjId>) -> Vec<Neighbourhood> {
    let mut all: Vec<_> = records(reader, container)
        .into_iter()
        .map(|(key, id)| Neighbourhood {
            id: RecordId::from_key(key),
            name: field(reader, &id, NAME),
        })
        .collect();
    order::by_key(&mut all, |neighbourhood| {
        (
            neighbourhood.name.words().to_lowercase(),
            neighbourhood.id.clone(),
        )
    });
    all
}
