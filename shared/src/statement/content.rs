//! What a statement can say.

use super::StatementId;
use crate::date::Day;
use crate::id::RecordId;
use crate::identity::PersonId;
use crate::records::Owner;
use crate::rules::text;
use minicbor::{Decode, Encode};

/// Positions that one decision may name.
pub const MOST_POSITIONS: usize = 1_000;

/// What is stated.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Content {
    /// What a partner answers about competition.
    #[n(0)]
    Opinion(#[n(0)] Opinion),
    /// A partner was asked, or reminded.
    #[n(1)]
    Asked {
        /// Who: a partner of the territory.
        #[cbor(n(0), with = "as_key")]
        partner: RecordId,
        /// How.
        #[n(1)]
        channel: Channel,
        /// Until when they are asked to answer.
        #[cbor(n(2), with = "as_day")]
        reply_by: Option<Day>,
    },
    /// Who takes care of a partner's "d'accord si…", and whether it is met.
    #[n(2)]
    Condition(#[n(0)] Condition),
    /// The sheet, as it stands in this version, is put to the decision.
    #[n(3)]
    Opened,
    /// The decision has come to this round.
    #[n(4)]
    Round {
        /// Which decision: the statement that opened it.
        #[n(0)]
        decision: StatementId,
        /// Where it stands now.
        #[n(1)]
        round: Round,
    },
    /// What someone thinks of the version that was put to the decision.
    #[n(5)]
    Position(#[n(0)] Position),
    /// What was decided.
    #[n(6)]
    Decision {
        /// Which decision: the statement that opened it.
        #[n(0)]
        decision: StatementId,
        /// What came of it.
        #[n(1)]
        outcome: Outcome,
        /// When to look at it again.
        #[cbor(n(2), with = "as_day")]
        review: Option<Day>,
        /// The positions that were there.
        #[n(3)]
        positions: Vec<StatementId>,
    },
}

/// A partner's answer about competition.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Opinion {
    /// Whose answer: a partner of the territory.
    #[cbor(n(0), with = "as_key")]
    pub partner: RecordId,
    /// The answer.
    #[n(1)]
    pub answer: Answer,
    /// How it came.
    #[n(2)]
    pub channel: Channel,
}

/// What a partner answers.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Answer {
    /// "Pas de concurrence."
    #[n(0)]
    None,
    /// "D'accord si…", and what.
    #[n(1)]
    FineIf(#[n(0)] String),
    /// "Objection", and why.
    #[n(2)]
    Objection(#[n(0)] String),
}

/// How an answer came, or someone was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Channel {
    /// On the phone of whoever says it.
    #[n(0)]
    Themselves,
    /// By a link that was sent.
    #[n(1)]
    Link,
    /// Said aloud, at a visit, on the telephone or by a raised hand.
    #[n(2)]
    Aloud,
    /// On paper.
    #[n(3)]
    Paper,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Themselves, Self::Link, Self::Aloud, Self::Paper];
}

/// What became of a condition.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Condition {
    /// The opinion that set it.
    #[n(0)]
    pub opinion: StatementId,
    /// Who takes care of it.
    #[n(1)]
    pub owner: Option<Owner>,
    /// Whether it is met.
    #[n(2)]
    pub is_met: bool,
}

/// The five rounds of a decision, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Round {
    /// Everyone understands what is proposed.
    #[n(0)]
    Clarification,
    /// What everyone thinks of it.
    #[n(1)]
    Reactions,
    /// Who objects, and why.
    #[n(2)]
    Objections,
    /// What would lift the objections.
    #[n(3)]
    Improvement,
    /// It is decided.
    #[n(4)]
    Celebration,
}

impl Round {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Clarification,
        Self::Reactions,
        Self::Objections,
        Self::Improvement,
        Self::Celebration,
    ];
}

/// What someone thinks of what is put to the decision.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Position {
    /// Which decision: the statement that opened it.
    #[n(0)]
    pub decision: StatementId,
    /// What they think.
    #[n(1)]
    pub stance: Stance,
    /// How it came.
    #[n(2)]
    pub channel: Channel,
    /// Whose position it is, when someone else notes it: a member.
    #[n(3)]
    pub of: Option<PersonId>,
}

/// What someone thinks.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Stance {
    /// "D'accord."
    #[n(0)]
    Agrees,
    /// "D'accord si…", and what.
    #[n(1)]
    AgreesIf(#[n(0)] String),
    /// "Objection", and why.
    #[n(2)]
    Objects(#[n(0)] String),
    /// "Je passe."
    #[n(3)]
    Passes,
    /// "Je n'ai pas compris."
    #[n(4)]
    NotUnderstood,
}

/// What came of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Outcome {
    /// The version is accepted.
    #[n(0)]
    Accepted,
    /// It is not.
    #[n(1)]
    NotAccepted,
    /// It is taken up again later.
    #[n(2)]
    Postponed,
}

impl Content {
    /// Whether it says what it has to, in words that are not too long: a condition and an objection need some.
    pub fn is_complete(&self) -> bool {
        match self {
            Self::Opinion(Opinion { answer, .. }) => match answer {
                Answer::None => true,
                Answer::FineIf(words) | Answer::Objection(words) => text::note(words).is_ok(),
            },
            Self::Position(Position {
                stance,
                channel,
                of,
                ..
            }) => {
                // Whoever notes it says whose it is; nobody says so of their own.
                let is_own = *channel == Channel::Themselves;
                let is_said = match stance {
                    Stance::AgreesIf(words) | Stance::Objects(words) => text::note(words).is_ok(),
                    Stance::Agrees | Stance::Passes | Stance::NotUnderstood => true,
                };
                is_said && is_own == of.is_none()
            }
            Self::Condition(Condition { owner, .. }) => match owner {
                Some(Owner::Words(words)) => text::line(words).is_ok(),
                Some(Owner::Person(_)) | None => true,
            },
            Self::Decision { positions, .. } => positions.len() <= MOST_POSITIONS,
            Self::Asked { .. } | Self::Opened | Self::Round { .. } => true,
        }
    }
}

/// A record by its key in the territory.
mod as_key {
    use crate::id::RecordId;
    use minicbor::decode::Error as Bad;
    use minicbor::encode::{Error, Write};
    use minicbor::{Decoder, Encoder};

    pub(super) fn encode<C, W: Write>(
        record: &RecordId,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), Error<W::Error>> {
        e.str(record.as_str())?.ok()
    }

    pub(super) fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<RecordId, Bad> {
        d.str().map(RecordId::from_key)
    }
}

/// A day as `YYYY-MM-DD`, or null.
mod as_day {
    use crate::date::Day;
    use minicbor::decode::Error as Bad;
    use minicbor::encode::{Error, Write};
    use minicbor::{Decoder, Encoder};

    pub(super) fn encode<C, W: Write>(
        day: &Option<Day>,
        e: &mut Encoder<W>,
        c: &mut C,
    ) -> Result<(), Error<W::Error>> {
        e.encode_with(day.map(|day| day.to_string()), c)?.ok()
    }

    pub(super) fn decode<C>(d: &mut Decoder<'_>, c: &mut C) -> Result<Option<Day>, Bad> {
        let day: Option<&str> = d.decode_with(c)?;
        day.map(|day| day.parse().map_err(|_| Bad::message("not a day")))
            .transpose()
    }
}
