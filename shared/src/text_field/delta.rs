//! An edit to a whole text, that can be combined with others and carried through them.

use crate::records::Splice;
use std::iter::Peekable;

/// An edit to a text: what is kept, removed and added, from the start on. What is not mentioned at the end is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Delta {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// So many code units stay.
    Keep(usize),
    /// So many code units go.
    Delete(usize),
    /// These code units come.
    Insert(Vec<u16>),
}

impl Part {
    fn length(&self) -> usize {
        match self {
            Self::Keep(length) | Self::Delete(length) => *length,
            Self::Insert(units) => units.len(),
        }
    }
}

impl Delta {
    /// Replaces a part of a text.
    pub(crate) fn replace(at: usize, delete: usize, insert: &[u16]) -> Self {
        let mut delta = Self::default();
        if delete > 0 || !insert.is_empty() {
            delta.push(Part::Keep(at));
            delta.push(Part::Insert(insert.to_vec()));
            delta.push(Part::Delete(delete));
        }
        delta
    }

    /// The edit that a splice describes.
    pub(crate) fn of_splice(splice: &Splice) -> Self {
        let insert: Vec<u16> = splice.insert.encode_utf16().collect();
        Self::replace(splice.at, splice.delete, &insert)
    }

    /// Whether it changes nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The text after the edit. What would lie beyond its end is left out.
    pub(crate) fn apply(&self, text: &[u16]) -> Vec<u16> {
        let mut result = Vec::with_capacity(text.len());
        let mut rest = text;
        for part in &self.parts {
            match part {
                Part::Keep(length) => {
                    let (kept, after) = rest.split_at((*length).min(rest.len()));
                    result.extend_from_slice(kept);
                    rest = after;
                }
                Part::Delete(length) => rest = &rest[(*length).min(rest.len())..],
                Part::Insert(units) => result.extend_from_slice(units),
            }
        }
        result.extend_from_slice(rest);
        result
    }

    /// The same edit as splices, each relative to the result of the one before.
    pub(crate) fn splices(&self) -> Vec<Splice> {
        let mut splices: Vec<Splice> = Vec::new();
        let mut at = 0;
        let mut open = false;
        for part in &self.parts {
            match part {
                Part::Keep(length) => {
                    at += length;
                    open = false;
                    continue;
                }
                Part::Delete(length) => match splices.last_mut().filter(|_| open) {
                    // After an insertion, the place to delete at is still the place where the splice began.
                    Some(splice) => splice.delete += length,
                    None => splices.push(Splice {
                        at,
                        delete: *length,
                        insert: String::new(),
                    }),
                },
                Part::Insert(units) => {
                    let insert = String::from_utf16_lossy(units);
                    match splices.last_mut().filter(|_| open) {
                        Some(splice) => splice.insert.push_str(&insert),
                        None => splices.push(Splice {
                            at,
                            delete: 0,
                            insert,
                        }),
                    }
                    at += units.len();
                }
            }
            open = true;
        }
        splices
    }

    /// This edit and then the next one, as one.
    pub(crate) fn then(&self, next: &Self) -> Self {
        let mut result = Self::default();
        let mut first = Cursor::new(self);
        let mut second = Cursor::new(next);
        loop {
            match (first.peek(), second.peek()) {
                (Some(Part::Delete(_)), _) => result.push_next(&mut first),
                (_, Some(Part::Insert(_))) => result.push_next(&mut second),
                (None, None) => break,
                (None, Some(_)) => result.push_next(&mut second),
                (Some(_), None) => result.push_next(&mut first),
                (Some(one), Some(two)) => {
                    let length = one.length().min(two.length());
                    match (first.take(length), second.take(length)) {
                        (part, Part::Keep(_)) => result.push(part),
                        // What the first added, the second removed.
                        (Part::Insert(_), _) => {}
                        (_, removed) => result.push(removed),
                    }
                }
            }
        }
        result.trim();
        result
    }

    /// This edit, made to the same text as another, as it is after the other. At one place, `first` says whose addition comes
    /// first; two edits that are carried through each other take opposite values.
    pub(crate) fn rebased(&self, other: &Self, first: bool) -> Self {
        let mut result = Self::default();
        let mut mine = Cursor::new(self);
        let mut theirs = Cursor::new(other);
        loop {
            match (mine.peek(), theirs.peek()) {
                (Some(Part::Insert(_)), Some(Part::Insert(_))) if !first => {
                    result.push_kept(&mut theirs)
                }
                (Some(Part::Insert(_)), _) => result.push_next(&mut mine),
                (_, Some(Part::Insert(_))) => result.push_kept(&mut theirs),
                (None, _) => break,
                (Some(_), None) => result.push_next(&mut mine),
                (Some(one), Some(two)) => {
                    let length = one.length().min(two.length());
                    match (mine.take(length), theirs.take(length)) {
                        // What they removed is neither kept nor removed again.
                        (_, Part::Delete(_)) => {}
                        (part, _) => result.push(part),
                    }
                }
            }
        }
        result.trim();
        result
    }

    /// Where a position lands; what is added at the position itself pushes it on only when `pushed`.
    pub(crate) fn moved(&self, position: usize, pushed: bool) -> usize {
        let mut old = 0;
        let mut new = 0;
        for part in &self.parts {
            if old > position {
                break;
            }
            match part {
                Part::Keep(length) if old + length > position => return new + (position - old),
                Part::Keep(length) => {
                    old += length;
                    new += length;
                }
                // What stood here is gone: the position is where it was, after what was added in its place.
                Part::Delete(length) if old + length > position => return new,
                Part::Delete(length) => old += length,
                Part::Insert(units) => {
                    if old < position || pushed {
                        new += units.len();
                    }
                }
            }
        }
        new + position.saturating_sub(old)
    }

    /// The edit that leads back to `text`, to which this one was made.
    pub(crate) fn inverse(&self, text: &[u16]) -> Self {
        let mut result = Self::default();
        let mut at = 0;
        for part in &self.parts {
            match part {
                Part::Keep(length) => {
                    at += length;
                    result.push(Part::Keep(*length));
                }
                Part::Delete(length) => {
                    let end = (at + length).min(text.len());
                    let removed = text.get(at..end).unwrap_or_default();
                    result.push(Part::Insert(removed.to_vec()));
                    at += length;
                }
                Part::Insert(units) => result.push(Part::Delete(units.len())),
            }
        }
        result.trim();
        result
    }

    /// The passages that it changes in `text`, from the start on.
    pub(crate) fn passages(&self, text: &[u16]) -> Vec<Passage> {
        let mut passages: Vec<Passage> = Vec::new();
        let (mut old, mut new) = (0, 0);
        let mut open = false;
        for part in &self.parts {
            if let Part::Keep(length) = part {
                (old, new) = (old + length, new + length);
                open = false;
                continue;
            }
            if !open {
                passages.push(Passage {
                    start: new,
                    end: new,
                    removed: Vec::new(),
                });
                open = true;
            }
            let Some(passage) = passages.last_mut() else {
                continue;
            };
            match part {
                Part::Delete(length) => {
                    let end = (old + length).min(text.len());
                    passage
                        .removed
                        .extend(text.get(old..end).unwrap_or_default());
                    old += length;
                }
                _ => {
                    new += part.length();
                    passage.end = new;
                }
            }
        }
        passages
    }

    /// The same without what it adds strictly between the ends of one of these ranges of the text that it is made to.
    pub(crate) fn without_additions_inside(&self, ranges: &[(usize, usize)]) -> Self {
        let mut result = Self::default();
        let mut at = 0;
        for part in &self.parts {
            match part {
                Part::Insert(_) if ranges.iter().any(|(start, end)| *start < at && at < *end) => {}
                Part::Insert(_) => result.push(part.clone()),
                Part::Keep(length) | Part::Delete(length) => {
                    at += length;
                    result.push(part.clone());
                }
            }
        }
        result.trim();
        result
    }

    fn push_next(&mut self, cursor: &mut Cursor<'_>) {
        let part = cursor.take(usize::MAX);
        self.push(part);
    }

    fn push_kept(&mut self, cursor: &mut Cursor<'_>) {
        let length = cursor.take(usize::MAX).length();
        self.push(Part::Keep(length));
    }

    /// Adds a part in one canonical form: equal neighbours are one, and of an insertion and a deletion the insertion comes first.
    fn push(&mut self, part: Part) {
        if part.length() == 0 {
            return;
        }
        match (self.parts.as_mut_slice(), part) {
            ([.., Part::Keep(length)], Part::Keep(more))
            | ([.., Part::Delete(length)], Part::Delete(more)) => {
                *length += more;
            }
            ([.., Part::Insert(units)], Part::Insert(more))
            | ([.., Part::Insert(units), Part::Delete(_)], Part::Insert(more)) => {
                units.extend(more)
            }
            ([.., Part::Delete(_)], part @ Part::Insert(_)) => {
                let last = self.parts.len() - 1;
                self.parts.insert(last, part);
            }
            (_, part) => self.parts.push(part),
        }
    }

    /// Leaves the end unsaid.
    fn trim(&mut self) {
        if matches!(self.parts.last(), Some(Part::Keep(_))) {
            self.parts.pop();
        }
    }
}

/// A passage of a text that an edit has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passage {
    /// Where it begins in the text after the edit.
    pub(crate) start: usize,
    /// Where it ends there.
    pub(crate) end: usize,
    /// What was there before.
    pub(crate) removed: Vec<u16>,
}

/// Walks along the parts of an edit, in pieces of any length.
struct Cursor<'a> {
    parts: Peekable<std::slice::Iter<'a, Part>>,
    /// How much of the current part has been taken.
    taken: usize,
}

impl<'a> Cursor<'a> {
    fn new(delta: &'a Delta) -> Self {
        Self {
            parts: delta.parts.iter().peekable(),
            taken: 0,
        }
    }

    /// What remains of the current part.
    fn peek(&mut self) -> Option<Part> {
        let taken = self.taken;
        self.parts.peek().map(|part| match part {
            Part::Keep(length) => Part::Keep(length - taken),
            Part::Delete(length) => Part::Delete(length - taken),
            Part::Insert(units) => Part::Insert(units[taken..].to_vec()),
        })
    }

    /// Takes at most so much of the current part; nothing of an edit that has ended.
    fn take(&mut self, length: usize) -> Part {
        let Some(rest) = self.peek() else {
            return Part::Keep(0);
        };
        if rest.length() <= length {
            self.parts.next();
            self.taken = 0;
            return rest;
        }
        self.taken += length;
        match rest {
            Part::Keep(_) => Part::Keep(length),
            Part::Delete(_) => Part::Delete(length),
            Part::Insert(units) => Part::Insert(units[..length].to_vec()),
        }
    }
}
