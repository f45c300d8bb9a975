//! What two peers know of each other about one document, in automerge's sync protocol (<https://arxiv.org/abs/2012.00472>),
//! answered from a change graph instead of a document.
//!
//! It speaks with automerge's own `sync::State` on the other side. Three things differ on purpose: messages are taken into account
//! only once their changes are in the graph (at the relay: on the disk), possibly many at a time; whole documents are never sent; and
//! what is too much for one message goes out in portions, each after the answer to the one before.

mod allowance;
mod given;
#[cfg(test)]
mod tests;

use crate::change::ChangeRecord;
use crate::guard::{ScannedChunk, ScannedMessage};
use crate::limits::{self, Limits, RelayLimits};
use crate::sync::graph::Graph;
use allowance::Allowance;
use automerge::ChangeHash;
use automerge::sync::{BloomFilter, Have, Message, MessageFlags, MessageVersion};
use given::Given;
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
    /// Their last heads name changes that were not here.
    they_lead: bool,
    given: Given,
    in_flight: bool,
    /// The last message did not hold all that they lack.
    has_more: bool,
    have_responded: bool,
    their_read_only: bool,
    allowance: Allowance,
    /// They lack something that they have said they do not take.
    withholds: bool,
    /// The first of it, if no message will ever carry it to them.
    withheld: Option<ChangeHash>,
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

    /// The other peer has said what it takes.
    pub fn hear_limits(&mut self, limits: RelayLimits) {
        self.allowance.hear(limits);
    }

    /// Whether something was not sent, because the other peer has said that it does not take so much.
    pub fn withholds(&self) -> bool {
        self.withholds
    }

    /// The first change that the other peer will never take, as far as it has said; what comes after it may build on it.
    pub fn withheld(&self) -> Option<ChangeHash> {
        self.withheld
    }

    /// Changes that were never accepted have been taken out of the graph that this is about, `before`: the conversation goes on about the
    /// one that is left.
    pub fn moved(&mut self, before: &Graph, graph: &Graph) {
        let given = before.changes().iter().map(|change| change.hash);
        let given: Vec<ChangeHash> = given
            .filter(|hash| self.given.contains(before, hash) && graph.contains(hash))
            .collect();
        self.given.forget();
        self.given.add(graph, given);
        self.withholds = false;
        self.withheld = None;
    }

    /// Whether something was sent that the other peer has not answered yet.
    pub fn is_in_flight(&self) -> bool {
        self.in_flight
    }

    /// What was sent on this connection and is not known to have arrived.
    pub fn unanswered(&self, graph: &Graph) -> Vec<ChangeHash> {
        let unknown_to_them = graph.since(&self.acknowledged(graph));
        unknown_to_them
            .iter()
            .map(|change| change.hash)
            .filter(|hash| self.given.contains(graph, hash))
            .collect()
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
                self.given.forget();
            }
            self.their_read_only = flags.contains(MessageFlags::READ_ONLY);
        }
        let theirs = message.chunks.iter().filter_map(|chunk| match chunk {
            ScannedChunk::Change(change) => Some(change.hash),
            ScannedChunk::Document(_) => None,
        });
        self.given.add(graph, theirs);
        if message.chunks.is_empty() && message.heads == before {
            self.last_sent_heads.clone_from(&message.heads);
        }
        let known: BTreeSet<ChangeHash> = message
            .heads
            .iter()
            .filter(|head| graph.contains(head))
            .copied()
            .collect();
        self.they_lead = known.len() < message.heads.len();
        if !self.they_lead {
            self.shared_heads = known.into_iter().collect();
            self.orphans.clear();
            if message.heads.is_empty() {
                // The other peer has lost everything, or never had anything: start over.
                self.last_sent_heads.clear();
                self.given.forget();
            } else {
                self.given.reached(graph, &message.heads);
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
            || !self.lacking(graph).is_empty()
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
        let lacking = self.lacking(graph);
        let room = self.allowance.room(&heads, &need, &have);
        let taken = self.allowance.taken(graph, &lacking, room);
        self.withholds = taken < lacking.len();
        let most = self.allowance.room(&[], &[], &[]);
        let is_final = self.withholds && self.allowance.taken(graph, &lacking, most) == taken;
        self.withheld = lacking
            .get(taken)
            .filter(|_| is_final)
            .map(|change| change.hash);
        let lacking = lacking.get(..taken).unwrap_or_default();
        let (changes, rest) = lacking.split_at(self.allowance.portion(lacking, room));
        let unchanged = self.last_sent_heads == heads;
        let in_step = self.their_heads.as_ref() == Some(&heads);
        // They go on asking for what they do not take.
        let settled = changes.is_empty() && (in_step || (self.withholds && need.is_empty()));
        // An answer always comes while something is left to send, so that waiting for it lets nobody wait for ever.
        let waiting = self.in_flight && (unchanged || self.has_more);
        if self.have_responded && (waiting || (unchanged && settled)) {
            return None;
        }
        self.have_responded = true;
        self.last_sent_heads.clone_from(&heads);
        self.given
            .add(graph, changes.iter().map(|change| change.hash));
        self.in_flight = true;
        self.has_more = !rest.is_empty();
        let bytes = changes.iter().map(|change| change.bytes.to_vec()).collect();
        Some(message(heads, need, have, bytes))
    }

    fn have(&self, graph: &Graph) -> Have {
        let since = graph.since(&self.shared_heads);
        let bloom = if self.allowance.filter_fits(since.len()) {
            BloomFilter::from_hashes(since.iter().map(|change| change.hash))
        } else {
            // They send again what is here already: that is more, but in portions.
            BloomFilter::default()
        };
        Have {
            last_sync: self.shared_heads.clone(),
            bloom,
        }
    }

    /// What they lack and were not sent yet, dependencies first.
    fn lacking<'a>(&self, graph: &'a Graph) -> Vec<&'a ChangeRecord> {
        if self.follows() {
            let new = graph.changes().get(self.given.below..).unwrap_or_default();
            return new
                .iter()
                .filter(|change| !self.given.beyond.contains(&change.hash))
                .collect();
        }
        let unsent = self.to_send(graph).into_iter();
        graph.in_order(unsent.filter(|hash| !self.given.contains(graph, hash)))
    }

    /// Whether they have had a beginning of the graph and want the rest: then their filters need not be asked.
    fn follows(&self) -> bool {
        self.given.below > 0 && self.their_have.is_some() && !self.their_read_only
    }

    /// Whether they were given exactly what came before this position of the graph and wait for nothing else: then one message,
    /// [`news`], tells all such peers of what came since.
    pub fn is_in_step(&self, position: usize) -> bool {
        self.follows()
            && self.have_responded
            && !self.they_lead
            && self.orphans.is_empty()
            && self.given.below == position
            && self.given.beyond.is_empty()
    }

    /// They are sent [`news`].
    pub fn follow(&mut self, graph: &Graph, news: &News) {
        self.last_sent_heads.clone_from(&news.heads);
        self.given.all(graph);
        self.in_flight = true;
        self.has_more = false;
    }

    /// Whether both sides have the same: then all there is to say is that it is durable.
    pub fn is_level(&self, graph: &Graph) -> bool {
        self.follows()
            && !self.they_lead
            && self.orphans.is_empty()
            && self.given.below == graph.len()
            && self.given.beyond.is_empty()
            && self
                .their_heads
                .as_ref()
                .is_some_and(|heads| graph.has_heads(heads))
    }

    /// Whether they were given all that is here, or had it.
    pub fn has_all(&self, graph: &Graph) -> bool {
        self.follows() && self.given.below == graph.len() && self.given.beyond.is_empty()
    }

    /// They have lost what they once had accepted: all of it goes back in one message, as far as a frame carries it, so that it can be seen
    /// at once to belong together.
    pub fn give_back(&mut self) {
        self.allowance.message_bytes = limits::FRAME_BYTES;
        self.allowance.message_operations = Limits::DEFAULT.operations;
    }

    /// The heads to tell a peer that [`Exchange::is_level`], or `None` when it has been told: the same as [`Exchange::generate`] would
    /// say, in fewer words. The other side makes [`confirmation`] of them.
    pub fn confirm(&mut self, graph: &Graph) -> Option<Vec<ChangeHash>> {
        let heads = graph.heads();
        if self.have_responded && self.last_sent_heads == heads {
            return None;
        }
        self.have_responded = true;
        self.last_sent_heads.clone_from(&heads);
        self.in_flight = true;
        self.has_more = false;
        Some(heads)
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
        // They have all that their heads build upon, also when a `have` without filter says that they start over.
        let known: Vec<ChangeHash> = their_have
            .iter()
            .flat_map(|have| &have.last_sync)
            .chain(self.their_heads.iter().flatten())
            .copied()
            .collect();
        let candidates = graph.since(&known);
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

/// The message for every peer that is in step at some position of a graph.
#[derive(Debug)]
pub struct News {
    heads: Vec<ChangeHash>,
    /// An encoded `automerge::sync::Message`.
    pub data: Vec<u8>,
}

/// What has come since this position of the graph; `None` when it would be more than one message may carry.
pub fn news(graph: &Graph, position: usize) -> Option<News> {
    let new = graph.changes().get(position..).unwrap_or_default();
    let new: Vec<&ChangeRecord> = new.iter().collect();
    if Allowance::default().portion(&new, usize::MAX) < new.len() {
        return None;
    }
    let heads = graph.heads();
    // Once they have these changes, all that is here is shared.
    let have = Have {
        last_sync: heads.clone(),
        bloom: BloomFilter::default(),
    };
    let bytes = new.iter().map(|change| change.bytes.to_vec()).collect();
    let data = message(heads.clone(), Vec::new(), vec![have], bytes).encode();
    Some(News { heads, data })
}

/// The message that a peer which hears nothing but these heads would have got in full.
pub fn confirmation(heads: Vec<ChangeHash>) -> ScannedMessage {
    let have = Have {
        last_sync: heads.clone(),
        bloom: BloomFilter::default(),
    };
    ScannedMessage {
        heads,
        need: Vec::new(),
        have: vec![have],
        flags: None,
        chunks: Vec::new(),
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
