//! What the session's state asks its shell to do, and what it is told.

use super::drafts::Replacement;
use crate::platform::network::Network;
use crate::platform::storage::Room;
use litemap::LiteMap;
use maillage_shared::ChangeHash;
use maillage_shared::doc::Imported;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{Authorship, PersonId, Proof, PublicKey};
use maillage_shared::roster::Answer;
use maillage_shared::store::StoredChange;

/// Something that happened outside.
#[derive(Debug)]
pub(crate) enum Event {
    /// The device or the browser says something about the network or the page.
    Network(Network),
    /// The socket is open.
    Opened,
    /// A frame arrived.
    Frame(Vec<u8>),
    /// The socket closed or could not be opened.
    Closed,
    /// These changes are durable.
    Kept(DocumentId, Vec<ChangeHash>),
    /// They could not be written.
    KeepFailed(DocumentId),
    /// A key was made for whoever comes in: its public half.
    KeyMade(PublicKey),
    /// The people of this phone have signed what the relay asked for.
    Proved(Vec<u8>, Vec<Proof>),
    /// Somebody of this phone has signed what they wrote.
    Signed(DocumentId, Authorship),
    /// Whether who I am could be written.
    MyselfKept(bool),
    /// How it stands with the room for what is kept.
    Room(Room),
    /// The wake-up rang.
    Rang,
    /// This tab may speak with the relay; no other does.
    Leading,
    /// Another tab speaks with the relay from now on.
    Deposed,
    /// A tab of a newer version has taken the phone's storage over: this one keeps nothing more.
    Outgrown,
    /// Another tab of this phone has said something.
    Tab(Vec<u8>),
    /// Changes in the store that were not known here.
    Found(Vec<(DocumentId, Vec<Vec<u8>>)>),
    /// Who uses this phone, as it is kept now.
    MyselfRead(LiteMap<String, Vec<u8>>),
    /// What is kept about documents now: drafts are among it.
    DraftsRead(LiteMap<String, Vec<u8>>),
}

/// Something to do.
#[derive(Debug)]
pub(crate) enum Task {
    /// Open a socket.
    Dial,
    /// Send a frame.
    Send(Vec<u8>),
    /// Close the socket.
    HangUp,
    /// Write changes, then say so.
    Keep(DocumentId, Vec<StoredChange>),
    /// Make a key for whoever comes in, then say so.
    MakeKey,
    /// Sign what the relay asks for with the key of each of these, then say so.
    Prove(Vec<u8>, Vec<PublicKey>),
    /// Sign with this key that its holder has written a change, then say so.
    Sign {
        /// In which document.
        document: DocumentId,
        /// Which change.
        change: ChangeHash,
        /// Whose key.
        key: PublicKey,
    },
    /// Take changes away and write others with the drafts, then say so.
    Replace(Replacement),
    /// Write what a draft has become, or that it is no more.
    KeepDraft(String, Option<Vec<u8>>),
    /// Read the drafts that are kept.
    ReadDrafts,
    /// Write who I am, then say so.
    KeepMyself(Vec<(String, Vec<u8>)>),
    /// Write how someone looks.
    KeepPerson(PersonId, Vec<u8>),
    /// Write who is who in a territory.
    KeepMembers(DocumentId, Vec<u8>),
    /// Write what the relay has acknowledged of some documents.
    KeepHeads(Vec<(DocumentId, Vec<u8>)>),
    /// Write what authors have signed of a document.
    KeepSignatures(DocumentId, Vec<u8>),
    /// Note these entries about documents, then take these documents away.
    Bury(Vec<DocumentId>, Vec<(String, Vec<u8>)>),
    /// Say something to the other tabs of this phone.
    TellTabs(Vec<u8>),
    /// Become the tab that speaks with the relay, whichever does now.
    TakeTheLead,
    /// Read what other tabs have kept and this one has not heard of.
    ReadAgain,
    /// Read who uses this phone.
    ReadMyself,
    /// Ask the browser not to clear what is kept, then how it stands with the room.
    AskToPersist,
    /// Ask the browser how it stands with the room.
    LookAtRoom,
    /// Note beside the database that this phone has joined a territory.
    Mark(DocumentId),
    /// Note that nobody acts any longer, and who did, tell the other tabs, and begin anew there.
    HandOver(Option<PersonId>, String),
    /// Begin anew there, as after a first visit.
    StartOver(String),
    /// Take off the phone what is kept under someone's name.
    DropUser(PersonId),
    /// Write a line into the log, in English.
    Log(String),
    /// Tell the model.
    Tell(Notice),
}

/// Something that screens may show.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Notice {
    /// What the phone keeps cannot be read as long as another tab, of an older version, is open.
    Blocked,
    /// What the phone kept has been read.
    Ready,
    /// Who I am, or where.
    Myself,
    /// A document changed from elsewhere.
    Changed(DocumentId, Imported),
    /// A document was written here, or appeared.
    Written(DocumentId),
    /// What is kept, sent or connected.
    Status,
    /// Who is in a document.
    Company(DocumentId),
    /// Who uses this phone besides.
    Users,
    /// How someone looks.
    People,
    /// Who is who, and what I may do.
    Members,
    /// Which documents were erased, or what is left of what was written there.
    Erased,
    /// Where an invitation leads, or how far coming in has got.
    Entrance,
    /// What the relay says to a question with this number; nothing when the connection was lost.
    Answered(u64, Option<Answer>),
}
