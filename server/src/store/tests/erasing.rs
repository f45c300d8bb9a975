use super::*;
use crate::store::seal::Key;

const SENTENCE: &[u8] = b"Personne ne doit pouvoir lire cette phrase une fois effacee.";

/// Writes the sentence in several ways: alone, within a long change, packed in sled and packed in a file.
fn with_sentence() -> TemporaryFolder {
    let folder = TemporaryFolder::new();
    let store = folder.open();
    let long: Vec<u8> = (0..30_000u32)
        .flat_map(|number| Key::draw().unwrap().as_bytes()[number as usize % 8..].to_vec())
        .chain(SENTENCE.iter().copied())
        .collect();
    let batch = [
        (document(1), vec![change(SENTENCE)]),
        (document(2), vec![change(SENTENCE), change(b"more")]),
        (document(3), vec![change(&long[long.len() - 60_000..])]),
        (document(4), vec![change(b"someone else's words")]),
    ];
    store.append(&batch).unwrap();
    store.compact(document(2)).unwrap();
    store.compact(document(3)).unwrap();
    assert_eq!(store.catalogue().manifests[&document(3)].files.len(), 1);
    drop(store);
    folder
}

fn holds(folder: &TemporaryFolder, part: &[u8]) -> Option<PathBuf> {
    folder.files().into_iter().find(|file| {
        let content = fs::read(file).unwrap();
        content.windows(part.len()).any(|found| found == part)
    })
}

#[test]
fn no_word_reaches_the_disk() {
    let folder = with_sentence();
    assert_eq!(holds(&folder, SENTENCE), None);
    assert_eq!(holds(&folder, &SENTENCE[..12]), None);
}

#[test]
fn what_is_erased_cannot_be_read_by_anyone() {
    let folder = with_sentence();
    let store = folder.open();
    let erased: Vec<Key> = [1, 2, 3]
        .map(|number| store.catalogue().keys.get(document(number)).unwrap())
        .into();
    // sled keeps old values in its file: with the key they could be read.
    let sealed = store
        .with_engine(|engine| engine.pieces(document(1), 0..1))
        .unwrap()
        .remove(0)
        .1
        .unwrap();
    for number in [1, 2, 3] {
        store.delete(document(number)).unwrap();
    }
    drop(store);
    assert!(holds(&folder, &sealed).is_some(), "sled forgets after all");
    let place = record::key(document(1), 0);
    assert!(erased[0].open(&place, &sealed).is_some());
    for key in &erased {
        assert_eq!(holds(&folder, key.as_bytes()), None);
    }
    assert_eq!(holds(&folder, SENTENCE), None);
    // No key that is left opens it.
    let store = folder.open();
    let left = store.catalogue().keys.get(document(4)).unwrap();
    assert_eq!(left.open(&place, &sealed), None);
    assert_eq!(store.list().unwrap(), [document(4)]);
    assert!(
        fs::read_dir(folder.path().join("snapshots"))
            .unwrap()
            .next()
            .is_none()
    );
}

#[test]
fn erasing_that_stops_halfway_is_finished_at_the_next_start() {
    let folder = with_sentence();
    let store = folder.open();
    store.catalogue().keys.erase(&[document(1)]).unwrap();
    let copy = folder.cut_power();
    assert_eq!(store.load(document(1)).unwrap(), None);
    assert_eq!(store.list().unwrap().len(), 3);
    drop(store);
    for place in [folder, copy] {
        let store = place.open();
        assert_eq!(store.load(document(1)).unwrap(), None);
        assert_eq!(store.list().unwrap().len(), 3);
        assert!(!store.catalogue().manifests.contains_key(&document(1)));
        store
            .append(&[(document(1), vec![change(b"anew")])])
            .unwrap();
        assert_eq!(
            store.load(document(1)).unwrap(),
            Some(vec![change(b"anew")])
        );
    }
}

#[test]
fn a_document_written_anew_has_another_key() {
    let folder = with_sentence();
    let store = folder.open();
    let before = store.catalogue().keys.get(document(1));
    store.delete(document(1)).unwrap();
    store
        .append(&[(document(1), vec![change(b"anew")])])
        .unwrap();
    assert_ne!(store.catalogue().keys.get(document(1)), before);
}
