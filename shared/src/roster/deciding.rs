//! What is asked of a record, decided.

use super::request::Draw;
use super::{
    Answer, By, Deed, Denied, InvitationCard, LINK_LIFE, MOST_ENTRIES, MOST_INVITATIONS,
    MOST_MEMBERS, MOST_PEOPLE, Member, Open, Packed, Request, Roster, SAME_VISIT, WORDS_BYTES,
};
use crate::identity::{PersonId, PublicKey, Role, Roles};
use crate::presence::Face;
use crate::rules::access::{self, Act};
use crate::time::UnixMillis;

/// What a decision leads to: entries to keep, in this order, and the answer once they are kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// To be appended to the record.
    pub deeds: Vec<Deed>,
    /// To be given when that is done.
    pub answer: Answer,
}

impl Decision {
    pub(super) fn done(deed: Deed) -> Self {
        Self {
            deeds: vec![deed],
            answer: Answer::Done,
        }
    }

    /// It is done already.
    pub(super) fn nothing_more() -> Self {
        Self::only(Answer::Done)
    }

    pub(super) fn only(answer: Answer) -> Self {
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
        let is_long = |text: &Option<String>| {
            let length = text.as_ref().map_or(0, String::len);
            length > WORDS_BYTES
        };
        match request {
            Request::Invite {
                partner, meeting, ..
            } if is_long(partner) || is_long(meeting) => return Err(Denied::Unknown),
            Request::Become { partner, .. } if is_long(partner) => return Err(Denied::Unknown),
            Request::Ticket { label, .. } if label.len() > WORDS_BYTES => {
                return Err(Denied::Unknown);
            }
            Request::Look { .. } | Request::Record { .. } => {}
            // However much others have filled the record, who belongs here and who does not can still be said.
            Request::Become { .. }
            | Request::Erase { .. }
            | Request::Lose { .. }
            | Request::Confirm { .. }
            | Request::EraseDocument { .. }
            | Request::Replace { .. }
            | Request::Withdraw { .. } => {}
            _ if self.epoch >= MOST_ENTRIES && by != By::Operator => return Err(Denied::Full),
            _ => {}
        }
        match request {
            Request::Look { invitation } => {
                if let Some(returning) = self.returning(invitation, now) {
                    return Ok(Decision::only(returning));
                }
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
                meeting,
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
                        meeting: meeting.clone(),
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
                let is_there = invited.is_some()
                    || self.tickets.contains_key(number)
                    || self.is_called_back(*number);
                is_there
                    .then(|| Decision::done(Deed::Withdrawn { number: *number }))
                    .ok_or(Denied::Unknown)
            }
            Request::Face { face, .. } => {
                let By::Member(person) = by else {
                    return Err(Denied::NotAllowed);
                };
                let now_shown = self.members.get(&person).map(|member| &member.face);
                if now_shown == Some(face) {
                    return Ok(Decision::only(Answer::Done));
                }
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
            Request::Await {
                digest, is_card, ..
            } => {
                let By::Member(person) = by else {
                    return Err(Denied::NotAllowed);
                };
                Ok(Decision::done(
                    self.phone_awaited(now, person, *digest, *is_card),
                ))
            }
            Request::CallBack { person, digest, .. } => self.call_back(now, by, *person, *digest),
            Request::Confirm { number, key, .. } => self.confirm(now, by, *number, *key),
            Request::Bring { secret, key, alone } => self.bring(now, secret, *key, *alone),
            Request::Lose { key, .. } => {
                let (person, member) = self.member_of(key.person()).ok_or(Denied::Unknown)?;
                if by != By::Member(person) {
                    self.check(by, Act::Steward)?;
                }
                // Whoever has no phone left comes back with a card only: the last one goes with the person.
                let left = member
                    .phones
                    .iter()
                    .filter(|phone| !phone.lost && phone.key != *key);
                if left.count() == 0 {
                    self.spares_the_last(by, person, Roles::NONE)?;
                }
                Ok(Decision::done(Deed::Lost { person, key: *key }))
            }
            // What waits there is the relay's to read, as is the record.
            Request::Quarantine { .. } | Request::Examine { .. } => {
                self.check(by, Act::Steward)?;
                Ok(Decision::only(Answer::Done))
            }
            Request::Settle {
                document,
                by: brought_by,
                admit,
                ..
            } => {
                self.check(by, Act::Steward)?;
                Ok(Decision::done(Deed::Settled {
                    document: *document,
                    brought_by: *brought_by,
                    admitted: *admit,
                }))
            }
            // Decided where the documents are known.
            Request::EraseDocument { .. } | Request::Replace { .. } => Err(Denied::Unknown),
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
        // Whom the team has removed, the team lets in again.
        let is_removed = |member: &Member| member.roles.is_empty() && !member.erased;
        if known.is_some_and(|(_, member)| is_removed(member)) {
            return Err(Denied::NotAllowed);
        }
        if open.uses == 0 {
            return Err(Denied::UsedUp);
        }
        let living = self.members.values().filter(|member| !member.erased);
        let is_full = living.count() >= MOST_MEMBERS || self.members.len() >= MOST_PEOPLE;
        if known.is_none_or(|(_, member)| member.erased) && is_full {
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
                meeting: open.meeting.clone(),
                partner: open.partner.clone(),
            })
            .collect();
        self.check(by, Act::Invite(Role::Guest))?;
        Ok(Decision::only(Answer::Invitations(Packed::new(&cards))))
    }

    pub(super) fn check(&self, by: By, act: Act) -> Result<(), Denied> {
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
    pub(super) fn spares_the_last(
        &self,
        by: By,
        person: PersonId,
        roles: Roles,
    ) -> Result<(), Denied> {
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
