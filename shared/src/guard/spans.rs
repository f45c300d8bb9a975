//! What the operations of a document made, as far as later ones may name it.
//!
//! An author's operations are numbered upwards, so each author has a list of spans that grows at its end, and an operation is
//! found by bisection. What is typed in one go is one span, over however many changes it came. Deletions and increments leave
//! none: nobody may name them.

use super::order::{Chain, SpanRef};

/// An operation's name across changes: its author, by place among the document's actors, and its counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) actor: u32,
    pub(super) counter: u32,
}

impl Name {
    /// The root object, and the start of a sequence: no operation has this counter.
    pub(super) const NONE: Self = Self {
        actor: 0,
        counter: 0,
    };

    /// The operation that its author wrote just before.
    pub(super) fn previous(self) -> Self {
        Self {
            actor: self.actor,
            counter: self.counter - 1,
        }
    }
}

/// What an operation leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    Map,
    List,
    Text,
    Value,
    Mark,
}

/// Where in its object an operation takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Under a key of a map, by place among the document's keys.
    Key(u32),
    /// At an element of a sequence that is there already.
    Element(Name),
    /// A new element after another one, or [`Name::NONE`].
    After(Name),
}

/// What later operations need to know of one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trace {
    pub(super) made: Made,
    pub(super) object: Name,
    place: Stored,
    name: Name,
}

impl Trace {
    /// Whether it is an element of a sequence.
    pub(super) fn is_element(&self) -> bool {
        matches!(self.place, Stored::Chain(_))
    }

    /// Whether it is about the same key or element as an operation at `place`.
    pub(super) fn is_at(&self, place: Place) -> bool {
        match (self.place, place) {
            (Stored::Key(one), Place::Key(other)) => one == other,
            (Stored::Element(one), Place::Element(other)) => one == other,
            (Stored::Chain(_), Place::Element(other)) => self.name == other,
            _ => false,
        }
    }
}

/// Operations of one author whose counters follow each other and that made the same kind of thing in one object. Only elements
/// that were each inserted after the one before share a span.
#[derive(Debug)]
pub(super) struct Span {
    pub(super) first: u32,
    pub(super) length: u32,
    object: Name,
    place: Stored,
    made: Made,
}

#[derive(Debug, Clone, Copy)]
enum Stored {
    Key(u32),
    Element(Name),
    Chain(Chain),
}

impl Span {
    pub(super) fn chain(&self) -> Option<&Chain> {
        match &self.place {
            Stored::Chain(chain) => Some(chain),
            _ => None,
        }
    }

    fn end(&self) -> u32 {
        self.first + self.length
    }
}

/// The spans of every author.
#[derive(Debug, Default)]
pub(super) struct Spans {
    by_actor: Vec<Vec<Span>>,
}

/// How far one author's spans went.
#[derive(Debug, Clone, Copy)]
pub(super) struct SpanMark {
    actor: u32,
    spans: usize,
    last_length: u32,
}

impl Spans {
    pub(super) fn add_actor(&mut self) {
        self.by_actor.push(Vec::new());
    }

    pub(super) fn truncate_actors(&mut self, actors: usize) {
        self.by_actor.truncate(actors);
    }

    pub(super) fn mark(&self, actor: u32) -> SpanMark {
        let spans = &self.by_actor[actor as usize];
        SpanMark {
            actor,
            spans: spans.len(),
            last_length: spans.last().map_or(0, |span| span.length),
        }
    }

    /// Forgets what one author wrote since `mark`; later marks are returned to first.
    pub(super) fn return_to(&mut self, mark: SpanMark) {
        let spans = &mut self.by_actor[mark.actor as usize];
        spans.truncate(mark.spans);
        if let Some(last) = spans.last_mut() {
            last.length = mark.last_length;
        }
    }

    /// Adds the next operation of an author. Whoever names an element has seen it, so that this one comes after it.
    pub(super) fn push(&mut self, name: Name, made: Made, object: Name, place: Place) {
        let place = match place {
            Place::Key(key) => Stored::Key(key),
            Place::Element(element) => Stored::Element(element),
            Place::After(after) => {
                if let Some(last) = self.by_actor[name.actor as usize].last_mut()
                    && last.end() == name.counter
                    && after == name.previous()
                    && last.made == made
                    && last.object == object
                    && last.chain().is_some()
                {
                    last.length += 1;
                    return;
                }
                Stored::Chain(Chain::after(after, self))
            }
        };
        self.by_actor[name.actor as usize].push(Span {
            first: name.counter,
            length: 1,
            object,
            place,
            made,
        });
    }

    /// The operation of this name, if it left something behind.
    pub(super) fn find(&self, name: Name) -> Option<Trace> {
        let span = self.get(self.locate(name)?)?;
        Some(Trace {
            made: span.made,
            object: span.object,
            place: span.place,
            name,
        })
    }

    /// The span that an operation is in.
    pub(super) fn locate(&self, name: Name) -> Option<SpanRef> {
        let spans = self.by_actor.get(name.actor as usize)?;
        // Most operations name what was written just before.
        let index = match spans.last() {
            Some(last) if last.first <= name.counter => spans.len() - 1,
            _ => spans
                .partition_point(|span| span.first <= name.counter)
                .checked_sub(1)?,
        };
        (name.counter < spans[index].end()).then_some(SpanRef {
            actor: name.actor,
            index: index as u32,
        })
    }

    pub(super) fn get(&self, at: SpanRef) -> Option<&Span> {
        self.by_actor.get(at.actor as usize)?.get(at.index as usize)
    }
}
