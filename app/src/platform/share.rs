//! Giving words away: to another app of the phone, to the clipboard, to paper.

use leptos::web_sys;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Whether the phone offers to send words with another app.
pub(crate) fn can_send() -> bool {
    method("share").is_some()
}

/// Offers to send an address with another app; a person who thinks better of it changes nothing.
pub(crate) fn send(title: &str, url: &str) {
    let Some((navigator, share)) = method("share") else {
        return;
    };
    let what = js_sys::Object::new();
    for (key, value) in [("title", title), ("url", url)] {
        // Setting a property of a plain object cannot fail.
        let _ = js_sys::Reflect::set(&what, &key.into(), &value.into());
    }
    wait(share.call1(&navigator, &what), |_| ());
}

/// Puts words into the clipboard, and tells whether that was possible.
pub(crate) fn copy(words: &str, told: impl FnOnce(bool) + 'static) {
    let clipboard = web_sys::window()
        .map(|window| window.navigator())
        .and_then(|navigator| js_sys::Reflect::get(&navigator, &"clipboard".into()).ok())
        .filter(JsValue::is_object);
    let write = clipboard.as_ref().and_then(|clipboard| {
        let write = js_sys::Reflect::get(clipboard, &"writeText".into()).ok()?;
        write.dyn_into::<js_sys::Function>().ok()
    });
    // Browsers have no clipboard for pages that came without encryption.
    match clipboard.zip(write) {
        Some((clipboard, write)) => wait(write.call1(&clipboard, &words.into()), told),
        None => told(false),
    }
}

/// Prints the page.
pub(crate) fn print() {
    if let Some(window) = web_sys::window() {
        // Refused only where printing is forbidden altogether.
        let _ = window.print();
    }
}

/// A method of the navigator that not every browser has.
fn method(name: &str) -> Option<(web_sys::Navigator, js_sys::Function)> {
    let navigator = web_sys::window()?.navigator();
    let method = js_sys::Reflect::get(&navigator, &name.into()).ok()?;
    Some((navigator, method.dyn_into().ok()?))
}

fn wait(promised: Result<JsValue, JsValue>, told: impl FnOnce(bool) + 'static) {
    let promise = promised.and_then(JsCast::dyn_into::<js_sys::Promise>);
    match promise {
        Ok(promise) => spawn_local(async move { told(JsFuture::from(promise).await.is_ok()) }),
        Err(_) => told(false),
    }
}
