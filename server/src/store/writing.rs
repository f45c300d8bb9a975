//! Writing: what a batch adds, sealed and numbered behind what is there.

use super::batch::Batch;
use super::manifest::{self, Manifest, Totals};
use super::witness::Witness;
use super::{SledStore, record};
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::store::{StoreError, StoredChange};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::Ordering;

/// Documents of which the store remembers what they hold; beyond this it is forgotten and read again.
const REMEMBERED_DOCUMENTS: usize = 1024;

/// What only writers need.
#[derive(Debug)]
pub(super) struct Writing {
    /// The changes that some documents hold.
    pub(super) hashes: HashMap<DocumentId, HashSet<ChangeHash>>,
    pub(super) witness: Witness,
    /// Batches written since the store was made.
    pub(super) writes: u64,
}

impl SledStore {
    /// Appends what is not there yet, and returns once it is on the disk.
    pub(super) fn append_once(
        &self,
        batch: &[(DocumentId, Vec<StoredChange>)],
    ) -> Result<(), StoreError> {
        let mut writing = self.writing();
        self.with_engine(|_| Ok(()))?;
        if writing.hashes.len() > REMEMBERED_DOCUMENTS {
            writing.hashes.clear();
        }
        let mut additions: BTreeMap<DocumentId, Vec<&StoredChange>> = BTreeMap::new();
        let mut added: HashSet<(DocumentId, ChangeHash)> = HashSet::new();
        for (document, changes) in batch {
            if self.catalogue().keys.is_erased(*document) {
                self.clear(&mut writing, *document)?;
            }
            self.look_up(&mut writing, *document)?;
            let known = writing.hashes.get(document);
            for change in changes {
                let is_known = known.is_some_and(|known| known.contains(&change.hash));
                if !is_known && added.insert((*document, change.hash)) {
                    additions.entry(*document).or_default().push(change);
                }
            }
        }
        if additions.is_empty() {
            return Ok(());
        }
        let mut writes = Batch::default();
        let manifests = self.seal(&additions, &mut writes)?;
        let mut catalogue = self.catalogue();
        let created = manifests
            .iter()
            .filter(|(document, _)| !catalogue.manifests.contains_key(document));
        let created = created.count() as i64;
        drop(catalogue);
        self.write(&mut writing, writes, created)?;
        for (document, hash) in added {
            writing.hashes.entry(document).or_default().insert(hash);
        }
        catalogue = self.catalogue();
        let mut healing = Vec::new();
        for (document, manifest) in manifests {
            healing.extend(manifest.healing.then_some(document));
            catalogue.manifests.insert(document, manifest);
        }
        drop((catalogue, writing));
        healing.into_iter().for_each(|document| self.heal(document));
        Ok(())
    }

    /// Writes under the lock of `writing`. After a failure nobody knows what reached the disk: everything is read again.
    ///
    /// `created` documents come with the batch, or go when negative.
    pub(super) fn write(
        &self,
        writing: &mut Writing,
        batch: Batch,
        created: i64,
    ) -> Result<(), StoreError> {
        self.reserve().hold()?;
        let documents = self.catalogue().manifests.len() as u64;
        let totals = Totals {
            writes: writing.writes.max(writing.witness.seen()) + 1,
            documents: documents.saturating_add_signed(created),
        };
        let result = self.with_engine(|engine| engine.write(batch, totals));
        match &result {
            Ok(()) => {
                writing.writes = totals.writes;
                if let Err(error) = writing.witness.note(totals.writes) {
                    tracing::warn!(%error, "the witness file cannot be written");
                }
            }
            Err(error) => {
                writing.hashes.clear();
                self.give_up_engine(Some(error));
                if matches!(error, StoreError::Damaged(_) | StoreError::Io(_)) {
                    self.is_torn.store(true, Ordering::Relaxed);
                }
            }
        }
        result
    }

    /// Makes sure that the store remembers what a document holds.
    fn look_up(&self, writing: &mut Writing, document: DocumentId) -> Result<(), StoreError> {
        if writing.hashes.contains_key(&document) {
            return Ok(());
        }
        let hashes = match self.read(document)? {
            Some((_, reading)) => reading.all().iter().map(|change| change.hash).collect(),
            None => HashSet::new(),
        };
        writing.hashes.insert(document, hashes);
        Ok(())
    }

    /// Writes the manifests of some documents again.
    pub(super) fn keep_manifests(
        &self,
        writing: &mut Writing,
        documents: &[DocumentId],
    ) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        {
            let catalogue = self.catalogue();
            for document in documents {
                if let Some(manifest) = catalogue.manifests.get(document) {
                    let key = manifest::key(*document);
                    let value = manifest.encode(&key);
                    batch.insert(key, value);
                }
            }
        }
        if documents.is_empty() {
            return Ok(());
        }
        self.write(writing, batch, 0)
    }

    /// Removes what is left of a document whose key was erased.
    pub(super) fn clear(
        &self,
        writing: &mut Writing,
        document: DocumentId,
    ) -> Result<(), StoreError> {
        writing.hashes.remove(&document);
        let Some(manifest) = self.catalogue().manifests.get(&document).cloned() else {
            return Ok(());
        };
        let mut batch = Batch::default();
        for number in manifest.records() {
            batch.remove(record::key(document, number));
        }
        batch.remove(manifest::key(document));
        self.write(writing, batch, -1)?;
        let mut catalogue = self.catalogue();
        catalogue.manifests.remove(&document);
        catalogue.keys.cleared(document);
        manifest
            .files
            .iter()
            .for_each(|file| self.files.remove(file));
        Ok(())
    }

    /// Seals new changes behind the ones that are there, and says what the documents will then hold.
    fn seal(
        &self,
        additions: &BTreeMap<DocumentId, Vec<&StoredChange>>,
        batch: &mut Batch,
    ) -> Result<Vec<(DocumentId, Manifest)>, StoreError> {
        let mut catalogue = self.catalogue();
        let unkeyed = additions
            .keys()
            .filter(|document| catalogue.keys.get(**document).is_none());
        let unkeyed: Vec<DocumentId> = unkeyed.copied().collect();
        catalogue.keys.add(&unkeyed)?;
        let mut manifests = Vec::new();
        for (document, changes) in additions {
            let secret = catalogue.key(*document)?;
            let mut manifest = catalogue
                .manifests
                .get(document)
                .cloned()
                .unwrap_or_default();
            for change in changes {
                let entry = record::Entry::Change((*change).clone());
                for (key, value) in
                    record::seal(*document, &secret, &self.nonces, manifest.next, &entry)?
                {
                    manifest.stored += value.len() as u64;
                    manifest.next += 1;
                    batch.insert(key, value);
                }
                manifest.add(change);
            }
            let key = manifest::key(*document);
            let value = manifest.encode(&key);
            batch.insert(key, value);
            manifests.push((*document, manifest));
        }
        Ok(manifests)
    }
}
