//! The relay's side of one connection: the greeting, then frames sorted by document.

use crate::guard::{self, Refusal, ScannedMessage};
use crate::id::{DocumentId, PeerId};
use crate::identity::{self, Authorship, Challenge, MOST_AUTHORSHIPS, PublicKey, Receipt};
use crate::limits::{self, Limits, RelayLimits};
use crate::wire::{
    BadFrame, Dialect, EphemeralMessage, Frame, Metadata, PROTOCOL_VERSION, PeerMessage,
};

/// Why a connection is closed; its `Display` is what the `error` frame says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CloseReason {
    /// The frame is not a message of the protocol.
    #[error("unreadable frame: {0}")]
    Frame(#[from] BadFrame),
    /// The first frame was not `join`, or a second `join` came.
    #[error("unexpected `{0}` frame")]
    Unexpected(&'static str),
    /// No common protocol version.
    #[error("no supported protocol version: this relay speaks {PROTOCOL_VERSION}")]
    Version,
    /// A proof of who uses the connection does not hold.
    #[error("a proof does not hold")]
    Proof,
    /// The guard refused what the frame carries.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// The guard refused what was sent about a document.
    #[error("refused: {refusal}")]
    RefusedDocument {
        /// Which one.
        document: DocumentId,
        /// Why.
        refusal: Refusal,
    },
}

impl CloseReason {
    /// A short name that does not change between versions.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Frame(_) => "frame",
            Self::Unexpected(_) => "unexpected",
            Self::Version => "version",
            Self::Proof => "proof",
            Self::Refused(refusal) | Self::RefusedDocument { refusal, .. } => refusal.code(),
        }
    }
}

/// What a frame asks the shell to do.
#[derive(Debug, Clone)]
pub enum ConnectionEffect {
    /// Send these frames: the answer to the greeting.
    Send(Vec<Vec<u8>>),
    /// Hand a sync message to the room of this document.
    Sync {
        /// Which room.
        document: DocumentId,
        /// The sync message, scanned.
        message: ScannedMessage,
        /// Whether the peer asked for a document it does not have.
        request: bool,
    },
    /// Hand an ephemeral message to the room of this document.
    Ephemeral {
        /// Which room.
        document: DocumentId,
        /// The message.
        message: EphemeralMessage,
    },
    /// From now on these people, and nobody else, use the connection.
    Proved(Vec<PublicKey>),
    /// The relay's word about a document comes back; whether it is the relay's is still to be seen.
    Receipt {
        /// Which document.
        document: DocumentId,
        /// What it says.
        receipt: Receipt,
    },
    /// What authors have signed of a document; these signatures hold, whoever the authors are.
    Signatures {
        /// Which document.
        document: DocumentId,
        /// The digest of all that the peer has, when it wants to hear of others.
        digest: Vec<u8>,
        /// What it brings.
        words: Vec<Authorship>,
    },
    /// Answer a question about who belongs to a territory.
    Ask {
        /// The peer's number for it.
        number: u64,
        /// An encoded [`crate::roster::Request`].
        data: Vec<u8>,
    },
    /// The peer says goodbye: close without an error.
    Leave,
    /// Nothing: a message of the protocol that this relay has no use for.
    Nothing,
}

/// One connection, seen from the relay.
#[derive(Debug)]
pub struct Connection {
    relay: PeerId,
    limits: Limits,
    told: RelayLimits,
    challenge: Challenge,
    has_proved: bool,
    peer: Option<PeerId>,
    dialect: Dialect,
}

impl Connection {
    /// A connection that has not greeted yet; peers of our own are told `told` once they have, and asked who uses them with a fresh
    /// `challenge`.
    pub fn new(relay: PeerId, limits: Limits, told: RelayLimits, challenge: Challenge) -> Self {
        Self {
            relay,
            limits,
            told,
            challenge,
            has_proved: false,
            peer: None,
            dialect: Dialect::default(),
        }
    }

    /// The name the peer gave itself, once it has greeted.
    pub fn peer(&self) -> Option<&PeerId> {
        self.peer.as_ref()
    }

    /// What the peer understands.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Reads one binary frame.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<ConnectionEffect, CloseReason> {
        let frame = Frame::decode(bytes)?;
        match (&self.peer, frame) {
            (None, Frame::Join(join)) => {
                self.dialect = Dialect::among(&join.versions).ok_or(CloseReason::Version)?;
                let answer = Frame::Peer(PeerMessage {
                    sender: self.relay.clone(),
                    target: join.sender.clone(),
                    version: self.dialect.version().to_owned(),
                    metadata: Metadata {
                        storage: Some(self.relay.to_string()),
                        ephemeral: false,
                    },
                });
                self.peer = Some(join.sender);
                let also = match self.dialect {
                    Dialect::Stock => Vec::new(),
                    Dialect::Extended => {
                        vec![Frame::Limits(self.told), Frame::Challenge(self.challenge)]
                    }
                };
                let frames = [answer].into_iter().chain(also);
                Ok(ConnectionEffect::Send(
                    frames.map(|frame| frame.encode()).collect(),
                ))
            }
            (Some(_), Frame::Sync(sync)) => self.scan(sync.document, &sync.data, false),
            (Some(_), Frame::Request(sync)) => self.scan(sync.document, &sync.data, true),
            (Some(_), Frame::Ephemeral(message)) => {
                if message.data.len() > limits::EPHEMERAL_BYTES {
                    return Err(Refusal::TooLarge {
                        what: "ephemeral message",
                        found: message.data.len() as u64,
                        limit: limits::EPHEMERAL_BYTES as u64,
                    }
                    .into());
                }
                Ok(ConnectionEffect::Ephemeral {
                    document: message.document,
                    message,
                })
            }
            // Once: the rooms have been told by then what may be done here.
            (Some(peer), Frame::Proof(data)) if !self.has_proved => {
                let proved = self.proved(peer, &data)?;
                self.has_proved = true;
                Ok(proved)
            }
            (Some(_), Frame::Receipt { document, data }) => {
                let receipt = Receipt::decode(&data).ok_or(CloseReason::Proof)?;
                Ok(ConnectionEffect::Receipt { document, receipt })
            }
            (
                Some(_),
                Frame::Signatures {
                    document,
                    digest,
                    data,
                },
            ) => {
                let words = Authorship::decode_all(&data)
                    .filter(|words| words.len() <= MOST_AUTHORSHIPS)
                    .filter(|words| words.iter().all(|word| word.holds(document)))
                    .ok_or(CloseReason::Proof)?;
                Ok(ConnectionEffect::Signatures {
                    document,
                    digest,
                    words,
                })
            }
            (Some(_), Frame::Ask { number, data }) => Ok(ConnectionEffect::Ask { number, data }),
            (Some(_), Frame::Leave { .. }) => Ok(ConnectionEffect::Leave),
            // A peer that has not got a document either, or tells of heads elsewhere: nothing for this relay to do.
            (Some(_), Frame::Unavailable(_) | Frame::Ignored(_)) => Ok(ConnectionEffect::Nothing),
            (Some(_), Frame::Error { .. }) => Ok(ConnectionEffect::Leave),
            (_, frame) => Err(CloseReason::Unexpected(frame.name())),
        }
    }

    fn proved(&self, peer: &PeerId, data: &[u8]) -> Result<ConnectionEffect, CloseReason> {
        let proofs = identity::read_proofs(data).ok_or(CloseReason::Proof)?;
        let message = self.challenge.message(&self.relay, peer);
        let keys = proofs.iter().map(|proof| {
            let holds = proof.key.verifies(&message, &proof.signature);
            holds.then_some(proof.key).ok_or(CloseReason::Proof)
        });
        keys.collect::<Result<_, _>>().map(ConnectionEffect::Proved)
    }

    fn scan(
        &self,
        document: DocumentId,
        data: &[u8],
        request: bool,
    ) -> Result<ConnectionEffect, CloseReason> {
        let message = guard::scan_message(data, &self.limits)
            .map_err(|refusal| CloseReason::RefusedDocument { document, refusal })?;
        Ok(ConnectionEffect::Sync {
            document,
            message,
            request,
        })
    }
}
