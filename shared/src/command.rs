//! What people want to do, each as one automerge transaction.
//!
//! The author of a command is the person whose actor the document writes under ([`crate::identity::PersonId::of_actor`]), so
//! nothing can be written in somebody else's name.

mod job_sheet;
mod needs;
mod territory;

pub use job_sheet::{GuardRailValue, JobSheetCommand, MoveRequest, NewGuardRail, SheetField, SheetValue};
pub use needs::{NeedField, NeedValue, NeedsCommand, NewNeed};
pub use territory::{NewHire, NewPartner, PartnerField, PartnerValue, TerritoryCommand, TerritoryField};

use crate::change::ChangeRecord;
use crate::doc::Kind;
use crate::id::RecordId;
use crate::rules::moves::MoveRefusal;
use crate::time::UnixMillis;

/// One intent of one person about one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// About the territory.
    Territory(TerritoryCommand),
    /// About the needs.
    Needs(NeedsCommand),
    /// About a job sheet.
    JobSheet(JobSheetCommand),
}

/// What the shell hands in, since this crate has no clock and no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// The time now.
    pub now: UnixMillis,
    /// Fresh random bytes for this command alone: ids of new records come from them.
    pub entropy: [u8; 16],
}

/// What a command left behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// The changes to keep and send, in causal order: none when nothing had to be written, usually one; two when a document of
    /// another make of client first had to receive the containers it was born without (see [`crate::migrate`]).
    pub changes: Vec<ChangeRecord>,
    /// The record a command that adds one has made.
    pub created: Option<RecordId>,
}

/// Why a command did nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The document is of another kind than the command is about.
    #[error("the command is not about a {0} document")]
    WrongKind(Kind),
    /// The document writes under an actor that names nobody, and this command needs a name.
    #[error("nobody stands behind this command")]
    Nobody,
    /// A text that must say something is empty.
    #[error("the text is empty")]
    Empty,
    /// A text is longer than a phone should carry.
    #[error("the text has {found} UTF-16 units, of at most {limit}")]
    TooLong {
        /// Its length.
        found: usize,
        /// The length allowed.
        limit: usize,
    },
    /// A number is higher than anything real.
    #[error("the number is too high: {found} of at most {limit}")]
    TooHigh {
        /// The number.
        found: u32,
        /// The highest number allowed.
        limit: u32,
    },
    /// The record is not there, or no longer.
    #[error("there is no record {0}")]
    NoSuchRecord(RecordId),
    /// The version is no longer there: somebody has chosen or written since.
    #[error("that version has been replaced")]
    VersionGone,
    /// The sheet may not move like that.
    #[error(transparent)]
    Move(#[from] MoveRefusal),
    /// Another make of client put something else where a container should stand.
    #[error("the document has no place for this: {0}")]
    Misshapen(&'static str),
    /// automerge refused.
    #[error("automerge: {0}")]
    Automerge(String),
}

impl From<automerge::AutomergeError> for CommandError {
    fn from(error: automerge::AutomergeError) -> Self {
        Self::Automerge(error.to_string())
    }
}

impl From<TerritoryCommand> for Command {
    fn from(command: TerritoryCommand) -> Self {
        Self::Territory(command)
    }
}

impl From<NeedsCommand> for Command {
    fn from(command: NeedsCommand) -> Self {
        Self::Needs(command)
    }
}

impl From<JobSheetCommand> for Command {
    fn from(command: JobSheetCommand) -> Self {
        Self::JobSheet(command)
    }
}
