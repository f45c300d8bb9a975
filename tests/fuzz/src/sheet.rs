//! A job sheet as it was once written, and what peers make of changes to it.

use crate::panics;
use automerge::{ActorId, ReadDoc};
use maillage_shared::change::ChangeRecord;
use maillage_shared::doc::Document;
use maillage_shared::guard::{Ledger, ScannedChunk};
use maillage_shared::id::DocumentId;
use maillage_shared::limits::Limits;
use maillage_shared::store::StoredChange;
use maillage_shared::testing::fixtures;
use std::sync::OnceLock;

/// The encoded sheet.
pub const SHEET: &[u8] = fixtures::JOB_SHEET_1;

/// The name of the document.
pub fn document_id() -> DocumentId {
    DocumentId::from_entropy([2; 16])
}

/// Who reads, and is in no document.
pub fn reader() -> ActorId {
    ActorId::from([0u8; 16])
}

/// Proves what was scanned against a sheet that is there already or, without one, against nothing, and checks what it accepts.
pub fn prove(chunks: &[ScannedChunk], has_sheet: bool) {
    static CHANGES: OnceLock<Vec<ChangeRecord>> = OnceLock::new();
    let known: &[ChangeRecord] = if has_sheet {
        CHANGES.get_or_init(|| {
            let sheet =
                Document::load(SHEET, reader()).expect("the sheet was written by this project");
            sheet.changes()
        })
    } else {
        &[]
    };
    let mut ledger = ledger(known);
    let is_document = |chunk: &ScannedChunk| matches!(chunk, ScannedChunk::Document(_));
    let proved = if chunks.iter().any(is_document) {
        panics::expected(|| ledger.prove(chunks))
    } else {
        ledger.prove(chunks)
    };
    let Ok(accepted) = proved else {
        // A refusal leaves the ledger as it was: all it knows, it knows still.
        let again: Vec<_> = known.iter().cloned().map(ScannedChunk::Change).collect();
        assert_eq!(ledger.prove(&again).map(|new| new.len()), Ok(0));
        return;
    };
    assert_eq!(ledger.prove(chunks).map(|new| new.len()), Ok(0));
    if accepted.is_empty() {
        return;
    }
    let all: Vec<ChangeRecord> = known.iter().chain(&accepted).cloned().collect();
    self::ledger(&all);
    check_agreement(known, &accepted);
}

fn ledger(changes: &[ChangeRecord]) -> Ledger {
    let stored: Vec<StoredChange> = changes
        .iter()
        .map(|change| StoredChange {
            hash: change.hash,
            bytes: change.bytes.clone(),
        })
        .collect();
    let (ledger, records) = Ledger::open(document_id(), &stored, Limits::DEFAULT)
        .expect("a ledger opens with what it has accepted");
    assert_eq!(records, changes);
    ledger
}

/// Peers that take the changes together, one by one, and in another order end up with the same document, which survives being saved.
fn check_agreement(known: &[ChangeRecord], accepted: &[ChangeRecord]) {
    let mut together = Document::from_changes(known, reader()).expect("known changes apply");
    let mut one_by_one = together.clone();
    let mut shuffled = together.clone();
    together.import(accepted).expect("accepted changes apply");
    for change in accepted {
        one_by_one
            .import([change])
            .expect("an accepted change applies");
    }
    for change in last_first(known, accepted) {
        shuffled
            .import([change])
            .expect("an accepted change applies");
    }
    for change in accepted {
        let found = together.reader().get_change_by_hash(&change.hash);
        assert_eq!(
            found.as_ref().map(|change| change.raw_bytes()),
            Some(&change.bytes[..])
        );
    }
    for peer in [&together, &one_by_one, &shuffled] {
        check_same(peer, &together);
        let saved = peer.reader().save_nocompress();
        let reloaded = Document::load(&saved, reader()).expect("what was saved is read back");
        check_same(&reloaded, &together);
    }
}

fn check_same(one: &Document, other: &Document) {
    assert_eq!(one.heads(), other.heads());
    let (one, other) = (one.reader().hydrate(None), other.reader().hydrate(None));
    // Not even equal to itself.
    let has_nan = || format!("{one:?}").contains("NaN");
    assert!(one == other || has_nan(), "{one:?} is not {other:?}");
}

/// Causes first, and otherwise the last ones first.
fn last_first<'a>(known: &[ChangeRecord], accepted: &'a [ChangeRecord]) -> Vec<&'a ChangeRecord> {
    let mut arrived: Vec<_> = known.iter().map(|change| change.hash).collect();
    let mut left: Vec<&ChangeRecord> = accepted.iter().collect();
    let mut order = Vec::new();
    while let Some(place) = left
        .iter()
        .rposition(|change| change.deps.iter().all(|dep| arrived.contains(dep)))
    {
        let change = left.remove(place);
        arrived.push(change.hash);
        order.push(change);
    }
    assert!(left.is_empty(), "causes are missing of what was accepted");
    order
}
