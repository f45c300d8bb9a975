//! One noun a file: the keys under which it stands in a document, how it is born, read and written, and what it reads as when
//! something is missing.
//!
//! Containers are created by the genesis change of their document (`birth`) or under a fresh [`crate::id::RecordId`], never
//! later at a fixed key, because two phones that each create a container at one key hide one of them.

/// Gives a closed list of words its codes: `ALL`, `code`, `from_code` and the way it is stored in a field.
macro_rules! coded {
    ($name:ident { $($variant:ident => $code:literal),+ $(,)? }) => {
        impl $name {
            /// Every value, in the order in which screens list them.
            pub const ALL: [Self; [$($code),+].len()] = [$(Self::$variant),+];

            /// The word under which the value is stored; it never changes.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// The value stored under that word.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|value| value.code() == code)
            }
        }

        impl $crate::records::field::FieldValue for $name {
            fn read(stored: &$crate::records::field::Stored) -> Option<Self> {
                stored.words().and_then(Self::from_code)
            }

            fn write(&self) -> automerge::ScalarValue {
                self.code().into()
            }
        }
    };
}

mod before_trial;
pub(crate) mod container;
mod contract;
pub(crate) mod field;
pub(crate) mod guard_rail;
pub(crate) mod helped;
pub(crate) mod hire;
pub(crate) mod index_entry;
pub mod job_sheet;
pub(crate) mod need;
pub mod needs;
pub(crate) mod neighbourhood;
pub(crate) mod origin;
mod owner;
pub(crate) mod partner;
mod phase;
#[cfg(test)]
pub(crate) mod sample;
pub(crate) mod section;
mod sheet_state;
pub(crate) mod state_move;
pub mod statements;
pub mod territory;
mod trade;

pub use before_trial::{LegalFrame, TrialPoint, TrialPointValue};
pub use contract::ContractType;
pub use guard_rail::{GuardRailState, GuardRailTopic};
pub use job_sheet::NewJobSheet;
pub use owner::Owner;
pub use partner::PartnerKind;
pub use phase::Phase;
pub use section::{Section, Splice};
pub use sheet_state::SheetState;
pub use trade::Trade;

#[cfg(test)]
mod tests;
