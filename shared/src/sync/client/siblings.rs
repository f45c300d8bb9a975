//! Several clients that share one store: the tabs and windows of one phone. Each has its own documents and actor; one at a time speaks
//! with the relay, and the others learn from it what the relay has said.

use super::{Acknowledged, Client, ClientEffect, LinkState, Rejection, Replica};
use crate::change::ChangeRecord;
use crate::doc::Document;
use crate::id::DocumentId;
use crate::order;
use crate::time::UnixMillis;
use automerge::{ActorId, ChangeHash};
use litemap::LiteMap;

impl Client {
    /// Takes changes that another client of this phone has made durable. A document that is not here yet is added; `actor` is who will
    /// write in it here. Returns whether all of them have found their causes: otherwise the store holds changes that are not known here.
    ///
    /// They are not proved: they come from the store that this client reads without proof at its start.
    pub fn adopt(
        &mut self,
        now: UnixMillis,
        id: DocumentId,
        actor: &ActorId,
        changes: Vec<ChangeRecord>,
    ) -> (bool, Vec<ClientEffect>) {
        let mut effects = Vec::new();
        self.expect(id, actor);
        let Some(replica) = self.replicas.get_mut(&id) else {
            return (true, effects);
        };
        let complete = match replica.adopt(now, id, changes, &mut effects) {
            Ok(complete) => complete,
            Err(why) => {
                effects.push(ClientEffect::Trouble(format!("document {id}: {why}")));
                true
            }
        };
        self.speak(now, id, &mut effects);
        effects.push(ClientEffect::StatusChanged);
        (complete, effects)
    }

    /// Learns what the relay has acknowledged to the client that speaks with it. Does nothing while this one does.
    pub fn learn(&mut self, id: DocumentId, acknowledged: Acknowledged) -> Vec<ClientEffect> {
        if self.is_online() {
            return Vec::new();
        }
        if let Some(replica) = self.replicas.get_mut(&id) {
            replica.learn(acknowledged);
        }
        vec![ClientEffect::StatusChanged]
    }

    /// Whether a change is durable here as far as this client knows.
    pub fn knows(&self, id: DocumentId, change: &ChangeHash) -> bool {
        self.replicas
            .get(&id)
            .is_some_and(|replica| replica.knows(change))
    }

    /// What the relay has acknowledged of each document, for a client that has just started beside this one.
    pub fn acknowledgements(&self) -> impl Iterator<Item = (DocumentId, &Acknowledged)> + '_ {
        self.replicas
            .iter()
            .map(|(id, replica)| (*id, replica.acknowledgement()))
            .filter(|(_, acknowledged)| acknowledged.relay.is_some())
    }

    /// The documents of which the relay does not take something, as this client has heard itself.
    pub fn refusals(&self) -> LiteMap<DocumentId, Rejection> {
        let refused = self.replicas.iter();
        order::map(refused.filter_map(|(id, replica)| Some((*id, replica.rejection()?))))
    }

    /// Another client of this phone speaks with the relay; this one leaves it its connection, and says what that one says of it.
    pub fn rest(&mut self, now: UnixMillis) -> Vec<ClientEffect> {
        let mut effects = Vec::new();
        self.link.rest(now, &mut effects);
        self.forget_connection(&mut effects);
        self.followed.get_or_insert_with(LiteMap::new);
        effects.push(ClientEffect::StatusChanged);
        effects
    }

    /// What the client that speaks with the relay says of the connection. Does nothing unless this one rests.
    pub fn follow(
        &mut self,
        link: LinkState,
        refused: LiteMap<DocumentId, Rejection>,
    ) -> Vec<ClientEffect> {
        if self.followed.is_none() {
            return Vec::new();
        }
        self.link.believe(link);
        self.followed = Some(refused);
        vec![ClientEffect::StatusChanged]
    }

    /// This client is the one that speaks with the relay from now on: it dials.
    pub fn lead(&mut self, now: UnixMillis) -> Vec<ClientEffect> {
        let mut effects = Vec::new();
        if self.followed.take().is_some() {
            self.link.take_over(now);
        }
        self.link.dial(now, &mut effects);
        effects.push(ClientEffect::StatusChanged);
        effects
    }

    /// Makes room for a document that is about to arrive; nobody is asked for it.
    pub(super) fn expect(&mut self, id: DocumentId, actor: &ActorId) {
        if !self.replicas.contains_key(&id) && !self.is_gone(id) {
            let mut replica = Replica::wanted(Document::empty(actor.clone()));
            self.introduce(&mut replica);
            self.replicas.insert(id, replica);
        }
    }
}
