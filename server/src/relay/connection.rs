//! The task of one connection: reads frames for the rooms, sends what the rooms have for the peer, and closes with a reason.

use super::Shared;
use super::closing::Closing;
use super::entrance::{Entrance, Ticket};
use super::line::Line;
use super::outbound::Outbound;
use super::pace::Pace;
use super::room::{Permits, RoomInput};
use crate::metrics::Reason;
use crate::panics;
use futures_util::{FutureExt, SinkExt, StreamExt};
use maillage_shared::guard::Refusal;
use maillage_shared::id::{DocumentId, PeerId};
use maillage_shared::identity::{Authorship, MOST_AUTHORSHIPS};
use maillage_shared::roster::Warrant;
use maillage_shared::sync::connection::{CloseReason, Connection, ConnectionEffect};
use maillage_shared::sync::room::ConnectionId;
use maillage_shared::wire::{Dialect, EphemeralMessage, Frame};
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};

/// Signatures of one connection that wait for the changes they are about.
const MOST_SIGNED: usize = 16 * MOST_AUTHORSHIPS;

/// Frames up to this many bytes are scanned at once; larger ones on a thread, so that other connections go on meanwhile.
const SCANNED_AT_ONCE_BYTES: usize = 16 * 1024;

/// What is known of whoever connects.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Where they are.
    pub address: IpAddr,
    /// The ticket they came with.
    pub ticket: Option<Ticket>,
}

/// Serves a connection until one side closes it.
pub(super) async fn run<S>(
    shared: Arc<Shared>,
    id: ConnectionId,
    visitor: Visitor,
    mut socket: WebSocketStream<S>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let outbound = Outbound::new(shared.options.outbound_bytes);
    let heard = shared.connections.enter(id, outbound.clone());
    let mut session = Session::new(Arc::clone(&shared), id, visitor, outbound.clone());
    let mut line = Line::new(&mut socket, &outbound, &heard, &shared.metrics);
    let talking = AssertUnwindSafe(talk(&mut session, &mut line))
        .catch_unwind()
        .await;
    // A panic here is a bug, and logged as such; the rooms must hear that the connection is gone all the same.
    let closing = talking.unwrap_or_else(|_| Closing::Broken("internal error".to_owned()));
    outbound.close(closing.clone());
    session.leave().await;
    shared.connections.leave(id);
    session.log(&closing);
    let last_words = session.last_words(&closing);
    let farewell = say_goodbye(&mut socket, &closing, last_words);
    let _ = timeout(shared.options.goodbye_time, farewell).await;
}

/// Reads and writes until there is a reason to close, and what waits to be sent is sent.
async fn talk<S>(session: &mut Session, line: &mut Line<'_, S>) -> Closing
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let goodbye_time = session.shared.options.goodbye_time;
    let greeting = Instant::now() + session.shared.options.greeting_time;
    let reason = loop {
        let next = if session.greeted() {
            line.next().await
        } else {
            timeout_at(greeting, line.next())
                .await
                .unwrap_or(Err(Closing::NoGreeting))
        };
        let bytes = match next {
            Ok(bytes) => bytes,
            Err(closing) => break closing,
        };
        // What the room for this message waits for must not hold up what others send to this peer.
        let received = line.write_while(session.receive(bytes)).await;
        if let Err(closing) = received.and_then(|result| result) {
            break closing;
        }
    };
    session.outbound.close(reason);
    timeout(goodbye_time, line.drain())
        .await
        .unwrap_or_else(|_| session.outbound.closing())
}

/// Says why, closes, and waits for the peer to close too, so that the system does not throw away what it has not read yet.
async fn say_goodbye<S>(
    socket: &mut WebSocketStream<S>,
    closing: &Closing,
    last_words: Vec<Frame>,
) -> Result<(), Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    for frame in last_words {
        socket.send(Message::Binary(frame.encode().into())).await?;
    }
    socket.close(Some(closing.close_frame())).await?;
    if closing.breaks_reading() {
        let stream = socket.get_mut();
        stream.shutdown().await?;
        // On the heap, not in the future of every connection.
        let mut discarded = vec![0; 4096];
        while stream.read(&mut discarded).await? > 0 {}
    } else {
        while let Some(Ok(_)) = socket.next().await {}
    }
    Ok(())
}

/// What a connection remembers.
struct Session {
    shared: Arc<Shared>,
    id: ConnectionId,
    outbound: Outbound,
    entrance: Entrance,
    /// Taken out while a large frame is scanned on a thread.
    protocol: Option<Connection>,
    documents: HashSet<DocumentId>,
    /// What was said of the authors of changes that are still to come: what these may do is seen when the changes are here.
    signed: HashMap<DocumentId, Vec<Authorship>>,
    inbound: Arc<Semaphore>,
    pace: Pace,
}

impl Session {
    fn new(shared: Arc<Shared>, id: ConnectionId, visitor: Visitor, outbound: Outbound) -> Self {
        let options = &shared.options;
        let (relay, told) = (shared.relay.clone(), options.told());
        let protocol = Connection::new(relay, options.limits, told, shared.challenges.draw());
        let Visitor { address, ticket } = visitor;
        let entrance = Entrance::new(Arc::clone(&shared), id, outbound.clone(), address, ticket);
        Self {
            id,
            entrance,
            outbound,
            protocol: Some(protocol),
            documents: HashSet::new(),
            signed: HashMap::new(),
            inbound: Arc::new(Semaphore::new(shared.options.inbound_bytes)),
            pace: Pace::new(&shared.options, Instant::now()),
            shared,
        }
    }

    async fn receive(&mut self, bytes: Bytes) -> Result<(), Closing> {
        self.pace.take(Instant::now())?;
        let permits = self.permits(bytes.len()).await?;
        let greeted = self.greeted();
        match self.scan(bytes).await? {
            ConnectionEffect::Send(frames) => {
                if let Some(peer) = self.peer().filter(|_| !greeted) {
                    self.shared
                        .peers
                        .enter(peer.clone(), self.id, self.outbound.clone());
                }
                for frame in frames {
                    self.outbound.send(frame);
                }
            }
            ConnectionEffect::Sync {
                document,
                message,
                request,
            } => {
                let Some(peer) = self.peer().cloned() else {
                    return Err(CloseReason::Unexpected("sync").into());
                };
                if self.entrance.warrant().is_empty() {
                    self.entrance.decline(document, peer);
                    return Ok(());
                }
                let limit = self.shared.options.documents;
                if self.documents.insert(document) && self.documents.len() > limit {
                    self.documents.remove(&document);
                    return Err(Closing::TooManyDocuments(limit));
                }
                if !message.chunks.is_empty()
                    && let Some(words) = self.signed.remove(&document)
                {
                    self.bring_signatures(document, words, Vec::new(), true)
                        .await;
                }
                let input = RoomInput::Sync {
                    connection: self.id,
                    peer,
                    dialect: self.dialect(),
                    warrant: Arc::clone(self.entrance.warrant()),
                    message,
                    request,
                    outbound: self.outbound.clone(),
                    permits,
                };
                self.shared
                    .rooms
                    .send(document, input, &self.outbound)
                    .await;
            }
            // Presence about a document that the peer has not opened concerns nobody here.
            ConnectionEffect::Ephemeral { document, message }
                if self.documents.contains(&document) && self.is_honest(&message) =>
            {
                let input = RoomInput::Ephemeral {
                    connection: self.id,
                    message,
                };
                self.shared
                    .rooms
                    .send(document, input, &self.outbound)
                    .await;
            }
            ConnectionEffect::Receipt { document, receipt } => {
                if let Some(space) = self.entrance.place_of(document, &receipt) {
                    let input = RoomInput::Receipt {
                        connection: self.id,
                        space,
                        receipt,
                    };
                    self.shared
                        .rooms
                        .send(document, input, &self.outbound)
                        .await;
                }
            }
            ConnectionEffect::Signatures {
                document,
                digest,
                words,
            } => {
                if self.documents.contains(&document) {
                    let held = self.signed.values().map(Vec::len).sum::<usize>();
                    if digest.is_empty() && held + words.len() <= MOST_SIGNED {
                        let held = self.signed.entry(document).or_default();
                        held.extend_from_slice(&words);
                    }
                    self.bring_signatures(document, words, digest, false).await;
                }
            }
            ConnectionEffect::Ephemeral { .. } | ConnectionEffect::Nothing => {}
            ConnectionEffect::Proved(keys) => self.entrance.proved(keys),
            ConnectionEffect::Ask { number, data } => self.entrance.ask(number, &data).await,
            ConnectionEffect::Leave => return Err(Closing::Left),
        }
        Ok(())
    }

    /// Hands a room what authors have signed, and before a message is judged by it, what they may do now.
    async fn bring_signatures(
        &self,
        document: DocumentId,
        words: Vec<Authorship>,
        digest: Vec<u8>,
        for_message: bool,
    ) {
        let Some(authors) = self.entrance.authors(&words) else {
            return;
        };
        let input = RoomInput::Signed {
            connection: self.id,
            words,
            authors: Arc::new(if for_message {
                authors
            } else {
                Warrant::default()
            }),
            digest,
        };
        self.shared
            .rooms
            .send(document, input, &self.outbound)
            .await;
    }

    /// Waits until there is room for a message, in this connection's share and in the relay's.
    async fn permits(&self, bytes: usize) -> Result<Permits, Closing> {
        let options = &self.shared.options;
        let share = |all: usize| u32::try_from(bytes.clamp(1, all)).unwrap_or(u32::MAX);
        let own = Arc::clone(&self.inbound).acquire_many_owned(share(options.inbound_bytes));
        let all =
            Arc::clone(&self.shared.inbound).acquire_many_owned(share(options.relay_inbound_bytes));
        match (own.await, all.await) {
            (Ok(own), Ok(all)) => Ok([own, all]),
            _ => Err(Closing::Stopping),
        }
    }

    /// Reads a frame. A panic in there is the frame's fault.
    async fn scan(&mut self, bytes: Bytes) -> Result<ConnectionEffect, Closing> {
        let Some(mut protocol) = self.protocol.take() else {
            return Err(Closing::Broken("internal error".to_owned()));
        };
        let is_short = bytes.len() <= SCANNED_AT_ONCE_BYTES;
        let scan =
            move || panics::catch(|| protocol.receive(&bytes)).map(|result| (protocol, result));
        let scanned = if is_short {
            scan()
        } else {
            spawn_blocking(scan)
                .await
                .unwrap_or_else(|error| Err(error.to_string()))
        };
        let (protocol, result) = scanned.map_err(|_| CloseReason::Refused(Refusal::Crashes))?;
        self.protocol = Some(protocol);
        Ok(result?)
    }

    fn peer(&self) -> Option<&PeerId> {
        self.protocol.as_ref().and_then(Connection::peer)
    }

    fn dialect(&self) -> Dialect {
        let protocol = self.protocol.as_ref();
        protocol.map(Connection::dialect).unwrap_or_default()
    }

    fn is_honest(&self, message: &EphemeralMessage) -> bool {
        self.peer()
            .is_some_and(|peer| self.entrance.is_honest(peer, message))
    }

    fn greeted(&self) -> bool {
        self.peer().is_some()
    }

    /// The frames that tell the peer why the connection ends.
    fn last_words(&self, closing: &Closing) -> Vec<Frame> {
        let relay = &self.shared.relay;
        let peer = self.peer().filter(|_| self.dialect() == Dialect::Extended);
        let refused = peer.and_then(|peer| closing.refused(relay, peer));
        refused.into_iter().chain(closing.frame(relay)).collect()
    }

    /// Frees the peer's name and tells the rooms.
    async fn leave(&mut self) {
        if let Some(peer) = self.peer() {
            self.shared.peers.leave(peer, self.id);
        }
        self.entrance.leave();
        for document in std::mem::take(&mut self.documents) {
            self.shared.rooms.leave(document, self.id).await;
        }
    }

    /// Counts and logs why the connection ends.
    fn log(&self, closing: &Closing) {
        if !matches!(closing, Closing::Left | Closing::Stopping) {
            let reason = closing.code();
            let refusals = &self.shared.metrics.refusals;
            refusals.get_or_create(&Reason { reason }).inc();
        }
        let connection = self.id.0;
        let peer = self.peer().map(ToString::to_string);
        match closing {
            Closing::Left | Closing::Stopping => {
                tracing::debug!(connection, ?peer, %closing, "a connection closed")
            }
            Closing::NoGreeting | Closing::Silent | Closing::Replaced | Closing::Changed => {
                tracing::info!(connection, ?peer, %closing, "closed a connection");
            }
            _ => tracing::warn!(connection, ?peer, %closing, "closed a connection"),
        }
    }
}
