//! Messages and chunks that cost more than they should, or are not what they say: refused from their bytes alone.

use super::forge::{Forge, message, message_with_filter, prefixed, run, unsigned};
use super::{code, document_id, edit, empty_prover, object, sheet};
use crate::doc::{Document, Genesis, Kind};
use crate::guard::chunk::seal;
use crate::guard::{Refusal, ScannedChunk, expand_document, scan_chunk, scan_chunks, scan_message};
use crate::limits::Limits;
use automerge::sync::{BloomFilter, State, SyncDoc};
use automerge::transaction::Transactable;
use automerge::{ActorId, ROOT};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::io::Write;

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn scanned(bytes: &[u8]) -> &'static str {
    code(scan_chunk(bytes, &Limits::DEFAULT))
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_forge_makes_changes_that_are_accepted_as_long_as_they_are_right() {
    assert_eq!(scanned(&Forge::new().chunk()), "accepted");
    assert_eq!(
        scanned(&Forge::new().with_nulls(1_000, "a").chunk()),
        "accepted"
    );
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn bundles_and_unknown_chunks_are_refused() {
    let document = sheet();
    let hashes: Vec<_> = document
        .changes()
        .iter()
        .map(|change| change.hash)
        .collect();
    let bundle = document.reader().bundle(hashes).unwrap();
    assert_eq!(
        scan_chunk(bundle.bytes(), &Limits::DEFAULT),
        Err(Refusal::ChunkType(3))
    );
    assert_eq!(
        scan_chunk(&seal(200, &[]), &Limits::DEFAULT),
        Err(Refusal::ChunkType(200))
    );
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_wrong_checksum_is_refused_in_every_kind_of_chunk() {
    let mut document = sheet();
    let text = object(&document, "text");
    edit(&mut document, |transaction| {
        transaction.splice_text(&text, 0, 0, &"a".repeat(2_000))
    });
    let deflated = document.reader().get_changes(&[])[1]
        .clone()
        .bytes()
        .into_owned();
    assert_eq!(deflated[8], 2);
    for good in [
        document.save(),
        document.changes()[0].bytes.to_vec(),
        deflated,
    ] {
        assert_eq!(scanned(&good), "accepted");
        let mut bad = good;
        bad[5] ^= 1;
        assert_eq!(scan_chunk(&bad, &Limits::DEFAULT), Err(Refusal::Checksum));
    }
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_message_cut_anywhere_is_refused() {
    let mut document = sheet();
    let text = object(&document, "text");
    edit(&mut document, |transaction| {
        transaction.splice_text(&text, 0, 0, "une porte à raboter")
    });
    let mut state = State::new();
    let asked = sheet()
        .reader()
        .generate_sync_message(&mut State::new())
        .unwrap();
    let mut automerge = document.reader().clone();
    automerge.receive_sync_message(&mut state, asked).unwrap();
    let mut message = automerge.generate_sync_message(&mut state).unwrap();
    assert!(!message.changes.is_empty());
    message.flags = None;
    let bytes = message.encode();
    assert!(scan_message(&bytes, &Limits::DEFAULT).is_ok());
    for length in 0..bytes.len() {
        assert_eq!(
            code(scan_message(&bytes[..length], &Limits::DEFAULT)),
            "malformed",
            "cut at {length}"
        );
    }
    let saved = document.save();
    for length in 1..saved.len() {
        assert!(
            scan_chunks(&saved[..length], &Limits::DEFAULT).is_err(),
            "cut at {length}"
        );
    }
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn counts_beyond_the_bytes_or_the_limits_are_refused() {
    let scan = |bytes: &[u8]| code(scan_message(bytes, &Limits::DEFAULT));
    let huge = unsigned(u64::MAX);
    assert_eq!(scan(&[&[0x42][..], &huge].concat()), "too-large");
    assert_eq!(scan(&[&[0x42][..], &unsigned(9_000)].concat()), "malformed");
    assert_eq!(scan(&[&[0x42, 0][..], &huge].concat()), "too-large");
    assert_eq!(
        scan(&[&[0x42, 0, 0][..], &unsigned(17), &[0; 40]].concat()),
        "too-large"
    );
    assert_eq!(scan(&[&[0x42, 0, 0, 0][..], &huge].concat()), "too-large");
    // Entries of nothing would each cost automerge more than their byte.
    assert_eq!(
        scan(&[&[0x42, 0, 0, 0][..], &unsigned(1_000), &[0; 10_000]].concat()),
        "malformed"
    );
    assert_eq!(scan(&[0x44, 0, 0, 0, 0]), "malformed");
    assert_eq!(scan(&[]), "malformed");
    assert_eq!(scan(&[0x42, 0, 0, 0, 0]), "accepted");
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn bloom_filters_that_claim_too_much_are_refused() {
    let scan = |filter: &[u8]| code(scan_message(&message_with_filter(filter), &Limits::DEFAULT));
    let filter = |entries: u64, bits: u64, probes: u64, length: usize| {
        [
            unsigned(entries),
            unsigned(bits),
            unsigned(probes),
            vec![0; length],
        ]
        .concat()
    };
    let honest = BloomFilter::from_hashes(sheet().heads().iter());
    assert_eq!(scan(&honest.to_bytes()), "accepted");
    assert_eq!(scan(&[]), "accepted");
    assert_eq!(scan(&filter(1, 10, 4_000_000_000, 2)), "too-large");
    assert_eq!(scan(&filter(1, 0, 7, 0)), "malformed");
    assert_eq!(scan(&filter(4_000_000_000, 10, 7, 2)), "too-large");
    assert_eq!(scan(&filter(1, 4_000_000_000, 7, 2)), "too-large");
    assert_eq!(scan(&filter(1, 10, 0, 2)), "malformed");
    assert_eq!(scan(&filter(100, 10, 7, 124)), "malformed");
    assert_eq!(scan(&filter(100, 10, 7, 126)), "malformed");
    assert_eq!(scan(&filter(100, 10, 7, 125)), "accepted");
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn what_inflates_beyond_the_limit_is_refused() {
    let zeros = deflate(&vec![0; 64 << 20]);
    assert!(zeros.len() < 70_000);
    assert_eq!(scanned(&seal(2, &zeros)), "too-large");
    // A document with one deflated column of changes.
    let mut document = unsigned(0);
    document.extend(unsigned(0));
    document.extend([1, 0x35 | 8]);
    document.extend(unsigned(zeros.len() as u64));
    document.push(0);
    document.extend(&zeros);
    assert_eq!(scanned(&seal(0, &document)), "too-large");
    assert_eq!(
        code(expand_document(&seal(0, &document), &Limits::DEFAULT)),
        "too-large"
    );
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_change_that_would_not_fit_a_chunk_uncompressed_is_refused() {
    let mut document = sheet();
    let change = edit(&mut document, |transaction| {
        transaction.put(ROOT, "title", "x".repeat(3 << 20))
    });
    let contents = &change.bytes[change.bytes.len() - change_length(&change.bytes)..];
    let mut deflated = seal(2, &deflate(contents));
    deflated[4..8].copy_from_slice(&change.bytes[4..8]);
    assert!(deflated.len() < 10_000);
    assert_eq!(scanned(&deflated), "too-large");
    assert_eq!(scanned(&change.bytes), "too-large");
    assert_eq!(
        code(expand_document(&document.save(), &Limits::DEFAULT)),
        "too-large"
    );
}

fn change_length(chunk: &[u8]) -> usize {
    let prefix = chunk[9..].iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
    chunk.len() - 9 - prefix
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn run_lengths_beyond_the_limit_are_refused_without_being_walked() {
    let bomb = Forge::new().with_nulls(100_000_000, "a").chunk();
    assert!(bomb.len() < 100);
    let too_large = Refusal::TooLarge {
        what: "operations",
        found: 100_000_000,
        limit: Limits::DEFAULT.operations,
    };
    assert_eq!(scan_chunk(&bomb, &Limits::DEFAULT), Err(too_large));
    assert_eq!(
        scanned(&Forge::new().with_nulls(i64::MAX as u64, "a").chunk()),
        "too-large"
    );
    let most = Forge::new()
        .with_nulls(1, "a")
        .with_column(0x42, [unsigned(0x40), vec![1]].concat());
    assert_eq!(scanned(&most.chunk()), "malformed");
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn many_small_bombs_share_one_limit() {
    let bomb = |number: u8| {
        let mut forge = Forge::new().with_nulls(200_000, "a");
        forge.actor = vec![number; 20];
        forge.chunk()
    };
    assert_eq!(
        code(scan_message(&message(&[bomb(1)]), &Limits::DEFAULT)),
        "accepted"
    );
    let many: Vec<_> = (0..200).map(bomb).collect();
    assert_eq!(
        code(scan_message(&message(&many), &Limits::DEFAULT)),
        "too-large"
    );
    assert_eq!(
        code(scan_message(&message(&[many.concat()]), &Limits::DEFAULT)),
        "too-large"
    );
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_long_text_repeated_many_times_counts_as_often() {
    let bomb = Forge::new()
        .with_nulls(100_000, &"k".repeat(1 << 20))
        .chunk();
    assert_eq!(scanned(&bomb), "too-large");
    let mark_names = Forge::new()
        .with_nulls(100_000, "a")
        .with_column(0xa5, run(100_000, &prefixed(&[b'm'; 1 << 20])));
    assert_eq!(scanned(&mark_names.chunk()), "too-large");
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn columns_that_disagree_are_refused() {
    let good = Forge::new().with_nulls(3, "a");
    for (number, data) in [
        (0x15, run(4, &prefixed(b"a"))),
        (0x15, run(2, &prefixed(b"a"))),
        (0x34, unsigned(400_000)),
        (0x56, run(400_000, &[0])),
        // Three integers of one byte, and one byte.
        (0x56, run(3, &[0x14])),
        (0x57, vec![1]),
        // Three predecessors, and no names for them.
        (0x70, run(3, &[1])),
        (0x71, run(3, &[0])),
        (0x70, run(3, &unsigned(1 << 40))),
        // Deflated on its own, as only documents have.
        (0x42 | 8, deflate(&run(3, &[1]))),
        // A column that automerge would lose.
        (0x66, run(3, &[0])),
        (0x42, run(3, &[6])),
        (0x42, run(3, &[8])),
        (0x15, run(3, &prefixed(&[0xff]))),
        (0x42, vec![]),
    ] {
        let forged = good.clone().with_column(number, data.clone());
        assert!(
            scan_chunk(&forged.chunk(), &Limits::DEFAULT).is_err(),
            "column {number:#x} as {data:?}"
        );
    }
    assert_eq!(scanned(&good.chunk()), "accepted");
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn headers_that_no_one_writes_are_refused() {
    let refused = |alter: fn(&mut Forge)| {
        let mut forge = Forge::new().with_nulls(2, "a");
        alter(&mut forge);
        scanned(&forge.chunk())
    };
    assert_eq!(refused(|forge| forge.actor = vec![1; 70_000]), "too-large");
    assert_eq!(refused(|forge| forge.actor = vec![]), "malformed");
    assert_eq!(
        refused(|forge| forge.others = vec![vec![1; 20]]),
        "malformed"
    );
    assert_eq!(
        refused(|forge| forge.others = vec![vec![9; 20], vec![8; 20]]),
        "malformed"
    );
    assert_eq!(refused(|forge| forge.seq = 0), "malformed");
    assert_eq!(refused(|forge| forge.start_op = 0), "malformed");
    assert_eq!(
        refused(|forge| forge.start_op = u64::from(u32::MAX)),
        "too-large"
    );
    assert_eq!(refused(|forge| forge.seq = u64::MAX), "too-large");
    assert_eq!(refused(|forge| forge.time = i64::MIN), "malformed");
    assert_eq!(refused(|forge| forge.message = vec![0xc3]), "malformed");
    assert_eq!(
        refused(|forge| forge.deps = vec![sheet().heads()[0]; 2]),
        "malformed"
    );
    assert_eq!(refused(|forge| forge.time = 1_790_000_000), "accepted");
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_document_has_one_genesis_and_it_says_what_it_must() {
    let prove = |forge: &Forge| {
        let chunk = scan_chunk(&forge.chunk(), &Limits::DEFAULT).unwrap();
        code(empty_prover().prove(&[chunk]))
    };
    assert_eq!(prove(&Forge::new().with_nulls(1, "kind")), "genesis");
    assert_eq!(prove(&Forge::new()), "genesis");
    let mut orphan = Forge::new().with_nulls(1, "kind");
    orphan.deps = sheet().heads();
    assert_eq!(prove(&orphan), "genesis");

    let document = sheet();
    let mut prover = super::prover_of(&document);
    let second = scan_chunk(
        &Forge::new().with_nulls(1, "kind").chunk(),
        &Limits::DEFAULT,
    )
    .unwrap();
    assert_eq!(code(prover.prove(std::slice::from_ref(&second))), "genesis");

    let birth = |kind, space| {
        let genesis = Genesis {
            kind,
            schema: 1,
            space,
        };
        let actor = ActorId::from([5; 20]);
        let (_, change) =
            Document::birth(genesis, actor, crate::time::UnixMillis(0), |_| Ok(())).unwrap();
        code(empty_prover().prove(&[ScannedChunk::Change(change)]))
    };
    assert_eq!(birth(Kind::Territory, document_id()), "accepted");
    assert_eq!(birth(Kind::Territory, super::space()), "genesis");
    assert_eq!(birth(Kind::Needs, super::space()), "accepted");
    // What stands beside a sheet begins with the one change that follows from the sheet.
    assert_eq!(birth(Kind::Statements, super::space()), "genesis");
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_document_does_not_grow_beyond_its_limits() {
    let limits = Limits {
        operations: 2_000,
        changes: 10,
        ..Limits::DEFAULT
    };
    let mut document = sheet();
    let mut prover = crate::guard::Ledger::new(document_id(), limits);
    prover.prove(&super::chunks(&document.changes())).unwrap();
    let text = object(&document, "text");
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        let change = edit(&mut document, |transaction| {
            transaction.splice_text(&text, 0, 0, &"a".repeat(900))
        });
        outcomes.push(code(prover.prove(&super::chunks([&change]))));
    }
    assert_eq!(outcomes, ["accepted", "accepted", "too-large"]);

    let mut document = sheet();
    let mut prover = crate::guard::Ledger::new(document_id(), limits);
    for number in 0..10 {
        edit(&mut document, |transaction| {
            transaction.put(ROOT, "n", number)
        });
    }
    assert_eq!(
        code(prover.prove(&super::chunks(&document.changes()))),
        "too-large"
    );
    assert_eq!(
        code(prover.prove(&super::chunks(&document.changes()[..10]))),
        "accepted"
    );
}
