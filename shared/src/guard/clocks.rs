//! Which changes lie in the past of a change.
//!
//! The changes of one actor follow each other, so the past is told by one number per actor. Keeping that for every change would
//! cost changes × actors; it is kept for the latest ones and along each branch every so often, and found again from there.

use std::collections::{BTreeMap, HashSet, VecDeque};

/// How many clocks of the latest changes are kept.
const RECENT: usize = 32;

/// How many changes a branch goes on at least without keeping a clock; more when there are more actors than this.
const STRIDE: usize = 64;

/// How many changes of each actor lie in a past.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Clock(Vec<u32>);

impl Clock {
    /// The sequence number of the last change of an actor in this past; 0 when there is none.
    pub(super) fn seq(&self, actor: u32) -> u32 {
        self.0.get(actor as usize).copied().unwrap_or(0)
    }

    fn raise(&mut self, actor: u32, seq: u32) {
        let actor = actor as usize;
        if self.0.len() <= actor {
            self.0.resize(actor + 1, 0);
        }
        self.0[actor] = self.0[actor].max(seq);
    }

    fn merge(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = (*mine).max(*theirs);
        }
    }
}

/// A change by its author and its place among the author's, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) actor: u32,
    pub(super) seq: u32,
}

#[derive(Debug)]
struct Entry {
    written: Written,
    /// Where what it builds upon starts among all dependencies.
    first_dep: u32,
    /// How many changes ago, at most, this branch kept a clock.
    distance: u32,
}

/// The clocks of a growing history, in which every change comes after its causes and is named by its place.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    entries: Vec<Entry>,
    deps: Vec<u32>,
    kept: BTreeMap<u32, Clock>,
    /// Those of the last changes, the very last at the end.
    recent: VecDeque<Clock>,
}

impl Clocks {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn written(&self, change: u32) -> Written {
        self.entries[change as usize].written
    }

    /// What lies before a change that builds upon `deps`, they included.
    pub(super) fn past(&self, deps: &[u32]) -> Clock {
        // What clocks that were kept tell, complete with all that lies before, and what was met one by one on the way to them.
        let mut complete = Clock::default();
        let mut met = Clock::default();
        let mut waiting = deps.to_vec();
        let mut visited = HashSet::new();
        while let Some(index) = waiting.pop() {
            let Written { actor, seq } = self.written(index);
            if complete.seq(actor) >= seq {
                continue;
            }
            match self.known(index) {
                Some(known) => complete.merge(known),
                None if visited.insert(index) => {
                    met.raise(actor, seq);
                    waiting.extend(self.deps_of(index));
                }
                None => {}
            }
        }
        complete.merge(&met);
        complete
    }

    /// Adds a change with what lies before it.
    pub(super) fn push(&mut self, past: Clock, deps: &[u32], written: Written) {
        let mut clock = past;
        clock.raise(written.actor, written.seq);
        let distance = deps
            .iter()
            .map(|dep| self.entries[*dep as usize].distance + 1)
            .max()
            .unwrap_or(0);
        let keep = distance as usize >= STRIDE.max(clock.0.len());
        if keep {
            self.kept.insert(self.entries.len() as u32, clock.clone());
        }
        self.entries.push(Entry {
            written,
            first_dep: self.deps.len() as u32,
            distance: if keep { 0 } else { distance },
        });
        self.deps.extend(deps);
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(clock);
    }

    /// Forgets the last change and returns whose it was.
    pub(super) fn pop(&mut self) -> Option<Written> {
        let entry = self.entries.pop()?;
        self.deps.truncate(entry.first_dep as usize);
        self.kept.remove(&(self.entries.len() as u32));
        self.recent.pop_back();
        Some(entry.written)
    }

    fn known(&self, index: u32) -> Option<&Clock> {
        let old = self.entries.len() - self.recent.len();
        match (index as usize).checked_sub(old) {
            Some(place) => self.recent.get(place),
            None => self.kept.get(&index),
        }
    }

    fn deps_of(&self, index: u32) -> &[u32] {
        let index = index as usize;
        let end = self
            .entries
            .get(index + 1)
            .map_or(self.deps.len(), |next| next.first_dep as usize);
        &self.deps[self.entries[index].first_dep as usize..end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::properties;
    use proptest::prelude::*;

    #[test]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn two_long_branches_do_not_see_each_other() {
        let mut clocks = Clocks::default();
        clocks.push(Clock::default(), &[], Written { actor: 0, seq: 1 });
        let mut tips = [0, 0];
        for round in 0..500 {
            for actor in [0, 1] {
                let deps = [tips[actor as usize]];
                let past = clocks.past(&deps);
                let seq = past.seq(actor) + 1;
                tips[actor as usize] = clocks.len() as u32;
                clocks.push(past, &deps, Written { actor, seq });
                assert_eq!(clocks.past(&[tips[0]]).seq(1), 0, "round {round}");
            }
        }
        assert_eq!(clocks.past(&[tips[1]]).seq(1), 500);
        // The genesis is of the first actor; the second branch sees nothing else of it.
        assert_eq!(clocks.past(&[tips[1]]).seq(0), 1);
        let both = clocks.past(&tips);
        assert_eq!((both.seq(0), both.seq(1)), (501, 500));
    }

    #[test]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn who_lags_behind_still_sees_what_others_wrote_before() {
        // One begins, another goes on alone for a while, then many others write: nothing of the second is among the latest, nor kept.
        let mut clocks = Clocks::default();
        clocks.push(Clock::default(), &[], Written { actor: 0, seq: 1 });
        let mut tip = 0;
        for (actor, changes) in [(1, 20), (2, 2 * RECENT as u32)] {
            let mut last = tip;
            for seq in 1..=changes {
                let past = clocks.past(&[last]);
                last = clocks.len() as u32;
                clocks.push(past, &[last - 1], Written { actor, seq });
                if actor == 1 {
                    tip = last;
                }
            }
        }
        let past = clocks.past(&[tip]);
        assert_eq!([past.seq(0), past.seq(1), past.seq(2)], [1, 20, 0]);
    }

    proptest! {
        #![proptest_config(properties::cases(200))]

        /// Against the plain definition: everything that can be reached.
        #[test]
        #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
        fn the_past_is_all_that_can_be_reached(
            steps in proptest::collection::vec((0..5u32, 0..6usize, any::<bool>()), 1..400),
        ) {
            let mut clocks = Clocks::default();
            clocks.push(Clock::default(), &[], Written { actor: 0, seq: 1 });
            // What each actor has last seen, what was written in all, and who reaches what.
            let mut tips = [0u32; 5];
            let mut seqs = [1, 0, 0, 0, 0];
            let mut reached: Vec<Vec<u32>> = vec![vec![1, 0, 0, 0, 0]];
            for (actor, other, merges) in steps {
                let actor = actor as usize;
                let mut deps = vec![tips[actor]];
                if merges && let Some(tip) = tips.get(other) && *tip != tips[actor] {
                    deps.push(*tip);
                }
                let mut expected = vec![0; 5];
                for dep in &deps {
                    for (mine, theirs) in expected.iter_mut().zip(&reached[*dep as usize]) {
                        *mine = (*mine).max(*theirs);
                    }
                }
                let past = clocks.past(&deps);
                let found: Vec<u32> = (0..5).map(|actor| past.seq(actor)).collect();
                prop_assert_eq!(&found, &expected);
                seqs[actor] += 1;
                expected[actor] = seqs[actor];
                reached.push(expected);
                tips[actor] = clocks.len() as u32;
                let written = Written { actor: actor as u32, seq: seqs[actor] };
                clocks.push(past, &deps, written);
            }
            // Whoever has not written for a while is asked about as well.
            for (change, expected) in reached.iter().enumerate() {
                let past = clocks.past(&[change as u32]);
                let found: Vec<u32> = (0..5).map(|actor| past.seq(actor)).collect();
                prop_assert_eq!(&found, expected);
            }
        }
    }

    #[test]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn an_old_change_still_finds_its_past() {
        let mut clocks = Clocks::default();
        clocks.push(Clock::default(), &[], Written { actor: 0, seq: 1 });
        for index in 1..1_000 {
            let past = clocks.past(&[index - 1]);
            let seq = index + 1;
            clocks.push(past, &[index - 1], Written { actor: 0, seq });
        }
        for index in 0..1_000 {
            assert_eq!(clocks.past(&[index]).seq(0), index + 1);
        }
    }

    #[test]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn what_is_taken_back_leaves_nothing_behind() {
        let mut clocks = Clocks::default();
        clocks.push(Clock::default(), &[], Written { actor: 0, seq: 1 });
        for round in 0..3 {
            for index in 1..200 {
                let past = clocks.past(&[index - 1]);
                let written = Written {
                    actor: index % 2 + 2 * round,
                    seq: past.seq(index % 2 + 2 * round) + 1,
                };
                clocks.push(past, &[index - 1], written);
            }
            assert_eq!(
                clocks.past(&[199 - 1]).seq(2 * round),
                99 + u32::from(round == 0)
            );
            for _ in 1..200 {
                clocks.pop();
            }
            assert_eq!(clocks.past(&[0]), Clock(vec![1]));
        }
    }
}
