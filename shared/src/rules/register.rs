//! The register of what partners answer about competition: who should be asked, who was, by when, and what came of it.

use crate::date::Day;
use crate::id::RecordId;
use crate::identity::PersonId;
use crate::records::{Owner, PartnerKind};
use crate::snapshot::{PartnerSnapshot, TerritorySnapshot};
use crate::statement::{Answer, Channel, Content, Stated, Statement, StatementId};

/// Letters that two words have to begin with alike to be about the same: "vélo" and "vélos", "réparer" and "réparation".
const STEM: usize = 4;
/// Words of four letters and more that say nothing of what someone does.
const EMPTY_WORDS: [&str; 8] = [
    "pour", "avec", "dans", "chez", "sans", "vers", "tout", "toute",
];

/// Why a partner should be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// They do something close, around here.
    SameWork,
    /// They speak for those who work: about working conditions, and posts that must not be replaced.
    Union,
}

/// How it stands with one partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// They should be asked.
    ToAsk,
    /// They were asked.
    Waiting,
    /// The day has passed on which they should have answered. It is silence, and no agreement.
    Silent,
    /// They answered.
    Answered,
}

/// One partner in the register.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'s> {
    /// Who.
    pub partner: RecordId,
    /// Why they should be asked; `None` when nothing says so, and someone asked them or they answered.
    pub why: Option<Why>,
    /// How it stands.
    pub standing: Standing,
    /// Each time they were asked, the first first: those after it are reminders.
    pub asked: Vec<Asked<'s>>,
    /// What they answered last.
    pub answer: Option<Reply<'s>>,
    /// How often they had answered something else before.
    pub earlier: usize,
}

/// Someone was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'s> {
    /// The statement that says so.
    pub statement: &'s Statement,
    /// By whom.
    pub by: PersonId,
    /// How.
    pub channel: Channel,
    /// Until when they should answer.
    pub reply_by: Option<Day>,
}

/// What a partner answered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reply<'s> {
    /// The statement.
    pub statement: &'s Statement,
    /// Who signed it: someone who speaks for the partner, or whoever noted it.
    pub by: PersonId,
    /// The answer.
    pub answer: &'s Answer,
    /// How it came.
    pub channel: Channel,
    /// What became of its condition; `None` when it has none.
    pub condition: Option<Followed<'s>>,
}

/// How it stands with a "d'accord si…".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Followed<'s> {
    /// Who takes care of it.
    pub owner: Option<&'s Owner>,
    /// Whether it is met.
    pub is_met: bool,
}

/// Partners who should be asked about a sheet: whose field sounds like the words for its trade or its title and who work around here, and
/// the unions. It is a proposal: words can be close by chance, and far apart for the same work.
pub fn proposed(territory: &TerritorySnapshot, words: &[&str]) -> Vec<(RecordId, Why)> {
    let wanted: Vec<String> = words.iter().flat_map(|words| stems(words)).collect();
    let why = |partner: &PartnerSnapshot| {
        if partner.kind.value() == Some(&PartnerKind::Union) {
            return Some(Why::Union);
        }
        let field = format!("{} {}", partner.sector.words(), partner.name.words());
        let is_close = stems(&field).iter().any(|stem| wanted.contains(stem));
        (is_close && is_around(territory, partner)).then_some(Why::SameWork)
    };
    let partners = territory.partners.iter();
    partners
        .filter_map(|partner| Some((partner.id.clone(), why(partner)?)))
        .collect()
}

/// The register of one sheet, those who should be asked first, then the others in the order in which they were asked or answered. Without
/// today's date nobody is silent yet.
pub fn register<'s>(
    stated: &'s [Stated],
    proposed: &[(RecordId, Why)],
    today: Option<Day>,
) -> Vec<Row<'s>> {
    let mut rows: Vec<Row<'s>> = proposed
        .iter()
        .map(|(partner, why)| Row::of(partner.clone(), Some(*why)))
        .collect();
    for (by, statement) in stated.iter().filter_map(Stated::counted) {
        match &statement.content {
            Content::Asked {
                partner,
                channel,
                reply_by,
            } => row(&mut rows, partner).asked.push(Asked {
                statement,
                by,
                channel: *channel,
                reply_by: *reply_by,
            }),
            Content::Opinion(opinion) => {
                let row = row(&mut rows, &opinion.partner);
                row.earlier += usize::from(row.answer.is_some());
                let condition = condition(stated, statement.id);
                row.answer = Some(Reply {
                    statement,
                    by,
                    answer: &opinion.answer,
                    channel: opinion.channel,
                    condition: matches!(opinion.answer, Answer::FineIf(_)).then_some(condition),
                });
            }
            _ => {}
        }
    }
    for row in &mut rows {
        row.standing = row.stands(today);
    }
    rows
}

/// What was last said of the condition that an opinion sets.
fn condition(stated: &[Stated], opinion: StatementId) -> Followed<'_> {
    let mut followed = Followed::default();
    for (_, _, content) in stated.iter().filter_map(Stated::says) {
        if let Content::Condition(condition) = content
            && condition.opinion == opinion
        {
            followed = Followed {
                owner: condition.owner.as_ref(),
                is_met: condition.is_met,
            };
        }
    }
    followed
}

fn row<'r, 's>(rows: &'r mut Vec<Row<'s>>, partner: &RecordId) -> &'r mut Row<'s> {
    let position = rows.iter().position(|row| row.partner == *partner);
    let position = position.unwrap_or_else(|| {
        rows.push(Row::of(partner.clone(), None));
        rows.len() - 1
    });
    &mut rows[position]
}

impl Row<'_> {
    fn of(partner: RecordId, why: Option<Why>) -> Self {
        Self {
            partner,
            why,
            standing: Standing::ToAsk,
            asked: Vec::new(),
            answer: None,
            earlier: 0,
        }
    }

    fn stands(&self, today: Option<Day>) -> Standing {
        let last = self.asked.last();
        match (&self.answer, last) {
            (Some(_), _) => Standing::Answered,
            (None, None) => Standing::ToAsk,
            (None, Some(asked)) if is_past(asked.reply_by, today) => Standing::Silent,
            (None, Some(_)) => Standing::Waiting,
        }
    }

    /// Until when they should answer, as they were told last.
    pub fn reply_by(&self) -> Option<Day> {
        self.asked.last().and_then(|asked| asked.reply_by)
    }
}

fn is_past(day: Option<Day>, today: Option<Day>) -> bool {
    day.zip(today).is_some_and(|(day, today)| day < today)
}

/// Whether a partner works here, or does not say where.
fn is_around(territory: &TerritorySnapshot, partner: &PartnerSnapshot) -> bool {
    let zone = stems(partner.zone.words());
    let names = territory.neighbourhoods.iter();
    let names = names.map(|neighbourhood| neighbourhood.name.words());
    let mut here = names.chain([territory.name.words()]).flat_map(stems);
    zone.is_empty() || here.any(|stem| zone.contains(&stem))
}

/// How the words of a text begin.
fn stems(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    lower
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| word.chars().count() >= STEM && !EMPTY_WORDS.contains(word))
        .map(|word| word.chars().take(STEM).map(plain).collect())
        .collect()
}

/// A letter of French without its accent.
fn plain(letter: char) -> char {
    match letter {
        'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        other => other,
    }
}

#[cfg(test)]
mod tests;
