//! Whatever is done to the bytes or to the operations of honest changes: nothing crashes, and what is accepted makes equal
//! documents on every peer, in whatever order it arrives, and still does after saving and loading.

use super::histories::{Writers, foreign_genesis, steps};
use super::{chunks, empty_prover, for_all};
use crate::change::ChangeRecord;
use crate::doc::Document;
use crate::guard::chunk::seal;
use crate::guard::{Refusal, ScannedChunk, scan_chunks, scan_message};
use crate::limits::Limits;
use automerge::legacy::{ElementId, Key, ObjectId, Op, OpId, OpType};
use automerge::marks::Mark;
use automerge::sync::{State, SyncDoc};
use automerge::{
    ActorId, Change, ChangeHash, ExpandedChange, ObjType, ROOT, ReadDoc, ScalarValue, Span, Value,
};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use std::num::NonZeroU64;

/// In the browser nobody catches a panic, so a refusal must come before it.
fn check_not_crashed<T>(outcome: &Result<T, Refusal>) -> Result<(), TestCaseError> {
    prop_assert!(!matches!(outcome, Err(Refusal::Crashes)));
    Ok(())
}

/// Rebuilds a document from its changes on peers that get them in different orders and batches.
fn check_peers_agree(changes: &[ChangeRecord], choices: &[u16]) -> Result<(), TestCaseError> {
    let reader = || ActorId::from([0u8; 16]);
    let at_once = Document::from_changes(changes, reader()).unwrap();
    let mut one_by_one = Document::empty(reader());
    let mut shuffled = Document::empty(reader());
    changes.iter().for_each(|change| {
        one_by_one.import([change]).unwrap();
    });
    let mut left: Vec<&ChangeRecord> = changes.iter().collect();
    let mut arrived: Vec<ChangeHash> = Vec::new();
    let mut choices = choices.iter().cycle();
    while !left.is_empty() {
        let ready: Vec<usize> = (0..left.len())
            .filter(|place| left[*place].deps.iter().all(|dep| arrived.contains(dep)))
            .collect();
        let chosen = ready[usize::from(*choices.next().unwrap_or(&0)) % ready.len()];
        let change = left.remove(chosen);
        shuffled.import([change]).unwrap();
        arrived.push(change.hash);
    }
    for peer in [&at_once, &one_by_one, &shuffled] {
        prop_assert_eq!(peer.heads(), at_once.heads());
        let reloaded = Document::load(&peer.save(), reader()).unwrap();
        prop_assert_eq!(reloaded.heads(), at_once.heads());
        prop_assert_eq!(
            reloaded.reader().hydrate(None),
            at_once.reader().hydrate(None)
        );
        prop_assert_eq!(peer.reader().hydrate(None), at_once.reader().hydrate(None));
        prop_assert_eq!(rich_text(peer), rich_text(&at_once));
        prop_assert_eq!(rich_text(&reloaded), rich_text(&at_once));
    }
    Ok(())
}

/// The text under `text` with its marks and blocks.
fn rich_text(document: &Document) -> Option<(Vec<Mark>, Vec<Span>)> {
    let reader = document.reader();
    match reader.get(ROOT, "text") {
        Ok(Some((Value::Object(ObjType::Text), text))) => Some((
            reader.marks(&text).unwrap(),
            reader.spans(&text).unwrap().collect(),
        )),
        _ => None,
    }
}

/// Changes some bytes: overwritten, inserted or removed, where the numbers say.
fn mutate(bytes: &mut Vec<u8>, mutations: &[(u16, u8, u8)]) {
    for (place, kind, value) in mutations {
        let place = usize::from(*place) % bytes.len().max(1);
        match kind % 4 {
            _ if bytes.is_empty() => bytes.push(*value),
            0 => bytes.insert(place, *value),
            1 => {
                bytes.remove(place);
            }
            2 => bytes[place] ^= 1 << (value % 8),
            _ => bytes[place] = *value,
        }
    }
}

fn mutations() -> impl Strategy<Value = Vec<(u16, u8, u8)>> {
    proptest::collection::vec(any::<(u16, u8, u8)>(), 1..4)
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn mutated_messages_never_crash() {
    for_all(
        40 * 200,
        &(steps(1..15), mutations()),
        |(steps, mutations)| {
            let mut writers = Writers::new(&foreign_genesis());
            steps.iter().for_each(|step| writers.perform(step));
            let [here, there, _] = &mut writers.replicas[..] else {
                return Ok(());
            };
            let (mut ours, mut theirs) = (State::new(), State::new());
            let asked = there.generate_sync_message(&mut theirs).unwrap();
            here.receive_sync_message(&mut ours, asked).unwrap();
            if let Some(message) = here.generate_sync_message(&mut ours) {
                let mut bytes = message.encode();
                mutate(&mut bytes, &mutations);
                let scanned = scan_message(&bytes, &Limits::DEFAULT);
                check_not_crashed(&scanned)?;
                if let Ok(scanned) = scanned {
                    check_not_crashed(&empty_prover().prove(&scanned.chunks))?;
                }
            }
            Ok(())
        },
    );
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn mutated_changes_with_a_right_checksum_never_crash() {
    for_all(
        40 * 400,
        &(steps(1..12), any::<u16>(), mutations()),
        |(steps, which, mutations)| {
            let mut writers = Writers::new(&foreign_genesis());
            steps.iter().for_each(|step| writers.perform(step));
            let changes = writers.replicas[0].get_changes(&[]);
            let which = usize::from(which) % changes.len();
            let mut records: Vec<_> = changes.iter().map(ChangeRecord::from).collect();
            let bytes = &records[which].bytes;
            let header = 10 + bytes[9..].iter().position(|byte| byte & 0x80 == 0).unwrap();
            let mut contents = bytes[header..].to_vec();
            mutate(&mut contents, &mutations);
            let scanned = scan_chunks(&seal(1, &contents), &Limits::DEFAULT);
            check_not_crashed(&scanned)?;
            if let Ok([ScannedChunk::Change(mutated)]) = scanned.as_deref() {
                records.truncate(which);
                records.push(mutated.clone());
                let proved = empty_prover().prove(&chunks(&records));
                check_not_crashed(&proved)?;
                if let Ok(proved) = proved {
                    check_peers_agree(&proved, &[which as u16])?;
                }
            }
            Ok(())
        },
    );
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn mutated_operations_are_refused_or_harmless_everywhere() {
    let edits = proptest::collection::vec((any::<u16>(), any::<u8>(), any::<[u16; 3]>()), 1..4);
    for_all(600, &(steps(1..25), edits), |(steps, edits)| {
        let mut writers = Writers::new(&foreign_genesis());
        steps.iter().for_each(|step| writers.perform(step));
        // One after the other, the changes go to the prover, some of them replaced by a mutation that keeps the others valid:
        // what builds upon the original is left out.
        let mut prover = empty_prover();
        let mut accepted: Vec<ChangeRecord> = Vec::new();
        let all = writers.replicas[0].get_changes(&[]);
        for (place, change) in all.iter().enumerate() {
            let mut records = Vec::new();
            for (which, kind, numbers) in &edits {
                if usize::from(*which) % all.len() == place {
                    let mut expanded = change.decode();
                    expanded.hash = None;
                    alter(&mut expanded, *kind, *numbers);
                    if let Ok(chunks) =
                        scan_chunks(Change::from(expanded).raw_bytes(), &Limits::DEFAULT)
                    {
                        records.extend(chunks);
                    }
                }
            }
            records.push(ScannedChunk::Change(ChangeRecord::from(change)));
            for record in records {
                let outcome = prover.prove(std::slice::from_ref(&record));
                check_not_crashed(&outcome)?;
                accepted.extend(outcome.unwrap_or_default());
            }
        }
        if !accepted.is_empty() {
            check_peers_agree(
                &accepted,
                &edits.iter().flat_map(|edit| edit.2).collect::<Vec<_>>(),
            )?;
        }
        Ok(())
    });
}

/// Changes one thing in a change, as somebody would who looks for what hurts.
fn alter(change: &mut ExpandedChange, kind: u8, [which, first, second]: [u16; 3]) {
    let own = |back: u64| {
        let counter = (change.start_op.get() + u64::from(first % 4))
            .saturating_sub(back)
            .max(1);
        OpId::new(counter, &change.actor_id)
    };
    let (near, far) = (own(0), own(u64::from(second % 30)));
    let genesis = OpId::new(u64::from(second % 90) + 1, &super::actor(9));
    let known = [near, far, genesis][usize::from(first) % 3].clone();
    match kind % 16 {
        0 => {
            change.start_op = NonZeroU64::new(change.start_op.get() + u64::from(first % 3)).unwrap()
        }
        1 => {
            change.start_op = NonZeroU64::new(
                change
                    .start_op
                    .get()
                    .saturating_sub(u64::from(first % 9))
                    .max(1),
            )
            .unwrap()
        }
        2 => change.seq = change.seq.saturating_add_signed(i64::from(first % 3) - 1),
        3 => change.actor_id = super::actor(20 + (first % 4) as u8),
        4 => change.time = i64::from(first) << (second % 48),
        5 => change.extra_bytes = vec![second as u8; usize::from(first % 5)],
        6 => change.message = (first % 2 == 0).then(|| "m".repeat(usize::from(second % 50))),
        _ => {
            let length = change.operations.len().max(1);
            let Some(op) = change.operations.get_mut(usize::from(which) % length) else {
                return;
            };
            match kind % 16 {
                7 => {
                    op.obj = [ObjectId::Root, ObjectId::Id(known)][usize::from(second) % 2].clone()
                }
                8 => op.key = Key::Seq(ElementId::Id(known)),
                9 => {
                    op.key = [Key::Seq(ElementId::Head), Key::Map("a".into())]
                        [usize::from(second) % 2]
                        .clone()
                }
                10 => op.insert = !op.insert,
                11 => op.pred = op.pred.iter().cloned().chain([known]).collect(),
                12 => op.pred = op.pred.iter().skip(1).cloned().collect(),
                13 => op.action = action(first, second),
                14 => {
                    let copy: Op = op.clone();
                    change.operations.push(copy);
                }
                _ => {
                    change.operations.remove(usize::from(which) % length);
                }
            }
        }
    }
}

fn action(first: u16, second: u16) -> OpType {
    let number = i64::from(second) << (second % 48);
    match first % 9 {
        0 => OpType::Make(ObjType::Map),
        1 => OpType::Make(ObjType::List),
        2 => OpType::Make(ObjType::Text),
        3 => OpType::Make(ObjType::Table),
        4 => OpType::Delete,
        5 => OpType::Increment(number),
        6 => OpType::MarkEnd(second.is_multiple_of(2)),
        7 => OpType::MarkBegin(automerge::legacy::MarkData {
            name: "bold".into(),
            value: ScalarValue::Int(number),
            expand: second.is_multiple_of(2),
        }),
        _ => OpType::Put(ScalarValue::counter(number)),
    }
}
