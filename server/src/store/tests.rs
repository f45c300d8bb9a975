mod crash;
mod damage;
mod erasing;
mod folder;
mod full_disk;
mod upgrade;

use super::*;
use maillage_shared::store_contract;
use maillage_shared::testing::contract::{self, Operation, Place, change, document};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder for one store, and what it is made of.
struct TemporaryFolder(TempDir);

impl TemporaryFolder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// sled's folder that counts.
    fn documents(&self) -> PathBuf {
        let generation = fs::read_to_string(self.path().join("generation")).unwrap();
        self.path().join(format!("documents-{}", generation.trim()))
    }

    /// Changes the records behind the store's back.
    fn tamper(&self, act: impl FnOnce(&sled::Db)) {
        let db = engine::database(&self.documents()).unwrap();
        act(&db);
        db.flush().unwrap();
    }

    /// Every file below the folder.
    fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(path);
                }
            }
        }
        files.sort();
        files
    }

    /// A copy of all files as they are at this moment, as a power cut would leave them; without the reserve, which holds nothing.
    fn cut_power(&self) -> Self {
        let copy = Self::new();
        for file in self.files() {
            if file.ends_with("reserve") {
                continue;
            }
            let target = copy.path().join(file.strip_prefix(self.path()).unwrap());
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::copy(file, target).unwrap();
        }
        copy
    }
}

impl Place for TemporaryFolder {
    type Store = SledStore;

    fn open(&self) -> SledStore {
        SledStore::open(self.path()).unwrap()
    }
}

store_contract!(TemporaryFolder::new());

fn operation() -> impl Strategy<Value = Operation> {
    let documents = prop::collection::vec(
        (0..4u8, prop::collection::vec(0..40u16, 0..12), 0..9000usize),
        0..4,
    );
    prop_oneof![
        6 => documents.prop_map(Operation::Append),
        1 => (0..4u8).prop_map(Operation::Delete),
        2 => (0..4u8).prop_map(Operation::Compact),
        2 => Just(Operation::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_history_leaves_what_a_store_in_memory_holds(history in prop::collection::vec(operation(), 0..12)) {
        contract::behaves_like_memory(&TemporaryFolder::new(), &history);
    }
}

/// Changes that build on each other, each with a text of this many bytes that cannot be packed well, as automerge makes them.
fn history(changes: usize, bytes: usize) -> Vec<StoredChange> {
    use maillage_shared::ActorId;
    use maillage_shared::doc::Document;
    use maillage_shared::time::UnixMillis;
    let mut written = Document::empty(ActorId::from([7; 20]));
    let mut state = 7u32;
    let mut letter = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'a' + (state >> 24) as u8 % 26)
    };
    for _ in 0..changes {
        let text: String = (0..bytes).map(|_| letter()).collect();
        written
            .transact(UnixMillis(0), |transaction| {
                use automerge::transaction::Transactable;
                transaction.put(automerge::ROOT, "words", text)
            })
            .unwrap();
    }
    written.changes().iter().map(StoredChange::from).collect()
}

/// A folder with two documents of twenty changes, which build on each other.
fn written() -> (TemporaryFolder, Vec<StoredChange>) {
    two_histories(20, 300)
}

/// A folder with two documents of so many changes of so many bytes.
fn two_histories(length: usize, bytes: usize) -> (TemporaryFolder, Vec<StoredChange>) {
    let folder = TemporaryFolder::new();
    let changes = history(length, bytes);
    let store = folder.open();
    store
        .append(&[
            (document(1), changes.clone()),
            (document(2), changes.clone()),
        ])
        .unwrap();
    drop(store);
    (folder, changes)
}

#[test]
fn no_change_is_moved_to_a_file_that_is_never_synced() {
    let folder = TemporaryFolder::new();
    let changes = (0..40u8)
        .map(|number| change(&vec![number; 300_000]))
        .collect();
    folder.open().append(&[(document(1), changes)]).unwrap();
    let blobs = fs::read_dir(folder.documents().join("blobs")).unwrap();
    assert_eq!(blobs.count(), 0);
}
