//! Keeps a panic inside automerge from going further.

use super::Refusal;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `parse` or `apply` and turns a panic into [`Refusal::Crashes`].
///
/// What the closure was changing when it panicked must not be used again. In the browser a panic ends the program before
/// anything can be caught: there the scan alone has to refuse what would crash.
pub(super) fn contain<T>(work: impl FnOnce() -> T) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Refusal::Crashes)
}
