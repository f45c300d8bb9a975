//! A document read as a plain tree, to be compared with other versions of itself.

use crate::doc::Document;
use automerge::{Automerge, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value};
use std::collections::BTreeMap;

/// Containers within containers that are read: what lies deeper no program of ours has made, and no screen shows it.
const DEPTH: usize = 24;

/// What stands at one place.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// The value that shows, and those that others wrote there at the same time.
    Value(ScalarValue, Vec<ScalarValue>),
    /// Fields or records.
    Map(ObjId, Fields),
    /// A text, in UTF-16 code units.
    Text(ObjId, Vec<u16>),
    /// A list.
    List(ObjId, Vec<Node>),
}

/// What stands under the keys of a map.
pub(super) type Fields = BTreeMap<String, Node>;

/// The whole document.
pub(super) fn fields_of(document: &Document) -> Fields {
    match read_object(document.reader(), ROOT, ObjType::Map, 0) {
        Node::Map(_, fields) => fields,
        Node::Value(..) | Node::Text(..) | Node::List(..) => Fields::new(),
    }
}

impl Node {
    /// The container that it is, if it is one.
    pub(super) fn id(&self) -> Option<&ObjId> {
        match self {
            Self::Value(..) => None,
            Self::Map(id, _) | Self::Text(id, _) | Self::List(id, _) => Some(id),
        }
    }

    /// The values that stand there beside each other, the one that shows first.
    pub(super) fn values(&self) -> Vec<&ScalarValue> {
        match self {
            Self::Value(shown, others) => [shown].into_iter().chain(others).collect(),
            Self::Map(..) | Self::Text(..) | Self::List(..) => Vec::new(),
        }
    }

    /// Adds what it says, place by place, with the keys that lead there after `path`.
    pub(super) fn say(&self, path: &mut Vec<String>, said: &mut Vec<(Vec<String>, String)>) {
        match self {
            Self::Value(value, others) => {
                let words = [value].into_iter().chain(others).filter_map(words_of);
                said.extend(words.map(|words| (path.clone(), words)));
            }
            Self::Text(_, units) => said.push((path.clone(), String::from_utf16_lossy(units))),
            Self::Map(_, fields) => {
                for (key, node) in fields {
                    path.push(key.clone());
                    node.say(path, said);
                    path.pop();
                }
            }
            Self::List(_, items) => {
                for (at, node) in items.iter().enumerate() {
                    path.push(at.to_string());
                    node.say(path, said);
                    path.pop();
                }
            }
        }
    }
}

/// What a value says to a reader; nothing where it says nothing.
pub(super) fn words_of(value: &ScalarValue) -> Option<String> {
    match value {
        ScalarValue::Str(words) => Some(words.to_string()),
        ScalarValue::Int(number) | ScalarValue::Timestamp(number) => Some(number.to_string()),
        ScalarValue::Uint(number) => Some(number.to_string()),
        ScalarValue::F64(number) => Some(number.to_string()),
        ScalarValue::Counter(counter) => Some(i64::from(counter).to_string()),
        ScalarValue::Boolean(truth) => Some(truth.to_string()),
        ScalarValue::Bytes(_) | ScalarValue::Unknown { .. } | ScalarValue::Null => None,
    }
}

fn read_object(reader: &Automerge, id: ObjId, kind: ObjType, depth: usize) -> Node {
    let reads = depth < DEPTH;
    match kind {
        ObjType::Text => {
            let text = reader.text(&id).unwrap_or_default();
            Node::Text(id, text.encode_utf16().collect())
        }
        ObjType::List => {
            let length = if reads { reader.length(&id) } else { 0 };
            let items = (0..length).filter_map(|at| {
                let all = reader.get_all(&id, at).ok()?;
                read(reader, all, depth)
            });
            let items = items.collect();
            Node::List(id, items)
        }
        ObjType::Map | ObjType::Table => {
            let keys = reader.keys(&id).filter(|_| reads);
            let fields = keys.filter_map(|key| {
                let all = reader.get_all(&id, &*key).ok()?;
                Some((key, read(reader, all, depth)?))
            });
            let fields = fields.collect();
            Node::Map(id, fields)
        }
    }
}

/// Of several values, the one that shows comes last.
fn read(reader: &Automerge, mut all: Vec<(Value<'_>, ObjId)>, depth: usize) -> Option<Node> {
    let (value, id) = all.pop()?;
    Some(match value {
        Value::Object(kind) => read_object(reader, id, kind, depth + 1),
        Value::Scalar(value) => {
            let others = all.into_iter().filter_map(|(value, _)| match value {
                Value::Scalar(value) => Some(value.into_owned()),
                Value::Object(_) => None,
            });
            Node::Value(value.into_owned(), others.collect())
        }
    })
}
