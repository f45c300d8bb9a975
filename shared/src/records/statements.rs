//! What was stated about a sheet: the document beside it, and how it is read.
//!
//! Nobody owns its birth: two people who state something about a sheet at the same time, without network, would begin two documents. So its
//! id and its first change follow from the sheet's id: they are the same bytes on every phone, and whoever is first brings them.

use super::container::{Container, create_missing};
use crate::change::ChangeRecord;
use crate::doc::{BadGenesis, Document, Genesis, Kind, string_at};
use crate::id::DocumentId;
use crate::identity::PersonId;
use crate::time::UnixMillis;
use automerge::legacy::OpType;
use automerge::transaction::Transactable;
use automerge::{ActorId, AutomergeError, ROOT, ScalarValue};
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// The statements, each under its id. Nothing is ever changed or taken out: see [`read`].
pub(crate) const STATEMENTS: &str = "statements";
/// The sheet that the document stands beside.
const SHEET: &str = "sheet";
/// The schema that the first change is made with, for ever; what later versions add comes by migration.
const BIRTH_SCHEMA: u32 = 1;

/// What the statements of schema 1 are born with. Frozen.
pub(crate) fn containers() -> Vec<Container> {
    vec![Container::map(STATEMENTS)]
}

/// The document with what was stated about a sheet.
pub fn beside(sheet: DocumentId) -> DocumentId {
    let digest = Sha256::digest([b"maillage statements 1".as_slice(), sheet.as_bytes()].concat());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    DocumentId::from_entropy(bytes)
}

/// The first change of the statements beside a sheet, the same bytes on every phone.
pub fn birth(space: DocumentId, sheet: DocumentId) -> Result<ChangeRecord, AutomergeError> {
    let genesis = Genesis {
        kind: Kind::Statements,
        schema: BIRTH_SCHEMA,
        space,
    };
    // 16 bytes, so that nobody takes it for a person's (20 bytes).
    let actor = ActorId::from(beside(sheet).as_bytes().as_slice());
    let (_, change) = Document::birth(genesis, actor, UnixMillis(0), |transaction| {
        create_missing(transaction, &containers())?;
        transaction.put(ROOT, SHEET, sheet.to_string())
    })?;
    Ok(change)
}

/// Whether this change, which is some document's first, is the one that begins the statements of this name.
pub(crate) fn is_birth(
    document: DocumentId,
    space: DocumentId,
    change: &ChangeRecord,
) -> Result<(), BadGenesis> {
    // It is compared, and read only to know which one to compare it with.
    let alone = Document::from_changes([change], ActorId::from([0]));
    let sheet = alone.ok().and_then(|alone| sheet_of(&alone));
    let is_it = sheet.is_some_and(|sheet| {
        beside(sheet) == document
            && birth(space, sheet).is_ok_and(|expected| expected.hash == change.hash)
    });
    if is_it {
        Ok(())
    } else {
        Err(BadGenesis::Field(SHEET))
    }
}

/// The sheet that these statements stand beside.
pub fn sheet_of(statements: &Document) -> Option<DocumentId> {
    string_at(statements.reader(), &ROOT, SHEET)?.parse().ok()
}

/// Something that stands, or once stood, among the statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What should be a [`crate::statement::Signed`].
    pub bytes: Vec<u8>,
    /// Whose phone has put it there; `None` for a program of another make.
    pub carrier: Option<PersonId>,
    /// Its place: causes before effects, the same on every phone whatever their clocks say.
    pub order: (u64, ActorId),
}

/// Everything that anyone ever put among the statements, in the one order that every phone sees.
///
/// It is read from the changes and not from what stands in the map now: whoever may add something could also overwrite or take out what
/// others have said, and it would be there all the same.
pub fn read(statements: &Document) -> Vec<Entry> {
    let mut entries = Vec::new();
    for change in statements.reader().get_changes(&[]) {
        let expanded = change.decode();
        let counters = expanded.start_op.get()..;
        for (counter, operation) in counters.zip(expanded.operations) {
            if let OpType::Put(ScalarValue::Bytes(bytes)) = operation.action {
                entries.push(Entry {
                    bytes,
                    carrier: PersonId::of_actor(&expanded.actor_id),
                    order: (counter, expanded.actor_id.clone()),
                });
            }
        }
    }
    entries.sort_by(|one, other| one.order.cmp(&other.order));
    // What is said once more by copying it is said once.
    let mut seen = HashSet::new();
    entries.retain(|entry| seen.insert(entry.bytes.clone()));
    entries
}
