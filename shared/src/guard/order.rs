//! Which of two elements of a sequence comes first.
//!
//! Elements form a tree: each was inserted after another one or at the start. The sequence is that tree read from the top, the
//! latest first among several elements after the same one. So the order of two elements never changes, whatever else arrives.
//!
//! The nodes are the spans. Each knows one ancestor far away besides its parent, at a distance that depends on its depth alone, so
//! that two of them meet after a number of steps that grows with the logarithm of their depth (Myers, "An applicative
//! random-access stack", 1983).

use super::spans::{Name, Spans};
use std::cmp::Ordering;

/// A span by its author and its place among the author's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SpanRef {
    pub(super) actor: u32,
    pub(super) index: u32,
}

impl SpanRef {
    /// The start of a sequence, which no span is.
    const START: Self = Self {
        actor: u32::MAX,
        index: u32::MAX,
    };
}

/// Where a span of elements hangs in its sequence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chain {
    /// What its first element was inserted after.
    after: Name,
    /// How many spans lead from the start of the sequence to this one, itself included.
    depth: u32,
    /// An ancestor.
    leap: SpanRef,
}

impl Chain {
    /// The place after an element that is there, or at the start.
    pub(super) fn after(after: Name, spans: &Spans) -> Self {
        let tree = Tree(spans);
        let parent = spans.locate(after).unwrap_or(SpanRef::START);
        let leap = tree.leap(parent);
        let far = tree.leap(leap);
        let [near, middle, end] = [parent, leap, far].map(|span| tree.depth(span));
        Self {
            after,
            depth: near + 1,
            // Two leaps of equal length become one over both.
            leap: if near - middle == middle - end {
                far
            } else {
                parent
            },
        }
    }
}

/// Whether an element comes before another one of the same sequence; [`Name::NONE`] is the start.
///
/// `later` compares two operations as automerge does.
pub(super) fn precedes(
    spans: &Spans,
    one: Name,
    other: Name,
    later: impl Fn(Name, Name) -> Ordering,
) -> bool {
    let tree = Tree(spans);
    match (spans.locate(one), spans.locate(other)) {
        (None, other) => other.is_some(),
        (_, None) => false,
        (Some(at_one), Some(at_other)) => {
            let (fork, one, other) = tree.fork((one, at_one), (other, at_other));
            // What hangs at an element comes before what follows it in its span unless that is later.
            let next = |branch: Branch| Name {
                actor: fork.actor,
                counter: branch.at + 1,
            };
            let earlier = |one: Option<Name>, other: Option<Name>| match (one, other) {
                (None, other) => other.is_some(),
                (Some(_), None) => false,
                (Some(one), Some(other)) => later(one, other) == Ordering::Greater,
            };
            match one.at.cmp(&other.at) {
                Ordering::Equal => earlier(one.below, other.below),
                Ordering::Less => earlier(one.below, Some(next(one))),
                Ordering::Greater => earlier(Some(next(other)), other.below),
            }
        }
    }
}

/// How an element is reached from a span: by which element of the span, and below it by which span's first element.
#[derive(Debug, Clone, Copy)]
struct Branch {
    at: u32,
    below: Option<Name>,
}

struct Tree<'a>(&'a Spans);

impl Tree<'_> {
    fn chain(&self, span: SpanRef) -> Option<&Chain> {
        self.0.get(span)?.chain()
    }

    fn depth(&self, span: SpanRef) -> u32 {
        self.chain(span).map_or(0, |chain| chain.depth)
    }

    fn leap(&self, span: SpanRef) -> SpanRef {
        self.chain(span).map_or(SpanRef::START, |chain| chain.leap)
    }

    fn parent(&self, span: SpanRef) -> SpanRef {
        self.chain(span)
            .and_then(|chain| self.0.locate(chain.after))
            .unwrap_or(SpanRef::START)
    }

    /// The ancestor at this depth, which is at most the span's own.
    fn ancestor(&self, mut span: SpanRef, depth: u32) -> SpanRef {
        while self.depth(span) > depth {
            let leap = self.leap(span);
            span = if self.depth(leap) >= depth {
                leap
            } else {
                self.parent(span)
            };
        }
        span
    }

    /// How a span hangs at its parent.
    fn branch(&self, span: SpanRef) -> Branch {
        Branch {
            at: self.chain(span).map_or(0, |chain| chain.after.counter),
            below: self.0.get(span).map(|first| Name {
                actor: span.actor,
                counter: first.first,
            }),
        }
    }

    /// The last span that leads to both elements, and how it goes on to each.
    fn fork(&self, one: (Name, SpanRef), other: (Name, SpanRef)) -> (SpanRef, Branch, Branch) {
        let depth = self.depth(one.1).min(self.depth(other.1));
        let [mut first, mut second] = [one, other].map(|(_, span)| self.ancestor(span, depth));
        if first == second {
            let [one, other] = [one, other].map(|(name, span)| {
                if span == first {
                    Branch {
                        at: name.counter,
                        below: None,
                    }
                } else {
                    self.branch(self.ancestor(span, depth + 1))
                }
            });
            return (first, one, other);
        }
        loop {
            let parent = self.parent(first);
            if parent == self.parent(second) {
                return (parent, self.branch(first), self.branch(second));
            }
            let leaps = (self.leap(first), self.leap(second));
            (first, second) = if leaps.0 == leaps.1 {
                (parent, self.parent(second))
            } else {
                leaps
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::spans::{Made, Place};
    use crate::properties;
    use proptest::prelude::*;

    const LIST: Name = Name {
        actor: 0,
        counter: 1,
    };

    fn key(name: Name) -> (u32, u32) {
        (name.counter, name.actor)
    }

    /// The sequence as its definition reads: after each element those inserted there, the latest first.
    fn sequence(elements: &[(Name, Name)]) -> Vec<Name> {
        let mut sequence = Vec::new();
        let mut waiting = vec![Name::NONE];
        while let Some(name) = waiting.pop() {
            let below = elements.iter().filter(|(_, after)| *after == name);
            let mut below: Vec<Name> = below.map(|(element, _)| *element).collect();
            below.sort_by_key(|name| key(*name));
            waiting.extend(below);
            sequence.push(name);
        }
        sequence
    }

    proptest! {
        #![proptest_config(properties::cases(256))]

        /// Three authors insert, each after something they can have seen: often after their last element, so that spans grow.
        #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
        #[test]
        fn the_order_is_that_of_the_sequence(
            inserts in proptest::collection::vec((0u32..3, 0u8..4, any::<prop::sample::Index>()), 1..120),
        ) {
            let mut spans = Spans::default();
            (0..3).for_each(|_| spans.add_actor());
            let mut elements: Vec<(Name, Name)> = Vec::new();
            let mut next = [2u32; 3];
            for (actor, kind, index) in inserts {
                let own = elements.iter().rev().find(|(name, _)| name.actor == actor);
                let after = match (kind, own) {
                    (0 | 1, Some((name, _))) => *name,
                    _ if elements.is_empty() || kind == 2 && index.index(8) == 0 => Name::NONE,
                    _ => elements[index.index(elements.len())].0,
                };
                let counter = next[actor as usize].max(after.counter + 1);
                next[actor as usize] = counter + 1;
                let name = Name { actor, counter };
                spans.push(name, Made::Value, LIST, Place::After(after));
                elements.push((name, after));
            }
            let sequence = sequence(&elements);
            let later = |one: Name, other: Name| key(one).cmp(&key(other));
            for (at, one) in sequence.iter().enumerate() {
                for (other_at, other) in sequence.iter().enumerate() {
                    prop_assert_eq!(precedes(&spans, *one, *other, later), at < other_at);
                }
            }
        }
    }
}
