//! What the screens show of a job sheet.

use super::{Field, Known};
use crate::date::Day;
use crate::id::RecordId;
use crate::identity::PersonId;
use crate::records::{
    ContractType, GuardRailState, GuardRailTopic, LegalFrame, Owner, Section, SheetState, Trade,
    TrialPoint,
};
use crate::time::UnixMillis;

/// A job or activity that people build together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JobSheetSnapshot {
    /// Its title.
    pub title: Field<String>,
    /// The trade (filière).
    pub trade: Field<Trade>,
    /// Where it stands between idea and stopped. Use [`JobSheetSnapshot::state`] for the state to show.
    pub state_field: Field<SheetState>,
    /// The texts that people write together.
    pub sections: Sections,
    /// The price of what is done, in words: "15 € la réparation simple".
    pub price: Field<Known<String>>,
    /// What the contract would be. Nothing in it is promised.
    pub contract: ContractFacts,
    /// What it costs, in whole euros a year.
    pub cost: Field<Known<u32>>,
    /// What it brings in, in whole euros a year.
    pub income: Field<Known<u32>>,
    /// The needs it answers.
    pub needs: Vec<RecordId>,
    /// The partners of the territory that take part.
    pub partners: Vec<RecordId>,
    /// The points to check, those proposed at birth first, in their fixed order, then the others as they were added.
    pub guard_rails: Vec<GuardRailSnapshot>,
    /// The four points without which no trial begins.
    pub before_trial: BeforeTrial,
    /// Every move between states, oldest first.
    pub moves: Vec<MoveSnapshot>,
    /// When the sheet was created.
    pub created: Option<UnixMillis>,
    /// When it was last changed, to the second.
    pub modified: Option<UnixMillis>,
}

/// The texts of a sheet, one automerge text each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sections {
    pub(crate) texts: [String; Section::COUNT],
}

/// What is known of the contract that would be signed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContractFacts {
    /// Who carries the project (porteur de projet).
    pub project_carrier: Field<Known<String>>,
    /// The employer who would sign.
    pub employer: Field<Known<String>>,
    /// The sort of contract.
    pub contract_type: Field<Known<ContractType>>,
    /// The joint committee (commission paritaire).
    pub joint_committee: Field<Known<String>>,
    /// How many people would work.
    pub people: Field<Known<u32>>,
    /// Minutes of work a week for each person.
    pub minutes_per_week: Field<Known<u32>>,
    /// Full-time equivalents (ETP) in all, in hundredths: 150 is one and a half.
    pub full_time_hundredths: Field<Known<u32>>,
}

/// A condition to check before the next state (à vérifier).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardRailSnapshot {
    /// Names it in commands.
    pub id: RecordId,
    /// What it is about.
    pub topic: GuardRailTopic,
    /// The group's own words for it ("Sécurité de l'atelier"), instead of the topic's.
    pub label: Field<String>,
    /// Whether it is met. Use [`GuardRailSnapshot::state`] for the state to show.
    pub state_field: Field<GuardRailState>,
    /// Who takes care of it.
    pub owner: Field<Owner>,
    /// What shows that it is met.
    pub evidence: Field<String>,
    /// The day before which it should be met.
    pub due: Field<Day>,
}

/// The four points that a named person must have recorded before a trial: unpaid help to a firm is undeclared work.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BeforeTrial {
    /// Who employs during the trial.
    pub employer: Field<String>,
    /// In what legal frame.
    pub legal_frame: Field<LegalFrame>,
    /// Insurer and policy.
    pub insurance: Field<String>,
    /// What the rule says of allowance, RIS or mutuelle; never anything about a person.
    pub allowance: Field<String>,
}

/// How well one of the four points has been recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletedBy {
    /// Nobody has recorded it.
    Nobody,
    /// It is there, but no named person stands behind it.
    Unnamed,
    /// Two people recorded different things at the same time; someone has to choose.
    Contested,
    /// This person recorded it.
    Person(PersonId),
}

/// One move between states; none is ever erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveSnapshot {
    /// Names it.
    pub id: RecordId,
    /// The state it left.
    pub from: SheetState,
    /// The state it entered.
    pub to: SheetState,
    /// Who moved it.
    pub by: Option<PersonId>,
    /// Who helped them on their phone.
    pub helper: Option<PersonId>,
    /// When.
    pub at: Option<UnixMillis>,
    /// Why, when a reason was given.
    pub reason: String,
    /// Who takes care of what was not yet met.
    pub owner: Option<Owner>,
}

impl JobSheetSnapshot {
    /// The state to show: a sheet that says nothing is an idea.
    pub fn state(&self) -> SheetState {
        self.state_field.value().copied().unwrap_or_default()
    }

    /// The guard-rail of that id, if there is one.
    pub fn guard_rail(&self, id: &RecordId) -> Option<&GuardRailSnapshot> {
        self.guard_rails
            .iter()
            .find(|guard_rail| guard_rail.id == *id)
    }
}

impl Sections {
    /// The text of one section, empty when nobody has written it.
    pub fn text(&self, section: Section) -> &str {
        &self.texts[section.position()]
    }

    /// Every section with its text, in reading order.
    pub fn iter(&self) -> impl Iterator<Item = (Section, &str)> {
        Section::ALL
            .into_iter()
            .map(|section| (section, self.text(section)))
    }
}

impl GuardRailSnapshot {
    /// The state to show: nothing has been checked unless someone said so.
    pub fn state(&self) -> GuardRailState {
        self.state_field.value().copied().unwrap_or_default()
    }
}

impl BeforeTrial {
    /// Who stands behind one of the four points.
    pub fn completed_by(&self, point: TrialPoint) -> CompletedBy {
        match point {
            TrialPoint::Employer => completed(&self.employer),
            TrialPoint::LegalFrame => completed(&self.legal_frame),
            TrialPoint::Insurance => completed(&self.insurance),
            TrialPoint::Allowance => completed(&self.allowance),
        }
    }
}

fn completed<T>(field: &Field<T>) -> CompletedBy {
    match &field.current {
        None => CompletedBy::Nobody,
        Some(_) if field.is_contested() => CompletedBy::Contested,
        Some(version) => version
            .author
            .map_or(CompletedBy::Unnamed, CompletedBy::Person),
    }
}
