//! The services of the social concierge: small electricity, plumbing, moving, assembling.

use super::{Sheet, Start, Writer};
use crate::demo::DemoError;
use crate::demo::needs::Said;
use crate::demo::script::{Person, Script};
use crate::demo::territory::Partners;
use maillage_shared::command::{JobSheetCommand, SheetValue};
use maillage_shared::date::Day;
use maillage_shared::id::DocumentId;
use maillage_shared::records::{
    ContractType, GuardRailState, GuardRailTopic, LegalFrame, Owner, Section, SheetState, Trade,
    TrialPointValue,
};
use maillage_shared::snapshot::Known;

/// Accepted: everything is checked but the funding.
pub(super) fn electricity(
    script: &mut Script,
    space: DocumentId,
    partners: &Partners,
    said: &Said,
) -> Result<Sheet, DemoError> {
    let by = Person::NADIA;
    let start = Start {
        name: "small electricity",
        title: "Petite électricité chez les gens",
        trade: Trade::SocialConcierge,
        need: "Changer une ampoule au plafond est dangereux quand on est âgé.\nUn électricien ne vient pas pour si peu.",
        needs: &[&said.bulbs],
        partners: &[&partners.concierge, &partners.training, &partners.unions],
    };
    let mut sheet = Writer::start(script, space, by, &start)?;
    sheet.section(
        by,
        Section::EasyVersion,
        "Nous venons chez vous pour les petits travaux d’électricité.\nUne ampoule, une prise, une sonnette.\n\
         Les gros travaux, nous ne les faisons pas.",
    )?;
    sheet.section(
        Person::LUC,
        Section::Tasks,
        "Changer une ampoule, un néon, une prise cassée.\nPoser un détecteur de fumée.\n\
         Dire quand il faut appeler un électricien agréé.",
    )?;
    sheet.section(
        by,
        Section::Beneficiaries,
        "Les personnes âgées.\nLes personnes qui n’osent pas monter sur une échelle.",
    )?;
    sheet.section(
        by,
        Section::IndirectBeneficiaries,
        "Les électriciens : on leur envoie les gros travaux.\nLes familles, qui s’inquiètent moins.",
    )?;
    sheet.section(
        Person::LUC,
        Section::Skills,
        "Être soigneux.\nSavoir dire non quand c’est trop dangereux.",
    )?;
    sheet.section(
        Person::LUC,
        Section::InitialTraining,
        "Trois semaines au centre de formation.\nPuis deux semaines à deux, chez les gens.",
    )?;
    sheet.section(
        Person::LUC,
        Section::Material,
        "Une échelle, une caisse d’outils isolés, un vélo cargo.",
    )?;
    sheet.section(
        by,
        Section::Synergies,
        "Le centre de formation apprend le métier.\nLa conciergerie prend les appels.",
    )?;
    sheet.set(
        by,
        SheetValue::Price(Known::Known("10 € la visite, matériel en plus".to_owned())),
    )?;
    sheet.set(
        by,
        SheetValue::ProjectCarrier(Known::Known("La conciergerie sociale".to_owned())),
    )?;
    sheet.set(by, SheetValue::Employer(Known::NotYet))?;
    sheet.set(
        by,
        SheetValue::ContractType(Known::Known(ContractType::Permanent)),
    )?;
    sheet.set(by, SheetValue::People(Known::Known(3)))?;
    sheet.set(by, SheetValue::MinutesPerWeek(Known::Known(28 * 60 + 30)))?;
    sheet.set(by, SheetValue::FullTimeHundredths(Known::Known(225)))?;
    sheet.go(by, SheetState::Draft, "", None)?;
    sheet.check(
        by,
        GuardRailTopic::LegalFrame,
        GuardRailState::Met,
        "Contrat de travail pour toutes les personnes.",
    )?;
    sheet.check(
        by,
        GuardRailTopic::Insurance,
        GuardRailState::Met,
        "L’assureur couvre les travaux chez les gens.",
    )?;
    sheet.check(
        by,
        GuardRailTopic::Permit,
        GuardRailState::Met,
        "Rien qui touche au tableau électrique. Une liste dit ce qu’on ne fait pas.",
    )?;
    sheet.check(
        by,
        GuardRailTopic::NonCompetition,
        GuardRailState::Met,
        "Trois électriciens ont répondu : aucun ne vient pour si peu.",
    )?;
    sheet.check(
        by,
        GuardRailTopic::Safety,
        GuardRailState::Met,
        "On travaille à deux, courant coupé.",
    )?;
    sheet.check(
        by,
        GuardRailTopic::WorkingConditions,
        GuardRailState::Met,
        "Aucun poste remplacé.",
    )?;
    sheet.check(
        by,
        GuardRailTopic::Funding,
        GuardRailState::Waiting,
        "La demande est partie.",
    )?;
    sheet.entrust(
        by,
        GuardRailTopic::Funding,
        Owner::Person(by.id()),
        Day::new(2026, 12, 18).ok(),
    )?;
    sheet.go(
        by,
        SheetState::Concertation,
        "Le financement prend du temps. On avance sur le reste.",
        Some(Owner::Person(by.id())),
    )?;
    sheet.go(by, SheetState::Accepted, "", None)?;
    Ok(sheet.done())
}

/// A draft.
pub(super) fn plumbing(
    script: &mut Script,
    space: DocumentId,
    partners: &Partners,
    said: &Said,
) -> Result<Sheet, DemoError> {
    let by = Person::LUC;
    let start = Start {
        name: "plumbing",
        title: "Dépannage de plomberie",
        trade: Trade::SocialConcierge,
        need: "Un évier bouché coûte vite 100 €.\nAlors on attend, et l’eau abîme tout.",
        needs: &[&said.sinks],
        partners: &[&partners.concierge, &partners.training],
    };
    let mut sheet = Writer::start(script, space, by, &start)?;
    sheet.go(by, SheetState::Draft, "", None)?;
    sheet.section(
        by,
        Section::Tasks,
        "Déboucher un évier ou une douche.\nChanger un joint, un flexible, un robinet.\nFermer l’eau et appeler un plombier si c’est grave.",
    )?;
    sheet.section(
        by,
        Section::Beneficiaries,
        "Les locataires et les petits propriétaires des trois quartiers.",
    )?;
    sheet.section(
        Person::FATOU,
        Section::Skills,
        "Ne pas craindre de se salir.\nExpliquer calmement.",
    )?;
    sheet.set(by, SheetValue::Price(Known::NotYet))?;
    sheet.set(by, SheetValue::People(Known::Known(2)))?;
    sheet.check(
        by,
        GuardRailTopic::Insurance,
        GuardRailState::Waiting,
        "Question posée : qui paie un dégât des eaux ?",
    )?;
    sheet.entrust(
        by,
        GuardRailTopic::Insurance,
        Owner::Person(by.id()),
        Day::new(2026, 12, 4).ok(),
    )?;
    Ok(sheet.done())
}

/// On trial, in a legal frame that a person has recorded.
pub(super) fn moving(
    script: &mut Script,
    space: DocumentId,
    partners: &Partners,
    said: &Said,
) -> Result<Sheet, DemoError> {
    let by = Person::MEHMET;
    let start = Start {
        name: "moving",
        title: "Aide au déménagement",
        trade: Trade::SocialConcierge,
        need: "Sans voiture ni famille, déménager est très dur.\nDes meubles restent sur le trottoir.",
        needs: &[&said.moving, &said.bulky],
        partners: &[
            &partners.concierge,
            &partners.forem,
            &partners.cpas,
            &partners.unions,
        ],
    };
    let mut sheet = Writer::start(script, space, by, &start)?;
    sheet.section(
        by,
        Section::EasyVersion,
        "Nous aidons à déménager.\nNous portons, nous démontons, nous remontons.\nC’est un essai de deux semaines.",
    )?;
    sheet.section(
        by,
        Section::Tasks,
        "Emballer avec la personne.\nPorter, démonter, remonter.\nAmener ce qui ne sert plus à l’atelier de réemploi.",
    )?;
    sheet.section(
        by,
        Section::Beneficiaries,
        "Les personnes seules ou âgées qui changent de logement.",
    )?;
    sheet.section(
        by,
        Section::IndirectBeneficiaries,
        "La commune : moins de meubles sur les trottoirs.",
    )?;
    sheet.section(
        Person::FATOU,
        Section::Skills,
        "Travailler en équipe.\nSavoir porter sans se blesser : cela s’apprend.",
    )?;
    sheet.section(
        Person::FATOU,
        Section::InitialTraining,
        "Deux jours pour apprendre à porter.",
    )?;
    sheet.section(
        by,
        Section::Material,
        "Une camionnette louée à la demi-journée.\nDes sangles, des couvertures, deux diables.",
    )?;
    sheet.set(
        by,
        SheetValue::Price(Known::Known("Selon les revenus, de 30 à 90 €".to_owned())),
    )?;
    sheet.set(by, SheetValue::People(Known::Known(4)))?;
    sheet.set(
        by,
        SheetValue::ProjectCarrier(Known::Known("La conciergerie sociale".to_owned())),
    )?;
    sheet.go(by, SheetState::Draft, "", None)?;
    for (topic, evidence) in [
        (
            GuardRailTopic::LegalFrame,
            "Stage MISIP, demandé avant de commencer.",
        ),
        (GuardRailTopic::Insurance, "Assurance de l’asbl d’accueil."),
        (
            GuardRailTopic::Funding,
            "Deux semaines payées par le projet.",
        ),
        (
            GuardRailTopic::NonCompetition,
            "Les déménageurs ne font pas moins d’un camion.",
        ),
        (GuardRailTopic::Safety, "Gants, chaussures, jamais seul."),
        (
            GuardRailTopic::WorkingConditions,
            "Avis des syndicats : d’accord, avec des pauses notées.",
        ),
    ] {
        sheet.check(Person::NADIA, topic, GuardRailState::Met, evidence)?;
    }
    let none = "Petite camionnette : pas de licence de transport à demander.";
    sheet.check(
        Person::NADIA,
        GuardRailTopic::Permit,
        GuardRailState::DoesNotApply,
        none,
    )?;
    sheet.go(Person::NADIA, SheetState::Concertation, "", None)?;
    sheet.go(Person::NADIA, SheetState::Accepted, "", None)?;
    for point in [
        TrialPointValue::Employer(
            "Une asbl du quartier accueille. Personne n’est engagé pendant l’essai.".to_owned(),
        ),
        TrialPointValue::LegalFrame(LegalFrame::ForemPlacement),
        TrialPointValue::Insurance(
            "Assurance de l’asbl d’accueil, étendue aux stagiaires.".to_owned(),
        ),
        TrialPointValue::Allowance("Le Forem confirme par écrit avant le premier jour.".to_owned()),
    ] {
        sheet.play(Person::NADIA, JobSheetCommand::RecordTrialPoint(point))?;
    }
    sheet.go(Person::NADIA, SheetState::Trial, "", None)?;
    Ok(sheet.done())
}

/// An idea.
pub(super) fn assembling(
    script: &mut Script,
    space: DocumentId,
    partners: &Partners,
    said: &Said,
) -> Result<Sheet, DemoError> {
    let by = Person::FATOU;
    let start = Start {
        name: "assembling",
        title: "Montage de meubles",
        trade: Trade::SocialConcierge,
        need: "Un meuble en kit reste souvent dans son carton.",
        needs: &[&said.assembling],
        partners: &[&partners.concierge],
    };
    let mut sheet = Writer::start(script, space, by, &start)?;
    sheet.section(
        by,
        Section::Tasks,
        "Monter le meuble avec la personne.\nReprendre les cartons.",
    )?;
    Ok(sheet.done())
}
