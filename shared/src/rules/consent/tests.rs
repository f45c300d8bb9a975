use super::*;
use crate::id::DocumentId;
use crate::identity::PersonKey;
use crate::statement::Verdict;
use crate::time::UnixMillis;
use automerge::ChangeHash;

fn person(number: u8) -> PersonId {
    PersonKey::from_seed(&[number; 32]).person()
}

fn id(number: u8) -> StatementId {
    StatementId::from_entropy([number; 8])
}

/// What this person has stated, under this number.
fn says(by: u8, number: u8, content: Content) -> Stated {
    Stated {
        verdict: Verdict::Verified(person(by)),
        statement: Some(Statement {
            id: id(number),
            space: DocumentId::from_entropy([1; 16]),
            sheet: DocumentId::from_entropy([2; 16]),
            heads: vec![ChangeHash([1; 32])],
            at: UnixMillis(0),
            content,
        }),
        carrier: None,
    }
}

fn position(by: u8, number: u8, stance: Stance) -> Stated {
    let position = Position {
        decision: id(0),
        stance,
        channel: Channel::Themselves,
        of: None,
    };
    says(by, number, Content::Position(position))
}

fn noted(by: u8, number: u8, of: u8, stance: Stance) -> Stated {
    let position = Position {
        decision: id(0),
        stance,
        channel: Channel::Paper,
        of: Some(person(of)),
    };
    says(by, number, Content::Position(position))
}

fn round(number: u8, round: Round) -> Stated {
    let decision = id(0);
    says(9, number, Content::Round { decision, round })
}

fn decided(number: u8, positions: &[u8]) -> Stated {
    let content = Content::Decision {
        decision: id(0),
        outcome: Outcome::Accepted,
        review: None,
        positions: positions.iter().map(|number| id(*number)).collect(),
    };
    says(9, number, content)
}

fn opened() -> Stated {
    says(9, 0, Content::Opened)
}

fn only(stated: &[Stated]) -> Consent<'_> {
    let mut all = consents(stated);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn the_last_word_of_each_person_counts() {
    let stated = [
        opened(),
        position(1, 1, Stance::Objects("Le prix.".to_owned())),
        position(2, 2, Stance::Agrees),
        position(1, 3, Stance::Agrees),
    ];
    let consent = only(&stated);
    let tally = Tally {
        agree: 2,
        ..Tally::default()
    };
    assert_eq!(
        (consent.tally(), consent.may_be_accepted()),
        (tally, Ok(()))
    );
    assert!(consent.positions.iter().all(|held| !held.is_doubled));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn silence_an_objection_and_not_having_understood_hold_it_open() {
    assert_eq!(only(&[opened()]).may_be_accepted(), Err(NotYet::Nobody));
    let passes = [opened(), position(1, 1, Stance::Passes)];
    assert_eq!(only(&passes).may_be_accepted(), Err(NotYet::Nobody));
    let mut stated = vec![
        opened(),
        position(1, 1, Stance::Agrees),
        position(2, 2, Stance::Objects("Le prix.".to_owned())),
    ];
    let objects = Err(NotYet::Objections(1));
    assert_eq!(only(&stated).may_be_accepted(), objects);
    stated.push(position(3, 3, Stance::NotUnderstood));
    let lost = Err(NotYet::NotUnderstood(1));
    assert_eq!(only(&stated).may_be_accepted(), lost);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn who_has_not_understood_opens_clarification_again() {
    let mut stated = vec![opened(), round(1, Round::Objections)];
    assert_eq!(only(&stated).round, Round::Objections);
    stated.push(position(1, 2, Stance::NotUnderstood));
    let consent = only(&stated);
    assert_eq!(
        (consent.round, consent.is_reopened),
        (Round::Clarification, true)
    );
    stated.push(round(3, Round::Objections));
    let consent = only(&stated);
    assert_eq!(
        (consent.round, consent.is_reopened),
        (Round::Objections, false)
    );
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_is_noted_for_someone_is_theirs_and_entered_twice_is_marked() {
    let stated = [
        opened(),
        noted(9, 1, 1, Stance::Agrees),
        position(2, 2, Stance::Agrees),
        noted(9, 3, 2, Stance::Passes),
    ];
    let consent = only(&stated);
    let first = consent.position_of(person(1)).unwrap();
    assert_eq!((first.noted_by, first.is_doubled), (Some(person(9)), false));
    let second = consent.position_of(person(2)).unwrap();
    assert_eq!((second.stance, second.is_doubled), (&Stance::Passes, true));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn late_words_stand_apart_and_change_no_result() {
    let stated = [
        opened(),
        position(1, 1, Stance::Objects("Non.".to_owned())),
        position(1, 2, Stance::Agrees),
        // Said without network before the decision, and arrived after it.
        position(3, 3, Stance::Objects("Et moi\u{a0}?".to_owned())),
        decided(4, &[2]),
        position(1, 5, Stance::Objects("Tout compte fait…".to_owned())),
        decided(6, &[5]),
    ];
    let consent = only(&stated);
    let of = |held: &[Held<'_>]| held.iter().map(|held| held.id).collect::<Vec<_>>();
    assert_eq!(of(&consent.positions), [id(2)]);
    assert_eq!(of(&consent.late), [id(3), id(5)]);
    assert_eq!(consent.decision.unwrap().statement.id, id(4));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_does_not_count_decides_nothing() {
    let mut forged = decided(1, &[]);
    forged.verdict = Verdict::Altered(person(9));
    let mut stolen = position(1, 2, Stance::Agrees);
    stolen.verdict = Verdict::Elsewhere(person(1));
    let stated = [opened(), forged, stolen];
    let consent = only(&stated);
    assert_eq!((consent.decision, consent.positions.len()), (None, 0));
}
