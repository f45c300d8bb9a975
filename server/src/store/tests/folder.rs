use super::*;

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
    let (folder, _) = written();
    fs::write(folder.path().join("format"), "maillage 7\n").unwrap();
    let expected = StoreError::Newer { found: 7, known: 2 };
    assert_eq!(SledStore::open(folder.path()).unwrap_err(), expected);
}

#[test]
fn a_folder_that_is_no_store_is_left_alone() {
    let (folder, _) = written();
    let refused = |name: &str| match SledStore::open(folder.path()) {
        Err(StoreError::Damaged(_)) => {}
        other => panic!("{name}: {other:?}"),
    };
    fs::remove_file(folder.path().join("format")).unwrap();
    refused("no format");
    fs::write(folder.path().join("format"), "something else").unwrap();
    refused("something else");
}

#[test]
fn a_store_that_misses_a_part_is_never_taken_for_an_empty_one() {
    for name in ["keys", "documents-1", "documents-1/db"] {
        let (folder, _) = written();
        let path = folder.path().join(name);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
        match SledStore::open(folder.path()) {
            Err(StoreError::Damaged(_)) => {}
            other => panic!("without {name}: {other:?}"),
        }
    }
}

#[test]
fn what_can_be_told_without_a_file_does_without_it() {
    for name in ["generation", "relay", "witness", "reserve"] {
        for content in [&[][..], &[0; 40]] {
            let (folder, changes) = written();
            fs::write(folder.path().join(name), content).unwrap();
            let store = folder.open();
            assert_eq!(store.load(document(1)).unwrap(), Some(changes));
            assert!(store.relay().as_str().is_ascii());
            assert!(!store.relay().as_str().contains('\0'));
        }
    }
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
