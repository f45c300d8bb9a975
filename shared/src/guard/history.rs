//! What the changes of one document name: their causes, their actors, and every operation that another may build upon.
//!
//! automerge takes for granted that a change names only what its author had seen. A change that names something else applies on
//! one phone and crashes the next, depending on what arrived first; so that is checked against the change's own past, not against
//! the document as it happens to be here.

use super::Refusal;
use super::clocks::{Clock, Clocks, Written};
use super::encoded::EncodedChange;
use super::operations::{Action, Key, LocalId, Operation};
use super::order::precedes;
use super::reader::too_large;
use super::spans::{Made, Name, Place, SpanMark, Spans};
use crate::doc::BadGenesis;
use crate::limits::Limits;
use automerge::{ActorId, ChangeHash};
use std::collections::HashMap;

/// How many numbers may be skipped in a document, for each operation that it may have.
const SKIPPED: u64 = 5;

/// The changes of one document and what their operations made.
#[derive(Debug)]
pub(super) struct History {
    limits: Limits,
    by_hash: HashMap<ChangeHash, u32>,
    clocks: Clocks,
    actors: Vec<Actor>,
    by_actor: HashMap<ActorId, u32>,
    by_key: HashMap<Box<str>, u32>,
    spans: Spans,
    totals: Totals,
    /// Whose spans grew since the last mark, and how far they went before.
    grown: Vec<SpanMark>,
}

#[derive(Debug)]
struct Actor {
    id: ActorId,
    /// For each of its changes, the highest operation counter in it and in everything before it.
    max_ops: Vec<u32>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Totals {
    operations: u64,
    /// What the operations, messages and extra bytes of all changes take once they are inflated and expanded.
    bytes: u64,
    max_op: u64,
    /// Numbers that no operation has, counted for each change that skips them.
    skipped: u64,
}

/// How far the history went, to return there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    changes: usize,
    actors: usize,
    keys: usize,
    totals: Totals,
}

impl History {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            by_hash: HashMap::new(),
            clocks: Clocks::default(),
            actors: Vec::new(),
            by_actor: HashMap::new(),
            by_key: HashMap::new(),
            spans: Spans::default(),
            totals: Totals::default(),
            grown: Vec::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.clocks.len() == 0
    }

    pub(super) fn contains(&self, hash: &ChangeHash) -> bool {
        self.by_hash.contains_key(hash)
    }

    /// The highest operation counter of all.
    pub(super) fn max_op(&self) -> u64 {
        self.totals.max_op
    }

    /// Marks this moment; there is one mark at a time.
    pub(super) fn mark(&mut self) -> Mark {
        self.grown.clear();
        Mark {
            changes: self.clocks.len(),
            actors: self.actors.len(),
            keys: self.by_key.len(),
            totals: self.totals,
        }
    }

    /// Forgets everything since `mark`.
    pub(super) fn return_to(&mut self, mark: Mark) {
        for grown in self.grown.drain(..).rev() {
            self.spans.return_to(grown);
        }
        while self.clocks.len() > mark.changes
            && let Some(written) = self.clocks.pop()
        {
            self.actors[written.actor as usize].max_ops.pop();
        }
        self.by_hash
            .retain(|_, change| (*change as usize) < mark.changes);
        for actor in self.actors.drain(mark.actors..) {
            self.by_actor.remove(&actor.id);
        }
        self.spans.truncate_actors(mark.actors);
        self.by_key.retain(|_, key| (*key as usize) < mark.keys);
        self.totals = mark.totals;
    }

    /// Adds a change whose every cause is already here, or says why it cannot be added; then the caller returns to a mark.
    ///
    /// `ceiling` is the highest operation counter that honest authors can have reached.
    pub(super) fn admit(
        &mut self,
        hash: ChangeHash,
        change: &EncodedChange<'_>,
        ceiling: u64,
    ) -> Result<(), Refusal> {
        match (self.is_empty(), change.deps.is_empty()) {
            (true, false) => return Err(BadGenesis::Missing.into()),
            (false, true) => return Err(BadGenesis::Several.into()),
            _ => {}
        }
        self.spend(change)?;
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

        let last = change.start_op - 1 + change.operations;
        if last > ceiling {
            return Err(refuse("its operations are numbered too high"));
        }
        self.check_numbers(change, &deps)?;
        let author = self.actor(change.actors[0]);
        let seq = self.actors[author as usize].max_ops.len() as u32 + 1;
        if change.seq != u64::from(seq) || past.seq(author) + 1 != seq {
            return Err(refuse("its actor has already written another history"));
        }
        let mut actors = vec![author];
        for id in &change.actors[1..] {
            match self.by_actor.get(&ActorId::from(*id)) {
                Some(actor) => actors.push(*actor),
                None => return Err(refuse("it names an actor that has written nothing")),
            }
        }

        self.grown.push(self.spans.mark(author));
        let mut reading = Reading {
            actors,
            past: &past,
            // The scan has made sure that counters fit.
            start_op: change.start_op as u32,
            container: (Name::NONE, Made::Map),
            mark: None,
        };
        change.for_each_operation(&mut |operation| self.take(operation, &mut reading))?;
        if reading.mark.is_some() {
            return Err(refuse("a mark does not end"));
        }

        self.totals.max_op = self.totals.max_op.max(last);
        self.actors[author as usize].max_ops.push(last as u32);
        self.by_hash.insert(hash, self.clocks.len() as u32);
        let written = Written { actor: author, seq };
        self.clocks.push(past, &deps, written);
        Ok(())
    }

    /// Every operation is numbered after those its change builds upon, so the last one's number is the highest; a change without
    /// operations has the number before its first.
    fn max_op_at(&self, change: u32) -> u64 {
        let Written { actor, seq } = self.clocks.written(change);
        self.max_op_of(actor, seq)
    }

    fn max_op_of(&self, actor: u32, seq: u32) -> u64 {
        let max_ops = &self.actors[actor as usize].max_ops;
        match seq.checked_sub(1) {
            Some(place) => u64::from(max_ops[place as usize]),
            None => 0,
        }
    }

    /// Whoever edits an older version skips the numbers taken since. From a saved document automerge cannot tell them from numbers
    /// that were used: it takes room for each, and misses the operations of a change that has none.
    fn check_numbers(&mut self, change: &EncodedChange<'_>, deps: &[u32]) -> Result<(), Refusal> {
        let seen = deps.iter().map(|dep| self.max_op_at(*dep)).max();
        let Some(skipped) = change.start_op.checked_sub(seen.unwrap_or(0) + 1) else {
            return Err(refuse(
                "its operations are not numbered after those it builds upon",
            ));
        };
        if skipped > 0 && change.operations == 0 {
            return Err(refuse("it skips numbers and has no operations"));
        }
        self.totals.skipped += skipped;
        let limit = SKIPPED * self.limits.operations;
        if self.totals.skipped > limit {
            return Err(too_large(
                "skipped numbers of operations",
                self.totals.skipped,
                limit,
            ));
        }
        Ok(())
    }

    fn spend(&mut self, change: &EncodedChange<'_>) -> Result<(), Refusal> {
        let limits = &self.limits;
        self.totals.operations += change.operations;
        self.totals.bytes += change.weight;
        for (what, found, limit) in [
            (
                "changes of a document",
                self.clocks.len() as u64 + 1,
                limits.changes as u64,
            ),
            // Whoever lacks the document may be sent all of it as one chunk, so the limits of a chunk are those of a document.
            (
                "operations of a document",
                self.totals.operations,
                limits.operations,
            ),
            ("document", self.totals.bytes, limits.inflated_bytes as u64),
        ] {
            if found > limit {
                return Err(too_large(what, found, limit));
            }
        }
        Ok(())
    }

    fn actor(&mut self, id: &[u8]) -> u32 {
        let id = ActorId::from(id);
        if let Some(actor) = self.by_actor.get(&id) {
            return *actor;
        }
        let actor = self.actors.len() as u32;
        self.actors.push(Actor {
            id: id.clone(),
            max_ops: Vec::new(),
        });
        self.by_actor.insert(id, actor);
        self.spans.add_actor();
        actor
    }

    fn key(&mut self, text: &str) -> u32 {
        if let Some(key) = self.by_key.get(text) {
            return *key;
        }
        let key = self.by_key.len() as u32;
        self.by_key.insert(text.into(), key);
        key
    }

    /// Checks that everything an operation names exists in its past and is of the right kind, and keeps what it made.
    fn take(
        &mut self,
        operation: &Operation<'_>,
        reading: &mut Reading<'_>,
    ) -> Result<(), Refusal> {
        let own = Name {
            actor: reading.actors[0],
            counter: reading.start_op + operation.index as u32,
        };
        let object = operation.object.map_or(Name::NONE, |id| reading.name(id));
        if object != reading.container.0 {
            let made = if object == Name::NONE {
                Made::Map
            } else {
                self.find(object, reading)
                    .ok_or_else(|| refuse("an object is not there"))?
                    .made
            };
            reading.container = (object, made);
        }
        let place = match (reading.container.1, operation.key) {
            (Made::Map, Key::Text(text)) => Place::Key(self.key(text)),
            (Made::List | Made::Text, Key::Head) => Place::After(Name::NONE),
            (Made::List | Made::Text, Key::Element(id)) => {
                let element = reading.name(id);
                match self.find(element, reading) {
                    Some(trace) if trace.is_element() && trace.object == object => {}
                    _ => return Err(refuse("an element is not there")),
                }
                if operation.insert {
                    Place::After(element)
                } else {
                    Place::Element(element)
                }
            }
            _ => return Err(refuse("a key does not fit its object")),
        };
        // automerge's own editors insert into a text and delete from it; it crashes when one of two values of an element goes.
        if reading.container.1 == Made::Text
            && !operation.insert
            && operation.action != Action::Delete
        {
            return Err(refuse("a part of a text is changed in place"));
        }
        let mut last: Option<Name> = None;
        for id in operation.predecessors {
            let name = reading.name(*id);
            match self.find(name, reading) {
                Some(trace)
                    if trace.object == object && trace.is_at(place) && trace.made != Made::Mark => {
                }
                _ => return Err(refuse("what an operation replaces is not there")),
            }
            if last.is_some_and(|last| self.later(last, name).is_ge()) {
                return Err(refuse(
                    "what an operation replaces is repeated or out of order",
                ));
            }
            last = Some(name);
        }
        self.check_mark(operation.action, object, place, own, reading)?;
        let made = match operation.action {
            Action::MakeMap => Made::Map,
            Action::MakeList => Made::List,
            Action::MakeText => Made::Text,
            Action::Put => Made::Value,
            Action::BeginMark | Action::EndMark => Made::Mark,
            Action::Delete | Action::Increment => return Ok(()),
        };
        self.spans.push(own, made, object, place);
        Ok(())
    }

    /// A mark is two elements of a text, written one right after the other. automerge takes the operation before an end for its
    /// beginning, whatever it is, and does not read a document back in which the end comes first.
    fn check_mark(
        &self,
        action: Action,
        object: Name,
        place: Place,
        own: Name,
        reading: &mut Reading<'_>,
    ) -> Result<(), Refusal> {
        match (action, place, reading.mark.take()) {
            (Action::BeginMark, Place::After(after), None) if reading.container.1 == Made::Text => {
                reading.mark = Some((object, after));
                Ok(())
            }
            (Action::EndMark, Place::After(after), Some((text, begin))) if text == object => {
                // Of two elements after the same one, the later comes first.
                if after == own.previous()
                    || precedes(&self.spans, begin, after, |one, other| {
                        self.later(one, other)
                    })
                {
                    Ok(())
                } else {
                    Err(refuse("a mark ends before it begins"))
                }
            }
            (Action::BeginMark, ..) => Err(refuse("a mark begins in the wrong place")),
            (Action::EndMark, ..) => Err(refuse("a mark ends that does not begin")),
            (_, _, Some(_)) => Err(refuse("a mark does not end")),
            (_, _, None) => Ok(()),
        }
    }

    /// automerge orders operations by counter, then by the bytes of their actor.
    fn later(&self, one: Name, other: Name) -> std::cmp::Ordering {
        let key = |name: Name| (name.counter, &self.actors[name.actor as usize].id);
        key(one).cmp(&key(other))
    }

    /// An operation that the change being read may name: an earlier one of its own, or one from its past.
    fn find(&self, name: Name, reading: &Reading<'_>) -> Option<super::spans::Trace> {
        let seen = name.actor == reading.actors[0]
            || u64::from(name.counter) <= self.max_op_of(name.actor, reading.past.seq(name.actor));
        self.spans.find(name).filter(|_| seen)
    }
}

/// A change whose operations are being read.
struct Reading<'a> {
    /// The document's actors by their place in the change.
    actors: Vec<u32>,
    past: &'a Clock,
    start_op: u32,
    /// The object of the last operation, and what it is.
    container: (Name, Made),
    /// The text in which the last operation began a mark, and the element that it comes after.
    mark: Option<(Name, Name)>,
}

impl Reading<'_> {
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
