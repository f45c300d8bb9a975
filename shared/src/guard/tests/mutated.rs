//! Whatever is done to the bytes of honest messages and changes: nothing crashes, and what is accepted makes equal documents on
//! every peer.

use super::histories::{Writers, foreign_genesis, steps};
use super::peers::check_agreement;
use super::{chunks, empty_prover, for_all};
use crate::change::ChangeRecord;
use crate::guard::chunk::seal;
use crate::guard::{Refusal, ScannedChunk, scan_chunks, scan_message};
use crate::limits::Limits;
use automerge::sync::{State, SyncDoc};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

/// In the browser nobody catches a panic, so a refusal must come before it.
pub(super) fn check_not_crashed<T>(outcome: &Result<T, Refusal>) -> Result<(), TestCaseError> {
    prop_assert!(!matches!(outcome, Err(Refusal::Crashes)));
    Ok(())
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
                    check_agreement(&proved, &[which as u16])?;
                }
            }
            Ok(())
        },
    );
}
