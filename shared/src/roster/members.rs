//! What phones know of who is who: a snapshot of the record, signed by the space's key, sent whole.

use super::Roster;
use crate::id::DocumentId;
use crate::identity::{PersonId, PersonKey, PublicKey, Roles, Signature};
use crate::presence::Face;
use minicbor::{Decode, Decoder, Encode, Encoder};
use std::convert::Infallible;

/// The longest snapshot that is read, in bytes: room for [`super::MOST_MEMBERS`] with several phones each.
const MEMBERS_BYTES: usize = 1024 * 1024;

const PURPOSE: &[u8] = b"maillage members 1";

/// Everyone of one territory, at one time.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub struct Members {
    /// Which territory.
    #[n(0)]
    pub space: DocumentId,
    /// Entries of the record so far: within one life of the record, a higher one is newer.
    #[n(1)]
    pub epoch: u64,
    /// Who.
    #[n(2)]
    pub people: Vec<Card>,
    /// Which of the record's lives this is of: see [`Roster::generation`].
    #[cbor(n(4), default)]
    pub generation: u64,
    /// Phones that wait for the team to confirm whose they are.
    #[n(3)]
    #[cbor(default)]
    pub waiting: Vec<Waiting>,
}

/// A phone that waits for the team to confirm whose it is. Everyone sees it, so that nobody is replaced behind anyone's back.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Waiting {
    /// The number of the permission.
    #[n(0)]
    pub number: u32,
    /// Whose it would be.
    #[n(1)]
    pub person: PersonId,
    /// Its key.
    #[n(2)]
    pub key: PublicKey,
    /// Who of the team has confirmed it.
    #[n(3)]
    pub confirmed: Vec<PersonId>,
}

/// One person, as the others know them.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub struct Card {
    /// The fingerprint of their first key: what documents call them.
    #[n(0)]
    pub person: PersonId,
    /// The keys of their phones, the first first; those they lost are there too.
    #[n(1)]
    pub keys: Vec<PublicKey>,
    /// Their number.
    #[n(2)]
    pub number: u32,
    /// What they are; nothing once they were removed or erased.
    #[n(3)]
    pub roles: Roles,
    /// How they look; nothing of someone who was erased.
    #[n(4)]
    pub face: Option<Face>,
    /// The organisation they speak for.
    #[n(5)]
    pub partner: Option<String>,
    /// Those of the keys whose phones were lost: they may do nothing.
    #[n(6)]
    #[cbor(default)]
    pub lost: Vec<PublicKey>,
    /// Of someone who left: the roles of theirs in which one acts for others, so that what they stated can be judged.
    #[n(7)]
    #[cbor(default)]
    pub was: Roles,
    /// And the organisation they spoke for.
    #[n(8)]
    pub was_partner: Option<String>,
}

impl Card {
    /// Whether the phone with this key, by its fingerprint, was lost.
    pub fn has_lost(&self, key: PersonId) -> bool {
        self.lost.iter().any(|lost| lost.person() == key)
    }
}

/// Bytes that are not a snapshot which this key has signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the members of this territory, or not signed by its key")]
pub struct BadMembers;

impl Members {
    /// What one phone may know of the record: everyone, or only whoever uses that phone.
    pub fn of(roster: &Roster, only: Option<PersonId>) -> Self {
        let people = roster
            .members()
            .filter(|(person, _)| only.is_none_or(|only| only == *person))
            .map(|(person, member)| Card {
                person,
                keys: member.phones.iter().map(|phone| phone.key).collect(),
                number: member.number,
                roles: member.roles,
                face: (!member.erased).then(|| member.face.clone()),
                partner: member.partner.clone(),
                lost: member
                    .phones
                    .iter()
                    .filter(|phone| phone.lost)
                    .map(|phone| phone.key)
                    .collect(),
                was: member.was.0,
                was_partner: member.was.1.clone(),
            });
        Self {
            space: roster.space(),
            epoch: roster.epoch(),
            people: people.collect(),
            waiting: roster
                .waiting()
                .filter(|waiting| only.is_none_or(|only| only == waiting.person))
                .collect(),
            generation: roster.generation(),
        }
    }

    /// Whether this one counts where the other one is known.
    pub fn is_as_new_as(&self, other: &Self) -> bool {
        (self.generation, self.epoch) >= (other.generation, other.epoch)
    }

    /// Whose key this is.
    pub fn card_of(&self, key: PersonId) -> Option<&Card> {
        let has = |card: &&Card| {
            card.person == key || card.keys.iter().any(|other| other.person() == key)
        };
        self.people.iter().find(has)
    }

    /// The bytes that travel: the key of the space, its signature, and what it has signed.
    pub fn seal(&self, key: &PersonKey) -> Vec<u8> {
        // Writing to a Vec cannot fail.
        let content = minicbor::to_vec(self).unwrap_or_default();
        let signature = key.sign(&signed(&content));
        let mut encoder = Encoder::new(Vec::new());
        let write = |e: &mut Encoder<Vec<u8>>| -> Result<(), minicbor::encode::Error<Infallible>> {
            e.array(3)?.encode(key.public())?.encode(signature)?;
            e.bytes(&content)?.ok()
        };
        let written = write(&mut encoder);
        debug_assert!(written.is_ok());
        encoder.into_writer()
    }

    /// Reads what [`Members::seal`] wrote. A phone gives the key that it has met first; without one, any is taken, and returned.
    pub fn open(bytes: &[u8], known: Option<PublicKey>) -> Result<(Self, PublicKey), BadMembers> {
        Self::read(bytes)
            .filter(|(_, key)| known.is_none_or(|known| known == *key))
            .ok_or(BadMembers)
    }

    fn read(bytes: &[u8]) -> Option<(Self, PublicKey)> {
        if bytes.len() > MEMBERS_BYTES {
            return None;
        }
        let mut d = Decoder::new(bytes);
        d.array().ok()?.filter(|length| *length == 3)?;
        let key: PublicKey = d.decode().ok()?;
        let signature: Signature = d.decode().ok()?;
        let content = d.bytes().ok()?;
        let is_true = key.verifies(&signed(content), &signature) && d.position() == bytes.len();
        let members = minicbor::decode(content).ok()?;
        is_true.then_some((members, key))
    }
}

fn signed(content: &[u8]) -> Vec<u8> {
    [PURPOSE, content].concat()
}
