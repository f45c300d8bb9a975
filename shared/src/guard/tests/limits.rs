//! Each limit of the guard, just under it and just over it.

use super::forge::{Forge, message, message_with_filter, unsigned};
use super::{code, document_id, edit, object, sheet};
use crate::guard::chunk::seal;
use crate::guard::{Ledger, Refusal, scan_chunk, scan_message};
use crate::limits::Limits;
use automerge::ROOT;
use automerge::transaction::Transactable;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::io::Write;

fn scanned(bytes: &[u8], limits: Limits) -> &'static str {
    code(scan_chunk(bytes, &limits))
}

/// The lowest limit with which something is accepted.
fn lowest(accepts: impl Fn(usize) -> bool) -> usize {
    let (mut refused, mut accepted) = (0, 1 << 24);
    assert!(accepts(accepted) && !accepts(refused));
    while accepted - refused > 1 {
        let middle = refused + (accepted - refused) / 2;
        if accepts(middle) {
            accepted = middle;
        } else {
            refused = middle;
        }
    }
    accepted
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn only_three_types_of_chunks_are_read_further() {
    for kind in 0..=u8::MAX {
        let is_read = scan_chunk(&seal(kind, &[]), &Limits::DEFAULT);
        let expected = (kind > 2).then_some(Refusal::ChunkType(kind));
        match expected {
            Some(refusal) => assert_eq!(is_read, Err(refusal)),
            None => assert_ne!(code(is_read), "chunk-type"),
        }
    }
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn bytes_of_a_chunk_and_bytes_of_a_chunk_once_inflated() {
    let mut document = sheet();
    let change = edit(&mut document, |transaction| {
        transaction.put(ROOT, "title", "abc".repeat(6_000))
    });
    // Magic number, checksum, type, and a length of three bytes.
    let head = 4 + 4 + 1 + 3;
    let contents = &change.bytes[head..];
    let limits = |chunk_bytes| Limits {
        chunk_bytes,
        ..Limits::DEFAULT
    };
    let length = contents.len();
    assert_eq!(scanned(&change.bytes, limits(length)), "accepted");
    assert_eq!(scanned(&change.bytes, limits(length - 1)), "too-large");

    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(contents).unwrap();
    let mut deflated = seal(2, &encoder.finish().unwrap());
    deflated[4..8].copy_from_slice(&change.bytes[4..8]);
    assert!(deflated.len() < 500);
    assert_eq!(scanned(&deflated, limits(length)), "accepted");
    assert_eq!(scanned(&deflated, limits(length - 1)), "too-large");

    // What is inflated and what it expands to share one account.
    let inflated = |inflated_bytes| Limits {
        inflated_bytes,
        ..Limits::DEFAULT
    };
    let needed = lowest(|bytes| scanned(&deflated, inflated(bytes)) == "accepted");
    assert!((length..3 * length).contains(&needed), "{needed}");
    assert_eq!(scanned(&deflated, inflated(needed - 1)), "too-large");
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn operations_that_a_run_length_claims() {
    let most = Limits::DEFAULT.operations;
    let claims = |count| {
        scanned(
            &Forge::new().with_nulls(count, "a").chunk(),
            Limits::DEFAULT,
        )
    };
    assert_eq!(claims(most), "accepted");
    assert_eq!(claims(most + 1), "too-large");
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn changes_of_a_message() {
    let limits = Limits {
        changes: 3,
        ..Limits::DEFAULT
    };
    let changes = |count: u8| {
        let chunks: Vec<_> = (0..count)
            .map(|number| {
                let mut forge = Forge::new().with_nulls(1, "a");
                forge.actor = vec![number; 20];
                forge.chunk()
            })
            .collect();
        code(scan_message(&message(&chunks), &limits))
    };
    assert_eq!((changes(3), changes(4)), ("accepted", "too-large"));
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn hashes_in_a_list_of_a_message() {
    let most = Limits::DEFAULT.hashes;
    let heads = |count: usize| {
        let bytes = [
            &[0x42][..],
            &unsigned(count as u64),
            &vec![0; 32 * count],
            &[0, 0, 0],
        ];
        code(scan_message(&bytes.concat(), &Limits::DEFAULT))
    };
    assert_eq!((heads(most), heads(most + 1)), ("accepted", "too-large"));
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn what_a_bloom_filter_claims() {
    let filter = |entries: u64, bits: u64, probes: u64| {
        let length = (entries * bits).div_ceil(8) as usize;
        let head = [unsigned(entries), unsigned(bits), unsigned(probes)].concat();
        let bytes = [head, vec![0; length]].concat();
        code(scan_message(&message_with_filter(&bytes), &Limits::DEFAULT))
    };
    let entries = u64::from(Limits::DEFAULT.bloom_entries);
    assert_eq!(filter(entries, 1, 7), "accepted");
    assert_eq!(filter(entries + 1, 1, 7), "too-large");
    assert_eq!(filter(100, 64, 7), "accepted");
    assert_eq!(filter(100, 65, 7), "too-large");
    assert_eq!(filter(100, 10, 32), "accepted");
    assert_eq!(filter(100, 10, 33), "too-large");
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn operations_bytes_and_changes_of_a_document() {
    let mut document = sheet();
    let text = object(&document, "text");
    for word in ["une ", "porte ", "à raboter"] {
        edit(&mut document, |transaction| {
            transaction.splice_text(&text, 0, 0, word)
        });
    }
    let changes = document.changes();
    // The scan of a message counts too, and each of these messages is far below the limits.
    let prove = |limits: Limits| {
        let mut ledger = Ledger::new(document_id(), limits);
        let outcomes = changes
            .iter()
            .map(|change| ledger.prove(&super::chunks([change])).map(|_| ()));
        let outcomes: Vec<Result<(), Refusal>> = outcomes.collect();
        let (last, before) = outcomes.split_last().unwrap();
        assert!(before.iter().all(Result::is_ok), "{before:?}");
        code(last.clone())
    };
    let operations: u64 = changes.iter().map(|change| change.operations).sum();
    let of_operations = |operations| Limits {
        operations,
        ..Limits::DEFAULT
    };
    assert_eq!(prove(of_operations(operations)), "accepted");
    assert_eq!(prove(of_operations(operations - 1)), "too-large");
    let of_changes = |changes| Limits {
        changes,
        ..Limits::DEFAULT
    };
    assert_eq!(prove(of_changes(changes.len())), "accepted");
    assert_eq!(prove(of_changes(changes.len() - 1)), "too-large");
    let of_bytes = |inflated_bytes| Limits {
        inflated_bytes,
        ..Limits::DEFAULT
    };
    let accepts = |bytes| {
        let mut ledger = Ledger::new(document_id(), of_bytes(bytes));
        ledger.prove(&super::chunks(&changes)).is_ok()
    };
    let bytes = lowest(accepts);
    assert_eq!(prove(of_bytes(bytes)), "accepted");
    assert_eq!(prove(of_bytes(bytes - 1)), "too-large");
}
