//! All that stands beside a sheet, each with what can be said of it.

use super::{Content, Place, Signed, Statement, StatementId, Verdict, judge};
use crate::identity::PersonId;
use crate::records::statements::Entry;
use crate::roster::Members;

/// Something that was put beside a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// What can be said of it.
    pub verdict: Verdict,
    /// What it says; nothing when it is no statement. What does not count says nothing that anyone should rely on.
    pub statement: Option<Statement>,
    /// Whose phone has put it there.
    pub carrier: Option<PersonId>,
}

impl Stated {
    /// Judges everything beside one sheet, in its order. `is_true` is asked once for each statement: whoever remembers what
    /// [`Signed::is_true`] has said of the same bytes may answer from that.
    pub fn all(
        entries: &[Entry],
        place: Place,
        members: &Members,
        mut is_true: impl FnMut(&[u8], &Signed) -> bool,
    ) -> Vec<Self> {
        let judged = |entry: &Entry| match Signed::decode(&entry.bytes) {
            Ok(signed) => Self {
                verdict: judge(
                    &signed,
                    is_true(&entry.bytes, &signed),
                    place,
                    entry.carrier,
                    members,
                ),
                statement: Some(signed.statement),
                carrier: entry.carrier,
            },
            Err(_) => Self {
                verdict: Verdict::Unreadable,
                statement: None,
                carrier: entry.carrier,
            },
        };
        entries.iter().map(judged).collect()
    }

    /// What it says and who says so, if it counts.
    pub fn counted(&self) -> Option<(PersonId, &Statement)> {
        let person = self.verdict.person().filter(|_| self.verdict.counts())?;
        Some((person, self.statement.as_ref()?))
    }

    /// As [`Stated::counted`], in parts: its id, who says so, what.
    pub(crate) fn says(&self) -> Option<(StatementId, PersonId, &Content)> {
        let (person, statement) = self.counted()?;
        Some((statement.id, person, &statement.content))
    }
}
