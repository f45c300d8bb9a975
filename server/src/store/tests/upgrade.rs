use super::*;
use flate2::read::GzDecoder;
use maillage_shared::ActorId;
use maillage_shared::change::ChangeRecord;
use maillage_shared::doc::Document;
use std::io::Read;

/// A store that a relay of format 1 wrote: the demonstration, ten documents.
fn former_store() -> TemporaryFolder {
    let folder = TemporaryFolder::new();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/store-1");
    for name in ["format", "relay", "witness", "documents/conf"] {
        let target = folder.path().join(name);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(fixture.join(name), target).unwrap();
    }
    let packed = fs::read(fixture.join("documents/db.gz")).unwrap();
    let mut db = Vec::new();
    GzDecoder::new(packed.as_slice())
        .read_to_end(&mut db)
        .unwrap();
    fs::write(folder.path().join("documents/db"), db).unwrap();
    folder
}

fn assert_holds_the_demonstration(store: &SledStore) {
    let mut changes = 0;
    for document in store.list().unwrap() {
        let records: Vec<ChangeRecord> = store
            .load(document)
            .unwrap()
            .unwrap()
            .iter()
            .map(|change| ChangeRecord::parse(&change.bytes).unwrap())
            .collect();
        let read = Document::from_changes(&records, ActorId::from([1])).unwrap();
        assert_eq!(read.changes().len(), records.len());
        read.genesis().unwrap();
        changes += records.len();
    }
    assert_eq!((store.list().unwrap().len(), changes), (10, CHANGES));
}

/// As the relay of format 1 counted them.
const CHANGES: usize = 291;

#[test]
fn a_store_of_format_1_is_upgraded() {
    let folder = former_store();
    let store = folder.open();
    assert_holds_the_demonstration(&store);
    let relay = fs::read_to_string(folder.path().join("relay")).unwrap();
    assert_eq!(store.relay().as_str(), relay.trim());
    // What was not encrypted is gone.
    assert!(!folder.path().join("documents").exists());
    store
        .append(&[(document(1), vec![change(b"afterwards")])])
        .unwrap();
    store.delete(document(1)).unwrap();
    drop(store);
    assert_holds_the_demonstration(&folder.open());
}

#[test]
fn an_upgrade_that_was_interrupted_begins_again() {
    let folder = former_store();
    fs::create_dir_all(folder.path().join("documents-1")).unwrap();
    fs::write(folder.path().join("documents-1/db"), [9; 9000]).unwrap();
    fs::write(folder.path().join("keys"), "half").unwrap();
    fs::write(folder.path().join("generation"), "1\n").unwrap();
    assert_holds_the_demonstration(&folder.open());
}

#[test]
fn a_former_store_that_lost_everything_is_refused() {
    let folder = former_store();
    let length = fs::metadata(folder.path().join("documents/db"))
        .unwrap()
        .len();
    fs::write(folder.path().join("documents/db"), vec![0; length as usize]).unwrap();
    match SledStore::open(folder.path()) {
        Err(StoreError::Damaged(_)) => {}
        other => panic!("{other:?}"),
    }
}
