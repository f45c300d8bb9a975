//! What the screens read: plain values copied out of a document, without any automerge type but ids.
//!
//! A missing field reads as its default and a value of the wrong type as missing, so a snapshot of any document exists.

mod job_sheet;
mod needs;
mod territory;

pub use job_sheet::{
    BeforeTrial, CompletedBy, ContractFacts, GuardRailSnapshot, JobSheetSnapshot, MoveSnapshot,
    Sections,
};
pub use needs::{NeedSnapshot, NeedsSnapshot};
pub use territory::{
    Goals, HireSnapshot, IndexEntry, Neighbourhood, PartnerSnapshot, TerritorySnapshot,
};

use crate::identity::PersonId;
use crate::time::UnixMillis;
use std::fmt;

/// A field with one value, which several people may have set at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<T> {
    /// The value every phone shows first, the same on all of them; `None` when nobody has filled the field.
    pub current: Option<Version<T>>,
    /// Different values that were set at the same time as `current`: "Deux versions existent" until someone chooses.
    pub others: Vec<Version<T>>,
}

/// One of the values of a field, with who set it and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version<T> {
    /// Names this version in a command that chooses it.
    pub id: VersionId,
    /// The value.
    pub value: T,
    /// Who set it, from the actor that signed it; `None` for a client of another make or a migration.
    pub author: Option<PersonId>,
    /// When, to the second, by the clock of the phone that set it; `None` when the change carries no time.
    pub at: Option<UnixMillis>,
}

/// Names one of several versions of a field, the same on every phone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId(pub(crate) String);

/// Something that a group may not know yet, and says so: "pas encore connu" is an answer, an empty field is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Known<T> {
    /// "Pas encore connu."
    NotYet,
    /// The group knows it.
    Known(T),
}

impl<T> Field<T> {
    /// The value to show, if the field is filled.
    pub fn value(&self) -> Option<&T> {
        self.current.as_ref().map(|version| &version.value)
    }

    /// Whether different values were set at the same time and nobody has chosen yet.
    pub fn is_contested(&self) -> bool {
        !self.others.is_empty()
    }

    /// Who set the value that is shown first.
    pub fn author(&self) -> Option<PersonId> {
        self.current.as_ref().and_then(|version| version.author)
    }

    /// When the value that is shown first was set, to the second.
    pub fn at(&self) -> Option<UnixMillis> {
        self.current.as_ref().and_then(|version| version.at)
    }

    /// Every version, the one shown first at the head.
    pub fn versions(&self) -> impl Iterator<Item = &Version<T>> {
        self.current.iter().chain(&self.others)
    }
}

impl Field<String> {
    /// The words to show, empty when the field is not filled.
    pub fn words(&self) -> &str {
        self.value().map_or("", String::as_str)
    }
}

impl<T> Default for Field<T> {
    fn default() -> Self {
        Self {
            current: None,
            others: Vec::new(),
        }
    }
}

impl<T> Known<T> {
    /// The value, if the group knows it.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::NotYet => None,
            Self::Known(value) => Some(value),
        }
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
