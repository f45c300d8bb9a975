//! A simulated relay: rooms, provers and greetings around a store that outlives them.

use crate::change::ChangeRecord;
use crate::guard::{Ledger, Refusal};
use crate::id::{DocumentId, PeerId};
use crate::identity::Challenge;
use crate::limits::{Limits, RelayLimits};
use crate::roster::Warrant;
use crate::store::{Store, StoredChange};
use crate::sync::connection::{Connection, ConnectionEffect};
use crate::sync::graph::Graph;
use crate::sync::room::{BatchId, ConnectionId, Room, RoomEffect, RoomEvent};
use crate::testing::MemoryStore;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the network must do for the relay.
#[derive(Debug)]
pub(super) enum Outcome {
    Send {
        connection: ConnectionId,
        frame: Vec<u8>,
    },
    FlushLater {
        start: u64,
        document: DocumentId,
        batch: BatchId,
    },
    RetryLater {
        start: u64,
        document: DocumentId,
        batch: BatchId,
    },
    Close {
        connection: ConnectionId,
        refusal: Option<Refusal>,
    },
}

#[derive(Debug)]
struct OpenRoom {
    room: Room,
    /// Made anew from the room's graph when something was proved that is not accepted.
    prover: Option<Ledger>,
    appending: Option<Vec<StoredChange>>,
}

#[derive(Debug)]
struct Caller {
    connection: Connection,
    documents: BTreeSet<DocumentId>,
    warrant: Arc<Warrant>,
}

#[derive(Debug, Default)]
pub(super) struct Relay {
    starts: u64,
    accepted: u64,
    connections: BTreeMap<ConnectionId, Caller>,
    /// What the phones may do of which that was said.
    warrants: BTreeMap<usize, Arc<Warrant>>,
    rooms: BTreeMap<DocumentId, OpenRoom>,
    /// Frames that say what was erased; they outlive the process, as the record does.
    erased: BTreeMap<DocumentId, Vec<u8>>,
}

impl Relay {
    /// What a phone may do from its next connection on.
    pub(super) fn entitle(&mut self, phone: usize, warrant: Warrant) {
        self.warrants.insert(phone, Arc::new(warrant));
    }

    pub(super) fn accept(&mut self, phone: usize) -> ConnectionId {
        self.accepted += 1;
        let id = ConnectionId(self.accepted);
        // Nobody is asked who they are here.
        let challenge = Challenge([0; 32]);
        let (limits, told) = (Limits::DEFAULT, RelayLimits::DEFAULT);
        let connection = Connection::new(self.name(), limits, told, challenge);
        let warrant = self.warrants.get(&phone).cloned();
        let caller = Caller {
            connection,
            documents: BTreeSet::new(),
            warrant: warrant.unwrap_or_else(|| Arc::new(Warrant::of_anyone())),
        };
        self.connections.insert(id, caller);
        id
    }

    pub(super) fn receive(
        &mut self,
        id: ConnectionId,
        bytes: &[u8],
        store: &MemoryStore,
    ) -> Vec<Outcome> {
        let Some(caller) = self.connections.get_mut(&id) else {
            return Vec::new();
        };
        let connection = &mut caller.connection;
        let peer = connection.peer().cloned();
        let dialect = connection.dialect();
        match (connection.receive(bytes), peer) {
            (Ok(ConnectionEffect::Send(frames)), _) => {
                let send = |frame| Outcome::Send {
                    connection: id,
                    frame,
                };
                frames.into_iter().map(send).collect()
            }
            (
                Ok(ConnectionEffect::Sync {
                    document,
                    message,
                    request,
                }),
                Some(peer),
            ) => {
                caller.documents.insert(document);
                if let Some(gone) = self.erased.get(&document) {
                    let frame = gone.clone();
                    return vec![Outcome::Send {
                        connection: id,
                        frame,
                    }];
                }
                let event = RoomEvent::Sync {
                    connection: id,
                    peer,
                    dialect,
                    warrant: Arc::clone(&caller.warrant),
                    message,
                    request,
                };
                self.open(document, store);
                self.handle(document, event)
            }
            (Ok(ConnectionEffect::Ephemeral { document, message }), _) => {
                let event = RoomEvent::Ephemeral {
                    connection: id,
                    message,
                };
                self.handle(document, event)
            }
            (Ok(ConnectionEffect::Leave), _) => vec![Outcome::Close {
                connection: id,
                refusal: None,
            }],
            (Ok(_), _) => Vec::new(),
            // A greeting that arrives twice is the simulated network's doing: the connection is closed as a real one would be.
            (Err(_), _) => vec![Outcome::Close {
                connection: id,
                refusal: None,
            }],
        }
    }

    /// A document is erased: what is on its way to the disk is dropped, and everyone who has it open is told in this frame.
    pub(super) fn erase(
        &mut self,
        document: DocumentId,
        gone: Vec<u8>,
        store: &MemoryStore,
    ) -> Vec<Outcome> {
        let told = match self.rooms.remove(&document) {
            Some(mut open) => open.room.erase(&gone),
            None => Vec::new(),
        };
        self.erased.insert(document, gone);
        // A disk that fails now is asked again at the next start.
        let _ = store.delete(document);
        let sent = told.into_iter().filter_map(|effect| match effect {
            RoomEffect::Send {
                connection, frame, ..
            } => Some(Outcome::Send { connection, frame }),
            _ => None,
        });
        sent.collect()
    }

    pub(super) fn left(&mut self, id: ConnectionId) -> Vec<Outcome> {
        let Some(caller) = self.connections.remove(&id) else {
            return Vec::new();
        };
        caller
            .documents
            .into_iter()
            .flat_map(|document| self.handle(document, RoomEvent::Left(id)))
            .collect()
    }

    /// The disk answers an append.
    pub(super) fn flush(
        &mut self,
        start: u64,
        document: DocumentId,
        batch: BatchId,
        store: &MemoryStore,
    ) -> Vec<Outcome> {
        if start != self.starts {
            return Vec::new();
        }
        let Some(changes) = self
            .rooms
            .get_mut(&document)
            .and_then(|open| open.appending.take())
        else {
            return Vec::new();
        };
        let event = match store.append(&[(document, changes)]) {
            Ok(()) => RoomEvent::Flushed(batch),
            Err(_) => RoomEvent::FlushFailed(batch),
        };
        self.handle(document, event)
    }

    pub(super) fn retry(
        &mut self,
        start: u64,
        document: DocumentId,
        batch: BatchId,
    ) -> Vec<Outcome> {
        if start != self.starts {
            return Vec::new();
        }
        self.handle(document, RoomEvent::RetryFlush(batch))
    }

    /// The process dies; of what was on its way to the disk, all or nothing arrives.
    pub(super) fn restart(&mut self, store: &MemoryStore, appends_survive: bool) {
        for (document, open) in std::mem::take(&mut self.rooms) {
            if let Some(changes) = open.appending.filter(|_| appends_survive) {
                // A full disk loses it as well, and nobody was told otherwise.
                let _ = store.append(&[(document, changes)]);
            }
        }
        self.connections.clear();
        self.starts += 1;
    }

    /// Its own and its store's, the same at every start.
    fn name(&self) -> PeerId {
        PeerId::from_entropy([7; 16])
    }

    fn open(&mut self, document: DocumentId, store: &MemoryStore) {
        let name = self.name();
        self.rooms.entry(document).or_insert_with(|| {
            // A disk that cannot be read now is one that will not take appends either.
            let stored = store.load(document).ok().flatten().unwrap_or_default();
            let records = stored
                .iter()
                .filter_map(|change| ChangeRecord::parse(&change.bytes).ok());
            let room = Room::open(document, name, records);
            match Ledger::open(document, &stored, Limits::DEFAULT) {
                Ok((prover, _)) => OpenRoom {
                    room,
                    prover: Some(prover),
                    appending: None,
                },
                Err(refusal) => panic!("the store of {document} does not prove: {refusal}"),
            }
        });
    }

    fn handle(&mut self, document: DocumentId, event: RoomEvent) -> Vec<Outcome> {
        let start = self.starts;
        let Some(open) = self.rooms.get_mut(&document) else {
            return Vec::new();
        };
        let mut outcomes = Vec::new();
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            for effect in open.room.handle(event) {
                match effect {
                    RoomEffect::Prove { batch, submissions } => {
                        let prover = open
                            .prover
                            .get_or_insert_with(|| prover(document, open.room.graph()));
                        let results = submissions
                            .iter()
                            .map(|chunks| prover.prove(chunks))
                            .collect();
                        events.push(RoomEvent::Proved { batch, results });
                    }
                    RoomEffect::Append { batch, changes } => {
                        open.appending = Some(changes);
                        outcomes.push(Outcome::FlushLater {
                            start,
                            document,
                            batch,
                        });
                    }
                    RoomEffect::Unprove => open.prover = None,
                    RoomEffect::SetAside { .. } | RoomEffect::KeepSignatures(_) => {}
                    RoomEffect::RetryLater(batch) => outcomes.push(Outcome::RetryLater {
                        start,
                        document,
                        batch,
                    }),
                    RoomEffect::Send {
                        connection, frame, ..
                    }
                    | RoomEffect::Pass {
                        connection, frame, ..
                    } => outcomes.push(Outcome::Send { connection, frame }),
                    RoomEffect::Refuse {
                        connection,
                        refusal,
                    } => outcomes.push(Outcome::Close {
                        connection,
                        refusal: Some(refusal),
                    }),
                }
            }
        }
        outcomes
    }
}

/// A ledger that knows what the room has.
fn prover(document: DocumentId, graph: &Graph) -> Ledger {
    let stored: Vec<StoredChange> = graph.changes().iter().map(StoredChange::from).collect();
    match Ledger::open(document, &stored, Limits::DEFAULT) {
        Ok((prover, _)) => prover,
        Err(refusal) => panic!("the graph of {document} does not prove: {refusal}"),
    }
}
