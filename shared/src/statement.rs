//! What people state about a sheet and stand by: opinions, positions, decisions, and who was asked. Each is signed with the key of a phone
//! over bytes that name the territory, the sheet and its version, so that nobody can alter it, put it beside another sheet, or say it in the
//! name of someone else without everyone seeing that, without network too.

mod content;
mod signed;
mod stated;
mod verdict;

pub use content::{
    Answer, Channel, Condition, Content, MOST_POSITIONS, Opinion, Outcome, Position, Round, Stance,
};
pub use signed::{BadStatement, Draft, MOST_HEADS, STATEMENT_BYTES, Signed};
pub use stated::Stated;
pub use verdict::{Place, Verdict, judge, may_state};

use crate::id::DocumentId;
use crate::time::UnixMillis;
use automerge::ChangeHash;
use minicbor::{Decode, Encode};
use std::fmt;

/// Names a statement: 8 bytes drawn by whoever makes it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct StatementId(#[cbor(n(0), with = "minicbor::bytes")] [u8; 8]);

impl StatementId {
    /// Makes an id from 8 random bytes.
    pub fn from_entropy(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for StatementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for StatementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatementId({self})")
    }
}

/// What someone stated, where and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Names it.
    pub id: StatementId,
    /// In which territory.
    pub space: DocumentId,
    /// About which sheet.
    pub sheet: DocumentId,
    /// About which version of it: the heads that its author had before them, sorted.
    pub heads: Vec<ChangeHash>,
    /// When, by the clock of the phone that signed. Nothing depends on it: the order of statements is that of their document.
    pub at: UnixMillis,
    /// What.
    pub content: Content,
}

#[cfg(test)]
mod tests;
