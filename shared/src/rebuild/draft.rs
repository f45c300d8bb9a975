//! Words that are in no document any more.

use crate::doc::Kind;
use crate::id::DocumentId;
use crate::identity::PersonId;
use crate::records::{
    Owner, Section, guard_rail, job_sheet, need, needs, partner, state_move, territory,
};
use minicbor::{Decode, Encode};

/// What somebody wrote in a document and the relay did not take.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
pub struct Draft {
    /// Its parts, in the order of the keys of their places.
    #[n(0)]
    pub parts: Vec<DraftPart>,
}

/// One part: a passage of a text, or the value of a field.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct DraftPart {
    /// The keys that lead from the root of the document to the text or field.
    #[n(0)]
    pub path: Vec<String>,
    /// What was taken away or replaced, and is there again.
    #[n(1)]
    pub before: Option<String>,
    /// What was written.
    #[n(2)]
    pub after: Option<String>,
}

impl Draft {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Notes a part, unless it says nothing.
    pub(super) fn note(&mut self, path: &[String], before: Option<String>, after: Option<String>) {
        let says = |words: Option<String>| words.filter(|words| !words.is_empty());
        let (before, after) = (says(before), says(after));
        if before.is_some() || after.is_some() {
            self.parts.push(DraftPart {
                path: path.to_vec(),
                before,
                after,
            });
        }
    }
}

/// What a part of a draft is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftPlace {
    /// A text of a job sheet.
    Section(Section),
    /// The title of a job sheet.
    Title,
    /// What a need says.
    Need,
    /// Some other field that holds words or a number.
    Field,
    /// A choice, a mark or the name of something else: nothing that one would read.
    Choice,
}

impl DraftPart {
    /// What it is about, in a document of this kind.
    pub fn place(&self, kind: Kind) -> DraftPlace {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        match (kind, path.as_slice()) {
            (Kind::JobSheet, [job_sheet::SECTIONS, code]) => {
                Section::from_code(code).map_or(DraftPlace::Field, DraftPlace::Section)
            }
            (Kind::JobSheet, [job_sheet::TITLE]) => DraftPlace::Title,
            (Kind::Needs, [needs::NEEDS, _, need::TEXT]) => DraftPlace::Need,
            _ if self.is_choice() => DraftPlace::Choice,
            _ => DraftPlace::Field,
        }
    }

    /// Whether it is a code, a mark or the name of something: nothing that one would read.
    fn is_choice(&self) -> bool {
        let words = self.after.as_deref().or(self.before.as_deref());
        let words = words.unwrap_or_default();
        let is_mark = ["true", "false"].contains(&words);
        let is_name = matches!(Owner::of_words(words), Owner::Person(_))
            || PersonId::parse(words).is_some()
            || words.parse::<DocumentId>().is_ok();
        let is_listed = self.path.first().is_some_and(|key| key == territory::INDEX);
        let is_coded = self.path.last().is_some_and(|key| CODED.contains(&&**key));
        is_mark || is_name || is_listed || is_coded
    }
}

/// Fields that hold a word of a closed list.
const CODED: [&str; 8] = [
    job_sheet::TRADE,
    job_sheet::STATE,
    job_sheet::CONTRACT_TYPE,
    guard_rail::TOPIC,
    partner::KIND,
    state_move::FROM,
    state_move::TO,
    territory::PHASE,
];
