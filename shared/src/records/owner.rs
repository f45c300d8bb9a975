//! Who takes care of something.

use super::field::{FieldValue, Stored};
use crate::identity::PersonId;
use automerge::ScalarValue;
use minicbor::{Decode, Encode};

/// What a stored owner that is a person starts with.
const PERSON: &str = "person:";

/// Who takes care of something. Shared documents name people by their opaque id only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum Owner {
    /// A member.
    #[n(0)]
    Person(#[n(0)] PersonId),
    /// A role or an organisation, in words: "Les syndicats". Never the name of someone.
    #[n(1)]
    Words(#[n(0)] String),
}

impl Owner {
    /// What is meant by what stands in a document.
    pub(crate) fn of_words(words: &str) -> Self {
        let person = words.strip_prefix(PERSON).and_then(PersonId::parse);
        person.map_or_else(|| Self::Words(words.to_owned()), Self::Person)
    }
}

impl FieldValue for Owner {
    fn read(stored: &Stored) -> Option<Self> {
        stored.words().map(Self::of_words)
    }

    fn write(&self) -> ScalarValue {
        match self {
            Self::Person(person) => format!("{PERSON}{person}").into(),
            Self::Words(words) => words.as_str().into(),
        }
    }
}
