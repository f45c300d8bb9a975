//! Every word the app shows or says.
//!
//! [`keys`] is the list of keys, as structures; each language is one value of [`keys::Text`] in its own file. A key that does not
//! exist and a language that lacks a key are both compile errors. Sentences that depend on a number or a name are functions, so
//! that each language applies its own plural.

mod fr;
mod keys;

pub(crate) use keys::{Invited, LateText, LocalDay, Refusal, Text};

/// The words of the language on screen.
pub(crate) fn text() -> &'static Text {
    &fr::TEXT
}

/// The words that only late screens say, in the language on screen. Used elsewhere, they would be part of each first visit.
pub(crate) fn late_text() -> &'static LateText {
    &fr::LATE
}
