//! What people do to the needs.

use crate::id::{DocumentId, RecordId};
use crate::snapshot::VersionId;

/// An intent about the needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NeedsCommand {
    /// Says what is missing.
    Add(NewNeed),
    /// Changes one thing about a need.
    Set {
        /// Which need.
        need: RecordId,
        /// What is new.
        value: NeedValue,
    },
    /// Removes a need, with its echoes.
    Remove(RecordId),
    /// "Moi aussi."
    Echo(RecordId),
    /// Takes one's own "moi aussi" back.
    WithdrawEcho(RecordId),
    /// Says that a job sheet answers a need.
    Cover {
        /// Which need.
        need: RecordId,
        /// Which sheet.
        sheet: DocumentId,
    },
    /// Says that a job sheet no longer answers a need.
    Uncover {
        /// Which need.
        need: RecordId,
        /// Which sheet.
        sheet: DocumentId,
    },
    /// Settles a field on one of its versions.
    Choose {
        /// Which need.
        need: RecordId,
        /// Which field.
        field: NeedField,
        /// Which version.
        version: VersionId,
    },
}

/// A need to add. Everything but its text may stay empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNeed {
    /// What is missing.
    pub text: String,
    /// Where, in free words.
    pub neighbourhood: String,
    /// Who said it, in words that name nobody ("Une habitante"), when someone else types it.
    pub expressed_by: String,
}

/// A field of a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NeedField {
    /// What is missing.
    Text,
    /// Where.
    Neighbourhood,
    /// Who said it.
    ExpressedBy,
}

/// A new value for one field of a need; empty words empty the field, except the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NeedValue {
    /// What is missing.
    Text(String),
    /// Where.
    Neighbourhood(String),
    /// Who said it.
    ExpressedBy(String),
}
