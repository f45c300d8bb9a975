//! How changes lie in the store: keys, values, checksums and pieces. Format 1.
//!
//! - The key of a record is the document's 16 bytes and the record's number, 8 bytes, big-endian, from 0 without gaps.
//! - A value starts with the first 8 bytes of the SHA-256 of its key and its content, so that a value under a wrong key shows.
//! - The content of a record is the change's hash, how many further pieces follow (4 bytes, big-endian), and the piece's bytes.
//! - The key of a document's count is its 16 bytes alone; the content is how many records it has, 8 bytes, big-endian.
//! - The key `totals` holds how many writes there were and how many documents there are, 8 bytes each, big-endian.
//!
//! Changes are cut into pieces so that no page of sled's grows to an eighth of a mebibyte: beyond that, sled moves it to a file of its
//! own, which it never makes durable.

use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::store::{StoreError, StoredChange};
use sha2::{Digest, Sha256};
use sled::IVec;
use std::sync::Arc;

/// Bytes of a change in one record. A leaf page of sled's holds some 16 records.
const PIECE_BYTES: usize = 4096;

/// The key of the store's totals. No document's keys start with these bytes and are as short.
pub(super) const TOTALS_KEY: &[u8] = b"totals";

const DOCUMENT_BYTES: usize = 16;
const CHECKSUM_BYTES: usize = 8;
const HASH_BYTES: usize = 32;

/// The key of a record.
pub(super) fn key(document: DocumentId, sequence: u64) -> Vec<u8> {
    let mut key = document.as_bytes().to_vec();
    key.extend_from_slice(&sequence.to_be_bytes());
    key
}

/// The document a key belongs to.
pub(super) fn document(key: &[u8]) -> Result<DocumentId, StoreError> {
    key.first_chunk::<DOCUMENT_BYTES>()
        .and_then(|bytes| DocumentId::from_bytes(*bytes).ok())
        .ok_or_else(|| {
            StoreError::Damaged(format!("{} is not the key of a record", hex::encode(key)))
        })
}

/// How many records a change takes.
pub(super) fn count(change: &StoredChange) -> u64 {
    change.bytes.len().div_ceil(PIECE_BYTES).max(1) as u64
}

/// The records of a change, from a sequence number on.
pub(super) fn encode(
    document: DocumentId,
    first: u64,
    change: &StoredChange,
) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    let records = count(change);
    (0..records).map(move |at| {
        let start = (at as usize) * PIECE_BYTES;
        let end = (start + PIECE_BYTES).min(change.bytes.len());
        let key = key(document, first + at);
        let mut content = Vec::with_capacity(HASH_BYTES + 4 + end - start);
        content.extend_from_slice(&change.hash.0);
        content.extend_from_slice(&((records - at - 1) as u32).to_be_bytes());
        content.extend_from_slice(&change.bytes[start..end]);
        let value = seal(&key, &content);
        (key, value)
    })
}

/// The record that holds how many records a document has.
pub(super) fn encode_count(document: DocumentId, records: u64) -> (Vec<u8>, Vec<u8>) {
    let key = document.as_bytes().to_vec();
    let value = seal(&key, &records.to_be_bytes());
    (key, value)
}

/// Puts a document's changes together again, or says what is wrong with them; `None` when there is no record.
pub(super) fn read(
    document: DocumentId,
    records: Vec<(IVec, IVec)>,
) -> Result<Option<Vec<StoredChange>>, StoreError> {
    let damaged = |what: &str| StoreError::Damaged(format!("document {document}: {what}"));
    let Some(((count_key, count_value), pieces)) = records.split_first() else {
        return Ok(None);
    };
    if count_key.len() != DOCUMENT_BYTES {
        return Err(damaged("its count is missing"));
    }
    let count = unseal(count_key, count_value)
        .and_then(|content| content.try_into().ok())
        .map(u64::from_be_bytes)
        .ok_or_else(|| damaged("its count has a wrong checksum"))?;
    if count != pieces.len() as u64 {
        let found = pieces.len();
        return Err(damaged(&format!("{found} of {count} records are there")));
    }
    let mut changes = Vec::new();
    let mut open: Option<Piece> = None;
    for (sequence, (found_key, value)) in pieces.iter().enumerate() {
        if **found_key != *key(document, sequence as u64) {
            return Err(damaged(&format!("record {sequence} is missing")));
        }
        let piece = unseal(found_key, value)
            .and_then(Piece::decode)
            .ok_or_else(|| damaged(&format!("record {sequence} has a wrong checksum")))?;
        let whole = match open.take() {
            None => piece,
            Some(begun) => begun.join(piece).ok_or_else(|| {
                damaged(&format!(
                    "record {sequence} does not continue the one before"
                ))
            })?,
        };
        if whole.following == 0 {
            changes.push(StoredChange {
                hash: whole.hash,
                bytes: Arc::from(whole.bytes),
            });
        } else {
            open = Some(whole);
        }
    }
    match open {
        None => Ok(Some(changes)),
        Some(_) => Err(damaged("the end of its last change is missing")),
    }
}

/// What the whole store has, written with every batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Totals {
    /// Batches written since the store was made.
    pub(super) writes: u64,
    /// Documents that have a record.
    pub(super) documents: u64,
}

impl Totals {
    /// The value under [`TOTALS_KEY`].
    pub(super) fn encode(self) -> Vec<u8> {
        let content = [self.writes.to_be_bytes(), self.documents.to_be_bytes()].concat();
        seal(TOTALS_KEY, &content)
    }

    /// Reads that value.
    pub(super) fn decode(value: &[u8]) -> Result<Self, StoreError> {
        let decode = || {
            let (writes, documents) = unseal(TOTALS_KEY, value)?.split_first_chunk()?;
            Some(Self {
                writes: u64::from_be_bytes(*writes),
                documents: u64::from_be_bytes(documents.try_into().ok()?),
            })
        };
        decode().ok_or_else(|| StoreError::Damaged("its totals have a wrong checksum".to_owned()))
    }
}

struct Piece {
    hash: ChangeHash,
    following: u32,
    bytes: Vec<u8>,
}

impl Piece {
    fn decode(content: &[u8]) -> Option<Self> {
        let (hash, rest) = content.split_first_chunk::<HASH_BYTES>()?;
        let (following, bytes) = rest.split_first_chunk::<4>()?;
        Some(Self {
            hash: ChangeHash(*hash),
            following: u32::from_be_bytes(*following),
            bytes: bytes.to_vec(),
        })
    }

    fn join(mut self, next: Self) -> Option<Self> {
        if next.hash != self.hash || next.following + 1 != self.following {
            return None;
        }
        self.bytes.extend_from_slice(&next.bytes);
        self.following = next.following;
        Some(self)
    }
}

fn checksum(key: &[u8], content: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let digest = Sha256::new()
        .chain_update(key)
        .chain_update(content)
        .finalize();
    let mut checksum = [0; CHECKSUM_BYTES];
    checksum.copy_from_slice(&digest[..CHECKSUM_BYTES]);
    checksum
}

fn seal(key: &[u8], content: &[u8]) -> Vec<u8> {
    let mut value = checksum(key, content).to_vec();
    value.extend_from_slice(content);
    value
}

fn unseal<'a>(key: &[u8], value: &'a [u8]) -> Option<&'a [u8]> {
    let (found, content) = value.split_first_chunk::<CHECKSUM_BYTES>()?;
    (*found == checksum(key, content)).then_some(content)
}
