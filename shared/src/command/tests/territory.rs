use super::*;
use crate::date::Day;
use crate::id::DocumentId;
use crate::records::{ContractType, PartnerKind, Phase, SheetState, Trade};
use crate::snapshot::IndexEntry;

fn partner(name: &str) -> NewPartner {
    NewPartner {
        name: name.to_owned(),
        kind: PartnerKind::Asbl,
        zone: "Droixhe".to_owned(),
        sector: String::new(),
        public: " Familles ".to_owned(),
        contact: String::new(),
    }
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_territory_keeps_what_it_is_told() {
    let mut document = territory_document();
    apply(
        &mut document,
        TerritoryCommand::SetName(" Trois quartiers ".to_owned()),
    );
    apply(&mut document, TerritoryCommand::SetPopulation(Some(14_000)));
    apply(&mut document, TerritoryCommand::SetPeopleInPath(5));
    apply(&mut document, TerritoryCommand::SetJobsAimed(40));
    apply(
        &mut document,
        TerritoryCommand::SetPhase(Phase::new(11).unwrap()),
    );
    apply(&mut document, TerritoryCommand::MarkAsExample);
    let snapshot = read_territory(&document);
    assert_eq!(snapshot.name.words(), "Trois quartiers");
    assert_eq!(snapshot.name.author(), Some(person(1)));
    assert_eq!(snapshot.population.value(), Some(&14_000));
    assert_eq!(snapshot.goals.people_in_path.value(), Some(&5));
    assert_eq!(snapshot.goals.jobs_aimed.value(), Some(&40));
    assert_eq!(snapshot.phase.value().map(|phase| phase.number()), Some(11));
    assert!(snapshot.example);
    apply(&mut document, TerritoryCommand::SetPopulation(None));
    assert_eq!(read_territory(&document).population.value(), None);
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn neighbourhoods_are_added_renamed_and_removed() {
    let mut document = territory_document();
    let second = add(
        &mut document,
        TerritoryCommand::AddNeighbourhood("Saint-Léonard".to_owned()),
    );
    let first = add(
        &mut document,
        TerritoryCommand::AddNeighbourhood("droixhe".to_owned()),
    );
    let rename = TerritoryCommand::RenameNeighbourhood {
        neighbourhood: first.clone(),
        name: "Droixhe".to_owned(),
    };
    apply(&mut document, rename.clone());
    let names = |document: &Document| -> Vec<String> {
        let all = read_territory(document).neighbourhoods;
        all.iter()
            .map(|place| place.name.words().to_owned())
            .collect()
    };
    assert_eq!(names(&document), ["Droixhe", "Saint-Léonard"]);
    apply(
        &mut document,
        TerritoryCommand::RemoveNeighbourhood(first.clone()),
    );
    apply(&mut document, TerritoryCommand::RemoveNeighbourhood(second));
    assert!(names(&document).is_empty());
    assert_eq!(
        try_apply(&mut document, rename),
        Err(CommandError::NoSuchRecord(first))
    );
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn partners_are_added_changed_and_removed() {
    let mut document = territory_document();
    let id = add(
        &mut document,
        TerritoryCommand::AddPartner(partner("Atelier vélo")),
    );
    for value in [
        PartnerValue::Name("Atelier vélo du quartier".to_owned()),
        PartnerValue::Kind(PartnerKind::Ei),
        PartnerValue::Zone(String::new()),
        PartnerValue::Sector("Vélos".to_owned()),
        PartnerValue::Contact("04 000 00 00".to_owned()),
    ] {
        let partner = id.clone();
        apply(
            &mut document,
            TerritoryCommand::SetPartner { partner, value },
        );
    }
    let snapshot = read_territory(&document);
    let read = snapshot.partner(&id).unwrap();
    assert_eq!(read.name.words(), "Atelier vélo du quartier");
    assert_eq!(read.kind.value(), Some(&PartnerKind::Ei));
    assert_eq!((read.zone.words(), read.sector.words()), ("", "Vélos"));
    assert_eq!(
        (read.public.words(), read.contact.words()),
        ("Familles", "04 000 00 00")
    );
    apply(&mut document, TerritoryCommand::RemovePartner(id));
    assert!(read_territory(&document).partners.is_empty());
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn hires_are_kept_without_anyone_and_listed_by_date() {
    let mut document = territory_document();
    let hire = |day| NewHire {
        date: Day::new(2026, 11, day).unwrap(),
        minutes_per_week: 19 * 60,
        contract: ContractType::Other("Contrat d’insertion".to_owned()),
        sheet: Some(DocumentId::from_entropy([4; 16])),
    };
    let late = add(&mut document, TerritoryCommand::AddHire(hire(20)));
    add(&mut document, TerritoryCommand::AddHire(hire(3)));
    let hires = read_territory(&document).hires;
    assert_eq!(
        hires
            .iter()
            .map(|hire| hire.date.unwrap().day())
            .collect::<Vec<_>>(),
        [3, 20]
    );
    assert_eq!(hires[1].contract, Some(hire(20).contract));
    assert_eq!(
        (hires[1].minutes_per_week, hires[1].sheet),
        (Some(19 * 60), hire(20).sheet)
    );
    apply(&mut document, TerritoryCommand::RemoveHire(late));
    assert_eq!(read_territory(&document).hires.len(), 1);
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_index_notes_documents_and_forgets_them() {
    let mut document = territory_document();
    let id = DocumentId::from_entropy([4; 16]);
    let entry = IndexEntry {
        id,
        kind: Kind::JobSheet,
        title: "Vélos".to_owned(),
        trade: Some(Trade::BikeRepair),
        state: Some(SheetState::Idea),
    };
    apply(
        &mut document,
        TerritoryCommand::PutIndexEntry(entry.clone()),
    );
    assert_eq!(
        read_territory(&document).index,
        std::slice::from_ref(&entry)
    );
    let later = IndexEntry {
        state: Some(SheetState::Draft),
        trade: None,
        ..entry
    };
    apply(
        &mut document,
        TerritoryCommand::PutIndexEntry(later.clone()),
    );
    assert_eq!(
        read_territory(&document).index,
        std::slice::from_ref(&later)
    );
    assert!(
        apply(&mut document, TerritoryCommand::PutIndexEntry(later))
            .changes
            .is_empty()
    );
    apply(&mut document, TerritoryCommand::RemoveIndexEntry(id));
    assert!(read_territory(&document).index.is_empty());
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn two_names_given_at_once_are_two_versions_until_someone_chooses() {
    let mut one = territory_document();
    let mut two = on_phone_of(&one, 2);
    one.set_actor(actor(3));
    apply(
        &mut one,
        TerritoryCommand::SetName("Les Tisserands d’ici".to_owned()),
    );
    apply(&mut two, TerritoryCommand::SetName("Le Fil".to_owned()));
    meet(&mut one, &mut two);
    let name = read_territory(&one).name;
    assert_eq!(name, read_territory(&two).name);
    assert!(name.is_contested());
    let mut authors: Vec<_> = name
        .versions()
        .map(|version| version.author.unwrap())
        .collect();
    authors.sort();
    assert_eq!(authors, [person(2), person(3)]);
    assert!(name.versions().all(|version| version.at.is_some()));
    for chosen in name.versions() {
        let mut phone = on_phone_of(&one, 4);
        let choose = TerritoryCommand::Choose {
            field: TerritoryField::Name,
            version: chosen.id.clone(),
        };
        apply(&mut phone, choose);
        let settled = read_territory(&phone).name;
        assert_eq!(settled.value(), Some(&chosen.value));
        assert!(!settled.is_contested());
        let kept = settled.current.unwrap().id;
        let gone = name.versions().find(|version| version.id != kept).unwrap();
        let unknown = TerritoryCommand::Choose {
            field: TerritoryField::Name,
            version: gone.id.clone(),
        };
        assert_eq!(
            try_apply(&mut phone, unknown),
            Err(CommandError::VersionGone)
        );
    }
}
