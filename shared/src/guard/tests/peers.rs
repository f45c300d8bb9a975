//! What peers make of the changes that the guard has accepted.

use crate::change::ChangeRecord;
use crate::doc::Document;
use automerge::marks::Mark;
use automerge::{ActorId, ChangeHash, ObjId, ObjType, ROOT, ReadDoc, Span, Value};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use std::collections::HashSet;

/// Rebuilds a document from its changes on peers that get them in different orders and batches, some of them not all.
///
/// `choices` say in which.
pub(super) fn check_agreement(
    changes: &[ChangeRecord],
    choices: &[u16],
) -> Result<(), TestCaseError> {
    let at_once = Document::from_changes(changes, reader()).unwrap();
    let mut one_by_one = Document::empty(reader());
    for change in changes {
        one_by_one.import([change]).unwrap();
    }
    let mut shuffled = Document::empty(reader());
    let mut batched = Document::empty(reader());
    let order = another_order(changes, choices);
    for change in &order {
        shuffled.import([*change]).unwrap();
    }
    let mut left = &order[..];
    let mut sizes = choices.iter().cycle();
    while !left.is_empty() {
        let size = 1 + usize::from(*sizes.next().unwrap_or(&0)) % left.len();
        let (batch, rest) = left.split_at(size.min(5));
        batched.import(batch.iter().copied()).unwrap();
        left = rest;
    }
    for peer in [&at_once, &one_by_one, &shuffled, &batched] {
        prop_assert_eq!(peer.heads(), at_once.heads());
        check_saving(peer)?;
        prop_assert_eq!(peer.reader().hydrate(None), at_once.reader().hydrate(None));
        prop_assert_eq!(rich_texts(peer), rich_texts(&at_once));
    }
    // Somebody has not heard of one change, nor of what builds upon it.
    if let Some(missing) =
        changes.get(1 + usize::from(choices.first().copied().unwrap_or(0)) % changes.len())
    {
        let mut unheard = HashSet::from([missing.hash]);
        for change in changes {
            if change.deps.iter().any(|dep| unheard.contains(dep)) {
                unheard.insert(change.hash);
            }
        }
        let heard = changes
            .iter()
            .filter(|change| !unheard.contains(&change.hash));
        let mut behind = Document::from_changes(heard, reader()).unwrap();
        check_saving(&behind)?;
        behind.import(changes).unwrap();
        prop_assert_eq!(
            behind.reader().hydrate(None),
            at_once.reader().hydrate(None)
        );
        check_saving(&behind)?;
    }
    Ok(())
}

/// What is saved is what is read back.
fn check_saving(document: &Document) -> Result<(), TestCaseError> {
    let reloaded = Document::load(&document.reader().save_nocompress(), reader()).unwrap();
    prop_assert_eq!(reloaded.heads(), document.heads());
    prop_assert_eq!(
        reloaded.reader().hydrate(None),
        document.reader().hydrate(None)
    );
    prop_assert_eq!(rich_texts(&reloaded), rich_texts(document));
    Ok(())
}

fn reader() -> ActorId {
    ActorId::from([0u8; 16])
}

/// Causes first, else as `choices` say.
fn another_order<'a>(changes: &'a [ChangeRecord], choices: &[u16]) -> Vec<&'a ChangeRecord> {
    let mut left: Vec<&ChangeRecord> = changes.iter().collect();
    let mut arrived: HashSet<ChangeHash> = HashSet::new();
    let mut order = Vec::new();
    let mut choices = choices.iter().cycle();
    while !left.is_empty() {
        let ready: Vec<usize> = (0..left.len())
            .filter(|place| left[*place].deps.iter().all(|dep| arrived.contains(dep)))
            .collect();
        let chosen = ready[usize::from(*choices.next().unwrap_or(&0)) % ready.len()];
        let change = left.remove(chosen);
        arrived.insert(change.hash);
        order.push(change);
    }
    order
}

/// Every text that can be reached, with its marks and blocks.
fn rich_texts(document: &Document) -> Vec<(String, Vec<Mark>, Vec<Span>)> {
    let reader = document.reader();
    let mut texts = Vec::new();
    let mut waiting: Vec<(ObjId, ObjType)> = vec![(ROOT, ObjType::Map)];
    while let Some((object, kind)) = waiting.pop() {
        // Conflicting values too: all of them, in order.
        let found: Vec<Vec<(Value<'_>, ObjId)>> = match kind {
            ObjType::Text => {
                texts.push((
                    reader.text(&object).unwrap(),
                    reader.marks(&object).unwrap(),
                    reader.spans(&object).unwrap().collect(),
                ));
                Vec::new()
            }
            ObjType::List => (0..reader.length(&object))
                .map(|at| reader.get_all(&object, at).unwrap())
                .collect(),
            ObjType::Map | ObjType::Table => reader
                .keys(&object)
                .map(|key| reader.get_all(&object, key).unwrap())
                .collect(),
        };
        for (value, id) in found.into_iter().flatten() {
            if let Value::Object(kind) = value {
                waiting.push((id, kind));
            }
        }
    }
    texts
}
