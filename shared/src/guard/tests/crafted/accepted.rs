//! What is crafted on purpose and right is accepted.

use super::*;

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
