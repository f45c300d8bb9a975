//! Changes that automerge takes, and then crashes on another peer or cannot read back what it saved. Each was found by altering
//! honest changes at random.

use super::draft::{Draft, Row, RowKey};
use super::peers::check_agreement;
use super::{actor, chunks, edit, object, prover_of, sheet};
use crate::change::ChangeRecord;
use crate::doc::Document;
use crate::guard::{Ledger, Refusal, ScannedChunk, scan_chunk};
use crate::limits::Limits;
use automerge::marks::{ExpandMark, Mark};
use automerge::transaction::Transactable;
use automerge::{Change, ROOT, ReadDoc};

/// A sheet with a few letters, and a second author's copy.
fn scene() -> (Document, Document) {
    let mut document = sheet();
    let text = object(&document, "text");
    edit(&mut document, |transaction| {
        transaction.splice_text(&text, 0, 0, "bois")
    });
    let mut other = Document::from_changes(&document.changes(), actor(2)).unwrap();
    other.set_actor(actor(2));
    (document, other)
}

fn draft(change: &ChangeRecord) -> Draft {
    Draft::of(&Change::from_bytes(change.bytes.to_vec()).unwrap())
}

/// What the guard says to a change for this document; what it accepts must be harmless.
fn submit(document: &Document, chunk: &[u8]) -> Result<(), String> {
    let mut ledger: Ledger = prover_of(document);
    let proved = match scan_chunk(chunk, &Limits::DEFAULT) {
        Ok(ScannedChunk::Change(record)) => ledger.prove(&chunks([&record])),
        Ok(ScannedChunk::Document(_)) => Err(Refusal::Checksum),
        Err(refusal) => Err(refusal),
    };
    let new = proved.map_err(|refusal| refusal.to_string())?;
    let all: Vec<ChangeRecord> = document.changes().into_iter().chain(new).collect();
    check_agreement(&all, &[1, 2, 3]).unwrap();
    Ok(())
}

fn assert_refused(outcome: Result<(), String>, why: &str) {
    match outcome {
        Ok(()) => panic!("accepted instead of: {why}"),
        Err(found) => assert!(found.contains(why), "{found}, instead of: {why}"),
    }
}

/// automerge takes the operation before an end of a mark for its beginning, and does not load a document where it comes later.
#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_mark_ends_after_it_begins_and_right_after_it_was_begun() {
    let (document, mut other) = scene();
    let text = object(&other, "text");
    let mark = Mark::new("bold".into(), true, 1, 3);
    let honest = draft(&edit(&mut other, |transaction| {
        transaction.mark(&text, mark, ExpandMark::Both)
    }));
    let [begin, end] = &honest.rows[..] else {
        panic!("a mark is not two operations");
    };
    let with = |rows: Vec<Row>| {
        let rows = Draft {
            rows,
            ..honest.clone()
        };
        submit(&document, &rows.forge().chunk())
    };
    let at = |row: &Row, key: &RowKey| Row {
        key: key.clone(),
        ..row.clone()
    };
    let after_begin = RowKey {
        element: Some(honest.id(0)),
        ..RowKey::default()
    };
    let head = RowKey {
        head: true,
        ..RowKey::default()
    };
    assert_eq!(with(vec![begin.clone(), end.clone()]), Ok(()));
    assert_eq!(with(vec![begin.clone(), at(end, &after_begin)]), Ok(()));
    assert_eq!(with(vec![at(begin, &head), end.clone()]), Ok(()));
    for rows in [
        vec![at(begin, &end.key), at(end, &begin.key)],
        vec![begin.clone(), at(end, &begin.key)],
        vec![begin.clone(), at(end, &head)],
        vec![at(begin, &head), at(end, &head)],
    ] {
        assert_refused(with(rows), "a mark ends before it begins");
    }
    assert_refused(with(vec![end.clone()]), "a mark ends that does not begin");
    assert_refused(with(vec![begin.clone()]), "a mark does not end");
    let letter = Row {
        action: 1,
        mark: None,
        expand: false,
        ..begin.clone()
    };
    assert_refused(
        with(vec![begin.clone(), letter.clone(), end.clone()]),
        "a mark does not end",
    );
    assert_refused(
        with(vec![letter, end.clone()]),
        "a mark ends that does not begin",
    );
    assert_refused(
        with(vec![begin.clone(), begin.clone(), end.clone(), end.clone()]),
        "a mark begins in the wrong place",
    );
}

/// automerge does not keep the bytes of a change: from a saved document it writes them anew, and their hash must be the same.
#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn columns_are_encoded_as_automerge_encodes_them() {
    let (document, mut other) = scene();
    let honest = draft(&edit(&mut other, |transaction| {
        for (value, key) in ["a", "b", "c", "c"].into_iter().enumerate() {
            transaction.put(ROOT, key, value as i64)?;
        }
        Ok(())
    }));
    assert_eq!(honest.rows.len(), 4);
    let with = |column: u32, data: &[u8]| {
        let forge = honest.forge().with_column(column, data.to_vec());
        submit(&document, &forge.chunk())
    };
    let keys = |runs: &[&[u8]]| with(0x15, &runs.concat());
    // Literals `a` and `b`, then twice `c`.
    assert_eq!(keys(&[&[0x7e, 1, b'a', 1, b'b'], &[2, 1, b'c']]), Ok(()));
    let shortest = "shortest form";
    assert_refused(
        keys(&[&[0x7d, 1, b'a', 1, b'b', 1, b'c'], &[0x7f, 1, b'c']]),
        "literals are cut in two",
    );
    assert_refused(
        keys(&[&[0x7c, 1, b'a', 1, b'b', 1, b'c', 1, b'c']]),
        shortest,
    );
    assert_refused(
        keys(&[&[0x7d, 1, b'a', 1, b'b', 1, b'c'], &[1, 1, b'c']]),
        shortest,
    );
    assert_refused(
        keys(&[&[0x7f, 1, b'a'], &[1, 1, b'b'], &[2, 1, b'c']]),
        "a run of one is not a run",
    );
    let nothing = "says nothing and is not left out";
    assert_refused(with(0x01, &[0, 4]), nothing);
    assert_refused(with(0x11, &[]), nothing);
    assert_refused(with(0x94, &[4]), nothing);
    assert_refused(with(0xa5, &[0, 4]), nothing);
    assert_refused(with(0x71, &[]), nothing);
}

/// A saved document says of a change how high its numbers go; automerge takes all since its causes for its operations.
#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_change_that_skips_numbers_has_operations() {
    let (mut document, mut other) = scene();
    let mut honest = draft(&edit(&mut other, |transaction| {
        transaction.put(ROOT, "a", 1)
    }));
    edit(&mut document, |transaction| transaction.put(ROOT, "b", 1));
    let with = |draft: &Draft| submit(&document, &draft.forge().chunk());
    assert_eq!(with(&honest), Ok(()));
    honest.start_op += 1;
    assert_eq!(with(&honest), Ok(()));
    honest.rows.clear();
    assert_refused(with(&honest), "it skips numbers and has no operations");
    honest.start_op -= 1;
    assert_eq!(with(&honest), Ok(()));
}

/// For each number that was skipped automerge may take the room of an operation.
#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn numbers_are_not_skipped_without_end() {
    let limits = Limits {
        operations: 1_000,
        ..Limits::DEFAULT
    };
    let mut document = sheet();
    let genesis = document.heads();
    let text = object(&document, "text");
    edit(&mut document, |transaction| {
        transaction.splice_text(&text, 0, 0, &"a".repeat(900))
    });
    let (mut ledger, _) = Ledger::open(
        super::document_id(),
        &document
            .changes()
            .iter()
            .map(crate::store::StoredChange::from)
            .collect::<Vec<_>>(),
        limits,
    )
    .unwrap();
    let outcomes = (0..8).map(|number| {
        let mut editor = document.reader().clone().with_actor(actor(10 + number));
        let mut old = editor
            .transaction_at(automerge::PatchLog::inactive(), &genesis)
            .unwrap();
        old.put(ROOT, "title", 1).unwrap();
        let change = old.commit().0.unwrap();
        let change = ChangeRecord::from(&editor.get_change_by_hash(&change).unwrap());
        super::code(ledger.prove(&chunks([&change])))
    });
    let outcomes: Vec<_> = outcomes.collect();
    assert_eq!(outcomes[..5], ["accepted"; 5]);
    assert_eq!(outcomes[5..], ["too-large"; 3]);
}

/// Once a part of a text has two values, and the older of them goes, automerge crashes.
#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_part_of_a_text_is_not_changed_in_place() {
    let (document, mut other) = scene();
    let text = object(&other, "text");
    let change = edit(&mut other, |transaction| transaction.put(&text, 1, "a"));
    assert_refused(
        submit(&document, &change.bytes),
        "a part of a text is changed in place",
    );
}

/// Whatever bits it has, a number that is none comes back as it was.
#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_number_that_is_none_keeps_its_bits() {
    let (document, mut other) = scene();
    let mut honest = draft(&edit(&mut other, |transaction| {
        transaction.put(ROOT, "a", 1.0)
    }));
    for bits in [f64::NAN.to_bits(), u64::MAX, 0xfff0_0000_0000_0001] {
        honest.rows[0].value = bits.to_le_bytes().to_vec();
        let Ok(ScannedChunk::Change(record)) =
            scan_chunk(&honest.forge().chunk(), &Limits::DEFAULT)
        else {
            panic!("refused");
        };
        assert_eq!(
            prover_of(&document).prove(&chunks([&record])),
            Ok(vec![record.clone()])
        );
        let mut with = document.clone();
        with.import([&record]).unwrap();
        let reloaded = Document::load(&with.save(), actor(0)).unwrap();
        assert_eq!(reloaded.heads(), with.heads());
    }
}
