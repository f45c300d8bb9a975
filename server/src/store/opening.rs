//! What is looked at when a store opens: that nothing is lost as a whole, and which documents are not whole.

use super::engine::{Engine, Found};
use super::folder::{self, Folder};
use super::generation::fill;
use super::keys::Keys;
use super::manifest::{Manifest, Totals};
use super::reading::Reading;
use super::record::FileHash;
use super::reserve::Reserve;
use super::seal::Nonces;
use super::snapshot::{Files, MOST_BYTES};
use super::witness::Witness;
use super::writing::Writing;
use super::{Catalogue, SledStore, aside, upgrade};
use maillage_shared::id::{DocumentId, PeerId};
use maillage_shared::store::{StoreError, StoredChange};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, RwLock};

impl SledStore {
    /// Opens the store in this folder, making both if they are not there, and upgrading a store of an earlier format.
    ///
    /// Reads the manifests of the documents, not the documents. A store that has lost something opens with the rest, and logs what is
    /// missing. Where even that cannot be done, what is there is set aside for a new one; a folder of which nothing can be told is refused.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let store = match Self::open_as_it_is(path) {
            Err(StoreError::Damaged(why)) => {
                aside::begin_anew(path, why)?;
                Self::open_as_it_is(path)?
            }
            opened => opened?,
        };
        for folder in store.set_aside()? {
            tracing::warn!(folder = %folder.display(), "documents that could not be opened are set aside");
        }
        Ok(store)
    }

    fn open_as_it_is(path: &Path) -> Result<Self, StoreError> {
        let folder = Folder::open(path)?;
        match folder.format() {
            None => fill::<StoreError>(&folder, &[], std::iter::empty(), 0)?,
            Some(1) => upgrade::run(&folder)?,
            Some(_) => {}
        }
        let generation = folder.generation()?;
        let mut keys = Keys::open(&folder.keys())?;
        let witness = Witness::open(&folder.witness())?;
        let mut reserve = Reserve::new(folder.reserve());
        let documents = folder.documents(generation);
        // sled would make an empty database in its place.
        if !documents.join("db").exists() {
            return Err(StoreError::Damaged("its documents are missing".to_owned()));
        }
        folder.remove_other_generations(generation)?;
        let engine = match Engine::open(&documents) {
            Err(StoreError::Full) => {
                reserve.release();
                Engine::open(&documents)?
            }
            opened => opened?,
        };
        folder.sync(generation)?;
        let files = Files::open(&folder.snapshots())?;
        let found = engine.find(keys.documents())?;
        let is_torn = found.is_torn;
        let totals = match found.totals {
            Some(totals) => totals,
            None if is_torn && !found.manifests.is_empty() => Totals {
                writes: witness.seen(),
                documents: found.manifests.len() as u64,
            },
            None => return Err(StoreError::Damaged("its documents are lost".to_owned())),
        };
        let check = Check {
            engine: &engine,
            files: &files,
            keys: &keys,
            seen: witness.seen(),
            totals,
        };
        let (manifests, changed) = check.look_over(found)?;
        if changed.is_none() {
            let named = manifests.values().flat_map(|manifest| &manifest.files);
            files.keep_only(&named.copied().collect::<HashSet<FileHash>>())?;
        }
        for document in keys.erased() {
            if !manifests.contains_key(&document) {
                keys.cleared(document);
            }
        }
        let store = Self {
            engine: RwLock::new(Some(engine)),
            writing: Mutex::new(Writing {
                hashes: HashMap::new(),
                witness,
                writes: totals.writes,
            }),
            catalogue: Mutex::new(Catalogue {
                manifests,
                keys,
                generation,
            }),
            reserve: Mutex::new(reserve),
            is_torn: AtomicBool::new(is_torn),
            upkeep: Mutex::new(()),
            files,
            nonces: Nonces::draw()?,
            folder,
        };
        store.mend()?;
        store.tidy_up_after_opening(changed.unwrap_or_default());
        Ok(store)
    }

    /// Makes a store with this relay's name and these whole documents in a folder that is empty, and none if anything fails.
    ///
    /// `names` are the names of all the documents.
    pub(crate) fn build<E: From<StoreError>>(
        path: &Path,
        relay: &PeerId,
        names: &[DocumentId],
        documents: impl Iterator<Item = Result<(DocumentId, Vec<StoredChange>), E>>,
    ) -> Result<(), E> {
        folder::name_relay(path, relay)?;
        let folder = Folder::open(path)?;
        fill(&folder, names, documents, 0)
    }

    /// Writes down which documents were found damaged, and finishes what erasing left over. What fails here is done at the next start.
    fn tidy_up_after_opening(&self, damaged: Vec<DocumentId>) {
        let mut writing = self.writing();
        let erased = self.catalogue().keys.erased();
        let result = self.keep_manifests(&mut writing, &damaged).and_then(|()| {
            erased
                .iter()
                .try_for_each(|document| self.clear(&mut writing, *document))
        });
        if let Err(error) = result {
            tracing::warn!(%error, "the store cannot be tidied up");
        }
    }
}

struct Check<'a> {
    engine: &'a Engine,
    files: &'a Files,
    keys: &'a Keys,
    seen: u64,
    totals: Totals,
}

type Manifests = HashMap<DocumentId, Manifest>;

impl Check<'_> {
    /// The manifests to go on with, and, if anything at all is lost, the documents whose manifest is to be written again.
    fn look_over(&self, found: Found) -> Result<(Manifests, Option<Vec<DocumentId>>), StoreError> {
        let mut manifests = found.manifests;
        let there = manifests.len() + found.unreadable.len();
        let lost_writes = self.seen.saturating_sub(self.totals.writes);
        let lost_documents = self.totals.documents.saturating_sub(there as u64);
        let mut damaged = found.unreadable;
        let something_is_lost = lost_writes > 0 || lost_documents > 0 || found.is_torn;
        if something_is_lost {
            tracing::warn!(
                writes = lost_writes,
                documents = lost_documents,
                "the store has lost what it wrote last; phones that still have it bring it back"
            );
            let unknown = self.keys.documents();
            damaged.extend(unknown.filter(|document| !manifests.contains_key(document)));
        }
        if self.keys.unreadable() > 0 {
            let parts = self.keys.unreadable();
            tracing::warn!(parts, "the file of keys is damaged");
        }
        for document in &damaged {
            let manifest = self.salvage(*document)?;
            manifests.insert(*document, manifest);
        }
        for (document, manifest) in &mut manifests {
            let has_lost_its_key = self.keys.get(*document).is_none()
                && !self.keys.is_erased(*document)
                && !manifest.records().is_empty();
            if has_lost_its_key && !manifest.healing {
                manifest.healing = true;
                damaged.push(*document);
            }
            if manifest.healing {
                tracing::warn!(%document, "a document is damaged; phones that have what is missing bring it back");
            }
        }
        let is_damaged = something_is_lost || !damaged.is_empty();
        Ok((manifests, is_damaged.then_some(damaged)))
    }

    /// A manifest in place of one that is lost, from what is left of the document.
    fn salvage(&self, document: DocumentId) -> Result<Manifest, StoreError> {
        let numbers = self.engine.numbers(document)?;
        let secret = self.keys.get(document);
        let reading = Reading::read(
            self.engine,
            self.files,
            document,
            secret.as_ref(),
            numbers.clone(),
            MOST_BYTES,
        )?;
        let mut manifest = Manifest {
            files: reading.files.clone(),
            healing: true,
            ..Manifest::default()
        };
        for change in reading.all() {
            manifest.add(&change);
        }
        manifest.first = numbers.start;
        manifest.next = numbers.end;
        manifest.stored = manifest.bytes;
        Ok(manifest)
    }
}
