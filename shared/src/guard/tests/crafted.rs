//! Changes that are well formed and name what they must not: automerge would crash on most of them, or save a document that it
//! cannot read back. One file a rule.

mod accepted;
mod counted;
mod existing;
mod seen;
mod submissions;

use super::{actor, chunks, code, edit, object, prover_of, sheet};
use crate::change::ChangeRecord;
use crate::doc::Document;
use crate::guard::{Ledger, Refusal, ScannedChunk, scan_chunk};
use crate::limits::Limits;
use automerge::legacy::{ElementId, Key, ObjectId, Op, OpId, OpType};
use automerge::transaction::Transactable;
use automerge::{Change, ExpandedChange, ObjType, ROOT, ScalarValue};
use std::num::NonZeroU64;

/// What the guard says to a change after it was altered, first from its bytes and then for its document.
fn submit(
    prover: &mut Ledger,
    change: &ChangeRecord,
    alter: impl FnOnce(&mut ExpandedChange),
) -> &'static str {
    let mut expanded = Change::from_bytes(change.bytes.to_vec()).unwrap().decode();
    expanded.hash = None;
    alter(&mut expanded);
    let crafted = Change::from(expanded);
    code(prove_bytes(prover, crafted.raw_bytes()))
}

fn prove_bytes(prover: &mut Ledger, bytes: &[u8]) -> Result<Vec<ChangeRecord>, Refusal> {
    let chunk: ScannedChunk = scan_chunk(bytes, &Limits::DEFAULT)?;
    prover.prove(&[chunk])
}

/// A sheet with something in each container, its prover, and a copy in the hands of a second author.
fn scene() -> (Document, Ledger, Document) {
    let mut document = sheet();
    let [text, list, map] = ["text", "list", "map"].map(|key| object(&document, key));
    edit(&mut document, |transaction| {
        transaction.splice_text(&text, 0, 0, "bois")?;
        transaction.insert(&list, 0, 1)?;
        transaction.insert(&list, 1, 2)?;
        transaction.put(&map, "a", 1)?;
        transaction.put(&map, "b", ScalarValue::counter(1))
    });
    let prover = prover_of(&document);
    let mut other = Document::from_changes(&document.changes(), actor(2)).unwrap();
    other.set_actor(actor(2));
    (document, prover, other)
}

fn id(counter: u64, author: u8) -> OpId {
    OpId::new(counter, &actor(author))
}

/// An operation that puts 1 under `title` of the root.
fn put() -> Op {
    Op {
        action: OpType::Put(ScalarValue::Int(1)),
        obj: ObjectId::Root,
        key: Key::Map("title".into()),
        pred: vec![].into(),
        insert: false,
    }
}
