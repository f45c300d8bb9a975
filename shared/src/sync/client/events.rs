//! What a client is told, and what it asks its shell to do.

use super::{Acknowledged, Rejection};
use crate::doc::Imported;
use crate::id::{DocumentId, PeerId};
use crate::identity::{Authorship, PersonId, Proof};
use crate::rebuild::Draft;
use crate::roster::Answer;
use crate::store::StoredChange;
use automerge::ChangeHash;

/// What happens to a client.
#[derive(Debug, Clone)]
pub enum ClientEvent<'a> {
    /// The app has started, the network came back, or the person asks for a new attempt.
    Online,
    /// The device says there is no network.
    Offline,
    /// The socket that [`ClientEffect::Dial`] asked for is open.
    Opened {
        /// Randomness for this connection's peer id, and for the jitter of the next attempt should this side hang up.
        entropy: [u8; 16],
    },
    /// A binary frame arrived on that socket.
    Frame(&'a [u8]),
    /// That socket closed or could not be opened. The shell reports nothing about sockets it has already been told to hang up.
    Closed {
        /// Randomness for the jitter of the next attempt.
        entropy: u32,
    },
    /// What [`ClientEffect::Prove`] asked for.
    Proved {
        /// The message that was signed.
        message: &'a [u8],
        /// Each key's signature.
        proofs: Vec<Proof>,
    },
    /// What [`ClientEffect::Sign`] asked for.
    Signed {
        /// Which document.
        document: DocumentId,
        /// What was signed.
        word: Authorship,
    },
    /// What [`ClientEffect::Keep`] asked for is durable.
    Kept(DocumentId),
    /// It could not be written; the client tries again by itself.
    KeepFailed(DocumentId),
    /// The time of [`super::Client::next_wake`] has come.
    Wake,
}

/// What the shell of a client must do, in this order.
#[derive(Debug, Clone)]
pub enum ClientEffect {
    /// Open a socket to the relay; answer with [`ClientEvent::Opened`] or [`ClientEvent::Closed`].
    Dial,
    /// Send a binary frame.
    Send(Vec<u8>),
    /// Sign this with the key of each person who uses the phone; answer with [`ClientEvent::Proved`].
    Prove(Vec<u8>),
    /// Sign that a person of this phone has written a change, with their key and over [`Authorship::message`]; answer with
    /// [`ClientEvent::Signed`], or not at all where the key is not at hand.
    Sign {
        /// Which document.
        document: DocumentId,
        /// Whose key.
        person: PersonId,
        /// Which change.
        change: ChangeHash,
    },
    /// Keep what authors have signed of a document beside it, in place of what was kept there; see [`Authorship::encode_all`].
    KeepSignatures {
        /// Which document.
        document: DocumentId,
        /// All of it.
        data: Vec<u8>,
    },
    /// The relay answers what was asked.
    Answered {
        /// The number that [`super::Client::ask`] gave.
        number: u64,
        /// The answer; `None` when the connection was lost before it came.
        answer: Option<Answer>,
    },
    /// The relay tells who is who in a territory; whether its key has signed that is for the shell to see.
    Members {
        /// Which territory.
        space: DocumentId,
        /// The sealed snapshot.
        data: Vec<u8>,
    },
    /// The relay says which documents of a territory were erased; whether its key has signed that is for the shell to see, which then
    /// calls [`super::Client::bury`].
    Gone {
        /// Which territory.
        space: DocumentId,
        /// The sealed list: see [`crate::roster::Tombstone`].
        data: Vec<u8>,
    },
    /// Close the socket and forget it.
    HangUp,
    /// Write these changes in one durable transaction; answer with [`ClientEvent::Kept`] or [`ClientEvent::KeepFailed`].
    /// At most one is under way for a document.
    Keep {
        /// Which document.
        document: DocumentId,
        /// Changes to add to those already kept.
        changes: Vec<StoredChange>,
    },
    /// Changes were refused for good, and stand in the way of the others: call [`super::Client::rebuild`] when that can be done.
    Rebuild {
        /// Which document.
        document: DocumentId,
    },
    /// Take changes away, write others and keep the drafts, all in one durable transaction; answer as to [`ClientEffect::Keep`], of which
    /// this is one.
    Replace {
        /// Which document.
        document: DocumentId,
        /// Changes to take away, whether or not they were kept.
        removed: Vec<ChangeHash>,
        /// Changes to add.
        changes: Vec<StoredChange>,
        /// What remains of those that were taken away, and why they were.
        drafts: Vec<(Rejection, Draft)>,
    },
    /// Remember what the relay has acknowledged, at leisure: after a restart it tells what was sent.
    Remember {
        /// Which document.
        document: DocumentId,
        /// What to remember.
        acknowledged: Acknowledged,
    },
    /// Changes from elsewhere entered a document: show them.
    Changed {
        /// Which document.
        document: DocumentId,
        /// What changed.
        imported: Imported,
    },
    /// Something about what is kept, sent or connected may have changed: see [`super::Client::status`].
    StatusChanged,
    /// The relay has not got this document. It is served by itself should it appear.
    Unavailable(DocumentId),
    /// Someone else's ephemeral message.
    Heard {
        /// Which document it is about.
        document: DocumentId,
        /// The peer it comes from.
        sender: PeerId,
        /// Its payload.
        data: Vec<u8>,
    },
    /// The relay or this phone's guard refused something: for the log, in English.
    Trouble(String),
}
