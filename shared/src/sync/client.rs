//! A phone's side: every document it has, one connection to a relay, and what is kept and sent so far.
//!
//! The order is always: written in the document, kept on the phone, only then sent. What comes from the relay enters the document at
//! once, and is acknowledged when it is kept.

mod link;
mod proof;
mod replica;
#[cfg(test)]
mod tests;

use crate::change::ChangeRecord;
use crate::doc::{Document, Imported};
use crate::guard::{self, ScannedMessage};
use crate::id::{DocumentId, PeerId};
use crate::limits::{Limits, RelayLimits};
use crate::store::StoredChange;
use crate::sync::exchange;
use crate::time::UnixMillis;
use crate::wire::{EXTENDED_VERSION, EphemeralMessage, Frame, SyncMessage};
use automerge::{ActorId, ChangeHash};
use link::{End, Link};
use replica::Replica;
use std::collections::BTreeMap;

pub use link::LinkState;

/// What happens to a client.
#[derive(Debug, Clone)]
pub enum ClientEvent<'a> {
    /// The app has started, the network came back, or the person asks for a new attempt.
    Online,
    /// The device says there is no network.
    Offline,
    /// The socket that [`ClientEffect::Dial`] asked for is open.
    Opened {
        /// Randomness for this connection's peer id, and for the jitter of the next attempt should this side hang up.
        entropy: [u8; 16],
    },
    /// A binary frame arrived on that socket.
    Frame(&'a [u8]),
    /// That socket closed or could not be opened. The shell reports nothing about sockets it has already been told to hang up.
    Closed {
        /// Randomness for the jitter of the next attempt.
        entropy: u32,
    },
    /// What [`ClientEffect::Keep`] asked for is durable.
    Kept(DocumentId),
    /// It could not be written; the client tries again by itself.
    KeepFailed(DocumentId),
    /// The time of [`Client::next_wake`] has come.
    Wake,
}

/// What the shell of a client must do, in this order.
#[derive(Debug, Clone)]
pub enum ClientEffect {
    /// Open a socket to the relay; answer with [`ClientEvent::Opened`] or [`ClientEvent::Closed`].
    Dial,
    /// Send a binary frame.
    Send(Vec<u8>),
    /// Close the socket and forget it.
    HangUp,
    /// Write these changes in one durable transaction; answer with [`ClientEvent::Kept`] or [`ClientEvent::KeepFailed`].
    /// At most one is under way for a document.
    Keep {
        /// Which document.
        document: DocumentId,
        /// Changes to add to those already kept.
        changes: Vec<StoredChange>,
    },
    /// Remember what the relay has acknowledged, at leisure: after a restart it tells what was sent.
    Remember {
        /// Which document.
        document: DocumentId,
        /// What to remember.
        acknowledged: Acknowledged,
    },
    /// Changes from elsewhere entered a document: show them.
    Changed {
        /// Which document.
        document: DocumentId,
        /// What changed.
        imported: Imported,
    },
    /// Something about what is kept, sent or connected may have changed: see [`Client::status`].
    StatusChanged,
    /// The relay has not got this document. It is served by itself should it appear.
    Unavailable(DocumentId),
    /// Someone else's ephemeral message.
    Heard {
        /// Which document it is about.
        document: DocumentId,
        /// The peer it comes from.
        sender: PeerId,
        /// Its payload.
        data: Vec<u8>,
    },
    /// The relay or this phone's guard refused something: for the log, in English.
    Trouble(String),
}

/// What a relay has said that it has of a document: where the next conversation with it begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Acknowledged {
    /// The name of its store, as in [`crate::wire::Metadata`]. Of a relay with another store, or with none, nothing is known.
    pub relay: Option<String>,
    /// Its heads, as far as they are on this phone.
    pub heads: Vec<ChangeHash>,
}

/// Where the writing of one document, or of all, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Status {
    /// Changes not yet durable on this phone.
    pub unkept: usize,
    /// Changes kept here that the relay has not acknowledged as durable.
    pub unsent: usize,
    /// The last attempt to keep something failed: storage full, most often.
    pub keeping_fails: bool,
    /// The relay does not take something that was written here: it will not leave by itself.
    pub refused: Option<Rejection>,
    /// The connection.
    pub link: LinkState,
}

/// Why the relay does not take something, as far as it makes a difference to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rejection {
    /// It does not accept it, or it ended the last connections with an error after changes were sent and has acknowledged none of them.
    NotAccepted,
    /// The territory has as many documents as the relay keeps for one.
    SpaceFull,
    /// A change or its document is larger than the relay takes.
    TooLarge,
}

impl Rejection {
    /// What the reason of a `maillage-refused` message means to people.
    fn from_code(code: &str) -> Self {
        match code {
            "too-large" => Self::TooLarge,
            "space-full" => Self::SpaceFull,
            _ => Self::NotAccepted,
        }
    }
}

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
    replicas: BTreeMap<DocumentId, Replica>,
    ephemeral_count: u64,
    /// The relay has said on this connection which document it refuses.
    refusal_named: bool,
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
            replicas: BTreeMap::new(),
            ephemeral_count: 0,
            refusal_named: false,
        }
    }

    /// Adds a document that this phone has kept, and what the relay had acknowledged of it.
    pub fn open(
        &mut self,
        id: DocumentId,
        document: Document,
        acknowledged: Acknowledged,
    ) -> Vec<ClientEffect> {
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
        if self.replicas.contains_key(&id) {
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

    /// Tells everyone who has the document open something that nobody keeps. Does nothing without a connection.
    pub fn say(&mut self, document: DocumentId, data: Vec<u8>) -> Vec<ClientEffect> {
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
            ..Status::default()
        };
        if let Some(replica) = self.replicas.get(&id) {
            replica.add_to(&mut status);
        }
        status
    }

    /// Where everything stands.
    pub fn status(&self) -> Status {
        let mut status = Status {
            link: self.link.state(),
            ..Status::default()
        };
        for replica in self.replicas.values() {
            replica.add_to(&mut status);
        }
        status
    }

    /// When to come back with [`ClientEvent::Wake`] if nothing else happens first.
    pub fn next_wake(&self) -> Option<UnixMillis> {
        let busy = self.replicas.values().any(Replica::awaits_answer);
        let connected = self.link.peers().is_some();
        let replicas = self
            .replicas
            .values()
            .filter_map(|replica| replica.next_wake(connected))
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
        effects
    }

    fn wake(&mut self, now: UnixMillis, effects: &mut Vec<ClientEffect>) {
        let busy = self.replicas.values().any(Replica::awaits_answer);
        self.link.wake(now, busy, effects);
        let due: Vec<DocumentId> = self
            .replicas
            .iter_mut()
            .filter_map(|(id, replica)| {
                replica.retry_keeping(now, *id, effects);
                replica.is_due(now).then_some(*id)
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
                self.opened = 0;
                if peer.version != EXTENDED_VERSION {
                    self.relay_limits = None;
                }
                effects.push(ClientEffect::StatusChanged);
                self.storage = peer.metadata.storage;
                for replica in self.replicas.values_mut() {
                    replica.meet(self.storage.as_deref());
                    replica.resume();
                }
                let ids: Vec<DocumentId> = self.replicas.keys().copied().collect();
                for id in ids {
                    self.speak(now, id, effects);
                }
            }
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
                    replica.refused_by_name(Rejection::from_code(&refused.reason));
                }
                effects.push(ClientEffect::Trouble(format!(
                    "document {} is refused: {}",
                    refused.document, refused.message
                )));
                effects.push(ClientEffect::StatusChanged);
            }
            Frame::Error { message } => {
                effects.push(ClientEffect::Trouble(format!("relay: {message}")));
                if !self.refusal_named {
                    self.replicas.values_mut().for_each(Replica::refused);
                }
                self.link.hang_up(now, End::Refused, effects);
            }
            Frame::Join(_) | Frame::Request(_) | Frame::Leave { .. } | Frame::Ignored(_) => {}
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
        if let Some((message, request)) = replica.speak(now, self.relay_limits) {
            self.opened += u64::from(is_new);
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
