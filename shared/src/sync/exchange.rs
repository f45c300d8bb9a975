//! What two peers know of each other about one document, in automerge's sync protocol (<https://arxiv.org/abs/2012.00472>),
//! answered from a change graph instead of a document.
//!
//! It speaks with automerge's own `sync::State` on the other side. Three things differ on purpose: messages are taken into account
//! only once their changes are in the graph (at the relay: on the disk), possibly many at a time; whole documents are never sent; and
//! what is too much for one message goes out in portions, each after the answer to the one before.

#[cfg(test)]
mod tests;

use crate::change::ChangeRecord;
use crate::guard::{ScannedChunk, ScannedMessage};
use crate::limits;
use crate::sync::graph::Graph;
use automerge::ChangeHash;
use automerge::sync::{BloomFilter, Have, Message, MessageFlags, MessageVersion};
use std::collections::{BTreeSet, HashMap, HashSet};

/// The state of one document between this peer and another, for the length of one connection.
#[derive(Debug, Default)]
pub struct Exchange {
    /// Changes both are known to have, as heads.
    shared_heads: Vec<ChangeHash>,
    last_sent_heads: Vec<ChangeHash>,
    their_heads: Option<Vec<ChangeHash>>,
    their_need: Vec<ChangeHash>,
    their_have: Option<Vec<Have>>,
    /// What the last message brought that lacks a dependency.
    orphans: Vec<ChangeHash>,
    /// Sent on this connection and not yet known to have arrived.
    sent: HashSet<ChangeHash>,
    in_flight: bool,
    /// The last message did not hold all that they lack.
    has_more: bool,
    have_responded: bool,
    their_read_only: bool,
    portion: Portion,
}

/// How much one message may carry.
#[derive(Debug, Clone, Copy)]
struct Portion {
    bytes: usize,
    operations: u64,
}

impl Default for Portion {
    fn default() -> Self {
        Self {
            bytes: limits::MESSAGE_BYTES,
            operations: limits::MESSAGE_OPERATIONS,
        }
    }
}

impl Portion {
    /// How many of these changes, from the first, go into one message: at least one.
    fn count(&self, changes: &[&ChangeRecord]) -> usize {
        let (mut bytes, mut operations) = (0, 0);
        let fitting = changes.iter().take_while(|change| {
            bytes += change.bytes.len();
            operations += change.operations;
            bytes <= self.bytes && operations <= self.operations
        });
        fitting.count().max(1).min(changes.len())
    }
}

impl Exchange {
    /// Starts from what both were known to share at the end of an earlier connection.
    pub fn resume(shared_heads: Vec<ChangeHash>) -> Self {
        Self {
            shared_heads,
            ..Self::default()
        }
    }

    /// The other peer's heads as far as they are here: what it has acknowledged.
    pub fn acknowledged(&self, graph: &Graph) -> Vec<ChangeHash> {
        let heads = self.their_heads.as_deref().unwrap_or(&self.shared_heads);
        let known = heads.iter().filter(|head| graph.contains(head));
        // While the other peer runs ahead, what was shared before still counts.
        let mut acknowledged: BTreeSet<ChangeHash> = known.copied().collect();
        if acknowledged.len() < heads.len() {
            acknowledged.extend(self.shared_heads.iter().copied());
        }
        acknowledged.into_iter().collect()
    }

    /// Whether something was sent that the other peer has not answered yet.
    pub fn is_in_flight(&self) -> bool {
        self.in_flight
    }

    /// What was sent on this connection and is not known to have arrived.
    pub fn unanswered(&self) -> impl Iterator<Item = ChangeHash> + '_ {
        self.sent.iter().copied()
    }

    /// Whether the other peer has spoken about this document on this connection.
    pub fn has_heard(&self) -> bool {
        self.their_heads.is_some()
    }

    /// Takes a message into account. Its changes, as far as they were accepted, are already in `graph`; `before` are the heads that
    /// the graph had without them.
    pub fn receive(&mut self, graph: &Graph, before: &[ChangeHash], message: &ScannedMessage) {
        self.in_flight = false;
        if let Some(flags) = message.flags {
            if flags.contains(MessageFlags::SYNC_RESET) {
                self.sent.clear();
            }
            self.their_read_only = flags.contains(MessageFlags::READ_ONLY);
        }
        let unknown_to_them: HashSet<ChangeHash> = graph
            .since(&message.heads)
            .iter()
            .map(|change| change.hash)
            .collect();
        self.sent.retain(|hash| unknown_to_them.contains(hash));
        if message.chunks.is_empty() && message.heads == before {
            self.last_sent_heads.clone_from(&message.heads);
        }
        let known: BTreeSet<ChangeHash> = message
            .heads
            .iter()
            .filter(|head| graph.contains(head))
            .copied()
            .collect();
        if known.len() == message.heads.len() {
            self.shared_heads = known.into_iter().collect();
            self.orphans.clear();
            if message.heads.is_empty() {
                // The other peer has lost everything, or never had anything: start over.
                self.last_sent_heads.clear();
                self.sent.clear();
            }
        } else {
            // What they gave, they have: the rest of what they have builds on it.
            let (given, orphans): (Vec<&ChangeRecord>, Vec<&ChangeRecord>) = message
                .chunks
                .iter()
                .filter_map(|chunk| match chunk {
                    ScannedChunk::Change(change) => Some(change),
                    ScannedChunk::Document(_) => None,
                })
                .partition(|change| graph.contains(&change.hash));
            let mut shared: BTreeSet<ChangeHash> =
                self.shared_heads.iter().copied().chain(known).collect();
            shared.extend(given.iter().map(|change| change.hash));
            for dep in given.iter().flat_map(|change| &change.deps) {
                shared.remove(dep);
            }
            self.shared_heads = shared.into_iter().collect();
            self.orphans = orphans.iter().map(|change| change.hash).collect();
        }
        self.their_have = Some(message.have.clone());
        self.their_heads = Some(message.heads.clone());
        self.their_need.clone_from(&message.need);
    }

    /// Whether the other peer waits for more than an acknowledgement: our first word, changes it lacks, or a request of ours.
    pub fn is_urgent(&self, graph: &Graph) -> bool {
        !self.have_responded
            || !graph
                .missing(self.their_heads.as_deref().unwrap_or_default())
                .is_empty()
            || self
                .to_send(graph)
                .iter()
                .any(|hash| !self.sent.contains(hash))
    }

    /// The next message to send, or `None` when it would say nothing new.
    pub fn generate(&mut self, graph: &Graph) -> Option<Message> {
        let heads = graph.heads();
        let their_heads = self.their_heads.as_deref().unwrap_or_default();
        // What holds up changes that are here comes before the end of the history, which may be many messages away.
        let mut need = graph.missing(&self.orphans);
        if need.is_empty() {
            need = graph.missing(their_heads);
        }
        let have = if need.iter().all(|hash| their_heads.contains(hash)) {
            vec![self.have(graph)]
        } else {
            Vec::new()
        };
        if let Some(first) = self.their_have.iter().flatten().next()
            && !first.last_sync.iter().all(|hash| graph.contains(hash))
        {
            // They build on a common past that we do not have: an empty `have` makes them start from nothing.
            return Some(message(
                heads,
                Vec::new(),
                vec![Have::default()],
                Vec::new(),
            ));
        }
        let lacking = self
            .to_send(graph)
            .into_iter()
            .filter(|hash| !self.sent.contains(hash));
        let lacking = graph.in_order(lacking);
        let (changes, rest) = lacking.split_at(self.portion.count(&lacking));
        let unchanged = self.last_sent_heads == heads;
        let in_step = self.their_heads.as_ref() == Some(&heads) && changes.is_empty();
        // An answer always comes while something is left to send, so that waiting for it lets nobody wait for ever.
        let waiting = self.in_flight && (unchanged || self.has_more);
        if self.have_responded && (waiting || (unchanged && in_step)) {
            return None;
        }
        self.have_responded = true;
        self.last_sent_heads.clone_from(&heads);
        self.sent.extend(changes.iter().map(|change| change.hash));
        self.in_flight = true;
        self.has_more = !rest.is_empty();
        let bytes = changes.iter().map(|change| change.bytes.to_vec()).collect();
        Some(message(heads, need, have, bytes))
    }

    fn have(&self, graph: &Graph) -> Have {
        let since = graph.since(&self.shared_heads);
        Have {
            last_sync: self.shared_heads.clone(),
            bloom: BloomFilter::from_hashes(since.iter().map(|change| change.hash)),
        }
    }

    /// What they asked for, and what their filters say they lack, with everything that builds on it.
    fn to_send(&self, graph: &Graph) -> Vec<ChangeHash> {
        let Some(their_have) = self.their_have.as_ref().filter(|_| !self.their_read_only) else {
            return Vec::new();
        };
        let needed = self
            .their_need
            .iter()
            .filter(|hash| graph.contains(hash))
            .copied();
        if their_have.is_empty() {
            return needed.collect();
        }
        let last_sync: Vec<ChangeHash> = their_have
            .iter()
            .flat_map(|have| have.last_sync.iter().copied())
            .collect();
        let candidates = graph.since(&last_sync);
        let mut dependents: HashMap<ChangeHash, Vec<ChangeHash>> = HashMap::new();
        let mut lacking: HashSet<ChangeHash> = HashSet::new();
        for change in &candidates {
            for dep in &change.deps {
                dependents.entry(*dep).or_default().push(change.hash);
            }
            if their_have
                .iter()
                .all(|have| !have.bloom.contains_hash(&change.hash))
            {
                lacking.insert(change.hash);
            }
        }
        let mut stack: Vec<ChangeHash> = lacking.iter().copied().collect();
        while let Some(hash) = stack.pop() {
            for dependent in dependents.get(&hash).into_iter().flatten() {
                if lacking.insert(*dependent) {
                    stack.push(*dependent);
                }
            }
        }
        let mut hashes: Vec<ChangeHash> = needed.filter(|hash| !lacking.contains(hash)).collect();
        hashes.extend(
            candidates
                .iter()
                .map(|change| change.hash)
                .filter(|hash| lacking.contains(hash)),
        );
        hashes
    }
}

fn message(
    heads: Vec<ChangeHash>,
    need: Vec<ChangeHash>,
    have: Vec<Have>,
    changes: Vec<Vec<u8>>,
) -> Message {
    let mut flags = MessageFlags::new();
    flags.set(MessageFlags::SUPPORTS_SYNC_RESET);
    Message {
        heads,
        need,
        have,
        changes: changes.into(),
        flags: Some(flags),
        version: MessageVersion::V1,
    }
}
