//! Frames: what can be read is written so that it reads the same again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use maillage_fuzz::memory;
use maillage_shared::wire::Frame;

fuzz_target!(|bytes: &[u8]| {
    memory::within(1, || {
        if let Ok(frame) = Frame::decode(bytes) {
            assert_eq!(Frame::decode(&frame.encode()), Ok(frame));
        }
    });
});
