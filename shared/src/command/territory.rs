//! What people do to a territory.

use super::write::{choose, container, create, record, remove, set_words};
use super::{CommandError, Context, Intent};
use crate::date::Day;
use crate::doc::Kind;
use crate::id::{DocumentId, RecordId};
use crate::identity::PersonId;
use crate::records::field::{map_at, set};
use crate::records::territory::{
    EXAMPLE, HIRES, INDEX, JOBS_AIMED, NAME, NEIGHBOURHOODS, PARTNERS, PEOPLE_IN_PATH, PHASE,
    POPULATION,
};
use crate::records::{ContractType, PartnerKind, Phase, hire, index_entry, neighbourhood, partner};
use crate::rules::text;
use crate::snapshot::{IndexEntry, VersionId};
use automerge::transaction::{Transactable, Transaction};
use automerge::{AutomergeError, ObjId, ObjType, ROOT};

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

/// Puts into the territory's index what it says about a document: the one thing that phones do to a territory by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutIndexEntry(pub IndexEntry);

impl Intent for PutIndexEntry {
    fn kind(&self) -> Kind {
        Kind::Territory
    }

    fn write(
        &self,
        transaction: &mut Transaction<'_>,
        _context: &Context,
        _author: PersonId,
    ) -> Result<Option<RecordId>, CommandError> {
        self.0.write(transaction)?;
        Ok(None)
    }
}

/// Takes out of the territory's index a document that was erased: what phones of the team do by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoveIndexEntry(pub DocumentId);

impl Intent for RemoveIndexEntry {
    fn kind(&self) -> Kind {
        Kind::Territory
    }

    fn write(
        &self,
        transaction: &mut Transaction<'_>,
        _context: &Context,
        _author: PersonId,
    ) -> Result<Option<RecordId>, CommandError> {
        let index = container(transaction, INDEX)?;
        transaction.delete(&index, self.0.to_string())?;
        Ok(None)
    }
}

impl Intent for TerritoryCommand {
    fn kind(&self) -> Kind {
        Kind::Territory
    }

    fn write(
        &self,
        transaction: &mut Transaction<'_>,
        context: &Context,
        author: PersonId,
    ) -> Result<Option<RecordId>, CommandError> {
        match self {
            Self::SetName(name) => set(transaction, &ROOT, NAME, &text::line(name)?.to_owned())?,
            Self::SetPopulation(None) => transaction.delete(ROOT, POPULATION)?,
            Self::SetPopulation(Some(population)) => {
                set(transaction, &ROOT, POPULATION, population)?
            }
            Self::SetPeopleInPath(people) => set(transaction, &ROOT, PEOPLE_IN_PATH, people)?,
            Self::SetJobsAimed(jobs) => set(transaction, &ROOT, JOBS_AIMED, jobs)?,
            Self::SetPhase(phase) => set(transaction, &ROOT, PHASE, phase)?,
            Self::MarkAsExample => set(transaction, &ROOT, EXAMPLE, &true)?,
            Self::AddNeighbourhood(name) => {
                let name = text::line(name)?.to_owned();
                let (id, neighbourhood) = create(transaction, NEIGHBOURHOODS, context)?;
                set(transaction, &neighbourhood, neighbourhood::NAME, &name)?;
                return Ok(Some(id));
            }
            Self::RenameNeighbourhood {
                neighbourhood,
                name,
            } => {
                let record = record(transaction, NEIGHBOURHOODS, neighbourhood)?;
                set(
                    transaction,
                    &record,
                    neighbourhood::NAME,
                    &text::line(name)?.to_owned(),
                )?;
            }
            Self::RemoveNeighbourhood(id) => remove(transaction, NEIGHBOURHOODS, id)?,
            Self::AddPartner(new) => {
                let (id, partner) = create(transaction, PARTNERS, context)?;
                new.write(transaction, &partner)?;
                return Ok(Some(id));
            }
            Self::SetPartner { partner, value } => {
                let partner = record(transaction, PARTNERS, partner)?;
                value.write(transaction, &partner)?;
            }
            Self::RemovePartner(id) => remove(transaction, PARTNERS, id)?,
            Self::AddHire(new) => {
                let (id, hire) = create(transaction, HIRES, context)?;
                new.write(transaction, &hire)?;
                return Ok(Some(id));
            }
            Self::RemoveHire(id) => remove(transaction, HIRES, id)?,
            Self::PutIndexEntry(entry) => entry.write(transaction)?,
            Self::RemoveIndexEntry(id) => {
                return RemoveIndexEntry(*id).write(transaction, context, author);
            }
            Self::Choose { field, version } => field.choose(transaction, version)?,
        }
        Ok(None)
    }
}

impl TerritoryField {
    fn choose(
        &self,
        transaction: &mut Transaction<'_>,
        version: &VersionId,
    ) -> Result<(), CommandError> {
        let (object, key) = match self {
            Self::Name => (ROOT, NAME),
            Self::Population => (ROOT, POPULATION),
            Self::PeopleInPath => (ROOT, PEOPLE_IN_PATH),
            Self::JobsAimed => (ROOT, JOBS_AIMED),
            Self::Phase => (ROOT, PHASE),
            Self::Neighbourhood(id) => (
                record(transaction, NEIGHBOURHOODS, id)?,
                neighbourhood::NAME,
            ),
            Self::Partner(id, field) => (record(transaction, PARTNERS, id)?, field.key()),
        };
        choose(transaction, &object, key, version)
    }
}

impl PartnerField {
    fn key(self) -> &'static str {
        match self {
            Self::Name => partner::NAME,
            Self::Kind => partner::KIND,
            Self::Zone => partner::ZONE,
            Self::Sector => partner::SECTOR,
            Self::Public => partner::PUBLIC,
            Self::Contact => partner::CONTACT,
        }
    }
}

impl PartnerValue {
    fn write(&self, transaction: &mut Transaction<'_>, record: &ObjId) -> Result<(), CommandError> {
        match self {
            Self::Name(name) => Ok(set(
                transaction,
                record,
                partner::NAME,
                &text::line(name)?.to_owned(),
            )?),
            Self::Kind(kind) => Ok(set(transaction, record, partner::KIND, kind)?),
            Self::Zone(words) => set_words(transaction, record, partner::ZONE, words),
            Self::Sector(words) => set_words(transaction, record, partner::SECTOR, words),
            Self::Public(words) => set_words(transaction, record, partner::PUBLIC, words),
            Self::Contact(words) => set_words(transaction, record, partner::CONTACT, words),
        }
    }
}

impl NewPartner {
    fn write(&self, transaction: &mut Transaction<'_>, record: &ObjId) -> Result<(), CommandError> {
        let values = [
            PartnerValue::Name(self.name.clone()),
            PartnerValue::Kind(self.kind),
            PartnerValue::Zone(self.zone.clone()),
            PartnerValue::Sector(self.sector.clone()),
            PartnerValue::Public(self.public.clone()),
            PartnerValue::Contact(self.contact.clone()),
        ];
        values
            .iter()
            .try_for_each(|value| value.write(transaction, record))
    }
}

impl NewHire {
    fn write(
        &self,
        transaction: &mut Transaction<'_>,
        record: &ObjId,
    ) -> Result<(), AutomergeError> {
        set(transaction, record, hire::DATE, &self.date)?;
        set(
            transaction,
            record,
            hire::MINUTES_PER_WEEK,
            &self.minutes_per_week,
        )?;
        set(transaction, record, hire::CONTRACT, &self.contract)?;
        match &self.sheet {
            Some(sheet) => set(transaction, record, hire::SHEET, sheet),
            None => Ok(()),
        }
    }
}

impl IndexEntry {
    fn write(&self, transaction: &mut Transaction<'_>) -> Result<(), CommandError> {
        let index = container(transaction, INDEX)?;
        let key = self.id.to_string();
        // Two phones that note the same document for the first time at once make two records and one hides the other. Both hold
        // copies of what the document itself says, so nothing is lost.
        let record = match map_at(transaction, &index, &key) {
            Some(record) => record,
            None => transaction.put_object(&index, key.as_str(), ObjType::Map)?,
        };
        set(
            transaction,
            &record,
            index_entry::KIND,
            &self.kind.as_str().to_owned(),
        )?;
        set_words(transaction, &record, index_entry::TITLE, &self.title)?;
        match &self.trade {
            Some(trade) => set(transaction, &record, index_entry::TRADE, trade)?,
            None => transaction.delete(&record, index_entry::TRADE)?,
        }
        match &self.state {
            Some(state) => set(transaction, &record, index_entry::STATE, state)?,
            None => transaction.delete(&record, index_entry::STATE)?,
        }
        Ok(())
    }
}
