//! What people do to a territory.

use crate::date::Day;
use crate::id::{DocumentId, RecordId};
use crate::records::{ContractType, PartnerKind, Phase};
use crate::snapshot::{IndexEntry, VersionId};

/// An intent about a territory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerritoryCommand {
    /// Names the territory.
    SetName(String),
    /// Says how many people live there, or that nobody knows.
    SetPopulation(Option<u32>),
    /// Counts the people who are on a path today.
    SetPeopleInPath(u32),
    /// Says how many jobs the territory aims at.
    SetJobsAimed(u32),
    /// Says where the project stands.
    SetPhase(Phase),
    /// Says that the texts of this territory are invented.
    MarkAsExample,
    /// Adds a neighbourhood.
    AddNeighbourhood(String),
    /// Renames a neighbourhood.
    RenameNeighbourhood {
        /// Which one.
        neighbourhood: RecordId,
        /// Its new name.
        name: String,
    },
    /// Removes a neighbourhood.
    RemoveNeighbourhood(RecordId),
    /// Adds a partner.
    AddPartner(NewPartner),
    /// Changes one thing about a partner.
    SetPartner {
        /// Which one.
        partner: RecordId,
        /// What is new.
        value: PartnerValue,
    },
    /// Removes a partner.
    RemovePartner(RecordId),
    /// Records a hire, without any identity.
    AddHire(NewHire),
    /// Removes a hire that was recorded by mistake.
    RemoveHire(RecordId),
    /// Notes a document in the index, or what has changed about it.
    PutIndexEntry(IndexEntry),
    /// Takes a document out of the index.
    RemoveIndexEntry(DocumentId),
    /// Settles a field on one of its versions.
    Choose {
        /// Which field.
        field: TerritoryField,
        /// Which version.
        version: VersionId,
    },
}

/// A field of a territory that may have several versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerritoryField {
    /// Its name.
    Name,
    /// Its population.
    Population,
    /// The people in a path.
    PeopleInPath,
    /// The jobs aimed at.
    JobsAimed,
    /// The phase.
    Phase,
    /// The name of a neighbourhood.
    Neighbourhood(RecordId),
    /// A field of a partner.
    Partner(RecordId, PartnerField),
}

/// A field of a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartnerField {
    /// Its name.
    Name,
    /// What sort of organisation it is.
    Kind,
    /// Where it works.
    Zone,
    /// In what field it works.
    Sector,
    /// For whom it works.
    Public,
    /// How to reach it.
    Contact,
}

/// A new value for one field of a partner; empty words empty the field, except the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartnerValue {
    /// Its name.
    Name(String),
    /// What sort of organisation it is.
    Kind(PartnerKind),
    /// Where it works.
    Zone(String),
    /// In what field it works.
    Sector(String),
    /// For whom it works.
    Public(String),
    /// How to reach it.
    Contact(String),
}

/// A partner to add. Everything but its name may stay empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPartner {
    /// Its name.
    pub name: String,
    /// What sort of organisation it is.
    pub kind: PartnerKind,
    /// Where it works.
    pub zone: String,
    /// In what field it works.
    pub sector: String,
    /// For whom it works.
    pub public: String,
    /// How to reach the organisation.
    pub contact: String,
}

/// A hire to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHire {
    /// First day of the contract.
    pub date: Day,
    /// Minutes of work a week.
    pub minutes_per_week: u32,
    /// The contract that was signed.
    pub contract: ContractType,
    /// The job sheet it comes from.
    pub sheet: Option<DocumentId>,
}
