//! The last word of the program when it stops: the page then says whether all is kept, and offers to reload.

use leptos::web_sys;
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, Ordering};
use wasm_bindgen::JsValue;

static STOPPED: AtomicBool = AtomicBool::new(false);
static ALL_KEPT: AtomicBool = AtomicBool::new(false);

/// Tells the log and the page when the program stops.
pub(crate) fn report() {
    std::panic::set_hook(Box::new(told));
}

/// Whether the program has stopped. What is in memory may then be half done: nothing of it may be kept or sent.
pub(crate) fn has_stopped() -> bool {
    STOPPED.load(Ordering::Relaxed)
}

/// Notes whether all that was written on this phone is kept there, for the page to say should the program stop now.
pub(crate) fn note_kept(all: bool) {
    ALL_KEPT.store(all, Ordering::Relaxed);
}

fn told(info: &PanicHookInfo<'_>) {
    if STOPPED.swap(true, Ordering::Relaxed) {
        return;
    }
    super::log::error(&info.to_string());
    // `public/boot.js` reads the detail.
    let about = web_sys::CustomEventInit::new();
    about.set_detail(&JsValue::from_bool(ALL_KEPT.load(Ordering::Relaxed)));
    let event = web_sys::CustomEvent::new_with_event_init_dict("maillage:panic", &about);
    if let (Some(window), Ok(event)) = (web_sys::window(), event) {
        // Fails only for an event that is already being dispatched.
        let _ = window.dispatch_event(&event);
    }
}
