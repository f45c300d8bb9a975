//! What one message may still cost: its chunks share the limits, or many small ones would get around them.

use super::Refusal;
use super::reader::too_large;
use crate::limits::Limits;

/// Counts what has been spent of the limits so far.
#[derive(Debug)]
pub(super) struct Budget {
    pub(super) limits: Limits,
    inflated: u64,
    operations: u64,
    members: u64,
    changes: u64,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            limits: *limits,
            inflated: 0,
            operations: 0,
            members: 0,
            changes: 0,
        }
    }

    /// Bytes that may still be inflated or repeated.
    pub(super) fn inflated_left(&self) -> u64 {
        (self.limits.inflated_bytes as u64).saturating_sub(self.inflated)
    }

    /// Operations that may still be claimed.
    pub(super) fn operations_left(&self) -> u64 {
        self.limits.operations.saturating_sub(self.operations)
    }

    pub(super) fn spend_inflated(&mut self, bytes: u64) -> Result<(), Refusal> {
        spend(
            &mut self.inflated,
            bytes,
            "inflated size",
            self.limits.inflated_bytes as u64,
        )
    }

    pub(super) fn spend_operations(&mut self, operations: u64) -> Result<(), Refusal> {
        spend(
            &mut self.operations,
            operations,
            "operations",
            self.limits.operations,
        )
    }

    /// What operations replace, or what replaces them: as many as operations, on an account of their own.
    pub(super) fn spend_members(&mut self, members: u64) -> Result<(), Refusal> {
        spend(
            &mut self.members,
            members,
            "members of groups",
            self.limits.operations,
        )
    }

    pub(super) fn spend_changes(&mut self, changes: u64) -> Result<(), Refusal> {
        spend(
            &mut self.changes,
            changes,
            "changes",
            self.limits.changes as u64,
        )
    }
}

fn spend(total: &mut u64, more: u64, what: &'static str, limit: u64) -> Result<(), Refusal> {
    *total = total.saturating_add(more);
    if *total > limit {
        Err(too_large(what, *total, limit))
    } else {
        Ok(())
    }
}
