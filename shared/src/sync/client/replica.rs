//! One document on a phone: the document itself, the graph of what is kept, and the conversation with the relay.

mod refusing;

use super::proof::Proof;
use super::signing::Signing;
use super::{Acknowledged, ClientEffect, Rejection, Status};
use crate::change::ChangeRecord;
use crate::doc::Document;
use crate::guard::{Refusal, ScannedChunk, ScannedMessage};
use crate::id::DocumentId;
use crate::identity::{Authorship, PersonId, Receipt};
use crate::limits::{self, RelayLimits};
use crate::store::StoredChange;
use crate::sync::exchange::Exchange;
use crate::sync::graph::Graph;
use crate::time::UnixMillis;
use automerge::sync::Message;
use automerge::{ActorId, ChangeHash};
use refusing::{ForGood, Removal};
use std::collections::{BTreeSet, HashSet};

/// Time between two attempts to keep what the phone refused to keep, in milliseconds.
const KEEP_AGAIN_AFTER: i64 = 3_000;
/// Time until a document that the relay declined is spoken about anew, in milliseconds: what others write in it is heard then, and what was
/// declined may be acceptable by now.
const SPEAK_AGAIN_AFTER: i64 = 10_000;
/// Connections that end in an error after the same document was sent, before the person hears of it: a stock relay names no document, so
/// that the first may be about another one, but what the relay did accept it acknowledges on the next connection.
const REFUSED_AFTER: u32 = 2;

#[derive(Debug)]
pub(super) struct Replica {
    document: Document,
    /// Kept changes only: what may be sent and acknowledged.
    graph: Graph,
    exchange: Exchange,
    proof: Proof,
    /// Changes to hand over at the next occasion, and messages to take into account with them.
    waiting: Pending,
    /// Changes being written.
    keeping: Option<Pending>,
    /// Set while the last attempt to keep has failed.
    retry_at: Option<UnixMillis>,
    speak_at: Option<UnixMillis>,
    acknowledged: Acknowledged,
    /// The relay has lost something: its own word goes back with it.
    gives_back: bool,
    signing: Signing,
    refused: Option<Refused>,
    /// What of it will never be accepted.
    for_good: Option<ForGood>,
    /// Something here is larger than the relay takes.
    too_large: bool,
    /// Spoken about on this connection.
    open: bool,
    /// The relay hears no more about it on this connection, or not before this time.
    declined: bool,
    again_at: Option<UnixMillis>,
    /// Not here yet, asked for.
    wanted: bool,
}

/// What the relay may have refused.
#[derive(Debug)]
struct Refused {
    /// Sent on the last connection that ended in an error, and not acknowledged since.
    changes: HashSet<ChangeHash>,
    /// How many connections ended so.
    times: u32,
    why: Rejection,
}

#[derive(Debug, Default)]
struct Pending {
    changes: Vec<ChangeRecord>,
    messages: Vec<ScannedMessage>,
    removal: Option<Removal>,
}

impl Replica {
    pub(super) fn kept(document: Document, acknowledged: Acknowledged) -> Self {
        let mut replica = Self::born(document);
        for change in replica.document.changes() {
            replica.graph.insert(change);
        }
        replica.acknowledged = acknowledged;
        replica
    }

    pub(super) fn born(document: Document) -> Self {
        Self {
            document,
            graph: Graph::default(),
            exchange: Exchange::default(),
            proof: Proof::default(),
            waiting: Pending::default(),
            keeping: None,
            retry_at: None,
            speak_at: None,
            acknowledged: Acknowledged::default(),
            gives_back: false,
            signing: Signing::default(),
            refused: None,
            for_good: None,
            too_large: false,
            open: false,
            declined: false,
            again_at: None,
            wanted: false,
        }
    }

    pub(super) fn wanted(document: Document) -> Self {
        Self {
            wanted: true,
            ..Self::born(document)
        }
    }

    pub(super) fn document(&self) -> &Document {
        &self.document
    }

    pub(super) fn into_document(self) -> Document {
        self.document
    }

    /// The changes that go with the document: those that came after these heads, as far as they are known here. Where they are not, or
    /// where nothing stands for the document, those that the relay has not acknowledged.
    pub(super) fn unsaid(&self, heads: &[ChangeHash], is_replaced: bool) -> HashSet<ChangeHash> {
        let unkept = self.keeping.iter().chain([&self.waiting]);
        let unkept = unkept.flat_map(|pending| &pending.changes);
        let knows_all = is_replaced && heads.iter().all(|head| self.graph.contains(head));
        let since = match (knows_all, is_replaced) {
            (true, _) => heads.to_vec(),
            (false, true) => [heads, &self.acknowledged.heads].concat(),
            (false, false) => self.acknowledged.heads.clone(),
        };
        let mut unsaid = hashes(&self.graph.since(&since));
        unsaid.extend(unkept.map(|change| change.hash));
        unsaid
    }

    pub(super) fn document_mut(&mut self) -> &mut Document {
        &mut self.document
    }

    /// Changes were just written in the document here.
    pub(super) fn write(
        &mut self,
        id: DocumentId,
        changes: Vec<ChangeRecord>,
        effects: &mut Vec<ClientEffect>,
    ) {
        self.proof.wrote(&changes);
        self.waiting.changes.extend(changes);
        self.keep(id, effects);
    }

    /// What was signed, with what that is about: the graph of what is kept, who writes here, and what the relay has acknowledged.
    pub(super) fn signing(&mut self) -> (&mut Signing, &Graph, &ActorId, &[ChangeHash]) {
        let writer = self.document.actor();
        (
            &mut self.signing,
            &self.graph,
            writer,
            &self.acknowledged.heads,
        )
    }

    /// What authors have signed.
    pub(super) fn signatures(&self) -> Vec<Authorship> {
        self.signing.all()
    }

    /// When something is to be signed.
    pub(super) fn next_signing(&self) -> Option<UnixMillis> {
        self.signing.next()
    }

    /// A message from the relay.
    pub(super) fn take(
        &mut self,
        now: UnixMillis,
        id: DocumentId,
        message: ScannedMessage,
        effects: &mut Vec<ClientEffect>,
    ) -> Result<(), String> {
        let mut changes = Vec::new();
        for chunk in &message.chunks {
            match chunk {
                ScannedChunk::Change(change) => changes.push(change.clone()),
                // Our relays never send one, and what it takes to load one would weigh on every phone's download.
                ScannedChunk::Document(_) => {
                    return Err("the relay sent a whole document".to_owned());
                }
            }
        }
        self.enter(id, changes, effects)?;
        self.waiting.messages.push(message);
        self.keep(id, effects);
        if self.keeping.is_none() {
            self.settle(now, id, effects);
        }
        Ok(())
    }

    /// Changes from a file: they enter the document and are kept. Returns those that were new.
    pub(super) fn bring(
        &mut self,
        id: DocumentId,
        changes: Vec<ChangeRecord>,
        effects: &mut Vec<ClientEffect>,
    ) -> Result<Vec<ChangeHash>, String> {
        let new = self.enter(id, changes, effects)?;
        self.keep(id, effects);
        Ok(new)
    }

    /// Proves those of these changes that are new and lets them enter the document, to be kept next. Returns them.
    fn enter(
        &mut self,
        id: DocumentId,
        mut changes: Vec<ChangeRecord>,
        effects: &mut Vec<ClientEffect>,
    ) -> Result<Vec<ChangeHash>, String> {
        let under_way: HashSet<ChangeHash> = self
            .keeping
            .iter()
            .chain([&self.waiting])
            .flat_map(|pending| pending.changes.iter().map(|change| change.hash))
            .collect();
        changes.retain(|change| {
            !self.graph.contains(&change.hash) && !under_way.contains(&change.hash)
        });
        if !changes.is_empty() {
            changes = self
                .prove(id, changes)
                .map_err(|refusal| refusal.to_string())?;
        }
        let new: Vec<ChangeHash> = changes.iter().map(|change| change.hash).collect();
        if !changes.is_empty() {
            let imported = self.document.import(&changes).map_err(|error| {
                self.proof.forget();
                error.to_string()
            })?;
            if imported.changed {
                effects.push(ClientEffect::Changed {
                    document: id,
                    imported,
                });
            }
            self.waiting.changes.extend(changes);
        }
        Ok(new)
    }

    /// The changes that are durable, dependencies first.
    pub(super) fn kept_changes(&self) -> &[ChangeRecord] {
        self.graph.changes()
    }

    /// Changes that another client of this phone has kept: they enter the document and the graph at once. Returns whether all have.
    pub(super) fn adopt(
        &mut self,
        now: UnixMillis,
        id: DocumentId,
        mut changes: Vec<ChangeRecord>,
        effects: &mut Vec<ClientEffect>,
    ) -> Result<bool, String> {
        let mut adopted = Vec::new();
        // What was written in one go comes in its order; what is read from the store does not, and takes several rounds.
        loop {
            let before = changes.len();
            changes.retain(|change| {
                let apply = change.deps.iter().all(|dep| self.graph.contains(dep));
                if apply && self.graph.insert(change.clone()) {
                    adopted.push(change.clone());
                }
                !apply
            });
            if changes.is_empty() || changes.len() == before {
                break;
            }
        }
        if !adopted.is_empty() {
            self.proof.wrote(&adopted);
            let writer = self.document.actor();
            self.signing.kept(now, id, writer, &self.graph, &adopted);
            let imported = self
                .document
                .import(&adopted)
                .map_err(|error| error.to_string())?;
            if imported.changed {
                effects.push(ClientEffect::Changed {
                    document: id,
                    imported,
                });
            }
            self.wanted = false;
            if self.exchange.is_urgent(&self.graph) {
                self.speak_at = Some(now);
            }
        }
        Ok(changes.is_empty())
    }

    /// Whether this change is durable.
    pub(super) fn knows(&self, change: &ChangeHash) -> bool {
        self.graph.contains(change)
    }

    /// Learns what the relay has acknowledged to another client of this phone.
    pub(super) fn learn(&mut self, acknowledged: Acknowledged) {
        self.acknowledged = acknowledged;
    }

    /// What the relay has acknowledged, with its name.
    pub(super) fn acknowledgement(&self) -> &Acknowledged {
        &self.acknowledged
    }

    /// Those of these changes, and of those that came before their causes, that apply now, causes first. The others wait.
    fn prove(
        &mut self,
        id: DocumentId,
        changes: Vec<ChangeRecord>,
    ) -> Result<Vec<ChangeRecord>, Refusal> {
        self.proof.prepare(id, &self.document)?;
        let mut ready = Vec::new();
        let mut placed = HashSet::new();
        for change in changes {
            let is_known = |dep| self.proof.knows(dep) || placed.contains(dep);
            if change.deps.iter().all(is_known) {
                placed.insert(change.hash);
                ready.push(change);
            } else {
                self.graph.keep_orphan(change);
            }
        }
        let is_known = |dep: &ChangeHash| self.proof.knows(dep) || placed.contains(dep);
        ready.extend(self.graph.take_orphans_after(is_known));
        self.proof.prove(ready)
    }

    /// Hands over what waits to be kept, one transaction at a time.
    fn keep(&mut self, id: DocumentId, effects: &mut Vec<ClientEffect>) {
        let is_idle = self.waiting.changes.is_empty() && self.waiting.removal.is_none();
        if self.keeping.is_some() || is_idle {
            return;
        }
        let pending = std::mem::take(&mut self.waiting);
        let changes = pending.changes.iter().map(StoredChange::from).collect();
        effects.push(match &pending.removal {
            None => ClientEffect::Keep {
                document: id,
                changes,
            },
            Some(Removal { removed, drafts }) => ClientEffect::Replace {
                document: id,
                removed: removed.iter().copied().collect(),
                changes,
                drafts: drafts.clone(),
            },
        });
        self.keeping = Some(pending);
    }

    /// What was being written is durable.
    pub(super) fn kept_now(
        &mut self,
        now: UnixMillis,
        id: DocumentId,
        effects: &mut Vec<ClientEffect>,
    ) {
        let Some(pending) = self.keeping.take() else {
            return;
        };
        self.retry_at = None;
        let before = self.graph.heads();
        for change in &pending.changes {
            self.graph.insert(change.clone());
        }
        let writer = self.document.actor();
        let has_early = self
            .signing
            .kept(now, id, writer, &self.graph, &pending.changes);
        if has_early {
            effects.push(self.keep_signatures(id));
        }
        self.take_into_account(now, id, &before, &pending.messages, effects);
        // A change of our own is news for the relay.
        if self.exchange.is_urgent(&self.graph) {
            self.speak_at = Some(now);
        }
        self.keep(id, effects);
        if self.keeping.is_none() {
            self.settle(now, id, effects);
        }
    }

    /// Messages that brought nothing to keep.
    fn settle(&mut self, now: UnixMillis, id: DocumentId, effects: &mut Vec<ClientEffect>) {
        let messages = std::mem::take(&mut self.waiting.messages);
        let before = self.graph.heads();
        self.take_into_account(now, id, &before, &messages, effects);
    }

    fn take_into_account(
        &mut self,
        now: UnixMillis,
        id: DocumentId,
        before: &[ChangeHash],
        messages: &[ScannedMessage],
        effects: &mut Vec<ClientEffect>,
    ) {
        if messages.is_empty() {
            return;
        }
        for message in messages {
            self.exchange.receive(&self.graph, before, message);
        }
        let at = if self.exchange.is_urgent(&self.graph) {
            now
        } else {
            now.plus(limits::ACKNOWLEDGE_AFTER)
        };
        self.speak_at = Some(self.speak_at.map_or(at, |earlier| earlier.min(at)));
        let heads = self.exchange.acknowledged(&self.graph);
        if heads != self.acknowledged.heads {
            if let Some(receipt) = &self.acknowledged.receipt {
                let lost = self.graph.since(&heads);
                if lost
                    .iter()
                    .any(|change| receipt.heads.contains(&change.hash))
                {
                    self.gives_back = true;
                    self.exchange.give_back();
                }
            }
            self.acknowledged.heads = heads;
            effects.push(ClientEffect::Remember {
                document: id,
                acknowledged: self.acknowledged.clone(),
            });
        }
        if let Some(refused) = &self.refused {
            let unsent = hashes(&self.graph.since(&self.acknowledged.heads));
            if !refused.changes.is_subset(&unsent) {
                self.refused = None;
            }
        }
        if !self.graph.is_empty() {
            self.wanted = false;
        }
    }

    /// The relay gives its word for what it has accepted. Of what is not kept here yet it will do so again.
    pub(super) fn receive_receipt(
        &mut self,
        id: DocumentId,
        receipt: Receipt,
        effects: &mut Vec<ClientEffect>,
    ) {
        if receipt.heads.iter().all(|head| self.graph.contains(head)) {
            self.acknowledged.receipt = Some(receipt);
            effects.push(ClientEffect::Remember {
                document: id,
                acknowledged: self.acknowledged.clone(),
            });
        }
    }

    /// The relay's own word, when it has lost what that is about; once for each time it is seen to have lost something.
    pub(super) fn take_receipt(&mut self) -> Option<&Receipt> {
        let gives_back = std::mem::take(&mut self.gives_back);
        self.acknowledged.receipt.as_ref().filter(|_| gives_back)
    }

    /// The relay has said that it refuses what was sent about this document.
    /// `named` are the changes because of which, and `people` those who have proved that they use this phone.
    pub(super) fn refused_by_name(
        &mut self,
        now: UnixMillis,
        why: Rejection,
        named: &[ChangeHash],
        people: &BTreeSet<PersonId>,
    ) {
        if !named.is_empty() && !named.iter().any(|change| self.graph.contains(change)) {
            // It was sent before the document was made anew without it.
            return;
        }
        let mine = self.mine(people);
        self.note_for_good(why, named, &mine);
        self.refused();
        // What is too much stays so.
        let may_change = matches!(why, Rejection::Author | Rejection::NotAllowed);
        self.declined = true;
        self.again_at = may_change.then(|| now.plus(SPEAK_AGAIN_AFTER));
        if let Some(refused) = &mut self.refused {
            refused.times = refused.times.max(REFUSED_AFTER);
            refused.why = why;
        }
    }

    /// The relay ended the connection with an error that may be about this document.
    pub(super) fn refused(&mut self) {
        let changes: HashSet<ChangeHash> =
            self.exchange.unanswered(&self.graph).into_iter().collect();
        if !changes.is_empty() {
            let before = self.refused.as_ref();
            self.refused = Some(Refused {
                changes,
                times: before.map_or(0, |refused| refused.times).saturating_add(1),
                why: before.map_or(Rejection::NotAccepted, |refused| refused.why),
            });
        }
    }

    pub(super) fn keep_failed(&mut self, now: UnixMillis) {
        if let Some(mut pending) = self.keeping.take() {
            pending.append(&mut self.waiting);
            self.waiting = pending;
            self.retry_at = Some(now.plus(KEEP_AGAIN_AFTER));
        }
    }

    pub(super) fn retry_keeping(
        &mut self,
        now: UnixMillis,
        id: DocumentId,
        effects: &mut Vec<ClientEffect>,
    ) {
        if let Some(at) = self.retry_at
            && at <= now
        {
            self.retry_at = Some(now.plus(KEEP_AGAIN_AFTER));
            self.keep(id, effects);
        }
    }

    /// The relay has a store of this name. What another one had acknowledged does not count.
    pub(super) fn meet(&mut self, relay: Option<&str>) {
        if relay.is_none() || self.acknowledged.relay.as_deref() != relay {
            self.acknowledged = Acknowledged {
                relay: relay.map(str::to_owned),
                ..Acknowledged::default()
            };
        }
    }

    /// A new connection: both sides start their conversation over, from what this relay had acknowledged.
    pub(super) fn resume(&mut self) {
        let shared = self
            .acknowledged
            .heads
            .iter()
            .filter(|head| self.graph.contains(head))
            .copied()
            .collect();
        self.exchange = Exchange::resume(shared);
        self.signing.resume();
        for pending in self.keeping.iter_mut().chain([&mut self.waiting]) {
            pending.messages.clear();
        }
        self.speak_at = Some(UnixMillis(0));
        self.open = false;
        self.declined = false;
        self.again_at = None;
    }

    /// Whether it was spoken about on this connection.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// The relay takes no more documents on this connection.
    pub(super) fn wait_for_room(&mut self) {
        self.speak_at = None;
    }

    pub(super) fn unavailable(&mut self) {
        self.wanted = self.graph.is_empty();
    }

    /// Begins to speak anew about what was declined, once its time has come.
    pub(super) fn speak_again(&mut self, now: UnixMillis) {
        if self.again_at.is_some_and(|at| at <= now) {
            self.resume();
        }
    }

    pub(super) fn is_due(&self, now: UnixMillis) -> bool {
        self.speak_at.is_some_and(|at| at <= now)
    }

    /// When this document needs attention; words for the relay only count while it can hear them.
    pub(super) fn next_wake(&self, connected: bool) -> Option<UnixMillis> {
        let retry = self.retry_at.filter(|_| self.keeping.is_none());
        let speak = if self.declined {
            self.again_at
        } else {
            self.speak_at
        };
        let speak = speak.filter(|_| connected);
        [retry, speak].into_iter().flatten().min()
    }

    /// Whether the relay's silence would mean that the connection is dead: it never answers a bare acknowledgement.
    pub(super) fn awaits_answer(&self) -> bool {
        !self.declined
            && self.exchange.is_in_flight()
            && (!self.exchange.has_heard()
                || !self.graph.since(&self.acknowledged.heads).is_empty())
    }

    /// The next message for the relay if its time has come, and whether it is a request.
    pub(super) fn speak(
        &mut self,
        now: UnixMillis,
        limits: Option<RelayLimits>,
        people: &BTreeSet<PersonId>,
    ) -> Option<(Message, bool)> {
        let first = !self.exchange.has_heard();
        if !first && !self.is_due(now) {
            return None;
        }
        self.speak_at = None;
        // A document born here says nothing until its genesis is kept.
        if self.declined || (self.graph.is_empty() && !self.wanted) {
            return None;
        }
        if let Some(limits) = limits {
            self.exchange.hear_limits(limits);
        }
        let unsent = self.graph.since(&self.acknowledged.heads);
        let writer = self.document.actor();
        if self.signing.has_words_for(writer, unsent.iter().copied()) {
            // All together, so that it can be seen what the signatures cover.
            self.exchange.give_back();
        }
        let message = self.exchange.generate(&self.graph);
        if self.exchange.has_heard() {
            self.too_large = self.exchange.withholds();
        }
        if let Some(withheld) = self.exchange.withheld() {
            let mine = self.mine(people);
            self.note_for_good(Rejection::TooLarge, &[withheld], &mine);
        }
        let message = message?;
        self.open = true;
        Some((message, self.wanted && self.graph.is_empty()))
    }

    /// Changes that the relay has acknowledged.
    pub(super) fn acknowledged(&self) -> Vec<ChangeHash> {
        let unsent = hashes(&self.graph.since(&self.acknowledged.heads));
        let kept = self.graph.changes().iter().map(|change| change.hash);
        kept.filter(|hash| !unsent.contains(hash)).collect()
    }

    pub(super) fn add_to(&self, status: &mut Status) {
        let keeping = self
            .keeping
            .as_ref()
            .map_or(0, |pending| pending.changes.len());
        status.unkept += keeping + self.waiting.changes.len();
        status.unsent += self.graph.since(&self.acknowledged.heads).len();
        status.keeping_fails |= self.retry_at.is_some();
        status.refused = status.refused.max(self.rejection());
    }

    /// Why the relay does not take something, if it does not.
    pub(super) fn rejection(&self) -> Option<Rejection> {
        let refused = self
            .refused
            .as_ref()
            .filter(|refused| refused.times >= REFUSED_AFTER)
            .map(|refused| refused.why);
        let too_large = self.too_large.then_some(Rejection::TooLarge);
        refused.max(too_large)
    }
}

fn hashes(changes: &[&ChangeRecord]) -> HashSet<ChangeHash> {
    changes.iter().map(|change| change.hash).collect()
}
