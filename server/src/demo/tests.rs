use super::*;
use maillage_shared::ActorId;
use maillage_shared::change::ChangeRecord;
use maillage_shared::doc::{Document, Kind};
use maillage_shared::guard::Ledger;
use maillage_shared::limits::Limits;
use maillage_shared::records::SheetState;
use maillage_shared::rules::counts::HonestCounts;
use maillage_shared::snapshot::{JobSheetSnapshot, NeedsSnapshot, TerritorySnapshot};
use maillage_shared::testing::MemoryStore;
use std::collections::BTreeSet;

fn read(store: &MemoryStore, id: DocumentId) -> Document {
    let changes = store.load(id).unwrap().unwrap();
    let changes: Vec<_> = changes
        .iter()
        .map(|change| ChangeRecord::parse(&change.bytes).unwrap())
        .collect();
    Document::from_changes(&changes, ActorId::from(vec![0; 16])).unwrap()
}

fn written() -> (MemoryStore, DemoReport) {
    let store = MemoryStore::default();
    let report = write(&store).unwrap();
    (store, report)
}

#[test]
fn the_territory_says_that_it_is_an_example_and_counts_honestly() {
    let (store, report) = written();
    let territory = TerritorySnapshot::read(&read(&store, report.territory));
    assert!(territory.example);
    let names: Vec<_> = territory
        .neighbourhoods
        .iter()
        .map(|place| place.name.words())
        .collect();
    assert_eq!(names, ["Droixhe", "Saint-Léonard", "Sainte-Marguerite"]);
    let counts = HonestCounts {
        people_in_path: Some(5),
        jobs_aimed: Some(40),
        hires: 0,
    };
    assert_eq!(HonestCounts::of(&territory), counts);
    let kinds: BTreeSet<_> = territory
        .partners
        .iter()
        .filter_map(|partner| partner.kind.value())
        .collect();
    assert!(territory.partners.len() >= 8 && kinds.len() >= 8);
}

#[test]
fn there_are_eight_needs_and_six_sheets_in_different_states() {
    let (store, report) = written();
    let territory = TerritorySnapshot::read(&read(&store, report.territory));
    let needs = territory
        .index
        .iter()
        .find(|entry| entry.kind == Kind::Needs)
        .unwrap();
    let needs = NeedsSnapshot::read(&read(&store, needs.id));
    assert!(needs.needs.len() >= 8);
    assert_eq!(needs.needs[0].echoes(), 14);
    assert!(territory.job_sheets().count() >= 6);
    let states: BTreeSet<_> = territory
        .job_sheets()
        .filter_map(|entry| entry.state)
        .collect();
    assert!(states.len() >= 6);
    assert!(
        !states.contains(&SheetState::Active),
        "nobody has been hired yet"
    );
    for entry in territory.job_sheets() {
        let sheet = JobSheetSnapshot::read(&read(&store, entry.id));
        assert_eq!(
            (Some(sheet.state()), sheet.title.words()),
            (entry.state, entry.title.as_str())
        );
        for need in &sheet.needs {
            assert!(needs.need(need).unwrap().covered_by.contains(&entry.id));
        }
        for partner in &sheet.partners {
            assert!(territory.partner(partner).is_some());
        }
    }
}

#[test]
fn two_prices_wait_to_be_chosen_on_the_bike_sheet() {
    let (store, report) = written();
    let territory = TerritorySnapshot::read(&read(&store, report.territory));
    let bikes = territory
        .job_sheets()
        .find(|entry| entry.title.contains("vélos"))
        .unwrap();
    let sheet = JobSheetSnapshot::read(&read(&store, bikes.id));
    let mut prices: Vec<_> = sheet
        .price
        .versions()
        .filter_map(|price| price.value.known())
        .collect();
    prices.sort();
    assert_eq!(
        prices,
        ["12 €, pièces en plus", "15 € la réparation simple"]
    );
}

#[test]
fn writing_it_again_changes_nothing() {
    let (store, report) = written();
    assert_eq!(report.written, store.list().unwrap().len());
    let before = store.load(report.territory).unwrap();
    let again = write(&store).unwrap();
    assert_eq!((again.territory, again.written), (report.territory, 0));
    assert_eq!(store.load(report.territory).unwrap(), before);
}

#[test]
fn every_run_writes_the_same_bytes() {
    assert_eq!(documents().unwrap(), documents().unwrap());
}

#[test]
fn a_relay_accepts_every_document() {
    for (id, changes) in documents().unwrap() {
        Ledger::open(id, &changes, Limits::DEFAULT).unwrap();
    }
}

#[test]
fn each_document_belongs_to_the_territory() {
    let (store, report) = written();
    for id in store.list().unwrap() {
        assert_eq!(read(&store, id).genesis().unwrap().space, report.territory);
    }
}
