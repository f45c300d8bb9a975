//! Chunks: the scan takes bounded memory, and so does automerge with what it lets through.

#![no_main]

use automerge::Change;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use maillage_fuzz::mutation::{self, Dice};
use maillage_fuzz::{memory, panics};
use maillage_shared::guard::{ScannedChunk, expand_document, scan_chunk};
use maillage_shared::limits::Limits;

const LIMITS: Limits = Limits::DEFAULT;

fuzz_target!(|bytes: &[u8]| {
    match memory::within(64, || scan_chunk(bytes, &LIMITS)) {
        Ok(ScannedChunk::Change(record)) => memory::within(128, || {
            let change = Change::from_bytes(record.bytes.to_vec()).expect("it was scanned");
            assert_eq!(
                (change.hash(), change.deps()),
                (record.hash, &record.deps[..])
            );
            assert_eq!(change.decode().operations.len() as u64, record.operations);
            assert!(record.operations <= LIMITS.operations);
            assert!(record.bytes.len() <= LIMITS.chunk_bytes);
        }),
        Ok(ScannedChunk::Document(document)) => memory::within(256, || {
            if let Ok(changes) = panics::expected(|| expand_document(&document, &LIMITS)) {
                let operations: u64 = changes.iter().map(|change| change.operations).sum();
                assert!(changes.len() <= LIMITS.changes);
                assert!(operations <= LIMITS.operations);
            }
        }),
        Err(_) => {}
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let dice = &mut Dice::new(seed);
    mutation::replace(data, size, max_size, |bytes| {
        mutation::chunk(bytes, dice, &mut fuzzer_mutate)
    })
    .unwrap_or_else(|| fuzzer_mutate(data, size, max_size))
});
