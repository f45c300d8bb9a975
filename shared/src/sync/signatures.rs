//! What authors have signed of one document, as relays and phones keep it beside the document.

use super::graph::Graph;
use crate::change::ChangeRecord;
use crate::id::DocumentId;
use crate::identity::{Authorship, PersonId};
use automerge::{ActorId, ChangeHash};
use litemap::LiteMap;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};

/// Bytes of [`Signatures::digest`].
pub const DIGEST_BYTES: usize = 16;

/// The latest signature of each actor of a document.
#[derive(Debug, Default)]
pub struct Signatures {
    latest: LiteMap<ActorId, Latest>,
    taken: u64,
}

#[derive(Debug)]
struct Latest {
    word: Authorship,
    /// The place of the change among those of its actor.
    seq: u64,
    /// How many were taken before.
    place: u64,
}

impl Signatures {
    /// Takes those that hold, are of a change in `graph`, and say more than what is here; returns them.
    pub fn take(
        &mut self,
        document: DocumentId,
        graph: &Graph,
        words: impl IntoIterator<Item = Authorship>,
    ) -> Vec<Authorship> {
        let is_new = |word: &Authorship| word.holds(document);
        self.take_if(graph, words, is_new)
    }

    /// Takes those that are known to hold, because that was seen before.
    pub fn believe(&mut self, graph: &Graph, words: impl IntoIterator<Item = Authorship>) {
        self.take_if(graph, words, |_| true);
    }

    fn take_if(
        &mut self,
        graph: &Graph,
        words: impl IntoIterator<Item = Authorship>,
        holds: impl Fn(&Authorship) -> bool,
    ) -> Vec<Authorship> {
        let mut new = Vec::new();
        for word in words {
            let Some(change) = graph.get(&word.change) else {
                continue;
            };
            if !self.covers(change) && word.is_of(change) && holds(&word) {
                let latest = Latest {
                    word,
                    seq: change.seq,
                    place: self.taken,
                };
                self.latest.insert(change.actor.clone(), latest);
                self.taken += 1;
                new.push(word);
            }
        }
        new
    }

    /// Whether its author has signed this change of the document, or a later one.
    pub fn covers(&self, change: &ChangeRecord) -> bool {
        self.latest
            .get(&change.actor)
            .is_some_and(|latest| latest.seq >= change.seq)
    }

    /// The latest that an actor has signed.
    pub fn of(&self, actor: &ActorId) -> Option<&Authorship> {
        self.latest.get(actor).map(|latest| &latest.word)
    }

    /// How many were taken so far, replaced ones included.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// Those that were taken after the first `taken`, in the order in which they came.
    pub fn since(&self, taken: u64) -> Vec<Authorship> {
        let mut new: Vec<&Latest> = self
            .latest
            .values()
            .filter(|latest| latest.place >= taken)
            .collect();
        new.sort_by_key(|latest| latest.place);
        new.into_iter().map(|latest| latest.word).collect()
    }

    /// The same for whoever has the same signatures: the first bytes of the SHA-256 of the signed changes, in the order of their actors.
    pub fn digest(&self) -> [u8; DIGEST_BYTES] {
        let mut hasher = Sha256::new();
        for latest in self.latest.values() {
            hasher.update(latest.word.change.0);
        }
        let mut digest = [0; DIGEST_BYTES];
        digest.copy_from_slice(&hasher.finalize()[..DIGEST_BYTES]);
        digest
    }
}

/// Which of these changes are covered by signatures over others of them: the signed ones, and what their authors wrote before under the
/// same actor, as far as the hashes lead there. Whether the signatures hold is for the caller to know.
pub fn covered<'a>(
    words: impl IntoIterator<Item = &'a Authorship>,
    changes: &[&ChangeRecord],
) -> HashSet<ChangeHash> {
    let brought: HashMap<ChangeHash, &ChangeRecord> = changes
        .iter()
        .map(|change| (change.hash, *change))
        .collect();
    let mut by_actor: HashMap<&ActorId, usize> = HashMap::new();
    for change in changes {
        *by_actor.entry(&change.actor).or_default() += 1;
    }
    let mut covered = HashSet::new();
    for word in words {
        let Some(signed) = brought.get(&word.change) else {
            continue;
        };
        if !word.is_of(signed) || covered.contains(&signed.hash) {
            continue;
        }
        let mut left_of_actor = by_actor.get(&signed.actor).copied().unwrap_or_default();
        let mut seen = HashSet::from([signed.hash]);
        let mut stack = vec![*signed];
        while let Some(change) = stack.pop() {
            if change.actor == signed.actor {
                covered.insert(change.hash);
                left_of_actor -= 1;
                if left_of_actor == 0 {
                    break;
                }
            }
            for dep in &change.deps {
                if let Some(before) = brought.get(dep)
                    && seen.insert(*dep)
                {
                    stack.push(before);
                }
            }
        }
    }
    covered
}

/// The latest change of each actor of one person that nobody has signed yet.
#[derive(Debug, Default)]
pub struct Unsigned {
    latest: LiteMap<ActorId, (u64, ChangeHash)>,
}

impl Unsigned {
    /// A change is there; it counts when `person` wrote it.
    pub fn note(&mut self, person: PersonId, change: &ChangeRecord, signatures: &Signatures) {
        if PersonId::of_actor(&change.actor) == Some(person) && !signatures.covers(change) {
            let this = (change.seq, change.hash);
            let latest = self.latest.entry(change.actor.clone()).or_insert(this);
            *latest = (*latest).max(this);
        }
    }

    /// What was signed elsewhere needs no signature here.
    pub fn drop_signed(&mut self, graph: &Graph, signatures: &Signatures) {
        self.latest.retain(|_, (_, hash)| {
            graph
                .get(hash)
                .is_none_or(|change| !signatures.covers(change))
        });
    }

    /// One of them, to be signed, and not named again.
    pub fn take(&mut self) -> Option<ChangeHash> {
        let actor = self.latest.first()?.0.clone();
        self.latest.remove(&actor).map(|(_, change)| change)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.latest.is_empty()
    }
}

#[cfg(test)]
mod tests;
