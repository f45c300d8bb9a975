//! A new sled folder, filled document by document, each as one entry of packed changes. sled never gives room back well, so a store whose
//! folder has grown far beyond what it holds is written anew; a store of an earlier format becomes one of this format in the same way.

use super::batch::Batch;
use super::engine::Engine;
use super::files::io_error;
use super::folder::Folder;
use super::keys::Keys;
use super::manifest::{self, Manifest, Totals};
use super::reading::Reading;
use super::record::{self, Entry, FileHash};
use super::seal::{Key, Nonces};
use super::snapshot::{self, Files};
use maillage_shared::id::DocumentId;
use maillage_shared::store::{StoreError, StoredChange};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// Fills a folder that is no store of this format yet with whole documents, and makes a store of it as the last thing.
///
/// `names` are the names of all the documents; `writes` is how many writes an earlier store had seen.
pub(super) fn fill<E: From<StoreError>>(
    folder: &Folder,
    names: &[DocumentId],
    documents: impl Iterator<Item = Result<(DocumentId, Vec<StoredChange>), E>>,
    writes: u64,
) -> Result<(), E> {
    let mut keys = Keys::create(&folder.keys())?;
    keys.add(names)?;
    let (files, nonces) = (Files::open(&folder.snapshots())?, Nonces::draw()?);
    let mut filling = Filling::start(&folder.documents(1), &files, &nonces)?;
    for next in documents {
        let (document, changes) = next?;
        let mut manifest = Manifest::default();
        changes.iter().for_each(|change| manifest.add(change));
        manifest.healing = changes.is_empty();
        let secret = keys
            .get(document)
            .ok_or_else(|| StoreError::Io("a document has no key".to_owned()))?;
        filling.put(document, &secret, &changes, manifest, None)?;
    }
    // sled is closed before the folder becomes a store.
    drop(filling.finish(writes)?);
    folder.sync(1)?;
    folder.set_generation(1)?;
    Ok(folder.set_format()?)
}

/// Bytes that are written between two flushes.
const BATCH_BYTES: u64 = 1024 * 1024;

/// A folder of sled's that nobody reads yet.
pub(super) struct Filling<'a> {
    engine: Engine,
    files: &'a Files,
    nonces: &'a Nonces,
    manifests: HashMap<DocumentId, Manifest>,
    batch: Batch,
    batch_bytes: u64,
    /// What the next flush will compare with what it reads back.
    unread: HashMap<DocumentId, (Key, [u8; 32])>,
}

impl<'a> Filling<'a> {
    /// Starts with an empty folder, whatever was there.
    pub(super) fn start(
        path: &Path,
        files: &'a Files,
        nonces: &'a Nonces,
    ) -> Result<Self, StoreError> {
        if path.exists() {
            fs::remove_dir_all(path).map_err(|error| io_error(&error))?;
        }
        Ok(Self {
            engine: Engine::open(path)?,
            files,
            nonces,
            manifests: HashMap::new(),
            batch: Batch::default(),
            batch_bytes: 0,
            unread: HashMap::new(),
        })
    }

    /// Puts in a document, in place of what was put in for it before.
    ///
    /// `known` says what the document should hold, which is more than `changes` when it is damaged; `file` holds these very changes
    /// already.
    pub(super) fn put(
        &mut self,
        document: DocumentId,
        secret: &Key,
        changes: &[StoredChange],
        known: Manifest,
        file: Option<FileHash>,
    ) -> Result<(), StoreError> {
        self.remove(document);
        let mut manifest = Manifest {
            first: 0,
            next: 0,
            stored: 0,
            files: Vec::new(),
            ..known
        };
        if !changes.is_empty() {
            let entry = match file {
                Some(hash) => Entry::File(hash),
                None => packed_entry(self.files, document, secret, self.nonces, changes)?,
            };
            for (key, value) in record::seal(document, secret, self.nonces, 0, &entry)? {
                manifest.stored += value.len() as u64;
                manifest.next += 1;
                self.insert(key, value);
            }
            if let Entry::File(hash) = entry {
                manifest.stored += self.files.length(&hash);
                manifest.files.push(hash);
            }
        }
        let key = manifest::key(document);
        let value = manifest.encode(&key);
        self.insert(key, value);
        self.manifests.insert(document, manifest);
        self.unread
            .insert(document, (secret.clone(), digest(changes)));
        if self.batch_bytes > BATCH_BYTES {
            self.flush(Totals::default())?;
        }
        Ok(())
    }

    /// Takes out a document that was put in before.
    pub(super) fn remove(&mut self, document: DocumentId) {
        if let Some(earlier) = self.manifests.remove(&document) {
            for number in earlier.records() {
                self.batch.remove(record::key(document, number));
            }
            self.batch.remove(manifest::key(document));
            self.unread.remove(&document);
        }
    }

    /// Makes what was put in durable and reads it back.
    fn flush(&mut self, totals: Totals) -> Result<(), StoreError> {
        self.batch_bytes = 0;
        self.engine.write(std::mem::take(&mut self.batch), totals)?;
        for (document, (secret, written)) in self.unread.drain() {
            let numbers = self
                .manifests
                .get(&document)
                .map_or(0..0, Manifest::records);
            let reading = Reading::read(
                &self.engine,
                self.files,
                document,
                Some(&secret),
                numbers,
                snapshot::MOST_BYTES,
            )?;
            if reading.damage.is_some() || digest(&reading.all()) != written {
                return Err(StoreError::Damaged(format!(
                    "document {document} was not read back as it was written"
                )));
            }
        }
        Ok(())
    }

    /// Makes everything durable, with the totals of a store that had so many writes before.
    pub(super) fn finish(
        mut self,
        writes: u64,
    ) -> Result<(Engine, HashMap<DocumentId, Manifest>), StoreError> {
        let documents = self.manifests.len() as u64;
        self.flush(Totals {
            writes: writes + 1,
            documents,
        })?;
        Ok((self.engine, self.manifests))
    }

    fn insert(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.batch_bytes += (key.len() + value.len()) as u64;
        self.batch.insert(key, value);
    }
}

/// The same for the same changes, in whatever order.
fn digest(changes: &[StoredChange]) -> [u8; 32] {
    let mut sum = [0; 32];
    for change in changes {
        let one = Sha256::new()
            .chain_update(change.hash.0)
            .chain_update(&change.bytes)
            .finalize();
        for (byte, other) in sum.iter_mut().zip(one) {
            *byte ^= other;
        }
    }
    sum
}

/// One entry with all these changes: in a file of its own, durable, when it is long.
pub(super) fn packed_entry(
    files: &Files,
    document: DocumentId,
    secret: &Key,
    nonces: &Nonces,
    changes: &[StoredChange],
) -> Result<Entry, StoreError> {
    let packed = snapshot::pack(changes).map_err(|error| io_error(&error))?;
    if packed.len() <= snapshot::INLINE_BYTES {
        return Ok(Entry::Packed(packed));
    }
    files
        .write(document, secret, nonces, &packed)
        .map(Entry::File)
}
