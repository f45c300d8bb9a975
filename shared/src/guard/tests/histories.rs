//! Random documents, written by several people at once through automerge's own interface.

use super::{actor, document_id, space};
use automerge::marks::{ExpandMark, Mark};
use automerge::transaction::{CommitOptions, Transactable};
use automerge::{Automerge, ObjId, ObjType, PatchLog, ROOT, ReadDoc, ScalarValue, TextEncoding};
use proptest::prelude::*;

/// How many people write.
pub(super) const REPLICAS: usize = 3;

/// One thing somebody does; the numbers choose among what is possible at that moment.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) replica: usize,
    pub(super) action: u8,
    pub(super) numbers: [u16; 3],
}

pub(super) fn steps(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Step>> {
    let step =
        (0..REPLICAS, any::<u8>(), any::<[u16; 3]>()).prop_map(|(replica, action, numbers)| Step {
            replica,
            action,
            numbers,
        });
    proptest::collection::vec(step, length)
}

/// A genesis as a JavaScript client writes it: numbers may be floats, strings are texts, and there is a list of maps.
pub(super) fn foreign_genesis() -> Automerge {
    let mut document =
        Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit).with_actor(actor(9));
    let mut transaction = document.transaction();
    for (key, value) in [
        ("kind", "job_sheet".to_owned()),
        ("space", space().to_string()),
    ] {
        let text = transaction.put_object(ROOT, key, ObjType::Text).unwrap();
        transaction.splice_text(&text, 0, 0, &value).unwrap();
    }
    transaction.put(ROOT, "schema", 1.0).unwrap();
    let list = transaction.put_object(ROOT, "list", ObjType::List).unwrap();
    let map = transaction.insert_object(&list, 0, ObjType::Map).unwrap();
    transaction.put(&map, "nothing", ()).unwrap();
    transaction
        .put(&map, "id", document_id().to_string())
        .unwrap();
    let text = transaction.put_object(ROOT, "text", ObjType::Text).unwrap();
    transaction.splice_text(&text, 0, 0, "déjà 👩‍🔧 là").unwrap();
    transaction
        .put(ROOT, "counter", ScalarValue::counter(3))
        .unwrap();
    transaction.commit_with(CommitOptions::default().with_time(1_700_000_000));
    document
}

/// The people who write one document, each with a copy, and all objects that any of them has made.
#[derive(Clone)]
pub(super) struct Writers {
    pub(super) replicas: Vec<Automerge>,
    objects: Vec<(ObjId, ObjType)>,
}

impl Writers {
    pub(super) fn new(genesis: &Automerge) -> Self {
        let objects = ["list", "text"].map(|key| match genesis.get(ROOT, key).unwrap().unwrap() {
            (automerge::Value::Object(kind), id) => (id, kind),
            _ => panic!("not an object"),
        });
        let replicas =
            (0..REPLICAS).map(|number| genesis.clone().with_actor(actor(20 + number as u8)));
        Self {
            replicas: replicas.collect(),
            objects: [(ROOT, ObjType::Map)].into_iter().chain(objects).collect(),
        }
    }

    pub(super) fn perform(&mut self, step: &Step) {
        let [first, second, third] = step.numbers;
        match step.action % 20 {
            0 | 1 => {
                let mut other = self.replicas[first as usize % REPLICAS].clone();
                self.replicas[step.replica].merge(&mut other).unwrap();
            }
            // automerge 0.12 confuses itself when one author makes empty changes and edits older versions.
            2 if step.replica == 2 => {
                self.replicas[step.replica]
                    .empty_commit(CommitOptions::default().with_message("rien"));
            }
            // As an editor does that shows an older version: the change builds upon that one. In a text with marks automerge 0.12
            // can anchor it to what that version does not hold, and so crash the peers that do not hold it either: no texts there.
            3 if step.replica != 2 => {
                let known = self.replicas[step.replica].get_changes(&[]);
                let heads = [known[first as usize % known.len()].hash()];
                let mut transaction = self.replicas[step.replica]
                    .transaction_at(PatchLog::inactive(), &heads)
                    .unwrap();
                let mut objects = self.objects.clone();
                objects.retain(|(_, kind)| *kind != ObjType::Text);
                let known = objects.len();
                write(&mut transaction, &mut objects, [second, third, first]);
                self.objects.extend(objects.drain(known..));
                transaction.commit();
            }
            _ => {
                let mut transaction = self.replicas[step.replica].transaction();
                for round in 0..=(first % 4) {
                    let numbers = [
                        second.rotate_left(3 * u32::from(round)),
                        third.wrapping_add(round),
                        first,
                    ];
                    write(&mut transaction, &mut self.objects, numbers);
                }
                let message = (third % 5 == 0).then(|| "avec un mot".to_owned());
                let mut options = CommitOptions::default().with_time(i64::from(second));
                options.set_message(message.unwrap_or_default());
                transaction.commit_with(options);
            }
        }
    }
}

/// Writes one thing somewhere; what is impossible there is simply not written.
fn write(
    transaction: &mut impl Transactable,
    objects: &mut Vec<(ObjId, ObjType)>,
    numbers: [u16; 3],
) {
    let [choice, place, content] = numbers.map(usize::from);
    let (object, kind) = objects[place % objects.len()].clone();
    let length = transaction.length(&object);
    let at = content % (length + 1);
    let key = ["a", "b", "counter", "é", "schema"][content % 5];
    let made = match (kind, choice % 12) {
        (ObjType::Map, 0..=3) => transaction
            .put(&object, key, value(choice, content))
            .ok()
            .and(None),
        (ObjType::Map, 4) => transaction
            .put_object(&object, key, ObjType::Map)
            .ok()
            .zip(Some(ObjType::Map)),
        (ObjType::Map, 5) => transaction
            .put_object(&object, key, ObjType::List)
            .ok()
            .zip(Some(ObjType::List)),
        (ObjType::Map, 6) => transaction
            .put_object(&object, key, ObjType::Text)
            .ok()
            .zip(Some(ObjType::Text)),
        (ObjType::Map, 7 | 8) => transaction
            .increment(&object, "counter", content as i64 - 30_000)
            .ok()
            .and(None),
        (ObjType::Map, _) => transaction.delete(&object, key).ok().and(None),
        (ObjType::List, 0..=3) => transaction
            .insert(&object, at, value(choice, content))
            .ok()
            .and(None),
        (ObjType::List, 4) => transaction
            .insert_object(&object, at, ObjType::Map)
            .ok()
            .zip(Some(ObjType::Map)),
        (ObjType::List, 5) => transaction
            .insert_object(&object, at, ObjType::Text)
            .ok()
            .zip(Some(ObjType::Text)),
        (ObjType::List, 6 | 7) => transaction
            .put(&object, at, value(choice, content))
            .ok()
            .and(None),
        (ObjType::List, 8) => transaction.increment(&object, at, 1).ok().and(None),
        (ObjType::List, _) => transaction.delete(&object, at).ok().and(None),
        (ObjType::Text, 0..=4) => {
            let texts = [
                "a",
                "mot ",
                "👩‍🔧",
                "e\u{301}",
                "une phrase entière, un peu plus longue que les autres. ",
            ];
            transaction
                .splice_text(
                    &object,
                    at,
                    0,
                    &texts[choice / 12 % 5].repeat(1 + choice % 7),
                )
                .ok()
                .and(None)
        }
        (ObjType::Text, 5 | 6) => {
            let delete = (content / 7 % 9).min(length - at) as isize;
            transaction
                .splice_text(&object, at, delete, "")
                .ok()
                .and(None)
        }
        (ObjType::Text, 7 | 8) => {
            let end = (at + 1 + choice % 9).min(length);
            let name = ["bold", "link"][choice / 12 % 2];
            let expand = [
                ExpandMark::Both,
                ExpandMark::None,
                ExpandMark::After,
                ExpandMark::Before,
            ][choice / 24 % 4];
            // Its own check of marks stumbles over counters there.
            let value = [
                ScalarValue::Boolean(true),
                "https://exemple.be".into(),
                ScalarValue::Null,
            ][content % 3]
                .clone();
            if at < end {
                let _ = transaction.mark(&object, Mark::new(name.into(), value, at, end), expand);
            }
            None
        }
        (ObjType::Text, 9) => {
            let end = (at + 3).min(length);
            if at < end {
                let _ = transaction.unmark(&object, "bold", at, end, ExpandMark::None);
            }
            None
        }
        (ObjType::Text, 10) => transaction
            .split_block(&object, at)
            .ok()
            .zip(Some(ObjType::Map)),
        (ObjType::Text, _) => transaction.join_block(&object, at).ok().and(None),
        (ObjType::Table, _) => None,
    };
    objects.extend(made);
}

fn value(choice: usize, content: usize) -> ScalarValue {
    match choice / 12 % 10 {
        0 => ScalarValue::Null,
        1 => ScalarValue::Boolean(content.is_multiple_of(2)),
        2 => ScalarValue::Int(-(content as i64)),
        3 => ScalarValue::Uint(content as u64 * 1_000_003),
        4 => ScalarValue::F64(content as f64 / 7.0),
        5 => ScalarValue::counter(content as i64),
        6 => ScalarValue::Timestamp(content as i64 * 1_000_000),
        7 => ScalarValue::Bytes(vec![content as u8; content % 50]),
        8 => ScalarValue::Str("é👩‍🔧".repeat(content % 5).into()),
        _ => ScalarValue::Str("x".repeat(content % 700).into()),
    }
}
