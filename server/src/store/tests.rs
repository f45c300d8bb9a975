use super::*;
use maillage_shared::store_contract;
use maillage_shared::testing::contract::{self, Operation, Place, change, document};
use proptest::prelude::*;
use std::fs;
use tempfile::TempDir;

struct TemporaryFolder(TempDir);

impl TemporaryFolder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Changes the records behind the store's back.
    fn tamper(&self, act: impl FnOnce(&sled::Db)) {
        let db = engine::database(&self.path().join("documents")).unwrap();
        act(&db);
        db.flush().unwrap();
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

/// A folder with two documents of twenty changes, one of them in several pieces.
fn written() -> TemporaryFolder {
    let folder = TemporaryFolder::new();
    let changes: Vec<_> = (0..20u8)
        .map(|number| change(&vec![number; 1 + usize::from(number) * 700]))
        .collect();
    let store = folder.open();
    store
        .append(&[(document(1), changes.clone()), (document(2), changes)])
        .unwrap();
    folder
}

/// Document 1 is damaged and says so; document 2 goes on, also for writing.
fn assert_only_the_first_document_is_damaged(folder: &TemporaryFolder, why: &str) {
    let store = folder.open();
    match store.load(document(1)) {
        Err(StoreError::Damaged(found)) => assert!(found.contains(why), "{found}"),
        other => panic!("not recognised as damaged: {other:?}"),
    }
    assert!(matches!(
        store.append(&[(document(1), vec![change(b"more")])]),
        Err(StoreError::Damaged(_))
    ));
    store
        .append(&[(document(2), vec![change(b"more")])])
        .unwrap();
    assert_eq!(store.load(document(2)).unwrap().unwrap().len(), 21);
}

#[test]
fn a_changed_byte_is_damage() {
    let folder = written();
    folder.tamper(|db| {
        let key = record::key(document(1), 3);
        let mut value = db.get(&key).unwrap().unwrap().to_vec();
        *value.last_mut().unwrap() ^= 1;
        db.insert(key, value).unwrap();
    });
    assert_only_the_first_document_is_damaged(&folder, "record 3 has a wrong checksum");
}

#[test]
fn a_value_under_another_key_is_damage() {
    let folder = written();
    folder.tamper(|db| {
        let value = db.get(record::key(document(1), 3)).unwrap().unwrap();
        db.insert(record::key(document(1), 4), value).unwrap();
    });
    assert_only_the_first_document_is_damaged(&folder, "record 4 has a wrong checksum");
}

#[test]
fn a_lost_record_is_damage() {
    let folder = written();
    folder.tamper(|db| {
        db.remove(record::key(document(1), 3)).unwrap();
        let (key, count) = record::encode_count(document(1), 50);
        // Even when the count fits.
        let found = db.scan_prefix(document(1).as_bytes()).count() as u64 - 1;
        let (_, fitting) = record::encode_count(document(1), found);
        assert_ne!(count, fitting);
        db.insert(key, fitting).unwrap();
    });
    assert_only_the_first_document_is_damaged(&folder, "record 3 is missing");
}

#[test]
fn a_lost_end_is_damage() {
    let folder = written();
    folder.tamper(|db| {
        let (last, _) = db
            .scan_prefix(document(1).as_bytes())
            .last()
            .unwrap()
            .unwrap();
        db.remove(last).unwrap();
    });
    assert_only_the_first_document_is_damaged(&folder, "records are there");
}

#[test]
fn a_lost_count_is_damage() {
    let folder = written();
    folder.tamper(|db| {
        db.remove(document(1).as_bytes()).unwrap();
    });
    assert_only_the_first_document_is_damaged(&folder, "its count is missing");
}

#[test]
fn no_change_is_moved_to_a_file_that_is_never_synced() {
    let folder = TemporaryFolder::new();
    let changes = (0..40u8)
        .map(|number| change(&vec![number; 300_000]))
        .collect();
    folder.open().append(&[(document(1), changes)]).unwrap();
    let blobs = fs::read_dir(folder.path().join("documents/blobs")).unwrap();
    assert_eq!(blobs.count(), 0);
}

#[test]
fn a_folder_in_use_is_locked() {
    let folder = TemporaryFolder::new();
    let store = folder.open();
    assert_eq!(
        SledStore::open(folder.path()).unwrap_err(),
        StoreError::Locked
    );
    drop(store);
    folder.open();
}

#[test]
fn a_newer_format_is_left_alone() {
    let folder = written();
    fs::write(folder.path().join("format"), "maillage 7\n").unwrap();
    let expected = StoreError::Newer { found: 7, known: 1 };
    assert_eq!(SledStore::open(folder.path()).unwrap_err(), expected);
}

#[test]
fn a_folder_that_is_no_store_is_left_alone() {
    let folder = written();
    fs::remove_file(folder.path().join("format")).unwrap();
    assert!(matches!(
        SledStore::open(folder.path()),
        Err(StoreError::Damaged(_))
    ));
    fs::write(folder.path().join("format"), "something else").unwrap();
    assert!(matches!(
        SledStore::open(folder.path()),
        Err(StoreError::Damaged(_))
    ));
}

#[test]
fn a_path_that_is_no_folder_cannot_be_read() {
    let file = tempfile::NamedTempFile::new().unwrap();
    assert!(matches!(
        SledStore::open(file.path()),
        Err(StoreError::Io(_))
    ));
}

#[test]
fn a_relay_keeps_its_name() {
    let folder = TemporaryFolder::new();
    let name = folder.open().relay().clone();
    assert_eq!(*folder.open().relay(), name);
    assert_ne!(*TemporaryFolder::new().open().relay(), name);
}

/// Opens the store and loads both documents: each must be whole, or an error must say that something is wrong.
fn assert_nothing_is_lost_silently(folder: &TemporaryFolder, what: &str) {
    let Ok(store) = SledStore::open(folder.path()) else {
        return;
    };
    for number in [1, 2] {
        match store.load(document(number)) {
            Ok(Some(changes)) => assert_eq!(changes.len(), 20, "document {number} after {what}"),
            Ok(None) => panic!("document {number} vanished without a word after {what}"),
            Err(_) => {}
        }
    }
}

#[test]
fn a_zeroed_page_loses_nothing_silently() {
    let folder = written();
    let db = folder.path().join("documents/db");
    let whole = fs::read(&db).unwrap();
    for at in (0..whole.len()).step_by(4096) {
        let mut bytes = whole.clone();
        let end = (at + 4096).min(bytes.len());
        if bytes[at..end].iter().any(|byte| *byte != 0) {
            bytes[at..end].fill(0);
            fs::write(&db, bytes).unwrap();
            assert_nothing_is_lost_silently(&folder, &format!("zeroing the page at {at}"));
        }
    }
}

#[test]
fn a_cut_file_loses_nothing_silently() {
    let folder = written();
    let db = folder.path().join("documents/db");
    let whole = fs::read(&db).unwrap();
    let used = whole.len() - whole.iter().rev().take_while(|byte| **byte == 0).count();
    for cut in [1, 100, 1024, 4096, 20_000, used] {
        fs::write(&db, &whole[..used.saturating_sub(cut)]).unwrap();
        assert_nothing_is_lost_silently(&folder, &format!("cutting {cut} bytes"));
    }
}
