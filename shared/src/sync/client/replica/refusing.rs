//! What the relay has refused for good, and the document without it.

use super::{Pending, Replica};
use crate::change::ChangeRecord;
use crate::doc::Document;
use crate::id::DocumentId;
use crate::identity::{ACTOR_ENTROPY_LENGTH, PersonId};
use crate::rebuild::{Draft, Rebuild, Refused};
use crate::sync::client::{ClientEffect, Rejection};
use crate::sync::graph::Graph;
use crate::time::UnixMillis;
use automerge::{ActorId, ChangeHash};
use std::collections::{BTreeSet, HashSet};

/// Changes without which the document is to be made anew.
#[derive(Debug)]
pub(super) struct ForGood {
    changes: HashSet<ChangeHash>,
    why: Rejection,
    /// The shell has been told.
    told: bool,
    /// Another client of this phone has removed them already.
    elsewhere: bool,
}

/// Changes to take away from what is kept, and what remains of them.
#[derive(Debug, Default)]
pub(super) struct Removal {
    pub(super) removed: HashSet<ChangeHash>,
    pub(super) drafts: Vec<(Rejection, Draft)>,
}

impl Replica {
    /// Those who write here on this phone: `people`, who have proved it, and whoever the document is written by now.
    pub(in crate::sync::client) fn mine(&self, people: &BTreeSet<PersonId>) -> BTreeSet<PersonId> {
        let author = PersonId::of_actor(self.document.reader().get_actor());
        people.iter().copied().chain(author).collect()
    }

    /// Notes what of a refusal will never be accepted. What others have built upon is left as it is: it has been accepted somewhere.
    pub(super) fn note_for_good(
        &mut self,
        why: Rejection,
        named: &[ChangeHash],
        mine: &BTreeSet<PersonId>,
    ) {
        let unsent = self.never_accepted();
        let author = |change: &ChangeRecord| PersonId::of_actor(&change.actor);
        let is_mine = |change: &ChangeRecord| author(change).is_some_and(|by| mine.contains(&by));
        let is_named = |change: &ChangeRecord| named.contains(&change.hash);
        let changes = match why {
            Rejection::NotAllowed => {
                // Of several people who use this phone, the others may go on.
                let blamed: BTreeSet<PersonId> = unsent
                    .iter()
                    .filter(|change| is_named(change) && is_mine(change))
                    .filter_map(author)
                    .collect();
                let is_theirs = |change: &ChangeRecord| match author(change) {
                    Some(by) if blamed.is_empty() => mine.contains(&by),
                    Some(by) => blamed.contains(&by),
                    // A migration is nobody's, and is made again when somebody writes.
                    None => is_named(change),
                };
                only(&unsent, is_theirs)
            }
            Rejection::TooLarge | Rejection::NotAccepted if !named.is_empty() => {
                only(&unsent, is_named)
            }
            Rejection::TooLarge | Rejection::NotAccepted => {
                let unanswered = self.exchange.unanswered(&self.graph);
                only(&unsent, |change| {
                    is_mine(change) && unanswered.contains(&change.hash)
                })
            }
            Rejection::SpaceFull | Rejection::Author => HashSet::new(),
        };
        let mut after = changes.clone();
        let is_built_upon = self.graph.changes().iter().any(|change| {
            let builds = change.deps.iter().any(|dep| after.contains(dep));
            builds && after.insert(change.hash) && !is_mine(change)
        });
        if !changes.is_empty() && !is_built_upon {
            self.note(changes, why, false);
        }
    }

    /// Notes all that keeps the others from hearing what is written here: what somebody else wrote, or else all that was not accepted.
    pub(in crate::sync::client) fn note_on_wish(&mut self, people: &BTreeSet<PersonId>) {
        let mine = self.mine(people);
        let why = self.rejection().unwrap_or(Rejection::Author);
        let unsent = self.never_accepted();
        let is_foreign = |change: &ChangeRecord| {
            PersonId::of_actor(&change.actor).is_none_or(|author| !mine.contains(&author))
        };
        let foreign = only(&unsent, is_foreign);
        let changes = if foreign.is_empty() {
            only(&unsent, |_| true)
        } else {
            foreign
        };
        self.note(changes, why, false);
    }

    /// Notes what another client of this phone has removed, if it is here.
    pub(in crate::sync::client) fn note_removed(&mut self, removed: &[ChangeHash], why: Rejection) {
        let here = self.document.changes();
        let here = here.iter().map(|change| change.hash);
        let changes: HashSet<ChangeHash> = here.filter(|hash| removed.contains(hash)).collect();
        self.note(changes, why, true);
    }

    fn note(&mut self, changes: HashSet<ChangeHash>, why: Rejection, elsewhere: bool) {
        if changes.is_empty() {
            return;
        }
        let noted = self.for_good.get_or_insert(ForGood {
            changes: HashSet::new(),
            why,
            told: false,
            elsewhere,
        });
        let known = noted.changes.len();
        noted.changes.extend(changes);
        noted.told &= noted.changes.len() == known;
        noted.elsewhere &= elsewhere;
    }

    /// Lets the shell know, once for each time that something was noted.
    pub(in crate::sync::client) fn tell_for_good(
        &mut self,
        id: DocumentId,
        effects: &mut Vec<ClientEffect>,
    ) {
        if let Some(noted) = &mut self.for_good
            && !std::mem::replace(&mut noted.told, true)
        {
            effects.push(ClientEffect::Rebuild { document: id });
        }
    }

    /// Makes the document anew without what was noted; returns the changes that were written. An error leaves everything as it was.
    pub(in crate::sync::client) fn rebuild(
        &mut self,
        now: UnixMillis,
        id: DocumentId,
        entropy: [u8; ACTOR_ENTROPY_LENGTH],
        people: &BTreeSet<PersonId>,
        rebuild: Rebuild,
        effects: &mut Vec<ClientEffect>,
    ) -> Result<Vec<ChangeHash>, String> {
        let Some(noted) = self.for_good.take() else {
            return Ok(Vec::new());
        };
        let refused = Refused {
            changes: noted.changes,
            mine: self.mine(people),
            actor: fresh(self.document.reader().get_actor(), entropy),
        };
        let rebuilt =
            rebuild(&self.document, &refused, now).map_err(|problem| problem.to_string())?;
        let removed = rebuilt.removed;
        if removed.is_empty() {
            return Ok(Vec::new());
        }
        self.document = rebuilt
            .document
            .unwrap_or_else(|| Document::empty(refused.actor));
        self.proof.forget();
        let mut graph = Graph::default();
        for change in self.graph.changes() {
            if !removed.contains(&change.hash) {
                graph.insert(change.clone());
            }
        }
        let before = std::mem::replace(&mut self.graph, graph);
        self.signing.moved(self.document.actor(), &self.graph);
        for pending in self.keeping.iter_mut().chain([&mut self.waiting]) {
            pending
                .changes
                .retain(|change| !removed.contains(&change.hash));
        }
        self.acknowledged
            .heads
            .retain(|head| self.graph.contains(head));
        self.refused = None;
        self.too_large = false;
        if self.declined {
            // The relay has forgotten the conversation as well.
            self.resume();
        } else {
            self.exchange.moved(&before, &self.graph);
            self.speak_at = Some(now);
        }
        // What another client has removed is removed; only what was written here since is still to be taken away.
        if !(noted.elsewhere && removed.is_subset(&refused.changes)) {
            let removal = self.waiting.removal.get_or_insert_default();
            removal.removed.extend(removed);
            removal.drafts.push((noted.why, rebuilt.draft));
        }
        let written = rebuilt.again.iter().map(|change| change.hash).collect();
        self.waiting.changes.extend(rebuilt.again);
        self.keep(id, effects);
        Ok(written)
    }

    /// What the relay has not acknowledged, nor ever given its word for.
    fn never_accepted(&self) -> Vec<ChangeRecord> {
        let receipt = self.acknowledged.receipt.as_ref();
        let known = self.acknowledged.heads.iter();
        let known = known.chain(receipt.iter().flat_map(|receipt| &receipt.heads));
        let known: Vec<ChangeHash> = known.copied().collect();
        self.graph.since(&known).into_iter().cloned().collect()
    }
}

impl Pending {
    /// Takes what came after it.
    pub(super) fn append(&mut self, later: &mut Self) {
        self.changes.append(&mut later.changes);
        self.messages.append(&mut later.messages);
        if let Some(removal) = later.removal.take() {
            let mine = self.removal.get_or_insert_default();
            mine.removed.extend(removal.removed);
            mine.drafts.extend(removal.drafts);
        }
    }
}

fn only(
    changes: &[ChangeRecord],
    mut which: impl FnMut(&ChangeRecord) -> bool,
) -> HashSet<ChangeHash> {
    let chosen = changes.iter().filter(|change| which(change));
    chosen.map(|change| change.hash).collect()
}

/// The same author under an actor that was never used: a number that was given to a removed change is not given again.
fn fresh(actor: &ActorId, entropy: [u8; ACTOR_ENTROPY_LENGTH]) -> ActorId {
    PersonId::of_actor(actor).map_or_else(
        || ActorId::from(entropy.as_slice()),
        |person| person.actor(entropy),
    )
}
