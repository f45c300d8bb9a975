//! What the screens show of a territory.

use super::Field;
use crate::date::Day;
use crate::doc::Kind;
use crate::id::{DocumentId, RecordId};
use crate::records::{ContractType, PartnerKind, Phase, SheetState, Trade};
use crate::time::UnixMillis;

/// A territory: the shared space of the people who build jobs in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TerritorySnapshot {
    /// Its name.
    pub name: Field<String>,
    /// Whether its texts are invented, to show how the program works: screens say so.
    pub example: bool,
    /// Its neighbourhoods, by name.
    pub neighbourhoods: Vec<Neighbourhood>,
    /// How many people live there; see [`crate::rules::population`].
    pub population: Field<u32>,
    /// What the territory aims at.
    pub goals: Goals,
    /// Every hire, oldest first. Their number stands apart from the goals, never as a fraction of them.
    pub hires: Vec<HireSnapshot>,
    /// Where the project stands among its eleven phases.
    pub phase: Field<Phase>,
    /// The organisations around the table, by name.
    pub partners: Vec<PartnerSnapshot>,
    /// The documents of this territory, by kind, then title.
    pub index: Vec<IndexEntry>,
    /// When the territory was created; `None` when another make of client did not say.
    pub created: Option<UnixMillis>,
}

/// The two figures a territory sets itself. They are counts of different things and are never divided.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Goals {
    /// People who are on a path today ("5 personnes en parcours").
    pub people_in_path: Field<u32>,
    /// Jobs the territory aims at ("40 emplois visés").
    pub jobs_aimed: Field<u32>,
}

/// A part of the territory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbourhood {
    /// Names it in commands.
    pub id: RecordId,
    /// Its name.
    pub name: Field<String>,
}

/// One hire, without any identity: shared documents never say who.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HireSnapshot {
    /// Names it in commands.
    pub id: RecordId,
    /// First day of the contract.
    pub date: Option<Day>,
    /// Minutes of work a week.
    pub minutes_per_week: Option<u32>,
    /// The contract that was signed.
    pub contract: Option<ContractType>,
    /// The job sheet it comes from.
    pub sheet: Option<DocumentId>,
}

/// An organisation that takes part in the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerSnapshot {
    /// Names it in commands.
    pub id: RecordId,
    /// Its name.
    pub name: Field<String>,
    /// What sort of organisation it is.
    pub kind: Field<PartnerKind>,
    /// Where it works.
    pub zone: Field<String>,
    /// In what field it works.
    pub sector: Field<String>,
    /// For whom it works.
    pub public: Field<String>,
    /// How to reach the organisation (a desk or a general address, not a person's own number).
    pub contact: Field<String>,
}

/// What a territory notes about one of its documents, so that lists need not open each. It may lag behind the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    /// The document.
    pub id: DocumentId,
    /// What it is about.
    pub kind: Kind,
    /// Its title when last noted, or nothing.
    pub title: String,
    /// The trade of a job sheet when last noted.
    pub trade: Option<Trade>,
    /// The state of a job sheet when last noted.
    pub state: Option<SheetState>,
}

impl TerritorySnapshot {
    /// The job sheets of this territory.
    pub fn job_sheets(&self) -> impl Iterator<Item = &IndexEntry> {
        self.index
            .iter()
            .filter(|entry| entry.kind == Kind::JobSheet)
    }

    /// The partner of that id, if it is still there.
    pub fn partner(&self, id: &RecordId) -> Option<&PartnerSnapshot> {
        self.partners.iter().find(|partner| partner.id == *id)
    }
}
