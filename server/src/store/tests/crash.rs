use super::*;
use crate::store::compaction::Step;

fn interrupted() -> StoreError {
    StoreError::Io("stopped for a test".to_owned())
}

/// Puts document 1 together up to a step and returns the disk as it is at that moment.
fn stopped_after(folder: &TemporaryFolder, stop: Step) -> TemporaryFolder {
    let store = folder.open();
    let mut copy = None;
    let result = store.compact_under(&store.upkeep(), document(1), &mut |step| {
        if step == stop {
            copy = Some(folder.cut_power());
            return Err(interrupted());
        }
        Ok(())
    });
    assert_eq!(result, Err(interrupted()));
    copy.unwrap()
}

#[test]
fn a_compaction_that_stops_anywhere_leaves_every_change() {
    // Short histories are packed into sled, long ones into files.
    for bytes in [50, 3000] {
        for stop in [Step::Written, Step::Compared, Step::Removed] {
            let (folder, changes) = two_histories(40, bytes);
            let copy = stopped_after(&folder, stop);
            for place in [&folder, &copy] {
                let store = place.open();
                for number in [1, 2] {
                    let found = store.load(document(number)).unwrap();
                    assert_eq!(found.as_ref(), Some(&changes), "{stop:?}");
                    assert!(!store.catalogue().manifests[&document(number)].healing);
                }
                // It is put together the next time.
                store.compact(document(1)).unwrap();
                assert_eq!(store.load(document(1)).unwrap().as_ref(), Some(&changes));
                let packed = store.read(document(1)).unwrap().unwrap().1;
                assert!(packed.is_packed, "{stop:?}");
            }
        }
    }
}

#[test]
fn a_compaction_that_reads_back_something_else_removes_nothing() {
    let (folder, changes) = two_histories(40, 3000);
    let store = folder.open();
    let result = store.compact_under(&store.upkeep(), document(1), &mut |step| {
        if step == Step::Written {
            for file in fs::read_dir(folder.path().join("snapshots")).unwrap() {
                fs::write(file.unwrap().path(), "something else").unwrap();
            }
        }
        Ok(())
    });
    assert!(matches!(result, Err(StoreError::Damaged(_))));
    assert_eq!(store.load(document(1)).unwrap(), Some(changes.clone()));
    drop(store);
    assert_eq!(folder.open().load(document(1)).unwrap(), Some(changes));
}

#[test]
fn what_is_written_during_a_compaction_stays() {
    let (folder, changes) = two_histories(40, 50);
    let store = folder.open();
    let extra = change(b"written meanwhile");
    let mut expected = changes.clone();
    expected.push(extra.clone());
    let append = |_| store.append(&[(document(1), vec![extra.clone()])]);
    store
        .compact_under(&store.upkeep(), document(1), &mut |step| append(step))
        .unwrap();
    assert_eq!(store.load(document(1)).unwrap(), Some(expected.clone()));
    drop(store);
    let store = folder.open();
    assert_eq!(store.load(document(1)).unwrap(), Some(expected.clone()));
    assert_eq!(
        store.catalogue().manifests[&document(1)].changes,
        expected.len() as u64
    );
}

#[test]
fn a_document_erased_during_a_compaction_is_gone() {
    let (folder, _) = two_histories(40, 50);
    let store = folder.open();
    store
        .compact_under(&store.upkeep(), document(1), &mut |step| match step {
            Step::Compared => store.delete(document(1)),
            _ => Ok(()),
        })
        .unwrap();
    assert_eq!(store.load(document(1)).unwrap(), None);
    drop(store);
    assert_eq!(folder.open().list().unwrap(), [document(2)]);
}

#[test]
fn a_store_written_anew_holds_the_same_in_less_room() {
    let folder = TemporaryFolder::new();
    let store = folder.open();
    let changes = history(800, 100);
    for some in changes.chunks(20) {
        for number in 0..8 {
            store.append(&[(document(number), some.to_vec())]).unwrap();
        }
    }
    store.delete(document(7)).unwrap();
    let before = store.room().unwrap();
    store.rewrite().unwrap();
    let after = store.room().unwrap();
    assert!(after.disk * 2 < before.disk, "{before:?} {after:?}");
    store
        .append(&[(document(1), vec![change(b"afterwards")])])
        .unwrap();
    drop(store);
    let store = folder.open();
    for number in 0..7 {
        let found = store.load(document(number)).unwrap().unwrap();
        assert_eq!(found[..changes.len()], changes);
        assert_eq!(found.len(), changes.len() + usize::from(number == 1));
    }
    assert_eq!(store.load(document(7)).unwrap(), None);
    assert_eq!(store.list().unwrap().len(), 7);
}

#[test]
fn an_interrupted_rewriting_is_forgotten() {
    let (folder, changes) = two_histories(40, 50);
    // A part of the next folder, and a packed file that nothing names.
    let half = folder.path().join("documents-2");
    fs::create_dir_all(&half).unwrap();
    fs::write(half.join("db"), [7; 5000]).unwrap();
    let left = folder.path().join("snapshots/abcd");
    fs::write(&left, "left over").unwrap();
    let store = folder.open();
    assert!(!half.exists() && !left.exists());
    store.rewrite().unwrap();
    assert_eq!(store.load(document(1)).unwrap(), Some(changes));
}

#[test]
fn others_read_and_write_while_the_store_is_written_anew() {
    let (folder, changes) = two_histories(40, 3000);
    let store = folder.open();
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            for number in 0..60u8 {
                store
                    .append(&[(document(3), vec![change(&[number; 100])])])
                    .unwrap();
                assert_eq!(store.load(document(1)).unwrap().as_ref(), Some(&changes));
            }
        });
        while !writing.is_finished() {
            store.rewrite().unwrap();
        }
    });
    drop(store);
    let store = folder.open();
    assert_eq!(store.load(document(3)).unwrap().unwrap().len(), 60);
    assert_eq!(store.load(document(2)).unwrap(), Some(changes));
}

#[test]
fn regular_upkeep_puts_long_documents_together_and_gives_room_back() {
    let folder = TemporaryFolder::new();
    let store = folder.open();
    let changes = history(300, 1000);
    for some in changes.chunks(20) {
        for number in 0..6 {
            store.append(&[(document(number), some.to_vec())]).unwrap();
        }
    }
    store
        .append(&[(document(99), vec![change(b"short")])])
        .unwrap();
    store.tidy().unwrap();
    let room = store.room().unwrap();
    assert!(room.disk <= 3 * room.live + 8 * 1024 * 1024, "{room:?}");
    for number in 0..6 {
        let reading = store.read(document(number)).unwrap().unwrap().1;
        assert!(reading.is_packed);
        assert_eq!(reading.changes, changes);
    }
    // There is nothing left to do.
    let generation = store.catalogue().generation;
    store.tidy().unwrap();
    assert_eq!(store.catalogue().generation, generation);
}
