//! How far what is written has got: kept, sent, or not taken.

use super::LinkState;
use crate::identity::Receipt;
use automerge::ChangeHash;

/// What a relay has said that it has of a document: where the next conversation with it begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Acknowledged {
    /// The name of its store, as in [`crate::wire::Metadata`]. Of a relay with another store, or with none, nothing is known.
    pub relay: Option<String>,
    /// Its heads, as far as they are on this phone.
    pub heads: Vec<ChangeHash>,
    /// Its word for heads that are on this phone, of now or of some while ago: brings back what it loses.
    pub receipt: Option<Receipt>,
}

/// Where the writing of one document, or of all, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Status {
    /// Changes not yet durable on this phone.
    pub unkept: usize,
    /// Changes kept here that the relay has not acknowledged as durable.
    pub unsent: usize,
    /// The last attempt to keep something failed: storage full, most often.
    pub keeping_fails: bool,
    /// The relay does not take something that was written here: it will not leave by itself.
    pub refused: Option<Rejection>,
    /// The relay does not speak the protocol in any version known here.
    pub too_old: bool,
    /// The connection.
    pub link: LinkState,
}

/// Why the relay does not take something, as far as it makes a difference to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rejection {
    /// It does not accept it, or it ended the last connections with an error after changes were sent and has acknowledged none of them.
    NotAccepted,
    /// The territory has as many documents as the relay keeps for one.
    SpaceFull,
    /// A change or its document is larger than the relay takes.
    TooLarge,
    /// Others wrote part of it, and their phones have not sent that yet.
    Author,
    /// Whoever uses this phone may not do this here.
    NotAllowed,
}

impl Rejection {
    /// What the reason of a `maillage-refused` message means to people.
    pub(super) fn from_code(code: &str) -> Self {
        match code {
            "too-large" => Self::TooLarge,
            "space-full" => Self::SpaceFull,
            // What it builds on is not there: whoever wrote that has not sent it.
            "author" | "dependency" => Self::Author,
            "not-allowed" => Self::NotAllowed,
            _ => Self::NotAccepted,
        }
    }
}
