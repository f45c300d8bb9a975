//! Where phones note what they wrote and what reached them, and hear when to write.

use super::pace::Pace;
use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Notes of one measurement; all phones share it, on one thread.
#[derive(Debug)]
pub struct Board {
    writing: watch::Sender<Option<Instant>>,
    measuring: Cell<bool>,
    tally: RefCell<Tally>,
    last_delivery: Cell<Option<Instant>>,
    longest_gap: Cell<Duration>,
    trouble: RefCell<Option<String>>,
}

/// What was counted while it was measured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Changes written.
    pub commits: u64,
    /// Deliveries that must follow: each change to each other phone of its room.
    pub expected: u64,
    /// Deliveries that were made.
    pub deliveries: u64,
    /// Payload that phones received, in bytes.
    pub bytes: u64,
    /// From commit to delivery, in microseconds.
    pub latencies: Vec<u32>,
    /// How much later than planned changes were written, in microseconds: whether the phones themselves kept up.
    pub lateness: Vec<u32>,
}

/// When a change was written.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    at: Instant,
    measured: bool,
}

impl Default for Board {
    fn default() -> Self {
        Self {
            writing: watch::Sender::new(None),
            measuring: Cell::new(false),
            tally: RefCell::default(),
            last_delivery: Cell::default(),
            longest_gap: Cell::default(),
            trouble: RefCell::default(),
        }
    }
}

impl Board {
    /// Has all writers start.
    pub fn start_writing(&self) {
        self.writing.send_replace(Some(Instant::now()));
    }

    /// Has all writers stop.
    pub fn stop_writing(&self) {
        self.writing.send_replace(None);
        self.measuring.set(false);
    }

    /// From now on, what is written and received counts.
    pub fn measure(&self) {
        *self.tally.borrow_mut() = Tally::default();
        self.last_delivery.set(Some(Instant::now()));
        self.longest_gap.set(Duration::ZERO);
        self.measuring.set(true);
    }

    /// What was counted; counting starts anew.
    pub fn take(&self) -> Tally {
        self.tally.take()
    }

    /// The longest time without any delivery since [`Board::measure`].
    pub fn longest_gap(&self) -> Duration {
        self.longest_gap.get()
    }

    /// Tells when writing starts (`Some`) and stops.
    pub(super) fn writing(&self) -> watch::Receiver<Option<Instant>> {
        self.writing.subscribe()
    }

    /// A phone has written a change that was due at this time; `others` are in its room.
    pub(super) fn committed(&self, due: Instant, others: usize) -> Stamp {
        let at = Instant::now();
        let measured = self.measuring.get();
        if measured {
            let mut tally = self.tally.borrow_mut();
            tally.commits += 1;
            tally.expected += others as u64;
            tally.lateness.push(microseconds(at - due));
        }
        Stamp { at, measured }
    }

    /// A change has reached a phone.
    pub(super) fn delivered(&self, stamp: Stamp) {
        let now = Instant::now();
        if self.measuring.get()
            && let Some(last) = self.last_delivery.replace(Some(now))
        {
            let gap = self.longest_gap.get();
            self.longest_gap.set(gap.max(now - last));
        }
        if stamp.measured {
            let mut tally = self.tally.borrow_mut();
            tally.deliveries += 1;
            tally.latencies.push(microseconds(now - stamp.at));
        }
    }

    /// A phone has received a message.
    pub(super) fn received(&self, bytes: usize) {
        self.tally.borrow_mut().bytes += bytes as u64;
    }

    /// Something went wrong; the first trouble is kept.
    pub(super) fn trouble(&self, what: String) {
        self.trouble.borrow_mut().get_or_insert(what);
    }

    /// The first thing that went wrong.
    pub fn first_trouble(&self) -> Option<String> {
        self.trouble.borrow().clone()
    }
}

/// A writer's rhythm, followed while the board says so; readers have none.
#[derive(Debug)]
pub(super) struct Turn {
    pace: Option<Pace>,
    writing: watch::Receiver<Option<Instant>>,
    started: Option<Instant>,
    next: u32,
}

impl Turn {
    pub(super) fn new(pace: Option<Pace>, board: &Board) -> Self {
        Self {
            pace,
            writing: board.writing(),
            started: None,
            next: 0,
        }
    }

    /// Waits until the next change is due, and returns when it was; may be dropped and called again.
    pub(super) async fn due(&mut self) -> Instant {
        let Some(pace) = self.pace else {
            return std::future::pending().await;
        };
        loop {
            let started = *self.writing.borrow_and_update();
            if started != self.started {
                self.started = started;
                // Whoever comes late does not catch up.
                self.next = started.map_or(0, |started| pace.next(started.elapsed()));
            }
            let Some(started) = started else {
                if self.writing.changed().await.is_err() {
                    // The measurement has ended.
                    std::future::pending::<()>().await;
                }
                continue;
            };
            let due = started + pace.due(self.next);
            tokio::select! {
                biased;
                _ = self.writing.changed() => {}
                () = tokio::time::sleep_until(due.into()) => return due,
            }
        }
    }

    /// The change that was due is written.
    pub(super) fn done(&mut self) {
        self.next += 1;
    }
}

fn microseconds(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}
