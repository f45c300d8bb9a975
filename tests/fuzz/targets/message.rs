//! Sync messages: what the guard accepts, automerge applies in any order, saves and reads back.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use maillage_fuzz::mutation::{self, Dice};
use maillage_fuzz::{memory, sheet};
use maillage_shared::guard::scan_message;
use maillage_shared::limits::Limits;

fuzz_target!(|bytes: &[u8]| {
    let scanned = memory::within(64, || scan_message(bytes, &Limits::DEFAULT));
    if let Ok(message) = scanned
        && !message.chunks.is_empty()
    {
        sheet::prove(&message.chunks, true);
        sheet::prove(&message.chunks, false);
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let dice = &mut Dice::new(seed);
    mutation::replace(data, size, max_size, |bytes| {
        mutation::message(bytes, dice, &mut fuzzer_mutate)
    })
    .unwrap_or_else(|| fuzzer_mutate(data, size, max_size))
});
