//! Erasing documents, and putting a backup back without bringing them back.

use super::*;
use crate::store::SledStore;
use crate::upkeep::{UpkeepError, back_up, restore};
use maillage_shared::ActorId;
use maillage_shared::records::{NewJobSheet, job_sheet};
use maillage_shared::store::StoredChange;

fn sheet(store: &SledStore, number: u8) -> DocumentId {
    let id = DocumentId::from_entropy([number; 16]);
    let new = NewJobSheet {
        title: "Vélos".to_owned(),
        ..NewJobSheet::default()
    };
    let actor = ActorId::from(vec![number; 20]);
    let (document, _) = job_sheet::birth(space(), &new, actor, now()).unwrap();
    let changes = document.changes().iter().map(StoredChange::from).collect();
    store.append(&[(id, changes)]).unwrap();
    id
}

fn erasing(document: DocumentId) -> Request {
    Request::EraseDocument {
        space: space(),
        document,
    }
}

/// A folder with a record and two sheets.
fn house(data: &Path) -> (Arc<SledStore>, Registry, [DocumentId; 2]) {
    let store = Arc::new(SledStore::open(data).unwrap());
    let sheets = [sheet(&store, 1), sheet(&store, 2)];
    let registry = founded(data);
    registry.look_into(Arc::clone(&store) as Arc<dyn Store>);
    (store, registry, sheets)
}

#[test]
fn whoever_looks_on_hears_what_was_erased_and_a_sweep_takes_it_away() {
    let data = tempfile::tempdir().unwrap();
    let (store, registry, [one, other]) = house(data.path());
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&heard);
    registry.observe(move |change| listener.lock().unwrap().extend(change.erased.clone()));
    registry.operate(&erasing(one), entropy()).unwrap();
    assert_eq!(*heard.lock().unwrap(), [one]);
    let unknown = DocumentId::from_entropy([9; 16]);
    let denied = registry.operate(&erasing(unknown), entropy());
    assert_eq!(denied, Err(Denied::Unknown));
    // The relay was killed before the disk had let go.
    drop(registry);
    let registry = Registry::open(data.path()).unwrap();
    assert_eq!(registry.erased(), [one]);
    assert_eq!(registry.sweep(&*store).unwrap(), 1);
    assert_eq!(registry.sweep(&*store).unwrap(), 0);
    assert_eq!(store.list().unwrap(), [other]);
}

#[test]
fn without_documents_to_look_into_nothing_is_erased() {
    let data = tempfile::tempdir().unwrap();
    let registry = founded(data.path());
    let denied = registry.operate(&erasing(DocumentId::from_entropy([1; 16])), entropy());
    assert_eq!(denied, Err(Denied::Unknown));
}

#[test]
fn a_backup_is_put_back_with_the_record_that_goes_on_for_longer() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let file = place.path().join("backup");
    let (store, registry, [one, other]) = house(&data);
    drop((store, registry));
    back_up(&data, &file).unwrap();
    let store = Arc::new(SledStore::open(&data).unwrap());
    let registry = Registry::open(&data).unwrap();
    registry.look_into(Arc::clone(&store) as Arc<dyn Store>);
    registry.operate(&erasing(one), entropy()).unwrap();
    let epoch = registry.look(space()).unwrap().epoch;
    drop((store, registry));

    let restored = place.path().join("restored");
    restore(&restored, &file, Some(&data)).unwrap();
    assert_eq!(SledStore::open(&restored).unwrap().list().unwrap(), [other]);
    let registry = Registry::open(&restored).unwrap();
    assert_eq!(registry.look(space()).unwrap().epoch, epoch + 1);
    // A folder that is behind the backup takes nothing away from it.
    let later = place.path().join("later");
    back_up(&restored, &place.path().join("second")).unwrap();
    restore(&later, &place.path().join("second"), Some(&data)).unwrap();
    assert_eq!(Registry::open(&later).unwrap().erased(), [one]);
}

#[test]
fn records_that_do_not_belong_to_the_backup_are_refused_before_anything_is_written() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let file = place.path().join("backup");
    drop(house(&data));
    back_up(&data, &file).unwrap();
    let (foreign, empty) = (place.path().join("foreign"), place.path().join("empty"));
    drop(house(&foreign));
    fs::create_dir_all(&empty).unwrap();
    let damaged = place.path().join("damaged");
    fs::create_dir_all(damaged.join(FOLDER)).unwrap();
    for entry in fs::read_dir(data.join(FOLDER)).unwrap() {
        let path = entry.unwrap().path();
        let mut content = fs::read(&path).unwrap();
        if path.extension().is_some() {
            content[0] ^= 1;
        }
        let name = path.file_name().unwrap();
        fs::write(damaged.join(FOLDER).join(name), content).unwrap();
    }
    let restored = place.path().join("restored");
    for folder in [foreign, empty, damaged] {
        let refused = restore(&restored, &file, Some(&folder));
        assert!(
            matches!(refused, Err(UpkeepError::Replacing(..))),
            "{refused:?}"
        );
        assert!(!restored.exists());
    }
}
