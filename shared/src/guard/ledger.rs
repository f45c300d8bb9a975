//! The prover: it knows what the operations of a document made, and nothing of what they say.

use super::budget::Budget;
use super::chunk::{change_contents, stored_change};
use super::crash::contain;
use super::document::expand;
use super::encoded::EncodedChange;
use super::history::History;
use super::reader::malformed;
use super::{Refusal, ScannedChunk};
use crate::change::ChangeRecord;
use crate::doc::{BadGenesis, Genesis, Kind, read_genesis};
use crate::id::DocumentId;
use crate::limits::Limits;
use crate::records::statements;
use crate::store::StoredChange;
use automerge::{Change, ChangeHash};
use std::collections::HashSet;

/// How much [`Ledger::is_quick`] allows: an operation counts once, and a change as many times as it takes to find its place.
const QUICK: u64 = 20_000;
const OPERATIONS_A_CHANGE: u64 = 50;

/// Shows that scanned chunks apply to one document: that all they name is there, in the past of whoever names it, and is of the
/// right kind.
///
/// What it accepts, automerge applies in every order that causes allow, saves and reads back. A change of one character costs a
/// few microseconds, however long the document is.
#[derive(Debug)]
pub struct Ledger {
    document: DocumentId,
    limits: Limits,
    history: History,
    space: Option<DocumentId>,
}

impl Ledger {
    /// A ledger of the document of this name that knows nothing yet.
    pub fn new(document: DocumentId, limits: Limits) -> Self {
        Self {
            document,
            limits,
            history: History::new(limits),
            space: None,
        }
    }

    /// The space that the document was born in; `None` before its birth.
    pub fn space(&self) -> Option<DocumentId> {
        self.space
    }

    /// A ledger of the document that holds the changes in `stored`, in an order where causes come first, and these changes.
    ///
    /// What is stored is proved again: a damaged store shows here and not on a phone.
    pub fn open(
        document: DocumentId,
        stored: &[StoredChange],
        limits: Limits,
    ) -> Result<(Self, Vec<ChangeRecord>), Refusal> {
        let mut ledger = Self::new(document, limits);
        let mut records = Vec::with_capacity(stored.len());
        for stored in stored {
            let contents = stored_change(stored, &limits)?;
            let change = EncodedChange::read(contents, &mut Budget::new(&limits))?;
            let record = change.record(stored);
            // Nobody returns from here: what was noted for that is dropped.
            ledger.history.mark();
            // Their counters were held against a ceiling before they were stored.
            ledger.admit(&record, &change, u64::MAX)?;
            records.push(record);
        }
        Ok((ledger, records))
    }

    /// Proves everything one sender submitted, whose dependencies are all in the document or earlier in the submission.
    ///
    /// Returns the changes that are new to the document, in causal order, and takes them into account from then on. A refusal
    /// covers the whole submission and leaves the ledger as it was.
    pub fn prove(&mut self, submission: &[ScannedChunk]) -> Result<Vec<ChangeRecord>, Refusal> {
        let mut changes = Vec::new();
        for chunk in submission {
            match chunk {
                ScannedChunk::Change(change) => changes.push(change.clone()),
                ScannedChunk::Document(bytes) => changes.extend(expand(bytes, &self.limits)?),
            }
        }
        self.prove_changes(changes)
    }

    /// As [`Ledger::prove`], for changes only: whoever takes no whole documents need not have what takes them apart.
    pub fn prove_changes(
        &mut self,
        mut changes: Vec<ChangeRecord>,
    ) -> Result<Vec<ChangeRecord>, Refusal> {
        let mut seen = HashSet::new();
        changes.retain(|change| !self.history.contains(&change.hash) && seen.insert(change.hash));
        if changes.is_empty() {
            return Ok(changes);
        }
        // Whatever order honest authors wrote in, each operation took a counter at most one above all before it.
        let operations: u64 = changes.iter().map(|change| change.operations).sum();
        let ceiling = self.history.max_op().saturating_add(operations);
        let mark = self.history.mark();
        let outcome = changes.iter().try_for_each(|record| {
            self.admit_encoded(record, ceiling)
                .map_err(|refusal| refusal.of(record.hash))
        });
        match outcome {
            Ok(()) => Ok(changes),
            Err(refusal) => {
                self.history.return_to(mark);
                if self.history.is_empty() {
                    self.space = None;
                }
                Err(refusal)
            }
        }
    }

    /// Whether the change is in the document.
    pub fn knows(&self, hash: &ChangeHash) -> bool {
        self.history.contains(hash)
    }

    /// Whether [`Ledger::prove`] takes no more than about a millisecond for this submission, so that it need not go to another thread.
    ///
    /// A whole document is never quick: automerge takes it apart.
    pub fn is_quick(submission: &[ScannedChunk]) -> bool {
        let effort = submission
            .iter()
            .try_fold(0u64, |effort, chunk| match chunk {
                ScannedChunk::Change(change) => {
                    effort.checked_add(change.operations + OPERATIONS_A_CHANGE)
                }
                ScannedChunk::Document(_) => None,
            });
        effort.is_some_and(|effort| effort <= QUICK)
    }

    fn admit_encoded(&mut self, record: &ChangeRecord, ceiling: u64) -> Result<(), Refusal> {
        let contents = change_contents(&record.bytes, &self.limits)?;
        let change = EncodedChange::read(contents, &mut Budget::new(&self.limits))?;
        self.admit(record, &change, ceiling)
    }

    fn admit(
        &mut self,
        record: &ChangeRecord,
        change: &EncodedChange<'_>,
        ceiling: u64,
    ) -> Result<(), Refusal> {
        let first = self.history.is_empty();
        self.history.admit(record.hash, change, ceiling)?;
        if first {
            self.space = Some(self.check_genesis(record)?.space);
        }
        Ok(())
    }

    fn check_genesis(&self, record: &ChangeRecord) -> Result<Genesis, Refusal> {
        let genesis = contain(|| {
            Change::from_bytes(record.bytes.to_vec())
                .map_err(|error| malformed("change", error.to_string()))
                .and_then(|change| Ok(read_genesis(&change)?))
        })??;
        // A territory names itself: it is the space of all its documents.
        if genesis.kind == Kind::Territory && genesis.space != self.document {
            return Err(BadGenesis::Field("space").into());
        }
        // What stands beside a sheet begins in one way only.
        if genesis.kind == Kind::Statements {
            contain(|| statements::is_birth(self.document, genesis.space, record))??;
        }
        Ok(genesis)
    }
}
