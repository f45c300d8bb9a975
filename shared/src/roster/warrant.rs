//! What one connection may do: who proved that they use it, and what they are where.

use super::Roster;
use crate::doc::Kind;
use crate::id::DocumentId;
use crate::identity::{ACTOR_ENTROPY_LENGTH, FINGERPRINT_LENGTH, PersonId, Roles};
use crate::rules::access::{self, Right};
use automerge::ActorId;
use std::collections::BTreeSet;

/// What one connection may do, as things stand: whoever changes the record has the connection begin anew.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Warrant {
    holder: Holder,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Holder {
    /// Nobody has proved anything.
    #[default]
    Nobody,
    /// The relay asks nobody who they are.
    Anyone,
    /// People who proved their keys.
    People(Vec<Person>),
    /// A program of another make, which has a ticket.
    Program(DocumentId, Roles),
}

/// What the holder of one key is, in each space where that is anything.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Person {
    key: PersonId,
    roles: Vec<(DocumentId, Roles)>,
}

impl Person {
    fn may(&self, space: DocumentId, kind: Kind, right: Right) -> bool {
        self.roles
            .iter()
            .any(|(place, roles)| *place == space && access::may(*roles, kind, right))
    }
}

impl Warrant {
    /// Of everyone, where the relay asks nobody who they are.
    pub fn of_anyone() -> Self {
        Self {
            holder: Holder::Anyone,
        }
    }

    /// Of those who proved these keys.
    pub fn of_people<'r>(
        keys: impl IntoIterator<Item = PersonId>,
        rosters: impl IntoIterator<Item = &'r Roster>,
    ) -> Self {
        let rosters: Vec<&Roster> = rosters.into_iter().collect();
        let people = keys.into_iter().map(|key| Person {
            key,
            roles: rosters
                .iter()
                .map(|roster| (roster.space(), roster.roles(key)))
                .filter(|(_, roles)| !roles.is_empty())
                .collect(),
        });
        Self {
            holder: Holder::People(people.collect()),
        }
    }

    /// Of one who proved a key, in one space only.
    #[cfg(any(test, feature = "testing"))]
    pub fn of_key(key: PersonId, space: DocumentId, roles: Roles) -> Self {
        let roles = vec![(space, roles)];
        Self {
            holder: Holder::People(vec![Person { key, roles }]),
        }
    }

    /// Of a program with a ticket.
    pub fn of_program(space: DocumentId, roles: Roles) -> Self {
        Self {
            holder: Holder::Program(space, roles),
        }
    }

    /// Whether nothing at all may be done with it.
    pub fn is_empty(&self) -> bool {
        match &self.holder {
            Holder::Nobody => true,
            Holder::Anyone => false,
            Holder::People(people) => people.iter().all(|person| person.roles.is_empty()),
            Holder::Program(_, roles) => roles.is_empty(),
        }
    }

    /// Whether nobody was asked who they are.
    pub fn is_unasked(&self) -> bool {
        self.holder == Holder::Anyone
    }

    /// The keys that were proved, by their fingerprints.
    pub fn keys(&self) -> Vec<PersonId> {
        self.people().iter().map(|person| person.key).collect()
    }

    /// The spaces in which its holder is anything.
    pub fn spaces(&self) -> BTreeSet<DocumentId> {
        let places = self.people().iter().flat_map(|person| &person.roles);
        places.map(|(space, _)| *space).collect()
    }

    /// Whether this may be done with a document of this space and kind by any of its holders.
    pub fn allows(&self, space: DocumentId, kind: Kind, right: Right) -> bool {
        match &self.holder {
            Holder::Nobody => false,
            Holder::Anyone => true,
            Holder::People(people) => people.iter().any(|person| person.may(space, kind, right)),
            Holder::Program(place, roles) => *place == space && access::may(*roles, kind, right),
        }
    }

    /// Whether its holder writes under this actor id, and may do this under it: a person under those of their own keys, with the roles of
    /// that key; a program under none that looks like a person's. `None` when the actor is not theirs.
    pub fn allows_as(
        &self,
        actor: &ActorId,
        space: DocumentId,
        kind: Kind,
        right: Right,
    ) -> Option<bool> {
        match &self.holder {
            Holder::Nobody => None,
            Holder::Anyone => Some(true),
            Holder::People(people) => {
                let key = PersonId::of_actor(actor)?;
                let person = people.iter().find(|person| person.key == key)?;
                Some(person.may(space, kind, right))
            }
            Holder::Program(..) => {
                let is_nobodys =
                    actor.to_bytes().len() != FINGERPRINT_LENGTH + ACTOR_ENTROPY_LENGTH;
                is_nobodys.then(|| self.allows(space, kind, right))
            }
        }
    }

    fn people(&self) -> &[Person] {
        match &self.holder {
            Holder::People(people) => people,
            _ => &[],
        }
    }
}
