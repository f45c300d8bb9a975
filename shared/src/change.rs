//! One change as the graph keeps it: its place in the history, and its bytes, without its content.

use automerge::{ActorId, Change, ChangeHash};
use std::sync::Arc;

/// A change whose envelope has been read: hash, dependencies and counters. Its operations stay encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRecord {
    /// The SHA-256 that names the change.
    pub hash: ChangeHash,
    /// The changes it was made upon; empty for the genesis change only.
    pub deps: Vec<ChangeHash>,
    /// Who wrote it.
    pub actor: ActorId,
    /// Its place among the changes of that actor, from 1.
    pub seq: u64,
    /// The counter of its first operation.
    pub start_op: u64,
    /// How many operations it holds.
    pub operations: u64,
    /// The encoded chunk, uncompressed, as peers exchange it.
    pub bytes: Arc<[u8]>,
}

/// Bytes that are not one automerge change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a change: {0}")]
pub struct BadChange(pub String);

impl ChangeRecord {
    /// Reads a change that the guard has already scanned, or that this peer wrote itself.
    ///
    /// Never call it with bytes from outside that [`crate::guard`] has not scanned: automerge trusts the sizes it finds there.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadChange> {
        let change =
            Change::from_bytes(bytes.to_vec()).map_err(|error| BadChange(error.to_string()))?;
        Ok(Self::from(&change))
    }
}

impl From<&Change> for ChangeRecord {
    fn from(change: &Change) -> Self {
        Self {
            hash: change.hash(),
            deps: change.deps().to_vec(),
            actor: change.actor_id().clone(),
            seq: change.seq(),
            start_op: change.start_op().get(),
            operations: change.len() as u64,
            bytes: Arc::from(change.raw_bytes()),
        }
    }
}
