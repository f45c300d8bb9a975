//! An operation names only what its author had seen.

use super::*;

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
