//! A change as rows that can be altered one field at a time, and encoded again as automerge would.

use super::forge::{Forge, prefixed, run, signed, unsigned};
use automerge::legacy::{ElementId, Key, ObjectId, Op, OpId, OpType};
use automerge::{Change, ChangeHash, ObjType, ScalarValue};
use std::collections::BTreeSet;

/// An operation's name: its author and its counter, which need not be one that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Id {
    pub(super) actor: Vec<u8>,
    pub(super) counter: i64,
}

/// Each part of a key on its own, since they may contradict each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RowKey {
    pub(super) text: Option<String>,
    pub(super) head: bool,
    pub(super) element: Option<Id>,
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) object: Option<Id>,
    pub(super) key: RowKey,
    pub(super) insert: bool,
    pub(super) action: u64,
    /// The low four bits of the value's metadata.
    pub(super) kind: u64,
    pub(super) value: Vec<u8>,
    pub(super) predecessors: Vec<Id>,
    pub(super) expand: bool,
    pub(super) mark: Option<String>,
}

/// A change in rows.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) deps: Vec<ChangeHash>,
    pub(super) actor: Vec<u8>,
    pub(super) seq: u64,
    pub(super) start_op: u64,
    pub(super) time: i64,
    pub(super) message: String,
    pub(super) extra: Vec<u8>,
    pub(super) rows: Vec<Row>,
    /// Actors to list although no row names them.
    pub(super) strangers: Vec<Vec<u8>>,
}

impl Draft {
    pub(super) fn of(change: &Change) -> Self {
        let expanded = change.decode();
        Self {
            deps: expanded.deps,
            actor: expanded.actor_id.to_bytes().to_vec(),
            seq: expanded.seq,
            start_op: expanded.start_op.get(),
            time: expanded.time,
            message: expanded.message.unwrap_or_default(),
            extra: expanded.extra_bytes,
            rows: expanded.operations.iter().map(Row::of).collect(),
            strangers: Vec::new(),
        }
    }

    /// The name of the operation in a row.
    pub(super) fn id(&self, row: usize) -> Id {
        Id {
            actor: self.actor.clone(),
            counter: self.start_op as i64 + row as i64,
        }
    }

    /// The change with its rows in columns.
    pub(super) fn forge(&self) -> Forge {
        let named = self.rows.iter().flat_map(|row| {
            let names = [&row.object, &row.key.element].into_iter().flatten();
            names.chain(&row.predecessors).map(|id| id.actor.clone())
        });
        let others: BTreeSet<Vec<u8>> = named
            .chain(self.strangers.iter().cloned())
            .filter(|actor| *actor != self.actor)
            .collect();
        let others: Vec<Vec<u8>> = others.into_iter().collect();
        let place = |actor: &Vec<u8>| match others.iter().position(|other| other == actor) {
            Some(place) => unsigned(place as u64 + 1),
            None => unsigned(0),
        };
        let column = |cell: &dyn Fn(&Row) -> Option<Vec<u8>>| {
            runs(&self.rows.iter().map(cell).collect::<Vec<_>>())
        };
        let predecessors = || self.rows.iter().flat_map(|row| &row.predecessors);
        let columns = [
            (
                0x01,
                column(&|row| row.object.as_ref().map(|id| place(&id.actor))),
            ),
            (
                0x02,
                column(&|row| row.object.as_ref().map(|id| unsigned(id.counter as u64))),
            ),
            (
                0x11,
                column(&|row| row.key.element.as_ref().map(|id| place(&id.actor))),
            ),
            (
                0x13,
                differences(self.rows.iter().map(|row| match &row.key.element {
                    Some(id) => Some(id.counter),
                    None => row.key.head.then_some(0),
                })),
            ),
            (
                0x15,
                column(&|row| row.key.text.as_ref().map(|text| prefixed(text.as_bytes()))),
            ),
            (0x34, flips(self.rows.iter().map(|row| row.insert))),
            (0x42, column(&|row| Some(unsigned(row.action)))),
            (
                0x56,
                column(&|row| Some(unsigned((row.value.len() as u64) << 4 | row.kind))),
            ),
            (
                0x57,
                self.rows.iter().flat_map(|row| row.value.clone()).collect(),
            ),
            (
                0x70,
                column(&|row| Some(unsigned(row.predecessors.len() as u64))),
            ),
            (
                0x71,
                runs(
                    &predecessors()
                        .map(|id| Some(place(&id.actor)))
                        .collect::<Vec<_>>(),
                ),
            ),
            (0x73, differences(predecessors().map(|id| Some(id.counter)))),
            (
                0x94,
                if self.rows.iter().any(|row| row.expand) {
                    flips(self.rows.iter().map(|row| row.expand))
                } else {
                    Vec::new()
                },
            ),
            (
                0xa5,
                column(&|row| row.mark.as_ref().map(|name| prefixed(name.as_bytes()))),
            ),
        ];
        let mut columns = columns.to_vec();
        columns.retain(|(_, data)| !data.is_empty());
        Forge {
            deps: self.deps.clone(),
            actor: self.actor.clone(),
            seq: self.seq,
            start_op: self.start_op,
            time: self.time,
            message: self.message.clone().into_bytes(),
            others,
            columns,
            extra: self.extra.clone(),
        }
    }
}

impl Row {
    fn of(op: &Op) -> Self {
        let id = |id: &OpId| Id {
            actor: id.actor().to_bytes().to_vec(),
            counter: id.counter() as i64,
        };
        let (action, scalar, mark, expand) = match &op.action {
            OpType::Make(ObjType::Map) => (0, None, None, false),
            OpType::Put(value) => (1, Some(value.clone()), None, false),
            OpType::Make(ObjType::List) => (2, None, None, false),
            OpType::Delete => (3, None, None, false),
            OpType::Make(ObjType::Text) => (4, None, None, false),
            OpType::Increment(by) => (5, Some(ScalarValue::Int(*by)), None, false),
            OpType::Make(ObjType::Table) => (6, None, None, false),
            OpType::MarkBegin(mark) => (
                7,
                Some(mark.value.clone()),
                Some(mark.name.to_string()),
                mark.expand,
            ),
            OpType::MarkEnd(expand) => (7, None, None, *expand),
        };
        let (kind, value) = encode(&scalar.unwrap_or(ScalarValue::Null));
        Self {
            object: match &op.obj {
                ObjectId::Root => None,
                ObjectId::Id(object) => Some(id(object)),
            },
            key: match &op.key {
                Key::Map(text) => RowKey {
                    text: Some(text.to_string()),
                    ..RowKey::default()
                },
                Key::Seq(ElementId::Head) => RowKey {
                    head: true,
                    ..RowKey::default()
                },
                Key::Seq(ElementId::Id(element)) => RowKey {
                    element: Some(id(element)),
                    ..RowKey::default()
                },
            },
            insert: op.insert,
            action,
            kind,
            value,
            predecessors: op.pred.iter().map(id).collect(),
            expand,
            mark,
        }
    }
}

/// The type of a value and its bytes.
pub(super) fn encode(value: &ScalarValue) -> (u64, Vec<u8>) {
    match value {
        ScalarValue::Null => (0, Vec::new()),
        ScalarValue::Boolean(value) => (1 + u64::from(*value), Vec::new()),
        ScalarValue::Uint(value) => (3, unsigned(*value)),
        ScalarValue::Int(value) => (4, signed(*value)),
        ScalarValue::F64(value) => (5, value.to_le_bytes().to_vec()),
        ScalarValue::Str(value) => (6, value.as_bytes().to_vec()),
        ScalarValue::Bytes(value) => (7, value.clone()),
        ScalarValue::Counter(value) => (8, signed(i64::from(value))),
        ScalarValue::Timestamp(value) => (9, signed(*value)),
        ScalarValue::Unknown { type_code, bytes } => (u64::from(*type_code), bytes.clone()),
    }
}

/// A column of cells, each a value's encoding or a null; nothing when all are null.
fn runs(cells: &[Option<Vec<u8>>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    if cells.iter().all(Option::is_none) {
        return bytes;
    }
    let mut literals: Vec<Vec<u8>> = Vec::new();
    let write_literals = |bytes: &mut Vec<u8>, literals: &mut Vec<Vec<u8>>| {
        if !literals.is_empty() {
            bytes.extend(signed(-(literals.len() as i64)));
            bytes.extend(literals.drain(..).flatten());
        }
    };
    for equal in cells.chunk_by(|one, next| one == next) {
        match &equal[0] {
            Some(value) if equal.len() == 1 => literals.push(value.clone()),
            Some(value) => {
                write_literals(&mut bytes, &mut literals);
                bytes.extend(run(equal.len() as u64, value));
            }
            None => {
                write_literals(&mut bytes, &mut literals);
                bytes.extend([vec![0], unsigned(equal.len() as u64)].concat());
            }
        }
    }
    write_literals(&mut bytes, &mut literals);
    bytes
}

fn differences(values: impl Iterator<Item = Option<i64>>) -> Vec<u8> {
    let mut last = 0i64;
    let cells: Vec<Option<Vec<u8>>> = values
        .map(|value| {
            value.map(|value| {
                let difference = value.wrapping_sub(last);
                last = value;
                signed(difference)
            })
        })
        .collect();
    runs(&cells)
}

fn flips(values: impl Iterator<Item = bool>) -> Vec<u8> {
    let values: Vec<bool> = values.collect();
    let mut bytes = Vec::new();
    if values.first() == Some(&true) {
        bytes.push(0);
    }
    for equal in values.chunk_by(|one, next| one == next) {
        bytes.extend(unsigned(equal.len() as u64));
    }
    bytes
}
