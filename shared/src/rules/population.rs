//! How large a territory may be.

/// The largest territory the Walloon call for projects accepts, in inhabitants (seed 0: "max. 15 000 habitants").
pub const LARGEST: u32 = 15_000;

/// Whether to warn that a territory is larger than the call for projects accepts. Nothing is refused: a territory may be wrong
/// about its number, or be outside that call.
pub fn is_too_large(population: Option<u32>) -> bool {
    population.is_some_and(|population| population > LARGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn a_territory_of_fifteen_thousand_is_not_too_large_and_one_more_is() {
        assert!(!is_too_large(Some(15_000)));
        assert!(is_too_large(Some(15_001)));
        assert!(!is_too_large(None));
    }
}
