//! A submission is accepted as a whole or not at all.

use super::*;

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
