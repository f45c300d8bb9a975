//! Documents that are erased, and what belongs to whom.

use super::*;
use crate::birth::Birth;
use crate::doc::{Genesis, Kind};
use crate::rules::access::is_personal;
use automerge::ChangeHash;

fn id(number: u8) -> DocumentId {
    DocumentId::from_entropy([number; 16])
}

fn birth(kind: Kind, author: u8) -> Birth {
    Birth {
        genesis: Genesis {
            kind,
            schema: 1,
            space: space(),
        },
        author: Some(key(author).person()),
        replaces: None,
        heads: vec![ChangeHash([author; 32])],
    }
}

fn decide(book: &mut Book, by: By, request: &Request) -> Result<Answer, Denied> {
    let replacing = |kind| Birth {
        replaces: Some(id(2)),
        ..birth(kind, 3)
    };
    let births = |document| {
        let stored = [
            (space(), birth(Kind::Territory, 1)),
            (id(2), birth(Kind::JobSheet, 2)),
            (id(3), replacing(Kind::JobSheet)),
            (id(4), replacing(Kind::Needs)),
        ];
        let mut stored = stored.into_iter();
        stored
            .find(|(id, _)| *id == document)
            .map(|(_, birth)| birth)
    };
    let decision = book.roster.decide_erasing(by, request, births).unwrap()?;
    for deed in decision.deeds {
        let at = book.now;
        book.roster.apply(&Entry { at, by, deed });
    }
    Ok(decision.answer)
}

fn replace(with: u8, heads: u8) -> Request {
    Request::Replace {
        space: space(),
        document: id(2),
        with: id(with),
        heads: Heads(vec![ChangeHash([heads; 32])]),
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_document_is_replaced_by_one_that_says_so_and_was_made_of_all_there_is() {
    let mut book = Book::new();
    let volunteer = book.with(1, "Amina", Role::Volunteer);
    let denied = decide(&mut book, volunteer, &replace(3, 2));
    assert_eq!(denied, Err(Denied::NotAllowed));
    let by = By::Operator;
    assert_eq!(decide(&mut book, by, &replace(3, 9)), Err(Denied::Changed));
    for other in [2, 4, 5] {
        let denied = decide(&mut book, by, &replace(other, 2));
        assert_eq!(denied, Err(Denied::Unknown));
    }
    assert_eq!(decide(&mut book, by, &replace(3, 2)), Ok(Answer::Done));
    let tombstone = book.roster.tombstone(id(2)).unwrap().clone();
    assert_eq!(tombstone.replaced_by, Some(id(3)));
    // Asked once more it is done already; it cannot be taken back, nor given another place.
    let epoch = book.roster.epoch();
    assert_eq!(decide(&mut book, by, &replace(3, 2)), Ok(Answer::Done));
    assert_eq!(decide(&mut book, by, &replace(4, 2)), Err(Denied::Unknown));
    assert_eq!(book.roster.epoch(), epoch);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn whoever_could_read_a_document_hears_that_it_is_gone() {
    let mut book = Book::new();
    book.with(1, "Amina", Role::Guest);
    book.with(2, "Forem", Role::Observer);
    let erase = |document| Request::EraseDocument {
        space: space(),
        document,
    };
    let by = By::Operator;
    assert_eq!(decide(&mut book, by, &erase(space())), Err(Denied::Unknown));
    assert_eq!(decide(&mut book, by, &erase(id(2))), Ok(Answer::Done));
    let heard = |seed: u8| {
        let warrant = Warrant::of_people([key(seed).person()], [&book.roster]);
        book.roster.tombstones_for(&warrant, None).len()
    };
    assert_eq!([heard(1), heard(2), heard(7)], [1, 0, 0]);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_belongs_to_someone_goes_with_them_whichever_phone_they_began_it_on() {
    let mut book = Book::new();
    let by = book.with(1, "Amina", Role::Volunteer);
    book.with(2, "Luc", Role::Volunteer);
    let amina = key(1).person();
    let secret = Secret::from_entropy([5; 16]);
    book.await_phone(by, secret, false).unwrap();
    book.bring(6, secret, false).unwrap();
    let mut elsewhere = birth(Kind::JobSheet, 1);
    elsewhere.genesis.space = id(8);
    let documents = [
        (id(1), birth(Kind::JobSheet, 1)),
        (id(2), birth(Kind::JobSheet, 2)),
        (id(3), birth(Kind::JobSheet, 6)),
        (id(4), birth(Kind::Needs, 1)),
        (id(5), elsewhere),
    ];
    let stored = || documents.iter().map(|(id, birth)| (*id, birth));
    // As if sheets belonged to whoever began them.
    let is_sheet = |kind| kind == Kind::JobSheet;
    let theirs = book.roster.belongings(amina, stored(), is_sheet);
    let erased = theirs.iter().filter_map(|deed| match deed {
        Deed::Dropped { document, .. } => Some(*document),
        _ => None,
    });
    assert_eq!(erased.collect::<Vec<_>>(), [id(1), id(3)]);
    let theirs = book.roster.belongings(amina, stored(), is_personal);
    assert!(theirs.is_empty());
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn after_each_time_the_relay_was_set_back_its_snapshots_are_newer() {
    let mut backup = Book::new();
    backup.with(1, "Amina", Role::Volunteer);
    let mut lived_on = backup.roster.clone();
    let by = By::Operator;
    for _ in 0..5 {
        let deed = Deed::Withdrawn { number: 99 };
        let at = START;
        lived_on.apply(&Entry { at, by, deed });
    }
    let known = Members::of(&lived_on, None);
    assert!(known.is_as_new_as(&Members::of(&backup.roster, None)));
    let mut before = known;
    // The same backup is put back again and again.
    for at in [START, START.plus(5), START.plus(6)] {
        let mut restored = backup.roster.clone();
        let deed = Deed::SetBack;
        restored.apply(&Entry { at, by, deed });
        let now = Members::of(&restored, None);
        assert!(now.is_as_new_as(&before) && !before.is_as_new_as(&now));
        assert!(now.epoch < lived_on.epoch());
        before = now;
    }
}
