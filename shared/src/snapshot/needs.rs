//! What the screens show of the needs of a territory.

use super::Field;
use crate::id::{DocumentId, RecordId};
use crate::identity::PersonId;
use crate::time::UnixMillis;

/// The needs people have expressed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NeedsSnapshot {
    /// Every need, the most echoed first, then the oldest.
    pub needs: Vec<NeedSnapshot>,
}

/// One thing that is missing here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedSnapshot {
    /// Names it in commands and in job sheets.
    pub id: RecordId,
    /// What is missing, in the words of whoever said it.
    pub text: Field<String>,
    /// Where, in free words: a neighbourhood, a street, a school.
    pub neighbourhood: Field<String>,
    /// Who said it, in words that name nobody ("Une habitante"), when someone else typed it.
    pub expressed_by: Field<String>,
    /// Who wrote it down.
    pub by: Option<PersonId>,
    /// Who helped them on their phone.
    pub helper: Option<PersonId>,
    /// When it was written down.
    pub at: Option<UnixMillis>,
    /// The people who said "moi aussi".
    pub echoed_by: Vec<PersonId>,
    /// "Moi aussi" of people this program cannot name, written by another make of client.
    pub other_echoes: usize,
    /// The job sheets that answer it.
    pub covered_by: Vec<DocumentId>,
}

impl NeedsSnapshot {
    /// The need of that id, if it is still there.
    pub fn need(&self, id: &RecordId) -> Option<&NeedSnapshot> {
        self.needs.iter().find(|need| need.id == *id)
    }
}

impl NeedSnapshot {
    /// How many people said "moi aussi".
    pub fn echoes(&self) -> usize {
        self.echoed_by.len() + self.other_echoes
    }

    /// Whether this person said "moi aussi".
    pub fn is_echoed_by(&self, person: &PersonId) -> bool {
        self.echoed_by.contains(person)
    }
}
