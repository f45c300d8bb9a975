//! Sheets that come into the world, and how their territory learns of them.

use super::*;

#[test]
fn a_sheet_born_here_is_listed_by_its_territory_and_so_is_its_new_title() {
    let mut state = phone();
    let (sheet, _) = create(&mut state, "Vélos");
    assert_eq!(listed(&state), ["Vélos"]);
    let rename = JobSheetCommand::Set(SheetValue::Title("Vélos du quartier".to_owned()));
    state.command(at(2), sheet, &rename).unwrap();
    assert_eq!(listed(&state), ["Vélos du quartier"]);
}

#[test]
fn a_sheet_that_a_crash_kept_from_the_index_is_listed_at_the_next_start() {
    let new = NewJobSheet {
        title: "Vélos".to_owned(),
        ..NewJobSheet::default()
    };
    let (document, _) = job_sheet::birth(space(), &new, me().actor, START).unwrap();
    let orphan = Opened {
        id: DocumentId::from_entropy([3; 16]),
        document,
        acknowledged: Acknowledged::default(),
        signatures: Vec::new(),
    };
    let mut state = State::default();
    state.open(
        at(0),
        Start {
            me: Some(me()),
            documents: vec![orphan, territory_of_another()],
            ..Start::default()
        },
    );
    assert_eq!(listed(&state), ["Vélos"]);
    assert_eq!(state.unlisted().count(), 0);
}

#[test]
fn a_sheet_born_before_the_territory_is_here_waits_to_be_listed() {
    let mut state = State::default();
    state.open(
        at(0),
        Start {
            me: Some(me()),
            ..Start::default()
        },
    );
    let (sheet, _) = create(&mut state, "Vélos");
    assert_eq!(state.unlisted().collect::<Vec<_>>(), [sheet]);
}

#[test]
fn a_sheet_born_from_a_need_is_one_change_that_carries_it_and_the_need_is_covered() {
    let mut state = phone();
    let (list, _) = state
        .create(at(1), |space, actor| needs::birth(space, actor, START))
        .unwrap();
    let say = NeedsCommand::Add(NewNeed {
        text: "Réparer les vélos".to_owned(),
        neighbourhood: String::new(),
        expressed_by: String::new(),
    });
    let (need, _) = state.command(at(2), list, &say).unwrap();
    let need = need.unwrap();
    let new = NewJobSheet {
        title: "Vélos".to_owned(),
        trade: Some(Trade::BikeRepair),
        need: "Réparer les vélos".to_owned(),
        needs: vec![need.clone()],
    };
    let (sheet, tasks) = state.create_sheet(at(3), &new).unwrap();
    assert_eq!(kept(&tasks, sheet).len(), 1);
    let written = JobSheetSnapshot::read(state.document(sheet).unwrap());
    assert_eq!(written.trade.value(), Some(&Trade::BikeRepair));
    assert_eq!(written.sections.text(Section::Need), "Réparer les vélos");
    assert_eq!(written.needs, std::slice::from_ref(&need));
    let needs = NeedsSnapshot::read(state.document(list).unwrap());
    assert_eq!(needs.need(&need).unwrap().covered_by, [sheet]);
}

#[test]
fn a_sheet_is_born_also_when_its_need_is_gone() {
    let mut state = phone();
    let need = RecordId::from_key("gone");
    let new = NewJobSheet {
        title: "Vélos".to_owned(),
        needs: vec![need.clone()],
        ..NewJobSheet::default()
    };
    let (sheet, _) = state.create_sheet(at(1), &new).unwrap();
    let written = JobSheetSnapshot::read(state.document(sheet).unwrap());
    assert_eq!(written.needs, [need]);
}
