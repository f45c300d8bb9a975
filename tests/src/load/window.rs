//! Time that is measured.

use std::time::Duration;

/// Lets a window of time pass in which a load goes on.
///
/// Everywhere else in these tests one waits for an event. A window is not a wait for anything: what happens in it is counted, and its
/// length is what the count is divided by, so it must be as long as was asked for whatever happens.
pub async fn pass(window: Duration) {
    tokio::time::sleep(window).await;
}
