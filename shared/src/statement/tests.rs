use super::*;
use crate::command::{Command, StatementsCommand};
use crate::date::Day;
use crate::doc::Document;
use crate::id::RecordId;
use crate::identity::{PersonId, PersonKey, Role, Roles};
use crate::presence::Face;
use crate::properties::cases;
use crate::records::Owner;
use crate::records::sample::{NOW, apply, meet, space};
use crate::records::statements::{self, Entry, beside, birth, read, sheet_of};
use crate::roster::{Card, Members};
use automerge::transaction::Transactable;
use automerge::{ROOT, ReadDoc};
use proptest::prelude::*;

fn sheet() -> DocumentId {
    DocumentId::from_entropy([3; 16])
}

fn key(person: u8) -> PersonKey {
    PersonKey::from_seed(&[person; 32])
}

fn place() -> Place {
    Place {
        space: space(),
        sheet: sheet(),
    }
}

/// A partner, a facilitator, a guest; and someone who was removed.
fn members() -> Members {
    let card = |person: u8, roles: Roles, partner: Option<&str>| Card {
        person: key(person).person(),
        keys: vec![key(person).public()],
        number: person.into(),
        roles,
        face: Some(Face::default()),
        partner: partner.map(str::to_owned),
        lost: Vec::new(),
        was: Roles::NONE,
        was_partner: None,
    };
    Members {
        space: space(),
        epoch: 1,
        generation: 0,
        waiting: Vec::new(),
        people: vec![
            card(1, Role::Partner.into(), Some("lambert")),
            card(2, Role::Facilitator.into(), None),
            card(3, Role::Guest.into(), None),
            Card {
                was: Role::Partner.into(),
                was_partner: Some("lambert".to_owned()),
                ..card(4, Roles::NONE, None)
            },
            card(5, Roles::NONE, None),
        ],
    }
}

fn position(of: Option<PersonId>) -> Content {
    Content::Position(Position {
        decision: StatementId::from_entropy([8; 8]),
        stance: Stance::Agrees,
        channel: if of.is_none() {
            Channel::Themselves
        } else {
            Channel::Aloud
        },
        of,
    })
}

fn opinion(answer: Answer) -> Content {
    Content::Opinion(Opinion {
        partner: RecordId::from_key("lambert"),
        answer,
        channel: Channel::Themselves,
    })
}

fn statement(content: Content) -> Statement {
    Statement {
        id: StatementId::from_entropy([5; 8]),
        space: space(),
        sheet: sheet(),
        heads: vec![ChangeHash([9; 32]), ChangeHash([4; 32])],
        at: NOW,
        content,
    }
}

fn sign(statement: Statement, by: &PersonKey) -> Signed {
    let draft = statement.draft().unwrap();
    let signature = by.sign(&draft.message());
    draft.signed(by.public(), signature).unwrap()
}

fn verdict(signed: &Signed, place: Place) -> Verdict {
    judge(signed, signed.is_true(), place, None, &members())
}

fn every_content() -> Vec<Content> {
    let id = StatementId::from_entropy([8; 8]);
    let day = Some(Day::new(2026, 12, 8).unwrap());
    vec![
        opinion(Answer::None),
        opinion(Answer::FineIf("pas de vélos neufs".to_owned())),
        opinion(Answer::Objection("Nous le faisons déjà.".to_owned())),
        Content::Asked {
            partner: RecordId::from_key("lambert"),
            channel: Channel::Aloud,
            reply_by: day,
        },
        Content::Condition(Condition {
            opinion: id,
            owner: Some(Owner::Words("Le CPAS".to_owned())),
            is_met: true,
        }),
        Content::Opened,
        Content::Round {
            decision: id,
            round: Round::Objections,
        },
        Content::Position(Position {
            decision: id,
            stance: Stance::Objects("Le prix.".to_owned()),
            channel: Channel::Paper,
            of: Some(key(3).person()),
        }),
        Content::Decision {
            decision: id,
            outcome: Outcome::Accepted,
            review: None,
            positions: vec![id],
        },
    ]
}

/// A document with these statements, each brought by the phone of whoever's key it is.
fn document(of: &[(&PersonKey, Vec<u8>)]) -> Document {
    let genesis = birth(space(), sheet()).unwrap();
    let mut document = Document::from_changes([&genesis], key(1).person().actor([1; 8])).unwrap();
    for (number, (key, bytes)) in of.iter().enumerate() {
        document.set_actor(key.person().actor([number as u8; 8]));
        put(&mut document, &format!("{number}"), bytes.clone());
    }
    document
}

fn put(document: &mut Document, key: &str, bytes: Vec<u8>) {
    document
        .transact(NOW, |transaction| {
            let (_, map) = transaction.get(ROOT, "statements")?.unwrap();
            transaction.put(&map, key, automerge::ScalarValue::Bytes(bytes))
        })
        .unwrap();
}

fn bytes_of(entries: Vec<Entry>) -> Vec<Vec<u8>> {
    entries.into_iter().map(|entry| entry.bytes).collect()
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn whatever_is_stated_comes_back_as_it_was_signed() {
    for content in every_content() {
        let signed = sign(statement(content.clone()), &key(2));
        assert!(signed.is_true());
        let again = Signed::decode(&signed.encode()).unwrap();
        assert_eq!(again, signed);
        assert_eq!(again.statement.content, content);
        assert!(again.statement.heads.is_sorted());
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn the_bytes_of_this_version_stay_the_same_for_ever() {
    // What was signed yesterday has to verify tomorrow.
    let signed = sign(
        statement(opinion(Answer::FineIf("pas de vélos neufs".to_owned()))),
        &key(1),
    );
    assert_eq!(hex::encode(signed.encode()), BYTES);
}

const BYTES: &str = "8358208a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c58407bc257c2d5f5216cd78edc625e4c\
    190b54c8f14623e649cdaa1e0aa84eb85526c7741450f932796825d3ad07f0200d7d11fdcc6d91cb16edb65f3523a73af505589b86480505050505050505\
    500707070707074707870707070707070750030303030303430383030303030303035840040404040404040404040404040404040404040404040404040404\
    0404040404090909090909090909090909090909090909090909090909090909090909090\
    91b000001a3185c500082008183676c616d62657274820181737061732064652076c3a96c6f73206e6575667300";

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_condition_or_an_objection_without_words_is_no_statement() {
    for content in [
        opinion(Answer::FineIf("  ".to_owned())),
        opinion(Answer::Objection(String::new())),
        opinion(Answer::Objection("x".repeat(2_001))),
    ] {
        assert_eq!(statement(content).draft(), Err(BadStatement));
    }
    let mut nowhere = statement(Content::Opened);
    nowhere.heads.clear();
    assert_eq!(nowhere.draft(), Err(BadStatement));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_statement_is_verified_for_its_sheet_only() {
    let signed = sign(statement(opinion(Answer::None)), &key(1));
    let by = key(1).person();
    assert_eq!(verdict(&signed, place()), Verdict::Verified(by));
    let sheet = DocumentId::from_entropy([4; 16]);
    let other_sheet = Place { sheet, ..place() };
    assert_eq!(verdict(&signed, other_sheet), Verdict::Elsewhere(by));
    let space = DocumentId::from_entropy([8; 16]);
    let elsewhere = Place { space, ..place() };
    assert_eq!(verdict(&signed, elsewhere), Verdict::Elsewhere(by));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_signature_serves_for_its_own_bytes_only() {
    let one = statement(opinion(Answer::None)).draft().unwrap();
    let signature = key(1).sign(&one.message());
    let mut others = vec![statement(opinion(Answer::Objection("Non.".to_owned())))];
    let mut moved = statement(opinion(Answer::None));
    moved.heads = vec![ChangeHash([7; 32])];
    others.push(moved);
    let mut later = statement(opinion(Answer::None));
    later.at = NOW.plus(1);
    others.push(later);
    for other in others {
        let draft = other.draft().unwrap();
        let signed = draft.signed(key(1).public(), signature).unwrap();
        assert_eq!(verdict(&signed, place()), Verdict::Altered(key(1).person()));
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_is_said_in_the_name_of_another_is_not_theirs() {
    let draft = statement(opinion(Answer::None)).draft().unwrap();
    let signature = key(3).sign(&draft.message());
    let forged = draft.signed(key(1).public(), signature).unwrap();
    assert_eq!(verdict(&forged, place()), Verdict::Altered(key(1).person()));
    let stranger = sign(statement(opinion(Answer::None)), &key(77));
    assert_eq!(verdict(&stranger, place()), Verdict::Unknown);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn each_states_what_their_role_allows() {
    let noted = Content::Opinion(Opinion {
        partner: RecordId::from_key("lambert"),
        answer: Answer::None,
        channel: Channel::Paper,
    });
    let elsewhere = Content::Opinion(Opinion {
        partner: RecordId::from_key("another"),
        answer: Answer::None,
        channel: Channel::Themselves,
    });
    let noted_position = position(Some(key(3).person()));
    for (content, allowed) in [
        (opinion(Answer::None), [true, false, false]),
        (elsewhere, [false, false, false]),
        (noted, [false, true, false]),
        (Content::Opened, [false, true, false]),
        (position(None), [true, true, true]),
        (noted_position, [false, true, false]),
    ] {
        for (person, allowed) in (1..).zip(allowed) {
            let signed = sign(statement(content.clone()), &key(person));
            let by = key(person).person();
            let expected = if allowed {
                Verdict::Verified(by)
            } else {
                Verdict::NotAllowed(by)
            };
            assert_eq!(verdict(&signed, place()), expected, "{content:?} {person}");
        }
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_a_former_member_brought_themselves_stays_true() {
    let signed = sign(statement(opinion(Answer::None)), &key(4));
    let by = key(4).person();
    let judged = |carrier| judge(&signed, true, place(), carrier, &members());
    assert_eq!(judged(Some(by)), Verdict::Former(by));
    assert!(judged(Some(by)).counts());
    // Whoever may not state something does not come to it by leaving; a position everyone takes.
    let might = |person: u8, content: &Content| {
        let signed = sign(statement(content.clone()), &key(person));
        let by = key(person).person();
        judge(&signed, true, place(), Some(by), &members()).counts()
    };
    let decision = Content::Opened;
    assert!(!might(4, &decision) && !might(5, &decision));
    assert!(!might(5, &opinion(Answer::None)));
    let own = position(None);
    assert!(might(4, &own) && might(5, &own));
    // Of what others bring in their name, nobody knows when it was signed.
    assert_eq!(judged(Some(key(3).person())), Verdict::NotAllowed(by));
    assert_eq!(judged(None), Verdict::NotAllowed(by));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn two_phones_that_both_begin_make_one_document() {
    let [mut one, mut other] = [1, 2].map(|person| {
        let genesis = birth(space(), sheet()).unwrap();
        Document::from_changes([&genesis], key(person).person().actor([1; 8])).unwrap()
    });
    assert_eq!(one.heads(), other.heads());
    for (document, person) in [(&mut one, 1), (&mut other, 2)] {
        let mut mine = statement(Content::Opened);
        mine.id = StatementId::from_entropy([person; 8]);
        let signed = sign(mine, &key(person));
        apply(
            document,
            Command::from(StatementsCommand::Add(Box::new(signed))),
        );
    }
    meet(&mut one, &mut other);
    assert_eq!(read(&one), read(&other));
    assert_eq!(read(&one).len(), 2);
    assert_eq!(sheet_of(&one), Some(sheet()));
    assert_ne!(beside(sheet()), beside(space()));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn the_first_change_stays_the_same_for_ever() {
    let genesis = birth(space(), sheet()).unwrap();
    assert_eq!(genesis.hash.to_string(), GENESIS);
    let name = beside(sheet());
    assert_eq!(statements::is_birth(name, space(), &genesis), Ok(()));
    // Neither another document, nor another territory, nor another beginning of the same.
    assert!(statements::is_birth(sheet(), space(), &genesis).is_err());
    assert!(statements::is_birth(name, sheet(), &genesis).is_err());
    let mut other = genesis.clone();
    other.hash = ChangeHash([1; 32]);
    assert!(statements::is_birth(name, space(), &other).is_err());
}

const GENESIS: &str = "c4859e6a8f340fc9467af8af2b413fdd7175a53502978df9e644301672dabdff";

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_was_stated_stays_whoever_overwrites_it_or_takes_it_out() {
    let said = sign(statement(opinion(Answer::None)), &key(1)).encode();
    let mut document = document(&[(&key(1), said.clone())]);
    document.set_actor(key(3).person().actor([9; 8]));
    put(&mut document, "0", b"something else".to_vec());
    document
        .transact(NOW, |transaction| {
            let (_, map) = transaction.get(ROOT, "statements")?.unwrap();
            transaction.delete(&map, "0")
        })
        .unwrap();
    let entries = read(&document);
    assert_eq!(entries[0].carrier, Some(key(1).person()));
    assert_eq!(entries[1].carrier, Some(key(3).person()));
    assert_eq!(bytes_of(entries), [said, b"something else".to_vec()]);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_statement_that_is_copied_is_said_once_and_keeps_its_place() {
    let first = sign(statement(opinion(Answer::None)), &key(1)).encode();
    let mut next = statement(opinion(Answer::Objection("Non.".to_owned())));
    next.id = StatementId::from_entropy([6; 8]);
    let next = sign(next, &key(1)).encode();
    // Someone says the older one again, so that it would seem to be the last word.
    let document = document(&[
        (&key(1), first.clone()),
        (&key(1), next.clone()),
        (&key(3), first.clone()),
    ]);
    assert_eq!(bytes_of(read(&document)), [first, next]);
}

proptest! {
    #![proptest_config(cases(512))]

    /// Whatever byte of a signed statement is changed: it is no statement, or not that of its signer, or of nobody.
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn no_byte_can_be_changed(which in any::<prop::sample::Index>(), content in 0usize..9, by in 1u8..=255) {
        let signed = sign(statement(every_content().swap_remove(content)), &key(2));
        let mut bytes = signed.encode();
        let at = which.index(bytes.len());
        bytes[at] ^= by;
        if let Ok(altered) = Signed::decode(&bytes) {
            prop_assert!(!altered.is_true());
            let verdict = judge(&altered, altered.is_true(), place(), None, &members());
            prop_assert!(matches!(verdict, Verdict::Altered(_) | Verdict::Unknown), "{verdict:?}");
        }
    }

    /// Bytes from anyone at all are no reason to stumble.
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn foreign_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(signed) = Signed::decode(&bytes) {
            prop_assert!(!signed.is_true());
        }
    }
}
