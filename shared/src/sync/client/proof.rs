//! What comes from elsewhere is proved before it enters a document, whatever the relay has done about it.

use crate::change::ChangeRecord;
use crate::doc::Document;
use crate::guard::{Ledger, Refusal};
use crate::id::DocumentId;
use crate::limits::Limits;
use crate::store::StoredChange;
use automerge::ChangeHash;

/// A document here may hold, besides all that a relay takes, as much again that was written here and is too much for the relay.
const LIMITS: Limits = Limits {
    operations: 2 * Limits::DEFAULT.operations,
    inflated_bytes: 2 * Limits::DEFAULT.inflated_bytes,
    changes: 2 * Limits::DEFAULT.changes,
    ..Limits::DEFAULT
};

/// Proves what arrives for one document. A phone that only opens its documents pays nothing for this: the ledger is made when something
/// first arrives.
#[derive(Debug, Default)]
pub(super) struct Proof {
    ledger: Option<Ledger>,
    /// Written here since the ledger was made, and not yet in it.
    written: Vec<ChangeRecord>,
}

impl Proof {
    /// Takes note of changes that were made here.
    pub(super) fn wrote(&mut self, changes: &[ChangeRecord]) {
        if self.ledger.is_some() {
            self.written.extend_from_slice(changes);
        }
    }

    /// Makes sure of a ledger that knows what `document` holds.
    pub(super) fn prepare(&mut self, id: DocumentId, document: &Document) -> Result<(), Refusal> {
        let written = std::mem::take(&mut self.written);
        if let Some(ledger) = &mut self.ledger
            && ledger.prove_changes(written).is_ok()
        {
            return Ok(());
        }
        let held: Vec<StoredChange> = document.changes().iter().map(StoredChange::from).collect();
        let (ledger, _) = Ledger::open(id, &held, LIMITS)?;
        self.ledger = Some(ledger);
        Ok(())
    }

    /// Whether the ledger knows this change.
    pub(super) fn knows(&self, hash: &ChangeHash) -> bool {
        self.ledger
            .as_ref()
            .is_some_and(|ledger| ledger.knows(hash))
    }

    /// Proves changes that come after what the ledger knows, causes first.
    pub(super) fn prove(
        &mut self,
        changes: Vec<ChangeRecord>,
    ) -> Result<Vec<ChangeRecord>, Refusal> {
        match &mut self.ledger {
            Some(ledger) => ledger.prove_changes(changes),
            None => Ok(Vec::new()),
        }
    }

    /// What was proved did not enter the document after all.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}
