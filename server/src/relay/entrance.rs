//! What one connection may do, and who uses it.

use super::Shared;
use super::closing::Closing;
use super::outbound::Outbound;
use super::present::User;
use crate::access::{Asker, Change, Sight};
use crate::panics;
use maillage_shared::guard;
use maillage_shared::id::{DocumentId, PeerId};
use maillage_shared::identity::{Authorship, PersonId, PublicKey, Receipt};
use maillage_shared::limits::Limits;
use maillage_shared::presence::Presence;
use maillage_shared::quarantine;
use maillage_shared::roster::{Answer, Denied, Request, Warrant};
use maillage_shared::sync::room::ConnectionId;
use maillage_shared::wire::{DocumentMessage, EphemeralMessage, Frame};

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// How long what the team lets in may take to be on the disk.
const ADMISSION_TIME: Duration = Duration::from_secs(10);

/// What somebody has brought and nobody vouches for.
struct Waiting {
    space: DocumentId,
    document: DocumentId,
    by: PersonId,
}

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
    is_program: bool,
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
        let is_program = ticket.is_some();
        let warrant = match (&shared.registry, ticket) {
            (None, _) => Warrant::of_anyone(),
            (Some(_), None) => Warrant::default(),
            (Some(registry), Some(ticket)) => {
                let user = User::Program(ticket.space, ticket.number);
                shared.present.enter(connection, user, outbound.clone());
                // It may have been withdrawn since it was shown.
                if !registry.has_ticket(ticket.space, ticket.number) {
                    outbound.close(Closing::Changed);
                }
                ticket.warrant
            }
        };
        Self {
            shared,
            connection,
            outbound,
            address,
            is_program,
            keys: Vec::new(),
            warrant: Arc::new(warrant),
        }
    }

    /// What may be done on the connection now.
    pub(super) fn warrant(&self) -> &Arc<Warrant> {
        &self.warrant
    }

    /// From now on these people use the connection. The first of them is who acts.
    pub(super) fn proved(&mut self, keys: Vec<PublicKey>) {
        // A program is what its ticket says.
        if self.is_program {
            return;
        }
        self.keys = keys;
        if self.shared.registry.is_some() {
            // First this: else a change that comes in between would concern nobody.
            let people = self.keys.iter().map(PublicKey::person).collect();
            let outbound = self.outbound.clone();
            let present = &self.shared.present;
            present.enter(self.connection, User::People(people), outbound);
            self.look_again();
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
        let keys = self.warrant.keys();
        for space in registry.places(&keys) {
            let data = match registry.sight(space, &keys) {
                Sight::Nothing => None,
                Sight::Only(data) => Some(data),
                Sight::Everyone => registry.members(space),
            };
            if let Some(data) = data {
                self.outbound.send(Frame::Members { space, data }.encode());
            }
        }
        // After that: the phone knows then whose word this has to be.
        for frame in registry.tell_erased(&self.warrant, None) {
            self.outbound.send(frame);
        }
    }

    /// Answers a question about who belongs to a territory.
    pub(super) async fn ask(&mut self, number: u64, data: &[u8]) {
        let (answer, change) = self.answer(data).await;
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
        if let Some((registry, change)) = self.shared.registry.as_ref().zip(change) {
            registry.tell(&change);
        }
    }

    async fn answer(&self, data: &[u8]) -> (Answer, Option<Change>) {
        match Request::read(data) {
            None => (Answer::Denied(Denied::Unknown), None),
            Some(Request::Settle {
                space,
                document,
                by,
                admit,
                digest,
            }) => {
                let of = Waiting {
                    space,
                    document,
                    by,
                };
                self.settle(of, admit, digest).await
            }
            Some(request) => self.put(request).await,
        }
    }

    /// Asks the records.
    async fn put(&self, request: Request) -> (Answer, Option<Change>) {
        let Some(registry) = self.shared.registry.clone() else {
            return (Answer::Denied(Denied::NotAllowed), None);
        };
        let (keys, address) = (self.keys.clone(), self.address);
        let asking = spawn_blocking(move || {
            let asker = Asker {
                keys: &keys,
                address,
            };
            let mut entropy = [0; 32];
            match getrandom::fill(&mut entropy) {
                Ok(()) => registry.ask(asker, &request, entropy),
                Err(_) => (Answer::Denied(Denied::NotKept), None),
            }
        });
        let asked = asking.await;
        asked.unwrap_or((Answer::Denied(Denied::NotKept), None))
    }

    /// Does with what is in quarantine what the team has decided: with the very bytes that it has read, and it is written down only once
    /// what is let in is durable.
    async fn settle(&self, of: Waiting, admit: bool, digest: [u8; 32]) -> (Answer, Option<Change>) {
        let Waiting {
            space,
            document,
            by,
        } = of;
        let denied = |why| (Answer::Denied(why), None);
        let examine = Request::Examine {
            space,
            document,
            by,
        };
        let chunks = match self.put(examine).await {
            (Answer::Chunks(chunks), _) => chunks,
            other => return other,
        };
        if quarantine::digest(&chunks) != digest {
            return denied(Denied::Changed);
        }
        if admit {
            let scanning = spawn_blocking(move || {
                panics::catch(|| guard::scan_chunks(&chunks, &Limits::DEFAULT))
            });
            let Ok(Ok(Ok(chunks))) = scanning.await else {
                return denied(Denied::Unknown);
            };
            let admitting = self.shared.rooms.admit(document, chunks);
            if !matches!(timeout(ADMISSION_TIME, admitting).await, Ok(true)) {
                return denied(Denied::NotKept);
            }
        }
        let settle = Request::Settle {
            space,
            document,
            by,
            admit,
            digest,
        };
        let (answer, change) = self.put(settle).await;
        if let Some(registry) = self
            .shared
            .registry
            .clone()
            .filter(|_| answer == Answer::Done)
        {
            let tidying = spawn_blocking(move || registry.settled(document, by, admit, &digest));
            // What is left there is offered to the team once more.
            let _ = tidying.await;
        }
        (answer, change)
    }

    /// What those may do who have signed these; nothing where nobody is asked who they are.
    pub(super) fn authors(&self, words: &[Authorship]) -> Option<Warrant> {
        let registry = self.shared.registry.as_ref()?;
        let mut keys: Vec<PublicKey> = words.iter().map(|word| word.key).collect();
        keys.sort();
        keys.dedup();
        Some(registry.warrant(&keys))
    }

    /// The space that has given this word, if it is one of this peer's.
    pub(super) fn place_of(&self, document: DocumentId, receipt: &Receipt) -> Option<DocumentId> {
        let registry = self.shared.registry.as_ref()?;
        registry.vouched(self.warrant.spaces(), document, receipt)
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
