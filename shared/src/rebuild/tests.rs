//! What becomes of words when some of the changes are refused.

use super::*;
use crate::doc::{Genesis, Kind};
use crate::guard::Ledger;
use crate::id::DocumentId;
use crate::identity::PersonKey;
use crate::limits::Limits;
use crate::properties;
use crate::store::StoredChange;
use automerge::transaction::{Transactable, Transaction};
use automerge::{AutomergeError, ObjId, ObjType, ROOT, ReadDoc};
use proptest::prelude::*;

const NOW: UnixMillis = UnixMillis(1_700_000_000_000);
const TEXTS: [&str; 2] = ["tasks", "skills"];

fn id() -> DocumentId {
    DocumentId::from_entropy([3; 16])
}

fn person(seed: u8) -> PersonId {
    PersonKey::from_seed(&[seed; 32]).person()
}

fn actor(seed: u8, tab: u8) -> ActorId {
    person(seed).actor([tab; 8])
}

/// By Luc, with two texts and a map of records.
fn newborn() -> Document {
    let genesis = Genesis {
        kind: Kind::JobSheet,
        schema: 1,
        space: id(),
    };
    let containers = |transaction: &mut Transaction<'_>| {
        for text in TEXTS {
            transaction.put_object(ROOT, text, ObjType::Text)?;
        }
        transaction.put_object(ROOT, "partners", ObjType::Map)?;
        Ok(())
    };
    let born = Document::birth(genesis, actor(2, 1), NOW, containers);
    born.unwrap().0
}

fn object(reader: &impl ReadDoc, parent: ObjId, key: &str) -> Option<ObjId> {
    let (value, id) = reader.get(&parent, key).unwrap()?;
    value.is_object().then_some(id)
}

fn text(document: &Document, key: &str) -> String {
    let text = object(document.reader(), ROOT, key).unwrap();
    document.reader().text(&text).unwrap()
}

fn writes(
    document: &mut Document,
    write: impl FnOnce(&mut Transaction<'_>) -> Result<(), AutomergeError>,
) -> ChangeHash {
    let committed = document.transact(NOW, write).unwrap();
    committed.change.unwrap().hash
}

fn types(document: &mut Document, at: usize, delete: isize, words: &str) -> ChangeHash {
    writes(document, |transaction| {
        let text = object(transaction, ROOT, "tasks").unwrap();
        transaction.splice_text(&text, at, delete, words)
    })
}

fn refused(changes: &[ChangeHash]) -> Refused {
    Refused {
        changes: changes.iter().copied().collect(),
        mine: BTreeSet::from([person(1)]),
        actor: actor(1, 99),
    }
}

fn without(document: &Document, changes: &[ChangeHash]) -> (Document, Draft) {
    let rebuilt = rebuild(document, &refused(changes), NOW).unwrap();
    (rebuilt.document.unwrap(), rebuilt.draft)
}

fn mine(document: &Document) -> Document {
    let mut mine = document.clone();
    mine.set_actor(actor(1, 1));
    mine
}

fn part(key: &str, before: Option<&str>, after: Option<&str>) -> DraftPart {
    DraftPart {
        path: key.split('/').map(str::to_owned).collect(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_was_written_around_refused_words_stays_and_they_are_a_draft() {
    let mut document = newborn();
    types(&mut document, 0, 0, "Réparer des vélos.");
    let mut document = mine(&document);
    let large = types(&mut document, 12, 5, "trottinettes");
    types(&mut document, 0, 7, "Prêter");
    let end = text(&document, "tasks").len() - 2;
    types(&mut document, end, 0, " du quartier");
    assert_eq!(
        text(&document, "tasks"),
        "Prêter des trottinettes du quartier."
    );
    let (new, draft) = without(&document, &[large]);
    assert_eq!(text(&new, "tasks"), "Prêter des vélos du quartier.");
    let expected = part("tasks", Some("vélos"), Some("trottinettes"));
    assert_eq!(draft.parts, [expected]);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_was_corrected_inside_refused_words_stays_with_them() {
    let mut document = newborn();
    types(&mut document, 0, 0, "Un atelier.");
    let mut document = mine(&document);
    let large = types(&mut document, 10, 0, " avec deux outils");
    types(&mut document, 16, 4, "trois");
    assert_eq!(text(&document, "tasks"), "Un atelier avec trois outils.");
    let (new, draft) = without(&document, &[large]);
    assert_eq!(text(&new, "tasks"), "Un atelier.");
    let expected = part("tasks", None, Some(" avec trois outils"));
    assert_eq!(draft.parts, [expected]);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn fields_and_records_are_written_again_or_kept_as_a_draft() {
    let mut document = newborn();
    writes(&mut document, |transaction| {
        transaction.put(ROOT, "title", "Vélos")
    });
    let mut document = mine(&document);
    let add = |transaction: &mut Transaction<'_>, key: &str, name: &str| {
        let partners = object(transaction, ROOT, "partners").unwrap();
        let partner = transaction.put_object(&partners, key, ObjType::Map)?;
        transaction.put(&partner, "name", name)
    };
    let first = writes(&mut document, |transaction| {
        transaction.put(ROOT, "title", "Vélos pour tous")?;
        add(transaction, "one", "La Ressourcerie")
    });
    writes(&mut document, |transaction| {
        transaction.put(ROOT, "people", 3)?;
        add(transaction, "two", "Le Club")
    });
    writes(&mut document, |transaction| {
        let partners = object(transaction, ROOT, "partners").unwrap();
        let partner = object(transaction, partners, "one").unwrap();
        transaction.put(&partner, "contact", "Amina")
    });
    let (new, draft) = without(&document, &[first]);
    let reader = new.reader();
    let value = |key| reader.get(ROOT, key).unwrap().unwrap().0.into_owned();
    assert_eq!(value("title"), "Vélos".into());
    assert_eq!(value("people"), 3.into());
    let partners = object(reader, ROOT, "partners").unwrap();
    assert_eq!(reader.keys(&partners).collect::<Vec<_>>(), ["two"]);
    let expected = [
        part("partners/one/contact", None, Some("Amina")),
        part("partners/one/name", None, Some("La Ressourcerie")),
        part("title", Some("Vélos"), Some("Vélos pour tous")),
    ];
    assert_eq!(draft.parts, expected);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_document_whose_birth_is_refused_is_a_draft_as_a_whole() {
    let mut document = newborn();
    types(&mut document, 0, 0, "Réparer");
    let born = document.changes().first().unwrap().hash;
    let rebuilt = rebuild(&document, &refused(&[born]), NOW).unwrap();
    assert!(rebuilt.document.is_none() && rebuilt.again.is_none());
    assert_eq!(rebuilt.removed.len(), 2);
    assert_eq!(rebuilt.draft.parts, [part("tasks", None, Some("Réparer"))]);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_refused_removal_is_told_of() {
    let mut document = newborn();
    types(&mut document, 0, 0, "Réparer des vélos");
    let mut document = mine(&document);
    let removal = types(&mut document, 7, 10, "");
    let (new, draft) = without(&document, &[removal]);
    assert_eq!(text(&new, "tasks"), "Réparer des vélos");
    let expected = part("tasks", Some(" des vélos"), None);
    assert_eq!(draft.parts, [expected]);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_draft_knows_what_is_meant_to_be_read() {
    let place = |kind, key, words| part(key, None, Some(words)).place(kind);
    let section = DraftPlace::Section(crate::records::Section::Tasks);
    assert_eq!(place(Kind::JobSheet, "sections/tasks", "vélo"), section);
    assert_eq!(place(Kind::JobSheet, "title", "vélo"), DraftPlace::Title);
    assert_eq!(place(Kind::Needs, "needs/a/text", "vélo"), DraftPlace::Need);
    for (key, words) in [
        ("price", "12 euros"),
        ("people", "3"),
        ("employer", "commune"),
    ] {
        assert_eq!(place(Kind::JobSheet, key, words), DraftPlace::Field);
    }
    for (key, words) in [
        ("needs/a", "true"),
        ("trade", "bike_repair"),
        ("owner", "person:0011223344556677889900aa"),
    ] {
        assert_eq!(place(Kind::JobSheet, key, words), DraftPlace::Choice);
    }
}

/// One thing that somebody does.
#[derive(Debug, Clone)]
struct Step {
    /// Luc, or Amina in one of two tabs.
    who: usize,
    action: u8,
    numbers: [u16; 2],
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..3usize, any::<u8>(), any::<[u16; 2]>());
    let step = step.prop_map(|(who, action, numbers)| Step {
        who,
        action,
        numbers,
    });
    proptest::collection::vec(step, 1..40)
}

/// Every letter that is ever written, some of two UTF-16 code units, is written once.
fn letters(next: &mut u32, count: u32) -> String {
    let letter = |number: u32| match number % 3 {
        0 => char::from_u32(0x20000 + number),
        _ => char::from_u32(0x4e00 + number),
    };
    let letters = (*next..*next + count).filter_map(letter).collect();
    *next += count;
    letters
}

fn perform(replicas: &mut [Document; 3], step: &Step, next: &mut u32) {
    let [first, second] = step.numbers.map(usize::from);
    if step.action.is_multiple_of(4) {
        let other = replicas[first % 3].changes();
        replicas[step.who].import(&other).unwrap();
        return;
    }
    let document = &mut replicas[step.who];
    let written = letters(next, 1 + u32::from(step.numbers[1] % 6));
    document
        .transact(NOW, |transaction| match step.action % 8 {
            1 => transaction.put(ROOT, ["title", "employer"][first % 2], written),
            2 => {
                let partners = object(transaction, ROOT, "partners").unwrap();
                let key = format!("partner {}", first % 4);
                match object(transaction, partners.clone(), &key) {
                    None => {
                        let partner = transaction.put_object(&partners, key, ObjType::Map)?;
                        transaction.put(&partner, "name", written)
                    }
                    Some(partner) if second % 3 > 0 => {
                        transaction.put(&partner, "contact", written)
                    }
                    Some(_) => transaction.delete(&partners, key),
                }
            }
            _ => {
                let text = object(transaction, ROOT, TEXTS[first % 2]).unwrap();
                let length = transaction.length(&text);
                let at = if length == 0 {
                    0
                } else {
                    second % (length + 1)
                };
                // Never between the halves of a letter: automerge moves such places by itself.
                let delete = (first / 7 % 4).min(length - at);
                transaction.splice_text(&text, at, delete.cast_signed(), &written)
            }
        })
        .unwrap();
}

fn said(document: &Document) -> BTreeSet<char> {
    merge::all_of(document)
        .parts
        .iter()
        .flat_map(|part| part.after.iter().flat_map(|words| words.chars()))
        .collect()
}

proptest! {
    #![proptest_config(properties::cases(400))]

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn nothing_that_was_written_goes_without_a_word(
        steps in steps(),
        picks in proptest::collection::vec(any::<prop::sample::Index>(), 1..3),
    ) {
        let born = newborn();
        let mut replicas = [actor(2, 1), actor(1, 1), actor(1, 2)].map(|actor| {
            let mut document = born.clone();
            document.set_actor(actor);
            document
        });
        let mut next = 1;
        for step in &steps {
            perform(&mut replicas, step, &mut next);
        }
        let [mut document, one, two] = replicas;
        document.import(&one.changes()).unwrap();
        document.import(&two.changes()).unwrap();
        let changes = document.changes();
        let mine: Vec<ChangeHash> = changes
            .iter()
            .filter(|change| PersonId::of_actor(&change.actor) == Some(person(1)))
            .map(|change| change.hash)
            .collect();
        prop_assume!(!mine.is_empty());
        let refused = refused(&picks.iter().map(|pick| mine[pick.index(mine.len())]).collect::<Vec<_>>());
        let histories = Histories::of(changes.clone(), &refused);
        let rebuilt = rebuild(&document, &refused, NOW).unwrap();
        let new = rebuilt.document.unwrap();

        // Exactly what is good, and one change more, that the guard accepts.
        let mut expected: Vec<ChangeHash> = histories.good.iter().map(|change| change.hash).collect();
        expected.extend(rebuilt.again.iter().map(|change| change.hash));
        let has: HashSet<ChangeHash> = new.changes().iter().map(|change| change.hash).collect();
        prop_assert_eq!(has, expected.into_iter().collect::<HashSet<_>>());
        let stored: Vec<StoredChange> = histories.good.iter().map(StoredChange::from).collect();
        let (mut ledger, _) = Ledger::open(id(), &stored, Limits::DEFAULT).unwrap();
        let again: Vec<ChangeRecord> = rebuilt.again.into_iter().collect();
        prop_assert_eq!(ledger.prove_changes(again.clone()), Ok(again));

        let version = |parts: &[&[ChangeRecord]]| {
            let changes: Vec<ChangeRecord> = parts.concat();
            Document::from_changes(&changes, actor(3, 1)).unwrap()
        };
        let good = version(&[&histories.good]);
        let base = version(&[&histories.good, &histories.refused]);
        let [in_good, in_base, in_last, in_new] = [&good, &base, &document, &new].map(said);
        let drafted: BTreeSet<char> = rebuilt
            .draft
            .parts
            .iter()
            .flat_map(|part| part.after.iter().flat_map(|words| words.chars()))
            .collect();
        // Everything that could be read is there, or in the draft.
        for letter in &in_last {
            prop_assert!(in_new.contains(letter) || drafted.contains(letter), "{letter} is lost");
        }
        // Nothing refused is there, nor anything that nobody could read.
        for letter in in_base.difference(&in_good) {
            prop_assert!(!in_new.contains(letter), "{letter} was refused");
        }
        for letter in &in_new {
            prop_assert!(in_good.contains(letter) || in_last.contains(letter));
        }
        // What was taken out of a text afterwards is out of it.
        for key in TEXTS {
            let [in_good, in_base, in_last, in_new] = [&good, &base, &document, &new]
                .map(|version| text(version, key).chars().collect::<BTreeSet<char>>());
            for letter in in_good.intersection(&in_base).filter(|letter| !in_last.contains(letter)) {
                prop_assert!(!in_new.contains(letter), "{letter} was taken away");
            }
        }
        // Where the refused changes have not been, nothing differs.
        for key in TEXTS {
            if text(&good, key) == text(&base, key) {
                prop_assert_eq!(text(&new, key), text(&document, key));
                prop_assert!(rebuilt.draft.parts.iter().all(|part| part.path != [key]));
            }
        }
    }
}
