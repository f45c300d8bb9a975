//! How much of what the other peer lacks goes to it: what one message carries, and what the peer takes at all.

use crate::change::ChangeRecord;
use crate::limits::{self, RelayLimits};
use crate::sync::graph::Graph;
use automerge::ChangeHash;
use automerge::sync::Have;

/// What a frame holds beside hashes, filters and changes: names, and the lengths of fields.
const ENVELOPE_BYTES: usize = 1024;
/// What a message holds beside each change: its length.
const LENGTH_BYTES: usize = 5;

/// What may be sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    /// Bytes of changes in one message, lengths included; a larger change travels alone.
    pub(super) message_bytes: usize,
    /// Operations in one message.
    pub(super) message_operations: u64,
    /// What the other peer has said it takes.
    told: Option<RelayLimits>,
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            message_bytes: limits::MESSAGE_BYTES,
            message_operations: limits::MESSAGE_OPERATIONS,
            told: None,
        }
    }
}

impl Allowance {
    pub(super) fn hear(&mut self, limits: RelayLimits) {
        self.told = Some(limits);
    }

    /// Bytes of one frame.
    fn frame_bytes(&self) -> usize {
        let told = self
            .told
            .and_then(|told| usize::try_from(told.frame_bytes).ok());
        told.unwrap_or(limits::FRAME_BYTES)
    }

    /// Whether a filter of so many changes leaves room in a frame for something else.
    pub(super) fn filter_fits(&self, changes: usize) -> bool {
        // automerge takes 10 bits for each.
        changes * 10 / 8 <= self.frame_bytes() / 2
    }

    /// Bytes that are left for changes in a frame that says this besides.
    pub(super) fn room(&self, heads: &[ChangeHash], need: &[ChangeHash], have: &[Have]) -> usize {
        if self.told.is_none() {
            // What is said besides is far below the default.
            return usize::MAX;
        }
        let last_sync = have.iter().map(|have| have.last_sync.len());
        let hashes = heads.len() + need.len() + last_sync.sum::<usize>();
        let filters = have.iter().map(|have| have.bloom.to_bytes().len());
        let beside = ENVELOPE_BYTES + 32 * hashes + filters.sum::<usize>();
        self.frame_bytes().saturating_sub(beside)
    }

    /// How many of these changes, from the first, the other peer takes at all, when a frame has so much room. What comes after one that it
    /// does not take may build on it.
    pub(super) fn taken(&self, graph: &Graph, lacking: &[&ChangeRecord], room: usize) -> usize {
        let Some(told) = self.told else {
            return lacking.len();
        };
        let sum = |changes: &[&ChangeRecord]| -> u64 {
            changes.iter().map(|change| change.operations).sum()
        };
        let mut operations = graph.operations().saturating_sub(sum(lacking));
        let mut changes = (graph.len() - lacking.len()) as u64;
        let fitting = lacking.iter().take_while(|change| {
            operations += change.operations;
            changes += 1;
            let bytes = change.bytes.len();
            bytes as u64 <= told.change_bytes
                && bytes + LENGTH_BYTES <= room
                && operations <= told.document_operations
                && changes <= told.document_changes
        });
        fitting.count()
    }

    /// How many of these changes, from the first, go into one message: at least one.
    pub(super) fn portion(&self, changes: &[&ChangeRecord], room: usize) -> usize {
        let (mut bytes, mut operations) = (0, 0);
        let fitting = changes.iter().take_while(|change| {
            bytes += change.bytes.len() + LENGTH_BYTES;
            operations += change.operations;
            bytes <= self.message_bytes.min(room) && operations <= self.message_operations
        });
        fitting.count().max(1).min(changes.len())
    }
}
