//! Lists and maps in order, with little code: the sort of the standard library is compiled anew for each type it is used with, and phones
//! download all of it.

use litemap::LiteMap;
use std::cmp::Ordering;

/// Sorts by a key, which is made once for each item; equal ones stay as they were.
pub fn by_key<T, K: Ord>(items: &mut Vec<T>, key: impl FnMut(&T) -> K) {
    let keys: Vec<K> = items.iter().map(key).collect();
    let order = ordered(keys.len(), &mut |one, other| keys[one].cmp(&keys[other]));
    let mut taken: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(order.into_iter().filter_map(|at| taken.get_mut(at)?.take()));
}

/// A map of these pairs; of several with one key the last counts. Quick when they come in the order of their keys.
pub fn map<K: Ord, V>(pairs: impl IntoIterator<Item = (K, V)>) -> LiteMap<K, V> {
    let mut map = LiteMap::new();
    add(&mut map, pairs);
    map
}

/// Adds these pairs to a map.
pub fn add<K: Ord, V>(map: &mut LiteMap<K, V>, pairs: impl IntoIterator<Item = (K, V)>) {
    for (key, value) in pairs {
        map.insert(key, value);
    }
}

/// The numbers below `count` in the order that `compare` gives them: the one sort that there is.
fn ordered(count: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|one, other| compare(*one, *other));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn equal_keys_stay_as_they_were() {
        let mut words = vec!["deux", "un", "trois", "dix", "six", "vingt"];
        by_key(&mut words, |word| word.len());
        assert_eq!(words, ["un", "dix", "six", "deux", "trois", "vingt"]);
        by_key(&mut words, |word| std::cmp::Reverse(word.len()));
        assert_eq!(words, ["trois", "vingt", "deux", "dix", "six", "un"]);
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn the_last_value_of_a_key_counts() {
        let map = map([(2, 'a'), (1, 'b'), (2, 'c')]);
        let pairs: Vec<_> = map.iter().map(|(key, value)| (*key, *value)).collect();
        assert_eq!(pairs, [(1, 'b'), (2, 'c')]);
    }
}
