//! A change as it is encoded: its header, then its operations in columns.

use super::Refusal;
use super::budget::Budget;
use super::columns::{Columns, Form, Layout};
use super::operations::{ACTION, COLUMNS, Key, Operation, OperationRows};
use super::reader::{Reader, malformed, too_large};
use crate::change::ChangeRecord;
use crate::store::StoredChange;
use automerge::{ActorId, ChangeHash};
use std::sync::Arc;

/// Ours are 20 bytes, automerge's own 16, and an editor at an older version of a document adds a few.
const LONGEST_ACTOR: usize = 64;

/// Far beyond any date, and far from where the differences between two of them overflow.
const FARTHEST_TIME: u64 = 1 << 53;

/// A change whose header has been read and whose columns agree on how many operations there are.
#[derive(Debug)]
pub(super) struct EncodedChange<'a> {
    pub(super) deps: Vec<ChangeHash>,
    /// The author first, then everyone whose operations are named.
    pub(super) actors: Vec<&'a [u8]>,
    pub(super) seq: u64,
    pub(super) start_op: u64,
    pub(super) operations: u64,
    /// Bytes that its message, its operations and what follows them take, once texts that columns repeat are expanded.
    pub(super) weight: u64,
    columns: Columns<'a>,
}

impl<'a> EncodedChange<'a> {
    /// Reads the contents of a change chunk.
    pub(super) fn read(contents: &'a [u8], budget: &mut Budget) -> Result<Self, Refusal> {
        budget.spend_changes(1)?;
        let mut reader = Reader::new("change", contents);
        let reader = &mut reader;
        let deps = read_hashes(reader, "dependencies", budget.limits.hashes)?;
        if !deps.is_sorted_by(|one, next| one < next) {
            return Err(reader.malformed("dependencies are repeated or out of order"));
        }
        let author = read_actor(reader)?;
        let seq = reader.unsigned()?;
        let start_op = reader.unsigned()?;
        if reader.signed()?.unsigned_abs() > FARTHEST_TIME {
            return Err(reader.malformed("its date is out of reach"));
        }
        let message = reader.prefixed()?;
        if std::str::from_utf8(message).is_err() {
            return Err(reader.malformed("its message is not UTF-8"));
        }
        let others = reader.count("actors", 2, budget.limits.hashes)?;
        let mut actors = Vec::with_capacity(others + 1);
        actors.push(author);
        for _ in 0..others {
            actors.push(read_actor(reader)?);
        }
        if !actors[1..].is_sorted_by(|one, next| one < next) || actors[1..].contains(&author) {
            return Err(reader.malformed("actors are repeated or out of order"));
        }
        let layout = Layout::read("change", reader, &COLUMNS)?;
        if layout.has_deflated() {
            return Err(reader.malformed("a column is deflated on its own"));
        }
        let before = budget.inflated_left();
        let columns = Columns::read(layout, Form::Shortest, reader, budget)?;
        // What follows the columns is the author's name, which automerge expects in an actor's first change only.
        if seq != 1 && !reader.is_empty() {
            return Err(reader.malformed("bytes are left over"));
        }
        let left = budget.operations_left();
        let operations = columns.count_rows(ACTION, "operations", left, budget)?;
        budget.spend_operations(operations)?;
        let expanded = before - budget.inflated_left();
        if seq == 0 || start_op == 0 {
            return Err(malformed("change", "it counts from zero"));
        }
        let last = start_op.saturating_add(operations);
        if last.max(seq) > u64::from(u32::MAX) {
            return Err(too_large("counter", last.max(seq), u64::from(u32::MAX)));
        }
        Ok(Self {
            deps,
            actors,
            seq,
            start_op,
            operations,
            weight: expanded + (message.len() + reader.left()) as u64,
            columns,
        })
    }

    /// What the graph keeps of it.
    pub(super) fn record(&self, stored: &StoredChange) -> ChangeRecord {
        ChangeRecord {
            hash: stored.hash,
            deps: self.deps.clone(),
            actor: ActorId::from(self.actors[0]),
            seq: self.seq,
            start_op: self.start_op,
            operations: self.operations,
            bytes: Arc::clone(&stored.bytes),
        }
    }

    /// Reads every operation in turn and checks all that can be said of it without the document.
    pub(super) fn for_each_operation(
        &self,
        visit: &mut dyn FnMut(&Operation<'_>) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let mut rows = OperationRows::new(&self.columns);
        let mut used = vec![false; self.actors.len()];
        let mut predecessors = Vec::new();
        for index in 0..self.operations {
            let operation = rows.next(index, &mut predecessors)?;
            let element = match operation.key {
                Key::Element(id) => Some(id),
                _ => None,
            };
            let named = operation
                .object
                .iter()
                .chain(&element)
                .chain(operation.predecessors);
            for id in named {
                match used.get_mut(id.actor) {
                    Some(used) => *used = true,
                    None => {
                        return Err(malformed(
                            "change",
                            "an operation names an actor that is not listed",
                        ));
                    }
                }
            }
            visit(&operation)?;
        }
        // automerge lists no one in vain; a change that does has another hash once it was saved.
        if used[1..].contains(&false) {
            return Err(malformed(
                "change",
                "it lists an actor that no operation names",
            ));
        }
        Ok(())
    }
}

/// An actor id after its length.
pub(super) fn read_actor<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Refusal> {
    let length = reader.count("bytes of an actor id", 1, LONGEST_ACTOR)?;
    if length == 0 {
        return Err(reader.malformed("an actor id is empty"));
    }
    reader.take(length as u64)
}

/// A counted list of hashes.
pub(super) fn read_hashes(
    reader: &mut Reader<'_>,
    what: &'static str,
    limit: usize,
) -> Result<Vec<ChangeHash>, Refusal> {
    let count = reader.count(what, 32, limit)?;
    let mut hashes = Vec::with_capacity(count);
    for _ in 0..count {
        hashes.push(ChangeHash(reader.array()?));
    }
    Ok(hashes)
}
