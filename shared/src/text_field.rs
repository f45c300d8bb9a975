//! Binds a native text area to a shared text, without any page of its own.
//!
//! The field knows the text that is *shown* and the remote edits that the document already holds but the screen does not show
//! yet, because somebody is composing (an input method, autocorrect, a dead key) and a value set from outside would break that
//! off. Local input is compared with the shown text, never with the document, and then carried through the edits that wait.
//!
//! Invariant: the shown text with the waiting edits applied is the text of the document.
//!
//! Positions are UTF-16 code units, as text areas count them, and never fall between the halves of a surrogate pair. A text area
//! turns the line ends of other systems (`\r\n`) into `\n`: a text that a client of another make wrote so is repaired by
//! the first local input that follows.

pub(crate) mod delta;

use crate::records::Splice;
use crate::records::section::{pair_end, pair_start};
use crate::time::UnixMillis;
use delta::Delta;

/// Remote edits wait for a composition at most this long after the last input, in milliseconds.
pub const HOLD_MILLIS: i64 = 2_000;

/// One text area.
#[derive(Debug, Clone)]
pub struct TextField {
    /// What the text area shows, in UTF-16 code units.
    shown: Vec<u16>,
    /// What the document holds on top of it.
    waiting: Delta,
    /// When somebody last typed in a composition that is still open.
    composing_since: Option<UnixMillis>,
}

/// The caret, or the two ends of what is selected, in UTF-16 code units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Selection {
    /// The first end.
    pub start: usize,
    /// The last end; equal to the first for a caret.
    pub end: usize,
}

/// What to put into the text area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// Its new value.
    pub text: String,
    /// Where the caret or the selection now is.
    pub selection: Selection,
}

impl Selection {
    /// A caret.
    pub fn caret(at: usize) -> Self {
        Self { start: at, end: at }
    }
}

impl TextField {
    /// A field that shows the text of the document.
    pub fn new(text: &str) -> Self {
        Self {
            shown: text.encode_utf16().collect(),
            waiting: Delta::default(),
            composing_since: None,
        }
    }

    /// What the text area shows.
    pub fn shown(&self) -> String {
        String::from_utf16_lossy(&self.shown)
    }

    /// What the document holds: the shown text and the edits that wait.
    pub fn document(&self) -> String {
        String::from_utf16_lossy(&self.waiting.apply(&self.shown))
    }

    /// Takes what the text area holds after an `input` event, with the caret after it, and returns the edits to make to the
    /// document at once, before anything else changes it. Empty when nothing changed.
    pub fn input(&mut self, value: &str, caret: usize, now: UnixMillis) -> Vec<Splice> {
        if self.composing_since.is_some() {
            self.composing_since = Some(now);
        }
        let value: Vec<u16> = value.encode_utf16().collect();
        let local = difference(&self.shown, &value, caret);
        // The local letter goes before a remote one at the same place, as the caret stays before it when it is shown.
        let edits = local.rebased(&self.waiting, true).splices();
        self.waiting = self.waiting.rebased(&local, false);
        self.shown = value;
        edits
    }

    /// Takes edits that the document has just received from elsewhere, each relative to the result of the one before.
    ///
    /// Returns what to show, or nothing while they wait for a composition to end.
    pub fn remote(
        &mut self,
        splices: &[Splice],
        selection: Selection,
        now: UnixMillis,
    ) -> Option<Update> {
        for splice in splices {
            self.waiting = self.waiting.then(&Delta::of_splice(splice));
        }
        self.tick(selection, now)
    }

    /// Takes the text of the document anew, after edits that went around this field: a refused edit, a rebuilt document.
    pub fn reconcile(
        &mut self,
        document: &str,
        selection: Selection,
        now: UnixMillis,
    ) -> Option<Update> {
        let expected = self.waiting.apply(&self.shown);
        let actual: Vec<u16> = document.encode_utf16().collect();
        let missed = difference(&expected, &actual, actual.len());
        self.waiting = self.waiting.then(&missed);
        self.tick(selection, now)
    }

    /// An input method begins to compose.
    pub fn composition_start(&mut self, now: UnixMillis) {
        self.composing_since = Some(now);
    }

    /// The composition ends. Browsers disagree on whether the last `input` event comes before or after, so the value of the text
    /// area is taken again here.
    pub fn composition_end(
        &mut self,
        value: &str,
        selection: Selection,
        now: UnixMillis,
    ) -> (Vec<Splice>, Option<Update>) {
        let edits = self.input(value, selection.end, now);
        self.composing_since = None;
        (edits, self.tick(selection, now))
    }

    /// Shows the edits that have waited long enough. Call it at [`TextField::deadline`].
    pub fn tick(&mut self, selection: Selection, now: UnixMillis) -> Option<Update> {
        if self.waiting.is_empty() || self.holds_until().is_some_and(|until| now < until) {
            return None;
        }
        let waiting = std::mem::take(&mut self.waiting);
        self.shown = waiting.apply(&self.shown);
        Some(Update {
            text: self.shown(),
            selection: moved(selection, &waiting, &self.shown),
        })
    }

    /// When edits that wait must be shown at the latest; `None` when none waits.
    pub fn deadline(&self) -> Option<UnixMillis> {
        self.holds_until().filter(|_| !self.waiting.is_empty())
    }

    fn holds_until(&self) -> Option<UnixMillis> {
        self.composing_since.map(|since| since.plus(HOLD_MILLIS))
    }
}

/// Where a selection lands. What appears at a caret appears after it; what appears at an end of a selection stays outside.
fn moved(selection: Selection, edits: &Delta, result: &[u16]) -> Selection {
    let end = edits.moved(selection.end, false);
    let start = if selection.start == selection.end {
        end
    } else {
        edits.moved(selection.start, true).min(end)
    };
    Selection {
        start: pair_start(result, start.min(result.len())),
        end: pair_end(result, end.min(result.len())),
    }
}

/// The smallest edit that leads from one text to the other. Where several would do ("aa" → "aaa"), the one that ends at the
/// caret, so that a letter lands where it was typed.
pub(crate) fn difference(old: &[u16], new: &[u16], caret: usize) -> Delta {
    let common_end = |old: &[u16], new: &[u16]| {
        old.iter()
            .rev()
            .zip(new.iter().rev())
            .take_while(|(a, b)| a == b)
            .count()
    };
    let after_caret = new.len().saturating_sub(caret);
    let mut end = common_end(old, new).min(after_caret);
    let mut start = old[..old.len() - end]
        .iter()
        .zip(&new[..new.len() - end])
        .take_while(|(a, b)| a == b)
        .count();
    end += common_end(&old[start..old.len() - end], &new[start..new.len() - end]);
    // Two emoji may share one half of their pairs.
    start = pair_start(old, start).min(pair_start(new, start));
    let old_end = pair_end(old, old.len() - end);
    let new_end = pair_end(new, new.len() - end);
    let widened = (old_end + end - old.len()).max(new_end + end - new.len());
    end -= widened;
    Delta::replace(start, old.len() - end - start, &new[start..new.len() - end])
}

#[cfg(test)]
mod tests;
