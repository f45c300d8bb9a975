//! The sort of contract that would be signed.

use super::field::{FieldValue, Stored};
use automerge::ScalarValue;

/// A sort of contract.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContractType {
    /// Durée indéterminée: what the method aims at (seed 1).
    Permanent,
    /// Durée déterminée.
    FixedTerm,
    /// Article 60 § 7 of the organic law on the CPAS.
    Article60,
    /// Something else, in the group's words.
    Other(String),
}

impl ContractType {
    /// The sorts that have a name of their own, in the order in which screens list them.
    pub const NAMED: [Self; 3] = [Self::Permanent, Self::FixedTerm, Self::Article60];

    /// The word under which it is stored: a code, or the group's own words.
    pub fn code(&self) -> &str {
        match self {
            Self::Permanent => "permanent",
            Self::FixedTerm => "fixed_term",
            Self::Article60 => "article_60",
            Self::Other(words) => words,
        }
    }

    /// The contract stored under a word: words that are no code are the group's own.
    pub fn from_code(code: &str) -> Self {
        Self::NAMED
            .into_iter()
            .find(|contract| contract.code() == code)
            .unwrap_or_else(|| Self::Other(code.to_owned()))
    }
}

impl FieldValue for ContractType {
    fn read(stored: &Stored) -> Option<Self> {
        stored.words().map(Self::from_code)
    }

    fn write(&self) -> ScalarValue {
        self.code().into()
    }
}
