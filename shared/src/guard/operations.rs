//! The operations of a change, read row by row across its columns.

use super::Refusal;
use super::columns::Columns;
use super::reader::{Reader, malformed};
use super::runs::{DeltaRows, Flips, Rows, Runs};

const OBJECT_ACTOR: u32 = 0x01;
const OBJECT_COUNTER: u32 = 0x02;
const KEY_ACTOR: u32 = 0x11;
const KEY_COUNTER: u32 = 0x13;
const KEY_TEXT: u32 = 0x15;
const INSERT: u32 = 0x34;
pub(super) const ACTION: u32 = 0x42;
const VALUE_METADATA: u32 = 0x56;
const VALUE: u32 = 0x57;
const PREDECESSORS: u32 = 0x70;
const PREDECESSOR_ACTOR: u32 = 0x71;
const PREDECESSOR_COUNTER: u32 = 0x73;
/// The one column of booleans that automerge leaves out when all are false.
pub(super) const EXPAND: u32 = 0x94;
const MARK_NAME: u32 = 0xa5;

/// Every column that a change may have, in order.
pub(super) const COLUMNS: [u32; 14] = [
    OBJECT_ACTOR,
    OBJECT_COUNTER,
    KEY_ACTOR,
    KEY_COUNTER,
    KEY_TEXT,
    INSERT,
    ACTION,
    VALUE_METADATA,
    VALUE,
    PREDECESSORS,
    PREDECESSOR_ACTOR,
    PREDECESSOR_COUNTER,
    EXPAND,
    MARK_NAME,
];

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    MakeMap,
    MakeList,
    MakeText,
    Put,
    Delete,
    Increment,
    BeginMark,
    EndMark,
}

/// An operation's name inside a change: whose it is, by place in [`EncodedChange::actors`], and its counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LocalId {
    pub(super) actor: usize,
    pub(super) counter: u32,
}

/// Where in its object an operation takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key<'a> {
    /// Under a key of a map.
    Text(&'a str),
    /// At the very start of a sequence.
    Head,
    /// At, or when inserting after, an element of a sequence.
    Element(LocalId),
}

/// One row of a change.
#[derive(Debug)]
pub(super) struct Operation<'a> {
    /// Its place in the change, from 0.
    pub(super) index: u64,
    pub(super) action: Action,
    /// `None` is the root.
    pub(super) object: Option<LocalId>,
    pub(super) key: Key<'a>,
    pub(super) insert: bool,
    /// What it replaces.
    pub(super) predecessors: &'a [LocalId],
}

/// The columns of a change, read in step.
pub(super) struct OperationRows<'a> {
    object_actor: Rows<Runs<'a, u64>>,
    object_counter: Rows<Runs<'a, u64>>,
    key_actor: Rows<Runs<'a, u64>>,
    key_counter: DeltaRows<'a>,
    key_text: Rows<Runs<'a, &'a str>>,
    insert: Rows<Flips<'a>>,
    action: Rows<Runs<'a, u64>>,
    metadata: Rows<Runs<'a, u64>>,
    values: Reader<'a>,
    predecessors: Rows<Runs<'a, u64>>,
    predecessor_actor: Rows<Runs<'a, u64>>,
    predecessor_counter: DeltaRows<'a>,
    expand: Rows<Flips<'a>>,
    mark_name: Rows<Runs<'a, &'a str>>,
}

impl<'a> OperationRows<'a> {
    pub(super) fn new(columns: &'a Columns<'_>) -> Self {
        let data = |number| columns.data(number);
        let numbers = |number| Rows::new(Runs::new("change", data(number)));
        let texts = |number| Rows::new(Runs::new("change", data(number)));
        let flips = |number| Rows::new(Flips::new("change", data(number)));
        Self {
            object_actor: numbers(OBJECT_ACTOR),
            object_counter: numbers(OBJECT_COUNTER),
            key_actor: numbers(KEY_ACTOR),
            key_counter: DeltaRows::new("change", data(KEY_COUNTER)),
            key_text: texts(KEY_TEXT),
            insert: flips(INSERT),
            action: numbers(ACTION),
            metadata: numbers(VALUE_METADATA),
            values: Reader::new("change", data(VALUE)),
            predecessors: numbers(PREDECESSORS),
            predecessor_actor: numbers(PREDECESSOR_ACTOR),
            predecessor_counter: DeltaRows::new("change", data(PREDECESSOR_COUNTER)),
            expand: flips(EXPAND),
            mark_name: texts(MARK_NAME),
        }
    }

    /// The next operation, which keeps what it replaces in `predecessors`.
    pub(super) fn next<'b>(
        &mut self,
        index: u64,
        predecessors: &'b mut Vec<LocalId>,
    ) -> Result<Operation<'b>, Refusal>
    where
        'a: 'b,
    {
        let object = match (self.object_actor.next()?, self.object_counter.next()?) {
            (None, None) => None,
            (Some(actor), Some(counter)) => {
                Some(local(actor, i64::try_from(counter).unwrap_or(-1))?)
            }
            _ => return Err(wrong("an object is half named")),
        };
        let key = match (
            self.key_actor.next()?,
            self.key_counter.next()?,
            self.key_text.next()?,
        ) {
            (None, None, Some(text)) => Key::Text(text),
            (None, Some(0), None) => Key::Head,
            (Some(actor), Some(counter), None) => Key::Element(local(actor, counter)?),
            _ => return Err(wrong("a key is not one key")),
        };
        let insert = self
            .insert
            .next()?
            .ok_or_else(|| wrong("an operation is cut off"))?;
        let mark_name = self.mark_name.next()?;
        let (action, container) = match self.action.next()? {
            Some(0) => (Action::MakeMap, true),
            Some(1) => (Action::Put, false),
            Some(2) => (Action::MakeList, true),
            Some(3) => (Action::Delete, true),
            Some(4) => (Action::MakeText, true),
            Some(5) => (Action::Increment, false),
            Some(7) if mark_name.is_some() => (Action::BeginMark, false),
            Some(7) => (Action::EndMark, false),
            // 6 makes a table, which automerge no longer writes and cannot change.
            _ => return Err(wrong("an action is unknown")),
        };
        let metadata = self
            .metadata
            .next()?
            .ok_or_else(|| wrong("an operation is cut off"))?;
        let value = read_value(metadata, &mut self.values)?;
        predecessors.clear();
        for _ in 0..self
            .predecessors
            .next()?
            .ok_or_else(|| wrong("an operation is cut off"))?
        {
            match (
                self.predecessor_actor.next()?,
                self.predecessor_counter.next()?,
            ) {
                (Some(actor), Some(counter)) => predecessors.push(local(actor, counter)?),
                _ => return Err(wrong("a predecessor is half named")),
            }
        }
        let expand = self.expand.next()?.unwrap_or(false);
        // What follows is how automerge writes operations; it relies on these without checking them.
        if container && value != ValueKind::Null {
            return Err(wrong("an operation has a value that it cannot hold"));
        }
        if action == Action::Increment && value != ValueKind::Integer {
            return Err(wrong(
                "a counter is increased by something else than a number",
            ));
        }
        if matches!(action, Action::Delete | Action::Increment)
            && (insert || predecessors.is_empty())
        {
            return Err(wrong("a deletion or an increment concerns nothing"));
        }
        if insert && !predecessors.is_empty() {
            return Err(wrong("an insertion replaces something"));
        }
        if key == Key::Head && !insert || matches!(key, Key::Text(_)) && insert {
            return Err(wrong("an operation does not fit its key"));
        }
        let marks = matches!(action, Action::BeginMark | Action::EndMark);
        if !marks && (expand || mark_name.is_some()) || marks && !insert {
            return Err(wrong("a mark is misplaced"));
        }
        Ok(Operation {
            index,
            action,
            object,
            key,
            insert,
            predecessors,
        })
    }
}

fn wrong(why: &'static str) -> Refusal {
    malformed("change", why)
}

fn local(actor: u64, counter: i64) -> Result<LocalId, Refusal> {
    match (usize::try_from(actor), u32::try_from(counter)) {
        (Ok(actor), Ok(counter)) if counter > 0 => Ok(LocalId { actor, counter }),
        _ => Err(wrong("an operation has an impossible name")),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum ValueKind {
    Null,
    Integer,
    Other,
}

/// Reads the value that `metadata` describes: its type in the low four bits, its length in the others.
fn read_value(metadata: u64, values: &mut Reader<'_>) -> Result<ValueKind, Refusal> {
    let bytes = values.take(metadata >> 4)?;
    let mut value = Reader::new("change", bytes);
    let kind = match metadata & 0b1111 {
        0 => ValueKind::Null,
        1 | 2 => ValueKind::Other,
        3 => value.unsigned().map(|_| ValueKind::Integer)?,
        4 => value.signed().map(|_| ValueKind::Integer)?,
        5 => value.array::<8>().map(|_| ValueKind::Other)?,
        6 => match std::str::from_utf8(value.take_rest()) {
            Ok(_) => ValueKind::Other,
            Err(_) => return Err(wrong("a text is not UTF-8")),
        },
        8 | 9 => value.signed().map(|_| ValueKind::Other)?,
        // Bytes, and types that a later automerge may define.
        _ => {
            value.take_rest();
            ValueKind::Other
        }
    };
    if value.is_empty() {
        Ok(kind)
    } else {
        Err(wrong("a value is longer than it should be"))
    }
}
