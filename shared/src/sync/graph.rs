//! The history of one document without its content: which change builds on which.
//!
//! The sync protocol is answered from here, at a cost that does not depend on how large the document is.

use crate::change::ChangeRecord;
use crate::limits;
use automerge::ChangeHash;
use std::collections::{BTreeSet, BinaryHeap, HashMap, HashSet};

/// A change graph: every change after its dependencies, and the orphans that still lack one.
#[derive(Debug, Default)]
pub struct Graph {
    /// In an order where dependencies come first.
    changes: Vec<ChangeRecord>,
    positions: HashMap<ChangeHash, usize>,
    heads: BTreeSet<ChangeHash>,
    operations: u64,
    orphans: HashMap<ChangeHash, ChangeRecord>,
}

impl Graph {
    /// Adds a change whose dependencies are here; returns whether it was new. A change that lacks one becomes an orphan.
    pub fn insert(&mut self, change: ChangeRecord) -> bool {
        if self.contains(&change.hash) {
            return false;
        }
        if !change.deps.iter().all(|dep| self.contains(dep)) {
            self.keep_orphan(change);
            return false;
        }
        self.orphans.remove(&change.hash);
        for dep in &change.deps {
            self.heads.remove(dep);
        }
        self.heads.insert(change.hash);
        self.operations += change.operations;
        self.positions.insert(change.hash, self.changes.len());
        self.changes.push(change);
        true
    }

    /// Keeps a change that lacks a dependency until [`Graph::take_ready_orphans`]; beyond the limit it is forgotten, and asked for again.
    pub fn keep_orphan(&mut self, change: ChangeRecord) {
        if self.orphans.len() < limits::ORPHAN_CHANGES {
            self.orphans.insert(change.hash, change);
        }
    }

    /// Takes out the orphans whose dependencies have arrived, in causal order.
    pub fn take_ready_orphans(&mut self) -> Vec<ChangeRecord> {
        self.take_orphans_after(|_| false)
    }

    /// The same, when the changes for which `is_known` holds are about to arrive.
    pub fn take_orphans_after(
        &mut self,
        is_known: impl Fn(&ChangeHash) -> bool,
    ) -> Vec<ChangeRecord> {
        let mut ready = Vec::new();
        let mut placed = HashSet::new();
        loop {
            let next: Vec<ChangeHash> = self
                .orphans
                .values()
                .filter(|change| {
                    change
                        .deps
                        .iter()
                        .all(|dep| self.contains(dep) || placed.contains(dep) || is_known(dep))
                })
                .map(|change| change.hash)
                .collect();
            if next.is_empty() {
                return ready;
            }
            for hash in next {
                placed.insert(hash);
                ready.extend(self.orphans.remove(&hash));
            }
        }
    }

    /// Whether the change is here (orphans are not).
    pub fn contains(&self, hash: &ChangeHash) -> bool {
        self.positions.contains_key(hash)
    }

    /// Where the change stands among [`Graph::changes`]; a place never changes.
    pub fn position(&self, hash: &ChangeHash) -> Option<usize> {
        self.positions.get(hash).copied()
    }

    /// The change of this name.
    pub fn get(&self, hash: &ChangeHash) -> Option<&ChangeRecord> {
        self.changes.get(*self.positions.get(hash)?)
    }

    /// Those of these changes that are here, each once, dependencies first.
    pub fn in_order(&self, hashes: impl IntoIterator<Item = ChangeHash>) -> Vec<&ChangeRecord> {
        let positions: BTreeSet<usize> = hashes
            .into_iter()
            .filter_map(|hash| self.positions.get(&hash).copied())
            .collect();
        positions
            .into_iter()
            .filter_map(|position| self.changes.get(position))
            .collect()
    }

    /// The changes nobody has built upon, sorted.
    pub fn heads(&self) -> Vec<ChangeHash> {
        self.heads.iter().copied().collect()
    }

    /// Whether `heads`, in any order and possibly repeated, are exactly the heads of this graph.
    pub fn has_heads(&self, heads: &[ChangeHash]) -> bool {
        let distinct: BTreeSet<&ChangeHash> = heads.iter().collect();
        distinct.len() == self.heads.len()
            && distinct.into_iter().all(|head| self.heads.contains(head))
    }

    /// How many changes are here.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Operations of all changes.
    pub fn operations(&self) -> u64 {
        self.operations
    }

    /// Whether there is no change at all.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// All changes, dependencies first.
    pub fn changes(&self) -> &[ChangeRecord] {
        &self.changes
    }

    /// The changes that are neither in `known` nor among the ancestors of a change in it, dependencies first.
    ///
    /// Names in `known` that are not here are ignored. Costs as much as there are changes after the oldest of the answer.
    pub fn since(&self, known: &[ChangeHash]) -> Vec<&ChangeRecord> {
        if self.has_heads(known) {
            return Vec::new();
        }
        // Walks from the newest position down; a position marked old is an ancestor of `known`, and so are its dependencies.
        let mut queue: BinaryHeap<usize> = BinaryHeap::new();
        let mut wanted: HashSet<usize> = HashSet::new();
        let mut old: HashSet<usize> = HashSet::new();
        for position in known.iter().filter_map(|hash| self.positions.get(hash)) {
            if old.insert(*position) {
                queue.push(*position);
            }
        }
        for position in self
            .heads
            .iter()
            .filter_map(|hash| self.positions.get(hash))
        {
            if wanted.insert(*position) && !old.contains(position) {
                queue.push(*position);
            }
        }
        let mut undecided = wanted
            .iter()
            .filter(|position| !old.contains(position))
            .count();
        let mut found = Vec::new();
        while let Some(position) = queue.pop() {
            let is_old = old.contains(&position);
            if !is_old {
                undecided -= 1;
                found.push(position);
            } else if undecided == 0 {
                break;
            }
            let Some(change) = self.changes.get(position) else {
                continue;
            };
            for dep in change.deps.iter().filter_map(|dep| self.positions.get(dep)) {
                let queued = wanted.contains(dep) || old.contains(dep);
                let was_undecided = wanted.contains(dep) && !old.contains(dep);
                if is_old {
                    if old.insert(*dep) && was_undecided {
                        undecided -= 1;
                    }
                } else if wanted.insert(*dep) && !old.contains(dep) {
                    undecided += 1;
                }
                if !queued {
                    queue.push(*dep);
                }
            }
        }
        found
            .iter()
            .rev()
            .filter_map(|position| self.changes.get(*position))
            .collect()
    }

    /// What must still arrive before `heads` can be here, seen through the orphans; sorted.
    pub fn missing(&self, heads: &[ChangeHash]) -> Vec<ChangeHash> {
        let mut missing = BTreeSet::new();
        let mut seen = HashSet::new();
        let mut stack = heads.to_vec();
        while let Some(hash) = stack.pop() {
            if self.contains(&hash) || !seen.insert(hash) {
                continue;
            }
            match self.orphans.get(&hash) {
                Some(orphan) => stack.extend(&orphan.deps),
                None => {
                    missing.insert(hash);
                }
            }
        }
        missing.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::properties;
    use automerge::ActorId;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn hash(number: usize) -> ChangeHash {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&(number as u64).to_be_bytes());
        ChangeHash(bytes)
    }

    fn change(number: usize, deps: &[usize]) -> ChangeRecord {
        ChangeRecord {
            hash: hash(number),
            deps: deps.iter().map(|dep| hash(*dep)).collect(),
            actor: ActorId::from(vec![1]),
            seq: number as u64 + 1,
            start_op: 1,
            operations: 1,
            bytes: Arc::from([]),
        }
    }

    fn names(changes: &[&ChangeRecord]) -> Vec<ChangeHash> {
        changes.iter().map(|change| change.hash).collect()
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn heads_are_the_changes_nobody_built_upon() {
        let mut graph = Graph::default();
        graph.insert(change(0, &[]));
        graph.insert(change(1, &[0]));
        graph.insert(change(2, &[0]));
        assert_eq!(graph.heads(), [hash(1), hash(2)]);
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn an_orphan_waits_and_is_seen_through() {
        let mut graph = Graph::default();
        graph.insert(change(0, &[]));
        graph.insert(change(2, &[1]));
        assert_eq!(graph.len(), 1);
        assert_eq!(graph.missing(&[hash(2)]), [hash(1)]);
        graph.insert(change(1, &[0]));
        let ready = graph.take_ready_orphans();
        assert_eq!(names(&ready.iter().collect::<Vec<_>>()), [hash(2)]);
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn a_head_named_twice_does_not_hide_another() {
        let mut graph = Graph::default();
        graph.insert(change(0, &[]));
        graph.insert(change(1, &[0]));
        graph.insert(change(2, &[0]));
        assert_eq!(names(&graph.since(&[hash(2), hash(2)])), [hash(1)]);
    }

    proptest! {
        #![proptest_config(properties::cases(256))]

        /// `since` against the plain definition: everything but the ancestors.
        #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
        #[test]
        fn since_leaves_out_exactly_the_ancestors(
            parents in proptest::collection::vec(proptest::collection::vec(any::<prop::sample::Index>(), 1..3), 0..40),
            known in proptest::collection::vec(any::<prop::sample::Index>(), 0..4),
        ) {
            let mut graph = Graph::default();
            graph.insert(change(0, &[]));
            let mut deps_of = vec![Vec::new()];
            for (at, picks) in parents.iter().enumerate() {
                let deps: BTreeSet<usize> = picks.iter().map(|pick| pick.index(at + 1)).collect();
                let deps: Vec<usize> = deps.into_iter().collect();
                graph.insert(change(at + 1, &deps));
                deps_of.push(deps);
            }
            let known: Vec<usize> = known.iter().map(|pick| pick.index(deps_of.len())).collect();
            let mut ancestors = BTreeSet::new();
            let mut stack = known.clone();
            while let Some(number) = stack.pop() {
                if ancestors.insert(number) {
                    stack.extend(&deps_of[number]);
                }
            }
            let expected: Vec<ChangeHash> =
                (0..deps_of.len()).filter(|number| !ancestors.contains(number)).map(hash).collect();
            let known: Vec<ChangeHash> = known.into_iter().map(hash).collect();
            prop_assert_eq!(names(&graph.since(&known)), expected);
        }
    }
}
