//! What is going to happen, and when.

use crate::id::DocumentId;
use crate::sync::room::{BatchId, ConnectionId};
use crate::time::UnixMillis;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// What is under way.
#[derive(Debug)]
pub(super) enum Event {
    Opened {
        phone: usize,
        connection: ConnectionId,
    },
    DialFailed {
        phone: usize,
        dial: u64,
    },
    ToRelay {
        connection: ConnectionId,
        bytes: Vec<u8>,
    },
    ToPhone {
        connection: ConnectionId,
        bytes: Vec<u8>,
    },
    Closed {
        phone: usize,
        connection: ConnectionId,
    },
    Left {
        connection: ConnectionId,
    },
    Kept {
        phone: usize,
        start: u64,
        document: DocumentId,
    },
    Wake {
        phone: usize,
        start: u64,
    },
    Flushed {
        start: u64,
        document: DocumentId,
        batch: BatchId,
    },
    RetryFlush {
        start: u64,
        document: DocumentId,
        batch: BatchId,
    },
}

/// Events in the order of their times; those of one time in the order in which they were put here.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    events: BTreeMap<u64, Event>,
    times: BinaryHeap<Reverse<(UnixMillis, u64)>>,
    numbers: u64,
}

impl Agenda {
    pub(super) fn put(&mut self, at: UnixMillis, event: Event) {
        self.numbers += 1;
        self.events.insert(self.numbers, event);
        self.times.push(Reverse((at, self.numbers)));
    }

    /// The next event, if it is due by then.
    pub(super) fn take_until(&mut self, end: UnixMillis) -> Option<(UnixMillis, Event)> {
        let Reverse((at, number)) = *self.times.peek().filter(|next| next.0.0 <= end)?;
        self.times.pop();
        self.events.remove(&number).map(|event| (at, event))
    }

    /// Whether anything but an alarm is on its way.
    pub(super) fn is_moving(&self) -> bool {
        self.events
            .values()
            .any(|event| !matches!(event, Event::Wake { .. }))
    }
}
