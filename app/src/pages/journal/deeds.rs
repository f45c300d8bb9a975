//! Entries of the record as sentences.

use crate::model::Model;
use crate::pages::people;
use crate::text::{Invited, late_text};
use leptos::prelude::*;
use maillage_shared::identity::{PersonId, PublicKey, Role};
use maillage_shared::roster::{By, Deed, Entry};
use maillage_shared::time::UnixMillis;
use std::collections::BTreeMap;

/// One entry, as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// When it was done.
    pub(super) at: UnixMillis,
    /// The member who did it.
    pub(super) by: Option<PersonId>,
    /// Who did it, in words.
    pub(super) who: String,
    /// The rest of the sentence.
    pub(super) what: String,
    /// Everyone it is about.
    pub(super) people: Vec<PersonId>,
}

/// What people are called in the record: a name and their number, by the fingerprint of any of their keys.
pub(super) struct Names(BTreeMap<PersonId, (PersonId, String)>);

impl Names {
    /// As this phone knows them.
    pub(super) fn of(model: Model) -> Self {
        let words = &late_text().journal;
        let mut names = BTreeMap::new();
        model.members.with_untracked(|members| {
            for member in members.iter().flatten() {
                let name = (words.called)(&people::name_of(&member.person), member.number);
                for (key, _) in &member.phones {
                    names.insert(key.person(), (member.id, name.clone()));
                }
                names.insert(member.id, (member.id, name));
            }
        });
        Self(names)
    }

    /// What someone is called.
    pub(super) fn name(&self, person: PersonId) -> String {
        let known = self.0.get(&person).map(|(_, name)| name.clone());
        known.unwrap_or_else(|| late_text().journal.erased.to_owned())
    }

    fn person(&self, key: PersonId) -> PersonId {
        self.0.get(&key).map_or(key, |(person, _)| *person)
    }

    /// The entries as sentences, the newest first.
    pub(super) fn lines(&self, entries: &[Entry]) -> Vec<Line> {
        let mut reader = Reader {
            names: self,
            invitations: BTreeMap::new(),
            awaited: BTreeMap::new(),
        };
        let mut lines: Vec<Line> = entries.iter().map(|entry| reader.line(entry)).collect();
        lines.reverse();
        lines
    }
}

/// What the entries before say of the numbers in the later ones.
struct Reader<'a> {
    names: &'a Names,
    /// The roles that invitations give.
    invitations: BTreeMap<u32, Option<Role>>,
    /// Whose phones are awaited, and whether the team calls them back.
    awaited: BTreeMap<u32, (PersonId, bool)>,
}

impl Reader<'_> {
    fn line(&mut self, entry: &Entry) -> Line {
        let words = &late_text().journal;
        let by = match entry.by {
            By::Operator => None,
            By::Member(person) => Some(self.names.person(person)),
        };
        let (about, what) = self.what(&entry.deed, by);
        let who = match by {
            None => words.server.to_owned(),
            Some(_) if matches!(entry.deed, Deed::Knocked { .. }) => words.unknown_phone.to_owned(),
            Some(person) => self.names.name(person),
        };
        let mut people: Vec<PersonId> = by.into_iter().chain(about).collect();
        people.dedup();
        Line {
            at: entry.at,
            by,
            who,
            what,
            people,
        }
    }

    /// Whom it was done to, and the sentence.
    fn what(&mut self, deed: &Deed, by: Option<PersonId>) -> (Option<PersonId>, String) {
        let words = &late_text().journal.deeds;
        match deed {
            Deed::Invited {
                number,
                role,
                uses,
                meeting,
                ..
            } => {
                let role = Role::from_code(role);
                self.invitations.insert(*number, role);
                let invited = Invited {
                    number: *number,
                    role,
                    uses: *uses,
                    meeting: meeting.as_deref(),
                };
                (None, (words.invited)(&invited))
            }
            Deed::Withdrawn { number } => match self.awaited.get(number) {
                Some((person, _)) => (Some(*person), words.called_off.to_owned()),
                None if self.invitations.contains_key(number) => {
                    (None, (words.stopped_invitation)(*number))
                }
                None => (None, (words.stopped_ticket)(*number)),
            },
            Deed::Joined { invitation, .. } => {
                let role = self.invitations.get(invitation).copied().flatten();
                (by, (words.joined)(*invitation, role))
            }
            Deed::Faced { person, face } => {
                let name = people::name_of(&face.into());
                (Some(self.names.person(*person)), (words.faced)(&name))
            }
            Deed::Became { person, roles, .. } => {
                let roles: Vec<Role> = roles.iter().collect();
                self.about(*person, by, |whom| match roles.as_slice() {
                    [] => (words.removed)(whom),
                    roles => (words.became)(whom, roles),
                })
            }
            Deed::Erased { person } => self.about(*person, by, words.erased),
            Deed::Ticketed {
                number,
                roles,
                label,
                ..
            } => {
                let roles: Vec<Role> = roles.iter().collect();
                (None, (words.ticketed)(*number, label, &roles))
            }
            Deed::Awaited {
                number,
                person,
                is_card,
                ..
            } => {
                self.awaited.insert(*number, (*person, false));
                let what = if *is_card {
                    words.made_card
                } else {
                    words.awaited_phone
                };
                (Some(self.names.person(*person)), what.to_owned())
            }
            Deed::CalledBack { number, person, .. } => {
                self.awaited.insert(*number, (*person, true));
                self.of(*person, words.called_back)
            }
            Deed::Brought { number, alone, .. } => {
                let person = self.awaited.get(number).map(|(person, _)| *person);
                match person {
                    Some(person) => self.about(person, by, |whom| (words.brought)(whom, *alone)),
                    None => (None, (words.brought)(None, *alone)),
                }
            }
            Deed::Lost { person, .. } => self.about(*person, by, words.lost),
            Deed::Knocked { number, key } => self.phone(*number, key, words.knocked),
            Deed::Confirmed { number, key } => self.phone(*number, key, words.confirmed),
            Deed::Dropped { replaced_by, .. } => {
                let what = match replaced_by {
                    Some(_) => words.struck,
                    None => words.dropped,
                };
                (None, what.to_owned())
            }
            Deed::SetBack => (None, words.set_back.to_owned()),
            Deed::Settled {
                brought_by,
                admitted,
                ..
            } => {
                let say = if *admitted {
                    words.let_in
                } else {
                    words.thrown_away
                };
                self.of(*brought_by, say)
            }
        }
    }

    /// A sentence about someone, who is named unless they did it themselves.
    fn about(
        &self,
        person: PersonId,
        by: Option<PersonId>,
        say: impl FnOnce(Option<&str>) -> String,
    ) -> (Option<PersonId>, String) {
        let person = self.names.person(person);
        let name = (by != Some(person)).then(|| self.names.name(person));
        (Some(person), say(name.as_deref()))
    }

    /// A sentence that names someone.
    fn of(&self, person: PersonId, say: fn(&str) -> String) -> (Option<PersonId>, String) {
        let person = self.names.person(person);
        (Some(person), say(&self.names.name(person)))
    }

    /// A sentence about a phone that waits for the team.
    fn phone(
        &self,
        number: u32,
        key: &PublicKey,
        say: fn(&str, &str) -> String,
    ) -> (Option<PersonId>, String) {
        let letters = key.letters().to_string();
        match self.awaited.get(&number) {
            Some((person, _)) => {
                let person = self.names.person(*person);
                (Some(person), say(&self.names.name(person), &letters))
            }
            // Its beginning is older than what is shown.
            None => (None, say(late_text().journal.unknown_phone, &letters)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maillage_shared::identity::{PersonKey, Roles};
    use maillage_shared::presence::Face;

    const START: UnixMillis = UnixMillis(1_790_000_000_000);

    fn key(seed: u8) -> PublicKey {
        PersonKey::from_seed(&[seed; 32]).public()
    }

    /// Nadia, who has two phones, and Luc.
    fn names() -> Names {
        let nadia = (key(1).person(), "Nadia (1)".to_owned());
        let luc = (key(3).person(), "Luc (3)".to_owned());
        Names(BTreeMap::from([
            (key(1).person(), nadia.clone()),
            (key(2).person(), nadia),
            (key(3).person(), luc),
        ]))
    }

    fn said(deeds: Vec<(By, Deed)>) -> Vec<String> {
        let entries: Vec<Entry> = deeds
            .into_iter()
            .map(|(by, deed)| Entry {
                at: START,
                by,
                deed,
            })
            .collect();
        let lines = names().lines(&entries).into_iter();
        lines
            .map(|line| format!("{} {}", line.who, line.what).replace('\u{a0}', " "))
            .collect()
    }

    #[test]
    fn the_newest_comes_first_and_names_who_and_whom() {
        let nadia = By::Member(key(2).person());
        let luc = key(3).person();
        let invited = Deed::Invited {
            number: 4,
            link: [0; 32],
            code: None,
            role: "volunteer".to_owned(),
            partner: None,
            uses: 10,
            until: START,
            meeting: Some("Assemblée".to_owned()),
        };
        let joined = Deed::Joined {
            key: key(3),
            face: Face::default(),
            number: 3,
            invitation: 4,
        };
        let became = |person, roles| Deed::Became {
            person,
            roles,
            partner: None,
        };
        let said = said(vec![
            (By::Operator, invited),
            (By::Member(luc), joined),
            (nadia, became(luc, Role::Team.into())),
            (nadia, became(luc, Roles::NONE)),
            (nadia, Deed::Withdrawn { number: 4 }),
            (By::Operator, Deed::Erased { person: luc }),
        ]);
        assert_eq!(
            said,
            [
                "Le serveur a effacé Luc (3).",
                "Nadia (1) a arrêté l’invitation 4.",
                "Nadia (1) a retiré Luc (3) du groupe.",
                "Nadia (1) a donné ces rôles à Luc (3) : équipe projet.",
                "Luc (3) entre avec l’invitation 4, comme volontaire.",
                "Le serveur a préparé l’invitation 4 : 10 personnes, volontaire, rencontre « Assemblée ».",
            ]
        );
    }

    #[test]
    fn a_return_that_the_team_confirmed_is_told_step_by_step() {
        let luc = key(3).person();
        let letters = key(9).letters();
        let said = said(vec![
            (
                By::Member(key(1).person()),
                Deed::CalledBack {
                    number: 7,
                    person: luc,
                    digest: [0; 32],
                    until: START,
                },
            ),
            (
                By::Member(key(9).person()),
                Deed::Knocked {
                    number: 7,
                    key: key(9),
                },
            ),
            (
                By::Member(key(1).person()),
                Deed::Confirmed {
                    number: 7,
                    key: key(9),
                },
            ),
        ]);
        assert_eq!(
            said,
            [
                format!("Nadia (1) a confirmé que le téléphone {letters} est celui de Luc (3)."),
                format!("Un téléphone inconnu a dit être Luc (3). Lettres : {letters}."),
                "Nadia (1) a préparé le retour de Luc (3), sans téléphone ni carte.".to_owned(),
            ]
        );
    }
}
