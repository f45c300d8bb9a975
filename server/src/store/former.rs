//! Reading format 1, which the first relays wrote: unencrypted, one key and value of sled's for each piece of a change.
//!
//! - The key of a record is the document's 16 bytes and the record's number, 8 bytes, big-endian, from 0 without gaps; the document's 16
//!   bytes alone lead to its count, `totals` to the counts of writes and documents.
//! - A value starts with the first 8 bytes of the SHA-256 of its key and its content. The content of a record is the change's hash, how
//!   many further pieces follow (4 bytes, big-endian), and the piece's bytes.

use super::engine::guarded;
use super::manifest::{TOTALS_KEY, Totals};
use super::seal::checked;
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::store::{StoreError, StoredChange};
use std::sync::Arc;

/// What was counted with the last write; `None` when nothing was ever written, or when it cannot be read.
pub(super) fn totals(db: &sled::Db) -> Result<Option<Totals>, StoreError> {
    let value = guarded(|| db.get(TOTALS_KEY))?;
    Ok(value.and_then(|value| Totals::decode(&value)))
}

/// Every document, once.
pub(super) fn documents(db: &sled::Db) -> Result<Vec<DocumentId>, StoreError> {
    let keys: Vec<_> = guarded(|| db.iter().keys().collect())?;
    let mut documents: Vec<DocumentId> = keys
        .iter()
        .filter(|key| **key != TOTALS_KEY)
        .filter_map(|key| key.first_chunk::<16>())
        .filter_map(|bytes| DocumentId::from_bytes(*bytes).ok())
        .collect();
    documents.dedup();
    Ok(documents)
}

/// The changes of a document up to the first thing that is damaged, and whether there is such a thing.
pub(super) fn read(
    db: &sled::Db,
    document: DocumentId,
) -> Result<(Vec<StoredChange>, bool), StoreError> {
    let pairs: Vec<_> = guarded(|| db.scan_prefix(document.as_bytes()).collect())?;
    let mut changes = Vec::new();
    let mut begun: Vec<u8> = Vec::new();
    let mut count = None;
    let mut read = 0u64;
    for (key, value) in pairs {
        let Some(content) = checked(&key, &value) else {
            return Ok((changes, true));
        };
        let Some(number) = key.get(16..).filter(|number| !number.is_empty()) else {
            count = content.try_into().ok().map(u64::from_be_bytes);
            continue;
        };
        let piece = content
            .split_first_chunk::<32>()
            .and_then(|(hash, rest)| Some((hash, rest.split_first_chunk::<4>()?)))
            .filter(|_| *number == read.to_be_bytes());
        let Some((hash, (following, bytes))) = piece else {
            return Ok((changes, true));
        };
        read += 1;
        begun.extend_from_slice(bytes);
        if *following == [0; 4] {
            changes.push(StoredChange {
                hash: ChangeHash(*hash),
                bytes: Arc::from(std::mem::take(&mut begun)),
            });
        }
    }
    Ok((changes, count != Some(read) || !begun.is_empty()))
}
