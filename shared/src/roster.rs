//! Who belongs to a territory, with which roles, and what let them in: the relay's ordered record, and what follows from it.
//!
//! The record is not a CRDT. The relay alone appends to it, one entry after the other, so that a revocation has one place in time. Everything
//! here is decided without a clock or dice of its own; the relay keeps the entries and tells the phones what they need
//! ([`Members`]).

mod deciding;
mod entry;
mod erasing;
mod members;
mod phones;
mod request;
#[cfg(test)]
mod tests;
mod tombstone;
mod warrant;

pub use deciding::Decision;
pub use entry::{By, Deed, Entry};
pub use members::{BadMembers, Card, Members, Waiting};
pub use request::{Answer, Denied, InvitationCard, Packed, Quarantined, Request, Way};
pub use tombstone::{BadTombstones, Heads, Tombstone};
pub use warrant::Warrant;

use crate::id::DocumentId;
use crate::identity::{Invitation, PersonId, PublicKey, Role, Roles};
use crate::presence::Face;
use crate::time::UnixMillis;
use phones::Awaited;
use std::collections::BTreeMap;

/// People of one territory; whoever comes after is told that it is full.
pub const MOST_MEMBERS: usize = 2_000;
/// The same with those who were erased, of whom the keys stay.
pub const MOST_PEOPLE: usize = 8_000;
/// Entries of one record that people may bring about; the operator always can.
pub const MOST_ENTRIES: u64 = 100_000;
/// The longest label of a ticket, and name of a partner's record, in bytes.
const WORDS_BYTES: usize = 128;
/// Invitations of one territory that are open at a time.
pub const MOST_INVITATIONS: usize = 200;
/// How long a spoken code is good at most, in milliseconds: a meeting, and a day's room to prepare it.
const CODE_LIFE: i64 = 12 * 3_600_000;
/// How long a link is good at most, in milliseconds: a year.
const LINK_LIFE: i64 = 366 * 86_400_000;
/// Phones of one person, those they lost among them.
pub const MOST_PHONES: usize = 16;
/// A guest who comes in again within this time, in milliseconds, is still at the same meeting: half a day.
const SAME_VISIT: i64 = 12 * 3_600_000;
/// Guests are erased this long after they last came in, in milliseconds: 30 days.
pub const GUEST_LIFE: i64 = 30 * 86_400_000;

/// One person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The keys of their phones, the first first. Those of lost phones stay, so that what they signed can be verified.
    pub phones: Vec<Phone>,
    /// How the others see them.
    pub face: Face,
    /// A small number, unique in the territory, that tells two of the same picture and colour apart.
    pub number: u32,
    /// What they may do; none once they were removed.
    pub roles: Roles,
    /// The organisation they speak for: the id of its record in the territory.
    pub partner: Option<String>,
    /// What they were last in which one acts for others, and for which organisation, once they were removed or erased.
    pub was: (Roles, Option<String>),
    /// When they last came in by an invitation.
    pub joined: UnixMillis,
    /// Nothing is left of them but their keys.
    pub erased: bool,
}

impl Member {
    /// They are this from now on: when that is nothing, it is noted what they were.
    fn note_what_they_were(&mut self, from_now_on: Roles) {
        if from_now_on.is_empty() && !self.roles.is_empty() {
            self.was = (self.roles.functions(), self.partner.clone());
        }
    }
}

/// A phone of someone's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phone {
    /// Its key for this person.
    pub key: PublicKey,
    /// It was lost, or given away.
    pub lost: bool,
}

/// What lets people in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Hash of the link's secret.
    link: [u8; 32],
    /// Hash of the spoken code, if there is one, and until when it is good.
    code: Option<([u8; 32], UnixMillis)>,
    /// What whoever comes in becomes.
    pub role: Role,
    /// The organisation whoever comes in speaks for.
    pub partner: Option<String>,
    /// How many may still come in.
    pub uses: u32,
    /// Until when.
    pub until: UnixMillis,
    /// What the meeting is called that it is for.
    pub meeting: Option<String>,
}

/// A program of another make that may connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    digest: [u8; 32],
    /// What it may do.
    pub roles: Roles,
    /// What it is for, as whoever made it wrote.
    pub label: String,
    /// Until when.
    pub until: UnixMillis,
}

/// All that the record of one territory says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    space: DocumentId,
    /// Entries so far.
    epoch: u64,
    members: BTreeMap<PersonId, Member>,
    /// Whose phone a key is, by its fingerprint.
    phones: BTreeMap<PersonId, PersonId>,
    invitations: BTreeMap<u32, Open>,
    tickets: BTreeMap<u32, Ticket>,
    awaited: BTreeMap<u32, Awaited>,
    /// The last number given to a person, an invitation or a ticket.
    last_number: u32,
    /// Documents that were erased.
    gone: erasing::AllGone,
    /// When the relay was last set back to a backup; 0 if it never was.
    generation: u64,
}

impl Roster {
    /// A territory with nobody in it.
    pub fn new(space: DocumentId) -> Self {
        Self {
            space,
            epoch: 0,
            members: BTreeMap::new(),
            phones: BTreeMap::new(),
            invitations: BTreeMap::new(),
            tickets: BTreeMap::new(),
            awaited: BTreeMap::new(),
            last_number: 0,
            gone: BTreeMap::new(),
            generation: 0,
        }
    }

    /// Which territory.
    pub fn space(&self) -> DocumentId {
        self.space
    }

    /// How many entries have made it what it is.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Which of its lives this is: more after each time the relay was set back to a backup. Of two snapshots, the one of the later life is
    /// newer, whatever the epoch.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Everyone who is or was a member, by the fingerprint of their first key.
    pub fn members(&self) -> impl Iterator<Item = (PersonId, &Member)> {
        self.members
            .iter()
            .map(|(person, member)| (*person, member))
    }

    /// Who writes with this key, by its fingerprint, and what they are: also when they were removed.
    pub fn member_of(&self, key: PersonId) -> Option<(PersonId, &Member)> {
        let person = *self.phones.get(&key)?;
        Some((person, self.members.get(&person)?))
    }

    /// What whoever holds this key may do now; nothing for strangers, removed people and lost phones.
    pub fn roles(&self, key: PersonId) -> Roles {
        self.member_of(key)
            .filter(|(_, member)| {
                let is_theirs = |phone: &&Phone| phone.key.person() == key && !phone.lost;
                member.phones.iter().any(|phone| is_theirs(&phone))
            })
            .map_or(Roles::NONE, |(_, member)| member.roles)
    }

    /// The invitations that are open at this time, by number.
    pub fn invitations(&self, now: UnixMillis) -> impl Iterator<Item = (u32, &Open)> {
        self.invitations
            .iter()
            .filter(move |(_, open)| open.until > now && open.uses > 0)
            .map(|(number, open)| (*number, open))
    }

    /// The tickets that are good at this time, by number.
    pub fn tickets(&self, now: UnixMillis) -> impl Iterator<Item = (u32, &Ticket)> {
        self.tickets
            .iter()
            .filter(move |(_, ticket)| ticket.until > now)
            .map(|(number, ticket)| (*number, ticket))
    }

    /// Tickets whose time is over.
    pub fn tickets_over(&self, now: UnixMillis) -> Vec<u32> {
        let over = self
            .tickets
            .iter()
            .filter(|(_, ticket)| ticket.until <= now);
        over.map(|(number, _)| *number).collect()
    }

    /// What the program with this ticket may do.
    pub fn ticket(&self, digest: &[u8; 32], now: UnixMillis) -> Option<(u32, Roles)> {
        self.tickets(now)
            .find(|(_, ticket)| ticket.digest == *digest)
            .map(|(number, ticket)| (number, ticket.roles))
    }

    /// The invitation that a link or a code opens; also one that is used up, so that whoever used it may come back.
    fn invitation(&self, invitation: &Invitation, now: UnixMillis) -> Option<(u32, &Open)> {
        let digest = invitation.digest();
        self.invitations
            .iter()
            .find(|(_, open)| match (invitation, open.code) {
                (Invitation::Link(_), _) => open.link == digest && open.until > now,
                (Invitation::Code(_), Some((code, until))) => code == digest && until > now,
                (Invitation::Code(_), None) => false,
            })
            .map(|(number, open)| (*number, open))
    }

    /// Whether a link, a code or a card leads here.
    pub fn knows(&self, invitation: &Invitation, now: UnixMillis) -> bool {
        self.invitation(invitation, now).is_some() || self.awaited(invitation, now).is_some()
    }

    /// Guests whose last meeting was too long ago for the relay to know them any longer.
    pub fn guests_to_erase(&self, now: UnixMillis) -> Vec<PersonId> {
        let is_over = |member: &Member| {
            !member.erased
                && member.roles == Role::Guest.into()
                && member.joined.plus(GUEST_LIFE) <= now
        };
        self.members()
            .filter(|(_, member)| is_over(member))
            .map(|(person, _)| person)
            .collect()
    }

    /// Takes one entry, as it was decided or as it is read back. What makes no sense changes nothing.
    pub fn apply(&mut self, entry: &Entry) {
        self.epoch += 1;
        self.awaited.retain(|_, awaited| awaited.until > entry.at);
        match &entry.deed {
            Deed::Invited {
                number,
                link,
                code,
                role,
                partner,
                uses,
                until,
                meeting,
            } => {
                self.last_number = self.last_number.max(*number);
                let open = Open {
                    link: *link,
                    code: code.map(|code| (code, entry.at.plus(CODE_LIFE).min(*until))),
                    role: Role::from_code(role).unwrap_or(Role::Guest),
                    partner: partner.clone(),
                    uses: *uses,
                    until: *until,
                    meeting: meeting.clone(),
                };
                self.invitations.insert(*number, open);
            }
            Deed::Withdrawn { number } => {
                self.invitations.remove(number);
                self.tickets.remove(number);
                self.call_off(*number);
            }
            Deed::Joined {
                key,
                face,
                number,
                invitation,
            } => self.joined(entry.at, *key, face, *number, *invitation),
            Deed::Awaited {
                number,
                person,
                digest,
                is_card,
                until,
            } => {
                let way = if *is_card { Way::Card } else { Way::Phone };
                self.await_phone(*number, Awaited::new(*person, *digest, way, *until));
            }
            // What became of words changes nothing of who is who.
            Deed::Settled { .. } => {}
            Deed::CalledBack {
                number,
                person,
                digest,
                until,
            } => self.await_phone(*number, Awaited::new(*person, *digest, Way::Team, *until)),
            Deed::Knocked { number, key } => self.knocked(*number, *key),
            Deed::Confirmed { number, key } => self.confirmed(*number, *key, entry.by),
            Deed::Brought { number, key, alone } => self.brought(*number, *key, *alone),
            Deed::Lost { person, key } => {
                if let Some(member) = self.members.get_mut(person) {
                    let mut phones = member.phones.iter_mut();
                    if let Some(phone) = phones.find(|phone| phone.key == *key) {
                        phone.lost = true;
                    }
                }
            }
            Deed::Faced { person, face } => {
                if let Some(member) = self.living(*person) {
                    member.face = face.clone();
                }
            }
            Deed::Became {
                person,
                roles,
                partner,
            } => {
                if let Some(member) = self.living(*person) {
                    member.note_what_they_were(*roles);
                    member.roles = *roles;
                    member.partner = partner.clone();
                }
            }
            Deed::Erased { person } => {
                if let Some(member) = self.members.get_mut(person) {
                    member.face = Face::default();
                    member.note_what_they_were(Roles::NONE);
                    member.roles = Roles::NONE;
                    member.partner = None;
                    member.erased = true;
                    self.awaited.retain(|_, awaited| awaited.person != *person);
                }
            }
            Deed::Dropped {
                document,
                kind,
                replaced_by,
                heads,
            } => self.dropped(*document, kind, *replaced_by, heads),
            Deed::SetBack => {
                let at = u64::try_from(entry.at.0).unwrap_or_default();
                self.generation = at.max(self.generation + 1);
            }
            Deed::Ticketed {
                number,
                digest,
                roles,
                label,
                until,
            } => {
                self.last_number = self.last_number.max(*number);
                let ticket = Ticket {
                    digest: *digest,
                    roles: *roles,
                    label: label.clone(),
                    until: *until,
                };
                self.tickets.insert(*number, ticket);
            }
        }
    }

    fn living(&mut self, person: PersonId) -> Option<&mut Member> {
        self.members
            .get_mut(&person)
            .filter(|member| !member.erased)
    }

    fn joined(
        &mut self,
        at: UnixMillis,
        key: PublicKey,
        face: &Face,
        number: u32,
        invitation: u32,
    ) {
        let Some(open) = self.invitations.get_mut(&invitation) else {
            return;
        };
        open.uses = open.uses.saturating_sub(1);
        let (role, partner) = (open.role, open.partner.clone());
        self.last_number = self.last_number.max(number);
        let person = self
            .phones
            .get(&key.person())
            .copied()
            .unwrap_or(key.person());
        self.phones.insert(key.person(), person);
        let member = self.members.entry(person).or_insert_with(|| Member {
            phones: vec![Phone { key, lost: false }],
            face: Face::default(),
            number,
            roles: Roles::NONE,
            partner: None,
            was: Default::default(),
            joined: at,
            erased: false,
        });
        member.erased = false;
        member.joined = at;
        member.face = face.clone();
        // A guest who becomes a member is a guest no longer.
        let before: Roles = member
            .roles
            .iter()
            .filter(|role| *role != Role::Guest)
            .collect();
        member.roles = if role == Role::Guest && !before.is_empty() {
            before
        } else {
            before.with(role)
        };
        member.partner = partner.or(member.partner.take());
    }
}
