//! The conditions to check before the next state (à vérifier).

use super::field::{age, field, map_at, records, value};
use crate::id::RecordId;
use crate::order;
use crate::snapshot::{Field, GuardRailSnapshot};
use automerge::{Automerge, ObjId};

pub(crate) const TOPIC: &str = "topic";
pub(crate) const LABEL: &str = "label";
pub(crate) const STATE: &str = "state";
pub(crate) const OWNER: &str = "owner";
pub(crate) const EVIDENCE: &str = "evidence";
pub(crate) const DUE: &str = "due";

/// What a guard-rail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GuardRailTopic {
    /// The legal frame.
    LegalFrame,
    /// The insurance.
    Insurance,
    /// The permit, or the access to the profession.
    Permit,
    /// The funding.
    Funding,
    /// No competition with work already done here.
    NonCompetition,
    /// The safety of people.
    Safety,
    /// Working conditions, and no existing post replaced: the unions' opinion.
    WorkingConditions,
    /// Neither the market nor the State covers the need.
    NeedNotCovered,
    /// Volunteers want this work.
    VolunteersWantIt,
    /// Something else, named by its label.
    Other,
}

coded!(GuardRailTopic {
    LegalFrame => "legal_frame",
    Insurance => "insurance",
    Permit => "permit",
    Funding => "funding",
    NonCompetition => "non_competition",
    Safety => "safety",
    WorkingConditions => "working_conditions",
    NeedNotCovered => "need_not_covered",
    VolunteersWantIt => "volunteers_want_it",
    Other => "other",
});

impl GuardRailTopic {
    /// What every sheet proposes to check from its first minute.
    pub const PROPOSED: [Self; 7] = [
        Self::LegalFrame,
        Self::Insurance,
        Self::Permit,
        Self::Funding,
        Self::NonCompetition,
        Self::Safety,
        Self::WorkingConditions,
    ];
}

/// Whether a guard-rail is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum GuardRailState {
    /// Pas encore.
    #[default]
    NotYet,
    /// En attente: the question has been asked.
    Waiting,
    /// Oui.
    Met,
    /// Non.
    NotMet,
    /// Sans objet: it does not concern this sheet.
    DoesNotApply,
}

coded!(GuardRailState {
    NotYet => "not_yet",
    Waiting => "waiting",
    Met => "met",
    NotMet => "not_met",
    DoesNotApply => "does_not_apply",
});

impl GuardRailState {
    /// Whether nothing remains to be done about it.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Met | Self::DoesNotApply)
    }
}

/// Reads every point to check: those proposed at birth in their fixed order, there or not, then the others as they were added.
///
/// The proposed ones stand under the code of their topic, so a sheet that was born without them lists them all the same.
pub(crate) fn read_all(reader: &Automerge, container: Option<&ObjId>) -> Vec<GuardRailSnapshot> {
    let mut all: Vec<_> = GuardRailTopic::PROPOSED
        .into_iter()
        .map(|topic| {
            let record = container.and_then(|container| map_at(reader, container, topic.code()));
            let id = RecordId::from_key(topic.code());
            match record {
                Some(record) => read(reader, id, topic, &record),
                None => unwritten(id, topic),
            }
        })
        .collect();
    let mut added = records(reader, container);
    added.retain(|(key, _)| {
        GuardRailTopic::PROPOSED
            .iter()
            .all(|topic| topic.code() != key)
    });
    order::by_key(&mut added, |(_, record)| age(record));
    all.extend(added.into_iter().map(|(key, record)| {
        let topic = value(reader, &record, TOPIC).unwrap_or(GuardRailTopic::Other);
        read(reader, RecordId::from_key(key), topic, &record)
    }));
    all
}

fn read(
    reader: &Automerge,
    id: RecordId,
    topic: GuardRailTopic,
    record: &ObjId,
) -> GuardRailSnapshot {
    GuardRailSnapshot {
        id,
        topic,
        label: field(reader, record, LABEL),
        state_field: field(reader, record, STATE),
        owner: field(reader, record, OWNER),
        evidence: field(reader, record, EVIDENCE),
        due: field(reader, record, DUE),
    }
}

fn unwritten(id: RecordId, topic: GuardRailTopic) -> GuardRailSnapshot {
    GuardRailSnapshot {
        id,
        topic,
        label: Field::default(),
        state_field: Field::default(),
        owner: Field::default(),
        evidence: Field::default(),
        due: Field::default(),
    }
}
