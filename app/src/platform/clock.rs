//! The phone's clock.

use maillage_shared::time::UnixMillis;

/// The time now, by the phone.
pub(crate) fn now() -> UnixMillis {
    // Whole milliseconds, far below 2^53.
    UnixMillis(js_sys::Date::now() as i64)
}
