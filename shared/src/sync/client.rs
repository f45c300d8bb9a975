//! A phone's side: every document it has, one connection to a relay, and what is kept and sent so far.
//!
//! The order is always: written in the document, kept on the phone, only then sent. What comes from the relay enters the document at
//! once, and is acknowledged when it is kept.

mod erasing;
mod events;
mod identification;
mod link;
mod proof;
mod refused;
mod replica;
mod siblings;
mod signing;
mod standing;
#[cfg(test)]
mod tests;

use crate::change::ChangeRecord;
use crate::doc::Document;
use crate::guard::{self, ScannedMessage};
use crate::id::DocumentId;
use crate::identity::{PersonId, Receipt};
use crate::limits::{Limits, RelayLimits};
use crate::sync::exchange;
use crate::time::UnixMillis;
use crate::wire::{EXTENDED_VERSION, EphemeralMessage, Frame, NO_COMMON_VERSION, SyncMessage};
use automerge::{ActorId, ChangeHash};
use identification::Identification;
use link::{End, Link};
use litemap::LiteMap;
use replica::Replica;
use std::collections::BTreeSet;

pub use erasing::Buried;
pub use events::{ClientEffect, ClientEvent};
pub use link::LinkState;
pub use standing::{Acknowledged, Rejection, Status};

/// One phone.
#[derive(Debug)]
pub struct Client {
    limits: Limits,
    /// What the relay takes: as it has said last, on this connection or one before. Stock relays do not say.
    relay_limits: Option<RelayLimits>,
    /// The name of the relay's store, while connected.
    storage: Option<String>,
    /// Documents spoken about on this connection.
    opened: u64,
    link: Link,
    replicas: LiteMap<DocumentId, Replica>,
    /// Documents that were erased, and what stands for them.
    gone: erasing::Gone,
    ephemeral_count: u64,
    /// Somebody uses this phone, who proves it before anything else is said.
    has_person: bool,
    /// Those who have proved it last.
    people: BTreeSet<PersonId>,
    identification: Identification,
    /// Numbers of questions that wait for an answer.
    asked: BTreeSet<u64>,
    last_asked: u64,
    /// The relay has said on this connection which document it refuses.
    refusal_named: bool,
    /// The relay has said that it speaks no version of the protocol that is known here.
    too_old: bool,
    /// Set while another client of this phone speaks with the relay: what it says that the relay refuses.
    followed: Option<LiteMap<DocumentId, Rejection>>,
}

impl Default for Client {
    fn default() -> Self {
        Self::new(Limits::DEFAULT)
    }
}

impl Client {
    /// A phone without documents, not connected.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            relay_limits: None,
            storage: None,
            opened: 0,
            link: Link::default(),
            replicas: LiteMap::new(),
            gone: LiteMap::new(),
            ephemeral_count: 0,
            has_person: false,
            people: BTreeSet::new(),
            identification: Identification::Waiting,
            asked: BTreeSet::new(),
            last_asked: 0,
            refusal_named: false,
            too_old: false,
            followed: None,
        }
    }

    /// Adds a document that this phone has kept, and what the relay had acknowledged of it.
    pub fn open(
        &mut self,
        id: DocumentId,
        document: Document,
        acknowledged: Acknowledged,
    ) -> Vec<ClientEffect> {
        if self.is_gone(id) {
            return Vec::new();
        }
        let mut replica = Replica::kept(document, acknowledged);
        self.introduce(&mut replica);
        replica.resume();
        self.replicas.insert(id, replica);
        self.speak_about(id)
    }

    /// Adds a document that was born here; its genesis change is kept, then sent.
    pub fn create(
        &mut self,
        id: DocumentId,
        document: Document,
        genesis: ChangeRecord,
    ) -> Vec<ClientEffect> {
        let mut replica = Replica::born(document);
        self.introduce(&mut replica);
        let mut effects = Vec::new();
        replica.write(id, vec![genesis], &mut effects);
        self.replicas.insert(id, replica);
        effects.push(ClientEffect::StatusChanged);
        effects
    }

    /// Asks for a document that is not on this phone; `actor` is who will write in it here.
    pub fn want(&mut self, id: DocumentId, actor: ActorId) -> Vec<ClientEffect> {
        if self.replicas.contains_key(&id) || self.is_gone(id) {
            return Vec::new();
        }
        let mut replica = Replica::wanted(Document::empty(actor));
        self.introduce(&mut replica);
        self.replicas.insert(id, replica);
        self.speak_about(id)
    }

    /// Tells a document that was added while connected whom it will speak with.
    fn introduce(&self, replica: &mut Replica) {
        if self.is_online() {
            replica.meet(self.storage.as_deref());
        }
    }

    /// The ids of all documents here, wanted ones included.
    pub fn documents(&self) -> impl Iterator<Item = DocumentId> + '_ {
        self.replicas.keys().copied()
    }

    /// A document, to be read.
    pub fn document(&self, id: DocumentId) -> Option<&Document> {
        Some(self.replicas.get(&id)?.document())
    }

    /// Writes in a document. `write` returns the changes it made beside its result; an unknown document gives `None`.
    pub fn edit<T, E>(
        &mut self,
        id: DocumentId,
        write: impl FnOnce(&mut Document) -> Result<(T, Vec<ChangeRecord>), E>,
    ) -> Option<Result<(T, Vec<ClientEffect>), E>> {
        let replica = self.replicas.get_mut(&id)?;
        Some(write(replica.document_mut()).map(|(value, changes)| {
            let mut effects = Vec::new();
            if !changes.is_empty() {
                replica.write(id, changes, &mut effects);
                effects.push(ClientEffect::StatusChanged);
            }
            (value, effects)
        }))
    }

    /// Takes changes that came by another road than the relay, in a file: they are proved against what is here, then kept and sent like
    /// changes made here. Returns those that were new; an error leaves the document as it was. `actor` is who writes in it here.
    pub fn bring(
        &mut self,
        id: DocumentId,
        actor: &ActorId,
        changes: Vec<ChangeRecord>,
    ) -> Result<(Vec<ChangeHash>, Vec<ClientEffect>), String> {
        self.expect(id, actor);
        let mut effects = vec![ClientEffect::StatusChanged];
        let replica = self.replicas.get_mut(&id);
        let new = replica.map_or(Ok(Vec::new()), |replica| {
            replica.bring(id, changes, &mut effects)
        })?;
        Ok((new, effects))
    }

    /// The changes of a document that are durable on this phone, dependencies first.
    pub fn kept(&self, id: DocumentId) -> &[ChangeRecord] {
        self.replicas.get(&id).map_or(&[], Replica::kept_changes)
    }

    /// Tells everyone who has the document open something that nobody keeps. Does nothing without a connection.
    pub fn say(&mut self, document: DocumentId, data: Vec<u8>) -> Vec<ClientEffect> {
        if !self.is_introduced() {
            return Vec::new();
        }
        let Some((me, relay)) = self.link.peers() else {
            return Vec::new();
        };
        self.ephemeral_count += 1;
        let message = EphemeralMessage {
            sender: me.clone(),
            target: relay.clone(),
            document,
            count: self.ephemeral_count,
            session: me.to_string(),
            data,
        };
        vec![ClientEffect::Send(Frame::Ephemeral(message).encode())]
    }

    /// Whether the relay has answered the greeting of the present connection.
    pub fn is_online(&self) -> bool {
        self.link.peers().is_some()
    }

    /// The changes of a document that the relay has said it has on its disk, dependencies first.
    pub fn acknowledged(&self, id: DocumentId) -> Vec<ChangeHash> {
        self.replicas
            .get(&id)
            .map(Replica::acknowledged)
            .unwrap_or_default()
    }

    /// Where one document stands.
    pub fn status_of(&self, id: DocumentId) -> Status {
        let mut status = Status {
            link: self.link.state(),
            too_old: self.too_old,
            ..Status::default()
        };
        if let Some(replica) = self.replicas.get(&id) {
            replica.add_to(&mut status);
        }
        if let Some(refused) = &self.followed {
            status.refused = refused.get(&id).copied();
        }
        status
    }

    /// Where everything stands.
    pub fn status(&self) -> Status {
        let mut status = Status {
            link: self.link.state(),
            too_old: self.too_old,
            ..Status::default()
        };
        for replica in self.replicas.values() {
            replica.add_to(&mut status);
        }
        if let Some(refused) = &self.followed {
            status.refused = refused.values().copied().max();
        }
        status
    }

    /// When to come back with [`ClientEvent::Wake`] if nothing else happens first.
    pub fn next_wake(&self) -> Option<UnixMillis> {
        let busy = self.replicas.values().any(Replica::awaits_answer);
        let connected = self.link.peers().is_some();
        let signs = self.has_person && self.followed.is_none();
        let replicas = self
            .replicas
            .values()
            .flat_map(|replica| {
                let sign = replica.next_signing().filter(|_| signs);
                [replica.next_wake(connected), sign].into_iter().flatten()
            })
            .min();
        [self.link.next_wake(busy), replicas]
            .into_iter()
            .flatten()
            .min()
    }

    /// Takes one event and returns what must be done.
    pub fn handle(&mut self, now: UnixMillis, event: ClientEvent<'_>) -> Vec<ClientEffect> {
        let mut effects = Vec::new();
        match event {
            ClientEvent::Online => self.link.dial(now, &mut effects),
            ClientEvent::Offline => self.link.offline(now, &mut effects),
            ClientEvent::Opened { entropy } => {
                self.link.greet(now, entropy, &mut effects);
            }
            ClientEvent::Closed { entropy } => self.link.closed(now, entropy, &mut effects),
            ClientEvent::Frame(bytes) => self.receive(now, bytes, &mut effects),
            ClientEvent::Proved { message, proofs } => {
                self.proved(now, message, &proofs, &mut effects)
            }
            ClientEvent::Signed { document, word } => self.signed(document, word, &mut effects),
            ClientEvent::Kept(id) => {
                if let Some(replica) = self.replicas.get_mut(&id) {
                    replica.kept_now(now, id, &mut effects);
                }
                self.speak(now, id, &mut effects);
                effects.push(ClientEffect::StatusChanged);
            }
            ClientEvent::KeepFailed(id) => {
                if let Some(replica) = self.replicas.get_mut(&id) {
                    replica.keep_failed(now);
                }
                effects.push(ClientEffect::StatusChanged);
            }
            ClientEvent::Wake => self.wake(now, &mut effects),
        }
        if !self.is_online() {
            self.forget_connection(&mut effects);
        }
        effects
    }

    fn speak_about_all(&mut self, now: UnixMillis, effects: &mut Vec<ClientEffect>) {
        let ids: Vec<DocumentId> = self.replicas.keys().copied().collect();
        for id in ids {
            self.speak(now, id, effects);
        }
    }

    fn wake(&mut self, now: UnixMillis, effects: &mut Vec<ClientEffect>) {
        let busy = self.replicas.values().any(Replica::awaits_answer);
        self.link.wake(now, busy, effects);
        let due: Vec<DocumentId> = self
            .replicas
            .iter_mut()
            .filter_map(|(&id, replica)| {
                replica.retry_keeping(now, id, effects);
                replica.speak_again(now);
                if self.has_person && self.followed.is_none() {
                    replica.sign(now, id, effects);
                }
                replica.is_due(now).then_some(id)
            })
            .collect();
        for id in due {
            self.speak(now, id, effects);
        }
    }

    fn receive(&mut self, now: UnixMillis, bytes: &[u8], effects: &mut Vec<ClientEffect>) {
        let frame = match Frame::decode(bytes) {
            Ok(frame) => frame,
            Err(error) => {
                effects.push(ClientEffect::Trouble(format!(
                    "relay sent an unreadable frame: {error}"
                )));
                self.link.hang_up(now, End::Refused, effects);
                return;
            }
        };
        self.link.heard(now);
        match frame {
            Frame::Peer(peer) => {
                self.link.welcomed(now, peer.sender);
                self.refusal_named = false;
                self.too_old = false;
                self.opened = 0;
                if peer.version != EXTENDED_VERSION {
                    self.relay_limits = None;
                }
                effects.push(ClientEffect::StatusChanged);
                self.storage = peer.metadata.storage;
                for (_, replica) in self.replicas.iter_mut() {
                    replica.meet(self.storage.as_deref());
                    replica.resume();
                }
                if peer.version != EXTENDED_VERSION {
                    // Stock relays ask nobody who they are.
                    self.introduced(now, effects);
                } else if !self.has_person {
                    self.speak_about_all(now, effects);
                }
            }
            Frame::Challenge(challenge) => {
                if let Some((me, relay)) = self.link.peers() {
                    let message = challenge.message(relay, me);
                    if self.has_person {
                        effects.push(ClientEffect::Prove(message.clone()));
                    }
                    self.identification = Identification::Asked(message);
                }
            }
            Frame::Members { space, data } => effects.push(ClientEffect::Members { space, data }),
            Frame::Gone { space, data } => {
                self.link.answered();
                effects.push(ClientEffect::Gone { space, data });
            }
            Frame::Answer { number, data } => {
                self.link.answered();
                if self.asked.remove(&number) {
                    let answer = minicbor::decode(&data).ok();
                    effects.push(ClientEffect::Answered { number, answer });
                }
            }
            Frame::Receipt { document, data } => {
                let replica = self.replicas.get_mut(&document);
                if let Some((replica, receipt)) = replica.zip(Receipt::decode(&data)) {
                    replica.receive_receipt(document, receipt, effects);
                }
            }
            Frame::Signatures {
                document,
                digest,
                data,
            } => self.hear_signatures(document, &digest, &data, effects),
            Frame::Limits(limits) => self.relay_limits = Some(limits),
            Frame::Sync(sync) => {
                let message = guard::scan_message(&sync.data, &self.limits);
                let message = message.map_err(|refusal| refusal.to_string());
                self.take(now, sync.document, message, effects);
            }
            Frame::Durable(durable) => {
                let message = exchange::confirmation(durable.heads);
                self.take(now, durable.document, Ok(message), effects);
            }
            Frame::Unavailable(message) => {
                self.link.answered();
                if let Some(replica) = self.replicas.get_mut(&message.document) {
                    replica.unavailable();
                    effects.push(ClientEffect::Unavailable(message.document));
                }
            }
            Frame::Ephemeral(message) => effects.push(ClientEffect::Heard {
                document: message.document,
                sender: message.sender,
                data: message.data,
            }),
            Frame::Refused(refused) => {
                self.refusal_named = true;
                if let Some(replica) = self.replicas.get_mut(&refused.document) {
                    let why = Rejection::from_code(&refused.reason);
                    replica.refused_by_name(now, why, &refused.changes, &self.people);
                    replica.tell_for_good(refused.document, effects);
                }
                effects.push(ClientEffect::Trouble(format!(
                    "document {} is refused: {}",
                    refused.document, refused.message
                )));
                effects.push(ClientEffect::StatusChanged);
            }
            Frame::Error { message } => {
                if !self.is_online() && message.starts_with(NO_COMMON_VERSION) {
                    self.too_old = true;
                    effects.push(ClientEffect::StatusChanged);
                }
                effects.push(ClientEffect::Trouble(format!("relay: {message}")));
                if !self.refusal_named {
                    for (_, replica) in self.replicas.iter_mut() {
                        replica.refused();
                    }
                }
                self.link.hang_up(now, End::Refused, effects);
            }
            Frame::Join(_)
            | Frame::Request(_)
            | Frame::Proof(_)
            | Frame::Ask { .. }
            | Frame::Leave { .. }
            | Frame::Ignored(_) => {}
        }
    }

    /// What the relay says about a document: its changes enter the document now, and are acknowledged once kept.
    fn take(
        &mut self,
        now: UnixMillis,
        id: DocumentId,
        message: Result<ScannedMessage, String>,
        effects: &mut Vec<ClientEffect>,
    ) {
        let Some(replica) = self.replicas.get_mut(&id) else {
            return;
        };
        match message.and_then(|message| replica.take(now, id, message, effects)) {
            Ok(()) => {
                self.link.answered();
                self.speak(now, id, effects);
                self.tell_signatures(id, effects);
            }
            Err(why) => {
                effects.push(ClientEffect::Trouble(format!("document {id}: {why}")));
                self.link.hang_up(now, End::Refused, effects);
            }
        }
        effects.push(ClientEffect::StatusChanged);
    }

    /// Sends what there is to say about a document, when there is someone to say it to.
    fn speak(&mut self, now: UnixMillis, id: DocumentId, effects: &mut Vec<ClientEffect>) {
        if !self.is_introduced() {
            return;
        }
        let Some((me, relay)) = self.link.peers() else {
            return;
        };
        let Some(replica) = self.replicas.get_mut(&id) else {
            return;
        };
        let is_new = !replica.is_open();
        let most = self
            .relay_limits
            .map_or(u64::MAX, |limits| limits.documents_per_connection);
        if is_new && self.opened >= most {
            replica.wait_for_room();
            return;
        }
        let message = replica.speak(now, self.relay_limits, &self.people);
        replica.tell_for_good(id, effects);
        if let Some((message, request)) = message {
            self.opened += u64::from(is_new);
            if !message.changes.is_empty() {
                let along = replica.words_for_what_is_sent(id);
                effects.extend(along.iter().map(signing::send));
            }
            if let Some(receipt) = replica.take_receipt() {
                let data = receipt.encode();
                let document = id;
                effects.push(ClientEffect::Send(
                    Frame::Receipt { document, data }.encode(),
                ));
            }
            let sync = SyncMessage {
                sender: me.clone(),
                target: relay.clone(),
                document: id,
                data: message.encode(),
            };
            let frame = if request {
                Frame::Request(sync)
            } else {
                Frame::Sync(sync)
            };
            self.link.spoke(now);
            effects.push(ClientEffect::Send(frame.encode()));
        }
    }

    /// First word about a document that was added while connected.
    fn speak_about(&mut self, id: DocumentId) -> Vec<ClientEffect> {
        let mut effects = vec![ClientEffect::StatusChanged];
        // A first word is never put off, so the time does not matter.
        self.speak(UnixMillis(0), id, &mut effects);
        effects
    }
}
