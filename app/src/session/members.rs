//! Who is who in a territory, as the relay vouches for it: names, pictures, numbers and roles, known without network too.

use super::state::State;
use super::task::{Notice, Task};
use litemap::LiteMap;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{PersonId, PublicKey, Roles};
use maillage_shared::order;
use maillage_shared::roster::{Card, Members, Waiting};

/// How the snapshot of a territory is called among what is kept about documents.
const PREFIX: &str = "members ";

/// The newest snapshot of one territory.
#[derive(Debug)]
pub(crate) struct Known {
    members: Members,
    /// The key that vouched first, and has to ever after.
    pub(super) key: PublicKey,
    /// The position of each person's card, by the fingerprints of all their keys.
    cards: LiteMap<PersonId, usize>,
    /// One has come in again since: what it says of oneself is no longer so.
    pub(super) is_old: bool,
}

impl Known {
    fn open(space: DocumentId, data: &[u8], pinned: Option<PublicKey>) -> Option<Self> {
        let (members, key) = Members::open(data, pinned).ok()?;
        let mut cards = LiteMap::new();
        for (position, card) in members.people.iter().enumerate() {
            cards.insert(card.person, position);
            // The first key is who they are; phones after the first have fingerprints of their own.
            for key in card.keys.iter().skip(1) {
                cards.insert(key.person(), position);
            }
        }
        let is_its = members.space == space;
        is_its.then_some(Self {
            members,
            key,
            cards,
            is_old: false,
        })
    }

    fn card(&self, person: PersonId) -> Option<&Card> {
        self.members.people.get(*self.cards.get(&person)?)
    }
}

/// The name under which a snapshot is kept.
pub(crate) fn kept_as(space: DocumentId) -> String {
    format!("{PREFIX}{space}")
}

/// Reads the snapshots among what is kept about documents. The key that signed what was kept is the one that was met first.
pub(crate) fn read(kept: &LiteMap<String, Vec<u8>>) -> LiteMap<DocumentId, Known> {
    let snapshots = kept.iter().filter_map(|(name, data)| {
        let space: DocumentId = name.strip_prefix(PREFIX)?.parse().ok()?;
        Some((space, Known::open(space, data, None)?))
    });
    order::map(snapshots)
}

impl State {
    /// The relay says who is who.
    pub(super) fn meet_members(&mut self, space: DocumentId, data: Vec<u8>, tasks: &mut Vec<Task>) {
        let before = self.members.get(&space);
        let Some(known) = Known::open(space, &data, before.map(|before| before.key)) else {
            tasks.push(Task::Log(format!(
                "the members of {space} are not vouched for by its key"
            )));
            return;
        };
        if before.is_some_and(|before| !known.members.is_as_new_as(&before.members)) {
            return;
        }
        for card in known
            .members
            .people
            .iter()
            .filter(|card| card.face.is_none())
        {
            if self.people.forget(card.person) {
                // Nothing is taken out of a table, but these bytes are nobody's face.
                tasks.push(Task::KeepPerson(card.person, Vec::new()));
            }
        }
        self.members.insert(space, known);
        self.drop_removed(tasks);
        tasks.push(Task::KeepMembers(space, data));
        tasks.push(Task::Tell(Notice::Members));
    }

    /// Everyone of the territory joined, once that is known.
    pub(crate) fn members(&self) -> Option<&[Card]> {
        Some(&self.known()?.members.people)
    }

    /// How the members of the territory know someone.
    pub(crate) fn card(&self, person: PersonId) -> Option<&Card> {
        self.known()?.card(person)
    }

    /// What whoever uses this phone is in the territory joined: nothing once they were removed, `None` before it is known.
    pub(crate) fn roles(&self) -> Option<Roles> {
        let known = self.known().filter(|known| !known.is_old)?;
        let me = self.me.as_ref()?.person;
        let card = known.card(me)?;
        Some(if card.has_lost(me) {
            Roles::NONE
        } else {
            card.roles
        })
    }

    /// What the territory calls whoever uses this phone: the name of their first phone's key.
    pub(crate) fn person(&self) -> Option<PersonId> {
        let me = self.me.as_ref()?.person;
        Some(self.card(me).map_or(me, |card| card.person))
    }

    /// The names of all keys that whoever uses this phone has had.
    pub(crate) fn my_phones(&self) -> Vec<PersonId> {
        let Some(me) = self.me.as_ref().map(|me| me.person) else {
            return Vec::new();
        };
        let keys = self.card(me).map(|card| card.keys.as_slice());
        let keys = keys.unwrap_or_default().iter().map(PublicKey::person);
        keys.filter(|key| *key != me).chain([me]).collect()
    }

    /// The key of whoever uses this phone.
    pub(crate) fn key(&self) -> Option<PublicKey> {
        Some(self.me.as_ref()?.public)
    }

    /// Phones that wait for the team to confirm whose they are.
    pub(crate) fn waiting(&self) -> &[Waiting] {
        self.known()
            .map_or(&[], |known| known.members.waiting.as_slice())
    }

    /// How the members of any territory know someone, also while nobody acts.
    pub(crate) fn card_anywhere(&self, person: PersonId) -> Option<&Card> {
        self.members.values().find_map(|known| known.card(person))
    }

    /// Whether the relay has removed someone who uses this phone from every territory where it has known them.
    pub(super) fn was_removed(&self, person: PersonId) -> bool {
        let known = self.members.values().filter(|known| !known.is_old);
        let mut cards = known.filter_map(|known| known.card(person)).peekable();
        cards.peek().is_some() && cards.all(|card| card.roles.is_empty())
    }

    /// The snapshot of the territory joined, as its key has signed it.
    pub(crate) fn snapshot(&self) -> Option<&Members> {
        Some(&self.known()?.members)
    }

    fn known(&self) -> Option<&Known> {
        self.members.get(&self.me.as_ref()?.territory?)
    }
}
