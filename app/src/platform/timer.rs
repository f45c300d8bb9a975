//! One wake-up at a time.

use super::clock;
use leptos::web_sys;
use maillage_shared::time::UnixMillis;
use std::cell::Cell;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// Calls back at the time it was last set to, once.
pub(crate) struct WakeUp {
    callback: Closure<dyn Fn()>,
    /// The browser's handle, and when it rings.
    set: Cell<Option<(i32, UnixMillis)>>,
}

impl WakeUp {
    /// A wake-up that is not set.
    pub(crate) fn new(callback: impl Fn() + 'static) -> Self {
        Self {
            callback: Closure::new(callback),
            set: Cell::new(None),
        }
    }

    /// Rings at that time, or as soon as the browser lets it, in place of any time set before; never for `None`.
    pub(crate) fn set(&self, at: Option<UnixMillis>) {
        if self.set.get().map(|(_, at)| at) == at {
            return;
        }
        let Some(window) = web_sys::window() else {
            return;
        };
        if let Some((handle, _)) = self.set.take() {
            window.clear_timeout_with_handle(handle);
        }
        let Some(at) = at else {
            return;
        };
        // A browser's timers take up to 2^31 milliseconds; whoever set a later time is woken early and sets it again.
        let wait =
            at.0.saturating_sub(clock::now().0)
                .clamp(0, i64::from(i32::MAX));
        let handle = window.set_timeout_with_callback_and_timeout_and_arguments_0(
            self.callback.as_ref().unchecked_ref(),
            i32::try_from(wait).unwrap_or(i32::MAX),
        );
        // Refused only for a callback that is not a function.
        self.set.set(handle.ok().map(|handle| (handle, at)));
    }

    /// Must be called first when it rings: the time it was set to is over.
    pub(crate) fn rang(&self) {
        self.set.set(None);
    }
}
