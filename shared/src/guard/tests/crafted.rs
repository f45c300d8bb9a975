//! Changes that are well formed and name what they must not: automerge would crash on most of them, or save a document that it
//! cannot read back.

use super::{actor, chunks, code, edit, object, prover_of, sheet};
use crate::change::ChangeRecord;
use crate::doc::Document;
use crate::guard::{Ledger, Refusal, ScannedChunk, scan_chunk};
use crate::limits::Limits;
use automerge::legacy::{ElementId, Key, ObjectId, Op, OpId, OpType};
use automerge::transaction::Transactable;
use automerge::{Change, ExpandedChange, ObjType, ROOT, ScalarValue};
use std::num::NonZeroU64;

/// What the guard says to a change after it was altered, first from its bytes and then for its document.
fn submit(
    prover: &mut Ledger,
    change: &ChangeRecord,
    alter: impl FnOnce(&mut ExpandedChange),
) -> &'static str {
    let mut expanded = Change::from_bytes(change.bytes.to_vec()).unwrap().decode();
    expanded.hash = None;
    alter(&mut expanded);
    let crafted = Change::from(expanded);
    code(prove_bytes(prover, crafted.raw_bytes()))
}

fn prove_bytes(prover: &mut Ledger, bytes: &[u8]) -> Result<Vec<ChangeRecord>, Refusal> {
    let chunk: ScannedChunk = scan_chunk(bytes, &Limits::DEFAULT)?;
    prover.prove(&[chunk])
}

/// A sheet with something in each container, its prover, and a copy in the hands of a second author.
fn scene() -> (Document, Ledger, Document) {
    let mut document = sheet();
    let [text, list, map] = ["text", "list", "map"].map(|key| object(&document, key));
    edit(&mut document, |transaction| {
        transaction.splice_text(&text, 0, 0, "bois")?;
        transaction.insert(&list, 0, 1)?;
        transaction.insert(&list, 1, 2)?;
        transaction.put(&map, "a", 1)?;
        transaction.put(&map, "b", ScalarValue::counter(1))
    });
    let prover = prover_of(&document);
    let mut other = Document::from_changes(&document.changes(), actor(2)).unwrap();
    other.set_actor(actor(2));
    (document, prover, other)
}

fn id(counter: u64, author: u8) -> OpId {
    OpId::new(counter, &actor(author))
}

/// An operation that puts 1 under `title` of the root.
fn put() -> Op {
    Op {
        action: OpType::Put(ScalarValue::Int(1)),
        obj: ObjectId::Root,
        key: Key::Map("title".into()),
        pred: vec![].into(),
        insert: false,
    }
}

/// The operations of [`scene`]: the genesis holds 1 kind, 2 schema, 3 space, 4 text, 5 list, 6 map; then 7 to 10 the letters, 11
/// and 12 the items, 13 and 14 under `a` and `b`. The next change starts at 15.
#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn an_operation_names_only_what_exists_and_fits() {
    let (_, mut prover, mut other) = scene();
    let honest = edit(&mut other, |transaction| transaction.put(ROOT, "title", 1));
    let [text, list, map] = [4, 5, 6].map(|counter| ObjectId::Id(id(counter, 1)));
    let element = |counter| Key::Seq(ElementId::Id(id(counter, 1)));
    let bad: Vec<(&str, Op)> = vec![
        (
            "an object that does not exist",
            Op {
                obj: ObjectId::Id(id(99, 1)),
                ..put()
            },
        ),
        (
            "an object that is a value",
            Op {
                obj: ObjectId::Id(id(1, 1)),
                ..put()
            },
        ),
        (
            "an object that is itself",
            Op {
                obj: ObjectId::Id(id(15, 2)),
                action: OpType::Make(ObjType::Map),
                ..put()
            },
        ),
        (
            "an object made later",
            Op {
                obj: ObjectId::Id(id(16, 2)),
                ..put()
            },
        ),
        (
            "a key in a list",
            Op {
                obj: list.clone(),
                ..put()
            },
        ),
        (
            "a key in a text",
            Op {
                obj: text.clone(),
                ..put()
            },
        ),
        (
            "an element in a map",
            Op {
                obj: map.clone(),
                key: element(11),
                insert: true,
                ..put()
            },
        ),
        (
            "an insertion into the root",
            Op {
                key: Key::Seq(ElementId::Head),
                insert: true,
                ..put()
            },
        ),
        (
            "an element that does not exist",
            Op {
                obj: list.clone(),
                key: element(99),
                insert: true,
                ..put()
            },
        ),
        (
            "an element of another list",
            Op {
                obj: list.clone(),
                key: element(7),
                insert: true,
                ..put()
            },
        ),
        (
            "an element that is a map",
            Op {
                obj: list.clone(),
                key: element(6),
                insert: true,
                ..put()
            },
        ),
        (
            "the list as its own element",
            Op {
                obj: list.clone(),
                key: element(5),
                insert: true,
                ..put()
            },
        ),
        (
            "a change of an element that does not exist",
            Op {
                obj: list.clone(),
                key: element(99),
                ..put()
            },
        ),
        (
            "a change of the start of a list",
            Op {
                obj: list.clone(),
                key: Key::Seq(ElementId::Head),
                ..put()
            },
        ),
        (
            "itself as its element",
            Op {
                obj: list.clone(),
                key: Key::Seq(ElementId::Id(id(15, 2))),
                insert: true,
                ..put()
            },
        ),
        (
            "a predecessor that does not exist",
            Op {
                pred: vec![id(99, 1)].into(),
                ..put()
            },
        ),
        (
            "a predecessor under another key",
            Op {
                pred: vec![id(1, 1)].into(),
                ..put()
            },
        ),
        (
            "a predecessor in another object",
            Op {
                pred: vec![id(13, 1)].into(),
                ..put()
            },
        ),
        (
            "itself as its predecessor",
            Op {
                pred: vec![id(15, 2)].into(),
                ..put()
            },
        ),
        (
            "two predecessors that are one",
            Op {
                obj: map.clone(),
                key: Key::Map("a".into()),
                pred: vec![id(13, 1), id(13, 1)].into(),
                ..put()
            },
        ),
        (
            "a predecessor in an insertion",
            Op {
                obj: list.clone(),
                key: element(11),
                pred: vec![id(11, 1)].into(),
                insert: true,
                ..put()
            },
        ),
        (
            "a deletion of nothing",
            Op {
                action: OpType::Delete,
                ..put()
            },
        ),
        (
            "a deletion of what does not exist",
            Op {
                action: OpType::Delete,
                pred: vec![id(99, 1)].into(),
                ..put()
            },
        ),
        (
            "an increment of nothing",
            Op {
                action: OpType::Increment(1),
                ..put()
            },
        ),
        (
            "a deletion that is inserted",
            Op {
                action: OpType::Delete,
                obj: list.clone(),
                key: element(11),
                insert: true,
                ..put()
            },
        ),
        (
            "a mark in a map",
            Op {
                action: OpType::MarkEnd(false),
                ..put()
            },
        ),
        (
            "the end of a mark that does not begin",
            Op {
                action: OpType::MarkEnd(true),
                obj: text.clone(),
                key: element(7),
                insert: true,
                ..put()
            },
        ),
        (
            "a table",
            Op {
                action: OpType::Make(ObjType::Table),
                ..put()
            },
        ),
        (
            "an actor whom nobody knows",
            Op {
                obj: ObjectId::Id(id(4, 77)),
                ..put()
            },
        ),
    ];
    for (what, op) in bad {
        let outcome = submit(&mut prover, &honest, |change| {
            change.operations = vec![op.clone()]
        });
        // The one mistake that only the whole text shows is left to automerge's own check.
        assert!(
            ["malformed", "does-not-apply"].contains(&outcome),
            "{what}: {outcome}"
        );
    }
    // The prover is as it was.
    assert_eq!(prover.prove(&chunks([&honest])), Ok(vec![honest]));
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn what_is_crafted_on_purpose_and_right_is_accepted() {
    let (_, mut prover, mut other) = scene();
    let honest = edit(&mut other, |transaction| transaction.put(ROOT, "title", 1));
    let outcome = submit(&mut prover, &honest, |change| {
        change.operations = vec![
            put(),
            Op {
                pred: vec![id(15, 2)].into(),
                ..put()
            },
            Op {
                action: OpType::Make(ObjType::List),
                key: Key::Map("list2".into()),
                ..put()
            },
            Op {
                obj: ObjectId::Id(id(17, 2)),
                key: Key::Seq(ElementId::Head),
                insert: true,
                ..put()
            },
            Op {
                action: OpType::Delete,
                obj: ObjectId::Id(id(17, 2)),
                key: Key::Seq(ElementId::Id(id(18, 2))),
                pred: vec![id(18, 2)].into(),
                ..put()
            },
        ];
    });
    assert_eq!(outcome, "accepted");
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn an_operation_names_only_what_its_author_had_seen() {
    let (mut document, mut prover, mut other) = scene();
    let honest = edit(&mut other, |transaction| transaction.put(ROOT, "title", 1));
    // The prover knows a list that the second author has not heard of.
    let concurrent = edit(&mut document, |transaction| {
        let list = transaction.put_object(ROOT, "news", ObjType::List)?;
        transaction.insert(&list, 0, 1)
    });
    prover.prove(&chunks([&concurrent])).unwrap();
    for op in [
        Op {
            obj: ObjectId::Id(id(15, 1)),
            key: Key::Seq(ElementId::Head),
            insert: true,
            ..put()
        },
        Op {
            key: Key::Map("news".into()),
            pred: vec![id(15, 1)].into(),
            ..put()
        },
    ] {
        assert_eq!(
            submit(&mut prover, &honest, |change| change.operations =
                vec![op.clone()]),
            "does-not-apply"
        );
        // Once it builds upon that list, it may.
        let after = |change: &mut ExpandedChange| {
            change.operations = vec![op.clone()];
            change.deps.push(concurrent.hash);
            change.start_op = NonZeroU64::new(17).unwrap();
        };
        let (_, mut fresh, _) = scene();
        fresh.prove(&chunks([&concurrent])).unwrap();
        assert_eq!(submit(&mut fresh, &honest, after), "accepted");
    }
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn changes_are_counted_without_gaps_or_repetition() {
    let (_, mut prover, mut other) = scene();
    let first = edit(&mut other, |transaction| transaction.put(ROOT, "title", 1));
    let second = edit(&mut other, |transaction| transaction.put(ROOT, "title", 2));
    let start = |number| NonZeroU64::new(number).unwrap();
    assert_eq!(
        submit(&mut prover, &first, |change| change.start_op = start(14)),
        "does-not-apply"
    );
    assert_eq!(
        submit(&mut prover, &first, |change| change.start_op = start(16)),
        "does-not-apply"
    );
    assert_eq!(
        submit(&mut prover, &first, |change| change.start_op =
            start(4_000_000_000)),
        "does-not-apply"
    );
    assert_eq!(
        submit(&mut prover, &first, |change| change.seq = 2),
        "does-not-apply"
    );
    assert_eq!(
        submit(&mut prover, &first, |change| change.seq = 0),
        "malformed"
    );
    assert_eq!(
        prover.prove(&chunks([&second])),
        Err(Refusal::Dependency(first.hash))
    );
    assert_eq!(
        prover.prove(&chunks([&second, &first])),
        Err(Refusal::Dependency(first.hash))
    );
    // The same place in the same actor's history, twice.
    assert_eq!(submit(&mut prover, &first, |_| {}), "accepted");
    assert_eq!(
        submit(&mut prover, &first, |change| change.time += 1),
        "does-not-apply"
    );
    // Its second change, as if it had forgotten its first.
    let forgetful = |change: &mut ExpandedChange| {
        change.deps = first.deps.clone();
        change.operations = vec![put()];
    };
    assert_eq!(submit(&mut prover, &second, forgetful), "does-not-apply");
    assert_eq!(prover.prove(&chunks([&first, &second])), Ok(vec![second]));
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_refusal_covers_the_whole_submission() {
    let (_, mut prover, mut other) = scene();
    let first = edit(&mut other, |transaction| {
        transaction.put(ROOT, "new key", 1)
    });
    let second = edit(&mut other, |transaction| transaction.put(ROOT, "title", 2));
    let mut expanded = Change::from_bytes(second.bytes.to_vec()).unwrap().decode();
    expanded.operations[0].obj = ObjectId::Id(id(99, 1));
    let crafted = ChangeRecord::from(&Change::from(expanded));
    assert_eq!(
        code(prover.prove(&chunks([&first, &crafted]))),
        "does-not-apply"
    );
    assert_eq!(
        prover.prove(&chunks([&first, &second])),
        Ok(vec![first, second])
    );
}
