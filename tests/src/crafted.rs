//! Sync messages that no honest client sends, byte by byte. Format: automerge's sync protocol and binary document format.

use crate::sheet;
use anyhow::{Context, Result, bail};
use automerge::legacy::{ElementId, Key, ObjectId, Op, OpId, OpType};
use automerge::transaction::Transactable;
use automerge::{Automerge, Change, ObjId, ROOT, ScalarValue};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use maillage_shared::change::ChangeRecord;
use maillage_shared::records::Section;
use sha2::{Digest, Sha256};
use std::io::Write;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const CHANGE: u8 = 1;
const DEFLATED_CHANGE: u8 = 2;
const BUNDLE: u8 = 3;

/// A sync message that gives these chunks and says nothing else.
pub fn message_with(chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut message = vec![0x42, 0, 0, 0];
    unsigned(chunks.len() as u64, &mut message);
    for chunk in chunks {
        unsigned(chunk.len() as u64, &mut message);
        message.extend_from_slice(chunk);
    }
    message
}

/// A message whose Bloom filter claims this many probes: automerge would compute each of them for every change it has.
pub fn many_probes(probes: u64) -> Vec<u8> {
    let mut filter = Vec::new();
    unsigned(1, &mut filter);
    unsigned(10, &mut filter);
    unsigned(probes, &mut filter);
    filter.extend_from_slice(&[0xff, 0xff]);
    let mut message = vec![0x42, 0, 0, 1, 0];
    unsigned(filter.len() as u64, &mut message);
    message.extend_from_slice(&filter);
    message.push(0);
    message
}

/// A chunk of the kind that packs many changes at once; nobody needs to send one.
pub fn bundle() -> Vec<u8> {
    sealed(BUNDLE, &[0; 16])
}

/// A change of a few dozen bytes whose run lengths claim this many operations.
pub fn claims_operations(operations: i64) -> Vec<u8> {
    let repeated = |value: &[u8]| {
        let mut run = Vec::new();
        signed(operations, &mut run);
        run.extend_from_slice(value);
        run
    };
    let mut never = Vec::new();
    unsigned(operations.unsigned_abs(), &mut never);
    let columns: [(u64, Vec<u8>); 5] = [
        (0x15, repeated(&[1, b'a'])), // key: "a"
        (0x34, never),                // insert: no
        (0x42, repeated(&[1])),       // action: put
        (0x56, repeated(&[0])),       // value: null
        (0x70, repeated(&[0])),       // predecessors: none
    ];
    sealed(CHANGE, &change_with(&columns))
}

/// A small deflated change that becomes this many zero bytes.
pub fn inflates_to(bytes: usize) -> Vec<u8> {
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::best());
    // Writing into memory does not fail; a story that sends less than it meant fails on the answer.
    let zeros = vec![0; bytes];
    let _ = deflated.write_all(&zeros);
    let contents = deflated.finish().unwrap_or_default();
    enveloped(DEFLATED_CHANGE, [0; 4], &contents)
}

/// A change that is right but for one letter of its checksum.
pub fn wrong_checksum(change: &ChangeRecord) -> Vec<u8> {
    let mut bytes = change.bytes.to_vec();
    bytes[MAGIC.len()] ^= 1;
    bytes
}

/// Forged changes, each with what is wrong with it.
pub type Forgeries = Vec<(&'static str, Vec<u8>)>;

/// Well-formed changes that follow a document and panic whoever applies them, each with what is wrong with it.
pub fn crashes_peers(document: &Automerge) -> Result<Forgeries> {
    let text = text_of(document)?;
    let wrong = [
        (
            "an object that does not exist",
            Op {
                obj: ObjectId::Id(nothing(&text)),
                ..put()
            },
        ),
        (
            "an element that does not exist",
            Op {
                obj: ObjectId::Id(text.clone()),
                key: Key::Seq(ElementId::Id(nothing(&text))),
                insert: true,
                ..put()
            },
        ),
    ];
    changes(document, wrong)
}

/// Well-formed changes that follow a document and apply, but once saved, the document cannot be read back.
pub fn spoils_documents(document: &Automerge) -> Result<Forgeries> {
    let text = text_of(document)?;
    let wrong = [
        (
            "a predecessor that does not exist",
            Op {
                pred: vec![nothing(&text)].into(),
                ..put()
            },
        ),
        (
            "a key of a map in a text",
            Op {
                obj: ObjectId::Id(text.clone()),
                ..put()
            },
        ),
        // No operation but itself shows what is wrong with it: the relay finds out by saving and reading back.
        (
            "the end of a mark that does not begin",
            Op {
                action: OpType::MarkEnd(false),
                obj: ObjectId::Id(text.clone()),
                key: Key::Seq(ElementId::Head),
                insert: true,
                ..put()
            },
        ),
    ];
    changes(document, wrong)
}

fn changes<const N: usize>(
    document: &Automerge,
    operations: [(&'static str, Op); N],
) -> Result<Forgeries> {
    operations
        .into_iter()
        .map(|(what, operation)| Ok((what, with_operation(document, operation)?)))
        .collect()
}

/// The operation that made one of the texts of a sheet.
fn text_of(document: &Automerge) -> Result<OpId> {
    match sheet::section(document, Section::Need) {
        Some(ObjId::Id(counter, actor, _)) => Ok(OpId::new(counter, &actor)),
        _ => bail!("the sheet has no texts"),
    }
}

/// An operation of the same author that was never made.
fn nothing(made: &OpId) -> OpId {
    OpId::new(1_000_000, made.actor())
}

/// An operation that puts 1 under `title`.
fn put() -> Op {
    Op {
        action: OpType::Put(ScalarValue::Int(1)),
        obj: ObjectId::Root,
        key: Key::Map("title".into()),
        pred: vec![].into(),
        insert: false,
    }
}

/// A change that follows a document, honest in all but its one operation.
fn with_operation(document: &Automerge, operation: Op) -> Result<Vec<u8>> {
    let mut fork = document.fork();
    let mut transaction = fork.transaction();
    transaction.put(ROOT, "title", "")?;
    transaction.commit();
    let honest = fork.get_last_local_change().context("nothing was put")?;
    let mut change = honest.decode();
    change.hash = None;
    change.operations = vec![operation];
    Ok(Change::from(change).raw_bytes().to_vec())
}

fn change_with(columns: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut change = vec![0]; // no dependencies
    change.push(16);
    change.extend_from_slice(&[7; 16]); // actor
    change.extend_from_slice(&[1, 1, 0, 0, 0]); // seq, first operation, time, no message, no other actors
    unsigned(columns.len() as u64, &mut change);
    for (specification, data) in columns {
        unsigned(*specification, &mut change);
        unsigned(data.len() as u64, &mut change);
    }
    for (_, data) in columns {
        change.extend_from_slice(data);
    }
    change
}

/// A chunk with the right checksum.
fn sealed(kind: u8, contents: &[u8]) -> Vec<u8> {
    let mut hashed = vec![kind];
    unsigned(contents.len() as u64, &mut hashed);
    hashed.extend_from_slice(contents);
    let hash = Sha256::digest(&hashed);
    enveloped(kind, [hash[0], hash[1], hash[2], hash[3]], contents)
}

fn enveloped(kind: u8, checksum: [u8; 4], contents: &[u8]) -> Vec<u8> {
    let mut chunk = MAGIC.to_vec();
    chunk.extend_from_slice(&checksum);
    chunk.push(kind);
    unsigned(contents.len() as u64, &mut chunk);
    chunk.extend_from_slice(contents);
    chunk
}

/// LEB128, unsigned.
fn unsigned(mut number: u64, bytes: &mut Vec<u8>) {
    while number > 0x7f {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// LEB128, signed.
fn signed(mut number: i64, bytes: &mut Vec<u8>) {
    loop {
        let byte = (number & 0x7f) as u8;
        number >>= 7;
        let done = (number == 0 && byte & 0x40 == 0) || (number == -1 && byte & 0x40 != 0);
        bytes.push(if done { byte } else { byte | 0x80 });
        if done {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maillage_shared::id::DocumentId;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    /// Small enough to be harmless, these would be fine: what makes them bad is only the size they claim.
    #[test]
    fn what_is_crafted_is_well_formed() {
        let change = automerge::Change::from_bytes(claims_operations(3)).unwrap();
        assert_eq!(change.len(), 3);
        assert!(claims_operations(100_000_000).len() < 100);
        automerge::sync::Message::decode(&many_probes(7)).unwrap();
        let message =
            automerge::sync::Message::decode(&message_with(&[claims_operations(3)])).unwrap();
        assert_eq!(message.changes.iter().count(), 1);
    }

    fn a_sheet() -> Automerge {
        sheet::automerge(DocumentId::from_entropy([1; 16]), "Atelier", "Du bois.").unwrap()
    }

    #[test]
    fn what_is_to_crash_peers_parses_and_panics_in_automerge() {
        let document = a_sheet();
        for (what, bytes) in crashes_peers(&document).unwrap() {
            let change = Change::from_bytes(bytes).unwrap();
            let mut peer = document.clone();
            let applied = catch_unwind(AssertUnwindSafe(|| peer.apply_changes([change]).is_ok()));
            assert!(applied.is_err(), "{what}: {applied:?}");
        }
    }

    #[test]
    fn what_is_to_spoil_documents_applies_and_cannot_be_read_back() {
        let document = a_sheet();
        for (what, bytes) in spoils_documents(&document).unwrap() {
            let change = Change::from_bytes(bytes).unwrap();
            let mut peer = document.clone();
            peer.apply_changes([change]).unwrap();
            let read_back = Automerge::load(&peer.save());
            assert!(read_back.is_err(), "{what}");
        }
    }
}
