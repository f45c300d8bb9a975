//! The socket of one connection: everything that waits is written before anything is read, in one place and one task.

use super::closing::Closing;
use super::connections::Heard;
use super::outbound::{Next, Outbound};
use crate::metrics::Metrics;
use futures_util::{Sink, Stream};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{CapacityError, ProtocolError};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};

/// A socket, and what waits to be sent on it.
pub(super) struct Line<'a, S> {
    socket: &'a mut WebSocketStream<S>,
    outbound: &'a Outbound,
    heard: &'a Heard,
    metrics: &'a Metrics,
    /// Something was written that may still be in the socket's buffer.
    unflushed: bool,
}

impl<'a, S> Line<'a, S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    pub(super) fn new(
        socket: &'a mut WebSocketStream<S>,
        outbound: &'a Outbound,
        heard: &'a Heard,
        metrics: &'a Metrics,
    ) -> Self {
        Self {
            socket,
            outbound,
            heard,
            metrics,
            unflushed: false,
        }
    }

    /// The next binary frame, or why there is none; writes meanwhile.
    pub(super) async fn next(&mut self) -> Result<Bytes, Closing> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// What `work` returns, or why the connection closes before; writes meanwhile.
    pub(super) async fn write_while<T>(
        &mut self,
        work: impl Future<Output = T>,
    ) -> Result<T, Closing> {
        let mut work = pin!(work);
        poll_fn(|cx| {
            if let Poll::Ready(done) = work.as_mut().poll(cx) {
                return Poll::Ready(Ok(done));
            }
            self.poll_write(cx).map(Err)
        })
        .await
    }

    /// Writes until nothing may follow, and says why.
    pub(super) async fn drain(&mut self) -> Closing {
        poll_fn(|cx| self.poll_write(cx)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Bytes, Closing>> {
        if let Poll::Ready(closing) = self.poll_write(cx) {
            return Poll::Ready(Err(closing));
        }
        if self.outbound.is_closing() {
            return Poll::Ready(Err(self.outbound.closing()));
        }
        if self.outbound.is_paused() {
            return Poll::Pending;
        }
        loop {
            let Some(message) = ready!(Pin::new(&mut *self.socket).poll_next(cx)) else {
                return Poll::Ready(Err(Closing::Left));
            };
            let message = message.map_err(reading_failed)?;
            self.heard.note();
            match message {
                Message::Binary(bytes) => {
                    self.metrics.received.inc_by(bytes.len() as u64);
                    return Poll::Ready(Ok(bytes));
                }
                Message::Text(_) => return Poll::Ready(Err(Closing::Text)),
                Message::Close(_) => return Poll::Ready(Err(Closing::Left)),
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    /// Writes everything that waits, as far as the socket takes it; ready when nothing may follow.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<Closing> {
        self.outbound.wake(cx.waker());
        loop {
            match Pin::new(&mut *self.socket).poll_ready(cx) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(_)) => return Poll::Ready(Closing::Left),
                Poll::Pending if self.outbound.is_given_up() => {
                    return Poll::Ready(self.outbound.closing());
                }
                Poll::Pending => return Poll::Pending,
            }
            let message = match self.outbound.try_next() {
                Some(Next::Frame(frame)) => {
                    self.metrics.sent.inc_by(frame.len() as u64);
                    Message::Binary(frame)
                }
                Some(Next::Ping) => Message::Ping(Bytes::new()),
                Some(Next::Close(closing)) => {
                    ready!(self.poll_flush(cx));
                    return Poll::Ready(closing);
                }
                None => {
                    return match self.poll_flush(cx) {
                        Poll::Ready(false) => Poll::Ready(Closing::Left),
                        Poll::Ready(true) | Poll::Pending => Poll::Pending,
                    };
                }
            };
            if Pin::new(&mut *self.socket).start_send(message).is_err() {
                return Poll::Ready(Closing::Left);
            }
            self.unflushed = true;
        }
    }

    /// One flush for everything that was written; ready with whether the socket took it.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        if self.unflushed {
            let flushed = ready!(Pin::new(&mut *self.socket).poll_flush(cx));
            self.unflushed = false;
            return Poll::Ready(flushed.is_ok());
        }
        Poll::Ready(true)
    }
}

fn reading_failed(error: Error) -> Closing {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => Closing::TooLarge {
            found: size,
            limit: max_size,
        },
        Error::Io(_)
        | Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Closing::Left,
        error => Closing::Broken(error.to_string()),
    }
}
