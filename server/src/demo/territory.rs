//! The territory itself and the organisations around its table.

use super::DemoError;
use super::script::{Draft, Person, Script};
use super::sheets::Sheet;
use maillage_shared::command::{NewPartner, TerritoryCommand};
use maillage_shared::id::{DocumentId, RecordId};
use maillage_shared::records::{PartnerKind, Phase, territory};
use maillage_shared::snapshot::{IndexEntry, JobSheetSnapshot};

const EVERYWHERE: &str = "Droixhe, Saint-Léonard, Sainte-Marguerite";

/// The partners that sheets refer to.
pub(super) struct Partners {
    pub(super) bike_workshop: RecordId,
    pub(super) bike_shop: RecordId,
    pub(super) concierge: RecordId,
    pub(super) reuse: RecordId,
    pub(super) woodwork: RecordId,
    pub(super) training: RecordId,
    pub(super) unions: RecordId,
    pub(super) forem: RecordId,
    pub(super) cpas: RecordId,
}

pub(super) fn write(
    script: &mut Script,
    space: DocumentId,
) -> Result<(Draft, Partners), DemoError> {
    let (document, _) = territory::birth(
        space,
        "Trois quartiers de Liège",
        Person::NADIA.actor(),
        script.now(),
    )?;
    let mut draft = Draft {
        id: space,
        document,
    };
    let mut commands = vec![TerritoryCommand::MarkAsExample];
    for name in ["Droixhe", "Saint-Léonard", "Sainte-Marguerite"] {
        commands.push(TerritoryCommand::AddNeighbourhood(name.to_owned()));
    }
    commands.push(TerritoryCommand::SetPeopleInPath(5));
    commands.push(TerritoryCommand::SetJobsAimed(40));
    // "Démarrage officiel et animation des démarches": the concierge service has been launched.
    commands.extend(Phase::new(8).map(TerritoryCommand::SetPhase));
    for command in commands {
        script.play(&mut draft, Person::NADIA, command)?;
    }
    let partners = partners(script, &mut draft)?;
    Ok((draft, partners))
}

/// Notes every document, as the phones that created them would have.
pub(super) fn index(
    script: &mut Script,
    draft: &mut Draft,
    needs: DocumentId,
    sheets: &[Sheet],
) -> Result<(), DemoError> {
    let entries = sheets.iter().map(|sheet| {
        IndexEntry::of_job_sheet(
            sheet.draft.id,
            &JobSheetSnapshot::read(&sheet.draft.document),
        )
    });
    for entry in [IndexEntry::of_needs(needs)].into_iter().chain(entries) {
        script.play(draft, Person::NADIA, TerritoryCommand::PutIndexEntry(entry))?;
    }
    Ok(())
}

fn partners(script: &mut Script, draft: &mut Draft) -> Result<Partners, DemoError> {
    use PartnerKind::{
        Ale, Asbl, Cisp, Cpas, Ei, Eta, Firm, Forem, Inhabitants, Mire, Municipality, Union,
    };
    let mut add = |kind, name: &str, zone: &str, sector: &str, public: &str| {
        let partner = NewPartner {
            name: name.to_owned(),
            kind,
            zone: zone.to_owned(),
            sector: sector.to_owned(),
            public: public.to_owned(),
            contact: String::new(),
        };
        script.add(draft, Person::NADIA, TerritoryCommand::AddPartner(partner))
    };
    let partners = Partners {
        concierge: add(
            Asbl,
            "Régie des quartiers de Liège",
            EVERYWHERE,
            "Conciergerie sociale",
            "Habitants",
        )?,
        bike_workshop: add(
            Asbl,
            "Atelier vélo du quartier",
            "Saint-Léonard",
            "Réparation de vélos",
            "Familles",
        )?,
        bike_shop: add(
            Firm,
            "Magasin de vélos du boulevard",
            "Saint-Léonard",
            "Vente de vélos neufs",
            "Tout public",
        )?,
        reuse: add(
            Ei,
            "Atelier de réemploi",
            EVERYWHERE,
            "Appareils électriques",
            "Personnes en insertion",
        )?,
        woodwork: add(
            Eta,
            "Menuiserie adaptée",
            "Droixhe",
            "Bois et menuiserie",
            "Travailleurs avec un handicap",
        )?,
        training: add(
            Cisp,
            "Centre de formation aux métiers du bâtiment",
            "Liège",
            "Formation",
            "Adultes sans emploi",
        )?,
        unions: add(
            Union,
            "Syndicats",
            "Liège",
            "Conditions de travail",
            "Travailleurs",
        )?,
        forem: add(
            Forem,
            "Forem",
            "Wallonie",
            "Emploi et formation",
            "Demandeurs d’emploi",
        )?,
        cpas: add(
            Cpas,
            "CPAS",
            "Liège",
            "Aide sociale, article 60",
            "Habitants",
        )?,
    };
    add(
        Municipality,
        "Service propreté de la commune",
        EVERYWHERE,
        "Encombrants",
        "Habitants",
    )?;
    add(
        Mire,
        "Mission régionale pour l’emploi",
        "Liège",
        "Accompagnement vers l’emploi",
        "Adultes sans emploi",
    )?;
    add(
        Ale,
        "Agence locale pour l’emploi",
        "Liège",
        "Petits travaux chez les gens",
        "Habitants",
    )?;
    add(
        Inhabitants,
        "Groupe d’habitants de Droixhe",
        "Droixhe",
        "Vie du quartier",
        "Habitants",
    )?;
    Ok(partners)
}
