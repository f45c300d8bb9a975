//! An operation names only what exists, and fits what it is put into.

use super::*;

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
