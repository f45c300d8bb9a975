//! Proves that foreign bytes are safe and apply, before automerge or anyone else sees them.
//!
//! Two steps: [`scan_message`] bounds everything a sync message could cost from its bytes alone, and refuses what cannot be right
//! in a change whatever the document; then a [`Ledger`] shows that its changes apply to the document they are meant for.

mod budget;
mod chunk;
mod clocks;
mod columns;
mod crash;
mod document;
mod encoded;
mod history;
mod ledger;
mod message;
mod operations;
mod order;
mod reader;
mod runs;
mod spans;
#[cfg(test)]
mod tests;

pub use chunk::{scan_chunk, scan_chunks};
pub use document::expand_document;
pub use ledger::Ledger;
pub use message::scan_message;

use crate::change::ChangeRecord;
use crate::doc::BadGenesis;
use automerge::ChangeHash;
use automerge::sync::Have;

/// Why foreign bytes were refused. `Display` is for logs and `error` frames; [`Refusal::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The bytes do not have the shape of what they claim to be.
    #[error("malformed {what}: {why}")]
    Malformed {
        /// What was being read, such as `sync message` or `change`.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// Something is larger than a limit allows.
    #[error("{what} is over the limit: {found} of at most {limit}")]
    TooLarge {
        /// What is too large, such as `inflated chunk`.
        what: &'static str,
        /// The size found or claimed.
        found: u64,
        /// The size allowed.
        limit: u64,
    },
    /// A kind of chunk nobody needs to send.
    #[error("chunk type {0} is not accepted")]
    ChunkType(u8),
    /// The checksum does not match the content.
    #[error("wrong checksum")]
    Checksum,
    /// The genesis change is missing, repeated or incomplete.
    #[error(transparent)]
    Genesis(#[from] BadGenesis),
    /// A change builds on one that was refused or is unknown.
    #[error("change builds on {0}, which is not here")]
    Dependency(ChangeHash),
    /// automerge will not apply the changes, or could not save and reload them afterwards.
    #[error("these changes do not apply: {0}")]
    DoesNotApply(String),
    /// Applying the changes panicked inside automerge.
    #[error("these changes would crash a peer")]
    Crashes,
    /// The space that a new document belongs to has as many as the relay keeps of one.
    #[error("no room for another document: its space has {limit} already")]
    SpaceFull {
        /// Documents of one space.
        limit: u64,
    },
    /// Whoever sent it may not do this in the document's space.
    #[error("the sender may not {0} this document")]
    NotAllowed(&'static str),
    /// The sender is not who wrote it.
    #[error("written by somebody else than the sender")]
    Author,
    /// One of the changes is why, and it is known which.
    #[error("change {change}: {why}")]
    Of {
        /// Which.
        change: ChangeHash,
        /// Why it was refused.
        why: Box<Refusal>,
    },
}

impl Refusal {
    /// The same, with the name of the change that it is about.
    pub fn of(self, change: ChangeHash) -> Self {
        match self {
            Self::Of { .. } => self,
            why => Self::Of {
                change,
                why: Box::new(why),
            },
        }
    }

    /// Why, whichever change it is about.
    pub fn cause(&self) -> &Self {
        match self {
            Self::Of { why, .. } => why,
            other => other,
        }
    }

    /// The change that it is about, where that is known.
    pub fn change(&self) -> Option<ChangeHash> {
        match self {
            Self::Of { change, .. } => Some(*change),
            _ => None,
        }
    }

    /// A short name that does not change between versions.
    pub fn code(&self) -> &'static str {
        match self.cause() {
            Self::Of { why, .. } => why.code(),
            Self::Malformed { .. } => "malformed",
            Self::TooLarge { .. } => "too-large",
            Self::ChunkType(_) => "chunk-type",
            Self::Checksum => "checksum",
            Self::Genesis(_) => "genesis",
            Self::Dependency(_) => "dependency",
            Self::DoesNotApply(_) => "does-not-apply",
            Self::Crashes => "crashes",
            Self::SpaceFull { .. } => "space-full",
            Self::NotAllowed(_) => "not-allowed",
            Self::Author => "author",
        }
    }

    /// Whether the bytes are right, and it is only not to be kept: the sender's other documents go on.
    pub fn spares_the_connection(&self) -> bool {
        matches!(
            self.cause(),
            Self::SpaceFull { .. } | Self::NotAllowed(_) | Self::Author
        )
    }
}

/// A chunk that is safe to hand to automerge's parser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannedChunk {
    /// One change, its envelope read.
    Change(ChangeRecord),
    /// A whole document, as stock peers send to those who have nothing yet; a [`Ledger`] or [`expand_document`] takes it apart.
    Document(Vec<u8>),
}

/// A sync message whose every claim has been bounded.
#[derive(Debug, Clone, PartialEq)]
pub struct ScannedMessage {
    /// The sender's heads.
    pub heads: Vec<ChangeHash>,
    /// Changes the sender asks for by name.
    pub need: Vec<ChangeHash>,
    /// What the sender has, as Bloom filters since its last sync.
    pub have: Vec<Have>,
    /// Flags of automerge 0.10 and later; `None` from older peers.
    pub flags: Option<automerge::sync::MessageFlags>,
    /// What the sender gives.
    pub chunks: Vec<ScannedChunk>,
}
