//! The storage port: where a relay keeps the changes of documents.

use crate::change::ChangeRecord;
use crate::id::DocumentId;
use automerge::ChangeHash;
use std::sync::Arc;

/// Why a store could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no room left on the disk.
    #[error("the disk is full")]
    Full,
    /// What was read back is not what was written.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// Another process holds the store.
    #[error("the store is in use by another process")]
    Locked,
    /// A newer version of Maillage wrote this store.
    #[error("the store was written by a newer version (format {found}, this one knows {known})")]
    Newer {
        /// Format found on the disk.
        found: u32,
        /// Newest format this program knows.
        known: u32,
    },
    /// The disk or the system answered with an error.
    #[error("the store cannot be read or written: {0}")]
    Io(String),
}

/// One change as a store keeps it: its name and its encoded bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredChange {
    /// The SHA-256 that names the change.
    pub hash: ChangeHash,
    /// The encoded chunk.
    pub bytes: Arc<[u8]>,
}

impl StoredChange {
    /// The changes this one builds on, read from the head of its chunk alone; none when the bytes are not one plain change.
    pub fn dependencies(&self) -> Vec<ChangeHash> {
        crate::change::dependencies(&self.bytes).unwrap_or_default()
    }
}

impl From<&ChangeRecord> for StoredChange {
    fn from(record: &ChangeRecord) -> Self {
        Self {
            hash: record.hash,
            bytes: Arc::clone(&record.bytes),
        }
    }
}

/// Keeps the changes of documents in the order they were appended. Every implementation passes the contract suite of
/// `crate::testing` and reports failures as values.
pub trait Store: Send + Sync + 'static {
    /// Appends changes to several documents and returns once all of them are on the disk, or none is promised to be.
    ///
    /// Appending a change that is already kept does nothing.
    fn append(&self, batch: &[(DocumentId, Vec<StoredChange>)]) -> Result<(), StoreError>;

    /// The changes of one document in the order they were appended; `None` when the document was never written.
    ///
    /// Of a damaged document come the intact changes whose causes are intact too, causes first; the missing ones may be appended again.
    fn load(&self, document: DocumentId) -> Result<Option<Vec<StoredChange>>, StoreError>;

    /// All documents that hold at least one change, in no particular order.
    fn list(&self) -> Result<Vec<DocumentId>, StoreError>;

    /// Forgets one document for good; forgetting one that is not there does nothing.
    ///
    /// What a disk may still hold of it cannot be read by anyone afterwards.
    fn delete(&self, document: DocumentId) -> Result<(), StoreError>;

    /// Puts the changes of one document together, so that they take less room and are read faster. [`Store::load`] returns the same
    /// before and after, also when this fails halfway. A document that is not there is left alone.
    fn compact(&self, document: DocumentId) -> Result<(), StoreError> {
        // A store that gains nothing by it needs to do nothing.
        let _ = document;
        Ok(())
    }
}
