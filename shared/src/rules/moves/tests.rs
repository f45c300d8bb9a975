use super::*;
use crate::command::{GuardRailValue, JobSheetCommand};
use crate::doc::Document;
use crate::records::sample::{actor, apply, read_sheet, sheet, try_apply};
use crate::records::{GuardRailState, LegalFrame, Owner, TrialPointValue};
use SheetState::{Accepted, Concertation, Draft, Idea, Stopped, Trial};

fn request(to: SheetState) -> MoveRequest {
    MoveRequest {
        to,
        reason: "Nous l’avons décidé ensemble.".to_owned(),
        owner: Some(Owner::Words("Le comité".to_owned())),
    }
}

fn silent(to: SheetState) -> MoveRequest {
    MoveRequest {
        to,
        reason: String::new(),
        owner: None,
    }
}

fn points() -> [TrialPointValue; 4] {
    [
        TrialPointValue::Employer("Une asbl".to_owned()),
        TrialPointValue::LegalFrame(LegalFrame::ForemPlacement),
        TrialPointValue::Insurance("Police 1".to_owned()),
        TrialPointValue::Allowance("L’allocation continue.".to_owned()),
    ]
}

fn record_points(document: &mut Document) {
    for point in points() {
        apply(document, JobSheetCommand::RecordTrialPoint(point));
    }
}

fn settle(document: &mut Document, state: GuardRailState) {
    for guard_rail in read_sheet(document).guard_rails {
        let command = JobSheetCommand::SetGuardRail {
            guard_rail: guard_rail.id,
            value: GuardRailValue::State(state),
        };
        apply(document, command);
    }
}

/// A sheet that has come to a state with everything it needs.
fn sheet_in(state: SheetState) -> Document {
    let mut document = sheet();
    record_points(&mut document);
    let mut at = Idea;
    while at < state {
        at = at.next().unwrap();
        apply(&mut document, JobSheetCommand::Move(request(at)));
    }
    document
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_sheet_goes_one_state_forward_any_state_back_and_stops_from_anywhere() {
    for from in SheetState::ALL {
        let document = sheet_in(from);
        let snapshot = read_sheet(&document);
        for to in SheetState::ALL {
            let direction = needs(&snapshot, to).map(|needs| needs.direction);
            let expected = if from == to {
                Err(MoveRefusal::AlreadyThere)
            } else if to == Stopped {
                Ok(Direction::Stop)
            } else if from.next() == Some(to) {
                Ok(Direction::Forward)
            } else if to < from {
                Ok(Direction::Back)
            } else {
                Err(MoveRefusal::Jump { from, to })
            };
            assert_eq!(direction, expected, "from {from:?} to {to:?}");
        }
    }
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn going_back_needs_a_reason_and_stopping_needs_nothing() {
    let snapshot = read_sheet(&sheet_in(Accepted));
    assert_eq!(check(&snapshot, &silent(Draft)), Err(MoveRefusal::NoReason));
    let blank = MoveRequest {
        reason: " \n".to_owned(),
        ..silent(Draft)
    };
    assert_eq!(check(&snapshot, &blank), Err(MoveRefusal::NoReason));
    assert_eq!(check(&snapshot, &request(Draft)), Ok(()));
    assert_eq!(check(&snapshot, &silent(Stopped)), Ok(()));
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_stopped_sheet_comes_back_to_where_it_stood_and_never_further() {
    let mut document = sheet_in(Draft);
    apply(&mut document, JobSheetCommand::Move(silent(Stopped)));
    let back: Vec<_> = possible(&read_sheet(&document))
        .into_iter()
        .map(|(to, _)| to)
        .collect();
    assert_eq!(back, [Idea, Draft]);
    apply(&mut document, JobSheetCommand::Move(request(Draft)));
    assert_eq!(read_sheet(&document).state(), Draft);
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn an_unmet_guard_rail_enters_the_concertation_only_with_a_reason_and_an_owner() {
    let mut document = sheet_in(Draft);
    let unmet = unmet(&read_sheet(&document));
    assert_eq!(unmet.len(), 7);
    let refused = try_apply(&mut document, JobSheetCommand::Move(silent(Concertation)));
    assert_eq!(refused, Err(MoveRefusal::NoReason.into()));
    let unowned = MoveRequest {
        owner: None,
        ..request(Concertation)
    };
    let refused = try_apply(&mut document, JobSheetCommand::Move(unowned));
    assert_eq!(refused, Err(MoveRefusal::NoOwner { unmet }.into()));
    apply(&mut document, JobSheetCommand::Move(request(Concertation)));
    let step = read_sheet(&document).moves.pop().unwrap();
    assert_eq!((step.from, step.to), (Draft, Concertation));
    assert_eq!(step.owner, request(Concertation).owner);
    assert_eq!(step.reason, request(Concertation).reason);
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_sheet_whose_guard_rails_are_settled_enters_the_concertation_without_a_word() {
    for state in [GuardRailState::Met, GuardRailState::DoesNotApply] {
        let mut document = sheet_in(Draft);
        settle(&mut document, state);
        apply(&mut document, JobSheetCommand::Move(silent(Concertation)));
    }
    for state in [
        GuardRailState::Waiting,
        GuardRailState::NotMet,
        GuardRailState::NotYet,
    ] {
        let mut document = sheet_in(Draft);
        settle(&mut document, state);
        let refused = try_apply(&mut document, JobSheetCommand::Move(silent(Concertation)));
        assert_eq!(refused, Err(MoveRefusal::NoReason.into()), "{state:?}");
    }
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn no_trial_begins_until_a_named_person_has_recorded_all_four_points() {
    for missing in TrialPoint::ALL {
        let mut document = sheet();
        for point in points()
            .into_iter()
            .filter(|point| point.point() != missing)
        {
            apply(&mut document, JobSheetCommand::RecordTrialPoint(point));
        }
        for to in [Draft, Concertation, Accepted] {
            apply(&mut document, JobSheetCommand::Move(request(to)));
        }
        let refused = try_apply(&mut document, JobSheetCommand::Move(request(Trial)));
        let points = vec![missing];
        assert_eq!(refused, Err(MoveRefusal::OpenPoints { points }.into()));
        record_points(&mut document);
        apply(&mut document, JobSheetCommand::Move(silent(Trial)));
    }
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_point_that_no_person_signed_does_not_count_until_one_confirms_it() {
    let mut document = sheet_in(Accepted);
    // A client of another make writes the insurance anew.
    document.set_actor(automerge::ActorId::from(vec![5; 16]));
    document
        .transact(crate::records::sample::NOW, |transaction| {
            use automerge::{ReadDoc, transaction::Transactable};
            let (_, points) = transaction.get(automerge::ROOT, "before_trial")?.unwrap();
            transaction.put(points, "insurance", "Police 2")
        })
        .unwrap();
    document.set_actor(actor(2));
    let points = vec![TrialPoint::Insurance];
    let refused = try_apply(&mut document, JobSheetCommand::Move(request(Trial)));
    assert_eq!(refused, Err(MoveRefusal::OpenPoints { points }.into()));
    // The same words, but now somebody stands behind them.
    let confirmed = TrialPointValue::Insurance("Police 2".to_owned());
    apply(&mut document, JobSheetCommand::RecordTrialPoint(confirmed));
    apply(&mut document, JobSheetCommand::Move(request(Trial)));
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_stopped_trial_starts_again_only_with_its_four_points() {
    let mut document = sheet_in(Trial);
    apply(&mut document, JobSheetCommand::Move(silent(Stopped)));
    let cleared =
        JobSheetCommand::Clear(crate::command::SheetField::TrialPoint(TrialPoint::Employer));
    apply(&mut document, cleared);
    let refused = try_apply(&mut document, JobSheetCommand::Move(request(Trial)));
    let points = vec![TrialPoint::Employer];
    assert_eq!(refused, Err(MoveRefusal::OpenPoints { points }.into()));
}
