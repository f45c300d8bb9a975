//! What the changes of one document name: their causes, their actors, and every operation that another may build upon.
//!
//! automerge takes for granted that a change names only what its author had seen. A change that names something else applies on
//! one phone and crashes the next, depending on what arrived first; so that is checked against the change's own past, not against
//! the document as it happens to be here.

use super::Refusal;
use super::budget::Budget;
use super::chunk::change_contents;
use super::clocks::{Clock, Clocks};
use super::encoded::EncodedChange;
use super::operations::{Action, Key, LocalId, Operation};
use super::reader::too_large;
use crate::change::ChangeRecord;
use crate::doc::BadGenesis;
use crate::limits::Limits;
use automerge::{ActorId, ChangeHash};
use std::collections::HashMap;
use std::sync::Arc;

/// The changes of one document and what their operations made.
#[derive(Debug)]
pub(super) struct History {
    limits: Limits,
    changes: Vec<KnownChange>,
    by_hash: HashMap<ChangeHash, usize>,
    actors: Vec<Actor>,
    by_actor: HashMap<ActorId, usize>,
    keys: Vec<Arc<str>>,
    by_key: HashMap<Arc<str>, usize>,
    traces: Vec<Trace>,
    clocks: Clocks,
    max_op: u64,
}

/// How far the history went, to return there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    changes: usize,
    actors: usize,
    keys: usize,
    traces: usize,
    max_op: u64,
}

#[derive(Debug)]
struct KnownChange {
    hash: ChangeHash,
    actor: usize,
    start_op: u64,
    /// The highest operation counter in it and in everything before it.
    max_op: u64,
    operations: u64,
    /// Where its operations start among all traces.
    first_trace: usize,
}

#[derive(Debug)]
struct Actor {
    id: ActorId,
    /// Its changes by sequence number, the first at 0.
    changes: Vec<usize>,
}

/// An operation's name across changes. The root object is the only one whose counter is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Name {
    actor: usize,
    counter: u64,
}

impl Name {
    const ROOT: Self = Self {
        actor: 0,
        counter: 0,
    };
}

/// What later operations need to know of one.
#[derive(Debug, Clone, Copy)]
struct Trace {
    action: Action,
    insert: bool,
    object: Name,
    place: Place,
}

/// The key or the element that an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Key(usize),
    Element(Name),
}

impl History {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            changes: Vec::new(),
            by_hash: HashMap::new(),
            actors: Vec::new(),
            by_actor: HashMap::new(),
            keys: Vec::new(),
            by_key: HashMap::new(),
            traces: Vec::new(),
            clocks: Clocks::default(),
            max_op: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    pub(super) fn contains(&self, hash: &ChangeHash) -> bool {
        self.by_hash.contains_key(hash)
    }

    /// The highest operation counter of all.
    pub(super) fn max_op(&self) -> u64 {
        self.max_op
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            changes: self.changes.len(),
            actors: self.actors.len(),
            keys: self.keys.len(),
            traces: self.traces.len(),
            max_op: self.max_op,
        }
    }

    /// Forgets everything since `mark`.
    pub(super) fn return_to(&mut self, mark: Mark) {
        for change in self.changes.drain(mark.changes..).rev() {
            self.by_hash.remove(&change.hash);
            self.actors[change.actor].changes.pop();
        }
        for actor in self.actors.drain(mark.actors..) {
            self.by_actor.remove(&actor.id);
        }
        for key in self.keys.drain(mark.keys..) {
            self.by_key.remove(&key);
        }
        self.traces.truncate(mark.traces);
        self.clocks.truncate(mark.changes);
        self.max_op = mark.max_op;
    }

    /// Adds a change whose every cause is already here, or says why it cannot be added; then the caller returns to a mark.
    ///
    /// `ceiling` is the highest operation counter that honest authors can have reached.
    pub(super) fn admit(&mut self, record: &ChangeRecord, ceiling: u64) -> Result<(), Refusal> {
        let contents = change_contents(&record.bytes, &self.limits)?;
        let change = EncodedChange::read(contents, &mut Budget::new(&self.limits))?;
        match (self.is_empty(), change.deps.is_empty()) {
            (true, false) => return Err(BadGenesis::Missing.into()),
            (false, true) => return Err(BadGenesis::Several.into()),
            _ => {}
        }
        self.check_room(change.operations)?;
        let deps = change
            .deps
            .iter()
            .map(|hash| {
                self.by_hash
                    .get(hash)
                    .copied()
                    .ok_or(Refusal::Dependency(*hash))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let past = self.clocks.past(&deps);

        let seen = deps
            .iter()
            .map(|dep| self.changes[*dep].max_op)
            .max()
            .unwrap_or(0);
        let last = change.start_op - 1 + change.operations;
        if change.start_op <= seen || last > ceiling {
            return Err(refuse(
                "its operations are not numbered after those it builds upon",
            ));
        }
        let actor = self.actor(change.actors[0]);
        let written = self.actors[actor].changes.len() as u64;
        if change.seq != written + 1 || past.seq(actor) != written {
            return Err(refuse("its actor has already written another history"));
        }
        let mut actors = vec![actor];
        for id in &change.actors[1..] {
            match self.by_actor.get(&ActorId::from(*id)) {
                Some(actor) => actors.push(*actor),
                None => return Err(refuse("it names an actor that has written nothing")),
            }
        }

        let first_trace = self.traces.len();
        let view = View {
            actors,
            past: &past,
            start_op: change.start_op,
            first_trace,
        };
        change.for_each_operation(|operation| {
            let trace = self.trace(operation, &view)?;
            self.traces.push(trace);
            Ok(())
        })?;

        let index = self.changes.len();
        let max_op = seen.max(last);
        self.max_op = self.max_op.max(max_op);
        self.actors[actor].changes.push(index);
        self.by_hash.insert(record.hash, index);
        self.clocks.push(past, &deps, actor, change.seq);
        self.changes.push(KnownChange {
            hash: record.hash,
            actor,
            start_op: change.start_op,
            max_op,
            operations: change.operations,
            first_trace,
        });
        Ok(())
    }

    fn check_room(&self, operations: u64) -> Result<(), Refusal> {
        let changes = self.changes.len() as u64 + 1;
        if changes > self.limits.changes as u64 {
            return Err(too_large(
                "changes of a document",
                changes,
                self.limits.changes as u64,
            ));
        }
        // Whoever lacks the document may be sent all of it as one chunk, so the limit of a chunk is that of a document.
        let operations = self.traces.len() as u64 + operations;
        if operations > self.limits.operations {
            return Err(too_large(
                "operations of a document",
                operations,
                self.limits.operations,
            ));
        }
        Ok(())
    }

    fn actor(&mut self, id: &[u8]) -> usize {
        let id = ActorId::from(id);
        *self.by_actor.entry(id).or_insert_with_key(|id| {
            self.actors.push(Actor {
                id: id.clone(),
                changes: Vec::new(),
            });
            self.actors.len() - 1
        })
    }

    fn key(&mut self, text: &str) -> usize {
        if let Some(key) = self.by_key.get(text) {
            return *key;
        }
        let text: Arc<str> = Arc::from(text);
        self.keys.push(Arc::clone(&text));
        self.by_key.insert(text, self.keys.len() - 1);
        self.keys.len() - 1
    }

    /// Checks that everything an operation names exists in its past and is of the right kind.
    fn trace(&mut self, operation: &Operation<'_>, view: &View<'_>) -> Result<Trace, Refusal> {
        let own = Name {
            actor: view.actors[0],
            counter: view.start_op + operation.index,
        };
        let object = operation.object.map_or(Name::ROOT, |id| view.name(id));
        let container = match operation.object {
            None => Action::MakeMap,
            Some(_) => self
                .find(object, view)
                .map(|trace| trace.action)
                .ok_or_else(|| refuse("an object is not there"))?,
        };
        if operation.action == Action::Mark && container != Action::MakeText {
            return Err(refuse("a mark is not in a text"));
        }
        let place = match (container, operation.key) {
            (Action::MakeMap, Key::Text(text)) => Place::Key(self.key(text)),
            (Action::MakeList | Action::MakeText, Key::Head) => Place::Element(own),
            (Action::MakeList | Action::MakeText, Key::Element(id)) => {
                let element = view.name(id);
                match self.find(element, view) {
                    Some(trace) if trace.insert && trace.object == object => {}
                    _ => return Err(refuse("an element is not there")),
                }
                Place::Element(if operation.insert { own } else { element })
            }
            _ => return Err(refuse("a key does not fit its object")),
        };
        let mut last: Option<Name> = None;
        for id in operation.predecessors {
            let name = view.name(*id);
            match self.find(name, view) {
                Some(trace)
                    if trace.object == object
                        && trace.place == place
                        && !matches!(
                            trace.action,
                            Action::Delete | Action::Increment | Action::Mark
                        ) => {}
                _ => return Err(refuse("what an operation replaces is not there")),
            }
            if last.is_some_and(|last| self.order(last) >= self.order(name)) {
                return Err(refuse(
                    "what an operation replaces is repeated or out of order",
                ));
            }
            last = Some(name);
        }
        Ok(Trace {
            action: operation.action,
            insert: operation.insert,
            object,
            place,
        })
    }

    /// automerge orders operations by counter, then by the bytes of their actor.
    fn order(&self, name: Name) -> (u64, &ActorId) {
        (name.counter, &self.actors[name.actor].id)
    }

    /// An operation that the change being read may name: an earlier one of its own, or one from its past.
    fn find(&self, name: Name, view: &View<'_>) -> Option<&Trace> {
        if name.actor == view.actors[0] && name.counter >= view.start_op {
            let place = usize::try_from(name.counter - view.start_op).ok()?;
            return self.traces[view.first_trace..].get(place);
        }
        let written = &self.actors[name.actor].changes;
        let visible = usize::try_from(view.past.seq(name.actor)).ok()?;
        let after = written[..visible]
            .partition_point(|change| self.changes[*change].start_op <= name.counter);
        let change = &self.changes[*written.get(after.checked_sub(1)?)?];
        let place = name.counter - change.start_op;
        if place < change.operations {
            self.traces
                .get(change.first_trace + usize::try_from(place).ok()?)
        } else {
            None
        }
    }
}

/// From where the operations of one change are looked at.
struct View<'a> {
    /// The document's actors by their place in the change.
    actors: Vec<usize>,
    past: &'a Clock,
    start_op: u64,
    first_trace: usize,
}

impl View<'_> {
    /// The scan has made sure that a change lists every actor it names.
    fn name(&self, id: LocalId) -> Name {
        Name {
            actor: self.actors[id.actor],
            counter: id.counter,
        }
    }
}

fn refuse(why: &'static str) -> Refusal {
    Refusal::DoesNotApply(why.to_owned())
}
