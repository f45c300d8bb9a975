//! Changes and their operations are counted without gaps or repetition.

use super::*;

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
        Err(Refusal::Dependency(first.hash).of(second.hash))
    );
    assert_eq!(
        prover.prove(&chunks([&second, &first])),
        Err(Refusal::Dependency(first.hash).of(second.hash))
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
