//! How each intent about a job sheet is written.

use super::super::write::{choose, container, create, record, set_note, set_optional, set_words};
use super::super::{CommandError, Context, Intent};
use super::{GuardRailValue, JobSheetCommand, MoveRequest, NewGuardRail, SheetField, SheetValue};
use crate::birth::REPLACES;
use crate::doc::string_at;
use crate::doc::{Document, Kind};
use crate::id::RecordId;
use crate::identity::PersonId;
use crate::records::field::{set, value};
use crate::records::job_sheet::{
    BEFORE_TRIAL, CONTRACT_TYPE, COST, EMPLOYER, FULL_TIME_HUNDREDTHS, GUARD_RAILS, INCOME,
    JOINT_COMMITTEE, MINUTES_PER_WEEK, MOVES, NEEDS, PARTNERS, PEOPLE, PRICE, PROJECT_CARRIER,
    STATE, TITLE, TRADE,
};
use crate::records::origin::written_by;
use crate::records::{
    ContractType, GuardRailTopic, Owner, SheetState, Trade, TrialPointValue, guard_rail, section,
    state_move,
};
use crate::rules::{moves, text};
use crate::snapshot::{JobSheetSnapshot, Known};
use automerge::transaction::{Transactable, Transaction};
use automerge::{ObjId, ROOT, ReadDoc};

impl Intent for JobSheetCommand {
    fn kind(&self) -> Kind {
        Kind::JobSheet
    }

    fn is_listed(&self) -> bool {
        match self {
            Self::Set(value) => matches!(value, SheetValue::Title(_) | SheetValue::Trade(_)),
            Self::Clear(field) | Self::Choose { field, .. } => {
                matches!(
                    field,
                    SheetField::Title | SheetField::Trade | SheetField::State
                )
            }
            Self::Move(_) => true,
            _ => false,
        }
    }

    fn check(&self, document: &Document) -> Result<(), CommandError> {
        match self {
            Self::Move(request) => Ok(moves::check(&JobSheetSnapshot::read(document), request)?),
            Self::Choose {
                field: SheetField::State,
                version,
            } => {
                let sheet = JobSheetSnapshot::read(document);
                let state = sheet
                    .state_field
                    .versions()
                    .find(|candidate| candidate.id == *version)
                    .map(|candidate| candidate.value)
                    .ok_or(CommandError::VersionGone)?;
                let points = moves::open_points(&sheet, state);
                if points.is_empty() {
                    Ok(())
                } else {
                    Err(moves::MoveRefusal::OpenPoints { points }.into())
                }
            }
            _ => Ok(()),
        }
    }

    fn write(
        &self,
        transaction: &mut Transaction<'_>,
        context: &Context,
        author: PersonId,
    ) -> Result<Option<RecordId>, CommandError> {
        match self {
            Self::Set(value) => value.write(transaction)?,
            Self::Clear(SheetField::Title | SheetField::State) => return Err(CommandError::Empty),
            Self::Clear(field) => {
                let (object, key) = field.place(transaction)?;
                transaction.delete(&object, key)?;
            }
            Self::EditSection { section, splices } => {
                section::edit(transaction, *section, splices)?
            }
            Self::AddGuardRail(new) => {
                let (id, guard_rail) = create(transaction, GUARD_RAILS, context)?;
                new.write(transaction, &guard_rail)?;
                return Ok(Some(id));
            }
            Self::SetGuardRail { guard_rail, value } => {
                let guard_rail = record(transaction, GUARD_RAILS, guard_rail)?;
                value.write(transaction, &guard_rail)?;
            }
            Self::RecordTrialPoint(value) => value.write(transaction, author)?,
            Self::Move(request) => {
                let (id, step) = create(transaction, MOVES, context)?;
                request.write(transaction, &step)?;
                return Ok(Some(id));
            }
            Self::LinkNeed(need) => link(transaction, NEEDS, need)?,
            Self::UnlinkNeed(need) => unlink(transaction, NEEDS, need)?,
            Self::LinkPartner(partner) => link(transaction, PARTNERS, partner)?,
            Self::UnlinkPartner(partner) => unlink(transaction, PARTNERS, partner)?,
            Self::Choose { field, version } => {
                let (object, key) = field.place(transaction)?;
                choose(transaction, &object, key, version)?;
            }
        }
        Ok(None)
    }
}

fn link(
    transaction: &mut Transaction<'_>,
    key: &'static str,
    id: &RecordId,
) -> Result<(), CommandError> {
    let links = container(transaction, key)?;
    Ok(transaction.put(&links, id.as_str(), true)?)
}

fn unlink(
    transaction: &mut Transaction<'_>,
    key: &'static str,
    id: &RecordId,
) -> Result<(), CommandError> {
    let links = container(transaction, key)?;
    Ok(transaction.delete(&links, id.as_str())?)
}

impl SheetField {
    /// The map and the key where the field stands.
    fn place(&self, reader: &impl ReadDoc) -> Result<(ObjId, &'static str), CommandError> {
        Ok(match self {
            Self::Title => (ROOT, TITLE),
            Self::Trade => (ROOT, TRADE),
            Self::State => (ROOT, STATE),
            Self::Price => (ROOT, PRICE),
            Self::Cost => (ROOT, COST),
            Self::Income => (ROOT, INCOME),
            Self::ProjectCarrier => (ROOT, PROJECT_CARRIER),
            Self::Employer => (ROOT, EMPLOYER),
            Self::ContractType => (ROOT, CONTRACT_TYPE),
            Self::JointCommittee => (ROOT, JOINT_COMMITTEE),
            Self::People => (ROOT, PEOPLE),
            Self::MinutesPerWeek => (ROOT, MINUTES_PER_WEEK),
            Self::FullTimeHundredths => (ROOT, FULL_TIME_HUNDREDTHS),
            Self::TrialPoint(point) => (container(reader, BEFORE_TRIAL)?, point.code()),
            Self::GuardRailLabel(id) => (record(reader, GUARD_RAILS, id)?, guard_rail::LABEL),
            Self::GuardRailState(id) => (record(reader, GUARD_RAILS, id)?, guard_rail::STATE),
            Self::GuardRailOwner(id) => (record(reader, GUARD_RAILS, id)?, guard_rail::OWNER),
            Self::GuardRailEvidence(id) => (record(reader, GUARD_RAILS, id)?, guard_rail::EVIDENCE),
            Self::GuardRailDue(id) => (record(reader, GUARD_RAILS, id)?, guard_rail::DUE),
        })
    }
}

impl SheetValue {
    fn write(&self, transaction: &mut Transaction<'_>) -> Result<(), CommandError> {
        match self {
            Self::Title(title) => set(transaction, &ROOT, TITLE, &text::line(title)?.to_owned())?,
            Self::Trade(Trade::Other(words)) => {
                set(
                    transaction,
                    &ROOT,
                    TRADE,
                    &Trade::from_code(text::line(words)?),
                )?;
            }
            Self::Trade(trade) => set(transaction, &ROOT, TRADE, trade)?,
            Self::Price(words) => set(transaction, &ROOT, PRICE, &known_line(words)?)?,
            Self::Cost(euros) => set(transaction, &ROOT, COST, euros)?,
            Self::Income(euros) => set(transaction, &ROOT, INCOME, euros)?,
            Self::ProjectCarrier(words) => {
                set(transaction, &ROOT, PROJECT_CARRIER, &known_line(words)?)?
            }
            Self::Employer(words) => set(transaction, &ROOT, EMPLOYER, &known_line(words)?)?,
            Self::ContractType(Known::Known(ContractType::Other(words))) => {
                let contract = ContractType::from_code(text::line(words)?);
                set(transaction, &ROOT, CONTRACT_TYPE, &Known::Known(contract))?;
            }
            Self::ContractType(contract) => set(transaction, &ROOT, CONTRACT_TYPE, contract)?,
            Self::JointCommittee(words) => {
                set(transaction, &ROOT, JOINT_COMMITTEE, &known_line(words)?)?
            }
            Self::People(people) => set(transaction, &ROOT, PEOPLE, people)?,
            Self::MinutesPerWeek(minutes) => set(transaction, &ROOT, MINUTES_PER_WEEK, minutes)?,
            Self::FullTimeHundredths(hundredths) => {
                set(transaction, &ROOT, FULL_TIME_HUNDREDTHS, hundredths)?
            }
        }
        Ok(())
    }
}

fn known_line(words: &Known<String>) -> Result<Known<String>, CommandError> {
    Ok(match words {
        Known::NotYet => Known::NotYet,
        Known::Known(words) => Known::Known(text::line(words)?.to_owned()),
    })
}

fn checked_owner(owner: &Owner) -> Result<Owner, CommandError> {
    Ok(match owner {
        Owner::Person(person) => Owner::Person(*person),
        Owner::Words(words) => Owner::Words(text::line(words)?.to_owned()),
    })
}

impl NewGuardRail {
    fn write(&self, transaction: &mut Transaction<'_>, record: &ObjId) -> Result<(), CommandError> {
        if self.topic == GuardRailTopic::Other {
            text::line(&self.label)?;
        }
        set(transaction, record, guard_rail::TOPIC, &self.topic)?;
        set_words(transaction, record, guard_rail::LABEL, &self.label)
    }
}

impl GuardRailValue {
    fn write(&self, transaction: &mut Transaction<'_>, record: &ObjId) -> Result<(), CommandError> {
        match self {
            Self::Label(words) => set_words(transaction, record, guard_rail::LABEL, words),
            Self::State(state) => Ok(set(transaction, record, guard_rail::STATE, state)?),
            Self::Owner(owner) => {
                let owner = owner.as_ref().map(checked_owner).transpose()?;
                set_optional(transaction, record, guard_rail::OWNER, owner.as_ref())
            }
            Self::Evidence(words) => set_note(transaction, record, guard_rail::EVIDENCE, words),
            Self::Due(day) => set_optional(transaction, record, guard_rail::DUE, day.as_ref()),
        }
    }
}

impl TrialPointValue {
    /// Writes the point so that it stands in the author's own name, even when the same words were there before.
    fn write(
        &self,
        transaction: &mut Transaction<'_>,
        author: PersonId,
    ) -> Result<(), CommandError> {
        let points = container(transaction, BEFORE_TRIAL)?;
        let key = self.point().code();
        let is_authors = matches!(
            transaction.get_all(&points, key)?.as_slice(),
            // In a document that was written anew, a copy may stand in the name of someone else.
            [(_, id)] if written_by(id) == Some(author)
                && string_at(transaction, &ROOT, REPLACES).is_none()
        );
        if !is_authors {
            // Writing a value that is there already would change nothing, nor who stands behind it.
            transaction.delete(&points, key)?;
        }
        match self {
            Self::LegalFrame(frame) => set(transaction, &points, key, frame)?,
            Self::Employer(words) | Self::Insurance(words) | Self::Allowance(words) => {
                set(transaction, &points, key, &text::note(words)?.to_owned())?;
            }
        }
        Ok(())
    }
}

impl MoveRequest {
    fn write(&self, transaction: &mut Transaction<'_>, step: &ObjId) -> Result<(), CommandError> {
        let from: SheetState = value(transaction, &ROOT, STATE).unwrap_or_default();
        set(transaction, step, state_move::FROM, &from)?;
        set(transaction, step, state_move::TO, &self.to)?;
        set_note(transaction, step, state_move::REASON, &self.reason)?;
        let owner = self.owner.as_ref().map(checked_owner).transpose()?;
        set_optional(transaction, step, state_move::OWNER, owner.as_ref())?;
        Ok(set(transaction, &ROOT, STATE, &self.to)?)
    }
}
