//! What happens when sled's folder is damaged so much that a store cannot be opened: it is set aside, never removed, and another one takes
//! its place, with all that can still be read and the names of all documents. Phones bring back the rest.

use super::engine::Engine;
use super::files::{self, io_error};
use super::folder::Folder;
use super::generation::Filling;
use super::keys::Keys;
use super::manifest::{Manifest, UNKNOWN_HEAD};
use super::reading::Reading;
use super::record::FileHash;
use super::reserve::Reserve;
use super::seal::Nonces;
use super::snapshot::{self, Files, MOST_BYTES};
use super::witness::Witness;
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::store::{StoreError, StoredChange};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::Path;

/// What panics of sled's say when the system refused it something: then its folder may well be intact.
const OF_THE_SYSTEM: [&str; 3] = ["os error", "Os {", "kind: "];

/// Sets aside what counts in this folder and makes another one count, or gives back `why` when it is something else that is damaged.
///
/// Whatever interrupts this, the next start goes on with it: a folder that was set aside while none took its place says so.
pub(super) fn begin_anew(path: &Path, why: String) -> Result<(), StoreError> {
    let folder = Folder::open(path)?;
    let generation = folder.generation()?;
    let (current, aside) = (folder.documents(generation), folder.aside(generation));
    let is_interrupted = !current.exists() && aside.exists();
    let is_there = current.join("db").exists() && !aside.exists();
    let is_known = folder.format() == Some(super::folder::FORMAT);
    let is_damaged = !OF_THE_SYSTEM.iter().any(|words| why.contains(words));
    let Ok(keys) = Keys::open(&folder.keys()) else {
        return Err(StoreError::Damaged(why));
    };
    if !is_known || !is_damaged || !(is_there || is_interrupted) {
        return Err(StoreError::Damaged(why));
    }
    let files = Files::open(&folder.snapshots())?;
    // Both are written at once, and the disk may be nearly full.
    Reserve::new(folder.reserve()).release();
    let written_anew = || {
        if is_there {
            fs::rename(&current, &aside)?;
            files::sync_folder(path)?;
        }
        keep_files(&folder.snapshots(), &aside.join("snapshots"))
    };
    written_anew().map_err(|error| io_error(&error))?;
    tracing::error!(
        damage = why, folder = %aside.display(),
        "the documents cannot be opened and are set aside; what can be read of them is kept, and phones bring back the rest"
    );
    let found = Salvage::new(&folder, &keys, &files)?.documents(&aside)?;
    let nonces = Nonces::draw()?;
    let mut filling = Filling::start(&folder.documents(generation + 1), &files, &nonces)?;
    for (document, salvaged) in found {
        let Some(secret) = keys.get(document) else {
            continue;
        };
        filling.put(
            document,
            &secret,
            &salvaged.changes,
            salvaged.manifest,
            None,
        )?;
    }
    // sled is closed before its folder counts.
    drop(filling.finish(Witness::open(&folder.witness())?.seen())?);
    folder.sync(generation + 1)?;
    folder.set_generation(generation + 1)
}

/// Keeps the files that what is set aside names, whatever becomes of them where they are.
fn keep_files(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let kept = to.join(entry.file_name());
        if !kept.exists() {
            fs::hard_link(entry.path(), kept)?;
        }
    }
    files::sync_folder(to)
}

/// A document as far as it could be read.
struct Salvaged {
    changes: Vec<StoredChange>,
    manifest: Manifest,
}

/// Reads what can be read.
struct Salvage<'a> {
    folder: &'a Folder,
    keys: &'a Keys,
    files: &'a Files,
    /// Files of changes that nothing readable names.
    unnamed: HashSet<FileHash>,
}

impl<'a> Salvage<'a> {
    fn new(folder: &'a Folder, keys: &'a Keys, files: &'a Files) -> Result<Self, StoreError> {
        Ok(Self {
            folder,
            keys,
            files,
            unnamed: files.names()?,
        })
    }

    /// Every document that has a key: what sled still reads of it, and what lies in files of changes. Nothing of some is left but the name.
    fn documents(mut self, aside: &Path) -> Result<HashMap<DocumentId, Salvaged>, StoreError> {
        let copy = self.folder.salvage();
        let engine = match self.open_copy(aside, &copy, &["db", "journal"]) {
            // sled does not open even so; the journal alone tells what was written last.
            Err(StoreError::Damaged(_)) => self.open_copy(aside, &copy, &["journal"])?,
            opened => opened?,
        };
        let manifests = engine.find(self.keys.documents())?.manifests;
        let documents: Vec<DocumentId> = self.keys.documents().collect();
        let mut found = HashMap::new();
        for document in documents {
            let manifest = manifests.get(&document).cloned().unwrap_or_default();
            let changes = self.read(&engine, document, &manifest)?;
            found.insert(document, (changes, manifest));
        }
        self.add_unnamed(&mut found)?;
        drop(engine);
        fs::remove_dir_all(&copy).map_err(|error| io_error(&error))?;
        let salvaged = found
            .into_iter()
            .map(|(document, (changes, manifest))| (document, Salvaged::new(changes, manifest)));
        Ok(salvaged.collect())
    }

    /// Opens sled on a copy of these files, without its settings and its map of pages: they may be what is damaged, and it makes them anew.
    fn open_copy(&self, aside: &Path, copy: &Path, names: &[&str]) -> Result<Engine, StoreError> {
        let make = || {
            if copy.exists() {
                fs::remove_dir_all(copy)?;
            }
            fs::create_dir(copy)?;
            for name in names {
                match fs::copy(aside.join(name), copy.join(name)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
            Ok(())
        };
        make().map_err(|error| io_error(&error))?;
        Engine::open(copy)
    }

    /// All intact changes of a document that records lead to, also those that its manifest does not name.
    fn read(
        &mut self,
        engine: &Engine,
        document: DocumentId,
        manifest: &Manifest,
    ) -> Result<Vec<StoredChange>, StoreError> {
        let named = manifest.records();
        let numbers = match engine.numbers(document) {
            Ok(there) if named.is_empty() => there,
            Ok(there) if !there.is_empty() => {
                named.start.min(there.start)..named.end.max(there.end)
            }
            _ => named,
        };
        let secret = self.keys.get(document);
        let (files, secret) = (self.files, secret.as_ref());
        let reading = match Reading::read(engine, files, document, secret, numbers, MOST_BYTES) {
            Err(StoreError::Damaged(_)) => Reading::default(),
            reading => reading?,
        };
        for file in &reading.files {
            self.unnamed.remove(file);
        }
        Ok(reading.all())
    }

    /// Files say of no document that they are its own, but only its key opens them. Trying is a pass over the file for each key.
    fn add_unnamed(
        &self,
        found: &mut HashMap<DocumentId, (Vec<StoredChange>, Manifest)>,
    ) -> Result<(), StoreError> {
        for file in &self.unnamed {
            for (document, (changes, _)) in found.iter_mut() {
                let Some(secret) = self.keys.get(*document) else {
                    continue;
                };
                let packed = self.files.read(*document, &secret, file)?;
                let more = packed.and_then(|packed| snapshot::unpack(&packed, MOST_BYTES));
                if let Some(more) = more {
                    let known: HashSet<ChangeHash> =
                        changes.iter().map(|change| change.hash).collect();
                    let new = more.into_iter();
                    changes.extend(new.filter(|change| !known.contains(&change.hash)));
                    break;
                }
            }
        }
        Ok(())
    }
}

impl Salvaged {
    /// `known` is the manifest that was read, an empty one if there was none. It may be an older one: sled keeps several states of a page.
    fn new(changes: Vec<StoredChange>, known: Manifest) -> Self {
        let mut manifest = known;
        let count = manifest.changes.max(changes.len() as u64);
        for change in &changes {
            manifest.add(change);
        }
        manifest.heads.push(UNKNOWN_HEAD);
        manifest.changes = count;
        manifest.bytes = changes.iter().map(|change| change.bytes.len() as u64).sum();
        manifest.healing = true;
        Self { changes, manifest }
    }
}
