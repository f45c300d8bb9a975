//! Which changes lie in the past of a change.
//!
//! The changes of one actor follow each other, so the past is told by one number per actor. Keeping that for every change would
//! cost changes × actors; it is kept for the latest ones and along each branch every so often, and found again from there.

use std::collections::{BTreeMap, HashSet};

/// How many clocks of the latest changes are kept.
const RECENT: usize = 64;

/// How many changes a branch may go on without keeping a clock.
const STRIDE: usize = 64;

/// How many changes of each actor lie in a past.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Clock(Vec<u64>);

impl Clock {
    /// The sequence number of the last change of an actor in this past; 0 when there is none.
    pub(super) fn seq(&self, actor: usize) -> u64 {
        self.0.get(actor).copied().unwrap_or(0)
    }

    fn raise(&mut self, actor: usize, seq: u64) {
        if self.0.len() <= actor {
            self.0.resize(actor + 1, 0);
        }
        self.0[actor] = self.0[actor].max(seq);
    }

    fn merge(&mut self, other: &Self) {
        for (actor, seq) in other.0.iter().enumerate() {
            self.raise(actor, *seq);
        }
    }
}

#[derive(Debug)]
struct Entry {
    deps: Vec<usize>,
    actor: usize,
    seq: u64,
    /// How many changes ago, at most, this branch kept a clock.
    distance: usize,
    kept: Option<Clock>,
}

/// The clocks of a growing history, in which every change comes after its causes.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    entries: Vec<Entry>,
    recent: BTreeMap<usize, Clock>,
}

impl Clocks {
    /// What lies before a change that builds upon `deps`, they included.
    pub(super) fn past(&self, deps: &[usize]) -> Clock {
        let mut clock = Clock::default();
        let mut waiting = deps.to_vec();
        let mut visited = HashSet::new();
        while let Some(index) = waiting.pop() {
            let entry = &self.entries[index];
            // Its actor's later change, already visited, leads to all that this one leads to.
            if clock.seq(entry.actor) >= entry.seq || !visited.insert(index) {
                continue;
            }
            match self.recent.get(&index).or(entry.kept.as_ref()) {
                Some(known) => clock.merge(known),
                None => {
                    clock.raise(entry.actor, entry.seq);
                    waiting.extend(&entry.deps);
                }
            }
        }
        clock
    }

    /// Adds a change with what lies before it.
    pub(super) fn push(&mut self, past: Clock, deps: &[usize], actor: usize, seq: u64) {
        let mut clock = past;
        clock.raise(actor, seq);
        let distance = deps
            .iter()
            .map(|dep| self.entries[*dep].distance + 1)
            .max()
            .unwrap_or(0);
        let keep = distance >= STRIDE;
        let index = self.entries.len();
        self.entries.push(Entry {
            deps: deps.to_vec(),
            actor,
            seq,
            distance: if keep { 0 } else { distance },
            kept: keep.then(|| clock.clone()),
        });
        self.recent.insert(index, clock);
        if self.recent.len() > RECENT {
            self.recent.pop_first();
        }
    }

    /// Forgets every change from `length` on.
    pub(super) fn truncate(&mut self, length: usize) {
        self.entries.truncate(length);
        self.recent.split_off(&length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn two_long_branches_do_not_see_each_other() {
        let mut clocks = Clocks::default();
        clocks.push(Clock::default(), &[], 0, 1);
        let mut tips = [0, 0];
        for round in 0..500 {
            for actor in [0, 1] {
                let deps = [tips[actor]];
                let past = clocks.past(&deps);
                let seq = past.seq(actor) + 1;
                tips[actor] = clocks.entries.len();
                clocks.push(past, &deps, actor, seq);
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
    fn an_old_change_still_finds_its_past() {
        let mut clocks = Clocks::default();
        clocks.push(Clock::default(), &[], 0, 1);
        for index in 1..1_000 {
            let past = clocks.past(&[index - 1]);
            clocks.push(past, &[index - 1], 0, index as u64 + 1);
        }
        for index in 0..1_000 {
            assert_eq!(clocks.past(&[index]).seq(0), index as u64 + 1);
        }
    }
}
