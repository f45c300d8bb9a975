//! The embedded store: sled behind the [`Store`] port. sled appears nowhere else.
//!
//! What sled does not promise is added here. Its own flush costs much, and starts a write-out that a power cut may still lose: so every
//! append is made durable in a journal first, and sled's file by `fdatasync` when the journal is full. It may lose the end of a file
//! silently, so values are sealed for their place and numbered without gaps, each document has a manifest, and all writes are counted in a
//! file of its own. It may panic on damaged pages, so it is called under `catch_unwind`. After a failed write it answers nothing but that
//! error, so it is opened again, with room held back on the disk for that. What was removed stays in its file, so every document is sealed
//! under a key of its own, which is kept elsewhere and erased with it. It never gives room back, so from time to time everything is written
//! anew.
//!
//! A document of which something is lost opens with what is left, and is whole again once phones have brought the rest. When sled itself
//! cannot be opened, its folder is set aside and another one takes its place, in which every document is there at least by its name.

mod aside;
mod batch;
mod compaction;
mod engine;
pub(crate) mod files;
mod folder;
mod former;
#[doc(hidden)]
pub mod fuzzing;
mod generation;
mod journal;
mod keys;
mod manifest;
mod opening;
mod reading;
mod record;
mod reserve;
mod seal;
pub(crate) mod snapshot;
mod upgrade;
mod witness;
mod writing;

pub use compaction::Room;

use engine::Engine;
use folder::Folder;
use keys::Keys;
use maillage_shared::id::{DocumentId, PeerId};
use maillage_shared::store::{Store, StoreError, StoredChange};
use manifest::Manifest;
use reading::Reading;
use reserve::Reserve;
use seal::{Key, Nonces};
use snapshot::Files;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use writing::Writing;

/// Keeps documents in a folder of this machine, which it locks for as long as it lives.
///
/// Locks are taken in the order of the fields `upkeep`, `writing`, `engine`, and then one of the others.
#[derive(Debug)]
pub struct SledStore {
    /// `None` after a failed write, until the next use opens it again.
    engine: RwLock<Option<Engine>>,
    /// Held while writing: numbers are given out here.
    writing: Mutex<Writing>,
    catalogue: Mutex<Catalogue>,
    reserve: Mutex<Reserve>,
    /// A page of sled's could not be written to, because it cannot be read; or the disk did not keep something, and nobody knows what.
    is_torn: AtomicBool,
    /// Held while documents are put together, moved or copied: records are then only added.
    upkeep: Mutex<()>,
    files: Files,
    nonces: Nonces,
    /// Dropped last, because it holds the lock.
    folder: Folder,
}

/// What is known of the documents without reading them.
#[derive(Debug)]
struct Catalogue {
    manifests: HashMap<DocumentId, Manifest>,
    keys: Keys,
    /// Which of sled's folders is open.
    generation: u64,
}

impl Catalogue {
    /// A document's manifest, unless it was erased and something unreadable is left of it.
    fn manifest(&self, document: DocumentId) -> Option<&Manifest> {
        let manifest = self.manifests.get(&document)?;
        (!self.keys.is_erased(document)).then_some(manifest)
    }

    fn key(&self, document: DocumentId) -> Result<Key, StoreError> {
        self.keys
            .get(document)
            .ok_or_else(|| StoreError::Damaged(format!("the key of document {document} is lost")))
    }
}

/// A document as it is read for upkeep.
#[derive(Debug)]
pub(crate) struct Kept {
    /// Its name.
    pub(crate) document: DocumentId,
    /// The intact changes whose causes are there, causes first.
    pub(crate) changes: Vec<StoredChange>,
    /// What is wrong with it.
    pub(crate) damage: Option<String>,
}

impl SledStore {
    /// The name of the relay that keeps its documents here: drawn once, the same at every start.
    pub fn relay(&self) -> &PeerId {
        self.folder.relay()
    }

    /// The folder it lies in.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Folders that were too damaged to be opened, and in whose place another one counts now.
    pub(crate) fn set_aside(&self) -> Result<Vec<PathBuf>, StoreError> {
        self.folder.all_aside()
    }

    /// Reads every document as it is now, one after the other, while others write.
    pub(crate) fn each<E: From<StoreError>>(
        &self,
        mut act: impl FnMut(Kept) -> Result<(), E>,
    ) -> Result<(), E> {
        let _upkeep = self.upkeep();
        self.with_engine(|_| Ok(()))?;
        let mut manifests: Vec<(DocumentId, Manifest)> = {
            let catalogue = self.catalogue();
            let present = catalogue.manifests.iter();
            let present = present.filter(|(document, _)| !catalogue.keys.is_erased(**document));
            present
                .map(|(document, manifest)| (*document, manifest.clone()))
                .collect()
        };
        manifests.sort_by_key(|(document, _)| *document);
        for (document, manifest) in manifests {
            let secret = self.catalogue().keys.get(document);
            let reading = self.read_records(document, &manifest, secret.as_ref())?;
            let was_erased = {
                let catalogue = self.catalogue();
                catalogue.keys.get(document) != secret || catalogue.manifest(document).is_none()
            };
            if !was_erased {
                let damage = reading.complaint(&manifest);
                if let Some(complaint) = &damage {
                    self.note_damage(document, complaint);
                }
                act(Kept {
                    document,
                    damage,
                    changes: reading.changes,
                })?;
            }
        }
        Ok(())
    }

    fn writing(&self) -> MutexGuard<'_, Writing> {
        // What it remembers is on the disk too; `write` clears it whenever a write may have stopped halfway.
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn catalogue(&self) -> MutexGuard<'_, Catalogue> {
        // Nothing panics between two changes of it that belong together.
        self.catalogue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn reserve(&self) -> MutexGuard<'_, Reserve> {
        // It only knows whether a file is there.
        self.reserve.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn upkeep(&self) -> MutexGuard<'_, ()> {
        // It guards nothing but the order of things.
        self.upkeep.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the engine, opening it first if it failed before.
    fn with_engine<T>(
        &self,
        act: impl FnOnce(&Engine) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let result = loop {
            let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(engine) = engine.as_ref() {
                break act(engine);
            }
            drop(engine);
            match self.reopen() {
                Err(StoreError::Full) if self.reserve().is_held() => self.reserve().release(),
                reopened => reopened?,
            }
        };
        if let Err(StoreError::Full | StoreError::Io(_)) = &result {
            self.give_up_engine(result.as_ref().err());
        }
        result
    }

    /// sled answers nothing any more after an error: it is opened again at the next use.
    fn give_up_engine(&self, error: Option<&StoreError>) {
        *self.engine.write().unwrap_or_else(PoisonError::into_inner) = None;
        if error == Some(&StoreError::Full) {
            self.reserve().release();
        }
    }

    fn reopen(&self) -> Result<(), StoreError> {
        let mut engine = self.engine.write().unwrap_or_else(PoisonError::into_inner);
        if engine.is_some() {
            return Ok(());
        }
        let generation = self.catalogue().generation;
        let opened = Engine::open(&self.folder.documents(generation))?;
        let mut catalogue = self.catalogue();
        let found = opened.find(catalogue.keys.documents())?;
        if found.totals.is_none() {
            return Err(StoreError::Damaged("its documents are lost".to_owned()));
        }
        // What is damaged keeps the manifest it had.
        catalogue
            .manifests
            .retain(|document, _| found.unreadable.contains(document));
        catalogue.manifests.extend(found.manifests);
        drop(catalogue);
        self.is_torn.fetch_or(found.is_torn, Ordering::Relaxed);
        *engine = Some(opened);
        Ok(())
    }

    fn read_records(
        &self,
        document: DocumentId,
        manifest: &Manifest,
        secret: Option<&Key>,
    ) -> Result<Reading, StoreError> {
        self.with_engine(|engine| {
            let (numbers, most) = (manifest.records(), manifest.most_bytes());
            Reading::read(engine, &self.files, document, secret, numbers, most)
        })
    }

    /// Reads a document, and the manifest it was read by; `None` when it is not there.
    fn read(&self, document: DocumentId) -> Result<Option<(Manifest, Reading)>, StoreError> {
        loop {
            self.with_engine(|_| Ok(()))?;
            let (manifest, secret) = {
                let catalogue = self.catalogue();
                let Some(manifest) = catalogue.manifest(document) else {
                    return Ok(None);
                };
                (manifest.clone(), catalogue.keys.get(document))
            };
            let reading = self.read_records(document, &manifest, secret.as_ref())?;
            // Its records may have been put together, moved or removed meanwhile.
            if reading.damage.is_none() || self.catalogue().manifest(document) == Some(&manifest) {
                return Ok(Some((manifest, reading)));
            }
        }
    }

    /// Takes note of damage that was met, so that the next start names the document too.
    fn note_damage(&self, document: DocumentId, complaint: &str) {
        let mut writing = self.writing();
        match self.catalogue().manifests.get_mut(&document) {
            Some(manifest) if !manifest.healing => manifest.healing = true,
            _ => return,
        }
        tracing::warn!(%document, damage = complaint, "a document is damaged; phones that have what is missing bring it back");
        if let Err(error) = self.keep_manifests(&mut writing, &[document]) {
            tracing::warn!(%document, %error, "the damage cannot be written down");
        }
    }

    /// Puts the records of a damaged document in order once everything has come back.
    fn heal(&self, document: DocumentId) {
        // While others work on the records, this waits for the next time.
        let Ok(upkeep) = self.upkeep.try_lock() else {
            return;
        };
        if let Err(error) = self.compact_under(&upkeep, document, &mut |_| Ok(())) {
            tracing::warn!(%document, %error, "a document that came back cannot be written anew");
        }
    }

    /// Writes a torn store anew, and says whether it was one.
    fn mend(&self) -> Result<bool, StoreError> {
        let is_torn = self.is_torn.load(Ordering::Relaxed);
        if is_torn {
            tracing::warn!("the store is torn, and is written anew from what can be read");
            self.rewrite()?;
        }
        Ok(is_torn)
    }
}

impl Store for SledStore {
    fn append(&self, batch: &[(DocumentId, Vec<StoredChange>)]) -> Result<(), StoreError> {
        // Nothing is promised before that.
        self.mend()?;
        match self.append_once(batch) {
            // A page that cannot be read cannot be written to either.
            Err(StoreError::Damaged(_) | StoreError::Io(_)) if self.mend()? => {
                self.append_once(batch)
            }
            result => result,
        }
    }

    fn load(&self, document: DocumentId) -> Result<Option<Vec<StoredChange>>, StoreError> {
        let Some((manifest, reading)) = self.read(document)? else {
            return Ok(None);
        };
        if let Some(complaint) = reading.complaint(&manifest) {
            self.note_damage(document, &complaint);
        }
        if (reading.damage.is_some() || manifest.healing) && reading.has_all(&manifest) {
            self.heal(document);
        }
        Ok(Some(reading.changes))
    }

    fn list(&self) -> Result<Vec<DocumentId>, StoreError> {
        self.with_engine(|_| Ok(()))?;
        let catalogue = self.catalogue();
        let documents = catalogue.manifests.keys().copied();
        Ok(documents
            .filter(|document| !catalogue.keys.is_erased(*document))
            .collect())
    }

    fn delete(&self, document: DocumentId) -> Result<(), StoreError> {
        let mut writing = self.writing();
        self.with_engine(|_| Ok(()))?;
        {
            let mut catalogue = self.catalogue();
            let has_key = catalogue.keys.get(document).is_some();
            if !has_key && !catalogue.manifests.contains_key(&document) {
                return Ok(());
            }
            catalogue.keys.erase(&[document])?;
        }
        self.clear(&mut writing, document)
    }

    fn compact(&self, document: DocumentId) -> Result<(), StoreError> {
        let upkeep = self.upkeep();
        self.compact_under(&upkeep, document, &mut |_| Ok(()))
    }
}

#[cfg(test)]
mod tests;
