//! How documents of other makes are read, and that any document is.

use super::sample::{
    actor, apply, foreign, on_phone_of, person, put_text, read_needs, read_sheet, read_territory,
};
use super::*;
use crate::command::{GuardRailValue, JobSheetCommand, NeedsCommand};
use crate::doc::{Document, Kind};
use crate::guard::Ledger;
use crate::id::{DocumentId, RecordId};
use crate::limits::Limits;
use crate::snapshot::{JobSheetSnapshot, Known, NeedsSnapshot, TerritorySnapshot};
use crate::store::StoredChange;
use automerge::transaction::{Transactable, Transaction};
use automerge::{AutomergeError, ObjId, ObjType, ROOT};

/// What `repo.create({kind, schema, space, title, trade, sections: {need, tasks}, price, people, needs: [], guard_rails: {…}})`
/// of a JavaScript client writes: strings as texts, whole numbers as it likes, and only what it thought of.
fn from_javascript() -> Document {
    foreign(Kind::JobSheet, |transaction| {
        put_text(transaction, &ROOT, "title", "Réparer des vélos 🚲")?;
        put_text(transaction, &ROOT, "trade", "bike_repair")?;
        put_text(transaction, &ROOT, "state", "draft")?;
        put_text(transaction, &ROOT, "price", "12 €")?;
        transaction.put(ROOT, "people", 2.0)?;
        transaction.put(ROOT, "cost", automerge::ScalarValue::Null)?;
        transaction.put_object(ROOT, "needs", ObjType::List)?;
        let sections = transaction.put_object(ROOT, "sections", ObjType::Map)?;
        put_text(transaction, &sections, "need", "Beaucoup de vélos cassés.")?;
        put_text(transaction, &sections, "tasks", "")?;
        transaction.put(&sections, "skills", "Un mot simple")?;
        let guard_rails = transaction.put_object(ROOT, "guard_rails", ObjType::Map)?;
        let insurance = transaction.put_object(&guard_rails, "insurance", ObjType::Map)?;
        put_text(transaction, &insurance, "state", "met")?;
        let own = transaction.put_object(&guard_rails, "mine", ObjType::Map)?;
        put_text(transaction, &own, "label", "Le bruit")
    })
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_sheet_of_a_javascript_client_is_read() {
    let read = read_sheet(&from_javascript());
    assert_eq!(read.title.words(), "Réparer des vélos 🚲");
    assert_eq!(read.title.author(), None);
    assert_eq!(read.trade.value(), Some(&Trade::BikeRepair));
    assert_eq!(read.state(), SheetState::Draft);
    assert_eq!(read.price.value(), Some(&Known::Known("12 €".to_owned())));
    assert_eq!(read.contract.people.value(), Some(&Known::Known(2)));
    assert_eq!(read.cost.value(), Some(&Known::NotYet));
    assert_eq!(read.income.value(), None);
    assert_eq!(
        read.sections.text(Section::Need),
        "Beaucoup de vélos cassés."
    );
    assert_eq!(read.sections.text(Section::Skills), "Un mot simple");
    assert_eq!(read.sections.text(Section::Synergies), "");
    assert!(read.needs.is_empty());
    let states: Vec<_> = read
        .guard_rails
        .iter()
        .map(|guard_rail| guard_rail.state())
        .collect();
    assert_eq!(states.len(), GuardRailTopic::PROPOSED.len() + 1);
    assert_eq!(
        states
            .iter()
            .filter(|state| **state == GuardRailState::Met)
            .count(),
        1
    );
    assert_eq!(read.guard_rails.last().unwrap().label.words(), "Le bruit");
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_sheet_of_a_javascript_client_is_written_in_by_two_phones_at_once() {
    let born = from_javascript();
    let before = read_sheet(&born);
    let mut phones = [on_phone_of(&born, 1), on_phone_of(&born, 2)];
    for (phone, words) in phones.iter_mut().zip(["Bonjour. ", "Salut. "]) {
        for section in [Section::Skills, Section::Material] {
            let splice = Splice {
                at: 0,
                delete: 0,
                insert: words.to_owned(),
            };
            let splices = vec![splice];
            apply(phone, JobSheetCommand::EditSection { section, splices });
        }
    }
    let safety = JobSheetCommand::SetGuardRail {
        guard_rail: RecordId::from_key("safety"),
        value: GuardRailValue::State(GuardRailState::Waiting),
    };
    apply(&mut phones[0], safety);
    apply(
        &mut phones[1],
        JobSheetCommand::LinkNeed(RecordId::from_key("n")),
    );
    let [one, two] = &mut phones;
    super::sample::meet(one, two);
    let read = read_sheet(one);
    assert_eq!(read, read_sheet(two));
    for (section, rest) in [(Section::Skills, "Un mot simple"), (Section::Material, "")] {
        let text = read.sections.text(section);
        assert!(
            text.contains("Bonjour. ") && text.contains("Salut. ") && text.ends_with(rest),
            "{text}"
        );
    }
    assert_eq!(read.guard_rails[5].state(), GuardRailState::Waiting);
    assert_eq!(read.needs, [RecordId::from_key("n")]);
    // What was there stays.
    assert_eq!(read.title, before.title);
    assert_eq!(
        read.sections.text(Section::Need),
        before.sections.text(Section::Need)
    );
    assert_eq!(read.guard_rails[1].state(), GuardRailState::Met);
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_first_edit_of_such_a_sheet_is_two_changes_and_a_refused_one_none() {
    let mut document = on_phone_of(&from_javascript(), 1);
    let before = document.heads();
    let refused = super::sample::try_apply(
        &mut document,
        JobSheetCommand::SetGuardRail {
            guard_rail: RecordId::from_key("nowhere"),
            value: GuardRailValue::State(GuardRailState::Met),
        },
    );
    assert!(refused.is_err());
    assert_eq!(document.heads(), before);
    let link = JobSheetCommand::LinkNeed(RecordId::from_key("n"));
    let applied = apply(&mut document, link);
    assert_eq!(applied.changes.len(), 2);
    let mut other = from_javascript();
    other.import(&applied.changes).unwrap();
    assert_eq!(read_sheet(&other), read_sheet(&document));
    let stored: Vec<_> = document.changes().iter().map(StoredChange::from).collect();
    Ledger::open(DocumentId::from_entropy([2; 16]), &stored, Limits::DEFAULT).unwrap();
    let next = JobSheetCommand::LinkNeed(RecordId::from_key("m"));
    assert_eq!(apply(&mut document, next).changes.len(), 1);
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_need_of_another_make_is_read_and_echoed() {
    let mut document = foreign(Kind::Needs, |transaction| {
        let needs = transaction.put_object(ROOT, "needs", ObjType::Map)?;
        let need = transaction.put_object(&needs, "n", ObjType::Map)?;
        put_text(transaction, &need, "text", "Un banc")?;
        let echoes = transaction.put_object(ROOT, "echoes", ObjType::Map)?;
        transaction.put(&echoes, "n:somebody", 1)?;
        transaction.put(&echoes, "n:nobody", false)?;
        transaction.put(&echoes, "gone:somebody", true)
    });
    document.set_actor(actor(1));
    apply(&mut document, NeedsCommand::Echo(RecordId::from_key("n")));
    let need = read_needs(&document).needs.remove(0);
    assert_eq!((need.text.words(), need.by), ("Un banc", None));
    assert_eq!((need.echoes(), need.echoed_by), (2, vec![person(1)]));
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn values_of_the_wrong_type_read_as_missing() {
    type Write = fn(&mut Transaction<'_>, &ObjId, &str) -> Result<(), AutomergeError>;
    let values: [Write; 7] = [
        |transaction, object, key| transaction.put(object, key, -1),
        |transaction, object, key| transaction.put(object, key, 0.5),
        |transaction, object, key| transaction.put(object, key, f64::NAN),
        |transaction, object, key| transaction.put(object, key, vec![0xff_u8]),
        |transaction, object, key| transaction.put(object, key, automerge::ScalarValue::counter(3)),
        |transaction, object, key| transaction.put_object(object, key, ObjType::Map).map(drop),
        |transaction, object, key| transaction.put_object(object, key, ObjType::List).map(drop),
    ];
    let keys = [
        "title",
        "trade",
        "state",
        "price",
        "cost",
        "people",
        "sections",
        "guard_rails",
        "before_trial",
        "needs",
        "partners",
        "moves",
        "name",
        "population",
        "phase",
        "example",
        "neighbourhoods",
        "hires",
        "index",
        "echoes",
        "covers",
    ];
    for value in values {
        let document = foreign(Kind::JobSheet, |transaction| {
            keys.iter()
                .try_for_each(|key| value(transaction, &ROOT, key))
        });
        let empty = foreign(Kind::JobSheet, |_| Ok(()));
        let known = JobSheetSnapshot {
            created: read_sheet(&empty).created,
            modified: read_sheet(&empty).modified,
            guard_rails: read_sheet(&empty).guard_rails,
            ..JobSheetSnapshot::default()
        };
        assert_eq!(read_sheet(&document), known);
        assert_eq!(read_needs(&document), NeedsSnapshot::default());
        let territory = TerritorySnapshot {
            created: read_territory(&empty).created,
            ..TerritorySnapshot::default()
        };
        assert_eq!(read_territory(&document), territory);
    }
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn codes_are_unique_and_read_back() {
    for section in Section::ALL {
        assert_eq!(Section::from_code(section.code()), Some(section));
        assert_eq!(Section::ALL[section.position()], section);
    }
    for kind in PartnerKind::ALL {
        assert_eq!(PartnerKind::from_code(kind.code()), Some(kind));
    }
    for topic in GuardRailTopic::ALL {
        assert_eq!(GuardRailTopic::from_code(topic.code()), Some(topic));
    }
    for trade in Trade::NAMED {
        assert_eq!(Trade::from_code(trade.code()), trade);
    }
    for contract in ContractType::NAMED {
        assert_eq!(ContractType::from_code(contract.code()), contract);
    }
}
