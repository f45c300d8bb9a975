//! The browser's console, for those who look into a problem; nothing in it is meant for the person.

use leptos::web_sys;
use wasm_bindgen::JsValue;

/// Something that went wrong and was dealt with.
pub(crate) fn warn(words: &str) {
    web_sys::console::warn_1(&JsValue::from_str(words));
}

/// Something that stopped the program.
pub(crate) fn error(words: &str) {
    web_sys::console::error_1(&JsValue::from_str(words));
}
