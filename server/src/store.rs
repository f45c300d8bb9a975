//! The embedded store: sled behind the [`Store`] port. sled appears nowhere else.
//!
//! What sled does not promise is added here. Its own flush starts a write-out that a power cut may still lose, so every append ends
//! with `fdatasync` on sled's file. It may lose the end of a file silently, so every value carries a checksum over its key and
//! content, values are numbered without gaps, each document's count stands in a record of its own, and the count of all writes in a file
//! of its own. It may panic on damaged pages, so it is called under `catch_unwind`. After a failed write it answers nothing but that
//! error, so it is opened again.

mod engine;
mod folder;
mod record;
mod witness;

use engine::Engine;
use folder::Folder;
use maillage_shared::ChangeHash;
use maillage_shared::id::{DocumentId, PeerId};
use maillage_shared::store::{Store, StoreError, StoredChange};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

/// Documents whose index is kept in memory; beyond this it is forgotten and read again.
const INDEXED_DOCUMENTS: usize = 1024;

/// Keeps documents in a folder of this machine, which it locks for as long as it lives.
#[derive(Debug)]
pub struct SledStore {
    /// `None` after a failed write, until the next use opens it again.
    engine: RwLock<Option<Engine>>,
    /// Held while writing: sequence numbers are given out here.
    index: Mutex<HashMap<DocumentId, Indexed>>,
    /// Dropped last, because it holds the lock.
    folder: Folder,
}

/// What a document already holds.
#[derive(Debug, Default)]
struct Indexed {
    hashes: HashSet<ChangeHash>,
    /// Records written so far, which is the next sequence number.
    records: u64,
}

impl SledStore {
    /// Opens the store in this folder, making both if they are not there.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let folder = Folder::open(path)?;
        let engine = Engine::open(&folder)?;
        folder.sync()?;
        Ok(Self {
            engine: RwLock::new(Some(engine)),
            index: Mutex::default(),
            folder,
        })
    }

    /// The name of the relay that keeps its documents here: drawn once, the same at every start.
    pub fn relay(&self) -> &PeerId {
        self.folder.relay()
    }

    fn index(&self) -> MutexGuard<'_, HashMap<DocumentId, Indexed>> {
        // The index is only a memory of what the disk holds; `write` clears it whenever a write may have stopped halfway.
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the engine, opening it first if the last write failed.
    fn with_engine<T>(
        &self,
        act: impl Fn(&Engine) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        loop {
            let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(engine) = engine.as_ref() {
                return act(engine);
            }
            drop(engine);
            let mut engine = self.engine.write().unwrap_or_else(PoisonError::into_inner);
            if engine.is_none() {
                *engine = Some(Engine::open(&self.folder)?);
            }
        }
    }

    /// Writes under the index's lock. After a failure nobody knows what reached the disk: everything is read again.
    fn write(
        &self,
        index: &mut HashMap<DocumentId, Indexed>,
        batch: &sled::Batch,
        created: i64,
    ) -> Result<(), StoreError> {
        let result = self.with_engine(|engine| engine.write(batch.clone(), created));
        if result.is_err() {
            index.clear();
            *self.engine.write().unwrap_or_else(PoisonError::into_inner) = None;
        }
        result
    }

    fn read(&self, document: DocumentId) -> Result<Option<Vec<StoredChange>>, StoreError> {
        self.with_engine(|engine| record::read(document, engine.records(document)?))
    }

    /// Makes sure that the index knows a document.
    fn look_up(
        &self,
        index: &mut HashMap<DocumentId, Indexed>,
        document: DocumentId,
    ) -> Result<(), StoreError> {
        if index.contains_key(&document) {
            return Ok(());
        }
        let mut indexed = Indexed::default();
        for change in self.read(document)?.unwrap_or_default() {
            indexed.records += record::count(&change);
            indexed.hashes.insert(change.hash);
        }
        index.insert(document, indexed);
        Ok(())
    }
}

impl Store for SledStore {
    fn append(&self, batch: &[(DocumentId, Vec<StoredChange>)]) -> Result<(), StoreError> {
        let mut index = self.index();
        if index.len() > INDEXED_DOCUMENTS {
            index.clear();
        }
        let mut writes = sled::Batch::default();
        let mut touched: HashMap<DocumentId, Indexed> = HashMap::new();
        for (document, changes) in batch {
            self.look_up(&mut index, *document)?;
            let known = index.entry(*document).or_default();
            let added = touched.entry(*document).or_default();
            for change in changes {
                if known.hashes.contains(&change.hash) || !added.hashes.insert(change.hash) {
                    continue;
                }
                for (key, value) in record::encode(*document, known.records + added.records, change)
                {
                    writes.insert(key.as_slice(), value);
                    added.records += 1;
                }
            }
        }
        touched.retain(|_, added| !added.hashes.is_empty());
        if touched.is_empty() {
            return self.with_engine(|_| Ok(()));
        }
        let mut created = 0;
        for (document, added) in &touched {
            let before = index.get(document).map_or(0, |known| known.records);
            created += i64::from(before == 0);
            let (key, value) = record::encode_count(*document, before + added.records);
            writes.insert(key.as_slice(), value);
        }
        self.write(&mut index, &writes, created)?;
        for (document, added) in touched {
            let known = index.entry(document).or_default();
            known.records += added.records;
            known.hashes.extend(added.hashes);
        }
        Ok(())
    }

    fn load(&self, document: DocumentId) -> Result<Option<Vec<StoredChange>>, StoreError> {
        self.read(document)
    }

    fn list(&self) -> Result<Vec<DocumentId>, StoreError> {
        self.with_engine(Engine::documents)
    }

    fn delete(&self, document: DocumentId) -> Result<(), StoreError> {
        let mut index = self.index();
        let mut writes = sled::Batch::default();
        let records = self.with_engine(|engine| engine.records(document))?;
        if records.is_empty() {
            return Ok(());
        }
        for (key, _) in records {
            writes.remove(key);
        }
        index.remove(&document);
        self.write(&mut index, &writes, -1)
    }
}

#[cfg(test)]
mod tests;
