//! What people want to do, each as one automerge transaction.
//!
//! The author of a command is the person whose actor the document writes under ([`crate::identity::PersonId::of_actor`]), so
//! nothing can be written in somebody else's name.

mod job_sheet;
mod needs;
mod statements;
mod territory;
mod write;

pub use job_sheet::{
    GuardRailValue, JobSheetCommand, MoveRequest, NewGuardRail, SheetField, SheetValue,
};
pub use needs::{NeedField, NeedValue, NeedsCommand, NewNeed};
pub use statements::StatementsCommand;
pub use territory::{
    NewHire, NewPartner, PartnerField, PartnerValue, PutIndexEntry, RemoveIndexEntry,
    TerritoryCommand, TerritoryField,
};

use crate::change::ChangeRecord;
use crate::doc::{Document, Kind};
use crate::id::RecordId;
use crate::identity::PersonId;
use crate::migrate::{self, MigrationError};
use crate::rules::moves::MoveRefusal;
use crate::time::UnixMillis;
use automerge::transaction::Transaction;

/// One intent of one person about one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// About the territory.
    Territory(TerritoryCommand),
    /// About the needs.
    Needs(NeedsCommand),
    /// About a job sheet.
    JobSheet(JobSheetCommand),
    /// About what is stated beside a sheet.
    Statements(StatementsCommand),
}

/// What can be done to one document: each part of [`Command`], apart from the others.
///
/// Where any command may be meant, the code of all of them has to be there. Who hands over one part as `&dyn Intent` needs the code of
/// that part alone, and a phone downloads it with the screens that give it.
pub trait Intent {
    /// The kind of document it is about.
    fn kind(&self) -> Kind;

    /// Whether it changes something that the territory's index repeats.
    fn is_listed(&self) -> bool {
        false
    }

    /// What has to be true of the document before anything is written.
    fn check(&self, _document: &Document) -> Result<(), CommandError> {
        Ok(())
    }

    /// Writes it in the name of `author`, and returns the record it makes, if it makes one.
    fn write(
        &self,
        transaction: &mut Transaction<'_>,
        context: &Context,
        author: PersonId,
    ) -> Result<Option<RecordId>, CommandError>;
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
    #[error("the command is about another kind of document than {0}")]
    WrongKind(Kind),
    /// The document could not be given the containers it was born without.
    #[error(transparent)]
    Migration(#[from] MigrationError),
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

impl Command {
    /// The part of it that says what to do.
    pub fn intent(&self) -> &dyn Intent {
        match self {
            Self::Territory(command) => command,
            Self::Needs(command) => command,
            Self::JobSheet(command) => command,
            Self::Statements(command) => command,
        }
    }

    /// The kind of document the command is about.
    pub fn kind(&self) -> Kind {
        self.intent().kind()
    }

    /// Does it, or leaves the document as it was and says why not.
    pub fn apply(
        &self,
        document: &mut Document,
        context: &Context,
    ) -> Result<Applied, CommandError> {
        self.intent().apply(document, context)
    }
}

impl dyn Intent + '_ {
    /// Does it, or leaves the document as it was and says why not.
    pub fn apply(
        &self,
        document: &mut Document,
        context: &Context,
    ) -> Result<Applied, CommandError> {
        if migrate::is_up_to_date(document, self.kind()) {
            return self.commit(document, context);
        }
        // A copy, so that a refused command does not leave the document with containers that nobody was told of.
        let mut copy = document.clone();
        let genesis = copy.genesis().map_err(MigrationError::from)?;
        if genesis.kind != self.kind() {
            return Err(CommandError::WrongKind(genesis.kind));
        }
        let mut changes = migrate::bring_up_to_date(&mut copy)?;
        let mut applied = self.commit(&mut copy, context)?;
        changes.append(&mut applied.changes);
        applied.changes = changes;
        *document = copy;
        Ok(applied)
    }

    fn commit(&self, document: &mut Document, context: &Context) -> Result<Applied, CommandError> {
        let author =
            PersonId::of_actor(document.reader().get_actor()).ok_or(CommandError::Nobody)?;
        self.check(document)?;
        let committed = document.transact(context.now, |transaction| {
            self.write(transaction, context, author)
        })?;
        Ok(Applied {
            changes: committed.change.into_iter().collect(),
            created: committed.value,
        })
    }
}

impl Context {
    /// The id of a record that this command makes.
    fn record(&self) -> RecordId {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.entropy[..8]);
        RecordId::from_entropy(bytes)
    }
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

impl From<StatementsCommand> for Command {
    fn from(command: StatementsCommand) -> Self {
        Self::Statements(command)
    }
}

#[cfg(test)]
mod tests;
