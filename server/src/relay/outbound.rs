//! What waits to be sent on one connection, bounded by bytes.

use super::closing::Closing;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::Bytes;
use tokio_util::sync::CancellationToken;

/// The sending half: rooms put frames here and never wait. Clones share the queue.
#[derive(Debug, Clone)]
pub(super) struct Outbound {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Notify,
    closed: CancellationToken,
    limit: usize,
}

#[derive(Debug, Default)]
struct Queue {
    frames: VecDeque<Bytes>,
    bytes: usize,
    ping: bool,
    closing: Option<Closing>,
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
                changed: Notify::new(),
                closed: CancellationToken::new(),
                limit,
            }),
        }
    }

    /// Queues a frame. When too much waits already, the connection is closed: a frame is never dropped from a connection that goes on.
    pub(super) fn send(&self, frame: impl Into<Bytes>) {
        let frame = frame.into();
        let mut queue = self.queue();
        if queue.closing.is_some() {
            return;
        }
        // A single frame may be larger than the limit: whole documents are answered in one.
        if queue.bytes > 0 && queue.bytes + frame.len() > self.shared.limit {
            self.close_queue(&mut queue, Closing::Resync);
        } else {
            queue.bytes += frame.len();
            queue.frames.push_back(frame);
        }
        drop(queue);
        self.shared.changed.notify_one();
    }

    /// Has a WebSocket ping sent after what waits.
    pub(super) fn ping(&self) {
        self.queue().ping = true;
        self.shared.changed.notify_one();
    }

    /// Has the connection closed; the first reason counts.
    pub(super) fn close(&self, closing: Closing) {
        let mut queue = self.queue();
        if queue.closing.is_none() {
            self.close_queue(&mut queue, closing);
        }
        drop(queue);
        self.shared.changed.notify_one();
    }

    /// Whether the connection is being closed: what it sent before is no longer wanted.
    pub(super) fn is_closing(&self) -> bool {
        self.queue().closing.is_some()
    }

    /// Waits until there is a reason to close.
    pub(super) async fn closed(&self) {
        self.shared.closed.cancelled().await;
    }

    /// Why the connection is closed; that the peer left, while it is not.
    pub(super) fn closing(&self) -> Closing {
        self.queue().closing.clone().unwrap_or(Closing::Left)
    }

    /// Waits for something to send. Only one task may wait.
    pub(super) async fn next(&self) -> Next {
        loop {
            if let Some(next) = self.try_next() {
                return next;
            }
            self.shared.changed.notified().await;
        }
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
        std::mem::take(&mut queue.ping).then_some(Next::Ping)
    }

    fn close_queue(&self, queue: &mut Queue, closing: Closing) {
        if !closing.sends_what_waits() {
            queue.frames.clear();
            queue.bytes = 0;
        }
        queue.closing = Some(closing);
        self.shared.closed.cancel();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing panics while it holds the lock.
        self.shared
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(!outbound.is_closing());
        outbound.send(vec![0; 60]);
        assert_eq!(outbound.try_next(), Some(Next::Close(Closing::Resync)));
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
}
