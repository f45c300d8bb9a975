//! The job sheet: its keys, its birth, and how it is read.

use super::container::{Container, Form};
use super::field::{field, map_at, members, set};
use super::guard_rail::{self, GuardRailTopic};
use super::section::{self, Section};
use super::territory::{created, modified};
use super::{SheetState, Trade, TrialPoint, state_move};
use crate::change::ChangeRecord;
use crate::command::CommandError;
use crate::doc::{Document, Genesis, Kind};
use crate::id::{DocumentId, RecordId};
use crate::rules::text;
use crate::snapshot::{BeforeTrial, ContractFacts, JobSheetSnapshot};
use crate::time::UnixMillis;
use automerge::transaction::Transactable;
use automerge::{ActorId, ROOT};

pub(crate) const TITLE: &str = "title";
pub(crate) const TRADE: &str = "trade";
pub(crate) const STATE: &str = "state";
pub(crate) const PRICE: &str = "price";
pub(crate) const COST: &str = "cost";
pub(crate) const INCOME: &str = "income";
pub(crate) const PROJECT_CARRIER: &str = "project_carrier";
pub(crate) const EMPLOYER: &str = "employer";
pub(crate) const CONTRACT_TYPE: &str = "contract_type";
pub(crate) const JOINT_COMMITTEE: &str = "joint_committee";
pub(crate) const PEOPLE: &str = "people";
pub(crate) const MINUTES_PER_WEEK: &str = "minutes_per_week";
pub(crate) const FULL_TIME_HUNDREDTHS: &str = "full_time_hundredths";
pub(crate) const SECTIONS: &str = "sections";
pub(crate) const GUARD_RAILS: &str = "guard_rails";
pub(crate) const BEFORE_TRIAL: &str = "before_trial";
pub(crate) const NEEDS: &str = "needs";
pub(crate) const PARTNERS: &str = "partners";
pub(crate) const MOVES: &str = "moves";

/// What a new sheet says of itself. Only the title is required.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewJobSheet {
    /// Its title.
    pub title: String,
    /// Its trade, if the group knows it.
    pub trade: Option<Trade>,
    /// The first words of its section "Le besoin".
    pub need: String,
    /// The needs it answers.
    pub needs: Vec<RecordId>,
}

/// What a sheet of schema 1 is born with: one text a section, the points to check proposed to everyone, and the maps that
/// hold records.
///
/// Frozen: whoever adds a section or a point adds a schema version with a list of its own. These lists are therefore not the ones that
/// screens show.
pub(crate) fn containers() -> Vec<Container> {
    let texts = [
        Section::EasyVersion,
        Section::Need,
        Section::Tasks,
        Section::Beneficiaries,
        Section::IndirectBeneficiaries,
        Section::Skills,
        Section::InitialTraining,
        Section::Material,
        Section::Synergies,
    ];
    let points = [
        GuardRailTopic::LegalFrame,
        GuardRailTopic::Insurance,
        GuardRailTopic::Permit,
        GuardRailTopic::Funding,
        GuardRailTopic::NonCompetition,
        GuardRailTopic::Safety,
        GuardRailTopic::WorkingConditions,
    ];
    let mut all = [SECTIONS, GUARD_RAILS, BEFORE_TRIAL, NEEDS, PARTNERS, MOVES]
        .map(Container::map)
        .to_vec();
    all.extend(texts.map(|section| Container::inside(SECTIONS, section.code(), Form::Text)));
    all.extend(points.map(|topic| Container::inside(GUARD_RAILS, topic.code(), Form::Map)));
    all
}

/// Creates a job sheet, as an idea.
pub fn birth(
    space: DocumentId,
    new: &NewJobSheet,
    actor: ActorId,
    now: UnixMillis,
) -> Result<(Document, ChangeRecord), CommandError> {
    let title = text::line(&new.title)?;
    text::section(&new.need)?;
    let genesis = Genesis {
        kind: Kind::JobSheet,
        schema: crate::migrate::schema(Kind::JobSheet),
        space,
    };
    Ok(Document::birth(genesis, actor, now, |transaction| {
        crate::migrate::create_containers(transaction, Kind::JobSheet)?;
        set(transaction, &ROOT, TITLE, &title.to_owned())?;
        set(transaction, &ROOT, STATE, &SheetState::Idea)?;
        if let Some(trade) = &new.trade {
            set(transaction, &ROOT, TRADE, trade)?;
        }
        if let Some(text) = section::text_of(transaction, Section::Need) {
            transaction.splice_text(&text, 0, 0, &new.need)?;
        }
        if let Some(needs) = map_at(transaction, &ROOT, NEEDS) {
            for need in &new.needs {
                transaction.put(&needs, need.as_str(), true)?;
            }
        }
        Ok(())
    })?)
}

impl JobSheetSnapshot {
    /// Copies a job sheet out of its document.
    pub fn read(document: &Document) -> Self {
        let reader = document.reader();
        let container = |key| map_at(reader, &ROOT, key);
        let ids = |key| {
            let keys = members(reader, container(key).as_ref());
            keys.into_iter().map(RecordId::from_key).collect()
        };
        Self {
            title: field(reader, &ROOT, TITLE),
            trade: field(reader, &ROOT, TRADE),
            state_field: field(reader, &ROOT, STATE),
            sections: section::read_all(reader, container(SECTIONS).as_ref()),
            price: field(reader, &ROOT, PRICE),
            contract: contract_facts(document),
            cost: field(reader, &ROOT, COST),
            income: field(reader, &ROOT, INCOME),
            needs: ids(NEEDS),
            partners: ids(PARTNERS),
            guard_rails: guard_rail::read_all(reader, container(GUARD_RAILS).as_ref()),
            before_trial: before_trial(document),
            moves: state_move::read_all(reader, container(MOVES).as_ref()),
            created: created(document),
            modified: modified(document),
        }
    }
}

fn contract_facts(document: &Document) -> ContractFacts {
    let reader = document.reader();
    ContractFacts {
        project_carrier: field(reader, &ROOT, PROJECT_CARRIER),
        employer: field(reader, &ROOT, EMPLOYER),
        contract_type: field(reader, &ROOT, CONTRACT_TYPE),
        joint_committee: field(reader, &ROOT, JOINT_COMMITTEE),
        people: field(reader, &ROOT, PEOPLE),
        minutes_per_week: field(reader, &ROOT, MINUTES_PER_WEEK),
        full_time_hundredths: field(reader, &ROOT, FULL_TIME_HUNDREDTHS),
    }
}

fn before_trial(document: &Document) -> BeforeTrial {
    let reader = document.reader();
    let Some(points) = map_at(reader, &ROOT, BEFORE_TRIAL) else {
        return BeforeTrial::default();
    };
    BeforeTrial {
        employer: field(reader, &points, TrialPoint::Employer.code()),
        legal_frame: field(reader, &points, TrialPoint::LegalFrame.code()),
        insurance: field(reader, &points, TrialPoint::Insurance.code()),
        allowance: field(reader, &points, TrialPoint::Allowance.code()),
    }
}
