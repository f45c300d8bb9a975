//! What automerge itself writes is accepted, in every form in which it travels.

use super::histories::{REPLICAS, Writers, foreign_genesis, steps};
use super::{
    actor, chunks, code, document_id, edit, empty_prover, for_all, object, prover_of, sheet,
};
use crate::change::ChangeRecord;
use crate::guard::{
    Ledger, Refusal, ScannedChunk, ScannedMessage, expand_document, scan_chunk, scan_chunks,
    scan_message,
};
use crate::limits::Limits;
use crate::store::StoredChange;
use automerge::sync::{Message, State, SyncDoc};
use automerge::transaction::Transactable;
use automerge::{Automerge, ChangeHash};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use std::collections::BTreeSet;

/// A prover behind a room's waiting list: a Bloom filter now and then hides a change that the others build upon.
struct Guard {
    prover: Ledger,
    known: BTreeSet<ChangeHash>,
    waiting: Vec<ChangeRecord>,
}

impl Guard {
    fn new() -> Self {
        Self {
            prover: empty_prover(),
            known: BTreeSet::new(),
            waiting: Vec::new(),
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<ScannedMessage, Refusal> {
        let scanned = scan_message(bytes, &Limits::DEFAULT)?;
        for chunk in &scanned.chunks {
            match chunk {
                ScannedChunk::Change(change) => self.waiting.push(change.clone()),
                ScannedChunk::Document(bytes) => self
                    .waiting
                    .extend(expand_document(bytes, &Limits::DEFAULT)?),
            }
        }
        let mut ready: Vec<ChangeRecord> = Vec::new();
        while let Some(place) = self
            .waiting
            .iter()
            .position(|change| change.deps.iter().all(|dep| self.known.contains(dep)))
        {
            let change = self.waiting.remove(place);
            self.known.insert(change.hash);
            ready.push(change);
        }
        self.prover.prove(&chunks(&ready))?;
        Ok(scanned)
    }
}

/// Lets two documents synchronise until they have nothing to say, every message to `there` passing the guard first.
fn synchronise(
    here: &mut Automerge,
    there: &mut Automerge,
    guard: &mut Guard,
    first_form: bool,
) -> Result<(), TestCaseError> {
    let (mut states, mut silent) = ([State::new(), State::new()], 0);
    while silent < 2 {
        silent = 0;
        match here.generate_sync_message(&mut states[0]) {
            Some(mut message) => {
                if first_form {
                    message.flags = None;
                }
                let bytes = message.encode();
                let scanned = guard
                    .take(&bytes)
                    .map_err(|refusal| TestCaseError::fail(refusal.to_string()))?;
                let message = Message::decode(&bytes).unwrap();
                prop_assert_eq!(
                    (&scanned.heads, &scanned.need, &scanned.have),
                    (&message.heads, &message.need, &message.have)
                );
                there.receive_sync_message(&mut states[1], message).unwrap();
            }
            None => silent += 1,
        }
        match there.generate_sync_message(&mut states[1]) {
            Some(mut message) => {
                if first_form {
                    message.flags = None;
                }
                let bytes = message.encode();
                prop_assert!(scan_message(&bytes, &Limits::DEFAULT).is_ok());
                here.receive_sync_message(&mut states[0], Message::decode(&bytes).unwrap())
                    .unwrap();
            }
            None => silent += 1,
        }
    }
    prop_assert_eq!(here.get_heads(), there.get_heads());
    Ok(())
}

fn hashes(document: &Automerge) -> BTreeSet<ChangeHash> {
    document
        .get_changes(&[])
        .iter()
        .map(automerge::Change::hash)
        .collect()
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn every_message_that_automerge_generates_is_accepted() {
    for_all(
        150,
        &(steps(1..60), any::<bool>()),
        |(steps, first_form)| {
            let genesis = foreign_genesis();
            let mut writers = Writers::new(&genesis);
            let mut relay = Automerge::new_with_encoding(automerge::TextEncoding::Utf16CodeUnit)
                .with_actor(actor(99));
            let mut guard = Guard::new();
            for (place, step) in steps.iter().enumerate() {
                writers.perform(step);
                if place % 5 == 4 {
                    synchronise(
                        &mut writers.replicas[step.replica],
                        &mut relay,
                        &mut guard,
                        first_form,
                    )?;
                }
            }
            for number in 0..REPLICAS {
                synchronise(
                    &mut writers.replicas[number],
                    &mut relay,
                    &mut guard,
                    first_form,
                )?;
            }
            prop_assert_eq!(guard.known, hashes(&relay));
            prop_assert!(guard.waiting.is_empty());
            Ok(())
        },
    );
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn saved_documents_are_accepted_whole_and_taken_apart() {
    for_all(100, &steps(1..80), |steps| {
        let mut writers = Writers::new(&foreign_genesis());
        steps.iter().for_each(|step| writers.perform(step));
        let document = &mut writers.replicas[0];
        for saved in [document.save(), document.save_nocompress()] {
            let changes = expand_document(&saved, &Limits::DEFAULT).unwrap();
            let found: BTreeSet<_> = changes.iter().map(|change| change.hash).collect();
            prop_assert_eq!(found, hashes(document));
            let proved = empty_prover()
                .prove(&scan_chunks(&saved, &Limits::DEFAULT).unwrap())
                .unwrap();
            prop_assert_eq!(proved, changes);
        }
        // The changes one by one, deflated when they are long, and all in one submission.
        let mut all = Vec::new();
        for mut change in document.get_changes(&[]) {
            let bytes = change.bytes().into_owned();
            match scan_chunk(&bytes, &Limits::DEFAULT).unwrap() {
                ScannedChunk::Change(record) => {
                    prop_assert_eq!(&*record.bytes, change.raw_bytes());
                    prop_assert_eq!(record.hash, change.hash());
                    all.push(record);
                }
                ScannedChunk::Document(_) => prop_assert!(false),
            }
        }
        prop_assert_eq!(
            empty_prover().prove(&chunks(&all)).unwrap().len(),
            all.len()
        );
        let stored: Vec<_> = all.iter().map(StoredChange::from).collect();
        prop_assert!(Ledger::open(document_id(), &stored, Limits::DEFAULT).is_ok());
        Ok(())
    });
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_document_followed_by_changes_is_one_submission() {
    let mut document = sheet();
    let saved = document.save();
    let heads = document.heads();
    let text = object(&document, "text");
    edit(&mut document, |transaction| {
        transaction.splice_text(&text, 0, 0, &"a".repeat(900))
    });
    edit(&mut document, |transaction| {
        transaction.splice_text(&text, 3, 2, "👩‍🔧")
    });
    let bytes = [saved, document.reader().save_after(&heads)].concat();
    let proved = empty_prover()
        .prove(&scan_chunks(&bytes, &Limits::DEFAULT).unwrap())
        .unwrap();
    assert_eq!(proved, document.changes());
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn what_is_known_already_is_not_new() {
    let mut document = sheet();
    let mut prover = prover_of(&document);
    assert_eq!(prover.prove(&chunks(&document.changes())), Ok(vec![]));
    assert_eq!(
        prover.prove(&scan_chunks(&document.save(), &Limits::DEFAULT).unwrap()),
        Ok(vec![])
    );
    let change = edit(&mut document, |transaction| {
        transaction.put(automerge::ROOT, "title", "Bois")
    });
    let twice = chunks([&change, &change]);
    assert_eq!(prover.prove(&twice), Ok(vec![change]));
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_stored_change_under_another_name_does_not_open() {
    let mut stored: Vec<_> = sheet().changes().iter().map(StoredChange::from).collect();
    stored[0].hash = ChangeHash([0; 32]);
    assert_eq!(
        code(Ledger::open(document_id(), &stored, Limits::DEFAULT)),
        "malformed"
    );
}
