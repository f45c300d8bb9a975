//! The decision by consent on one version of a sheet: where it stands, who takes which position, and what closes it.
//!
//! Nothing here refuses a statement: what comes late, twice or without a right to it is there, and is told apart.

use crate::date::Day;
use crate::identity::PersonId;
use crate::statement::{
    Channel, Content, Outcome, Position, Round, Stance, Stated, Statement, StatementId,
};

/// One decision, from its opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent<'s> {
    /// The statement that opened it; its heads are the version to decide on.
    pub opened: &'s Statement,
    /// Who opened it.
    pub by: PersonId,
    /// Where it stands.
    pub round: Round,
    /// It had come further, and someone has not understood: clarification is open again.
    pub is_reopened: bool,
    /// The last word of each person, in the order in which they first took a position.
    pub positions: Vec<Held<'s>>,
    /// Positions that the decision does not name: they came after it, and change nothing.
    pub late: Vec<Held<'s>>,
    /// What was decided.
    pub decision: Option<Decided<'s>>,
}

/// One person's position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held<'s> {
    /// The statement.
    pub id: StatementId,
    /// Whose position.
    pub person: PersonId,
    /// What they think.
    pub stance: &'s Stance,
    /// How it came.
    pub channel: Channel,
    /// Who noted it, when that was someone else.
    pub noted_by: Option<PersonId>,
    /// It was also entered in another way: by themselves and by someone who noted it, or by two who did.
    pub is_doubled: bool,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided<'s> {
    /// The statement.
    pub statement: &'s Statement,
    /// Who signed it.
    pub by: PersonId,
    /// What.
    pub outcome: Outcome,
    /// When to look at it again.
    pub review: Option<Day>,
}

/// How many take which position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// "D'accord."
    pub agree: usize,
    /// "D'accord si…"
    pub agree_if: usize,
    /// "Objection."
    pub object: usize,
    /// "Je passe."
    pub pass: usize,
    /// "Je n'ai pas compris."
    pub not_understood: usize,
}

/// Why a version cannot be accepted yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotYet {
    /// Nobody has taken a position: silence is no agreement.
    #[error("nobody has taken a position")]
    Nobody,
    /// Someone has not understood.
    #[error("{0} have not understood")]
    NotUnderstood(usize),
    /// Someone objects.
    #[error("{0} object")]
    Objections(usize),
}

/// Every decision about a sheet, the oldest first.
pub fn consents(stated: &[Stated]) -> Vec<Consent<'_>> {
    let counted = stated.iter().filter_map(Stated::counted);
    let opened = counted.filter(|(_, statement)| statement.content == Content::Opened);
    opened
        .map(|(by, statement)| consent(stated, by, statement))
        .collect()
}

fn consent<'s>(stated: &'s [Stated], by: PersonId, opened: &'s Statement) -> Consent<'s> {
    let id = opened.id;
    let mut consent = Consent {
        opened,
        by,
        round: Round::Clarification,
        is_reopened: false,
        positions: Vec::new(),
        late: Vec::new(),
        decision: None,
    };
    let mut named: &[StatementId] = &[];
    let mut held: Vec<(usize, Held<'s>)> = Vec::new();
    let counted = stated.iter().filter_map(Stated::counted);
    for (place, (person, statement)) in counted.enumerate() {
        match &statement.content {
            Content::Round { decision, round } if *decision == id => {
                consent.round = *round;
                consent.is_reopened = false;
            }
            Content::Position(position) if position.decision == id => {
                if position.stance == Stance::NotUnderstood && consent.decision.is_none() {
                    consent.is_reopened |= consent.round != Round::Clarification;
                    consent.round = Round::Clarification;
                }
                held.push((place, Held::of(statement.id, person, position)));
            }
            Content::Decision {
                decision,
                outcome,
                review,
                positions,
            } if *decision == id && consent.decision.is_none() => {
                named = positions;
                consent.decision = Some(Decided {
                    statement,
                    by: person,
                    outcome: *outcome,
                    review: *review,
                });
            }
            _ => {}
        }
    }
    // Once it is decided, what the decision names was there, wherever the clocks of phones and the order of their words put the rest.
    let is_closed = consent.decision.is_some();
    let (there, others): (Vec<_>, Vec<_>) = held
        .into_iter()
        .partition(|(_, held)| !is_closed || named.contains(&held.id));
    // What someone had thought before is no late word.
    let is_late = |(place, held): &(usize, Held<'s>)| {
        let mut known = there.iter();
        !known.any(|(known, other)| other.person == held.person && known > place)
    };
    consent.late = others
        .into_iter()
        .filter(is_late)
        .map(|(_, held)| held)
        .collect();
    for (_, held) in there {
        take(&mut consent.positions, held);
    }
    consent
}

/// The last word of each person counts; what was entered in two ways is marked.
fn take<'s>(positions: &mut Vec<Held<'s>>, mut new: Held<'s>) {
    match positions.iter_mut().find(|held| held.person == new.person) {
        Some(held) => {
            new.is_doubled = held.is_doubled || held.noted_by.is_some() || new.noted_by.is_some();
            *held = new;
        }
        None => positions.push(new),
    }
}

impl<'s> Held<'s> {
    fn of(id: StatementId, signer: PersonId, position: &'s Position) -> Self {
        Self {
            id,
            person: position.of.unwrap_or(signer),
            stance: &position.stance,
            channel: position.channel,
            noted_by: position.of.map(|_| signer),
            is_doubled: false,
        }
    }
}

impl Consent<'_> {
    /// How many take which position.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for held in &self.positions {
            *match held.stance {
                Stance::Agrees => &mut tally.agree,
                Stance::AgreesIf(_) => &mut tally.agree_if,
                Stance::Objects(_) => &mut tally.object,
                Stance::Passes => &mut tally.pass,
                Stance::NotUnderstood => &mut tally.not_understood,
            } += 1;
        }
        tally
    }

    /// Whether the version could be accepted now: someone has said what they think, everyone has understood, nobody objects.
    pub fn may_be_accepted(&self) -> Result<(), NotYet> {
        let tally = self.tally();
        if tally.not_understood > 0 {
            Err(NotYet::NotUnderstood(tally.not_understood))
        } else if tally.object > 0 {
            Err(NotYet::Objections(tally.object))
        } else if tally.agree + tally.agree_if == 0 {
            Err(NotYet::Nobody)
        } else {
            Ok(())
        }
    }

    /// The position of one person.
    pub fn position_of(&self, person: PersonId) -> Option<&Held<'_>> {
        self.positions.iter().find(|held| held.person == person)
    }
}

#[cfg(test)]
mod tests;
