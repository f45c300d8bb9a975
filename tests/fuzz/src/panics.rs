//! Panics that the guard is known to catch.

use std::panic::{set_hook, take_hook};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

static EXPECTED: AtomicBool = AtomicBool::new(false);

/// Does something in which a panic that is caught is no finding: taking whole documents apart, which automerge 0.12 does not always
/// survive. Only relays do that, and they catch it; phones refuse whole documents.
pub fn expected<T>(act: impl FnOnce() -> T) -> T {
    static HOOKED: Once = Once::new();
    // libFuzzer's hook ends the program before anything can be caught.
    HOOKED.call_once(|| {
        let hook = take_hook();
        set_hook(Box::new(move |panic| {
            if !EXPECTED.load(Ordering::Relaxed) {
                hook(panic);
            }
        }));
    });
    EXPECTED.store(true, Ordering::Relaxed);
    let done = act();
    EXPECTED.store(false, Ordering::Relaxed);
    done
}
