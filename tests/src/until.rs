//! Waiting for something to become true, instead of for time to pass.

use anyhow::{Error, Result, bail};
use std::fmt::Display;
use std::time::{Duration, Instant};

/// How long a story waits for something that normally takes a moment. Long, because two cores play everything at once.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Time between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Looks until `look` answers with a value.
///
/// `look` says `Err` with what it saw as long as the condition does not hold; that, and the name of the condition, is the
/// failure when [`PATIENCE`] ends.
pub async fn eventually<T, S: Display>(
    what: &str,
    look: impl AsyncFnMut() -> Result<T, S>,
) -> Result<T> {
    within(PATIENCE, what, look).await
}

/// The same with another deadline.
pub async fn within<T, S: Display>(
    deadline: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Result<T, S>,
) -> Result<T> {
    let started = Instant::now();
    let mut looks = tokio::time::interval(LOOK_EVERY);
    loop {
        looks.tick().await;
        match look().await {
            Ok(value) => return Ok(value),
            Err(seen) if started.elapsed() > deadline => {
                bail!(
                    "not within {} s: {what}; seen last: {seen}",
                    deadline.as_secs()
                );
            }
            Err(_) => {}
        }
    }
}

/// `Ok` when the condition holds, else what was seen.
pub fn when<S: Display>(holds: bool, seen: S) -> Result<(), String> {
    if holds { Ok(()) } else { Err(seen.to_string()) }
}

/// An error as something seen: what fails now may work at the next look.
pub fn told(error: Error) -> String {
    format!("{error:#}")
}
