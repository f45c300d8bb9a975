//! Where the project of a territory stands.

use super::field::{FieldValue, Stored};
use automerge::ScalarValue;

/// One of the eleven phases of a project (seed 3), from 1 to 11. Their titles are fixed texts of the screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phase(u8);

impl Phase {
    /// How many phases there are.
    pub const COUNT: u8 = 11;

    /// The phase of that number, if it is between 1 and 11.
    pub fn new(number: u8) -> Option<Self> {
        (1..=Self::COUNT).contains(&number).then_some(Self(number))
    }

    /// Its number, from 1 to 11.
    pub fn number(self) -> u8 {
        self.0
    }

    /// Every phase, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=Self::COUNT).map(Self)
    }
}

impl FieldValue for Phase {
    fn read(stored: &Stored) -> Option<Self> {
        match stored {
            Stored::Whole(number) => u8::try_from(*number).ok().and_then(Self::new),
            _ => None,
        }
    }

    fn write(&self) -> ScalarValue {
        i64::from(self.0).into()
    }
}
