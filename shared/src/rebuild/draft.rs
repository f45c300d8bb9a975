//! Words that are in no document any more.

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
