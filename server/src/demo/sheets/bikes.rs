//! Réparation de vélos: the partners are giving their opinion, and two prices were written at the same time.

use super::{Sheet, Start, Writer};
use crate::demo::DemoError;
use crate::demo::needs::Said;
use crate::demo::script::{Person, Script};
use crate::demo::territory::Partners;
use maillage_shared::command::{GuardRailValue, JobSheetCommand, NewGuardRail, SheetValue};
use maillage_shared::date::Day;
use maillage_shared::id::DocumentId;
use maillage_shared::records::{
    ContractType, GuardRailState, GuardRailTopic, Owner, Section, SheetState, Trade,
    TrialPointValue,
};
use maillage_shared::snapshot::Known;

pub(super) fn repair(
    script: &mut Script,
    space: DocumentId,
    partners: &Partners,
    said: &Said,
) -> Result<Sheet, DemoError> {
    let start = Start {
        name: "bike repair",
        title: "Réparation de vélos",
        trade: Trade::BikeRepair,
        need: "Beaucoup d’enfants ont un vélo cassé. L’atelier le plus proche est loin.",
        needs: &[&said.bikes],
        partners: &[
            &partners.bike_workshop,
            &partners.bike_shop,
            &partners.unions,
        ],
    };
    let mut sheet = Writer::start(script, space, Person::FATOU, &start)?;
    texts(&mut sheet)?;
    contract(&mut sheet)?;
    checks(&mut sheet)?;
    prices(&mut sheet)?;
    Ok(sheet.done())
}

fn texts(sheet: &mut Writer<'_>) -> Result<(), DemoError> {
    sheet.section(
        Person::FATOU,
        Section::EasyVersion,
        "Nous réparons les vélos du quartier.\nDeux personnes y travaillent.\nLe prix reste bas pour tous.\n\
         Ce n’est pas encore décidé.",
    )?;
    sheet.go(Person::FATOU, SheetState::Draft, "", None)?;
    sheet.section(
        Person::LUC,
        Section::Tasks,
        "On répare les vélos simples : pneus, freins, chaîne.\nOn prête un vélo pendant la réparation.\n\
         Le mercredi, on apprend aux enfants à réparer.",
    )?;
    sheet.section(
        Person::FATOU,
        Section::Beneficiaries,
        "Les familles des trois quartiers.\nLes personnes qui vont au travail à vélo.",
    )?;
    sheet.section(
        Person::FATOU,
        Section::IndirectBeneficiaries,
        "Les écoles : plus d’enfants viennent à vélo.\nLe magasin de vélos : on lui envoie les grosses pannes.",
    )?;
    sheet.section(
        Person::MEHMET,
        Section::Skills,
        "Aimer travailler avec ses mains.\nParler avec les gens.\nRien d’autre au départ : on apprend sur place.",
    )?;
    sheet.section(
        Person::MEHMET,
        Section::InitialTraining,
        "Deux semaines avec l’atelier vélo du quartier.\nUn jour sur la sécurité.",
    )?;
    sheet.section(
        Person::LUC,
        Section::Material,
        "Deux pieds d’atelier, deux caisses d’outils.\nUn local chauffé, avec une entrée sans marche.",
    )?;
    sheet.section(
        Person::FATOU,
        Section::Synergies,
        "L’atelier vélo du quartier ouvre le samedi. Nous ouvrons en semaine.\n\
         Le magasin vend du neuf. Nous ne vendons rien de neuf.",
    )
}

fn contract(sheet: &mut Writer<'_>) -> Result<(), DemoError> {
    let by = Person::NADIA;
    sheet.set(
        by,
        SheetValue::ProjectCarrier(Known::Known("Une asbl du quartier".to_owned())),
    )?;
    sheet.set(by, SheetValue::Employer(Known::NotYet))?;
    sheet.set(
        by,
        SheetValue::ContractType(Known::Known(ContractType::Permanent)),
    )?;
    sheet.set(by, SheetValue::JointCommittee(Known::NotYet))?;
    sheet.set(by, SheetValue::People(Known::Known(2)))?;
    sheet.set(by, SheetValue::MinutesPerWeek(Known::Known(20 * 60)))?;
    sheet.set(by, SheetValue::Cost(Known::NotYet))?;
    sheet.set(by, SheetValue::Income(Known::NotYet))
}

fn checks(sheet: &mut Writer<'_>) -> Result<(), DemoError> {
    let by = Person::NADIA;
    let due = Day::new(2026, 12, 8).ok();
    for topic in [
        GuardRailTopic::NeedNotCovered,
        GuardRailTopic::VolunteersWantIt,
    ] {
        let new = NewGuardRail {
            topic,
            label: String::new(),
        };
        let command = JobSheetCommand::AddGuardRail(new);
        let id = sheet.script.add(&mut sheet.sheet.draft, by, command)?;
        let evidence = match topic {
            GuardRailTopic::NeedNotCovered => {
                "Pas d’atelier ouvert en semaine dans les trois quartiers."
            }
            _ => "Trois volontaires l’ont dit à la rencontre.",
        };
        for value in [
            GuardRailValue::State(GuardRailState::Met),
            GuardRailValue::Evidence(evidence.to_owned()),
        ] {
            let command = JobSheetCommand::SetGuardRail {
                guard_rail: id.clone(),
                value,
            };
            sheet.play(by, command)?;
        }
    }
    sheet.check(
        by,
        GuardRailTopic::NonCompetition,
        GuardRailState::Waiting,
        "On attend deux réponses.",
    )?;
    sheet.entrust(
        by,
        GuardRailTopic::NonCompetition,
        Owner::Person(by.id()),
        due,
    )?;
    sheet.entrust(
        by,
        GuardRailTopic::Safety,
        Owner::Person(Person::LUC.id()),
        due,
    )?;
    sheet.check(
        by,
        GuardRailTopic::Permit,
        GuardRailState::Waiting,
        "Question posée au guichet d’entreprises.",
    )?;
    sheet.entrust(
        by,
        GuardRailTopic::WorkingConditions,
        Owner::Words("Les syndicats".to_owned()),
        due,
    )?;
    sheet.go(
        by,
        SheetState::Concertation,
        "Les avis des partenaires aident à vérifier le reste.",
        Some(Owner::Person(by.id())),
    )?;
    let employer = TrialPointValue::Employer(
        "Une asbl du quartier. Son conseil doit encore confirmer.".to_owned(),
    );
    sheet.play(by, JobSheetCommand::RecordTrialPoint(employer))
}

/// Fatou at the table and Mehmet without network write different prices.
fn prices(sheet: &mut Writer<'_>) -> Result<(), DemoError> {
    let mut elsewhere = sheet.sheet.draft.clone();
    let price =
        |words: &str| JobSheetCommand::Set(SheetValue::Price(Known::Known(words.to_owned())));
    sheet.script.play(
        &mut elsewhere,
        Person::MEHMET,
        price("12 €, pièces en plus"),
    )?;
    sheet.play(Person::FATOU, price("15 € la réparation simple"))?;
    sheet.sheet.draft.merge(&elsewhere)
}
