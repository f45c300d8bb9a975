//! Documents and people for the tests of this crate.

use super::job_sheet::{self, NewJobSheet};
use super::{needs, territory};
use crate::command::{Applied, Command, CommandError, Context};
use crate::doc::{Document, Genesis, Kind};
use crate::id::{DocumentId, RecordId};
use crate::identity::PersonId;
use crate::snapshot::{JobSheetSnapshot, NeedsSnapshot, TerritorySnapshot};
use crate::time::UnixMillis;
use automerge::transaction::{Transactable, Transaction};
use automerge::{ActorId, AutomergeError, ObjId, ObjType};
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

static DRAWN: AtomicU64 = AtomicU64::new(1);

pub(crate) fn space() -> DocumentId {
    DocumentId::from_entropy([7; 16])
}

/// The actor of one of the people of a test.
pub(crate) fn actor(person: u8) -> ActorId {
    ActorId::from(vec![person; 20])
}

pub(crate) fn person(person: u8) -> PersonId {
    PersonId::of_actor(&actor(person)).unwrap()
}

pub(crate) fn sheet() -> Document {
    let new = NewJobSheet {
        title: "Réparation de vélos".to_owned(),
        ..NewJobSheet::default()
    };
    job_sheet::birth(space(), &new, actor(1), NOW).unwrap().0
}

pub(crate) fn needs() -> Document {
    needs::birth(space(), actor(1), NOW).unwrap().0
}

pub(crate) fn territory() -> Document {
    territory::birth(space(), "Les Tisserands", actor(1), NOW)
        .unwrap()
        .0
}

/// The same document on another phone.
pub(crate) fn on_phone_of(document: &Document, person: u8) -> Document {
    Document::from_changes(&document.changes(), actor(person)).unwrap()
}

/// Both documents receive what the other has.
pub(crate) fn meet(one: &mut Document, other: &mut Document) {
    one.import(&other.changes()).unwrap();
    other.import(&one.changes()).unwrap();
}

pub(crate) fn try_apply(
    document: &mut Document,
    command: impl Into<Command>,
) -> Result<Applied, CommandError> {
    let drawn = DRAWN.fetch_add(1, Ordering::Relaxed);
    let mut entropy = [0; 16];
    entropy[..8].copy_from_slice(&drawn.to_be_bytes());
    let now = NOW.plus(i64::try_from(drawn).unwrap() * 1_000);
    command.into().apply(document, &Context { now, entropy })
}

pub(crate) fn apply(document: &mut Document, command: impl Into<Command>) -> Applied {
    try_apply(document, command).unwrap()
}

pub(crate) fn add(document: &mut Document, command: impl Into<Command>) -> RecordId {
    apply(document, command).created.unwrap()
}

pub(crate) fn read_sheet(document: &Document) -> JobSheetSnapshot {
    JobSheetSnapshot::read(document)
}

pub(crate) fn read_needs(document: &Document) -> NeedsSnapshot {
    NeedsSnapshot::read(document)
}

pub(crate) fn read_territory(document: &Document) -> TerritorySnapshot {
    TerritorySnapshot::read(document)
}

/// A document as a client of another make creates it: what it wants, under a 16-byte actor.
pub(crate) fn foreign(
    kind: Kind,
    write: impl FnOnce(&mut Transaction<'_>) -> Result<(), AutomergeError>,
) -> Document {
    let genesis = Genesis {
        kind,
        schema: 1,
        space: space(),
    };
    Document::birth(genesis, ActorId::from(vec![9; 16]), NOW, write)
        .unwrap()
        .0
}

/// Writes a string as JavaScript clients do: as a text.
pub(crate) fn put_text(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    key: &str,
    words: &str,
) -> Result<(), AutomergeError> {
    let text = transaction.put_object(object, key, ObjType::Text)?;
    transaction.splice_text(&text, 0, 0, words)
}
