//! What the other peer has been given so far.

use crate::sync::graph::Graph;
use automerge::ChangeHash;
use std::collections::HashSet;

/// Which changes of the graph the other peer was sent on this connection, or is known to have.
///
/// Frames arrive in order or the connection ends, so nothing that was sent is sent again. Peers that follow a document have all of it
/// up to some position: that is one number for each of them, however long the history.
#[derive(Debug, Default)]
pub(super) struct Given {
    /// All changes at lower positions.
    pub(super) below: usize,
    /// And these, at higher positions.
    pub(super) beyond: HashSet<ChangeHash>,
}

impl Given {
    pub(super) fn contains(&self, graph: &Graph, hash: &ChangeHash) -> bool {
        self.beyond.contains(hash) || graph.position(hash).is_some_and(|at| at < self.below)
    }

    pub(super) fn add(&mut self, graph: &Graph, hashes: impl IntoIterator<Item = ChangeHash>) {
        let new = hashes
            .into_iter()
            .filter(|hash| graph.position(hash).is_some_and(|at| at >= self.below));
        self.beyond.extend(new);
        while let Some(next) = graph.changes().get(self.below)
            && self.beyond.remove(&next.hash)
        {
            self.below += 1;
        }
    }

    /// They have these heads, which are here: so they lack only what comes after them, perhaps nothing that was not sent.
    pub(super) fn reached(&mut self, graph: &Graph, heads: &[ChangeHash]) {
        let after = graph.since(heads);
        if after
            .iter()
            .all(|change| self.contains(graph, &change.hash))
        {
            self.all(graph);
        }
    }

    pub(super) fn all(&mut self, graph: &Graph) {
        self.below = graph.len();
        self.beyond.clear();
    }

    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}
