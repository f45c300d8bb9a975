//! The job sheets, in different states.

mod bikes;
mod concierge;
mod transition;

use super::DemoError;
use super::needs::Said;
use super::script::{Draft, Person, Script};
use super::territory::Partners;
use maillage_shared::command::{GuardRailValue, JobSheetCommand, MoveRequest, SheetValue};
use maillage_shared::date::Day;
use maillage_shared::id::{DocumentId, RecordId};
use maillage_shared::records::{
    GuardRailState, GuardRailTopic, NewJobSheet, Owner, Section, SheetState, Splice, Trade,
    job_sheet,
};

/// A sheet and the needs it answers.
pub(super) struct Sheet {
    pub(super) draft: Draft,
    pub(super) needs: Vec<RecordId>,
}

pub(super) fn write(
    script: &mut Script,
    space: DocumentId,
    partners: &Partners,
    said: &Said,
) -> Result<Vec<Sheet>, DemoError> {
    Ok(vec![
        bikes::repair(script, space, partners, said)?,
        concierge::electricity(script, space, partners, said)?,
        concierge::plumbing(script, space, partners, said)?,
        concierge::moving(script, space, partners, said)?,
        concierge::assembling(script, space, partners, said)?,
        transition::appliances(script, space, partners, said)?,
        transition::deconstruction(script, space, partners, said)?,
        transition::woodwork(script, space, partners, said)?,
    ])
}

/// What a sheet starts from.
struct Start<'a> {
    /// Its name in the script, from which its id comes.
    name: &'static str,
    title: &'static str,
    trade: Trade,
    need: &'static str,
    needs: &'a [&'a RecordId],
    partners: &'a [&'a RecordId],
}

/// Writes one sheet, command by command.
struct Writer<'s> {
    script: &'s mut Script,
    sheet: Sheet,
}

impl<'s> Writer<'s> {
    fn start(
        script: &'s mut Script,
        space: DocumentId,
        person: Person,
        start: &Start<'_>,
    ) -> Result<Self, DemoError> {
        let needs: Vec<RecordId> = start.needs.iter().copied().cloned().collect();
        let new = NewJobSheet {
            title: start.title.to_owned(),
            trade: Some(start.trade.clone()),
            need: start.need.to_owned(),
            needs: needs.clone(),
        };
        let (document, _) = job_sheet::birth(space, &new, person.actor(), script.now())?;
        let draft = Draft {
            id: script.document_id(start.name),
            document,
        };
        let sheet = Sheet { draft, needs };
        let mut writer = Self { script, sheet };
        for partner in start.partners {
            writer.play(person, JobSheetCommand::LinkPartner((*partner).clone()))?;
        }
        Ok(writer)
    }

    fn play(&mut self, person: Person, command: JobSheetCommand) -> Result<(), DemoError> {
        self.script.play(&mut self.sheet.draft, person, command)?;
        Ok(())
    }

    fn set(&mut self, person: Person, value: SheetValue) -> Result<(), DemoError> {
        self.play(person, JobSheetCommand::Set(value))
    }

    /// Writes a section that is still empty.
    fn section(&mut self, person: Person, section: Section, text: &str) -> Result<(), DemoError> {
        let splice = Splice {
            at: 0,
            delete: 0,
            insert: text.to_owned(),
        };
        let command = JobSheetCommand::EditSection {
            section,
            splices: vec![splice],
        };
        self.play(person, command)
    }

    /// Says how one of the proposed points to check stands.
    fn check(
        &mut self,
        person: Person,
        topic: GuardRailTopic,
        state: GuardRailState,
        evidence: &str,
    ) -> Result<(), DemoError> {
        let guard_rail = RecordId::from_key(topic.code());
        for value in [
            GuardRailValue::State(state),
            GuardRailValue::Evidence(evidence.to_owned()),
        ] {
            let command = JobSheetCommand::SetGuardRail {
                guard_rail: guard_rail.clone(),
                value,
            };
            self.play(person, command)?;
        }
        Ok(())
    }

    /// Says who takes care of a proposed point to check, and until when.
    fn entrust(
        &mut self,
        person: Person,
        topic: GuardRailTopic,
        owner: Owner,
        due: Option<Day>,
    ) -> Result<(), DemoError> {
        let guard_rail = RecordId::from_key(topic.code());
        for value in [GuardRailValue::Owner(Some(owner)), GuardRailValue::Due(due)] {
            let command = JobSheetCommand::SetGuardRail {
                guard_rail: guard_rail.clone(),
                value,
            };
            self.play(person, command)?;
        }
        Ok(())
    }

    fn go(
        &mut self,
        person: Person,
        to: SheetState,
        reason: &str,
        owner: Option<Owner>,
    ) -> Result<(), DemoError> {
        let request = MoveRequest {
            to,
            reason: reason.to_owned(),
            owner,
        };
        self.play(person, JobSheetCommand::Move(request))
    }

    fn done(self) -> Sheet {
        self.sheet
    }
}
