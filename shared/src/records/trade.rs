//! The trade (filière) of a job sheet.

use super::field::{FieldValue, Stored};
use automerge::ScalarValue;

/// A trade: the four that the members of Concertes see coming (seed 4), the services of the social concierge (seed 2), or the
/// group's own words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trade {
    /// Réparation vélos.
    BikeRepair,
    /// Déconstruction.
    Deconstruction,
    /// Déchets électriques et électroniques.
    ElectricalWaste,
    /// Bois et menuiserie.
    Woodwork,
    /// Conciergerie sociale: small electricity, plumbing, moving, assembling.
    SocialConcierge,
    /// Something else, in the group's words.
    Other(String),
}

impl Trade {
    /// The trades that have a name of their own, in the order in which screens list them.
    pub const NAMED: [Self; 5] = [
        Self::BikeRepair,
        Self::Deconstruction,
        Self::ElectricalWaste,
        Self::Woodwork,
        Self::SocialConcierge,
    ];

    /// The word under which the trade is stored: a code, or the group's own words.
    pub fn code(&self) -> &str {
        match self {
            Self::BikeRepair => "bike_repair",
            Self::Deconstruction => "deconstruction",
            Self::ElectricalWaste => "electrical_waste",
            Self::Woodwork => "woodwork",
            Self::SocialConcierge => "social_concierge",
            Self::Other(words) => words,
        }
    }

    /// The trade stored under a word: words that are no code are the group's own.
    pub fn from_code(code: &str) -> Self {
        Self::NAMED
            .into_iter()
            .find(|trade| trade.code() == code)
            .unwrap_or_else(|| Self::Other(code.to_owned()))
    }
}

impl FieldValue for Trade {
    fn read(stored: &Stored) -> Option<Self> {
        stored.words().map(Self::from_code)
    }

    fn write(&self) -> ScalarValue {
        self.code().into()
    }
}
