//! Why the relay closes a connection, and how it says so.

use maillage_shared::id::PeerId;
use maillage_shared::sync::connection::CloseReason;
use maillage_shared::wire::{Frame, RefusedMessage};
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// Why the relay closes a connection. `Display` is what the `error` frame says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Closing {
    /// The peer said goodbye, or its socket closed.
    #[error("goodbye")]
    Left,
    /// The relay stops.
    #[error("the relay is stopping")]
    Stopping,
    /// What the peer sent is not acceptable.
    #[error(transparent)]
    Refused(#[from] CloseReason),
    /// A text message.
    #[error("unreadable frame: text frames are not part of the protocol")]
    Text,
    /// A message over the limit, refused from its announced length.
    #[error("frame of {found} bytes is over the limit of {limit}")]
    TooLarge {
        /// Bytes announced or received.
        found: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The peer's bytes are not WebSocket frames.
    #[error("broken WebSocket: {0}")]
    Broken(String),
    /// The peer has opened too many documents on one connection.
    #[error("more than {0} documents on one connection")]
    TooManyDocuments(usize),
    /// The peer sends faster than anyone writes.
    #[error("more than {0} messages a second on one connection")]
    TooManyMessages(u32),
    /// The peer did not greet in time.
    #[error("no `join` frame came in time")]
    NoGreeting,
    /// Nothing was heard of the peer, not even a pong.
    #[error("nothing was heard for too long")]
    Silent,
    /// The peer reads more slowly than others write. Dropping a frame would break the sync protocol, starting over does not.
    #[error("resync: too much waits to be read")]
    Resync,
    /// What the people or the program on this connection may do has changed: they begin anew.
    #[error("what this peer may do has changed")]
    Changed,
    /// The same peer name connected again.
    #[error("replaced by a newer connection of the same peer")]
    Replaced,
}

impl Closing {
    /// A short name that does not change between versions.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Stopping => "stopping",
            Self::Refused(reason) => reason.code(),
            Self::Text => "text",
            Self::TooLarge { .. } => "frame-too-large",
            Self::Broken(_) => "broken",
            Self::TooManyDocuments(_) => "too-many-documents",
            Self::TooManyMessages(_) => "too-many-messages",
            Self::NoGreeting => "no-greeting",
            Self::Silent => "silent",
            Self::Resync => "resync",
            Self::Changed => "changed",
            Self::Replaced => "replaced",
        }
    }

    /// What a peer that understands our own messages is told before [`Closing::frame`].
    pub(super) fn refused(&self, relay: &PeerId, peer: &PeerId) -> Option<Frame> {
        match self {
            Self::Refused(CloseReason::RefusedDocument { document, refusal }) => {
                Some(Frame::Refused(RefusedMessage {
                    sender: relay.clone(),
                    target: peer.clone(),
                    document: *document,
                    reason: refusal.code().to_owned(),
                    message: refusal.to_string(),
                    changes: refusal.change().into_iter().collect(),
                }))
            }
            _ => None,
        }
    }

    /// The last frame of the protocol, if the peer is to be told something.
    pub(super) fn frame(&self, relay: &PeerId) -> Option<Frame> {
        match self {
            Self::Left => None,
            // An error would tell phones that something they wrote is refused.
            Self::Stopping | Self::Changed => Some(Frame::Leave {
                sender: relay.clone(),
            }),
            _ => Some(Frame::Error {
                message: self.to_string(),
            }),
        }
    }

    /// The WebSocket's own last frame (RFC 6455, section 7.4).
    pub(super) fn close_frame(&self) -> CloseFrame {
        let code = match self {
            Self::Left => CloseCode::Normal,
            Self::Stopping => CloseCode::Away,
            Self::Text => CloseCode::Unsupported,
            Self::TooLarge { .. } => CloseCode::Size,
            Self::Broken(_) => CloseCode::Protocol,
            Self::Resync | Self::Changed => CloseCode::Again,
            _ => CloseCode::Policy,
        };
        CloseFrame {
            code,
            reason: Utf8Bytes::from_static(""),
        }
    }

    /// Whether frames that wait to be sent are worth waiting for.
    pub(super) fn sends_what_waits(&self) -> bool {
        !matches!(self, Self::Resync | Self::Silent | Self::Left)
    }

    /// Whether the rest of the peer's bytes can no longer be cut into frames.
    pub(super) fn breaks_reading(&self) -> bool {
        matches!(self, Self::TooLarge { .. } | Self::Broken(_))
    }
}
