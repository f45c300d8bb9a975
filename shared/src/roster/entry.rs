//! One entry of the record: what was done, when, by whom.

use super::tombstone::Heads;
use crate::id::DocumentId;
use crate::identity::{PersonId, PublicKey, Role, Roles};
use crate::presence::Face;
use crate::time::UnixMillis;
use minicbor::{Decode, Encode};

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum By {
    /// Whoever works on the relay's own machine, or the relay itself.
    #[n(0)]
    Operator,
    /// A member, by the fingerprint of their first key.
    #[n(1)]
    Member(#[n(0)] PersonId),
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub struct Entry {
    /// When, by the relay's clock.
    #[n(0)]
    pub at: UnixMillis,
    /// By whom.
    #[n(1)]
    pub by: By,
    /// What.
    #[n(2)]
    pub deed: Deed,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub enum Deed {
    /// An invitation was made.
    #[n(0)]
    Invited {
        /// Its number.
        #[n(0)]
        number: u32,
        /// The hash of its secret.
        #[cbor(n(1), with = "minicbor::bytes")]
        link: [u8; 32],
        /// The hash of its code.
        #[cbor(n(2), with = "minicbor::bytes")]
        code: Option<[u8; 32]>,
        /// The word for the role it gives.
        #[n(3)]
        role: String,
        /// The organisation it speaks for.
        #[n(4)]
        partner: Option<String>,
        /// How many may use it.
        #[n(5)]
        uses: u32,
        /// Until when.
        #[n(6)]
        until: UnixMillis,
        /// What the meeting is called that it is for.
        #[n(7)]
        meeting: Option<String>,
    },
    /// An invitation or a ticket is good no longer.
    #[n(1)]
    Withdrawn {
        /// Its number.
        #[n(0)]
        number: u32,
    },
    /// Someone came in, or came back.
    #[n(2)]
    Joined {
        /// The key of their phone.
        #[n(0)]
        key: PublicKey,
        /// How they look.
        #[n(1)]
        face: Face,
        /// Their number.
        #[n(2)]
        number: u32,
        /// The invitation they used.
        #[n(3)]
        invitation: u32,
    },
    /// Someone looks different now.
    #[n(3)]
    Faced {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// How they look.
        #[n(1)]
        face: Face,
    },
    /// Someone has other roles now; none when they were removed.
    #[n(4)]
    Became {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// What they are.
        #[n(1)]
        roles: Roles,
        /// The organisation they speak for.
        #[n(2)]
        partner: Option<String>,
    },
    /// Nothing is left of someone but the keys with which what they signed can be verified.
    #[n(5)]
    Erased {
        /// Who.
        #[n(0)]
        person: PersonId,
    },
    /// A program of another make may connect.
    #[n(6)]
    Ticketed {
        /// The ticket's number.
        #[n(0)]
        number: u32,
        /// The hash of its secret.
        #[cbor(n(1), with = "minicbor::bytes")]
        digest: [u8; 32],
        /// What it may do.
        #[n(2)]
        roles: Roles,
        /// What it is for.
        #[n(3)]
        label: String,
        /// Until when.
        #[n(4)]
        until: UnixMillis,
    },
    /// Someone may bring another phone.
    #[n(7)]
    Awaited {
        /// The number of this permission.
        #[n(0)]
        number: u32,
        /// Who.
        #[n(1)]
        person: PersonId,
        /// The hash of the secret that the other phone brings.
        #[cbor(n(2), with = "minicbor::bytes")]
        digest: [u8; 32],
        /// Whether it stands on a recovery card; the card before serves no longer.
        #[n(3)]
        is_card: bool,
        /// Until when.
        #[n(4)]
        until: UnixMillis,
    },
    /// The other phone is there.
    #[n(8)]
    Brought {
        /// The number of the permission, which is used up.
        #[n(0)]
        number: u32,
        /// The phone's key.
        #[n(1)]
        key: PublicKey,
        /// Whether the person's phones of before are lost.
        #[n(2)]
        alone: bool,
    },
    /// A phone was lost, or given away.
    #[n(9)]
    Lost {
        /// Whose.
        #[n(0)]
        person: PersonId,
        /// The phone's key.
        #[n(1)]
        key: PublicKey,
    },
    /// Someone who has lost both phone and card may come back, once two of the team have confirmed it.
    #[n(20)]
    CalledBack {
        /// The number of this permission.
        #[n(0)]
        number: u32,
        /// Who.
        #[n(1)]
        person: PersonId,
        /// The hash of the secret that the other phone brings.
        #[cbor(n(2), with = "minicbor::bytes")]
        digest: [u8; 32],
        /// Until when.
        #[n(3)]
        until: UnixMillis,
    },
    /// A phone has followed that secret, and waits to be confirmed.
    #[n(21)]
    Knocked {
        /// The number of the permission.
        #[n(0)]
        number: u32,
        /// The phone's key.
        #[n(1)]
        key: PublicKey,
    },
    /// Someone of the team has confirmed whose phone it is.
    #[n(22)]
    Confirmed {
        /// The number of the permission.
        #[n(0)]
        number: u32,
        /// The phone's key.
        #[n(1)]
        key: PublicKey,
    },
    /// Something that nobody vouched for was let in, or thrown away.
    #[n(40)]
    Settled {
        /// Of which document.
        #[n(0)]
        document: DocumentId,
        /// Who had brought it.
        #[n(1)]
        brought_by: PersonId,
        /// Whether it was let in.
        #[n(2)]
        admitted: bool,
    },
    /// A document was erased, and perhaps another one stands for it. What was struck out of it is not said.
    #[n(30)]
    Dropped {
        /// Which one.
        #[n(0)]
        document: DocumentId,
        /// The word for its kind.
        #[n(1)]
        kind: String,
        /// The document that says the same without what was struck out.
        #[n(2)]
        replaced_by: Option<DocumentId>,
        /// Up to where it does.
        #[n(3)]
        heads: Heads,
    },
    /// The relay was set back to a backup: what came after that is lost, unless it stands here.
    #[n(31)]
    SetBack,
}

impl Deed {
    /// The same without what is known of these people but their keys: what stays of the record once they were erased. `erased` is asked
    /// with the fingerprint of any of someone's keys.
    #[must_use]
    pub fn without(mut self, erased: impl Fn(PersonId) -> bool) -> Self {
        match &mut self {
            Self::Joined { key, face, .. } if erased(key.person()) => *face = Face::default(),
            Self::Faced { person, face } if erased(*person) => *face = Face::default(),
            Self::Became {
                person,
                roles,
                partner,
            } if erased(*person) => {
                *roles = roles.functions();
                if !roles.contains(Role::Partner) {
                    *partner = None;
                }
            }
            _ => {}
        }
        self
    }

    /// Whether it says how someone looks, other than nothing.
    pub fn shows(&self) -> Option<PersonId> {
        match self {
            Self::Joined { key, face, .. } if *face != Face::default() => Some(key.person()),
            Self::Faced { person, face } if *face != Face::default() => Some(*person),
            _ => None,
        }
    }
}
