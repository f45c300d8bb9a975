//! Other phones of the same person: shown by a former one, brought with a recovery card, or confirmed by two of the team.

use super::deciding::Decision;
use super::{
    Answer, By, Deed, Denied, LINK_LIFE, MOST_PHONES, Member, Phone, Roster, Waiting, Way,
};
use crate::identity::{Invitation, PersonId, PublicKey, Role};
use crate::rules::access::{self, Act};
use crate::time::UnixMillis;

/// How long a person's new phone is awaited, in milliseconds: a quarter of an hour.
pub(super) const PHONE_LIFE: i64 = 900_000;
/// How long a recovery card is good, in milliseconds: ten years.
const CARD_LIFE: i64 = 10 * LINK_LIFE;
/// How long two of the team have to confirm whose a phone is, in milliseconds: a week.
pub(super) const CALL_LIFE: i64 = 7 * 86_400_000;
/// How many of the team have to.
const CONFIRMATIONS: usize = 2;

/// A phone that a person may bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Awaited {
    digest: [u8; 32],
    pub(super) person: PersonId,
    way: Way,
    pub(super) until: UnixMillis,
    /// The phone that was brought. It may ask again when the answer was lost on the way.
    by: Option<PublicKey>,
    /// The phone that waits to be confirmed.
    knocking: Option<PublicKey>,
    /// Who has confirmed it.
    confirmed: Vec<PersonId>,
}

impl Awaited {
    pub(super) fn new(person: PersonId, digest: [u8; 32], way: Way, until: UnixMillis) -> Self {
        Self {
            digest,
            person,
            way,
            until,
            by: None,
            knocking: None,
            confirmed: Vec::new(),
        }
    }

    /// Whether what is awaited from now on takes its place.
    fn gives_way_to(&self, next: &Self) -> bool {
        self.person == next.person && self.way == next.way && self.way != Way::Phone
    }
}

impl Roster {
    /// Whose phone this permission brings.
    pub fn bringer(&self, number: u32) -> Option<PersonId> {
        self.awaited.get(&number).map(|awaited| awaited.person)
    }

    /// Phones that wait for the team to confirm whose they are.
    pub fn waiting(&self) -> impl Iterator<Item = Waiting> {
        self.awaited
            .iter()
            .filter(|(_, awaited)| awaited.by.is_none())
            .filter_map(|(number, awaited)| {
                Some(Waiting {
                    number: *number,
                    person: awaited.person,
                    key: awaited.knocking?,
                    confirmed: awaited.confirmed.clone(),
                })
            })
    }

    /// The person whose next phone a link or a recovery card brings, and what number it has.
    pub(super) fn awaited(
        &self,
        invitation: &Invitation,
        now: UnixMillis,
    ) -> Option<(u32, &Awaited)> {
        let digest = invitation.digest();
        self.awaited
            .iter()
            .find(|(_, awaited)| awaited.digest == digest && awaited.until > now)
            .map(|(number, awaited)| (*number, awaited))
    }

    /// Whose next phone a text brings, if anyone's.
    pub(super) fn returning(&self, secret: &str, now: UnixMillis) -> Option<Answer> {
        let secret: Invitation = secret.parse().ok()?;
        let (_, awaited) = self.awaited(&secret, now)?;
        if awaited.by.is_some() {
            return None;
        }
        let member = self.members.get(&awaited.person)?;
        Some(Answer::Returning {
            space: self.space,
            face: member.face.clone(),
            by: awaited.way,
        })
    }

    pub(super) fn phone_awaited(
        &self,
        now: UnixMillis,
        person: PersonId,
        digest: [u8; 32],
        is_card: bool,
    ) -> Deed {
        let life = if is_card { CARD_LIFE } else { PHONE_LIFE };
        Deed::Awaited {
            number: self.last_number + 1,
            person,
            digest,
            is_card,
            until: now.plus(life),
        }
    }

    /// Whoever may let guests in may begin this; what it leads to is the team's to confirm.
    pub(super) fn call_back(
        &self,
        now: UnixMillis,
        by: By,
        person: PersonId,
        digest: [u8; 32],
    ) -> Result<Decision, Denied> {
        self.check(by, Act::Invite(Role::Guest))?;
        let member = self.members.get(&person).ok_or(Denied::Unknown)?;
        // Whoever has a phone shows it, and whom the team has removed the team lets in again.
        if by == By::Member(person) || member.roles.is_empty() {
            return Err(Denied::NotAllowed);
        }
        Ok(Decision::done(Deed::CalledBack {
            number: self.last_number + 1,
            person,
            digest,
            until: now.plus(CALL_LIFE),
        }))
    }

    pub(super) fn confirm(
        &self,
        now: UnixMillis,
        by: By,
        number: u32,
        key: PublicKey,
    ) -> Result<Decision, Denied> {
        self.check(by, Act::Steward)?;
        let awaited = self.awaited.get(&number);
        let awaited = awaited.filter(|awaited| awaited.knocking == Some(key));
        let awaited = awaited.filter(|awaited| awaited.by.is_none() && awaited.until > now);
        let awaited = awaited.ok_or(Denied::Unknown)?;
        // Two people answer for it, and nobody for themselves.
        let By::Member(person) = by else {
            return Err(Denied::NotAllowed);
        };
        if person == awaited.person {
            return Err(Denied::NotAllowed);
        }
        if awaited.confirmed.contains(&person) {
            return Ok(Decision::only(Answer::Done));
        }
        let mut decision = Decision::done(Deed::Confirmed { number, key });
        // Whoever has left the team since counts no longer.
        let is_in_team = |person: &&PersonId| {
            let member = self.members.get(person);
            member.is_some_and(|member| access::may_act(member.roles, Act::Steward))
        };
        let others = awaited.confirmed.iter().filter(is_in_team).count();
        if others + 1 >= CONFIRMATIONS {
            decision.deeds.push(Deed::Brought {
                number,
                key,
                alone: true,
            });
        }
        Ok(decision)
    }

    /// Whether one of these people, by any of their keys, has confirmed this.
    pub fn has_confirmed(&self, number: u32, keys: &[PublicKey]) -> bool {
        let people = keys.iter().filter_map(|key| self.member_of(key.person()));
        let mut people = people.map(|(person, _)| person);
        let awaited = self.awaited.get(&number);
        awaited.is_some_and(|awaited| people.any(|person| awaited.confirmed.contains(&person)))
    }

    pub(super) fn bring(
        &self,
        now: UnixMillis,
        secret: &str,
        key: PublicKey,
        alone: bool,
    ) -> Result<Decision, Denied> {
        let secret: Invitation = secret.parse().map_err(|_| Denied::NoInvitation)?;
        let (number, awaited) = self.awaited(&secret, now).ok_or(Denied::NoInvitation)?;
        let space = self.space;
        match awaited.by {
            Some(by) if by == key => return Ok(Decision::only(Answer::Joined { space })),
            Some(_) => return Err(Denied::NoInvitation),
            None => {}
        }
        // A key is one person's for ever: else it could not be seen who signed what.
        if self.member_of(key.person()).is_some() {
            return Err(Denied::NotAllowed);
        }
        let member = self.members.get(&awaited.person);
        if member.is_none_or(|member| member.phones.len() >= MOST_PHONES) {
            return Err(Denied::Full);
        }
        if awaited.way != Way::Team {
            return Ok(Decision {
                deeds: vec![Deed::Brought { number, key, alone }],
                answer: Answer::Joined { space },
            });
        }
        match awaited.knocking {
            None => Ok(Decision {
                deeds: vec![Deed::Knocked { number, key }],
                answer: Answer::Denied(Denied::NotConfirmed),
            }),
            Some(knocking) if knocking == key => Err(Denied::NotConfirmed),
            // The secret serves one phone.
            Some(_) => Err(Denied::NoInvitation),
        }
    }

    /// Whether the team has called someone back under this number, and may call that off.
    pub(super) fn is_called_back(&self, number: u32) -> bool {
        let awaited = self.awaited.get(&number);
        awaited.is_some_and(|awaited| awaited.way == Way::Team && awaited.by.is_none())
    }

    pub(super) fn call_off(&mut self, number: u32) {
        if self.is_called_back(number) {
            self.awaited.remove(&number);
        }
    }

    /// From now on someone may bring a phone.
    pub(super) fn await_phone(&mut self, number: u32, next: Awaited) {
        self.last_number = self.last_number.max(number);
        self.awaited
            .retain(|_, awaited| !awaited.gives_way_to(&next));
        self.awaited.insert(number, next);
    }

    pub(super) fn knocked(&mut self, number: u32, key: PublicKey) {
        if let Some(awaited) = self.awaited.get_mut(&number) {
            awaited.knocking = Some(key);
        }
    }

    pub(super) fn confirmed(&mut self, number: u32, key: PublicKey, by: By) {
        if let (Some(awaited), By::Member(person)) = (self.awaited.get_mut(&number), by)
            && awaited.knocking == Some(key)
            && !awaited.confirmed.contains(&person)
        {
            awaited.confirmed.push(person);
        }
    }

    /// Somebody's new phone is there.
    pub(super) fn brought(&mut self, number: u32, key: PublicKey, alone: bool) {
        let Some(awaited) = self.awaited.get_mut(&number) else {
            return;
        };
        awaited.by = Some(key);
        let person = awaited.person;
        let Some(member) = self.living(person) else {
            return;
        };
        if alone {
            lose_all(member);
        }
        member.phones.push(Phone { key, lost: false });
        self.phones.insert(key.person(), person);
        if alone {
            // What lost phones have shown, and a card that was lost with them or made by whoever has them.
            self.awaited
                .retain(|other, awaited| *other == number || awaited.person != person);
        }
    }
}

fn lose_all(member: &mut Member) {
    member.phones.iter_mut().for_each(|phone| phone.lost = true);
}
