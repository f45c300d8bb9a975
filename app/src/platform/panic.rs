//! The last word of the program when it stops: the page then says that the work is safe and offers to reload.

use leptos::web_sys;
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, Ordering};

static STOPPED: AtomicBool = AtomicBool::new(false);

/// Tells the log and the page when the program stops.
pub(crate) fn report() {
    std::panic::set_hook(Box::new(told));
}

/// Whether the program has stopped. What is in memory may then be half done: nothing of it may be kept or sent.
pub(crate) fn has_stopped() -> bool {
    STOPPED.load(Ordering::Relaxed)
}

fn told(info: &PanicHookInfo<'_>) {
    if STOPPED.swap(true, Ordering::Relaxed) {
        return;
    }
    super::log::error(&info.to_string());
    let event = web_sys::Event::new("maillage:panic");
    if let (Some(window), Ok(event)) = (web_sys::window(), event) {
        // Fails only for an event that is already being dispatched.
        let _ = window.dispatch_event(&event);
    }
}
