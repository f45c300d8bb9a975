//! What one connection may do: who proved that they use it, and what they are where.

use super::Roster;
use crate::doc::Kind;
use crate::id::DocumentId;
use crate::identity::{ACTOR_ENTROPY_LENGTH, FINGERPRINT_LENGTH, PersonId, Roles};
use crate::rules::access::{self, Right};
use automerge::ActorId;

/// What one connection may do, as things stand: whoever changes the record has the connection begin anew.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Warrant {
    holder: Holder,
    /// What the holder is, in each space where that is anything.
    roles: Vec<(DocumentId, Roles)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Holder {
    /// Nobody has proved anything.
    #[default]
    Nobody,
    /// The relay asks nobody who they are.
    Anyone,
    /// People, by the fingerprints of the keys they proved.
    People(Vec<PersonId>),
    /// A program of another make, which has a ticket.
    Program,
}

impl Warrant {
    /// Of everyone, where the relay asks nobody who they are.
    pub fn of_anyone() -> Self {
        Self {
            holder: Holder::Anyone,
            roles: Vec::new(),
        }
    }

    /// Of those who proved these keys.
    pub fn of_people<'r>(
        keys: Vec<PersonId>,
        rosters: impl IntoIterator<Item = &'r Roster>,
    ) -> Self {
        let roles_in = |roster: &Roster| -> Roles {
            let roles = keys.iter().flat_map(|key| roster.roles(*key).iter());
            roles.collect()
        };
        let roles = rosters
            .into_iter()
            .map(|roster| (roster.space(), roles_in(roster)))
            .filter(|(_, roles)| !roles.is_empty())
            .collect();
        Self {
            holder: Holder::People(keys),
            roles,
        }
    }

    /// Of one who proved a key, in one space only.
    #[cfg(test)]
    pub(crate) fn of_key(key: PersonId, space: DocumentId, roles: Roles) -> Self {
        Self {
            holder: Holder::People(vec![key]),
            roles: vec![(space, roles)],
        }
    }

    /// Of a program with a ticket.
    pub fn of_program(space: DocumentId, roles: Roles) -> Self {
        Self {
            holder: Holder::Program,
            roles: vec![(space, roles)],
        }
    }

    /// Whether nothing at all may be done with it.
    pub fn is_empty(&self) -> bool {
        self.roles.is_empty() && self.holder != Holder::Anyone
    }

    /// Whether nobody was asked who they are.
    pub fn is_unasked(&self) -> bool {
        self.holder == Holder::Anyone
    }

    /// The keys that were proved, by their fingerprints.
    pub fn keys(&self) -> &[PersonId] {
        match &self.holder {
            Holder::People(keys) => keys,
            _ => &[],
        }
    }

    /// The spaces in which its holder is anything, and what.
    pub fn roles(&self) -> &[(DocumentId, Roles)] {
        &self.roles
    }

    /// Whether this may be done with a document of this space and kind.
    pub fn allows(&self, space: DocumentId, kind: Kind, right: Right) -> bool {
        self.holder == Holder::Anyone
            || self
                .roles
                .iter()
                .any(|(place, roles)| *place == space && access::may(*roles, kind, right))
    }

    /// Whether its holder writes under this actor id: a person under those of their keys, a program under none that looks like a person's.
    pub fn writes_as(&self, actor: &ActorId) -> bool {
        match &self.holder {
            Holder::Anyone => true,
            Holder::Nobody => false,
            Holder::People(keys) => {
                PersonId::of_actor(actor).is_some_and(|key| keys.contains(&key))
            }
            Holder::Program => actor.to_bytes().len() != FINGERPRINT_LENGTH + ACTOR_ENTROPY_LENGTH,
        }
    }
}
