//! What one connection may do, and who uses it.

use super::Shared;
use super::closing::Closing;
use super::outbound::Outbound;
use super::present::User;
use crate::access::{Asker, Sight};
use maillage_shared::id::{DocumentId, PeerId};
use maillage_shared::identity::{PublicKey, Receipt};
use maillage_shared::presence::Presence;
use maillage_shared::roster::{Answer, Denied, Request, Warrant};
use maillage_shared::sync::room::ConnectionId;
use maillage_shared::wire::{DocumentMessage, EphemeralMessage, Frame};
use std::net::IpAddr;
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// A good ticket, as it was when its program connected.
#[derive(Debug, Clone)]
pub struct Ticket {
    pub(super) space: DocumentId,
    pub(super) number: u32,
    pub(super) warrant: Warrant,
}

/// The entrance of one connection.
pub(super) struct Entrance {
    shared: Arc<Shared>,
    connection: ConnectionId,
    outbound: Outbound,
    address: IpAddr,
    keys: Vec<PublicKey>,
    warrant: Arc<Warrant>,
}

impl Entrance {
    pub(super) fn new(
        shared: Arc<Shared>,
        connection: ConnectionId,
        outbound: Outbound,
        address: IpAddr,
        ticket: Option<Ticket>,
    ) -> Self {
        let warrant = match (&shared.registry, ticket) {
            (None, _) => Warrant::of_anyone(),
            (Some(_), None) => Warrant::default(),
            (Some(_), Some(ticket)) => {
                let user = User::Program(ticket.space, ticket.number);
                shared.present.enter(connection, user, outbound.clone());
                ticket.warrant
            }
        };
        Self {
            shared,
            connection,
            outbound,
            address,
            keys: Vec::new(),
            warrant: Arc::new(warrant),
        }
    }

    /// What may be done on the connection now.
    pub(super) fn warrant(&self) -> &Arc<Warrant> {
        &self.warrant
    }

    /// From now on these people use the connection.
    pub(super) fn proved(&mut self, keys: Vec<PublicKey>) {
        self.keys = keys;
        self.look_again();
        if self.shared.registry.is_some() {
            let keys = self.warrant.keys().to_vec();
            let outbound = self.outbound.clone();
            let present = &self.shared.present;
            present.enter(self.connection, User::People(keys), outbound);
            self.tell_who_is_who();
        }
    }

    /// What these people may do may have changed.
    fn look_again(&mut self) {
        if let Some(registry) = &self.shared.registry {
            self.warrant = Arc::new(registry.warrant(&self.keys));
        }
    }

    fn tell_who_is_who(&self) {
        let Some(registry) = &self.shared.registry else {
            return;
        };
        for (space, _) in self.warrant.roles() {
            let data = match registry.sight(*space, self.warrant.keys()) {
                Sight::Nothing => None,
                Sight::Only(data) => Some(data),
                Sight::Everyone => registry.members(*space),
            };
            if let Some(data) = data {
                let members = Frame::Members {
                    space: *space,
                    data,
                };
                self.outbound.send(members.encode());
            }
        }
    }

    /// Answers a question about who belongs to a territory.
    pub(super) async fn ask(&mut self, number: u64, data: &[u8]) -> Result<(), Closing> {
        let answer = match (&self.shared.registry, Request::read(data)) {
            (_, None) => Answer::Denied(Denied::Unknown),
            (None, _) => Answer::Denied(Denied::NotAllowed),
            (Some(registry), Some(request)) => {
                let (registry, keys) = (Arc::clone(registry), self.keys.clone());
                let address = self.address;
                let asking = spawn_blocking(move || {
                    let asker = Asker {
                        keys: &keys,
                        address,
                    };
                    let mut entropy = [0; 32];
                    match getrandom::fill(&mut entropy) {
                        Ok(()) => registry.ask(asker, &request, entropy),
                        Err(_) => Answer::Denied(Denied::NotKept),
                    }
                });
                asking.await.unwrap_or(Answer::Denied(Denied::NotKept))
            }
        };
        let has_joined = matches!(answer, Answer::Joined { .. });
        if has_joined {
            self.look_again();
        }
        // Writing to a Vec cannot fail.
        let data = minicbor::to_vec(&answer).unwrap_or_default();
        self.outbound.send(Frame::Answer { number, data }.encode());
        if has_joined {
            self.tell_who_is_who();
        }
        Ok(())
    }

    /// The space that has given this word, if it is one of this peer's.
    pub(super) fn place_of(&self, document: DocumentId, receipt: &Receipt) -> Option<DocumentId> {
        let spaces = self.warrant.roles().iter().map(|(space, _)| *space);
        let registry = self.shared.registry.as_ref()?;
        registry.vouched(spaces, document, receipt)
    }

    /// Whether a presence comes from who it says. What other makes of clients say to each other is theirs.
    pub(super) fn is_honest(&self, peer: &PeerId, message: &EphemeralMessage) -> bool {
        if self.warrant.is_unasked() {
            return true;
        }
        let is_own = match Presence::decode(&message.data) {
            Ok(presence) => self.warrant.keys().contains(&presence.person),
            Err(_) => true,
        };
        is_own && message.sender == *peer
    }

    /// Says that there is no such document: the one answer for what is not there and for what is not for this peer.
    pub(super) fn decline(&self, document: DocumentId, target: PeerId) {
        let unavailable = Frame::Unavailable(DocumentMessage {
            sender: self.shared.relay.clone(),
            target,
            document,
        });
        self.outbound.send(unavailable.encode());
    }

    /// The connection has ended.
    pub(super) fn leave(&self) {
        self.shared.present.leave(self.connection);
    }
}
