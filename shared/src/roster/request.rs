//! What phones ask of the relay about who belongs to a territory, and what it answers.

use super::entry::Entry;
use super::tombstone::Heads;
use crate::id::DocumentId;
use crate::identity::{Code, PersonId, PublicKey, Roles, Secret};
use crate::presence::Face;
use crate::time::UnixMillis;
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use std::marker::PhantomData;

/// The longest request that is read, in bytes.
const REQUEST_BYTES: usize = 4 * 1024;

/// What a phone asks. Which territory is meant is in each, but for those that come with an invitation.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub enum Request {
    /// What a link or a code leads to.
    #[n(0)]
    Look {
        /// The link's secret or the code, as text.
        #[n(0)]
        invitation: String,
    },
    /// To come in. Asked again, it changes nothing.
    #[n(1)]
    Join {
        /// The link's secret or the code, as text.
        #[n(0)]
        invitation: String,
        /// A key that was proved on this connection.
        #[n(1)]
        key: PublicKey,
        /// How the others will see them.
        #[n(2)]
        face: Face,
    },
    /// To make an invitation.
    #[n(2)]
    Invite {
        /// Where to.
        #[n(0)]
        space: DocumentId,
        /// The word for the role it gives.
        #[n(1)]
        role: String,
        /// How many may use it.
        #[n(2)]
        uses: u32,
        /// For how many minutes.
        #[n(3)]
        minutes: u32,
        /// The organisation it speaks for.
        #[n(4)]
        partner: Option<String>,
        /// Whether a code to be spoken is wanted too.
        #[n(5)]
        code: bool,
        /// What the meeting is called that it is for, if it is for one.
        #[n(6)]
        meeting: Option<String>,
    },
    /// The invitations that are open.
    #[n(3)]
    Invitations {
        /// Where to.
        #[n(0)]
        space: DocumentId,
    },
    /// To end an invitation or a ticket.
    #[n(4)]
    Withdraw {
        /// Where.
        #[n(0)]
        space: DocumentId,
        /// Its number.
        #[n(1)]
        number: u32,
    },
    /// To look different.
    #[n(5)]
    Face {
        /// Where.
        #[n(0)]
        space: DocumentId,
        /// How.
        #[n(1)]
        face: Face,
    },
    /// To give someone these roles and no others; none removes them.
    #[n(6)]
    Become {
        /// Where.
        #[n(0)]
        space: DocumentId,
        /// Who, by the fingerprint of their first key.
        #[n(1)]
        person: PersonId,
        /// What they are from now on.
        #[n(2)]
        roles: Roles,
        /// The organisation they speak for.
        #[n(3)]
        partner: Option<String>,
    },
    /// To have nothing left of someone but their keys.
    #[n(7)]
    Erase {
        /// Where.
        #[n(0)]
        space: DocumentId,
        /// Who.
        #[n(1)]
        person: PersonId,
    },
    /// To let a program of another make connect.
    #[n(8)]
    Ticket {
        /// Where.
        #[n(0)]
        space: DocumentId,
        /// The word for its role.
        #[n(1)]
        role: String,
        /// What it is for.
        #[n(2)]
        label: String,
        /// For how many days.
        #[n(3)]
        days: u32,
    },
    /// All that was done, the newest last.
    #[n(9)]
    Record {
        /// Where.
        #[n(0)]
        space: DocumentId,
    },
    /// To bring another phone within a quarter of an hour, or later with a recovery card. The phone that asks draws the secret, so that
    /// nobody else knows it.
    #[n(10)]
    Await {
        /// Where.
        #[n(0)]
        space: DocumentId,
        /// The hash of the secret.
        #[cbor(n(1), with = "minicbor::bytes")]
        digest: [u8; 32],
        /// Whether it stands on a card. The card before serves no longer.
        #[n(2)]
        is_card: bool,
    },
    /// To come back with another phone of someone's.
    #[n(11)]
    Bring {
        /// The secret, as text.
        #[n(0)]
        secret: String,
        /// A key that was proved on this connection.
        #[n(1)]
        key: PublicKey,
        /// Whether the phones of before are lost: they are nobody's from then on.
        #[n(2)]
        alone: bool,
    },
    /// To have a phone of one's own, or of somebody, be nobody's.
    #[n(12)]
    Lose {
        /// Where.
        #[n(0)]
        space: DocumentId,
        /// The phone's key.
        #[n(1)]
        key: PublicKey,
    },
    /// To have someone come back who has lost both phone and card: with a phone that follows this secret, once two of the team have
    /// confirmed it. What was asked for them before is void.
    #[n(20)]
    CallBack {
        /// Where.
        #[n(0)]
        space: DocumentId,
        /// Who, by the fingerprint of their first key.
        #[n(1)]
        person: PersonId,
        /// The hash of the secret.
        #[cbor(n(2), with = "minicbor::bytes")]
        digest: [u8; 32],
    },
    /// To confirm that this phone is theirs.
    #[n(21)]
    Confirm {
        /// Where.
        #[n(0)]
        space: DocumentId,
        /// The number of the permission.
        #[n(1)]
        number: u32,
        /// The key of the phone that waits, as it was seen.
        #[n(2)]
        key: PublicKey,
    },
    /// What was brought, that nobody vouches for.
    #[n(40)]
    Quarantine {
        /// Where.
        #[n(0)]
        space: DocumentId,
    },
    /// The words of something in it.
    #[n(41)]
    Examine {
        /// Where.
        #[n(0)]
        space: DocumentId,
        /// Which document.
        #[n(1)]
        document: DocumentId,
        /// Who has brought it.
        #[n(2)]
        by: PersonId,
    },
    /// To let something of it in, or to throw it away.
    #[n(42)]
    Settle {
        /// Where.
        #[n(0)]
        space: DocumentId,
        /// Which document.
        #[n(1)]
        document: DocumentId,
        /// Who has brought it.
        #[n(2)]
        by: PersonId,
        /// Whether it is let in.
        #[n(3)]
        admit: bool,
        /// The SHA-256 of the change chunks as they were read: something else may wait by now.
        #[cbor(n(4), with = "minicbor::bytes")]
        digest: [u8; 32],
    },
    /// To have a whole document gone, here and on every phone.
    #[n(30)]
    EraseDocument {
        /// Where.
        #[n(0)]
        space: DocumentId,
        /// Which one.
        #[n(1)]
        document: DocumentId,
    },
    /// To have a document gone for another one, which says the same without something and is on the relay's disk already.
    #[n(31)]
    Replace {
        /// Where.
        #[n(0)]
        space: DocumentId,
        /// Which one.
        #[n(1)]
        document: DocumentId,
        /// The other one.
        #[n(2)]
        with: DocumentId,
        /// The heads of the first from which the other one was made.
        #[n(3)]
        heads: Heads,
    },
}

impl Request {
    /// Reads a request from outside; `None` for what is none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > REQUEST_BYTES {
            return None;
        }
        minicbor::decode(bytes).ok()
    }

    /// The territory it is about, unless an invitation says so.
    pub fn space(&self) -> Option<DocumentId> {
        match self {
            Self::Look { .. } | Self::Join { .. } | Self::Bring { .. } => None,
            Self::Invite { space, .. }
            | Self::Invitations { space }
            | Self::Withdraw { space, .. }
            | Self::Face { space, .. }
            | Self::Become { space, .. }
            | Self::Erase { space, .. }
            | Self::Ticket { space, .. }
            | Self::Await { space, .. }
            | Self::Lose { space, .. }
            | Self::Quarantine { space }
            | Self::Examine { space, .. }
            | Self::Settle { space, .. }
            | Self::CallBack { space, .. }
            | Self::Confirm { space, .. }
            | Self::EraseDocument { space, .. }
            | Self::Replace { space, .. }
            | Self::Record { space } => Some(*space),
        }
    }
}

/// What the relay answers.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub enum Answer {
    /// No.
    #[n(0)]
    Denied(#[n(0)] Denied),
    /// It is done.
    #[n(1)]
    Done,
    /// What an invitation leads to.
    #[n(2)]
    Looked {
        /// Which territory.
        #[n(0)]
        space: DocumentId,
        /// The word for the role it gives.
        #[n(1)]
        role: String,
        /// It is used up: only those who used it may come back.
        #[n(2)]
        is_over: bool,
    },
    /// Whoever asked is in.
    #[n(3)]
    Joined {
        /// Which territory.
        #[n(0)]
        space: DocumentId,
    },
    /// An invitation or a ticket was made. This is the only time anyone sees its secret.
    #[n(4)]
    Invited {
        /// Its number.
        #[n(0)]
        number: u32,
        /// The secret for the end of a link.
        #[n(1)]
        link: String,
        /// The code to be spoken.
        #[n(2)]
        code: Option<String>,
    },
    /// The invitations that are open.
    #[n(5)]
    Invitations(#[n(0)] Packed<Vec<InvitationCard>>),
    /// An invitation is none, but brings another phone of this person.
    #[n(7)]
    Returning {
        /// Which territory.
        #[n(0)]
        space: DocumentId,
        /// How the others see them.
        #[n(1)]
        face: Face,
        /// What lets the phone in.
        #[n(2)]
        by: Way,
    },
    /// All that was done.
    #[n(6)]
    Record(#[n(0)] Packed<Vec<Entry>>),
    /// What waits in quarantine, the oldest first.
    #[n(40)]
    Quarantine(#[n(0)] Packed<Vec<Quarantined>>),
    /// Change chunks, one after the other, causes first.
    #[n(41)]
    Chunks(#[cbor(n(0), with = "minicbor::bytes")] Vec<u8>),
}

/// Something in CBOR that is read only where it is shown: what reads it is downloaded with the screen.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Packed<T> {
    #[cbor(n(0), with = "minicbor::bytes")]
    bytes: Vec<u8>,
    #[cbor(skip)]
    of: PhantomData<T>,
}

impl<T: Encode<()>> Packed<T> {
    /// Packs it.
    pub fn new(value: &T) -> Self {
        Self {
            // Writing to a Vec cannot fail.
            bytes: minicbor::to_vec(value).unwrap_or_default(),
            of: PhantomData,
        }
    }
}

impl<T: for<'b> Decode<'b, ()>> Packed<T> {
    /// Reads it; `None` when it is something else.
    pub fn open(&self) -> Option<T> {
        minicbor::decode(&self.bytes).ok()
    }
}

/// Something that was brought, that others are said to have written, and that nobody vouches for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Quarantined {
    /// Of which document.
    #[n(0)]
    pub document: DocumentId,
    /// Who has brought it.
    #[n(1)]
    pub by: PersonId,
    /// Since when it waits.
    #[n(2)]
    pub at: UnixMillis,
    /// Bytes of its changes.
    #[n(3)]
    pub bytes: u64,
}

/// An invitation as those see it who may withdraw it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct InvitationCard {
    /// Its number.
    #[n(0)]
    pub number: u32,
    /// The word for the role it gives.
    #[n(1)]
    pub role: String,
    /// How many may still use it.
    #[n(2)]
    pub uses: u32,
    /// Until when.
    #[n(3)]
    pub until: UnixMillis,
    /// What the meeting is called that it is for.
    #[n(4)]
    pub meeting: Option<String>,
    /// The organisation whoever comes in speaks for.
    #[n(5)]
    pub partner: Option<String>,
}

/// What lets another phone of someone's in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Way {
    /// What another phone of theirs shows.
    #[n(0)]
    Phone,
    /// Their recovery card, which serves once.
    #[n(1)]
    Card,
    /// Two of the team, who confirm it.
    #[n(2)]
    Team,
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, thiserror::Error)]
#[cbor(index_only)]
pub enum Denied {
    /// No such link or code: unknown, ended, withdrawn or mistyped. One answer for all, so that guessing teaches nothing.
    #[n(0)]
    #[error("no invitation is open under this link or code")]
    NoInvitation,
    /// As many came in as may.
    #[n(1)]
    #[error("the invitation is used up")]
    UsedUp,
    /// Someone with other roles may; also the answer about territories that are not there.
    #[n(2)]
    #[error("this needs another role")]
    NotAllowed,
    /// Nobody, or nothing, of this name.
    #[n(3)]
    #[error("there is nothing of this name")]
    Unknown,
    /// The territory has as many people or invitations as it may.
    #[n(4)]
    #[error("there is no room for more")]
    Full,
    /// The team would be empty.
    #[n(5)]
    #[error("someone has to be left in the team")]
    LastOfTeam,
    /// Too many attempts: later.
    #[n(6)]
    #[error("too many attempts; wait some minutes")]
    TooOften,
    /// The relay cannot write it down now.
    #[n(7)]
    #[error("it cannot be written down at the moment")]
    NotKept,
    /// Not yet: two of the team have to confirm whose phone it is.
    #[n(8)]
    #[error("two of the team have to confirm it first")]
    NotConfirmed,
    /// The document has changed since.
    #[n(30)]
    #[error("the document has changed since")]
    Changed,
}

/// Draws what must not be guessed from 32 random bytes.
pub(super) struct Draw {
    entropy: [u8; 32],
    drawn: u8,
}

impl Draw {
    pub(super) fn new(entropy: [u8; 32]) -> Self {
        Self { entropy, drawn: 0 }
    }

    pub(super) fn secret(&mut self) -> Secret {
        Secret::from_entropy(self.bytes())
    }

    pub(super) fn code(&mut self) -> Code {
        Code::from_entropy(self.bytes())
    }

    fn bytes(&mut self) -> [u8; 16] {
        self.drawn += 1;
        let digest = Sha256::new()
            .chain_update(b"maillage draw")
            .chain_update(self.entropy)
            .chain_update([self.drawn])
            .finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        bytes
    }
}
