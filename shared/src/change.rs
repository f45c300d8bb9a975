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

/// What a plain change chunk says it builds on, without reading the rest of it; `None` for other bytes.
pub(crate) fn dependencies(chunk: &[u8]) -> Option<Vec<ChangeHash>> {
    // Magic (4 bytes), checksum (4), type (1), length; then the number of dependencies and 32 bytes for each.
    let rest = chunk.strip_prefix(&[0x85, 0x6f, 0x4a, 0x83])?.get(4..)?;
    let (_, rest) = number(rest.strip_prefix(&[1])?)?;
    let (count, rest) = number(rest)?;
    let bytes = rest.get(..usize::try_from(count).ok()?.checked_mul(32)?)?;
    let (hashes, _) = bytes.as_chunks::<32>();
    Some(hashes.iter().copied().map(ChangeHash).collect())
}

/// An unsigned LEB128 number and what follows it.
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::Document;
    use crate::testing::fixtures;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn dependencies_are_read_from_the_head_of_a_chunk() {
        for fixture in fixtures::ALL {
            let document = Document::load(fixture, ActorId::from([1])).unwrap();
            for change in document.changes() {
                assert_eq!(dependencies(&change.bytes), Some(change.deps));
            }
        }
        assert_eq!(dependencies(b"something else"), None);
        assert_eq!(dependencies(&[]), None);
    }
}
