//! Compares three versions of a document: what is to be written again, and what remains as a draft.

use super::draft::Draft;
use super::text;
use super::tree::{Fields, Node, fields_of, words_of};
use crate::doc::{Document, Imported, TextSplice};
use crate::records::Splice;
use automerge::transaction::{Transactable, Transaction};
use automerge::{AutomergeError, ObjId, ObjType, ROOT, ScalarValue};
use std::collections::BTreeSet;

/// Keys of the root that only a document's birth writes.
const OF_BIRTH: [&str; 3] = ["kind", "schema", "space"];

/// What is to be done.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) writes: Vec<Write>,
    pub(super) draft: Draft,
}

/// Something to write on the good version.
#[derive(Debug)]
pub(super) enum Write {
    /// A value or a whole record.
    Put(ObjId, String, Node),
    /// How much a counter goes up or down.
    Count(ObjId, String, i64),
    /// A field or record goes.
    Delete(ObjId, String),
    /// Edits to a text.
    Splice(ObjId, Vec<Splice>),
}

/// What stands at one place without the refused changes, with them, and with what was written after them.
type Versions<'n> = [Option<&'n Node>; 3];

/// Compares a document without the refused changes, with them, and with what was written after them; `refused` and `later` are the edits
/// that lead from each to the next.
pub(super) fn plan(
    [good, base, last]: [&Document; 3],
    refused: &Imported,
    later: &Imported,
) -> Plan {
    let mut merge = Merge {
        refused,
        later,
        plan: Plan::default(),
    };
    let [good, base, last] = [good, base, last].map(fields_of);
    merge.fields(&mut Vec::new(), &ROOT, [&good, &base, &last]);
    merge.plan
}

/// All that a document says, when nothing of it remains.
pub(super) fn all_of(document: &Document) -> Draft {
    let mut said = Vec::new();
    for (key, node) in fields_of(document) {
        if !OF_BIRTH.contains(&&*key) {
            node.say(&mut vec![key], &mut said);
        }
    }
    let mut draft = Draft::default();
    for (path, words) in said {
        draft.note(&path, None, Some(words));
    }
    draft
}

struct Merge<'a> {
    refused: &'a Imported,
    later: &'a Imported,
    plan: Plan,
}

impl Merge<'_> {
    fn fields(&mut self, path: &mut Vec<String>, parent: &ObjId, [good, base, last]: [&Fields; 3]) {
        let keys: BTreeSet<&String> = good.keys().chain(base.keys()).chain(last.keys()).collect();
        for key in keys {
            path.push(key.clone());
            self.field(path, parent, key, [good, base, last].map(|of| of.get(key)));
            path.pop();
        }
    }

    fn field(&mut self, path: &mut Vec<String>, parent: &ObjId, key: &str, at: Versions<'_>) {
        match at {
            [
                Some(Node::Map(id, good)),
                Some(Node::Map(in_base, base)),
                Some(Node::Map(in_last, last)),
            ] if id == in_base && id == in_last => self.fields(path, id, [good, base, last]),
            [
                Some(Node::Text(id, good)),
                Some(Node::Text(in_base, base)),
                Some(Node::Text(in_last, last)),
            ] if id == in_base && id == in_last => self.text(path, id, [good, base, last]),
            [good, base, last] if base == last => self.leave(path, good, last),
            [
                Some(Node::Value(ScalarValue::Counter(_), _)),
                Some(Node::Value(ScalarValue::Counter(before), _)),
                Some(Node::Value(ScalarValue::Counter(after), _)),
            ] => {
                let by = i64::from(after) - i64::from(before);
                self.write(Write::Count(parent.clone(), key.to_owned(), by));
            }
            [good, base, Some(last @ Node::Value(shown, _))] => {
                let [here, before] = [good, base].map(|node| node.map_or(Vec::new(), Node::values));
                let all = last.values();
                // Of several values that stand beside each other, what was written later is written again.
                let later = all.iter().find(|value| !before.contains(value));
                let chosen = later.copied().unwrap_or(shown);
                // It must not replace what it stood beside.
                let replaces = all
                    .iter()
                    .any(|value| *value != chosen && here.contains(value));
                for value in all {
                    if (replaces || value != chosen) && !here.contains(&value) {
                        self.plan.draft.note(path, None, words_of(value));
                    }
                }
                if !replaces && here != [chosen] {
                    let alone = Node::Value(chosen.clone(), Vec::new());
                    self.write(Write::Put(parent.clone(), key.to_owned(), alone));
                }
            }
            // What was written in a refused record stays with it.
            [good, Some(base), Some(last)] if base.id() == last.id() => {
                self.leave(path, good, Some(last));
            }
            [_, _, Some(last)] => {
                self.write(Write::Put(parent.clone(), key.to_owned(), last.clone()));
            }
            [Some(_), _, None] => self.write(Write::Delete(parent.clone(), key.to_owned())),
            [None, _, None] => {}
        }
    }

    fn text(&mut self, path: &[String], id: &ObjId, [good, base, last]: [&Vec<u16>; 3]) {
        let [refused, later] = [self.refused, self.later].map(|imported| {
            let here = imported.splices.iter().filter(|splice| splice.path == path);
            here.cloned().collect::<Vec<TextSplice>>()
        });
        let plan = text::plan([good, base, last], &refused, &later);
        for (before, after) in plan.passages {
            self.plan.draft.note(path, Some(before), Some(after));
        }
        if !plan.splices.is_empty() {
            self.write(Write::Splice(id.clone(), plan.splices));
        }
    }

    /// Nothing is written again at this place: what was there at last is in the draft, unless it is in the good version too.
    fn leave(&mut self, path: &[String], good: Option<&Node>, last: Option<&Node>) {
        let draft = &mut self.plan.draft;
        match (good, last) {
            (good, last) if good == last => {}
            (Some(good @ Node::Value(before, _)), Some(last @ Node::Value(..))) => {
                let here = good.values();
                for value in last.values() {
                    if !here.contains(&value) {
                        draft.note(path, words_of(before), words_of(value));
                    }
                }
            }
            (good, last) => {
                let [before, after] = [good, last].map(|node| {
                    let mut said = Vec::new();
                    if let Some(node) = node {
                        node.say(&mut path.to_vec(), &mut said);
                    }
                    said
                });
                let is_in = |all: &[(Vec<String>, String)], words: &str| {
                    all.iter().any(|(_, known)| known == words)
                };
                for (path, words) in &after {
                    if !is_in(&before, words) {
                        draft.note(path, None, Some(words.clone()));
                    }
                }
                for (path, words) in &before {
                    if !is_in(&after, words) {
                        draft.note(path, Some(words.clone()), None);
                    }
                }
            }
        }
    }

    fn write(&mut self, write: Write) {
        self.plan.writes.push(write);
    }
}

impl Write {
    pub(super) fn perform(&self, transaction: &mut Transaction<'_>) -> Result<(), AutomergeError> {
        match self {
            Self::Put(parent, key, node) => put(transaction, parent, key, node),
            Self::Count(parent, key, by) => transaction.increment(parent, &**key, *by),
            Self::Delete(parent, key) => transaction.delete(parent, &**key),
            Self::Splice(text, splices) => splices.iter().try_for_each(|splice| {
                let delete = isize::try_from(splice.delete).map_err(|_| AutomergeError::Fail)?;
                transaction.splice_text(text, splice.at, delete, &splice.insert)
            }),
        }
    }
}

fn put(
    transaction: &mut Transaction<'_>,
    parent: &ObjId,
    key: &str,
    node: &Node,
) -> Result<(), AutomergeError> {
    match node {
        Node::Value(value, _) => transaction.put(parent, key, value.clone()),
        container => {
            let made = transaction.put_object(parent, key, kind(container))?;
            fill(transaction, &made, container)
        }
    }
}

fn fill(
    transaction: &mut Transaction<'_>,
    made: &ObjId,
    container: &Node,
) -> Result<(), AutomergeError> {
    match container {
        Node::Value(..) => Ok(()),
        Node::Map(_, fields) => fields
            .iter()
            .try_for_each(|(key, node)| put(transaction, made, key, node)),
        Node::Text(_, units) => {
            transaction.splice_text(made, 0, 0, &String::from_utf16_lossy(units))
        }
        Node::List(_, items) => items
            .iter()
            .enumerate()
            .try_for_each(|(at, node)| match node {
                Node::Value(value, _) => transaction.insert(made, at, value.clone()),
                inner => {
                    let item = transaction.insert_object(made, at, kind(inner))?;
                    fill(transaction, &item, inner)
                }
            }),
    }
}

fn kind(container: &Node) -> ObjType {
    match container {
        Node::Value(..) | Node::Map(..) => ObjType::Map,
        Node::Text(..) => ObjType::Text,
        Node::List(..) => ObjType::List,
    }
}
