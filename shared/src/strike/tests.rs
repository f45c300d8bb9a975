use super::*;
use crate::command::{Command, Context, JobSheetCommand, SheetValue};
use crate::identity::{PersonId, PersonKey};
use crate::records::{NewJobSheet, Section, SheetState, Splice, job_sheet};
use crate::snapshot::{JobSheetSnapshot, Known};
use crate::store::StoredChange;

const NOW: UnixMillis = UnixMillis(1_790_000_000_000);

fn id(number: u8) -> DocumentId {
    DocumentId::from_entropy([number; 16])
}

fn person(seed: u8) -> PersonId {
    PersonKey::from_seed(&[seed; 32]).person()
}

fn actor(seed: u8) -> ActorId {
    person(seed).actor([seed; 8])
}

fn write(document: &mut Document, entropy: u8, command: JobSheetCommand) {
    let context = Context {
        now: NOW.plus(i64::from(entropy) * 1_000),
        entropy: [entropy; 16],
    };
    Command::from(command).apply(document, &context).unwrap();
}

/// A sheet with a name in two of its texts and in a field, a move, and words that were there and are gone.
fn sheet() -> Document {
    let new = NewJobSheet {
        title: "Vélos".to_owned(),
        need: "Amina Diallo demande. Voir avec AMINA DIALLO.".to_owned(),
        ..NewJobSheet::default()
    };
    let (mut document, _) = job_sheet::birth(id(9), &new, actor(1), NOW).unwrap();
    let put = |insert: &str, delete| JobSheetCommand::EditSection {
        section: Section::Tasks,
        splices: vec![Splice {
            at: 0,
            delete,
            insert: insert.to_owned(),
        }],
    };
    write(&mut document, 1, put("Le secret de Luc. Réparer.", 0));
    write(&mut document, 2, put("", 18));
    let price = Known::Known("demander à Amina Diallo".to_owned());
    write(
        &mut document,
        3,
        JobSheetCommand::Set(SheetValue::Price(price)),
    );
    document.set_actor(actor(2));
    let step = crate::command::MoveRequest {
        to: SheetState::Draft,
        reason: "la réunion".to_owned(),
        owner: None,
    };
    write(&mut document, 4, JobSheetCommand::Move(step));
    document
}

fn strike() -> Strike {
    Strike::new("  amina diallo ", "[rayé]").unwrap()
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn words_are_struck_whole_wherever_they_stand() {
    let strike = Strike::new("Ali", "…").unwrap();
    assert_eq!(
        strike.apply("Ali, ALI et l’ali. Alimentation, Vali."),
        "…, … et l’…. Alimentation, Vali."
    );
    let strike = Strike::new("+32 470", "…").unwrap();
    assert_eq!(
        strike.apply("tél. +32 470 et 1+32 4701"),
        "tél. … et 1+32 4701"
    );
    let strike = Strike::new("İpek", "…").unwrap();
    assert_eq!(strike.apply("chez İPEK"), "chez …");
    assert_eq!(Strike::new(" \n", "…"), None);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn every_passage_is_found_before_anything_is_done() {
    let passages = strike().passages(&sheet());
    let places: usize = passages.iter().map(|passage| passage.places.len()).sum();
    assert_eq!((passages.len(), places), (2, 3));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_was_struck_is_in_no_byte_of_the_new_document_and_its_history_is_gone() {
    let old = sheet();
    let (new, genesis) = strike()
        .rewrite(id(3), &old, actor(7), NOW.plus(60_000))
        .unwrap();
    assert_eq!(new.changes().len(), 1);
    let all = format!(
        "{:?}",
        automerge::Change::from_bytes(genesis.bytes.to_vec())
            .unwrap()
            .decode()
    );
    for words in ["Amina", "AMINA", "Diallo", "secret de Luc"] {
        assert!(!all.contains(words), "{words} in {all}");
    }
    let stored: Vec<StoredChange> = new.changes().iter().map(StoredChange::from).collect();
    let birth = crate::birth::Birth::read(&stored).unwrap();
    assert_eq!(birth.replaces, Some(id(3)));
    assert_eq!(birth.genesis, old.genesis().unwrap());
    assert_eq!(birth.heads, new.heads());
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn the_rest_reads_the_same_and_who_wrote_it_stays_known() {
    let old = sheet();
    let (new, _) = strike()
        .rewrite(id(3), &old, actor(7), NOW.plus(60_000))
        .unwrap();
    let (before, after) = (JobSheetSnapshot::read(&old), JobSheetSnapshot::read(&new));
    assert_eq!(
        after.sections.text(Section::Need),
        "[rayé] demande. Voir avec [rayé]."
    );
    assert_eq!(after.sections.text(Section::Tasks), "Réparer.");
    assert_eq!(after.moves, before.moves);
    assert_eq!(after.moves[0].by, Some(person(2)));
    assert_eq!(after.created, before.created);
    let author = |sheet: &JobSheetSnapshot| {
        let price = sheet.price.current.as_ref().unwrap();
        (price.author, price.at)
    };
    assert_eq!(author(&after), author(&before));
    assert_eq!(author(&after).0, Some(person(1)));
    // Struck once more, by someone else, it stays so.
    let again = Strike::new("Réparer", "[rayé]").unwrap();
    let (again, _) = again
        .rewrite(id(4), &new, actor(8), NOW.plus(90_000))
        .unwrap();
    assert_eq!(JobSheetSnapshot::read(&again).moves, before.moves);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_is_written_afterwards_is_its_writers_own_whatever_they_note() {
    let (mut new, _) = strike().rewrite(id(3), &sheet(), actor(7), NOW).unwrap();
    new.set_actor(actor(5));
    write(
        &mut new,
        9,
        JobSheetCommand::Set(SheetValue::Price(Known::NotYet)),
    );
    let number = {
        let (_, id) = new.reader().get(ROOT, "price").unwrap().unwrap();
        let ObjId::Id(number, ..) = id else {
            panic!("no operation")
        };
        number
    };
    new.transact(NOW, |transaction| {
        let (_, origins) = transaction.get(ROOT, ORIGINS)?.unwrap();
        transaction.put(&origins, number.to_string(), format!("1 {}", person(1)))
    })
    .unwrap();
    let price = JobSheetSnapshot::read(&new).price.current.unwrap();
    assert_eq!(price.author, Some(person(5)));
}
