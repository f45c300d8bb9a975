//! Trades that Concertes sees coming: electrical waste, deconstruction, woodwork.

use super::{Sheet, Start, Writer};
use crate::demo::DemoError;
use crate::demo::needs::Said;
use crate::demo::script::{Person, Script};
use crate::demo::territory::Partners;
use maillage_shared::command::SheetValue;
use maillage_shared::id::DocumentId;
use maillage_shared::records::{GuardRailState, GuardRailTopic, Owner, Section, SheetState, Trade};
use maillage_shared::snapshot::Known;

/// A draft.
pub(super) fn appliances(
    script: &mut Script,
    space: DocumentId,
    partners: &Partners,
    said: &Said,
) -> Result<Sheet, DemoError> {
    let by = Person::LUC;
    let start = Start {
        name: "appliances",
        title: "Tri et réparation d’appareils",
        trade: Trade::ElectricalWaste,
        need: "On jette des machines qui marchent encore presque.\nUne neuve coûte trop cher.",
        needs: &[&said.appliances],
        partners: &[&partners.reuse, &partners.training],
    };
    let mut sheet = Writer::start(script, space, by, &start)?;
    sheet.go(by, SheetState::Draft, "", None)?;
    sheet.section(
        by,
        Section::EasyVersion,
        "Nous récupérons les appareils cassés.\nNous réparons ce qui peut l’être.\nNous trions le reste.",
    )?;
    sheet.section(
        by,
        Section::Tasks,
        "Aller chercher les machines chez les gens.\nTester, nettoyer, changer une pièce.\n\
         Trier le métal, le plastique et les câbles.\nEffacer les données des ordinateurs et des téléphones.",
    )?;
    sheet.section(
        by,
        Section::Beneficiaries,
        "Les ménages qui ne peuvent pas acheter du neuf.",
    )?;
    sheet.section(
        by,
        Section::IndirectBeneficiaries,
        "Le quartier : moins de déchets dans la rue.",
    )?;
    sheet.section(
        Person::MEHMET,
        Section::Skills,
        "Être curieux.\nSuivre une liste pas à pas.",
    )?;
    sheet.section(
        Person::MEHMET,
        Section::InitialTraining,
        "Six semaines, moitié atelier, moitié cours.",
    )?;
    sheet.section(by, Section::Synergies, "L’atelier de réemploi a déjà la place et la balance.\nNous amenons les bras et les appareils.")?;
    sheet.set(
        by,
        SheetValue::Price(Known::Known(
            "Une machine réparée : 80 €, garantie 6 mois".to_owned(),
        )),
    )?;
    sheet.set(by, SheetValue::People(Known::Known(3)))?;
    sheet.check(
        by,
        GuardRailTopic::Permit,
        GuardRailState::NotYet,
        "Faut-il un agrément pour transporter des déchets ?",
    )?;
    sheet.entrust(by, GuardRailTopic::Permit, Owner::Person(by.id()), None)?;
    Ok(sheet.done())
}

/// Stopped, with the reason: it may come back.
pub(super) fn deconstruction(
    script: &mut Script,
    space: DocumentId,
    partners: &Partners,
    said: &Said,
) -> Result<Sheet, DemoError> {
    let by = Person::MEHMET;
    let start = Start {
        name: "deconstruction",
        title: "Déconstruction soignée",
        trade: Trade::Deconstruction,
        need: "On démolit des maisons avec leurs portes, leurs briques et leurs planchers.",
        needs: &[&said.materials],
        partners: &[&partners.training, &partners.unions],
    };
    let mut sheet = Writer::start(script, space, by, &start)?;
    sheet.section(
        by,
        Section::Tasks,
        "Démonter les portes, les briques, les radiateurs.\nLes nettoyer et les ranger.\nLes revendre à bas prix.",
    )?;
    sheet.go(by, SheetState::Draft, "", None)?;
    sheet.section(
        by,
        Section::Skills,
        "Être patient et fort.\nConnaître les règles d’un chantier.",
    )?;
    sheet.check(
        by,
        GuardRailTopic::Safety,
        GuardRailState::NotMet,
        "Amiante possible dans les vieilles maisons.",
    )?;
    sheet.go(
        Person::NADIA,
        SheetState::Stopped,
        "Le risque d’amiante est trop grand sans équipe formée. On en reparle au printemps.",
        None,
    )?;
    Ok(sheet.done())
}

/// An idea.
pub(super) fn woodwork(
    script: &mut Script,
    space: DocumentId,
    partners: &Partners,
    said: &Said,
) -> Result<Sheet, DemoError> {
    let by = Person::FATOU;
    let start = Start {
        name: "woodwork",
        title: "Menuiserie de quartier",
        trade: Trade::Woodwork,
        need: "Des bancs et des jeux en bois sont cassés depuis longtemps.",
        needs: &[&said.benches],
        partners: &[&partners.woodwork],
    };
    let mut sheet = Writer::start(script, space, by, &start)?;
    sheet.section(
        by,
        Section::Tasks,
        "Réparer les bancs avec du bois récupéré.\nFaire des bacs pour les jardins des écoles.",
    )?;
    sheet.section(
        by,
        Section::Synergies,
        "La menuiserie adaptée a les machines.\nElle manque de bras au printemps.",
    )?;
    Ok(sheet.done())
}
