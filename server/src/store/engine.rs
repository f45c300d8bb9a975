//! One opened sled: every call guarded against its panics, every error turned into one of ours.

use super::folder::{Folder, io_error};
use super::record::{self, Totals};
use super::witness::Witness;
use crate::panics;
use maillage_shared::id::DocumentId;
use maillage_shared::store::StoreError;
use sled::IVec;
use std::fs::File;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What sled may keep in memory of the pages it has read, in bytes.
const CACHE_BYTES: u64 = 64 * 1024 * 1024;

/// How long an earlier sled of this process may take to let go of its file.
const RELEASE_TIME: Duration = Duration::from_secs(5);

/// A sled database, a second handle on its file to make writes durable, and the witness that they were.
#[derive(Debug)]
pub(super) struct Engine {
    db: sled::Db,
    file: File,
    written: Mutex<Written>,
}

#[derive(Debug)]
struct Written {
    totals: Totals,
    witness: Witness,
}

impl Engine {
    /// Opens or makes the database, and checks that nothing of it is lost as a whole. The folder's own lock is already held.
    pub(super) fn open(folder: &Folder) -> Result<Self, StoreError> {
        let path = folder.documents();
        let db = database(&path)?;
        let file = File::open(path.join("db")).map_err(|error| io_error(&error))?;
        let totals = match guarded(|| db.get(record::TOTALS_KEY))? {
            Some(value) => Totals::decode(&value)?,
            None => Totals::default(),
        };
        let witness = Witness::open(&folder.witness(), totals.writes)?;
        let engine = Self {
            db,
            file,
            written: Mutex::new(Written { totals, witness }),
        };
        let found = engine.documents()?.len() as u64;
        if found != totals.documents {
            let expected = totals.documents;
            return Err(StoreError::Damaged(format!(
                "{found} of its {expected} documents are there"
            )));
        }
        Ok(engine)
    }

    /// Applies all of a batch or nothing, and returns once it is on the disk. `created` documents come with it, or go when negative.
    pub(super) fn write(&self, mut batch: sled::Batch, created: i64) -> Result<(), StoreError> {
        // After a failure this engine is not used again, so what the lock guards is never left half changed.
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let totals = Totals {
            writes: written.totals.writes + 1,
            documents: written.totals.documents.saturating_add_signed(created),
        };
        batch.insert(record::TOTALS_KEY, totals.encode());
        guarded(|| {
            self.db.apply_batch(batch)?;
            self.db.flush()
        })?;
        // sled flushes with `sync_file_range`, which leaves data in the disk's own cache.
        self.file.sync_data().map_err(|error| io_error(&error))?;
        written.totals = totals;
        if let Err(error) = written.witness.note(totals.writes) {
            tracing::warn!(%error, "the witness file cannot be written");
        }
        Ok(())
    }

    /// Everything kept under a document, its count first, then its changes in order.
    pub(super) fn records(&self, document: DocumentId) -> Result<Vec<(IVec, IVec)>, StoreError> {
        guarded(|| self.db.scan_prefix(document.as_bytes()).collect())
    }

    /// The documents that have a record.
    pub(super) fn documents(&self) -> Result<Vec<DocumentId>, StoreError> {
        let mut documents = Vec::new();
        let mut from = Vec::new();
        while let Some((key, _)) = guarded(|| self.db.range(from.as_slice()..).next().transpose())?
        {
            if *key == *record::TOTALS_KEY {
                from = [record::TOTALS_KEY, &[0]].concat();
                continue;
            }
            let document = record::document(&key)?;
            documents.push(document);
            // Skips the rest of this document: no sequence number reaches the highest one.
            from = record::key(document, u64::MAX).to_vec();
        }
        Ok(documents)
    }
}

/// sled itself. Its threads may hold its file for a moment after the last handle was dropped: that is waited for.
pub(super) fn database(path: &Path) -> Result<sled::Db, StoreError> {
    let deadline = Instant::now() + RELEASE_TIME;
    loop {
        let opened = guarded(|| {
            sled::Config::new()
                .path(path)
                .cache_capacity(CACHE_BYTES)
                .flush_every_ms(None)
                .open()
        });
        match opened {
            Err(StoreError::Io(why)) if is_held(&why) && Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(StoreError::Io(why)) if is_held(&why) => return Err(StoreError::Locked),
            opened => return opened,
        }
    }
}

fn guarded<T>(act: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    match panics::catch(act) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(engine_error(error)),
        Err(message) => Err(StoreError::Damaged(format!(
            "reading it failed with: {message}"
        ))),
    }
}

fn engine_error(error: sled::Error) -> StoreError {
    match error {
        sled::Error::Io(error) => io_error(&error),
        sled::Error::Corruption { at, .. } => {
            StoreError::Damaged(format!("corrupted data at {at:?}"))
        }
        sled::Error::Unsupported(why) | sled::Error::ReportableBug(why) => StoreError::Damaged(why),
        sled::Error::CollectionNotFound(_) => {
            StoreError::Damaged("a part of it is missing".to_owned())
        }
    }
}

/// sled has no error of its own for a file that something else has locked.
fn is_held(why: &str) -> bool {
    why.starts_with("could not acquire lock")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn a_full_disk_is_told_apart_from_other_errors() {
        let full = sled::Error::Io(io::Error::from_raw_os_error(28));
        assert_eq!(engine_error(full.clone()), StoreError::Full);
        // sled repeats the first error it met without its number.
        assert_eq!(engine_error(full.clone().clone()), StoreError::Full);
        let other = sled::Error::Io(io::Error::other("broken"));
        assert_eq!(engine_error(other), StoreError::Io("broken".to_owned()));
    }

    #[test]
    fn a_panic_inside_the_engine_is_an_error() {
        let result: Result<(), StoreError> = guarded(|| panic!("a page is gone"));
        let expected = "reading it failed with: a page is gone".to_owned();
        assert_eq!(result, Err(StoreError::Damaged(expected)));
    }
}
