//! Panics of libraries that are expected on damaged or hostile input: caught and told once, as an error of whoever called.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};

thread_local! {
    /// Whether a panic of this thread is about to be caught and told by someone.
    static CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// Makes every panic one line of the log; those that are caught anyway only show at the level `debug`.
pub fn log() {
    panic::set_hook(Box::new(|info| {
        let message = message(info.payload());
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        if CAUGHT.get() {
            tracing::debug!(%message, %place, "caught a panic");
        } else {
            tracing::error!(%message, %place, "a thread panicked");
        }
    }));
}

/// Runs something that may panic and returns the panic's message if it does. The caller throws away what it was working on.
pub(crate) fn catch<T>(act: impl FnOnce() -> T) -> Result<T, String> {
    let before = CAUGHT.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(act));
    CAUGHT.set(before);
    result.map_err(|payload| message(payload.as_ref()))
}

fn message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| {
            payload
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
        })
        .unwrap_or_else(|| "a panic without a message".to_owned())
}
