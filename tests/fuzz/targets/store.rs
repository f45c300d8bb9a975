//! What lies on a relay's disk: damage is told from what is intact, and what is intact is written as it was.

#![no_main]

use libfuzzer_sys::fuzz_target;
use maillage_fuzz::memory;
use maillage_server::store::fuzzing;

fuzz_target!(|bytes: &[u8]| memory::within(256, || fuzzing::decode(bytes)));
