//! Chunks and changes as automerge encodes them, taken apart without checking what they say.

use automerge::ChangeHash;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use sha2::{Digest, Sha256};
use std::io::{Read, Write};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const MOST_INFLATED: u64 = 64 * 1024;

/// The kind of a chunk that is one change.
pub const CHANGE: u8 = 1;
/// The kind of a chunk that is one deflated change.
pub const DEFLATED: u8 = 2;

/// A chunk without its checksum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// 0 for a document, 1 for a change, 2 for a deflated change.
    pub kind: u8,
    /// What it holds, inflated.
    pub contents: Vec<u8>,
}

impl Chunk {
    /// Reads one chunk and does not look at its checksum; what follows it is left out.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes.strip_prefix(&MAGIC)?.get(4..)?);
        let kind = reader.take(1)?[0];
        if kind > DEFLATED {
            return None;
        }
        let contents = reader.prefixed()?;
        let contents = if kind == DEFLATED {
            let mut inflated = Vec::new();
            let mut decoder = DeflateDecoder::new(contents).take(MOST_INFLATED);
            decoder.read_to_end(&mut inflated).ok()?;
            inflated
        } else {
            contents.to_vec()
        };
        Some(Self { kind, contents })
    }

    /// The chunk with the right checksum.
    pub fn seal(&self) -> Vec<u8> {
        let checksum = &self.hash().0[..4];
        let mut bytes = [&MAGIC[..], checksum, &[self.kind]].concat();
        if self.kind == DEFLATED {
            let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
            deflated.write_all(&self.contents).expect("a Vec takes all");
            push_prefixed(&mut bytes, &deflated.finish().expect("a Vec takes all"));
        } else {
            push_prefixed(&mut bytes, &self.contents);
        }
        bytes
    }

    /// The hash that names it, when it is a change.
    pub fn hash(&self) -> ChangeHash {
        let kind = if self.kind == DEFLATED {
            CHANGE
        } else {
            self.kind
        };
        let mut bytes = vec![kind];
        push_prefixed(&mut bytes, &self.contents);
        ChangeHash(Sha256::digest(&bytes).into())
    }
}

/// The contents of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// What it builds on.
    pub deps: Vec<[u8; 32]>,
    /// Who wrote it.
    pub actor: Vec<u8>,
    /// Its place among that author's changes.
    pub seq: u64,
    /// The counter of its first operation.
    pub start_op: u64,
    /// When, in milliseconds.
    pub time: i64,
    /// What its author says of it.
    pub message: Vec<u8>,
    /// Whose operations it names.
    pub others: Vec<Vec<u8>>,
    /// Numbers and data of its columns.
    pub columns: Vec<(u64, Vec<u8>)>,
    /// What follows.
    pub extra: Vec<u8>,
}

impl Parts {
    /// Takes contents apart; `None` when they do not have the shape of a change.
    pub fn read(contents: &[u8]) -> Option<Self> {
        let mut reader = Reader(contents);
        let reader = &mut reader;
        let mut deps = Vec::new();
        for _ in 0..reader.unsigned()? {
            deps.push(reader.take(32)?.try_into().ok()?);
        }
        let actor = reader.prefixed()?.to_vec();
        let seq = reader.unsigned()?;
        let start_op = reader.unsigned()?;
        let time = reader.signed()?;
        let message = reader.prefixed()?.to_vec();
        let mut others = Vec::new();
        for _ in 0..reader.unsigned()? {
            others.push(reader.prefixed()?.to_vec());
        }
        let mut layout = Vec::new();
        for _ in 0..reader.unsigned()? {
            layout.push((reader.unsigned()?, reader.unsigned()?));
        }
        let mut columns = Vec::new();
        for (number, length) in layout {
            columns.push((number, reader.take(length)?.to_vec()));
        }
        let extra = reader.0.to_vec();
        Some(Self {
            deps,
            actor,
            seq,
            start_op,
            time,
            message,
            others,
            columns,
            extra,
        })
    }

    /// Puts the parts together, with the order and the lengths that automerge wants.
    pub fn write(&mut self) -> Vec<u8> {
        self.deps.sort_unstable();
        self.deps.dedup();
        self.others.sort_unstable();
        self.others.dedup();
        self.columns.sort_by_key(|(number, _)| number & !8);
        let mut bytes = Vec::new();
        push_unsigned(&mut bytes, self.deps.len() as u64);
        bytes.extend(self.deps.as_flattened());
        push_prefixed(&mut bytes, &self.actor);
        push_unsigned(&mut bytes, self.seq);
        push_unsigned(&mut bytes, self.start_op);
        push_signed(&mut bytes, self.time);
        push_prefixed(&mut bytes, &self.message);
        push_unsigned(&mut bytes, self.others.len() as u64);
        for other in &self.others {
            push_prefixed(&mut bytes, other);
        }
        push_unsigned(&mut bytes, self.columns.len() as u64);
        for (number, data) in &self.columns {
            push_unsigned(&mut bytes, *number);
            push_unsigned(&mut bytes, data.len() as u64);
        }
        for (_, data) in &self.columns {
            bytes.extend(data);
        }
        bytes.extend(&self.extra);
        bytes
    }
}

/// A sync message as three parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Kind, heads, needs, and what the sender has.
    pub before: Vec<u8>,
    /// The entries of its chunk list.
    pub entries: Vec<Vec<u8>>,
    /// Flags and whatever follows.
    pub after: Vec<u8>,
}

impl Message {
    /// Takes a message apart; `None` when it does not have the shape of one.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        reader.take(1)?;
        for _ in 0..2 {
            reader.hashes()?;
        }
        for _ in 0..reader.unsigned()? {
            reader.hashes()?;
            reader.prefixed()?;
        }
        let before = bytes[..bytes.len() - reader.0.len()].to_vec();
        let mut entries = Vec::new();
        for _ in 0..reader.unsigned()? {
            entries.push(reader.prefixed()?.to_vec());
        }
        let after = reader.0.to_vec();
        Some(Self {
            before,
            entries,
            after,
        })
    }

    /// Puts it together.
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = self.before.clone();
        push_unsigned(&mut bytes, self.entries.len() as u64);
        for entry in &self.entries {
            push_prefixed(&mut bytes, entry);
        }
        bytes.extend(&self.after);
        bytes
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(count).ok()?)?;
        self.0 = rest;
        Some(taken)
    }

    fn prefixed(&mut self) -> Option<&'a [u8]> {
        let length = self.unsigned()?;
        self.take(length)
    }

    fn hashes(&mut self) -> Option<()> {
        let count = self.unsigned()?;
        self.take(count.checked_mul(32)?).map(|_| ())
    }

    fn unsigned(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..63).step_by(7) {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let mut value = 0;
        for shift in (0..63).step_by(7) {
            let byte = self.take(1)?[0];
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let unused = 64 - (shift + 7);
                return Some(value << unused >> unused);
            }
        }
        None
    }
}

fn push_unsigned(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn push_signed(bytes: &mut Vec<u8>, mut number: i64) {
    while !(-64..64).contains(&number) {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8 & 0x7f);
}

fn push_prefixed(bytes: &mut Vec<u8>, content: &[u8]) {
    push_unsigned(bytes, content.len() as u64);
    bytes.extend(content);
}
