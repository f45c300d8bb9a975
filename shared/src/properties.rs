//! How property tests run: with the same cases every time, here and in the browser, where there is neither a system's randomness nor a
//! file to keep failures in. `PROPTEST_RNG_SEED` draws other cases.

use proptest::test_runner::{Config, RngSeed};

/// So many cases; an eighth of them in the browser, which is slower.
pub(crate) fn cases(cases: u32) -> Config {
    Config {
        cases: if cfg!(target_arch = "wasm32") {
            cases.div_ceil(8)
        } else {
            cases
        },
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(2026),
        ..Config::default()
    }
}
