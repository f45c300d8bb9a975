//! One opened sled: every call guarded against its panics, every error turned into one of ours.

use super::batch::{Batch, Step};
use super::files::io_error;
use super::journal::Journal;
use super::manifest::{self, Manifest, TOTALS_KEY, Totals};
use super::record;
use crate::panics;
use maillage_shared::id::DocumentId;
use maillage_shared::store::StoreError;
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What sled may keep in memory of the pages it has read, in bytes. What is open is kept by the rooms.
const CACHE_BYTES: u64 = 8 * 1024 * 1024;

/// How long an earlier sled of this process may take to let go of its file.
const RELEASE_TIME: Duration = Duration::from_secs(5);

/// A sled database, the journal in front of it, and a second handle on sled's file to make that durable.
#[derive(Debug)]
pub(super) struct Engine {
    db: sled::Db,
    file: File,
    journal: Mutex<Journal>,
    /// The length that sled's file has durably.
    length: AtomicU64,
    /// What the journal has for pages that cannot be read. It counts until everything is written anew.
    unplaced: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// Something could not be made durable: what the files seem to hold may not be on the disk.
    has_failed: AtomicBool,
}

/// What sled has of the documents as a whole.
#[derive(Debug)]
pub(super) struct Found {
    /// The manifests that are intact.
    pub(super) manifests: HashMap<DocumentId, Manifest>,
    /// Documents whose manifest is there and damaged.
    pub(super) unreadable: Vec<DocumentId>,
    /// What was counted with the last write; `None` when nothing was ever written, or when it cannot be read.
    pub(super) totals: Option<Totals>,
    /// A page of sled's cannot be read.
    pub(super) is_torn: bool,
}

impl Found {
    fn take(&mut self, document: DocumentId, manifest: Option<Manifest>) {
        match manifest {
            Some(manifest) => {
                self.manifests.insert(document, manifest);
            }
            None => self.unreadable.push(document),
        }
    }
}

impl Engine {
    /// Opens or makes the database, and gives it what is in the journal. The folder's own lock is already held.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let db = database(path)?;
        let file = File::open(path.join("db")).map_err(|error| io_error(&error))?;
        let (journal, batches) = Journal::open(&path.join("journal"))?;
        Ok(Self {
            unplaced: replay(&db, batches)?,
            db,
            file,
            journal: Mutex::new(journal),
            length: AtomicU64::new(0),
            has_failed: AtomicBool::new(false),
        })
    }

    /// Reads all manifests, and no document. Where sled cannot read a page, documents are looked for by their names, which `known` gives.
    pub(super) fn find(
        &self,
        known: impl IntoIterator<Item = DocumentId>,
    ) -> Result<Found, StoreError> {
        let mut found = Found {
            manifests: HashMap::new(),
            unreadable: Vec::new(),
            totals: None,
            is_torn: !self.unplaced.is_empty(),
        };
        match self.get(TOTALS_KEY) {
            Ok(value) => found.totals = value.and_then(|value| Totals::decode(&value)),
            Err(StoreError::Damaged(_)) => found.is_torn = true,
            Err(error) => return Err(error),
        }
        let all = guarded(|| {
            self.db
                .scan_prefix(manifest::PREFIX)
                .collect::<sled::Result<Vec<_>>>()
        });
        match all {
            Ok(pairs) => {
                for (key, value) in pairs {
                    if let Some(document) = manifest::document(&key) {
                        found.take(document, Manifest::decode(&key, &value));
                    }
                }
            }
            Err(StoreError::Damaged(_)) => {
                found.is_torn = true;
                for document in known {
                    let key = manifest::key(document);
                    match self.get(&key) {
                        Ok(Some(value)) => found.take(document, Manifest::decode(&key, &value)),
                        Ok(None) => {}
                        Err(_) => found.take(document, None),
                    }
                }
            }
            Err(error) => return Err(error),
        }
        for (key, value) in &self.unplaced {
            if let Some(document) = manifest::document(key) {
                found.manifests.remove(&document);
                found
                    .unreadable
                    .retain(|unreadable| *unreadable != document);
                if let Some(value) = value {
                    found.take(document, Manifest::decode(key, value));
                }
            }
        }
        Ok(found)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.unplaced.get(key) {
            Some(value) => Ok(value.clone()),
            None => {
                let value = guarded(|| self.db.get(key))?;
                Ok(value.map(|value| value.to_vec()))
            }
        }
    }

    /// Returns once all of a batch is on the disk. After an error the engine must be opened again, and may then have all of it or nothing;
    /// unless the disk is full, everything must be written anew before anything more is promised.
    pub(super) fn write(&self, batch: Batch, totals: Totals) -> Result<(), StoreError> {
        let written = self.write_journalled(batch, totals);
        if written.is_err() {
            self.has_failed.store(true, Ordering::Relaxed);
        }
        written
    }

    fn write_journalled(&self, mut batch: Batch, totals: Totals) -> Result<(), StoreError> {
        batch.insert(TOTALS_KEY.to_vec(), totals.encode());
        let mut journal = self.journal();
        self.keep_length()?;
        let mut is_kept = journal.append(&batch)?;
        if !is_kept {
            self.empty(&mut journal)?;
            is_kept = journal.append(&batch)?;
        }
        if is_kept {
            // What a crash leaves half done is done again from the journal.
            batch.each().try_for_each(|step| apply(&self.db, step))
        } else {
            guarded(|| self.db.apply_batch(batch.into()))?;
            self.flush()
        }
    }

    /// Makes durable in sled what only the journal keeps.
    fn empty(&self, journal: &mut Journal) -> Result<(), StoreError> {
        if journal.is_empty() {
            return Ok(());
        }
        if !self.unplaced.is_empty() {
            return Err(StoreError::Damaged("pages of it cannot be read".to_owned()));
        }
        self.flush()?;
        journal.begin_anew()
    }

    /// sled writes whenever a buffer is full, and may then write over pages whose newer states are at the end of the file: that end must
    /// not get lost.
    fn keep_length(&self) -> Result<(), StoreError> {
        let length = self
            .file
            .metadata()
            .map_err(|error| io_error(&error))?
            .len();
        if length != self.length.load(Ordering::Relaxed) {
            self.file.sync_data().map_err(|error| io_error(&error))?;
            self.length.store(length, Ordering::Relaxed);
        }
        Ok(())
    }

    fn flush(&self) -> Result<(), StoreError> {
        guarded(|| self.db.flush())?;
        // sled flushes with `sync_file_range`, which leaves data in the disk's own cache.
        self.file.sync_data().map_err(|error| io_error(&error))
    }

    fn journal(&self) -> MutexGuard<'_, Journal> {
        // Where it ends changes only after an entry is written.
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pieces of a document under these numbers.
    pub(super) fn pieces(
        &self,
        document: DocumentId,
        numbers: Range<u64>,
    ) -> Result<Vec<record::Found>, StoreError> {
        let from = record::key(document, numbers.start);
        let to = record::key(document, numbers.end);
        let whole = guarded(|| self.db.range(from..to).collect::<sled::Result<Vec<_>>>());
        match whole {
            Ok(pairs) if self.unplaced.is_empty() => Ok(pairs
                .into_iter()
                .filter_map(|(key, value)| {
                    record::place(&key).map(|(_, number)| (number, Some(value.to_vec())))
                })
                .collect()),
            // One page that cannot be read costs the pieces on it, not their neighbours.
            Ok(_) | Err(StoreError::Damaged(_)) => Ok(numbers
                .map(|number| {
                    let value = self.get(&record::key(document, number));
                    (number, value.ok().flatten())
                })
                .collect()),
            Err(error) => Err(error),
        }
    }

    /// The numbers of all pieces of a document, for one whose manifest is lost.
    pub(super) fn numbers(&self, document: DocumentId) -> Result<Range<u64>, StoreError> {
        let range = record::key(document, 0)..=record::key(document, u64::MAX);
        let number = |pair: Option<sled::Result<(sled::IVec, sled::IVec)>>| {
            let key = guarded(|| pair.transpose())?;
            Ok(key.and_then(|(key, _)| record::place(&key)))
        };
        let first = number(guarded(|| Ok(self.db.range(range.clone()).next()))?)?;
        let last = number(guarded(|| Ok(self.db.range(range).next_back()))?)?;
        let unplaced = self.unplaced.iter().filter(|(_, value)| value.is_some());
        let unplaced = unplaced.filter_map(|(key, _)| record::place(key));
        let all = first.into_iter().chain(last).chain(unplaced);
        let numbers = all
            .filter(|(named, _)| *named == document)
            .map(|(_, number)| number);
        Ok(match numbers.clone().min().zip(numbers.max()) {
            Some((first, last)) => first..last + 1,
            None => 0..0,
        })
    }
}

impl Drop for Engine {
    /// An orderly end leaves an empty journal. After a failure it is left as it is: a second attempt to make something durable may seem to
    /// succeed, because the system tells of what it could not write only once.
    fn drop(&mut self) {
        if self.has_failed.load(Ordering::Relaxed) || !self.unplaced.is_empty() {
            return;
        }
        if let Err(error) = self.empty(&mut self.journal()) {
            tracing::warn!(%error, "the journal could not be emptied, and is read at the next start");
        }
    }
}

/// Gives sled one key, which it keeps in memory until it is flushed. A batch of sled's would start two writes to the disk.
fn apply(db: &sled::Db, (key, value): Step) -> Result<(), StoreError> {
    guarded(|| match value {
        Some(value) => db.insert(key, value),
        None => db.remove(key),
    })?;
    Ok(())
}

/// Gives sled what the journal has, and returns what belongs on pages that cannot be read.
fn replay(
    db: &sled::Db,
    batches: Vec<Batch>,
) -> Result<BTreeMap<Vec<u8>, Option<Vec<u8>>>, StoreError> {
    let mut unplaced = BTreeMap::new();
    for (key, value) in batches.into_iter().flat_map(Batch::each) {
        match apply(db, (key.clone(), value.clone())) {
            Err(StoreError::Damaged(_)) => {
                unplaced.insert(key, value);
            }
            applied => {
                applied?;
                unplaced.remove(&key);
            }
        }
    }
    Ok(unplaced)
}

/// sled itself.
///
/// At each start sled writes a map of its pages, the file `snap.…`. It refuses to open beside one that is damaged or was not finished,
/// and does not need it: the pages say the same. An intact map stays, because without it sled would take older states of torn pages for new.
pub(super) fn database(path: &Path) -> Result<sled::Db, StoreError> {
    match remove_damaged_maps(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error(&error)),
        _ => opened(path),
    }
}

fn remove_damaged_maps(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.")
            && (name.ends_with(".generating") || !is_intact_map(&fs::read(entry.path())?))
        {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Whether a map ends with its length (8 bytes) and the CRC-32 of what comes before that.
fn is_intact_map(content: &[u8]) -> bool {
    let Some((content, checksum)) = content.split_last_chunk::<4>() else {
        return false;
    };
    let Some((content, _length)) = content.split_last_chunk::<8>() else {
        return false;
    };
    let checksum = u32::from_le_bytes(*checksum);
    checksum == crc32(content) && !content.is_empty()
}

fn crc32(content: &[u8]) -> u32 {
    !content.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// Opens sled. Its threads may hold its file for a moment after the last handle was dropped: that is waited for.
fn opened(path: &Path) -> Result<sled::Db, StoreError> {
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

/// Calls sled, and turns its errors and panics into values.
pub(super) fn guarded<T>(act: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
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
    fn a_map_of_pages_is_known_by_its_checksum() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        let folder = tempfile::tempdir().unwrap();
        let fill = || {
            let db = database(folder.path()).unwrap();
            db.insert("key", "value").unwrap();
            db.flush().unwrap();
        };
        fill();
        fill();
        let maps: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.to_string_lossy().contains("/snap."))
            .collect();
        assert_eq!(maps.len(), 1);
        let mut content = fs::read(&maps[0]).unwrap();
        assert!(is_intact_map(&content));
        content[2] ^= 1;
        assert!(!is_intact_map(&content));
        fs::write(&maps[0], content).unwrap();
        let db = database(folder.path()).unwrap();
        assert_eq!(db.get("key").unwrap().unwrap(), "value");
    }

    #[test]
    fn a_panic_inside_the_engine_is_an_error() {
        let result: Result<(), StoreError> = guarded(|| panic!("a page is gone"));
        let expected = "reading it failed with: a page is gone".to_owned();
        assert_eq!(result, Err(StoreError::Damaged(expected)));
    }
}
