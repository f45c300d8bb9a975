//! Randomness from the browser, good enough for keys.

use leptos::web_sys;

/// Fresh random bytes.
///
/// # Panics
/// When the browser has no source of randomness: keys and ids that repeat would mix people and changes up, so the program stops.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let drawn = web_sys::window()
        .and_then(|window| window.crypto().ok())
        .is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok());
    assert!(drawn, "the browser has no source of randomness");
    bytes
}
