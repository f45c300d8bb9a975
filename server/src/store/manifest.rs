//! What the store knows of each document without reading it, and of itself as a whole. Format 2.
//!
//! - The key of a manifest is `d` and the document's 16 bytes; all manifests lie side by side, so that a start reads these alone.
//! - The key `totals` holds how many writes there were and how many documents there are, 8 bytes each, big-endian.
//! - Both start with a checksum over key and content. Neither holds a word of anyone's.

use super::record::FileHash;
use super::seal::{check, checked};
use super::snapshot;
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::store::StoredChange;
use std::ops::Range;

/// The key of the store's totals.
pub(super) const TOTALS_KEY: &[u8] = b"totals";

/// What the keys of manifests start with.
pub(super) const PREFIX: &[u8] = b"d";

/// Heads that a manifest names. A document that is written by more people at once is taken for whole when the last of them are there.
const HEADS: usize = 32;

/// In place of a head that is not known, because what told of it is lost. Whoever builds upon what is there had all of it, as far as can be
/// told: the next change takes its place.
pub(super) const UNKNOWN_HEAD: ChangeHash = ChangeHash([0; 32]);

/// What the store knows of one document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    /// The number of its first record.
    pub(super) first: u64,
    /// The number of its next record.
    pub(super) next: u64,
    /// Changes in it, each counted once.
    pub(super) changes: u64,
    /// Bytes of these changes.
    pub(super) bytes: u64,
    /// Bytes they take on the disk, sealed, without what sled adds.
    pub(super) stored: u64,
    /// Damage was found, and not everything has come back yet.
    pub(super) healing: bool,
    /// Changes that nobody built upon when they were appended: the document is whole when these and all their causes are there.
    pub(super) heads: Vec<ChangeHash>,
    /// Files that its records name.
    pub(super) files: Vec<FileHash>,
}

impl Manifest {
    /// Takes note of a new change.
    pub(super) fn add(&mut self, change: &StoredChange) {
        self.changes += 1;
        self.bytes += change.bytes.len() as u64;
        let dependencies = change.dependencies();
        // A head that was lost and came back is one already.
        self.heads.retain(|head| {
            *head != change.hash && *head != UNKNOWN_HEAD && !dependencies.contains(head)
        });
        self.heads.push(change.hash);
        let surplus = self.heads.len().saturating_sub(HEADS);
        self.heads.drain(..surplus);
    }

    /// The numbers of its records.
    pub(super) fn records(&self) -> Range<u64> {
        self.first..self.next
    }

    /// What its changes packed together are inflated to at most, in bytes.
    pub(super) fn most_bytes(&self) -> u64 {
        snapshot::most_bytes(self.changes, self.bytes)
    }

    /// The value of its key.
    pub(super) fn encode(&self, key: &[u8]) -> Vec<u8> {
        let mut content = vec![u8::from(self.healing)];
        for number in [
            self.first,
            self.next,
            self.changes,
            self.bytes,
            self.stored,
            self.heads.len() as u64,
            self.files.len() as u64,
        ] {
            content.extend_from_slice(&number.to_be_bytes());
        }
        for hash in self.heads.iter().map(|head| &head.0).chain(&self.files) {
            content.extend_from_slice(hash);
        }
        check(key, &content)
    }

    /// Reads that value; `None` when it is damaged.
    pub(super) fn decode(key: &[u8], value: &[u8]) -> Option<Self> {
        let (healing, rest) = checked(key, value)?.split_first()?;
        let (numbers, rest) = rest.split_first_chunk::<{ 7 * 8 }>()?;
        let (numbers, _) = numbers.as_chunks::<8>();
        let &[first, next, changes, bytes, stored, heads, files] = numbers else {
            return None;
        };
        let (hashes, _) = rest.as_chunks::<32>();
        let heads = usize::try_from(u64::from_be_bytes(heads)).ok()?;
        let (heads, rest) = hashes.split_at_checked(heads)?;
        (rest.len() as u64 == u64::from_be_bytes(files)).then(|| Self {
            first: u64::from_be_bytes(first),
            next: u64::from_be_bytes(next),
            changes: u64::from_be_bytes(changes),
            bytes: u64::from_be_bytes(bytes),
            stored: u64::from_be_bytes(stored),
            healing: *healing != 0,
            heads: heads.iter().copied().map(ChangeHash).collect(),
            files: rest.to_vec(),
        })
    }
}

/// The key of a document's manifest.
pub(super) fn key(document: DocumentId) -> Vec<u8> {
    [PREFIX, document.as_bytes()].concat()
}

/// The document that such a key names.
pub(super) fn document(key: &[u8]) -> Option<DocumentId> {
    let bytes = key.strip_prefix(PREFIX)?.try_into().ok()?;
    DocumentId::from_bytes(bytes).ok()
}

/// What the whole store has, written with every batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Totals {
    /// Batches written since the store was made.
    pub(super) writes: u64,
    /// Documents that have a manifest.
    pub(super) documents: u64,
}

impl Totals {
    /// The value under [`TOTALS_KEY`].
    pub(super) fn encode(self) -> Vec<u8> {
        let content = [self.writes.to_be_bytes(), self.documents.to_be_bytes()].concat();
        check(TOTALS_KEY, &content)
    }

    /// Reads that value; `None` when it is damaged.
    pub(super) fn decode(value: &[u8]) -> Option<Self> {
        let (writes, documents) = checked(TOTALS_KEY, value)?.split_first_chunk()?;
        Some(Self {
            writes: u64::from_be_bytes(*writes),
            documents: u64::from_be_bytes(documents.try_into().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maillage_shared::testing::contract::{change, document as named};

    #[test]
    fn a_manifest_is_read_as_it_was_written_and_only_under_its_key() {
        let mut manifest = Manifest {
            first: 3,
            next: 9,
            stored: 700,
            healing: true,
            files: vec![[7; 32]],
            ..Manifest::default()
        };
        manifest.add(&change(b"one"));
        manifest.add(&change(b"two"));
        let key = key(named(1));
        let value = manifest.encode(&key);
        assert_eq!(document(&key), Some(named(1)));
        assert_eq!(Manifest::decode(&key, &value), Some(manifest));
        assert_eq!(Manifest::decode(&super::key(named(2)), &value), None);
        assert_eq!(Manifest::decode(&key, &value[..value.len() - 1]), None);
    }

    #[test]
    fn a_manifest_names_a_bounded_number_of_heads() {
        let mut manifest = Manifest::default();
        for number in 0..100u8 {
            manifest.add(&change(&[number]));
        }
        assert_eq!((manifest.heads.len(), manifest.changes), (HEADS, 100));
        assert_eq!(manifest.heads.last(), Some(&change(&[99]).hash));
    }
}
