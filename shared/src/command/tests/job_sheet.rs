use super::*;
use crate::date::Day;
use crate::records::{
    ContractType, GuardRailState, GuardRailTopic, Owner, Section, SheetState, Splice, Trade,
    TrialPoint, TrialPointValue,
};
use crate::rules::text::SECTION_UNITS;
use crate::snapshot::{CompletedBy, Known};

fn splice(at: usize, delete: usize, insert: &str) -> Splice {
    Splice {
        at,
        delete,
        insert: insert.to_owned(),
    }
}

fn edit(section: Section, splices: Vec<Splice>) -> JobSheetCommand {
    JobSheetCommand::EditSection { section, splices }
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_new_sheet_is_an_idea_with_points_to_check_from_its_first_minute() {
    let snapshot = read_sheet(&sheet());
    assert_eq!(snapshot.state(), SheetState::Idea);
    assert_eq!(snapshot.title.words(), "Réparation de vélos");
    let topics: Vec<_> = snapshot
        .guard_rails
        .iter()
        .map(|guard_rail| guard_rail.topic)
        .collect();
    assert_eq!(topics, GuardRailTopic::PROPOSED);
    assert!(
        snapshot
            .guard_rails
            .iter()
            .all(|guard_rail| guard_rail.state() == GuardRailState::NotYet)
    );
    assert!(snapshot.created.is_some() && snapshot.modified == snapshot.created);
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn every_fact_can_be_known_or_not_known_yet_or_never_said() {
    let mut document = sheet();
    let words = |words: &str| Known::Known(words.to_owned());
    for value in [
        SheetValue::Title("Vélos".to_owned()),
        SheetValue::Trade(Trade::Other("Couture".to_owned())),
        SheetValue::Price(words("15 €")),
        SheetValue::Cost(Known::Known(38_000)),
        SheetValue::Income(Known::NotYet),
        SheetValue::ProjectCarrier(words("Une asbl")),
        SheetValue::Employer(Known::NotYet),
        SheetValue::ContractType(Known::Known(ContractType::Permanent)),
        SheetValue::JointCommittee(words("329")),
        SheetValue::People(Known::Known(2)),
        SheetValue::MinutesPerWeek(Known::Known(1_200)),
        SheetValue::FullTimeHundredths(Known::Known(105)),
    ] {
        apply(&mut document, JobSheetCommand::Set(value));
    }
    let read = read_sheet(&document);
    assert_eq!(read.title.words(), "Vélos");
    assert_eq!(
        read.trade.value(),
        Some(&Trade::Other("Couture".to_owned()))
    );
    assert_eq!(read.price.value(), Some(&words("15 €")));
    assert_eq!(read.cost.value(), Some(&Known::Known(38_000)));
    assert_eq!(read.income.value(), Some(&Known::NotYet));
    assert_eq!(
        read.contract.project_carrier.value(),
        Some(&words("Une asbl"))
    );
    assert_eq!(read.contract.employer.value(), Some(&Known::NotYet));
    assert_eq!(
        read.contract.contract_type.value(),
        Some(&Known::Known(ContractType::Permanent))
    );
    assert_eq!(read.contract.joint_committee.value(), Some(&words("329")));
    assert_eq!(read.contract.people.value(), Some(&Known::Known(2)));
    assert_eq!(
        read.contract.minutes_per_week.value(),
        Some(&Known::Known(1_200))
    );
    assert_eq!(
        read.contract.full_time_hundredths.value(),
        Some(&Known::Known(105))
    );
    apply(&mut document, JobSheetCommand::Clear(SheetField::Cost));
    assert_eq!(read_sheet(&document).cost.value(), None);
    let refused = try_apply(&mut document, JobSheetCommand::Clear(SheetField::Title));
    assert_eq!(refused, Err(CommandError::Empty));
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn edits_apply_one_after_the_other_in_utf16_units() {
    let mut document = sheet();
    let edits = vec![
        splice(0, 0, "👩‍🔧 vélo"),
        splice(6, 4, "e\u{301}"),
        splice(0, 5, ""),
    ];
    apply(&mut document, edit(Section::Tasks, edits));
    assert_eq!(
        read_sheet(&document).sections.text(Section::Tasks),
        " e\u{301}"
    );
    assert_eq!(read_sheet(&document).sections.text(Section::Need), "");
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn edits_out_of_bounds_or_inside_a_pair_find_the_nearest_place() {
    for (edits, expected) in [
        (splice(99, 0, "!"), "a🚲b!"),
        (splice(3, 99, ""), "a🚲"),
        (splice(usize::MAX, usize::MAX, "!"), "a🚲b!"),
        // Position 2 lies inside the bicycle.
        (splice(2, 0, "!"), "a!🚲b"),
        (splice(2, 1, ""), "ab"),
        (splice(1, 1, "!"), "a!b"),
        (splice(0, 2, ""), "b"),
    ] {
        let mut document = sheet();
        apply(
            &mut document,
            edit(Section::Need, vec![splice(0, 0, "a🚲b")]),
        );
        apply(&mut document, edit(Section::Need, vec![edits.clone()]));
        assert_eq!(
            read_sheet(&document).sections.text(Section::Need),
            expected,
            "{edits:?}"
        );
    }
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_section_stays_short_enough_for_every_phone() {
    let mut document = sheet();
    apply(
        &mut document,
        edit(
            Section::Need,
            vec![splice(0, 0, &"a".repeat(SECTION_UNITS))],
        ),
    );
    let refused = try_apply(&mut document, edit(Section::Need, vec![splice(0, 0, "b")]));
    let found = SECTION_UNITS + 1;
    let limit = SECTION_UNITS;
    assert_eq!(refused, Err(CommandError::TooLong { found, limit }));
    apply(&mut document, edit(Section::Need, vec![splice(0, 2, "b")]));
    assert!(
        read_sheet(&document)
            .sections
            .text(Section::Need)
            .starts_with("ba")
    );
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn guard_rails_are_added_and_followed() {
    let mut document = sheet();
    let unnamed = NewGuardRail {
        topic: GuardRailTopic::Other,
        label: String::new(),
    };
    let refused = try_apply(&mut document, JobSheetCommand::AddGuardRail(unnamed));
    assert_eq!(refused, Err(CommandError::Empty));
    let added = NewGuardRail {
        topic: GuardRailTopic::Other,
        label: "Accord du propriétaire".to_owned(),
    };
    let added = add(&mut document, JobSheetCommand::AddGuardRail(added));
    let proposed = read_sheet(&document).guard_rails[0].id.clone();
    for guard_rail in [&added, &proposed] {
        for value in [
            GuardRailValue::State(GuardRailState::Waiting),
            GuardRailValue::Owner(Some(Owner::Person(person(4)))),
            GuardRailValue::Evidence("Courrier du 3 novembre".to_owned()),
            GuardRailValue::Due(Day::new(2026, 12, 8).ok()),
        ] {
            let guard_rail = guard_rail.clone();
            apply(
                &mut document,
                JobSheetCommand::SetGuardRail { guard_rail, value },
            );
        }
        let snapshot = read_sheet(&document);
        let read = snapshot.guard_rail(guard_rail).unwrap();
        assert_eq!(read.state(), GuardRailState::Waiting);
        assert_eq!(read.owner.value(), Some(&Owner::Person(person(4))));
        assert_eq!(read.evidence.words(), "Courrier du 3 novembre");
        assert_eq!(
            read.due.value().map(ToString::to_string).as_deref(),
            Some("2026-12-08")
        );
    }
    let snapshot = read_sheet(&document);
    assert_eq!(
        snapshot.guard_rails.len(),
        GuardRailTopic::PROPOSED.len() + 1
    );
    assert_eq!(
        snapshot.guard_rails.last().unwrap().label.words(),
        "Accord du propriétaire"
    );
    let emptied = JobSheetCommand::SetGuardRail {
        guard_rail: added.clone(),
        value: GuardRailValue::Owner(None),
    };
    apply(&mut document, emptied);
    assert_eq!(
        read_sheet(&document)
            .guard_rail(&added)
            .unwrap()
            .owner
            .value(),
        None
    );
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_point_before_the_trial_carries_the_name_of_who_recorded_it() {
    let mut document = sheet();
    let point = TrialPointValue::Employer("Une asbl".to_owned());
    let by = |document: &Document| {
        read_sheet(document)
            .before_trial
            .completed_by(TrialPoint::Employer)
    };
    assert_eq!(by(&document), CompletedBy::Nobody);
    for someone in [2, 3] {
        document.set_actor(actor(someone));
        apply(
            &mut document,
            JobSheetCommand::RecordTrialPoint(point.clone()),
        );
        assert_eq!(by(&document), CompletedBy::Person(person(someone)));
    }
    assert!(
        apply(&mut document, JobSheetCommand::RecordTrialPoint(point))
            .changes
            .is_empty()
    );
    assert!(read_sheet(&document).before_trial.employer.at().is_some());
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_point_recorded_differently_at_once_waits_to_be_chosen() {
    let mut one = sheet();
    let mut two = on_phone_of(&one, 2);
    for (phone, words) in [(&mut one, "Une asbl"), (&mut two, "La commune")] {
        let point = TrialPointValue::Employer(words.to_owned());
        apply(phone, JobSheetCommand::RecordTrialPoint(point));
    }
    meet(&mut one, &mut two);
    let points = read_sheet(&one).before_trial;
    assert_eq!(
        points.completed_by(TrialPoint::Employer),
        CompletedBy::Contested
    );
    let choose = JobSheetCommand::Choose {
        field: SheetField::TrialPoint(TrialPoint::Employer),
        version: points.employer.others[0].id.clone(),
    };
    apply(&mut one, choose);
    assert!(matches!(
        read_sheet(&one)
            .before_trial
            .completed_by(TrialPoint::Employer),
        CompletedBy::Person(_)
    ));
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn needs_and_partners_are_linked_and_unlinked() {
    let mut document = sheet();
    let id = RecordId::from_entropy([6; 8]);
    apply(&mut document, JobSheetCommand::LinkNeed(id.clone()));
    apply(&mut document, JobSheetCommand::LinkPartner(id.clone()));
    let read = read_sheet(&document);
    assert_eq!(
        (&read.needs, &read.partners),
        (&vec![id.clone()], &vec![id.clone()])
    );
    apply(&mut document, JobSheetCommand::UnlinkNeed(id.clone()));
    apply(&mut document, JobSheetCommand::UnlinkPartner(id));
    let read = read_sheet(&document);
    assert!(read.needs.is_empty() && read.partners.is_empty());
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_sheet_moved_two_ways_at_once_keeps_both_moves_and_waits_to_be_chosen() {
    let mut one = sheet();
    let mut two = on_phone_of(&one, 2);
    for (phone, to) in [
        (&mut one, SheetState::Draft),
        (&mut two, SheetState::Stopped),
    ] {
        let request = MoveRequest {
            to,
            reason: String::new(),
            owner: None,
        };
        apply(phone, JobSheetCommand::Move(request));
    }
    meet(&mut one, &mut two);
    let read = read_sheet(&one);
    assert_eq!(read, read_sheet(&two));
    assert_eq!(read.moves.len(), 2);
    assert!(
        read.moves
            .iter()
            .all(|step| step.from == SheetState::Idea && step.by.is_some())
    );
    assert!(read.state_field.is_contested());
    let choose = JobSheetCommand::Choose {
        field: SheetField::State,
        version: read.state_field.others[0].id.clone(),
    };
    apply(&mut one, choose);
    assert_eq!(read_sheet(&one).state(), read.state_field.others[0].value);
}
