//! Giving room back: one document's records put together, and the whole store written anew.

use super::SledStore;
use super::batch::Batch;
use super::generation::{Filling, packed_entry};
use super::manifest::{self, Manifest};
use super::record::{self, Entry};
use super::seal::Key;
use super::writing::Writing;
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::store::{Store, StoreError, StoredChange};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};

/// A document with this many records is put together at the next tidying.
const SCATTERED_RECORDS: u64 = 256;

/// The store is written anew when it takes this many times what it holds,
const WASTE: u64 = 3;

/// and this many bytes more: sled takes some room for itself.
const SPARE_BYTES: u64 = 8 * 1024 * 1024;

/// How far putting a document together has come. Wherever it stops, the document is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// All changes are on the disk twice: as they were, and together.
    Written,
    /// What was written was read back and is the same.
    Compared,
    /// The records from before are gone.
    Removed,
}

/// Called after each step; tests stop there.
pub(super) type AfterStep<'a> = &'a mut dyn FnMut(Step) -> Result<(), StoreError>;

/// How much room a store takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Bytes of the changes of all documents, as they are sealed.
    pub live: u64,
    /// Bytes of all files of documents.
    pub disk: u64,
}

/// The changes of a document, to be written together.
struct Gathered {
    secret: Key,
    manifest: Manifest,
    changes: Vec<StoredChange>,
    entry: Entry,
}

impl SledStore {
    /// What regular upkeep does: puts documents with many records together, and writes the store anew when most of it is waste.
    pub fn tidy(&self) -> Result<(), StoreError> {
        let scattered: Vec<DocumentId> = {
            let catalogue = self.catalogue();
            let present = catalogue.manifests.iter();
            present
                .filter(|(_, manifest)| {
                    manifest.healing || manifest.next - manifest.first >= SCATTERED_RECORDS
                })
                .map(|(document, _)| *document)
                .collect()
        };
        self.mend()?;
        for document in &scattered {
            match self.compact(*document) {
                // One damaged document does not keep the others waiting.
                Err(StoreError::Damaged(why)) => {
                    tracing::warn!(%document, damage = why, "a document cannot be put together");
                }
                result => result?,
            }
        }
        let room = self.room()?;
        if room.disk > room.live * WASTE + SPARE_BYTES {
            self.rewrite()?;
        }
        Ok(())
    }

    /// How much room the store takes now.
    pub fn room(&self) -> Result<Room, StoreError> {
        let catalogue = self.catalogue();
        let folders = [
            self.folder.documents(catalogue.generation),
            self.folder.snapshots(),
        ];
        let live = catalogue.manifests.values().map(|manifest| manifest.stored);
        let disk = folders.iter().map(|folder| size(folder));
        Ok(Room {
            live: live.sum(),
            disk: disk.sum(),
        })
    }

    /// Writes everything into a new folder of sled's, each document together, and goes on from there, while others read and write.
    pub fn rewrite(&self) -> Result<(), StoreError> {
        let _upkeep = self.upkeep();
        self.with_engine(|_| Ok(()))?;
        self.reserve().hold()?;
        self.write_anew().inspect_err(|_| {
            // What was written in vain takes room; the next start removes it otherwise.
            let current = self.catalogue().generation;
            if let Err(error) = self.folder.remove_other_generations(current) {
                tracing::warn!(%error, "a part of a store that was to be written anew is left");
            }
        })
    }

    fn write_anew(&self) -> Result<(), StoreError> {
        let generation = self.catalogue().generation + 1;
        let path = self.folder.documents(generation);
        let mut filling = Filling::start(&path, &self.files, &self.nonces)?;
        let mut copied = HashMap::new();
        self.copy_changed(&mut filling, &mut copied)?;
        // From here on nobody writes: only what was written meanwhile is left to do.
        let mut writing = self.writing();
        self.copy_changed(&mut filling, &mut copied)?;
        let writes = writing.writes.max(writing.witness.seen());
        let (engine, manifests) = filling.finish(writes)?;
        self.folder.sync(generation)?;
        self.folder.set_generation(generation)?;
        let named = manifests.values().flat_map(|manifest| &manifest.files);
        let named = named.copied().collect();
        {
            let mut current = self.engine.write().unwrap_or_else(PoisonError::into_inner);
            let mut catalogue = self.catalogue();
            catalogue.manifests = manifests;
            catalogue.generation = generation;
            *current = Some(engine);
        }
        self.is_torn.store(false, Ordering::Relaxed);
        writing.writes = writes + 1;
        drop(writing);
        self.files.keep_only(&named)?;
        self.folder.remove_other_generations(generation)
    }

    /// Copies every document whose manifest is not the one it was copied by.
    fn copy_changed(
        &self,
        filling: &mut Filling<'_>,
        copied: &mut HashMap<DocumentId, Manifest>,
    ) -> Result<(), StoreError> {
        let documents: HashSet<DocumentId> = self.list()?.into_iter().collect();
        copied.retain(|document, _| {
            let is_there = documents.contains(document);
            if !is_there {
                filling.remove(*document);
            }
            is_there
        });
        for document in documents {
            let now = self.catalogue().manifest(document).cloned();
            if now.is_none() || copied.get(&document) == now.as_ref() {
                continue;
            }
            // An erased one is gone at the second look.
            let Some((manifest, reading)) = self.read(document)? else {
                continue;
            };
            let Some(secret) = self.catalogue().keys.get(document) else {
                continue;
            };
            let file = match reading.files.as_slice() {
                [file] if reading.is_packed && reading.damage.is_none() => Some(*file),
                _ => None,
            };
            filling.put(document, &secret, &reading.all(), manifest.clone(), file)?;
            copied.insert(document, manifest);
        }
        Ok(())
    }

    /// Puts the records of one document together, unless it is damaged and something is still missing.
    pub(super) fn compact_under(
        &self,
        _upkeep: &MutexGuard<'_, ()>,
        document: DocumentId,
        after: AfterStep<'_>,
    ) -> Result<(), StoreError> {
        let Some(mut gathered) = self.gather(document)? else {
            return Ok(());
        };
        let mut writing = self.writing();
        if !self.is_still(document, &gathered.secret, |now| *now == gathered.manifest) {
            // Someone wrote meanwhile; now nobody can.
            gathered = match self.gather(document)? {
                Some(gathered) => gathered,
                None => return Ok(()),
            };
        }
        let first = gathered.manifest.next;
        self.write_together(&mut writing, document, &gathered)?;
        drop(writing);
        after(Step::Written)?;
        self.compare(document, first, &gathered)?;
        after(Step::Compared)?;
        self.remove_before(document, first, &gathered)?;
        after(Step::Removed)
    }

    /// Whether a document has not been erased since it had this key, and its manifest is as expected.
    fn is_still(
        &self,
        document: DocumentId,
        secret: &Key,
        expected: impl FnOnce(&Manifest) -> bool,
    ) -> bool {
        let catalogue = self.catalogue();
        catalogue.keys.get(document).as_ref() == Some(secret)
            && catalogue.manifest(document).is_some_and(expected)
    }

    /// Reads what is to be put together; `None` when there is nothing to gain, or when something is still missing.
    fn gather(&self, document: DocumentId) -> Result<Option<Gathered>, StoreError> {
        let Some((manifest, reading)) = self.read(document)? else {
            return Ok(None);
        };
        let is_together = reading.damage.is_none() && reading.is_packed;
        if !reading.has_all(&manifest) || (is_together && !manifest.healing) {
            return Ok(None);
        }
        let secret = self.catalogue().key(document)?;
        let changes = reading.changes;
        let entry = packed_entry(&self.files, document, &secret, &self.nonces, &changes)?;
        Ok(Some(Gathered {
            secret,
            manifest,
            changes,
            entry,
        }))
    }

    /// Appends the changes once more, together.
    fn write_together(
        &self,
        writing: &mut Writing,
        document: DocumentId,
        gathered: &Gathered,
    ) -> Result<(), StoreError> {
        let mut manifest = gathered.manifest.clone();
        let mut batch = Batch::default();
        let pieces = record::seal(
            document,
            &gathered.secret,
            &self.nonces,
            manifest.next,
            &gathered.entry,
        )?;
        for (key, value) in pieces {
            manifest.stored += value.len() as u64;
            manifest.next += 1;
            batch.insert(key, value);
        }
        if let Entry::File(hash) = gathered.entry {
            manifest.stored += self.files.length(&hash);
            manifest.files.push(hash);
        }
        let key = manifest::key(document);
        let value = manifest.encode(&key);
        batch.insert(key, value);
        self.write(writing, batch, 0)?;
        self.catalogue().manifests.insert(document, manifest);
        Ok(())
    }

    /// Reads back what was written from record `first` on.
    fn compare(
        &self,
        document: DocumentId,
        first: u64,
        gathered: &Gathered,
    ) -> Result<(), StoreError> {
        let Some(manifest) = self.catalogue().manifest(document).cloned() else {
            return Ok(());
        };
        let written = Manifest { first, ..manifest };
        let reading = self.read_records(document, &written, Some(&gathered.secret))?;
        // What others appended since comes after it.
        let found = reading.changes.get(..gathered.changes.len());
        if reading.damage.is_none() && found == Some(&gathered.changes) {
            return Ok(());
        }
        Err(StoreError::Damaged(format!(
            "document {document} was not read back as it was written, and stays as it was"
        )))
    }

    /// Removes the records before `first`, all of whose changes are behind it too.
    fn remove_before(
        &self,
        document: DocumentId,
        first: u64,
        gathered: &Gathered,
    ) -> Result<(), StoreError> {
        let before = &gathered.manifest;
        let mut writing = self.writing();
        self.with_engine(|_| Ok(()))?;
        if !self.is_still(document, &gathered.secret, |now| now.first == before.first) {
            // It was erased meanwhile.
            return Ok(());
        }
        let Some(mut manifest) = self.catalogue().manifest(document).cloned() else {
            return Ok(());
        };
        let mut batch = Batch::default();
        for number in before.records() {
            batch.remove(record::key(document, number));
        }
        let bytes: usize = gathered
            .changes
            .iter()
            .map(|change| change.bytes.len())
            .sum();
        let known: HashSet<ChangeHash> = gathered
            .changes
            .iter()
            .flat_map(StoredChange::dependencies)
            .collect();
        manifest.first = first;
        manifest.changes = manifest.changes - before.changes + gathered.changes.len() as u64;
        manifest.bytes = manifest.bytes - before.bytes + bytes as u64;
        manifest.stored -= before.stored;
        manifest.healing = false;
        // A change that came back was taken for a new one.
        manifest.heads.retain(|head| !known.contains(head));
        manifest.files.retain(|file| !before.files.contains(file));
        let key = manifest::key(document);
        let value = manifest.encode(&key);
        batch.insert(key, value);
        // Readers who miss a record see by the manifest that it was moved, and not lost. If this fails, manifests are read again.
        self.catalogue().manifests.insert(document, manifest);
        self.write(&mut writing, batch, 0)?;
        if before.healing {
            let changes = gathered.changes.len();
            tracing::info!(%document, changes, "a damaged document is whole again");
        }
        before.files.iter().for_each(|file| self.files.remove(file));
        Ok(())
    }
}

/// Bytes of all files in a folder and below.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => size(&entry.path()),
            Ok(metadata) => metadata.len(),
            // A file that went while it was looked at takes no room.
            Err(_) => 0,
        })
        .sum()
}
