//! What waits to be sent on one connection, bounded by bytes.

use super::closing::Closing;
use futures_util::task::AtomicWaker;
use maillage_shared::id::DocumentId;
use maillage_shared::sync::room::ConnectionId;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use tokio_tungstenite::tungstenite::Bytes;

/// Words in passing that may wait; of more, the oldest is dropped.
const PASSING_FRAMES: usize = 64;

/// The sending half: rooms put frames here and never wait. Clones share the queue.
#[derive(Debug, Clone)]
pub(super) struct Outbound {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    queue: Mutex<Queue>,
    /// The connection's task.
    task: AtomicWaker,
    paused: AtomicBool,
    limit: usize,
}

#[derive(Debug, Default)]
struct Queue {
    frames: VecDeque<Bytes>,
    bytes: usize,
    passing: VecDeque<(Topic, Bytes)>,
    ping: bool,
    closing: Option<Closing>,
}

/// What a word in passing is about: a newer one takes the place of one that still waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Topic {
    /// Who said it.
    pub(super) from: ConnectionId,
    /// Where.
    pub(super) document: DocumentId,
}

/// What the connection is to send next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A binary frame of the protocol.
    Frame(Bytes),
    /// A WebSocket ping.
    Ping,
    /// Nothing more: close.
    Close(Closing),
}

impl Outbound {
    /// An empty queue that takes so many bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            shared: Arc::new(Shared {
                queue: Mutex::default(),
                task: AtomicWaker::new(),
                paused: AtomicBool::new(false),
                limit,
            }),
        }
    }

    /// Queues a frame. When too much waits already, the connection is closed: a frame is never dropped from a connection that goes on.
    pub(super) fn send(&self, frame: impl Into<Bytes>) {
        let frame = frame.into();
        self.change(|queue| {
            if queue.closing.is_some() {
                return;
            }
            // A single frame may be larger than the limit.
            if queue.bytes > 0 && queue.bytes + frame.len() > self.shared.limit {
                queue.close(Closing::Resync);
            } else {
                queue.bytes += frame.len();
                queue.frames.push_back(frame);
            }
        });
    }

    /// Queues a word in passing, to be sent when nothing else waits. On a slow connection only the newest of each topic arrives.
    pub(super) fn pass(&self, topic: Topic, frame: impl Into<Bytes>) {
        let frame = frame.into();
        self.change(|queue| {
            if queue.closing.is_some() {
                return;
            }
            queue.passing.retain(|(older, _)| *older != topic);
            if queue.passing.len() == PASSING_FRAMES {
                queue.passing.pop_front();
            }
            queue.passing.push_back((topic, frame));
        });
    }

    /// Has a WebSocket ping sent after what waits.
    pub(super) fn ping(&self) {
        self.change(|queue| queue.ping = true);
    }

    /// Has the connection closed; the first reason counts.
    pub(super) fn close(&self, closing: Closing) {
        self.change(|queue| {
            if queue.closing.is_none() {
                queue.close(closing);
            }
        });
    }

    /// Has the connection read no more; what it has received is still answered.
    pub(super) fn pause(&self) {
        self.shared.paused.store(true, Ordering::Relaxed);
        self.shared.task.wake();
    }

    /// Whether the connection is to read no more.
    pub(super) fn is_paused(&self) -> bool {
        self.shared.paused.load(Ordering::Relaxed)
    }

    /// Whether the connection is being closed: what it sent before is no longer wanted.
    pub(super) fn is_closing(&self) -> bool {
        self.queue().closing.is_some()
    }

    /// Whether the connection is being closed without waiting for what its peer does not read.
    pub(super) fn is_given_up(&self) -> bool {
        let queue = self.queue();
        let closing = queue.closing.as_ref();
        closing.is_some_and(|closing| !closing.sends_what_waits())
    }

    /// Bytes that wait to be sent.
    pub(super) fn waiting(&self) -> usize {
        self.queue().bytes
    }

    /// Why the connection is closed; that the peer left, while it is not.
    pub(super) fn closing(&self) -> Closing {
        self.queue().closing.clone().unwrap_or(Closing::Left)
    }

    /// Names the task to wake when anything here changes. There is one for each connection.
    pub(super) fn wake(&self, task: &Waker) {
        self.shared.task.register(task);
    }

    /// What to send next, if there is something.
    pub(super) fn try_next(&self) -> Option<Next> {
        let mut queue = self.queue();
        if let Some(frame) = queue.frames.pop_front() {
            queue.bytes -= frame.len();
            return Some(Next::Frame(frame));
        }
        if let Some(closing) = &queue.closing {
            return Some(Next::Close(closing.clone()));
        }
        if let Some((_, frame)) = queue.passing.pop_front() {
            return Some(Next::Frame(frame));
        }
        std::mem::take(&mut queue.ping).then_some(Next::Ping)
    }

    fn change(&self, change: impl FnOnce(&mut Queue)) {
        change(&mut self.queue());
        self.shared.task.wake();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing panics while it holds the lock.
        self.shared
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn close(&mut self, closing: Closing) {
        self.passing.clear();
        if !closing.sends_what_waits() {
            self.frames.clear();
            self.bytes = 0;
        }
        self.closing = Some(closing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(from: u64) -> Topic {
        Topic {
            from: ConnectionId(from),
            document: DocumentId::from_entropy([1; 16]),
        }
    }

    fn frames(outbound: &Outbound) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| outbound.try_next())
            .filter_map(|next| match next {
                Next::Frame(frame) => Some(frame.to_vec()),
                Next::Ping | Next::Close(_) => None,
            })
            .collect()
    }

    #[test]
    fn frames_leave_in_order_and_before_the_reason_to_close() {
        let outbound = Outbound::new(100);
        outbound.send(vec![1]);
        outbound.send(vec![2]);
        outbound.ping();
        outbound.close(Closing::Replaced);
        outbound.close(Closing::Silent);
        outbound.send(vec![3]);
        assert_eq!(outbound.try_next(), Some(Next::Frame(vec![1].into())));
        assert_eq!(outbound.try_next(), Some(Next::Frame(vec![2].into())));
        assert_eq!(outbound.try_next(), Some(Next::Close(Closing::Replaced)));
        assert_eq!(outbound.try_next(), Some(Next::Close(Closing::Replaced)));
    }

    #[test]
    fn a_reader_too_slow_is_told_to_start_over() {
        let outbound = Outbound::new(100);
        outbound.send(vec![0; 60]);
        outbound.send(vec![0; 40]);
        assert!(!outbound.is_closing());
        assert_eq!(outbound.waiting(), 100);
        outbound.send(vec![0; 1]);
        assert_eq!(outbound.waiting(), 0, "nothing is held for it any more");
        assert_eq!(outbound.try_next(), Some(Next::Close(Closing::Resync)));
        assert!(outbound.is_given_up());
    }

    #[test]
    fn one_frame_may_be_larger_than_the_limit() {
        let outbound = Outbound::new(100);
        outbound.send(vec![0; 200]);
        assert!(!outbound.is_closing());
    }

    #[test]
    fn what_was_sent_makes_room() {
        let outbound = Outbound::new(100);
        for _ in 0..10 {
            outbound.send(vec![0; 100]);
            assert!(matches!(outbound.try_next(), Some(Next::Frame(_))));
        }
        assert_eq!(outbound.try_next(), None);
    }

    #[test]
    fn words_in_passing_let_changes_go_first_and_replace_their_elders() {
        let outbound = Outbound::new(100);
        outbound.pass(topic(1), vec![1]);
        outbound.pass(topic(2), vec![2]);
        outbound.pass(topic(1), vec![3]);
        outbound.send(vec![4]);
        assert_eq!(frames(&outbound), [[4], [2], [3]]);
    }

    #[test]
    fn words_in_passing_that_nobody_reads_are_dropped_and_close_nothing() {
        let outbound = Outbound::new(100);
        for from in 0..PASSING_FRAMES as u64 + 10 {
            outbound.pass(topic(from), vec![from as u8; 50]);
        }
        assert!(!outbound.is_closing());
        let frames = frames(&outbound);
        assert_eq!((frames.len(), frames[0][0]), (PASSING_FRAMES, 10));
    }
}
