//! What every [`Store`] keeps to, as functions that panic where one does not. [`store_contract!`](crate::store_contract) turns them
//! into tests.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is how a broken contract is reported"
)]

use crate::id::DocumentId;
use crate::store::{Store, StoredChange};
use crate::testing::MemoryStore;
use automerge::ChangeHash;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Where a store keeps things. Opening it again, after the store opened before was dropped, finds what that one appended.
pub trait Place {
    /// The store it opens.
    type Store: Store;

    /// Opens the store.
    fn open(&self) -> Self::Store;
}

/// Makes one test of each rule. The argument is an expression that makes a new, empty [`Place`](crate::testing::contract::Place).
#[macro_export]
macro_rules! store_contract {
    ($place:expr) => {
        $crate::store_contract! { $place =>
            a_document_never_written_is_not_there
            changes_come_back_in_the_order_they_were_appended
            documents_of_one_batch_do_not_mix
            a_change_that_is_kept_already_is_not_kept_twice
            an_append_without_changes_creates_nothing
            bytes_of_any_length_come_back
            every_document_is_listed_once
            a_deleted_document_is_gone_and_can_be_written_anew
            what_was_appended_is_there_after_reopening
            compacting_changes_nothing_that_can_be_read
            a_compacted_document_is_written_and_deleted_as_before
            appends_from_several_threads_all_arrive
        }
    };
    ($place:expr => $($rule:ident)*) => {
        $(
            #[test]
            fn $rule() {
                $crate::testing::contract::$rule(&$place);
            }
        )*
    };
}

/// A document id for tests, different for each number.
pub fn document(number: u8) -> DocumentId {
    DocumentId::from_entropy([number; 16])
}

/// A change of these bytes. Stores do not look inside changes, so these need not be automerge's.
pub fn change(bytes: &[u8]) -> StoredChange {
    StoredChange {
        hash: ChangeHash(Sha256::digest(bytes).into()),
        bytes: Arc::from(bytes),
    }
}

fn changes(numbers: impl IntoIterator<Item = u16>) -> Vec<StoredChange> {
    numbers
        .into_iter()
        .map(|number| change(&number.to_be_bytes()))
        .collect()
}

/// Nothing was written under this id: `None`, not an empty list.
pub fn a_document_never_written_is_not_there(place: &impl Place) {
    let store = place.open();
    assert_eq!(store.load(document(1)).unwrap(), None);
    assert_eq!(store.list().unwrap(), Vec::new());
}

/// The order of appends is the order of loads, across appends.
pub fn changes_come_back_in_the_order_they_were_appended(place: &impl Place) {
    let store = place.open();
    store.append(&[(document(1), changes([3, 1, 2]))]).unwrap();
    store.append(&[(document(1), changes([9, 0]))]).unwrap();
    assert_eq!(
        store.load(document(1)).unwrap(),
        Some(changes([3, 1, 2, 9, 0]))
    );
}

/// One batch may hold several documents, and one document several times.
pub fn documents_of_one_batch_do_not_mix(place: &impl Place) {
    let store = place.open();
    let batch = [
        (document(1), changes([1])),
        (document(2), changes([1, 2])),
        (document(1), changes([3])),
    ];
    store.append(&batch).unwrap();
    assert_eq!(store.load(document(1)).unwrap(), Some(changes([1, 3])));
    assert_eq!(store.load(document(2)).unwrap(), Some(changes([1, 2])));
}

/// Appending what is there does nothing: in one batch, in a later one, after reopening.
pub fn a_change_that_is_kept_already_is_not_kept_twice(place: &impl Place) {
    let store = place.open();
    store.append(&[(document(1), changes([1, 2, 1]))]).unwrap();
    store.append(&[(document(1), changes([2, 3]))]).unwrap();
    drop(store);
    let store = place.open();
    store.append(&[(document(1), changes([1, 3, 4]))]).unwrap();
    assert_eq!(
        store.load(document(1)).unwrap(),
        Some(changes([1, 2, 3, 4]))
    );
}

/// A document exists from its first change on.
pub fn an_append_without_changes_creates_nothing(place: &impl Place) {
    let store = place.open();
    store.append(&[]).unwrap();
    store.append(&[(document(1), Vec::new())]).unwrap();
    assert_eq!(store.load(document(1)).unwrap(), None);
    assert_eq!(store.list().unwrap(), Vec::new());
}

/// Chunks are between nothing and some mebibytes long.
pub fn bytes_of_any_length_come_back(place: &impl Place) {
    let kept: Vec<StoredChange> = [0, 1, 255, 4095, 4096, 4097, 8192, 70_000, 2 * 1024 * 1024]
        .into_iter()
        .map(|length: usize| change(&(0..length).map(|at| (at % 251) as u8).collect::<Vec<u8>>()))
        .collect();
    let store = place.open();
    store.append(&[(document(1), kept.clone())]).unwrap();
    assert_eq!(store.load(document(1)).unwrap().as_ref(), Some(&kept));
    drop(store);
    assert_eq!(place.open().load(document(1)).unwrap(), Some(kept));
}

/// However many changes a document has, and whatever its neighbours are.
pub fn every_document_is_listed_once(place: &impl Place) {
    let store = place.open();
    for number in [7, 0, 255, 8] {
        store.append(&[(document(number), changes(0..20))]).unwrap();
    }
    let mut listed = store.list().unwrap();
    listed.sort();
    let mut expected = [0, 7, 8, 255].map(document);
    expected.sort();
    assert_eq!(listed, expected);
}

/// Deleting forgets one document and no other, also when it was never there.
pub fn a_deleted_document_is_gone_and_can_be_written_anew(place: &impl Place) {
    let store = place.open();
    store.delete(document(1)).unwrap();
    let batch = [(document(1), changes(0..40)), (document(2), changes([1]))];
    store.append(&batch).unwrap();
    store.delete(document(1)).unwrap();
    assert_eq!(store.load(document(1)).unwrap(), None);
    assert_eq!(store.list().unwrap(), [document(2)]);
    store.append(&[(document(1), changes([39, 5]))]).unwrap();
    drop(store);
    let store = place.open();
    assert_eq!(store.load(document(1)).unwrap(), Some(changes([39, 5])));
    assert_eq!(store.load(document(2)).unwrap(), Some(changes([1])));
}

/// An append that returned is on the disk.
pub fn what_was_appended_is_there_after_reopening(place: &impl Place) {
    for number in 0..5 {
        let store = place.open();
        store.append(&[(document(1), changes([number]))]).unwrap();
        drop(store);
        assert_eq!(
            place.open().load(document(1)).unwrap(),
            Some(changes(0..=number))
        );
    }
}

/// Every change comes back byte for byte, in its place, also after reopening; other documents and unknown ones are left alone.
pub fn compacting_changes_nothing_that_can_be_read(place: &impl Place) {
    let store = place.open();
    let long: Vec<StoredChange> = (0..60).map(|number| long_change(number, 3_000)).collect();
    let batch = [
        (document(1), long.clone()),
        (document(2), changes([7, 8])),
        (document(3), changes([1])),
    ];
    store.append(&batch).unwrap();
    for number in [1, 1, 2, 4] {
        store.compact(document(number)).unwrap();
    }
    let assert_all = |store: &dyn Store| {
        assert_eq!(store.load(document(1)).unwrap(), Some(long.clone()));
        assert_eq!(store.load(document(2)).unwrap(), Some(changes([7, 8])));
        assert_eq!(store.load(document(3)).unwrap(), Some(changes([1])));
        assert_eq!(store.load(document(4)).unwrap(), None);
        assert_eq!(store.list().unwrap().len(), 3);
    };
    assert_all(&store);
    drop(store);
    assert_all(&place.open());
}

/// Appends go on behind what was put together, and know what is in it; so does the next compaction; deleting forgets all of it.
pub fn a_compacted_document_is_written_and_deleted_as_before(place: &impl Place) {
    let store = place.open();
    store.append(&[(document(1), changes(0..30))]).unwrap();
    store.compact(document(1)).unwrap();
    store.append(&[(document(1), changes(20..40))]).unwrap();
    drop(store);
    let store = place.open();
    store.append(&[(document(1), changes(0..50))]).unwrap();
    assert_eq!(store.load(document(1)).unwrap(), Some(changes(0..50)));
    store.compact(document(1)).unwrap();
    assert_eq!(store.load(document(1)).unwrap(), Some(changes(0..50)));
    store.delete(document(1)).unwrap();
    assert_eq!(store.load(document(1)).unwrap(), None);
    store.append(&[(document(1), changes([3]))]).unwrap();
    drop(store);
    assert_eq!(place.open().load(document(1)).unwrap(), Some(changes([3])));
}

/// A store may be used from several threads at once; each document keeps its own order.
pub fn appends_from_several_threads_all_arrive(place: &impl Place) {
    let store = place.open();
    std::thread::scope(|scope| {
        for number in 0..4 {
            let store = &store;
            scope.spawn(move || {
                for at in 0..25 {
                    store
                        .append(&[
                            (document(number), changes([at])),
                            (document(9), changes([at])),
                        ])
                        .unwrap();
                }
            });
        }
    });
    for number in 0..4 {
        assert_eq!(store.load(document(number)).unwrap(), Some(changes(0..25)));
    }
    assert_eq!(store.load(document(9)).unwrap().unwrap().len(), 25);
}

/// One step of a random history, see [`behaves_like_memory`].
#[derive(Debug, Clone)]
pub enum Operation {
    /// Append to the documents of these numbers changes of these numbers and this length.
    Append(Vec<(u8, Vec<u16>, usize)>),
    /// Delete the document of this number.
    Delete(u8),
    /// Put the changes of the document of this number together.
    Compact(u8),
    /// Drop the store and open it again.
    Reopen,
}

/// After every step of any history, the store holds exactly what a [`MemoryStore`] holds. For property tests.
pub fn behaves_like_memory(place: &impl Place, history: &[Operation]) {
    let model = MemoryStore::default();
    let mut store = Some(place.open());
    for operation in history {
        match operation {
            Operation::Append(documents) => {
                let batch: Vec<_> = documents
                    .iter()
                    .map(|(number, numbers, length)| {
                        let changes = numbers
                            .iter()
                            .map(|number| long_change(*number, *length))
                            .collect();
                        (document(*number), changes)
                    })
                    .collect();
                model.append(&batch).unwrap();
                store.as_ref().unwrap().append(&batch).unwrap();
            }
            Operation::Delete(number) => {
                model.delete(document(*number)).unwrap();
                store.as_ref().unwrap().delete(document(*number)).unwrap();
            }
            Operation::Compact(number) => {
                model.compact(document(*number)).unwrap();
                store.as_ref().unwrap().compact(document(*number)).unwrap();
            }
            Operation::Reopen => {
                // A store holds its place while it is open, so the old one goes first.
                drop(store.take());
                store = Some(place.open());
            }
        }
        let store = store.as_ref().unwrap();
        let mut listed = store.list().unwrap();
        listed.sort();
        assert_eq!(listed, model.list().unwrap());
        for document in listed {
            assert_eq!(store.load(document).unwrap(), model.load(document).unwrap());
        }
    }
}

fn long_change(number: u16, length: usize) -> StoredChange {
    let mut bytes = vec![0; length];
    bytes.extend_from_slice(&number.to_be_bytes());
    change(&bytes)
}
