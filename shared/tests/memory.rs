//! What bombs cost: bytes that claim much more than they are take little memory to refuse.

// The allocator counts for the whole program, so there is one test, and a program of its own. Phones have the same code.
#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::unwrap_used,
    reason = "a test says what went wrong by stopping there, in its helpers too"
)]

use cap::Cap;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use maillage_shared::guard::{Refusal, scan_chunk};
use maillage_shared::limits::Limits;
use sha2::{Digest, Sha256};
use std::alloc::System;
use std::io::Write;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

fn unsigned(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// A chunk of this kind, with a right checksum.
fn chunk(kind: u8, contents: &[u8]) -> Vec<u8> {
    let body = [&[kind][..], &unsigned(contents.len() as u64), contents].concat();
    let checksum = Sha256::digest(&body);
    [&[0x85, 0x6f, 0x4a, 0x83][..], &checksum[..4], &body].concat()
}

/// 64 MiB of zeros, in 65 KB.
fn deflated_zeros() -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 64 << 20]).unwrap();
    encoder.finish().unwrap()
}

/// A saved document whose only column of changes inflates to 64 MiB.
fn deflated_document() -> Vec<u8> {
    let zeros = deflated_zeros();
    let column = [&[1, 0x35 | 8][..], &unsigned(zeros.len() as u64)].concat();
    chunk(0, &[&[0, 0][..], &column, &[0], &zeros].concat())
}

/// A change of 55 bytes that says it has a hundred million operations.
fn run_length_change() -> Vec<u8> {
    let mut contents = vec![0, 1, 7];
    // Sequence number, first operation, time, no message, no other actor.
    contents.extend([1, 1, 0, 0, 0]);
    let run = |value: &[u8]| [signed(100_000_000), value.to_vec()].concat();
    let columns = [
        (0x15, run(b"\x01a")),
        (0x34, unsigned(100_000_000)),
        (0x42, run(&[1])),
        (0x56, run(&[0])),
        (0x70, run(&[0])),
    ];
    contents.push(columns.len() as u8);
    for (number, data) in &columns {
        contents.extend([*number, data.len() as u8]);
    }
    contents.extend(columns.iter().flat_map(|(_, data)| data));
    chunk(1, &contents)
}

fn signed(mut number: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x40 {
        bytes.push(number as u8 & 0x7f | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// What scanning these bytes takes at most, and takes altogether.
fn cost(bytes: &[u8]) -> (usize, usize, Refusal) {
    let highest = ALLOCATOR.max_allocated();
    // What is taken now is made the highest there was, so that the rest shows.
    let filler = vec![0u8; highest - ALLOCATOR.allocated()];
    let before = (ALLOCATOR.max_allocated(), ALLOCATOR.total_allocated());
    let refusal = scan_chunk(bytes, &Limits::DEFAULT).unwrap_err();
    let most = ALLOCATOR.max_allocated() - before.0;
    let all = ALLOCATOR.total_allocated() - before.1;
    drop(filler);
    (most, all, refusal)
}

#[test]
fn bombs_cost_no_more_than_the_bytes_they_come_in_deserve() {
    for bomb in [chunk(2, &deflated_zeros()), deflated_document()] {
        assert!(bomb.len() < 70_000, "{} bytes", bomb.len());
        let (most, _, refusal) = cost(&bomb);
        assert_eq!(refusal.code(), "too-large", "{refusal}");
        assert!(most < 5_000_000, "{most} bytes for {refusal}");
    }
    let bomb = run_length_change();
    assert!(bomb.len() < 100, "{} bytes", bomb.len());
    let (_, all, refusal) = cost(&bomb);
    let expected = Refusal::TooLarge {
        what: "operations",
        found: 100_000_000,
        limit: Limits::DEFAULT.operations,
    };
    assert_eq!(refusal, expected);
    // Whoever walked its operations would take memory for each of them.
    assert!(all < 10_000, "{all} bytes altogether");
}
