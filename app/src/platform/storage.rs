//! Asking the browser not to clear what this phone keeps.

use leptos::web_sys;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Asks that nothing be cleared when the phone runs short of room, and returns the answer; `None` when the browser knows no such
/// question. Some browsers ask the person.
pub(crate) async fn persist() -> Option<bool> {
    let navigator = web_sys::window()?.navigator();
    // Absent outside https and localhost, and the typed getter would then hand out something unusable.
    let storage = js_sys::Reflect::get(&navigator, &JsValue::from_str("storage")).ok()?;
    if storage.is_undefined() {
        return None;
    }
    let answer = navigator.storage().persist().ok()?;
    JsFuture::from(answer).await.ok()?.as_bool()
}
