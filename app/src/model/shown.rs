//! What screens read of people and of lists.

use crate::session::{self, Found, State};
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{Invitation, PersonId, PublicKey, Roles};
use maillage_shared::order;
use maillage_shared::presence::{Face, Presence};
use maillage_shared::records::{Section, SheetState, Trade};
use maillage_shared::roster::{Card, Denied, Waiting};
use maillage_shared::snapshot::{IndexEntry, JobSheetSnapshot};

/// The person who uses this phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Me {
    /// What shared documents call them.
    pub(crate) id: PersonId,
    /// All phones they have had, by the fingerprints of their keys, under which documents name who wrote there.
    pub(crate) phones: Vec<PersonId>,
    /// May be empty.
    pub(crate) name: String,
    /// The position of their picture among those offered.
    pub(crate) picture: usize,
    /// The position of their colour among those offered.
    pub(crate) colour: usize,
}

/// Someone who uses this phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    /// What shared documents call them.
    pub(crate) id: PersonId,
    /// How they look.
    pub(crate) person: Person,
    /// The small number that nobody else has, once it is known.
    pub(crate) number: Option<u32>,
    /// Whether they type a code before they write.
    pub(crate) has_code: bool,
}

/// Who uses this phone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct OnPhone {
    /// Everyone, by their numbers.
    pub(crate) users: Vec<User>,
    /// Who helps whoever acts.
    pub(crate) helper: Option<PersonId>,
    /// Who acted before.
    pub(crate) before: Option<PersonId>,
    /// Whether one more may use it.
    pub(crate) has_room: bool,
    /// Whether it keeps nothing, and so cannot go from hand to hand.
    pub(crate) forgets: bool,
}

/// How far coming in has got.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Entrance {
    /// Where the invitation that was looked at last leads, once that is known.
    pub(crate) found: Option<(Invitation, Result<Found, Denied>)>,
    /// What the person waits to be let in with, and why that takes long or does not come to be.
    pub(crate) entering: Option<(Invitation, Option<Denied>)>,
}

/// Someone of the territory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// What shared documents call them.
    pub(crate) id: PersonId,
    /// A small number that nobody else has there.
    pub(crate) number: u32,
    /// How they look.
    pub(crate) person: Person,
    /// What they are there.
    pub(crate) roles: Roles,
    /// The organisation they speak for: the id of its record.
    pub(crate) partner: Option<String>,
    /// Their phones, the first first, and whether each was lost.
    pub(crate) phones: Vec<(PublicKey, bool)>,
    /// A phone that waits for the team to confirm that it is theirs.
    pub(crate) waiting: Option<Waiting>,
}

/// Someone this phone has met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    /// May be empty.
    pub(crate) name: String,
    /// The position of their picture among those offered.
    pub(crate) picture: usize,
    /// The position of their colour among those offered.
    pub(crate) colour: usize,
}

/// Someone else who has a document open now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Present {
    /// May be empty.
    pub(crate) name: String,
    /// The position of their picture among those offered.
    pub(crate) picture: usize,
    /// The position of their colour among those offered.
    pub(crate) colour: usize,
    /// The text they are in.
    pub(crate) section: Option<Section>,
    /// Their caret in it, in UTF-16 units; it may lie behind the end of the text as it is here.
    pub(crate) caret: Option<usize>,
}

/// A job sheet in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SheetSummary {
    /// The sheet.
    pub(crate) id: DocumentId,
    /// Its title, or nothing.
    pub(crate) title: String,
    /// Its trade.
    pub(crate) trade: Option<Trade>,
    /// Its state, when known.
    pub(crate) state: Option<SheetState>,
}

impl Me {
    pub(super) fn new(id: PersonId, phones: Vec<PersonId>, face: &Face) -> Self {
        Self {
            id,
            phones,
            name: face.name.clone(),
            picture: usize::from(face.picture),
            colour: usize::from(face.colour),
        }
    }
}

impl OnPhone {
    pub(super) fn of(state: &State) -> Self {
        let shown = |user: &session::User| {
            let card = state.card_anywhere(user.person);
            let face = card.and_then(|card| card.face.as_ref());
            User {
                id: user.person,
                person: face.unwrap_or(&user.face).into(),
                number: card.map(|card| card.number),
                has_code: user.guard.is_some(),
            }
        };
        let mut users: Vec<User> = state.users().map(shown).collect();
        order::by_key(&mut users, |user| {
            (user.number.is_none(), user.number, user.id)
        });
        Self {
            users,
            helper: state.helper(),
            before: state.before(),
            has_room: state.has_room_for_another(),
            forgets: state.forgets(),
        }
    }

    /// One of those who use this phone.
    pub(crate) fn user(&self, id: PersonId) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }
}

impl Entrance {
    pub(super) fn of(state: &State) -> Self {
        Self {
            found: state.found(),
            entering: state.entering(),
        }
    }
}

impl Member {
    /// Someone who is there, or was and can be let in again; nobody who was erased.
    pub(super) fn of(card: &Card, waiting: &[Waiting]) -> Option<Self> {
        let face = card.face.as_ref()?;
        Some(Self {
            id: card.person,
            number: card.number,
            person: face.into(),
            roles: card.roles,
            partner: card.partner.clone(),
            phones: card
                .keys
                .iter()
                .map(|key| (*key, card.lost.contains(key)))
                .collect(),
            waiting: waiting
                .iter()
                .find(|waiting| waiting.person == card.person)
                .cloned(),
        })
    }
}

impl From<&Face> for Person {
    fn from(face: &Face) -> Self {
        Self {
            name: face.name.clone(),
            picture: usize::from(face.picture),
            colour: usize::from(face.colour),
        }
    }
}

impl From<&Person> for Face {
    fn from(person: &Person) -> Self {
        Self {
            name: person.name.clone(),
            picture: u8::try_from(person.picture).unwrap_or_default(),
            colour: u8::try_from(person.colour).unwrap_or_default(),
        }
    }
}

impl From<&Presence> for Present {
    fn from(presence: &Presence) -> Self {
        let Person {
            name,
            picture,
            colour,
        } = Person::from(&presence.face);
        Self {
            name,
            picture,
            colour,
            section: presence.section,
            caret: presence.caret.and_then(|caret| usize::try_from(caret).ok()),
        }
    }
}

impl From<&IndexEntry> for SheetSummary {
    fn from(entry: &IndexEntry) -> Self {
        Self {
            id: entry.id,
            title: entry.title.clone(),
            trade: entry.trade.clone(),
            state: entry.state,
        }
    }
}

impl SheetSummary {
    pub(super) fn of(id: DocumentId, sheet: &JobSheetSnapshot) -> Self {
        Self {
            id,
            title: sheet.title.words().to_owned(),
            trade: sheet.trade.value().cloned(),
            state: Some(sheet.state()),
        }
    }
}
