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

impl FieldValue for Owner {
    fn read(stored: &Stored) -> Option<Self> {
        let words = stored.words()?;
        let person = words.strip_prefix(PERSON).and_then(PersonId::parse);
        Some(person.map_or_else(|| Self::Words(words.to_owned()), Self::Person))
    }

    fn write(&self) -> ScalarValue {
        match self {
            Self::Person(person) => format!("{PERSON}{person}").into(),
            Self::Words(words) => words.as_str().into(),
        }
    }
}
