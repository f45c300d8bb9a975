//! Whole documents: what stock peers send to those who have nothing yet.

use super::budget::Budget;
use super::chunk::scan_chunk;
use super::columns::{Columns, Form, Layout};
use super::crash::contain;
use super::encoded::{read_actor, read_hashes};
use super::reader::{Reader, malformed, too_large};
use super::{Refusal, ScannedChunk};
use crate::change::ChangeRecord;
use crate::doc::Document;
use crate::limits::Limits;
use automerge::ActorId;

const CHANGE_ACTOR: u32 = 0x01;
/// Actor, sequence number, last operation, time, message, dependencies (group, member), extra bytes (metadata, value).
const CHANGE_COLUMNS: [u32; 9] = [CHANGE_ACTOR, 0x03, 0x13, 0x23, 0x35, 0x40, 0x43, 0x56, 0x57];

const OPERATION_ACTOR: u32 = 0x21;
/// Object (actor, counter), key (actor, counter, text), id (actor, counter), insert, action, value (metadata, value),
/// successors (group, actor, counter), expand, mark name.
const OPERATION_COLUMNS: [u32; 16] = [
    0x01,
    0x02,
    0x11,
    0x13,
    0x15,
    OPERATION_ACTOR,
    0x23,
    0x34,
    0x42,
    0x56,
    0x57,
    0x80,
    0x81,
    0x83,
    0x94,
    0xa5,
];

/// Bounds what the contents of a document chunk cost once inflated and expanded.
pub(super) fn scan(contents: &[u8], budget: &mut Budget) -> Result<(), Refusal> {
    let mut reader = Reader::new("document", contents);
    let actors = reader.count("actors", 2, budget.limits.changes)?;
    for _ in 0..actors {
        read_actor(&mut reader)?;
    }
    let heads = read_hashes(&mut reader, "heads", budget.limits.hashes)?;
    let change_layout = Layout::read("document", &mut reader, &CHANGE_COLUMNS)?;
    let operation_layout = Layout::read("document", &mut reader, &OPERATION_COLUMNS)?;

    let columns = Columns::read(change_layout, Form::Any, &mut reader, budget)?;
    let changes = columns.count_rows(
        CHANGE_ACTOR,
        "changes",
        budget.limits.changes as u64,
        budget,
    )?;
    budget.spend_changes(changes)?;

    let columns = Columns::read(operation_layout, Form::Any, &mut reader, budget)?;
    let left = budget.operations_left();
    let operations = columns.count_rows(OPERATION_ACTOR, "operations", left, budget)?;
    budget.spend_operations(operations)?;

    // The places of the heads among the changes follow; older versions left them out.
    if !reader.is_empty() {
        for _ in &heads {
            reader.unsigned()?;
        }
    }
    if reader.is_empty() {
        Ok(())
    } else {
        Err(reader.malformed("bytes are left over"))
    }
}

/// Takes a whole document apart into its changes, in causal order. The bytes are scanned first, so that they may come from
/// anywhere.
pub fn expand_document(bytes: &[u8], limits: &Limits) -> Result<Vec<ChangeRecord>, Refusal> {
    match scan_chunk(bytes, limits)? {
        ScannedChunk::Document(bytes) => expand(&bytes, limits),
        ScannedChunk::Change(_) => Err(malformed("document", "it is a single change")),
    }
}

/// Takes a scanned document apart.
pub(super) fn expand(bytes: &[u8], limits: &Limits) -> Result<Vec<ChangeRecord>, Refusal> {
    // The guard never writes, so that the actor it reads under is in no document.
    let reader = ActorId::from([0u8; 16]);
    let changes = contain(|| Document::load(bytes, reader).map(|document| document.changes()))?
        .map_err(|error| Refusal::DoesNotApply(error.0))?;
    match changes.iter().map(|change| change.bytes.len()).max() {
        // Each change travels on as one chunk.
        Some(largest) if largest > limits.chunk_bytes => Err(too_large(
            "chunk",
            largest as u64,
            limits.chunk_bytes as u64,
        )),
        _ => Ok(changes),
    }
}
