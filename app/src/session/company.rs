//! Who is in which document: what this phone tells the others, and what it hears from them.
//!
//! Nothing here is kept. One's own place is told at most twice a second and at least every ten seconds; whoever is not heard of
//! for twenty-five seconds has left.

use litemap::LiteMap;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::PersonId;
use maillage_shared::presence::Presence;
use maillage_shared::records::Section;
use maillage_shared::time::UnixMillis;

/// Least time between two messages about one document, in milliseconds.
const TELL_AFTER: i64 = 500;
/// Most time between two messages about one document, in milliseconds.
const TELL_AGAIN: i64 = 10_000;
/// A newcomer is answered within this time, in milliseconds, drawn at random: a full room does not answer in one instant.
const ANSWER_WITHIN: i64 = 1_000;
/// Who is silent for longer has left, in milliseconds.
const FORGET_AFTER: i64 = 25_000;
/// People remembered as being in one document; more are ignored.
const PEOPLE: usize = 400;

/// Where one's own caret is in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    /// The text one is in.
    pub(crate) section: Option<Section>,
    /// The caret in it, in UTF-16 units.
    pub(crate) caret: Option<u32>,
}

/// What must be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tell {
    /// About which document.
    pub(crate) document: DocumentId,
    /// Where one is.
    pub(crate) place: Place,
    /// Whether one has left it.
    pub(crate) leaving: bool,
}

/// Everyone, in every document.
#[derive(Debug, Default)]
pub(crate) struct Company {
    mine: LiteMap<DocumentId, Mine>,
    others: LiteMap<DocumentId, LiteMap<PersonId, Other>>,
}

#[derive(Debug)]
struct Mine {
    place: Place,
    told: Option<UnixMillis>,
    due: UnixMillis,
}

#[derive(Debug)]
struct Other {
    presence: Presence,
    heard: UnixMillis,
}

impl Company {
    /// One has opened this document.
    pub(crate) fn enter(&mut self, now: UnixMillis, document: DocumentId) {
        self.mine.entry(document).or_insert(Mine {
            place: Place::default(),
            told: None,
            due: now,
        });
    }

    /// One has moved within a document. Nobody is told of a document one has not opened.
    pub(crate) fn place(&mut self, now: UnixMillis, document: DocumentId, place: Place) {
        if let Some(mine) = self.mine.get_mut(&document)
            && mine.place != place
        {
            mine.place = place;
            let soonest = mine.told.map_or(now, |told| now.max(told.plus(TELL_AFTER)));
            mine.due = mine.due.min(soonest);
        }
    }

    /// One has left this document. Returns what to tell, if one was there.
    pub(crate) fn leave(&mut self, document: DocumentId) -> Option<Tell> {
        self.mine.remove(&document).map(|_| Tell {
            document,
            place: Place::default(),
            leaving: true,
        })
    }

    /// Every document one is in.
    pub(crate) fn places(&self) -> Vec<DocumentId> {
        self.mine.keys().copied().collect()
    }

    /// A new connection: nobody at its other end knows where one is.
    pub(crate) fn connected(&mut self, now: UnixMillis) {
        for (_, mine) in self.mine.iter_mut() {
            mine.due = now;
        }
    }

    /// Someone else was heard. `draw` is any random number. Returns whether what to show has changed.
    pub(crate) fn hear(
        &mut self,
        now: UnixMillis,
        document: DocumentId,
        presence: Presence,
        draw: u32,
    ) -> bool {
        let there = self.others.entry(document).or_default();
        if presence.leaving {
            return there.remove(&presence.person).is_some();
        }
        let person = presence.person;
        if let Some(other) = there.get_mut(&person) {
            let changed = other.presence != presence;
            *other = Other {
                presence,
                heard: now,
            };
            return changed;
        }
        if there.len() >= PEOPLE {
            return false;
        }
        there.insert(
            person,
            Other {
                presence,
                heard: now,
            },
        );
        if let Some(mine) = self.mine.get_mut(&document) {
            mine.due = mine.due.min(now.plus(i64::from(draw) % ANSWER_WITHIN));
        }
        true
    }

    /// The others in a document, always in the same order.
    pub(crate) fn others(&self, document: DocumentId) -> impl Iterator<Item = &Presence> {
        self.others
            .get(&document)
            .into_iter()
            .flat_map(|there| there.values().map(|other| &other.presence))
    }

    /// When [`Company::wake`] has something to do.
    pub(crate) fn next_wake(&self) -> Option<UnixMillis> {
        let mine = self.mine.values().map(|mine| mine.due);
        let others = self
            .others
            .values()
            .flat_map(LiteMap::values)
            .map(|other| other.heard.plus(FORGET_AFTER));
        mine.chain(others).min()
    }

    /// What is to be told now, and the documents from which someone has gone silently.
    pub(crate) fn wake(&mut self, now: UnixMillis) -> (Vec<Tell>, Vec<DocumentId>) {
        let mut tell = Vec::new();
        for (document, mine) in &mut self.mine {
            if mine.due <= now {
                mine.told = Some(now);
                mine.due = now.plus(TELL_AGAIN);
                tell.push(Tell {
                    document: *document,
                    place: mine.place,
                    leaving: false,
                });
            }
        }
        let mut changed = Vec::new();
        for (document, there) in self.others.iter_mut() {
            let before = there.len();
            there.retain(|_, other| other.heard.plus(FORGET_AFTER) > now);
            if there.len() < before {
                changed.push(*document);
            }
        }
        self.others.retain(|_, there| !there.is_empty());
        (tell, changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maillage_shared::identity::PersonKey;
    use maillage_shared::presence::Face;

    const START: UnixMillis = UnixMillis(1_000_000);

    fn sheet() -> DocumentId {
        DocumentId::from_entropy([1; 16])
    }

    fn caret(at: u32) -> Place {
        Place {
            section: Some(Section::Tasks),
            caret: Some(at),
        }
    }

    fn someone(seed: u8, leaving: bool) -> Presence {
        Presence {
            person: PersonKey::from_seed(&[seed; 32]).person(),
            face: Face::default(),
            section: None,
            caret: None,
            leaving,
        }
    }

    /// Runs the machine until a time and returns when it told something.
    fn told(company: &mut Company, from: UnixMillis, until: UnixMillis) -> Vec<i64> {
        let mut times = Vec::new();
        let mut now = from;
        while now <= until {
            if !company.wake(now).0.is_empty() {
                times.push(now.0 - START.0);
            }
            match company.next_wake() {
                Some(next) if next > now => now = next,
                _ => break,
            }
        }
        times
    }

    #[test]
    fn arriving_is_told_at_once_and_repeated_every_ten_seconds() {
        let mut company = Company::default();
        company.enter(START, sheet());
        assert_eq!(
            told(&mut company, START, START.plus(25_000)),
            [0, 10_000, 20_000]
        );
    }

    #[test]
    fn a_running_caret_is_told_twice_a_second_at_most() {
        let mut company = Company::default();
        let mut times = Vec::new();
        for at in 0..20 {
            let now = START.plus(i64::from(at) * 100);
            company.enter(now, sheet());
            company.place(now, sheet(), caret(at));
            if company.next_wake().is_some_and(|due| due <= now) {
                assert_eq!(company.wake(now).0[0].place, caret(at));
                times.push(now.0 - START.0);
            }
        }
        assert_eq!(times, [0, 500, 1000, 1500]);
    }

    #[test]
    fn whoever_falls_silent_is_forgotten() {
        let mut company = Company::default();
        assert!(company.hear(START, sheet(), someone(1, false), 0));
        assert!(!company.hear(START.plus(10_000), sheet(), someone(1, false), 0));
        assert_eq!(company.wake(START.plus(34_999)).1, []);
        assert_eq!(company.wake(START.plus(35_000)).1, [sheet()]);
        assert_eq!(company.others(sheet()).count(), 0);
    }

    #[test]
    fn whoever_leaves_is_gone_at_once() {
        let mut company = Company::default();
        company.hear(START, sheet(), someone(1, false), 0);
        assert!(company.hear(START, sheet(), someone(1, true), 0));
        assert_eq!(company.others(sheet()).count(), 0);
    }

    #[test]
    fn a_newcomer_is_answered_before_the_next_repetition() {
        let mut company = Company::default();
        company.enter(START, sheet());
        company.wake(START);
        company.hear(START.plus(2_000), sheet(), someone(1, false), 1_300);
        assert_eq!(company.next_wake(), Some(START.plus(2_300)));
        company.wake(START.plus(2_300));
        company.hear(START.plus(3_000), sheet(), someone(1, false), 0);
        assert_eq!(company.next_wake(), Some(START.plus(12_300)));
    }

    #[test]
    fn leaving_is_told_once() {
        let mut company = Company::default();
        company.enter(START, sheet());
        company.place(START, sheet(), caret(3));
        assert!(company.leave(sheet()).is_some_and(|tell| tell.leaving));
        assert_eq!(company.leave(sheet()), None);
        company.place(START, sheet(), caret(4));
        assert_eq!(company.next_wake(), None);
    }
}
