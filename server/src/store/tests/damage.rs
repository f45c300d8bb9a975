use super::*;

/// Document 1 opens with its first `intact` changes, takes the others again and is whole; document 2 was whole all the time.
fn assert_first_document_heals(folder: &TemporaryFolder, changes: &[StoredChange], intact: usize) {
    let store = folder.open();
    assert_eq!(
        store.load(document(1)).unwrap(),
        Some(changes[..intact].to_vec())
    );
    assert_eq!(store.load(document(2)).unwrap(), Some(changes.to_vec()));
    drop(store);
    // The next start knows it from the manifest.
    let store = folder.open();
    assert!(store.catalogue().manifests[&document(1)].healing);
    assert!(!store.catalogue().manifests[&document(2)].healing);
    // A phone sends what is missing, one after the other.
    for change in &changes[intact..] {
        let is_whole = store.load(document(1)).unwrap().unwrap().len() == changes.len();
        assert_eq!(store.catalogue().manifests[&document(1)].healing, !is_whole);
        store
            .append(&[(document(1), vec![change.clone()])])
            .unwrap();
    }
    assert_whole(&store, changes);
    drop(store);
    assert_whole(&folder.open(), changes);
}

fn assert_whole(store: &SledStore, changes: &[StoredChange]) {
    for number in [1, 2] {
        let number = document(number);
        assert_eq!(store.load(number).unwrap(), Some(changes.to_vec()));
        let manifest = store.catalogue().manifests[&number].clone();
        assert!(!manifest.healing);
        assert_eq!(manifest.changes, changes.len() as u64);
        assert_eq!(manifest.heads, [changes.last().unwrap().hash]);
        let reading = store.read(number).unwrap().unwrap().1;
        assert_eq!(reading.damage, None);
    }
}

#[test]
fn a_changed_byte_costs_a_change_until_it_comes_back() {
    let (folder, changes) = written();
    folder.tamper(|db| {
        let key = record::key(document(1), 3);
        let mut value = db.get(&key).unwrap().unwrap().to_vec();
        value[30] ^= 1;
        db.insert(key, value).unwrap();
    });
    assert_first_document_heals(&folder, &changes, 3);
}

#[test]
fn a_record_in_anothers_place_is_damage() {
    let (folder, changes) = written();
    folder.tamper(|db| {
        let other = db.get(record::key(document(2), 3)).unwrap().unwrap();
        db.insert(record::key(document(1), 3), other).unwrap();
    });
    assert_first_document_heals(&folder, &changes, 3);
}

#[test]
fn a_lost_record_is_damage() {
    let (folder, changes) = written();
    folder.tamper(|db| {
        db.remove(record::key(document(1), 0)).unwrap();
    });
    assert_first_document_heals(&folder, &changes, 0);
}

#[test]
fn a_lost_end_is_damage() {
    let (folder, changes) = written();
    folder.tamper(|db| {
        for number in 15..20 {
            db.remove(record::key(document(1), number)).unwrap();
        }
    });
    assert_first_document_heals(&folder, &changes, 15);
}

#[test]
fn a_damaged_file_of_packed_changes_is_damage() {
    let (folder, _) = written();
    let changes = history(60, 3000);
    let store = folder.open();
    for number in [1, 2] {
        store
            .append(&[(document(number), changes.clone())])
            .unwrap();
        store.compact(document(number)).unwrap();
    }
    let file = store.catalogue().manifests[&document(1)].files[0];
    drop(store);
    let path = folder.path().join("snapshots").join(hex::encode(file));
    let mut content = fs::read(&path).unwrap();
    content[100] ^= 1;
    fs::write(&path, content).unwrap();
    assert_first_document_heals_with_two_heads(&folder);
}

/// The two histories of that document have nothing in common.
fn assert_first_document_heals_with_two_heads(folder: &TemporaryFolder) {
    let store = folder.open();
    let whole = store.load(document(2)).unwrap().unwrap();
    assert_eq!(store.load(document(1)).unwrap(), Some(Vec::new()));
    store.append(&[(document(1), whole.clone())]).unwrap();
    assert_eq!(store.load(document(1)).unwrap(), Some(whole));
    assert!(!store.catalogue().manifests[&document(1)].healing);
}

#[test]
fn a_lost_manifest_is_made_again_from_what_is_there() {
    for is_removed in [true, false] {
        let (folder, changes) = written();
        folder.tamper(|db| {
            let key = manifest::key(document(1));
            if is_removed {
                db.remove(key).unwrap();
            } else {
                db.insert(key, b"something else").unwrap();
            }
        });
        let store = folder.open();
        assert_eq!(store.load(document(1)).unwrap(), Some(changes.clone()));
        assert_whole(&store, &changes);
        drop(store);
        assert_whole(&folder.open(), &changes);
    }
}

#[test]
fn a_lost_key_costs_its_document_until_it_comes_back() {
    let (folder, changes) = written();
    let path = folder.path().join("keys");
    let mut content = fs::read(&path).unwrap();
    let at = (0..content.len())
        .find(|at| content[*at..].starts_with(document(1).as_bytes()))
        .unwrap();
    content[at + 20] ^= 1;
    fs::write(&path, content).unwrap();
    assert_first_document_heals(&folder, &changes, 0);
}

#[test]
fn what_lacks_a_cause_waits_and_is_not_written_twice() {
    let (folder, changes) = written();
    folder.tamper(|db| {
        db.remove(record::key(document(1), 10)).unwrap();
    });
    let store = folder.open();
    assert_eq!(store.load(document(1)).unwrap().unwrap(), changes[..10]);
    let before = store.catalogue().manifests[&document(1)].next;
    store
        .append(&[(document(1), changes[12..].to_vec())])
        .unwrap();
    assert_eq!(store.catalogue().manifests[&document(1)].next, before);
    store
        .append(&[(document(1), changes[10..].to_vec())])
        .unwrap();
    assert_whole(&store, &changes);
}

/// Each document that opens holds a beginning of its history, or the store says what is wrong.
fn assert_no_panic_and_no_silent_loss(
    folder: &TemporaryFolder,
    changes: &[StoredChange],
    damaged: &Path,
    what: &str,
) {
    let store = match SledStore::open(folder.path()) {
        Ok(store) => store,
        // Nothing else says what these do.
        Err(StoreError::Damaged(_)) if damaged.ends_with("format") || damaged.ends_with("keys") => {
            return;
        }
        Err(error) => panic!("{error} after {what}"),
    };
    for number in [1, 2] {
        match store.load(document(number)) {
            Ok(Some(found)) => {
                assert_eq!(found, changes[..found.len()], "after {what}");
                let is_named = store.catalogue().manifests[&document(number)].healing;
                assert!(is_named || found.len() == changes.len(), "after {what}");
            }
            Ok(None) => panic!("document {number} vanished without a word after {what}"),
            Err(error) => panic!("{error} after {what}"),
        }
        // What is damaged takes changes again, or says that it cannot.
        match store.append(&[(document(number), changes.to_vec())]) {
            Ok(()) => assert_eq!(
                store.load(document(number)).unwrap().as_deref(),
                Some(changes),
                "after {what}"
            ),
            Err(StoreError::Damaged(_)) => {}
            Err(error) => panic!("{error} after {what}"),
        }
    }
}

#[test]
fn a_zeroed_or_missing_part_of_any_file_loses_nothing_silently() {
    let (folder, changes) = written();
    folder.open().compact(document(2)).unwrap();
    for file in folder.files() {
        let name = file.strip_prefix(folder.path()).unwrap().to_path_buf();
        let whole = fs::read(&file).unwrap();
        if name == Path::new("reserve") {
            continue;
        }
        for at in (0..whole.len()).step_by(4096) {
            let end = (at + 4096).min(whole.len());
            let mut zeroed = whole.clone();
            zeroed[at..end].fill(0);
            for (how, content) in [("zeroing", &zeroed[..]), ("cutting", &whole[..at])] {
                if content == whole {
                    continue;
                }
                let copy = folder.cut_power();
                fs::write(copy.path().join(&name), content).unwrap();
                let what = format!("{how} {} from {at}", name.display());
                assert_no_panic_and_no_silent_loss(&copy, &changes, &name, &what);
            }
        }
    }
}

#[test]
fn a_lost_piece_costs_its_change_and_what_builds_on_it() {
    let folder = TemporaryFolder::new();
    let changes = history(6, 6000);
    let store = folder.open();
    for number in [1, 2] {
        store
            .append(&[(document(number), changes.clone())])
            .unwrap();
    }
    drop(store);
    // Each change lies in two pieces.
    folder.tamper(|db| {
        db.remove(record::key(document(1), 5)).unwrap();
    });
    assert_first_document_heals(&folder, &changes, 2);
}

#[test]
fn a_torn_page_of_many_costs_little() {
    let folder = TemporaryFolder::new();
    let changes = history(12, 600);
    let documents = 24;
    let store = folder.open();
    for some in changes.chunks(2) {
        for number in 0..documents {
            store.append(&[(document(number), some.to_vec())]).unwrap();
        }
    }
    drop(store);
    drop(folder.open());
    let file = folder.documents().join("db");
    let name = file.strip_prefix(folder.path()).unwrap();
    let whole = fs::read(&file).unwrap();
    let (mut tried, mut lost) = (0, 0);
    for at in (0..whole.len() - 4096).step_by(4096 * 23) {
        let mut torn = whole.clone();
        torn[at..at + 4096].fill(0);
        let copy = folder.cut_power();
        fs::write(copy.path().join(name), torn).unwrap();
        tried += 1;
        let store = copy.open();
        let mut damaged = Vec::new();
        for number in 0..documents {
            let found = store.load(document(number)).unwrap().unwrap();
            assert_eq!(found, changes[..found.len()]);
            let is_named = store.catalogue().manifests[&document(number)].healing;
            assert!(is_named || found.len() == changes.len());
            if found.len() < changes.len() {
                damaged.push(number);
                lost += changes.len() - found.len();
            }
        }
        let all: Vec<_> = (0..documents)
            .map(|number| (document(number), changes.clone()))
            .collect();
        store.append(&all).unwrap();
        for number in 0..documents {
            assert_eq!(
                store.load(document(number)).unwrap().as_ref(),
                Some(&changes)
            );
        }
        for number in damaged {
            assert!(!store.catalogue().manifests[&document(number)].healing);
        }
    }
    // sled itself does not open when certain pages are gone: the smaller the store, the more of its pages.
    let each = lost / tried;
    let there = changes.len() * usize::from(documents);
    eprintln!("a torn page costs {each} of {there} changes");
    assert!(
        each * 5 < there,
        "a torn page costs {each} of {there} changes"
    );
}

#[test]
fn what_is_in_the_journal_is_not_lost_with_the_pages_it_belongs_to() {
    let folder = TemporaryFolder::new();
    let store = folder.open();
    for number in 0..24 {
        let old = (0..12u8).map(|text| change(&[text; 900])).collect();
        store.append(&[(document(number), old)]).unwrap();
    }
    drop(store);
    let store = folder.open();
    let new = |number: u8| change(&[&[number; 700][..], b"in the journal"].concat());
    for number in 0..24 {
        store
            .append(&[(document(number), vec![new(number)])])
            .unwrap();
    }
    let file = folder.documents().join("db");
    let name = file.strip_prefix(folder.path()).unwrap();
    let whole = fs::read(&file).unwrap();
    let mut torn_pages = 0;
    for at in (0..whole.len() - 4096).step_by(4096 * 7) {
        let mut torn = whole.clone();
        torn[at..at + 4096].fill(0);
        let copy = folder.cut_power();
        fs::write(copy.path().join(name), torn).unwrap();
        let store = copy.open();
        for number in 0..24 {
            let found = store.load(document(number)).unwrap().unwrap();
            assert!(
                found.contains(&new(number)),
                "document {number}, page at {at}"
            );
            torn_pages += usize::from(found.len() < 13);
        }
    }
    assert!(torn_pages > 0, "no page of a document was met");
}

/// Makes the folder of sled's unreadable as a whole.
fn destroy(folder: &TemporaryFolder) {
    for file in ["db", "journal"] {
        fs::write(folder.documents().join(file), [0x5a; 8192]).unwrap();
    }
}

/// Document 2 is short and lies in sled alone, document 1 in a file of its own.
fn with_a_file_for_one() -> (TemporaryFolder, Vec<StoredChange>) {
    let (folder, changes) = two_histories(60, 3000);
    folder.open().compact(document(1)).unwrap();
    (folder, changes)
}

fn assert_waits_for_what_is_lost(store: &SledStore, changes: &[StoredChange]) {
    assert_eq!(store.load(document(1)).unwrap().as_deref(), Some(changes));
    assert_eq!(store.load(document(2)).unwrap(), Some(Vec::new()));
    assert_eq!(store.load(document(3)).unwrap(), None);
    for number in [1, 2] {
        // What is there may be all there was, but nobody can tell.
        assert!(store.catalogue().manifests[&document(number)].healing);
    }
}

#[test]
fn documents_that_cannot_be_opened_are_set_aside_and_their_files_serve() {
    let (folder, changes) = with_a_file_for_one();
    destroy(&folder);
    let store = folder.open();
    assert_eq!(
        store.set_aside().unwrap(),
        [folder.path().join("damaged-1")]
    );
    assert_waits_for_what_is_lost(&store, &changes);
    store.append(&[(document(2), changes.clone())]).unwrap();
    assert_eq!(store.load(document(2)).unwrap(), Some(changes.clone()));
    assert!(!store.catalogue().manifests[&document(2)].healing);
    // Whoever writes on had all there was.
    let next = history(61, 3000).pop().unwrap();
    store.append(&[(document(1), vec![next])]).unwrap();
    assert!(!store.catalogue().manifests[&document(1)].healing);
    store.rewrite().unwrap();
    drop(store);
    let store = folder.open();
    assert_eq!(store.load(document(2)).unwrap(), Some(changes));
    let aside = folder.path().join("damaged-1");
    assert_eq!(fs::read(aside.join("db")).unwrap(), [0x5a; 8192]);
    assert_eq!(fs::read_dir(aside.join("snapshots")).unwrap().count(), 1);
}

#[test]
fn setting_aside_goes_on_wherever_it_was_interrupted() {
    let (folder, changes) = with_a_file_for_one();
    destroy(&folder);
    let renamed = folder.cut_power();
    fs::rename(
        renamed.path().join("documents-1"),
        renamed.path().join("damaged-1"),
    )
    .unwrap();
    let half_written = renamed.cut_power();
    for name in ["documents-2", "documents-salvage"] {
        let half = half_written.path().join(name);
        fs::create_dir(&half).unwrap();
        fs::write(half.join("db"), [7; 5000]).unwrap();
    }
    for folder in [renamed, half_written] {
        assert_waits_for_what_is_lost(&folder.open(), &changes);
        let store = folder.open();
        assert_waits_for_what_is_lost(&store, &changes);
        assert!(!folder.path().join("documents-salvage").exists());
        assert!(folder.path().join("damaged-1").exists());
    }
}

#[test]
fn what_the_system_refused_is_no_reason_to_set_anything_aside() {
    let (folder, changes) = written();
    let why = "reading it failed with: Os { code: 13, kind: PermissionDenied }";
    let refused = aside::begin_anew(folder.path(), why.to_owned());
    assert_eq!(refused, Err(StoreError::Damaged(why.to_owned())));
    assert_whole(&folder.open(), &changes);
}
