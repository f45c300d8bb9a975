//! Chunks: the envelope that automerge puts around a change or a whole document.

use super::budget::Budget;
use super::columns::inflate;
use super::crash::contain;
use super::encoded::EncodedChange;
use super::reader::{Reader, malformed, too_large};
use super::{Refusal, ScannedChunk, document};
use crate::change::ChangeRecord;
use crate::limits::Limits;
use crate::store::StoredChange;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const DOCUMENT: u8 = 0;
const CHANGE: u8 = 1;
const DEFLATED_CHANGE: u8 = 2;

/// The fewest bytes that a chunk can have: magic, checksum, type and length.
pub(super) const SMALLEST_CHUNK: usize = 10;

/// Checks the bytes of exactly one chunk; see [`scan_chunks`].
pub fn scan_chunk(bytes: &[u8], limits: &Limits) -> Result<ScannedChunk, Refusal> {
    let mut chunks = scan_chunks(bytes, limits)?;
    match (chunks.pop(), chunks.is_empty()) {
        (Some(chunk), true) => Ok(chunk),
        _ => Err(malformed("chunk", "there is not exactly one")),
    }
}

/// Checks chunks that follow each other without a gap, as a saved document and the changes since: each is what it claims to be,
/// its checksum is right, and all of them together stay within the limits once they are inflated and expanded.
pub fn scan_chunks(bytes: &[u8], limits: &Limits) -> Result<Vec<ScannedChunk>, Refusal> {
    let mut budget = Budget::new(limits);
    let mut chunks = Vec::new();
    scan_into(bytes, &mut budget, &mut chunks)?;
    Ok(chunks)
}

/// Scans concatenated chunks on the account of a whole message.
pub(super) fn scan_into(
    bytes: &[u8],
    budget: &mut Budget,
    chunks: &mut Vec<ScannedChunk>,
) -> Result<(), Refusal> {
    let mut reader = Reader::new("chunk", bytes);
    while !reader.is_empty() {
        let before = reader.clone().take_rest();
        let chunk = Chunk::read(&mut reader, &budget.limits)?;
        let whole = &before[..before.len() - reader.left()];
        chunks.push(chunk.scan(whole, budget)?);
    }
    Ok(())
}

/// The contents of a change chunk that has been scanned before.
pub(super) fn change_contents<'a>(bytes: &'a [u8], limits: &Limits) -> Result<&'a [u8], Refusal> {
    let mut reader = Reader::new("chunk", bytes);
    let chunk = Chunk::read(&mut reader, limits)?;
    if chunk.kind == CHANGE && reader.is_empty() {
        Ok(chunk.contents)
    } else {
        Err(malformed("chunk", "it is not one plain change"))
    }
}

/// The contents of a change that a store kept, which is the one it is named after.
pub(super) fn stored_change<'a>(
    stored: &'a StoredChange,
    limits: &Limits,
) -> Result<&'a [u8], Refusal> {
    let contents = change_contents(&stored.bytes, limits)?;
    let named = hash(CHANGE, contents);
    if named == stored.hash.0 && named[..4] == stored.bytes[MAGIC.len()..][..4] {
        Ok(contents)
    } else {
        Err(malformed(
            "stored change",
            "it is not the one it is named after",
        ))
    }
}

#[derive(Debug)]
struct Chunk<'a> {
    checksum: [u8; 4],
    kind: u8,
    contents: &'a [u8],
}

impl<'a> Chunk<'a> {
    fn read(reader: &mut Reader<'a>, limits: &Limits) -> Result<Self, Refusal> {
        if reader.array()? != MAGIC {
            return Err(reader.malformed("it does not start as automerge's chunks do"));
        }
        let checksum = reader.array()?;
        let kind = reader.byte()?;
        if kind > DEFLATED_CHANGE {
            return Err(Refusal::ChunkType(kind));
        }
        let length = reader.unsigned()?;
        if length > limits.chunk_bytes as u64 {
            return Err(too_large("chunk", length, limits.chunk_bytes as u64));
        }
        Ok(Self {
            checksum,
            kind,
            contents: reader.take(length)?,
        })
    }

    fn scan(&self, whole: &[u8], budget: &mut Budget) -> Result<ScannedChunk, Refusal> {
        match self.kind {
            DOCUMENT => {
                self.verify(DOCUMENT, self.contents)?;
                document::scan(self.contents, budget)?;
                Ok(ScannedChunk::Document(whole.to_vec()))
            }
            CHANGE => self.scan_change(Cow::Borrowed(whole), self.contents, budget),
            _ => {
                // It will travel on uncompressed, as one chunk.
                let most = budget.limits.chunk_bytes;
                let contents = inflate("change", self.contents, most, budget)?;
                let plain = encode(CHANGE, self.checksum, &contents);
                self.scan_change(Cow::Owned(plain), &contents, budget)
            }
        }
    }

    fn scan_change(
        &self,
        whole: Cow<'_, [u8]>,
        contents: &[u8],
        budget: &mut Budget,
    ) -> Result<ScannedChunk, Refusal> {
        self.verify(CHANGE, contents)?;
        let change = EncodedChange::read(contents, budget)?;
        change.for_each_operation(&mut |_| Ok(()))?;
        let record = contain(|| ChangeRecord::parse(&whole))?
            .map_err(|error| malformed("change", error.0))?;
        Ok(ScannedChunk::Change(record))
    }

    /// The checksum is the start of the hash that names the change, so that of a deflated change covers its inflated form.
    fn verify(&self, kind: u8, contents: &[u8]) -> Result<(), Refusal> {
        if hash(kind, contents)[..4] == self.checksum {
            Ok(())
        } else {
            Err(Refusal::Checksum)
        }
    }
}

fn hash(kind: u8, contents: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update([kind]);
    hasher.update(length_prefix(contents.len()));
    hasher.update(contents);
    hasher.finalize().into()
}

fn encode(kind: u8, checksum: [u8; 4], contents: &[u8]) -> Vec<u8> {
    let length = length_prefix(contents.len());
    [&MAGIC[..], &checksum, &[kind], &length, contents].concat()
}

fn length_prefix(length: usize) -> Vec<u8> {
    let mut rest = length;
    let mut bytes = Vec::with_capacity(5);
    loop {
        let byte = (rest & 0x7f) as u8;
        rest >>= 7;
        if rest == 0 {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}

/// A change chunk with the right checksum around any contents.
#[cfg(test)]
pub(super) fn seal(kind: u8, contents: &[u8]) -> Vec<u8> {
    let hash = hash(kind, contents);
    encode(kind, [hash[0], hash[1], hash[2], hash[3]], contents)
}
