//! All open connections: pinged in turn, given up when silent, told when the relay stops.

use super::closing::Closing;
use super::outbound::Outbound;
use maillage_shared::sync::room::ConnectionId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// Connections are pinged in so many groups, one after the other, so that thousands do not answer in one instant.
const GROUPS: u32 = 16;

/// The connections of a relay.
#[derive(Debug)]
pub(super) struct Connections {
    state: Mutex<State>,
    start: Instant,
}

#[derive(Debug, Default)]
struct State {
    open: HashMap<ConnectionId, Entry>,
    paused: bool,
    closing: Option<Closing>,
}

#[derive(Debug)]
struct Entry {
    outbound: Outbound,
    heard: Heard,
}

/// When a peer was last heard of.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    start: Instant,
    /// Milliseconds after `start`.
    last: Arc<AtomicU64>,
}

impl Heard {
    fn since(start: Instant) -> Self {
        let heard = Self {
            start,
            last: Arc::default(),
        };
        heard.note();
        heard
    }

    /// The peer was heard now.
    pub(super) fn note(&self) {
        let now = self.start.elapsed().as_millis() as u64;
        self.last.store(now, Ordering::Relaxed);
    }

    fn silence(&self) -> Duration {
        let last = Duration::from_millis(self.last.load(Ordering::Relaxed));
        self.start.elapsed().saturating_sub(last)
    }
}

impl Connections {
    /// There are none yet.
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::default(),
            start: Instant::now(),
        }
    }

    /// Adds a connection; the answer is to be told whenever its peer is heard.
    pub(super) fn enter(&self, id: ConnectionId, outbound: Outbound) -> Heard {
        let heard = Heard::since(self.start);
        let mut state = self.state();
        if state.paused {
            outbound.pause();
        }
        if let Some(closing) = &state.closing {
            outbound.close(closing.clone());
        }
        let entry = Entry {
            outbound,
            heard: heard.clone(),
        };
        state.open.insert(id, entry);
        heard
    }

    /// Removes a connection.
    pub(super) fn leave(&self, id: ConnectionId) {
        self.state().open.remove(&id);
    }

    /// Has no connection read any more, now and later.
    pub(super) fn pause(&self) {
        let mut state = self.state();
        state.paused = true;
        let open = state.open.values();
        open.for_each(|entry| entry.outbound.pause());
    }

    /// Has every connection closed, now and later.
    pub(super) fn close(&self, closing: &Closing) {
        let mut state = self.state();
        state.closing = Some(closing.clone());
        let open = state.open.values();
        open.for_each(|entry| entry.outbound.close(closing.clone()));
    }

    /// How many connections there are, and how many bytes wait to be sent on them.
    pub(super) fn present(&self) -> (usize, usize) {
        let state = self.state();
        let waiting = state.open.values().map(|entry| entry.outbound.waiting());
        (state.open.len(), waiting.sum())
    }

    /// Pings everyone once in every `period` and gives up those who have not been heard for `silence`; never returns.
    pub(super) async fn beat(&self, period: Duration, silence: Duration) {
        let mut ticks = interval(period / GROUPS);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut group = 0;
        loop {
            ticks.tick().await;
            group = (group + 1) % u64::from(GROUPS);
            let state = self.state();
            let due = state
                .open
                .iter()
                .filter(|(id, _)| id.0 % u64::from(GROUPS) == group);
            for (_, entry) in due {
                if entry.heard.silence() >= silence {
                    entry.outbound.close(Closing::Silent);
                } else {
                    entry.outbound.ping();
                }
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
