//! All documents of a territory in one file, to carry them where there is no network: written by one phone, taken in by another, merging.
//!
//! The file is CBOR: the array `["maillage-archive", 2, space, [[document, changes, signatures], …]]`, where `changes` are change chunks one
//! after the other, causes first, and `signatures` what authors have signed of them (version 1 had none), followed by the SHA-256 of all
//! bytes before it. A file comes from outside: nothing of it is used before the guard
//! and a ledger of each document have accepted all of it.

use crate::change::ChangeRecord;
use crate::guard::{self, Ledger, ScannedChunk};
use crate::id::DocumentId;
use crate::identity::Authorship;
use crate::limits::Limits;
use minicbor::{Decoder, Encoder};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::convert::Infallible;

/// How every such file begins, after the head of the CBOR array.
const MAGIC: &str = "maillage-archive";
/// The version of the format that is written here.
const VERSION: u32 = 2;
/// The largest file that is read, in bytes.
pub const MOST_BYTES: usize = 64 * 1024 * 1024;
/// Documents in one file.
const MOST_DOCUMENTS: u64 = 10_000;
const DIGEST: usize = 32;

/// What a file holds, proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// The territory.
    pub space: DocumentId,
    /// What is in it.
    pub documents: Vec<Archived>,
}

/// One document of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archived {
    /// Its name.
    pub id: DocumentId,
    /// Its changes, causes first.
    pub changes: Vec<ChangeRecord>,
    /// What authors have signed of them. Whether it holds is still to be seen.
    pub signatures: Vec<Authorship>,
}

/// Why a file is not taken in. Nothing of it has been used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// It is some other file.
    #[error("this is not a file of Maillage")]
    Foreign,
    /// It is of a version that comes after this program.
    #[error("this file is of version {0}, which is newer than this program")]
    Newer(u32),
    /// It is not as it was written.
    #[error("this file is damaged: {0}")]
    Damaged(String),
}

/// Writes documents into a file.
pub fn write<'a>(
    space: DocumentId,
    documents: impl ExactSizeIterator<Item = (DocumentId, &'a [ChangeRecord], Vec<Authorship>)>,
) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    let write = |e: &mut Encoder<Vec<u8>>| -> Result<(), minicbor::encode::Error<Infallible>> {
        e.array(4)?.str(MAGIC)?.u32(VERSION)?;
        e.bytes(space.as_bytes())?.array(documents.len() as u64)?;
        for (id, changes, signatures) in documents {
            let chunks: Vec<u8> = changes
                .iter()
                .flat_map(|change| change.bytes.iter().copied())
                .collect();
            e.array(3)?.bytes(id.as_bytes())?.bytes(&chunks)?;
            e.bytes(&Authorship::encode_all(&signatures))?;
        }
        Ok(())
    };
    let written = write(&mut encoder);
    // Writing to a Vec cannot fail.
    debug_assert!(written.is_ok());
    let mut bytes = encoder.into_writer();
    let digest = Sha256::digest(&bytes);
    bytes.extend_from_slice(&digest);
    bytes
}

/// Reads a file and proves every document in it; `limits` are those of one document.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Archive, ArchiveError> {
    let mut decoder = Decoder::new(bytes);
    if !matches!(decoder.array(), Ok(Some(4))) || !matches!(decoder.str(), Ok(MAGIC)) {
        return Err(ArchiveError::Foreign);
    }
    let version = decoder.u32().map_err(damaged)?;
    if !(1..=VERSION).contains(&version) {
        return Err(ArchiveError::Newer(version));
    }
    let whole = bytes.len().checked_sub(DIGEST).map(|at| bytes.split_at(at));
    let (content, digest) = whole.ok_or_else(|| damaged("it ends too early"))?;
    if bytes.len() > MOST_BYTES || *Sha256::digest(content) != *digest {
        return Err(damaged("its checksum is wrong"));
    }
    let head = decoder.position();
    let mut decoder = Decoder::new(content);
    decoder.set_position(head);
    let space = document(&mut decoder)?;
    let count = decoder.array().map_err(damaged)?;
    let count = count.filter(|count| *count <= MOST_DOCUMENTS);
    let count = count.ok_or_else(|| damaged("it holds too many documents"))?;
    let mut seen = BTreeSet::new();
    let mut documents = Vec::new();
    for _ in 0..count {
        let parts = if version == 1 { 2 } else { 3 };
        if decoder.array().ok().flatten() != Some(parts) {
            return Err(damaged("a document has other parts"));
        }
        let id = document(&mut decoder)?;
        if !seen.insert(id) {
            return Err(damaged("a document stands there twice"));
        }
        let chunks = decoder.bytes().map_err(damaged)?;
        let changes = proved(id, space, chunks, limits)?;
        let signatures = match version {
            1 => Vec::new(),
            _ => Authorship::decode_all(decoder.bytes().map_err(damaged)?)
                .ok_or_else(|| damaged("a signature is cut short"))?,
        };
        documents.push(Archived {
            id,
            changes,
            signatures,
        });
    }
    if decoder.position() != content.len() {
        return Err(damaged("something follows its end"));
    }
    Ok(Archive { space, documents })
}

/// The changes of one document, if they are the whole history of a document of this space.
fn proved(
    id: DocumentId,
    space: DocumentId,
    chunks: &[u8],
    limits: &Limits,
) -> Result<Vec<ChangeRecord>, ArchiveError> {
    let chunks = guard::scan_chunks(chunks, limits).map_err(damaged)?;
    let changes = chunks.into_iter().map(|chunk| match chunk {
        ScannedChunk::Change(change) => Ok(change),
        ScannedChunk::Document(_) => Err(damaged("it holds a whole document")),
    });
    let mut ledger = Ledger::new(id, *limits);
    let changes = ledger
        .prove_changes(changes.collect::<Result<_, _>>()?)
        .map_err(damaged)?;
    // A territory is its own space.
    if ledger.space() != Some(space) {
        return Err(damaged("a document belongs elsewhere"));
    }
    Ok(changes)
}

fn document(decoder: &mut Decoder<'_>) -> Result<DocumentId, ArchiveError> {
    let bytes = decoder.bytes().map_err(damaged)?;
    let bytes = bytes.try_into().map_err(|_| damaged("a name is no name"))?;
    DocumentId::from_bytes(bytes).map_err(damaged)
}

fn damaged(why: impl ToString) -> ArchiveError {
    ArchiveError::Damaged(why.to_string())
}

#[cfg(test)]
mod tests;
