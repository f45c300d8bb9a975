//! The relay's side of one document: everyone who has it open, the graph of its changes, and the order of things: prove, flush,
//! only then advertise and forward.

mod batch;
mod entitled;
mod erasing;
#[cfg(test)]
mod play;
#[cfg(test)]
mod tests;
mod vouching;

use crate::change::ChangeRecord;
use crate::doc::Genesis;
use crate::guard::{Refusal, ScannedChunk, ScannedMessage};
use crate::id::{DocumentId, PeerId};
use crate::identity::{Authorship, PersonId, Receipt};
use crate::roster::Warrant;
use crate::store::StoredChange;
use crate::sync::exchange::Exchange;
use crate::sync::graph::Graph;
use crate::sync::signatures::Signatures;
use crate::wire::{Dialect, Envelope, EphemeralMessage};
use automerge::ChangeHash;
use batch::{Batch, Inbound};
use entitled::{Signed, Visitor};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Senders and sessions of presence that a room remembers at a time.
const MOST_HEARD: usize = 4_096;

/// Names one connection of a relay; never reused while the relay runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// Names one batch of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId(u64);

/// What happens to a room.
#[derive(Debug, Clone)]
pub enum RoomEvent {
    /// A peer sent a sync message for this document. The first one makes it a member of the room.
    Sync {
        /// Where it came from.
        connection: ConnectionId,
        /// The sender's name, to which answers are addressed.
        peer: PeerId,
        /// How it is answered.
        dialect: Dialect,
        /// What the sender may do.
        warrant: Arc<Warrant>,
        /// What it said, scanned.
        message: ScannedMessage,
        /// Whether it asked for a document it does not have (`request`).
        request: bool,
    },
    /// A peer sent an ephemeral message, to be forwarded to the others and forgotten.
    Ephemeral {
        /// Where it came from.
        connection: ConnectionId,
        /// The message as received.
        message: EphemeralMessage,
    },
    /// The space's key has signed [`Room::unvouched`].
    Vouched(Receipt),
    /// A peer brings back a receipt that the key of this space has signed.
    Presented {
        /// Who.
        connection: ConnectionId,
        /// The space.
        space: DocumentId,
        /// The receipt.
        receipt: Receipt,
    },
    /// A peer brings what authors have signed; the signatures hold.
    Signed {
        /// Who.
        connection: ConnectionId,
        /// What was signed.
        words: Vec<Authorship>,
        /// What the authors may do, just before a message is judged by it; nothing otherwise.
        authors: Arc<Warrant>,
        /// The digest of all that the peer has; empty when it does not want to hear of others.
        digest: Vec<u8>,
    },
    /// The team lets in what was set aside, whoever wrote it.
    Admitted(Vec<ScannedChunk>),
    /// Time to pass on what authors have signed: see [`Room::has_signatures_to_pass`].
    PassSignatures,
    /// A connection closed.
    Left(ConnectionId),
    /// The prover's answer to [`RoomEffect::Prove`]: one result for each submission, in the same order.
    Proved {
        /// Which batch.
        batch: BatchId,
        /// New changes in causal order, or why the submission was refused.
        results: Vec<Result<Vec<ChangeRecord>, Refusal>>,
    },
    /// The changes of [`RoomEffect::Append`] are on the disk.
    Flushed(BatchId),
    /// The store could not take them; the room waits for [`RoomEvent::RetryFlush`] and meanwhile acknowledges nothing.
    FlushFailed(BatchId),
    /// Time to try again what [`RoomEvent::FlushFailed`] put off.
    RetryFlush(BatchId),
}

/// What the shell of a room must do, in this order.
#[derive(Debug, Clone)]
pub enum RoomEffect {
    /// Prove these submissions, one after the other, off the connections' threads; answer with [`RoomEvent::Proved`].
    Prove {
        /// To be named in the answer.
        batch: BatchId,
        /// What each sender submitted.
        submissions: Vec<Vec<ScannedChunk>>,
    },
    /// Not all that was proved will be: prove what comes next from the room's graph.
    Unprove,
    /// Append to the store; answer with [`RoomEvent::Flushed`] once durable, else [`RoomEvent::FlushFailed`].
    Append {
        /// To be named in the answer.
        batch: BatchId,
        /// Changes in causal order.
        changes: Vec<StoredChange>,
    },
    /// Somebody has brought what others wrote, and nobody vouches for it: it is refused. Set it aside for the team to decide.
    SetAside {
        /// Whose document it is.
        space: DocumentId,
        /// Who has brought it.
        by: PersonId,
        /// All that was new in the message.
        changes: Vec<StoredChange>,
    },
    /// Keep what authors have signed beside the document, at leisure: phones have it too.
    KeepSignatures(Vec<Authorship>),
    /// Come back with [`RoomEvent::RetryFlush`] after about a second.
    RetryLater(BatchId),
    /// Send this frame.
    Send {
        /// To whom.
        connection: ConnectionId,
        /// An encoded frame.
        frame: Vec<u8>,
        /// How many changes it delivers.
        changes: usize,
    },
    /// Send this frame of someone's presence: it may be dropped, or replaced by a newer one of the same sender.
    Pass {
        /// To whom.
        connection: ConnectionId,
        /// Who said it.
        from: ConnectionId,
        /// An encoded frame.
        frame: Vec<u8>,
    },
    /// Send an `error` frame with this reason, close the connection, log it once.
    Refuse {
        /// Whom.
        connection: ConnectionId,
        /// Why.
        refusal: Refusal,
    },
}

/// One peer in the room.
#[derive(Debug)]
struct Member {
    peer: PeerId,
    dialect: Dialect,
    warrant: Arc<Warrant>,
    exchange: Exchange,
    /// It has the room's receipt.
    has_receipt: bool,
    /// The receipt it has brought back, and the space whose key has signed it.
    presented: Option<(DocumentId, Receipt)>,
    /// What it has said that others have signed, for the message that comes next.
    signed: Option<Signed>,
    /// How many of the room's signatures it has been given, once it has been told of them.
    signatures_given: Option<u64>,
    /// It asked for a document nobody had; it is told so once and served when the document appears.
    told_unavailable: bool,
}

/// The relay's side of one open document.
#[derive(Debug)]
pub struct Room {
    document: DocumentId,
    relay: PeerId,
    graph: Graph,
    /// What the document is, once it is born; nothing more is known of one whose birth is lost.
    genesis: Option<Genesis>,
    /// The changes that bring it up to date, which anyone may bring; made when someone does.
    migrations: Option<Vec<ChangeHash>>,
    /// The relay's word for the heads of some while ago, or of now.
    receipt: Option<Receipt>,
    /// What authors have signed.
    signatures: Signatures,
    /// The document was there once, and what was kept of it is lost: whoever still has it is waited for.
    is_awaited: bool,
    members: BTreeMap<ConnectionId, Member>,
    inbox: Vec<Inbound>,
    batch: Option<Batch>,
    batches: u64,
    /// Highest ephemeral count seen from each (sender, session): peers that are connected twice hear a message once.
    heard: HashMap<(PeerId, String), u64>,
}

impl Room {
    /// Opens a document with the changes its store holds, in causal order.
    pub fn open(
        document: DocumentId,
        relay: PeerId,
        changes: impl IntoIterator<Item = ChangeRecord>,
    ) -> Self {
        let mut graph = Graph::default();
        for change in changes {
            graph.insert(change);
        }
        Self {
            document,
            relay,
            genesis: entitled::genesis(graph.changes()),
            graph,
            migrations: None,
            receipt: None,
            signatures: Signatures::default(),
            is_awaited: false,
            members: BTreeMap::new(),
            inbox: Vec::new(),
            batch: None,
            batches: 0,
            heard: HashMap::new(),
        }
    }

    /// Opens a document of which the store knows the name and has lost all changes.
    ///
    /// A stock peer that asks for it is not told that it is unavailable: it would take that for an answer and go on without the document.
    /// Everyone is served as soon as somebody brings the document back.
    pub fn await_lost(document: DocumentId, relay: PeerId) -> Self {
        Self {
            is_awaited: true,
            ..Self::open(document, relay, [])
        }
    }

    /// Nobody is here and nothing is under way: the shell may drop this room and open it again later.
    pub fn is_idle(&self) -> bool {
        self.members.is_empty() && self.inbox.is_empty() && self.batch.is_none()
    }

    /// The durable changes.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Takes one event and returns what must be done.
    pub fn handle(&mut self, event: RoomEvent) -> Vec<RoomEffect> {
        let mut effects = Vec::new();
        match event {
            RoomEvent::Sync {
                connection,
                peer,
                dialect,
                warrant,
                message,
                request,
            } => {
                if !self.is_for(&warrant) {
                    let unavailable = self.unavailable(peer);
                    effects.push(RoomEffect::Send {
                        connection,
                        frame: unavailable.encode(),
                        changes: 0,
                    });
                    return effects;
                }
                let member = self.members.entry(connection).or_insert_with(|| Member {
                    peer,
                    dialect,
                    warrant: Arc::clone(&warrant),
                    exchange: Exchange::default(),
                    has_receipt: false,
                    presented: None,
                    signed: None,
                    signatures_given: None,
                    told_unavailable: false,
                });
                let visitor = Visitor {
                    warrant,
                    presented: member.presented.clone(),
                    signed: member.signed.take(),
                };
                self.inbox.push(Inbound {
                    connection,
                    visitor,
                    message,
                    request,
                });
                self.start_batch(&mut effects);
            }
            RoomEvent::Ephemeral {
                connection,
                message,
            } => self.forward(connection, message, &mut effects),
            RoomEvent::Vouched(receipt) => self.vouched(receipt, &mut effects),
            RoomEvent::Presented {
                connection,
                space,
                receipt,
            } => {
                if let Some(member) = self.members.get_mut(&connection) {
                    member.presented = Some((space, receipt));
                }
            }
            RoomEvent::Signed {
                connection,
                words,
                authors,
                digest,
            } => self.signed(connection, words, authors, &digest, &mut effects),
            RoomEvent::Admitted(chunks) => {
                self.inbox.push(Inbound::of_the_relay(chunks));
                self.start_batch(&mut effects);
            }
            RoomEvent::PassSignatures => self.pass_signatures(&mut effects),
            RoomEvent::Left(connection) => {
                if let Some(member) = self.members.remove(&connection) {
                    self.heard.retain(|(sender, _), _| *sender != member.peer);
                }
            }
            RoomEvent::Proved { batch, results } => self.proved(batch, results, &mut effects),
            RoomEvent::Flushed(batch) => self.flushed(batch, &mut effects),
            RoomEvent::FlushFailed(batch) => {
                if self.is_current(batch) {
                    effects.push(RoomEffect::RetryLater(batch));
                }
            }
            RoomEvent::RetryFlush(batch) => self.append(batch, &mut effects),
        }
        effects
    }

    /// Sends an ephemeral message on to everyone else who has the document open.
    fn forward(
        &mut self,
        from: ConnectionId,
        message: EphemeralMessage,
        effects: &mut Vec<RoomEffect>,
    ) {
        if !self.members.contains_key(&from) {
            return;
        }
        if self.heard.len() >= MOST_HEARD {
            // Somebody draws new sessions without end: what is heard twice after that does no harm.
            self.heard.clear();
        }
        let key = (message.sender.clone(), message.session.clone());
        let last = self.heard.entry(key).or_insert(0);
        if message.count <= *last && *last != 0 {
            return;
        }
        *last = message.count;
        let envelope = Envelope::ephemeral(&message);
        for (connection, member) in &self.members {
            if *connection != from && member.peer != message.sender {
                effects.push(RoomEffect::Pass {
                    connection: *connection,
                    from,
                    frame: envelope.to(&member.peer),
                });
            }
        }
    }
}
