use super::*;
use crate::date::Day;
use crate::doc::Genesis;
use crate::id::RecordId;
use crate::identity::PersonId;
use crate::records::container::Form;
use crate::records::sample::{NOW, actor, foreign, meet, needs, on_phone_of, sheet, territory};
use crate::records::{
    ContractType, GuardRailState, GuardRailTopic, Owner, Section, SheetState, Trade,
};
use crate::snapshot::{JobSheetSnapshot, Known, NeedsSnapshot, TerritorySnapshot};
use crate::testing::fixtures;
use automerge::transaction::Transactable;
use automerge::{Change, ObjType, ROOT, ReadDoc, Value};

/// A version that only this test knows: a new section and a new set of records.
const NEXT: Migration = Migration {
    kind: Kind::JobSheet,
    schema: 2,
    containers: || {
        vec![
            Container::map("photos"),
            Container::inside("sections", "risks", Form::Text),
        ]
    },
};

fn with_next() -> Vec<Migration> {
    let known = MIGRATIONS
        .iter()
        .map(|migration| Migration { ..*migration });
    known.chain([NEXT]).collect()
}

fn write_title(document: &mut Document, title: &str) {
    document
        .transact(NOW, |transaction| transaction.put(ROOT, "title", title))
        .unwrap();
}

fn write_risks(document: &mut Document, words: &str) {
    document
        .transact(NOW, |transaction| {
            let (_, sections) = transaction.get(ROOT, "sections")?.unwrap();
            let (_, risks) = transaction.get(&sections, "risks")?.unwrap();
            transaction.splice_text(&risks, 0, 0, words)
        })
        .unwrap();
}

fn risks(document: &Document) -> String {
    let (_, sections) = document.reader().get(ROOT, "sections").unwrap().unwrap();
    let all = document.reader().get_all(&sections, "risks").unwrap();
    assert_eq!(all.len(), 1, "no second text hides the first");
    assert!(matches!(all[0].0, Value::Object(ObjType::Text)));
    document.reader().text(&all[0].1).unwrap()
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn what_is_born_today_is_up_to_date() {
    for (mut document, kind) in [
        (territory(), Kind::Territory),
        (needs(), Kind::Needs),
        (sheet(), Kind::JobSheet),
    ] {
        assert!(is_up_to_date(&document, kind));
        assert_eq!(document.genesis().unwrap().schema, schema(kind));
        assert_eq!(bring_up_to_date(&mut document), Ok(Vec::new()));
    }
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_released_version_makes_the_same_change_for_ever() {
    // Two programs that make different bytes of one version never meet again: the change has the same author and number.
    for (kind, hash) in [
        (
            Kind::Territory,
            "dbdba4ab6c9e87aef1420f514a94368ba68a64ceef14ebc38812ed4b9cb01961",
        ),
        (
            Kind::Needs,
            "7a73c9485cbcf0135547493d73a346e2470bdb434fc6ba7a389ea6fe64d46b85",
        ),
        (
            Kind::JobSheet,
            "f43073c9586b31f25a96b23f0ea7712a96fcd3078a9f3d5e6e81e66906cc8300",
        ),
    ] {
        let mut document = foreign(kind, |_| Ok(()));
        let changes = run(&mut document, &MIGRATIONS[..3]).unwrap();
        let hashes: Vec<String> = changes
            .iter()
            .map(|change| change.hash.to_string())
            .collect();
        assert_eq!(hashes, [hash], "{kind:?}");
    }
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn phones_that_have_diverged_migrate_apart_to_one_and_the_same_change() {
    let born = sheet();
    let mut phones = [on_phone_of(&born, 1), on_phone_of(&born, 2)];
    write_title(&mut phones[0], "Vélos");
    write_title(&mut phones[1], "Bicyclettes");
    write_title(&mut phones[1], "Cycles");
    let [first, second] = phones
        .each_mut()
        .map(|phone| run(phone, &with_next()).unwrap());
    assert_eq!(first.len(), 1);
    assert_eq!(first, second);
    for (phone, words) in phones.iter_mut().zip(["Chutes. ", "Bruit. "]) {
        assert!(is_complete(phone, Kind::JobSheet, &with_next()));
        assert_eq!(run(phone, &with_next()), Ok(Vec::new()));
        write_risks(phone, words);
    }
    let [one, two] = &mut phones;
    meet(one, two);
    assert_eq!(one.heads(), two.heads());
    let both = risks(one);
    assert!(
        both.contains("Chutes. ") && both.contains("Bruit. "),
        "{both}"
    );
    assert_eq!(run(one, &with_next()), Ok(Vec::new()));
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_migration_depends_on_the_genesis_alone_and_carries_neither_person_nor_time() {
    let mut document = sheet();
    let genesis = document.heads();
    write_title(&mut document, "Vélos");
    let change = run(&mut document, &with_next()).unwrap().remove(0);
    assert_eq!(change.deps, genesis);
    assert_eq!(change.seq, 1);
    assert_eq!(PersonId::of_actor(&change.actor), None);
    assert_eq!(
        Change::from_bytes(change.bytes.to_vec())
            .unwrap()
            .timestamp(),
        0
    );
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_phone_that_has_not_migrated_meets_one_that_has() {
    let born = sheet();
    let mut old = on_phone_of(&born, 1);
    let mut new = on_phone_of(&born, 2);
    run(&mut new, &with_next()).unwrap();
    write_risks(&mut new, "Chutes.");
    write_title(&mut old, "Vélos");
    meet(&mut old, &mut new);
    assert_eq!(risks(&old), "Chutes.");
    assert_eq!(run(&mut old, &with_next()), Ok(Vec::new()));
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_sheet_born_with_a_newer_version_is_read_and_written_by_an_older_one() {
    let genesis = Genesis {
        kind: Kind::JobSheet,
        schema: NEXT.schema,
        space: territory().genesis().unwrap().space,
    };
    let born = Document::birth(genesis, actor(2), NOW, |transaction| {
        create_containers(transaction, Kind::JobSheet)?;
        create_missing(transaction, &(NEXT.containers)())
    });
    let mut new = born.unwrap().0;
    write_risks(&mut new, "Chutes.");
    let mut old = on_phone_of(&new, 1);
    assert!(old.genesis().unwrap().schema > schema(Kind::JobSheet));
    assert_eq!(bring_up_to_date(&mut old), Ok(Vec::new()));
    write_title(&mut old, "Vélos");
    assert_eq!(JobSheetSnapshot::read(&old).title.words(), "Vélos");
    meet(&mut old, &mut new);
    assert_eq!(risks(&new), "Chutes.");
    assert_eq!(JobSheetSnapshot::read(&new).title.words(), "Vélos");
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_sheet_born_with_less_than_the_first_version_gets_both_versions_alike_everywhere() {
    let born = foreign(Kind::JobSheet, |transaction| {
        transaction
            .put_object(ROOT, "moves", ObjType::Map)
            .map(drop)
    });
    let mut phones = [on_phone_of(&born, 1), on_phone_of(&born, 2)];
    write_title(&mut phones[1], "Vélos");
    // One phone knows the new version at once, the other first knew the old one only.
    let together = run(&mut phones[0], &with_next()).unwrap();
    let mut apart = bring_up_to_date(&mut phones[1]).unwrap();
    apart.extend(run(&mut phones[1], &with_next()).unwrap());
    assert_eq!(together.len(), 2);
    assert_eq!(together, apart);
    let [one, two] = &mut phones;
    write_risks(one, "Chutes. ");
    write_risks(two, "Bruit. ");
    meet(one, two);
    assert_eq!(risks(one).len(), "Chutes. Bruit. ".len());
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_document_without_a_valid_genesis_cannot_be_migrated() {
    let mut document = Document::empty(actor(1));
    assert_eq!(
        bring_up_to_date(&mut document),
        Err(MigrationError::Genesis(BadGenesis::Missing))
    );
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_territory_of_schema_1_still_reads_the_same() {
    let document = Document::load(fixtures::TERRITORY_1, actor(1)).unwrap();
    assert_eq!(document.genesis().unwrap().schema, 1);
    let read = TerritorySnapshot::read(&document);
    assert_eq!(read.name.words(), "Les Tisserands");
    assert!(read.example);
    assert_eq!(read.population.value(), Some(&14_200));
    assert_eq!(read.goals.people_in_path.value(), Some(&5));
    assert_eq!(read.goals.jobs_aimed.value(), Some(&40));
    assert_eq!(read.phase.value().map(|phase| phase.number()), Some(4));
    let names: Vec<_> = read
        .neighbourhoods
        .iter()
        .map(|place| place.name.words())
        .collect();
    assert_eq!(names, ["Quai des Laines", "Rue du Fil"]);
    let partner = &read.partners[0];
    assert_eq!(
        (partner.name.words(), partner.zone.words()),
        ("Atelier vélo", "Rue du Fil")
    );
    let hire = &read.hires[0];
    assert_eq!(hire.date, Day::new(2026, 11, 2).ok());
    assert_eq!(
        (hire.minutes_per_week, &hire.contract),
        (Some(1_140), &Some(ContractType::Permanent))
    );
    let entry = &read.index[0];
    assert_eq!(
        (entry.kind, entry.title.as_str()),
        (Kind::JobSheet, "Réparation de vélos")
    );
    assert_eq!(
        (&entry.trade, entry.state),
        (&Some(Trade::BikeRepair), Some(SheetState::Draft))
    );
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn needs_of_schema_1_still_read_the_same() {
    let document = Document::load(fixtures::NEEDS_1, actor(1)).unwrap();
    let read = NeedsSnapshot::read(&document);
    assert_eq!(read.needs.len(), 2);
    let need = &read.needs[0];
    assert_eq!(
        (need.text.words(), need.neighbourhood.words()),
        ("Réparer les vélos 🚲", "Rue du Fil")
    );
    assert_eq!(
        (need.expressed_by.words(), need.echoes()),
        ("Une habitante", 2)
    );
    assert_eq!(need.covered_by.len(), 1);
    assert!(need.by.is_some() && need.at.is_some());
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_job_sheet_of_schema_1_still_reads_the_same() {
    let document = Document::load(fixtures::JOB_SHEET_1, actor(1)).unwrap();
    let read = JobSheetSnapshot::read(&document);
    assert_eq!(read.title.words(), "Réparation de vélos");
    assert_eq!(read.trade.value(), Some(&Trade::BikeRepair));
    assert_eq!(read.state(), SheetState::Draft);
    for section in Section::ALL {
        assert_eq!(
            read.sections.text(section),
            format!("{} é 👩‍🔧", section.code())
        );
    }
    let mut prices: Vec<_> = read
        .price
        .versions()
        .map(|price| price.value.clone())
        .collect();
    prices.sort();
    assert_eq!(
        prices,
        ["12 €", "15 €"].map(|price| Known::Known(price.to_owned()))
    );
    assert_eq!(read.income.value(), Some(&Known::NotYet));
    assert_eq!(read.contract.people.value(), Some(&Known::Known(2)));
    assert_eq!(read.needs, [RecordId::from_entropy([3; 8])]);
    assert_eq!(read.partners, [RecordId::from_entropy([4; 8])]);
    let safety = read
        .guard_rails
        .iter()
        .find(|guard_rail| guard_rail.topic == GuardRailTopic::Safety)
        .unwrap();
    assert_eq!(safety.state(), GuardRailState::Waiting);
    assert_eq!(
        safety.owner.value(),
        Some(&Owner::Words("Le comité".to_owned()))
    );
    assert_eq!(safety.due.value(), Day::new(2026, 12, 8).ok().as_ref());
    assert_eq!(read.before_trial.employer.words(), "Une asbl");
    assert_eq!(
        (read.moves[0].from, read.moves[0].to),
        (SheetState::Idea, SheetState::Draft)
    );
    assert_eq!(read.moves[0].reason, "On s’y met.");
}
