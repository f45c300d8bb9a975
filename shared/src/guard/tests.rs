//! The guard accepts all that automerge writes and nothing that would hurt a peer.

mod altered;
mod crafted;
mod draft;
mod findings;
mod forge;
mod histories;
mod honest;
mod hostile;
mod limits;
mod mutated;
mod peers;

use super::{Ledger, Refusal, ScannedChunk};
use crate::change::ChangeRecord;
use crate::doc::{Document, Genesis, Kind};
use crate::id::DocumentId;
use crate::limits::Limits;
use crate::properties;
use crate::time::UnixMillis;
use automerge::transaction::Transactable;
use automerge::{ActorId, ObjId, ObjType, ROOT, ReadDoc};
use proptest::strategy::Strategy;
use proptest::test_runner::{RngSeed, TestCaseError, TestRunner};

fn document_id() -> DocumentId {
    DocumentId::from_entropy([3; 16])
}

fn space() -> DocumentId {
    DocumentId::from_entropy([1; 16])
}

fn actor(number: u8) -> ActorId {
    ActorId::from(vec![number; 20])
}

/// A sheet with one of each container, by its first author.
fn sheet() -> Document {
    let genesis = Genesis {
        kind: Kind::JobSheet,
        schema: 1,
        space: space(),
    };
    let (document, _) = Document::birth(genesis, actor(1), UnixMillis(1_000), |transaction| {
        transaction.put_object(ROOT, "text", ObjType::Text)?;
        transaction.put_object(ROOT, "list", ObjType::List)?;
        transaction.put_object(ROOT, "map", ObjType::Map)?;
        Ok(())
    })
    .unwrap();
    document
}

fn object(document: &Document, key: &str) -> ObjId {
    document.reader().get(ROOT, key).unwrap().unwrap().1
}

/// Edits a document and returns the change that this made.
fn edit(
    document: &mut Document,
    write: impl FnOnce(
        &mut automerge::transaction::Transaction<'_>,
    ) -> Result<(), automerge::AutomergeError>,
) -> ChangeRecord {
    document
        .transact(UnixMillis(2_000), write)
        .unwrap()
        .change
        .unwrap()
}

fn chunks<'a>(changes: impl IntoIterator<Item = &'a ChangeRecord>) -> Vec<ScannedChunk> {
    changes
        .into_iter()
        .cloned()
        .map(ScannedChunk::Change)
        .collect()
}

fn empty_prover() -> Ledger {
    Ledger::new(document_id(), Limits::DEFAULT)
}

/// A prover that knows a document.
fn prover_of(document: &Document) -> Ledger {
    let mut prover = empty_prover();
    prover.prove(&chunks(&document.changes())).unwrap();
    prover
}

fn code<T>(outcome: Result<T, Refusal>) -> &'static str {
    match outcome {
        Ok(_) => "accepted",
        Err(refusal) => refusal.code(),
    }
}

/// Runs a property over some cases. `GUARD_CASES` says how many instead, and they are others than usual.
fn for_all<S: Strategy>(
    cases: u32,
    strategy: &S,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let mut config = properties::cases(cases);
    if let Some(more) = std::env::var("GUARD_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
    {
        config.cases = more;
        config.rng_seed = RngSeed::Fixed(u64::from(more));
    }
    if let Err(failure) = TestRunner::new(config).run(strategy, property) {
        panic!("{failure}");
    }
}
