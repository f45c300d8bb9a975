//! What people do to a job sheet.

mod write;

use crate::date::Day;
use crate::id::RecordId;
use crate::records::{
    ContractType, GuardRailState, GuardRailTopic, Owner, Section, SheetState, Splice, Trade,
    TrialPoint, TrialPointValue,
};
use crate::snapshot::{Known, VersionId};

/// An intent about a job sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobSheetCommand {
    /// Gives a field a new value.
    Set(SheetValue),
    /// Empties a field. The title and the state are never empty.
    Clear(SheetField),
    /// Writes in one of the texts. Positions that are out of bounds or inside a surrogate pair are moved to the nearest place.
    EditSection {
        /// Which text.
        section: Section,
        /// The edits, one after the other.
        splices: Vec<Splice>,
    },
    /// Adds a point to check.
    AddGuardRail(NewGuardRail),
    /// Changes one thing about a point to check.
    SetGuardRail {
        /// Which one.
        guard_rail: RecordId,
        /// What is new.
        value: GuardRailValue,
    },
    /// Records one of the four points before a trial, in one's own name.
    RecordTrialPoint(TrialPointValue),
    /// Moves the sheet to another state; see [`crate::rules::moves`].
    Move(MoveRequest),
    /// Says which need the sheet answers.
    LinkNeed(RecordId),
    /// Says that the sheet no longer answers a need.
    UnlinkNeed(RecordId),
    /// Says that a partner of the territory takes part.
    LinkPartner(RecordId),
    /// Says that a partner no longer takes part.
    UnlinkPartner(RecordId),
    /// Settles a field on one of its versions.
    Choose {
        /// Which field.
        field: SheetField,
        /// Which version.
        version: VersionId,
    },
}

/// A field of a job sheet that may have several versions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SheetField {
    /// The title.
    Title,
    /// The trade.
    Trade,
    /// The state: two people may have moved the sheet at the same time.
    State,
    /// The price.
    Price,
    /// What it costs.
    Cost,
    /// What it brings in.
    Income,
    /// Who carries the project.
    ProjectCarrier,
    /// The employer who would sign.
    Employer,
    /// The sort of contract.
    ContractType,
    /// The joint committee.
    JointCommittee,
    /// How many people would work.
    People,
    /// Minutes of work a week for each person.
    MinutesPerWeek,
    /// Full-time equivalents in hundredths.
    FullTimeHundredths,
    /// One of the four points before a trial.
    TrialPoint(TrialPoint),
    /// The label of a guard-rail.
    GuardRailLabel(RecordId),
    /// The state of a guard-rail.
    GuardRailState(RecordId),
    /// Who takes care of a guard-rail.
    GuardRailOwner(RecordId),
    /// What shows that a guard-rail is met.
    GuardRailEvidence(RecordId),
    /// When a guard-rail is due.
    GuardRailDue(RecordId),
}

/// A new value for one field of a job sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SheetValue {
    /// The title.
    Title(String),
    /// The trade.
    Trade(Trade),
    /// The price, in words.
    Price(Known<String>),
    /// What it costs, in whole euros a year.
    Cost(Known<u32>),
    /// What it brings in, in whole euros a year.
    Income(Known<u32>),
    /// Who carries the project.
    ProjectCarrier(Known<String>),
    /// The employer who would sign.
    Employer(Known<String>),
    /// The sort of contract.
    ContractType(Known<ContractType>),
    /// The joint committee.
    JointCommittee(Known<String>),
    /// How many people would work.
    People(Known<u32>),
    /// Minutes of work a week for each person.
    MinutesPerWeek(Known<u32>),
    /// Full-time equivalents in hundredths.
    FullTimeHundredths(Known<u32>),
}

/// A point to check that the group adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGuardRail {
    /// What it is about.
    pub topic: GuardRailTopic,
    /// The group's own words for it; required for [`GuardRailTopic::Other`].
    pub label: String,
}

/// A new value for one field of a guard-rail; `None` and empty words empty the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuardRailValue {
    /// The group's own words for it.
    Label(String),
    /// Whether it is met.
    State(GuardRailState),
    /// Who takes care of it.
    Owner(Option<Owner>),
    /// What shows that it is met.
    Evidence(String),
    /// The day before which it should be met.
    Due(Option<Day>),
}

/// A move to another state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveRequest {
    /// The state to enter.
    pub to: SheetState,
    /// Why; empty when nothing has to be said.
    pub reason: String,
    /// Who takes care of what is not yet met.
    pub owner: Option<Owner>,
}
