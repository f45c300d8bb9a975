//! Documents that were erased: they leave this phone, and do not come back to it.

use super::Client;
use crate::doc::Document;
use crate::id::DocumentId;
use crate::order;
use crate::roster::Tombstone;
use automerge::{ActorId, ChangeHash};
use litemap::LiteMap;
use std::collections::HashSet;

/// Documents replaced one after the other that are followed; more would be a circle.
const MOST_STEPS: usize = 32;

/// A document that has left this phone.
#[derive(Debug)]
pub struct Buried {
    /// What is left of it.
    pub tombstone: Tombstone,
    /// What it was.
    pub document: Document,
    /// Its changes that neither the document in its place nor, where there is none, the relay has.
    pub lost: HashSet<ChangeHash>,
}

impl Client {
    /// Takes documents of this space off this phone that were erased. None of them is spoken about, asked for or taken in any more. Returns
    /// those that were here.
    pub fn bury(
        &mut self,
        space: DocumentId,
        tombstones: impl IntoIterator<Item = Tombstone>,
    ) -> Vec<Buried> {
        let mut buried = Vec::new();
        for tombstone in tombstones {
            let id = tombstone.document;
            let is_elsewhere = |document: &Document| {
                let genesis = document.genesis();
                genesis.is_ok_and(|genesis| genesis.space != space)
            };
            // No territory buries itself, nor another one's documents.
            if id == space || self.document(id).is_some_and(is_elsewhere) {
                continue;
            }
            self.gone.insert(id, tombstone.replaced_by);
            if let Some(replica) = self.replicas.remove(&id) {
                let lost = replica.unsaid(&tombstone.heads.0, tombstone.replaced_by.is_some());
                buried.push(Buried {
                    lost,
                    document: replica.into_document(),
                    tombstone,
                });
            }
        }
        buried
    }

    /// What this phone has kept of documents that were erased, and of what stands for them.
    pub fn know_gone(&mut self, gone: impl IntoIterator<Item = (DocumentId, Option<DocumentId>)>) {
        order::add(&mut self.gone, gone);
    }

    /// Whether a document was erased.
    pub fn is_gone(&self, id: DocumentId) -> bool {
        self.gone.contains_key(&id)
    }

    /// The document that stands for this one now: itself, unless it was replaced; nothing when it was erased.
    pub fn stands_for(&self, id: DocumentId) -> Option<DocumentId> {
        let mut now = id;
        for _ in 0..MOST_STEPS {
            match self.gone.get(&now) {
                None => return Some(now),
                Some(next) => now = (*next)?,
            }
        }
        None
    }
}

impl Buried {
    /// What some people, by the actors they wrote under, wrote here that is nowhere else: for each text or field, by the keys that lead
    /// there, the words that came in. What others had written before stands in none of them.
    pub fn words(&self, is_theirs: impl Fn(&ActorId) -> bool) -> Vec<(Vec<String>, String)> {
        let changes = self.document.changes();
        let mut after: HashSet<ChangeHash> = HashSet::new();
        for change in &changes {
            let is_lost = self.lost.contains(&change.hash) && is_theirs(&change.actor);
            if is_lost || change.deps.iter().any(|dep| after.contains(dep)) {
                after.insert(change.hash);
            }
        }
        if after.is_empty() {
            return Vec::new();
        }
        let (after, before): (Vec<_>, Vec<_>) = changes
            .into_iter()
            .partition(|change| after.contains(&change.hash));
        let nobody = ActorId::from([0]);
        let Ok(mut earlier) = Document::from_changes(&before, nobody) else {
            return Vec::new();
        };
        earlier.words_of(&after).unwrap_or_default()
    }
}

pub(super) type Gone = LiteMap<DocumentId, Option<DocumentId>>;
