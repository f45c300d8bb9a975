//! What people said is missing, and who said "moi aussi".

use super::DemoError;
use super::script::{Draft, Person, Script};
use super::sheets::Sheet;
use maillage_shared::command::{NeedsCommand, NewNeed};
use maillage_shared::id::{DocumentId, RecordId};
use maillage_shared::records::needs;

/// The needs that sheets answer.
pub(super) struct Said {
    pub(super) bikes: RecordId,
    pub(super) bulbs: RecordId,
    pub(super) sinks: RecordId,
    pub(super) moving: RecordId,
    pub(super) assembling: RecordId,
    pub(super) appliances: RecordId,
    pub(super) bulky: RecordId,
    pub(super) benches: RecordId,
    pub(super) materials: RecordId,
}

pub(super) fn write(script: &mut Script, space: DocumentId) -> Result<(Draft, Said), DemoError> {
    let (document, _) = needs::birth(space, Person::NADIA.actor(), script.now())?;
    let mut draft = Draft {
        id: script.document_id("needs"),
        document,
    };
    let mut say = |person,
                   text: &str,
                   place: &str,
                   expressed_by: &str,
                   echoes|
     -> Result<RecordId, DemoError> {
        let need = NeedsCommand::Add(NewNeed {
            text: text.to_owned(),
            neighbourhood: place.to_owned(),
            expressed_by: expressed_by.to_owned(),
        });
        let need = script.add(&mut draft, person, need)?;
        for person in Person::first(echoes) {
            script.play(&mut draft, person, NeedsCommand::Echo(need.clone()))?;
        }
        Ok(need)
    };
    let said = Said {
        bikes: say(
            Person::FATOU,
            "Réparer les vélos des enfants",
            "Saint-Léonard",
            "Une maman",
            14,
        )?,
        bulbs: say(
            Person::NADIA,
            "Poser une étagère, changer une ampoule",
            "Les trois quartiers",
            "Un voisin âgé",
            11,
        )?,
        sinks: say(
            Person::LUC,
            "Déboucher un évier sans payer cher le déplacement",
            "Droixhe",
            "Une locataire",
            9,
        )?,
        moving: say(
            Person::MEHMET,
            "Déménager quand on n’a ni voiture ni famille",
            "Sainte-Marguerite",
            "",
            8,
        )?,
        assembling: say(
            Person::NADIA,
            "Monter les meubles en kit",
            "Droixhe",
            "Un couple de retraités",
            5,
        )?,
        appliances: say(
            Person::LUC,
            "Réparer une machine à laver au lieu de la jeter",
            "Saint-Léonard",
            "",
            7,
        )?,
        bulky: say(
            Person::FATOU,
            "Enlever les vieux meubles laissés sur le trottoir",
            "Droixhe",
            "Des habitants de la tour",
            7,
        )?,
        benches: say(
            Person::MEHMET,
            "Réparer les bancs et les jeux en bois",
            "Saint-Léonard",
            "Une institutrice",
            3,
        )?,
        materials: say(
            Person::LUC,
            "Garder les portes et les briques des maisons qu’on démolit",
            "Sainte-Marguerite",
            "",
            2,
        )?,
    };
    say(
        Person::FATOU,
        "Faire les courses des voisins âgés",
        "Sainte-Marguerite",
        "Une aide familiale",
        6,
    )?;
    say(
        Person::NADIA,
        "Remplir un formulaire sur internet",
        "Droixhe",
        "Une habitante",
        5,
    )?;
    say(
        Person::MEHMET,
        "Un banc près de l’arrêt de bus",
        "Sainte-Marguerite",
        "Un habitant",
        1,
    )?;
    Ok((draft, said))
}

/// Says of each need which sheets answer it.
pub(super) fn cover(
    script: &mut Script,
    draft: &mut Draft,
    sheets: &[Sheet],
) -> Result<(), DemoError> {
    for sheet in sheets {
        for need in &sheet.needs {
            let command = NeedsCommand::Cover {
                need: need.clone(),
                sheet: sheet.draft.id,
            };
            script.play(draft, Person::NADIA, command)?;
        }
    }
    Ok(())
}
