//! Who belongs to a territory, with which roles, and what let them in: the relay's ordered record, and what follows from it.
//!
//! The record is not a CRDT. The relay alone appends to it, one entry after the other, so that a revocation has one place in time. Everything
//! here is decided without a clock or dice of its own; the relay keeps the entries and tells the phones what they need
//! ([`Members`]).

mod entry;
mod members;
mod request;
#[cfg(test)]
mod tests;
mod warrant;

pub use entry::{By, Deed, Entry};
pub use members::{BadMembers, Card, Members};
pub use request::{Answer, Denied, InvitationCard, Request};
pub use warrant::Warrant;

use crate::id::DocumentId;
use crate::identity::{Invitation, PersonId, PublicKey, Role, Roles};
use crate::presence::Face;
use crate::rules::access::{self, Act};
use crate::time::UnixMillis;
use request::Draw;
use std::collections::BTreeMap;

/// People of one territory; whoever comes after is told that it is full.
pub const MOST_MEMBERS: usize = 2_000;
/// Invitations of one territory that are open at a time.
pub const MOST_INVITATIONS: usize = 200;
/// How long a spoken code is good at most, in milliseconds: a meeting, and a day's room to prepare it.
const CODE_LIFE: i64 = 12 * 3_600_000;
/// How long a link is good at most, in milliseconds: a year.
const LINK_LIFE: i64 = 366 * 86_400_000;
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
    /// When they last came in by an invitation.
    pub joined: UnixMillis,
    /// Nothing is left of them but their keys.
    pub erased: bool,
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
    /// The last number given to a person, an invitation or a ticket.
    last_number: u32,
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
            last_number: 0,
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

    /// Whether a link or a code leads here.
    pub fn knows(&self, invitation: &Invitation, now: UnixMillis) -> bool {
        self.invitation(invitation, now).is_some()
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
        match &entry.deed {
            Deed::Invited {
                number,
                link,
                code,
                role,
                partner,
                uses,
                until,
            } => {
                self.last_number = self.last_number.max(*number);
                let open = Open {
                    link: *link,
                    code: code.map(|code| (code, entry.at.plus(CODE_LIFE).min(*until))),
                    role: Role::from_code(role).unwrap_or(Role::Guest),
                    partner: partner.clone(),
                    uses: *uses,
                    until: *until,
                };
                self.invitations.insert(*number, open);
            }
            Deed::Withdrawn { number } => {
                self.invitations.remove(number);
                self.tickets.remove(number);
            }
            Deed::Joined {
                key,
                face,
                number,
                invitation,
            } => self.joined(entry.at, *key, face, *number, *invitation),
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
                    member.roles = *roles;
                    member.partner = partner.clone();
                }
            }
            Deed::Erased { person } => {
                if let Some(member) = self.members.get_mut(person) {
                    member.face = Face::default();
                    member.roles = Roles::NONE;
                    member.partner = None;
                    member.erased = true;
                }
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

/// What a decision leads to: entries to keep, in this order, and the answer once they are kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// To be appended to the record.
    pub deeds: Vec<Deed>,
    /// To be given when that is done.
    pub answer: Answer,
}

impl Decision {
    fn done(deed: Deed) -> Self {
        Self {
            deeds: vec![deed],
            answer: Answer::Done,
        }
    }

    fn only(answer: Answer) -> Self {
        Self {
            deeds: Vec::new(),
            answer,
        }
    }
}

impl Roster {
    /// Decides what someone asks. `by` has proved who they are, or works on the relay's own machine; `entropy` is fresh.
    pub fn decide(
        &self,
        now: UnixMillis,
        by: By,
        request: &Request,
        entropy: [u8; 32],
    ) -> Result<Decision, Denied> {
        match request {
            Request::Look { invitation } => {
                let (_, open) = self.opened(invitation, now)?;
                Ok(Decision::only(Answer::Looked {
                    space: self.space,
                    role: open.role.code().to_owned(),
                    is_over: open.uses == 0,
                }))
            }
            Request::Join {
                invitation,
                key,
                face,
            } => self.join(now, invitation, *key, face),
            Request::Invite {
                role,
                uses,
                minutes,
                partner,
                code,
                ..
            } => {
                let role = Role::from_code(role).ok_or(Denied::Unknown)?;
                self.check(by, Act::Invite(role))?;
                if self.invitations(now).count() >= MOST_INVITATIONS {
                    return Err(Denied::Full);
                }
                let mut draw = Draw::new(entropy);
                let (secret, code) = (draw.secret(), code.then(|| draw.code()));
                let number = self.last_number + 1;
                let until = now.plus(i64::from(*minutes) * 60_000);
                Ok(Decision {
                    deeds: vec![Deed::Invited {
                        number,
                        link: secret.digest(),
                        code: code.map(|code| code.digest()),
                        role: role.code().to_owned(),
                        partner: partner.clone(),
                        uses: (*uses).max(1),
                        until: until.min(now.plus(LINK_LIFE)),
                    }],
                    answer: Answer::Invited {
                        number,
                        link: secret.to_string(),
                        code: code.map(|code| code.to_string()),
                    },
                })
            }
            Request::Invitations { .. } => self.seen_invitations(now, by),
            Request::Withdraw { number, .. } => {
                let invited = self.invitations.get(number);
                let act = invited.map_or(Act::Steward, |open| Act::Invite(open.role));
                self.check(by, act)?;
                let is_there = invited.is_some() || self.tickets.contains_key(number);
                is_there
                    .then(|| Decision::done(Deed::Withdrawn { number: *number }))
                    .ok_or(Denied::Unknown)
            }
            Request::Face { face, .. } => {
                let By::Member(person) = by else {
                    return Err(Denied::NotAllowed);
                };
                let face = face.clone();
                Ok(Decision::done(Deed::Faced { person, face }))
            }
            Request::Become {
                person,
                roles,
                partner,
                ..
            } => {
                self.check(by, Act::Steward)?;
                self.spares_the_last(by, *person, *roles)?;
                Ok(Decision::done(Deed::Became {
                    person: *person,
                    roles: *roles,
                    partner: partner.clone(),
                }))
            }
            Request::Erase { person, .. } => {
                // Everyone may go.
                if by != By::Member(*person) {
                    self.check(by, Act::Steward)?;
                }
                self.spares_the_last(by, *person, Roles::NONE)?;
                Ok(Decision::done(Deed::Erased { person: *person }))
            }
            Request::Ticket {
                role, label, days, ..
            } => {
                self.check(by, Act::Steward)?;
                let role = Role::from_code(role).ok_or(Denied::Unknown)?;
                let secret = Draw::new(entropy).secret();
                let number = self.last_number + 1;
                Ok(Decision {
                    deeds: vec![Deed::Ticketed {
                        number,
                        digest: secret.digest(),
                        roles: role.into(),
                        label: label.clone(),
                        until: now.plus((i64::from(*days) * 86_400_000).min(LINK_LIFE)),
                    }],
                    answer: Answer::Invited {
                        number,
                        link: secret.to_string(),
                        code: None,
                    },
                })
            }
            // The record itself is the relay's to read.
            Request::Record { .. } => {
                self.check(by, Act::Steward)?;
                Ok(Decision::only(Answer::Done))
            }
        }
    }

    fn opened(&self, invitation: &str, now: UnixMillis) -> Result<(u32, &Open), Denied> {
        let invitation = invitation.parse().map_err(|_| Denied::NoInvitation)?;
        self.invitation(&invitation, now)
            .ok_or(Denied::NoInvitation)
    }

    fn join(
        &self,
        now: UnixMillis,
        invitation: &str,
        key: PublicKey,
        face: &Face,
    ) -> Result<Decision, Denied> {
        let (number, open) = self.opened(invitation, now)?;
        let space = self.space;
        let known = self.member_of(key.person());
        // Someone whose answer was lost on the way asks again, and uses nothing up; a guest who comes to another meeting is noted.
        let is_in = known.is_some_and(|(_, member)| {
            let is_recent = open.role != Role::Guest || member.joined.plus(SAME_VISIT) > now;
            member.roles.contains(open.role) && is_recent
        });
        if let Some((person, member)) = known.filter(|_| is_in) {
            let changed = (member.face != *face).then(|| Deed::Faced {
                person,
                face: face.clone(),
            });
            return Ok(Decision {
                deeds: changed.into_iter().collect(),
                answer: Answer::Joined { space },
            });
        }
        if known.is_some_and(|(_, member)| {
            member
                .phones
                .iter()
                .any(|phone| phone.key == key && phone.lost)
        }) {
            return Err(Denied::NotAllowed);
        }
        if open.uses == 0 {
            return Err(Denied::UsedUp);
        }
        if known.is_none() && self.members.len() >= MOST_MEMBERS {
            return Err(Denied::Full);
        }
        Ok(Decision {
            deeds: vec![Deed::Joined {
                key,
                face: face.clone(),
                number: known.map_or(self.last_number + 1, |(_, member)| member.number),
                invitation: number,
            }],
            answer: Answer::Joined { space },
        })
    }

    fn seen_invitations(&self, now: UnixMillis, by: By) -> Result<Decision, Denied> {
        let cards: Vec<InvitationCard> = self
            .invitations(now)
            .filter(|(_, open)| self.check(by, Act::Invite(open.role)).is_ok())
            .map(|(number, open)| InvitationCard {
                number,
                role: open.role.code().to_owned(),
                uses: open.uses,
                until: open.until,
            })
            .collect();
        self.check(by, Act::Invite(Role::Guest))?;
        Ok(Decision::only(Answer::Invitations(cards)))
    }

    fn check(&self, by: By, act: Act) -> Result<(), Denied> {
        let is_allowed = match by {
            By::Operator => true,
            By::Member(person) => self
                .members
                .get(&person)
                .is_some_and(|member| access::may_act(member.roles, act)),
        };
        is_allowed.then_some(()).ok_or(Denied::NotAllowed)
    }

    /// A territory keeps someone who can let others in, unless the relay's operator says otherwise.
    fn spares_the_last(&self, by: By, person: PersonId, roles: Roles) -> Result<(), Denied> {
        let member = self.members.get(&person).ok_or(Denied::Unknown)?;
        let in_team = |member: &Member| member.roles.contains(Role::Team);
        let is_last = in_team(member)
            && !roles.contains(Role::Team)
            && self
                .members
                .values()
                .filter(|member| in_team(member))
                .count()
                == 1;
        if is_last && by != By::Operator {
            return Err(Denied::LastOfTeam);
        }
        Ok(())
    }
}
