//! The automerge-repo wire protocol, version 1: CBOR maps (RFC 8949) in binary WebSocket frames.
//!
//! Our own peers offer a second version, [`EXTENDED_VERSION`]: the same messages and a few more, which stock peers never see. The relay
//! says what it takes (`maillage-limits`), that what it was sent is on its disk (`maillage-durable`), and what it does not accept
//! (`maillage-refused`). It asks who uses the connection (`maillage-challenge`), hears proofs (`maillage-proof`), tells who is who
//! (`maillage-members`), and answers (`maillage-answer`) what it is asked about that (`maillage-ask`). What it has accepted it gives its word
//! for (`maillage-receipt`), and both sides pass on what authors have signed of their own (`maillage-signatures`). It says which documents were
//! erased (`maillage-gone`).
//!
//! Decoding is lenient where JavaScript peers are loose (whole numbers as floats, `undefined` fields, unknown keys) and strict where memory
//! is at stake: nesting, lengths and field counts are bounded before anything is allocated. Source of the format: the
//! `automerge-repo` and `automerge-repo-network-websocket` packages, version 2.5.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

pub use encode::Envelope;

use crate::id::{DocumentId, PeerId};
use crate::identity::Challenge;
use crate::limits::RelayLimits;
use automerge::ChangeHash;

/// The one protocol version that stock peers speak.
pub const PROTOCOL_VERSION: &str = "1";

/// What our own peers speak with each other: version 1, and messages of our own.
pub const EXTENDED_VERSION: &str = "maillage-1";

/// How the error begins that a relay answers to a greeting which offers no version it speaks.
pub const NO_COMMON_VERSION: &str = "no supported protocol version";

/// How a connection is spoken on, agreed in the greeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// Version 1 and nothing else, as stock peers do.
    #[default]
    Stock,
    /// With messages of our own.
    Extended,
}

impl Dialect {
    /// The best that a peer which offers these versions understands; `None` when it understands nothing.
    pub fn among(versions: &[String]) -> Option<Self> {
        [Self::Extended, Self::Stock]
            .into_iter()
            .find(|dialect| versions.iter().any(|version| version == dialect.version()))
    }

    /// Its name in the greeting.
    pub fn version(self) -> &'static str {
        match self {
            Self::Stock => PROTOCOL_VERSION,
            Self::Extended => EXTENDED_VERSION,
        }
    }
}

/// Why a frame cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadFrame {
    /// The bytes are not one CBOR map.
    #[error("not a CBOR message")]
    NotCbor,
    /// The map has no `type`, or one that this version does not know.
    #[error("unknown message type {0:?}")]
    UnknownType(String),
    /// A field is missing or has the wrong type.
    #[error("missing or invalid field `{0}`")]
    Field(&'static str),
    /// The frame is longer than [`crate::limits::FRAME_BYTES`].
    #[error("frame of {0} bytes is over the limit")]
    TooLarge(usize),
}

/// What a peer tells about itself when it greets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    /// The name of its store, the same at each connection; `None` when it keeps nothing.
    pub storage: Option<String>,
    /// Whether it keeps nothing.
    pub ephemeral: bool,
}

/// `join`: the first frame of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinMessage {
    /// The name it wants to be addressed by.
    pub sender: PeerId,
    /// The protocol versions it speaks.
    pub versions: Vec<String>,
    /// About its store.
    pub metadata: Metadata,
}

/// `peer`: the relay's answer to `join`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerMessage {
    /// The relay.
    pub sender: PeerId,
    /// The client.
    pub target: PeerId,
    /// The version chosen.
    pub version: String,
    /// About the relay's store.
    pub metadata: Metadata,
}

/// `sync` or `request`: automerge's own sync message, for one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncMessage {
    /// Who sends it.
    pub sender: PeerId,
    /// Whom it is for.
    pub target: PeerId,
    /// Which document.
    pub document: DocumentId,
    /// An encoded `automerge::sync::Message`.
    pub data: Vec<u8>,
}

/// `doc-unavailable`: the sender does not have this document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentMessage {
    /// Who says so.
    pub sender: PeerId,
    /// To whom.
    pub target: PeerId,
    /// Which document.
    pub document: DocumentId,
}

/// `maillage-durable`: all that was sent about this document is on the relay's disk, and there is nothing else to say about it.
///
/// It says what a `sync` message would with these heads, no change, no need, and a `have` that begins at these heads. Everyone who
/// is to hear it hears the same bytes, so it names neither sender nor target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DurableMessage {
    /// Which document.
    pub document: DocumentId,
    /// The relay's heads: both sides have these and all that they build upon.
    pub heads: Vec<ChangeHash>,
}

/// `maillage-refused`: what was last sent about this document is not accepted, and why. The relay hears no more about it on this
/// connection; an `error` frame follows when the connection ends over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedMessage {
    /// The relay.
    pub sender: PeerId,
    /// Whose changes are refused.
    pub target: PeerId,
    /// Which document.
    pub document: DocumentId,
    /// A short name that does not change between versions.
    pub reason: String,
    /// For people who read logs, in English.
    pub message: String,
    /// The changes because of which, where they are known. Older relays name none.
    pub changes: Vec<ChangeHash>,
}

/// `ephemeral`: forwarded to everyone who has the document open, kept by nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EphemeralMessage {
    /// Who wrote it; a relay leaves this name as it is.
    pub sender: PeerId,
    /// Whom this copy is for.
    pub target: PeerId,
    /// Which document it is about.
    pub document: DocumentId,
    /// The sender's counter within its session: what comes twice is dropped.
    pub count: u64,
    /// The sender's session, new at each start.
    pub session: String,
    /// The payload, opaque to relays.
    pub data: Vec<u8>,
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A client greets.
    Join(JoinMessage),
    /// A relay answers the greeting.
    Peer(PeerMessage),
    /// A client wants a document it does not have.
    Request(SyncMessage),
    /// Changes, heads, needs.
    Sync(SyncMessage),
    /// The sender has not got the document.
    Unavailable(DocumentMessage),
    /// What the relay takes, said once after the greeting. Spoken in [`EXTENDED_VERSION`] only, as all down to [`Frame::Answer`].
    Limits(RelayLimits),
    /// What was sent is on the relay's disk.
    Durable(DurableMessage),
    /// The relay does not accept something, and says of which document.
    Refused(RefusedMessage),
    /// The relay asks who uses the connection.
    Challenge(Challenge),
    /// Who does, said once: see [`crate::identity::read_proofs`].
    Proof(Vec<u8>),
    /// Who is who in a territory: see [`crate::roster::Members`].
    Members {
        /// Which territory.
        space: DocumentId,
        /// The sealed snapshot.
        data: Vec<u8>,
    },
    /// The relay's word about what it has accepted of a document, to phones, and back to it once it has lost something: see
    /// [`crate::identity::Receipt`].
    Receipt {
        /// Which document.
        document: DocumentId,
        /// The encoded receipt.
        data: Vec<u8>,
    },
    /// What authors have signed of what they wrote in a document: see [`crate::identity::Authorship`].
    Signatures {
        /// Which document.
        document: DocumentId,
        /// [`crate::sync::signatures::Signatures::digest`] of all that the sender has.
        digest: Vec<u8>,
        /// Those that the sender believes to be new, encoded one after the other.
        data: Vec<u8>,
    },
    /// Documents of a territory that were erased, and what stands for them: see [`crate::roster::Tombstone`].
    Gone {
        /// Which territory.
        space: DocumentId,
        /// The sealed list.
        data: Vec<u8>,
    },
    /// A phone asks about who belongs to a territory.
    Ask {
        /// The phone's number for it, to be named in the answer.
        number: u64,
        /// An encoded [`crate::roster::Request`].
        data: Vec<u8>,
    },
    /// The relay answers.
    Answer {
        /// What is answered.
        number: u64,
        /// An encoded [`crate::roster::Answer`].
        data: Vec<u8>,
    },
    /// Who is here, which field, which caret.
    Ephemeral(EphemeralMessage),
    /// The sender says goodbye.
    Leave {
        /// Who leaves.
        sender: PeerId,
    },
    /// The sender will close the connection, and why.
    Error {
        /// For people who read logs, in English.
        message: String,
    },
    /// A message of the protocol that neither our relay nor our clients use; holds its type.
    Ignored(&'static str),
}

impl Frame {
    /// The frame's `type` on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Join(_) => "join",
            Self::Peer(_) => "peer",
            Self::Request(_) => "request",
            Self::Sync(_) => "sync",
            Self::Unavailable(_) => "doc-unavailable",
            Self::Limits(_) => "maillage-limits",
            Self::Durable(_) => "maillage-durable",
            Self::Refused(_) => "maillage-refused",
            Self::Challenge(_) => "maillage-challenge",
            Self::Proof(_) => "maillage-proof",
            Self::Members { .. } => "maillage-members",
            Self::Receipt { .. } => "maillage-receipt",
            Self::Signatures { .. } => "maillage-signatures",
            Self::Gone { .. } => "maillage-gone",
            Self::Ask { .. } => "maillage-ask",
            Self::Answer { .. } => "maillage-answer",
            Self::Ephemeral(_) => "ephemeral",
            Self::Leave { .. } => "leave",
            Self::Error { .. } => "error",
            Self::Ignored(name) => name,
        }
    }
}
