//! A phone that speaks automerge-repo's protocol and keeps no more than it must: readers the history, writers the document too.

use super::board::{Board, Turn};
use super::fleet::Participant;
use super::pace::Pace;
use super::room::{Manuscript, Room};
use super::socket::Socket;
use crate::device::random;
use anyhow::{Context, Result, bail};
use automerge::sync::Message;
use maillage_shared::guard::{ScannedChunk, ScannedMessage};
use maillage_shared::id::PeerId;
use maillage_shared::limits::ACKNOWLEDGE_AFTER;
use maillage_shared::sync::exchange::Exchange;
use maillage_shared::sync::graph::Graph;
use maillage_shared::wire::{Frame, JoinMessage, Metadata, PROTOCOL_VERSION, SyncMessage};
use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How soon a phone tells that it has received something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acknowledge {
    /// After every message, as stock clients do.
    Always,
    /// At most every [`ACKNOWLEDGE_AFTER`] milliseconds, as our own clients do.
    Seldom,
}

impl Acknowledge {
    /// How long an acknowledgement may wait.
    pub fn after(self) -> Duration {
        match self {
            Self::Always => Duration::ZERO,
            Self::Seldom => Duration::from_millis(ACKNOWLEDGE_AFTER.unsigned_abs()),
        }
    }
}

/// A phone. What it has outlives its connections.
#[derive(Debug)]
pub struct Phone {
    room: Rc<Room>,
    board: Rc<Board>,
    acknowledge: Acknowledge,
    pace: Option<Pace>,
    state: RefCell<State>,
    /// Greeted by the server, and not cut off since.
    present: Cell<bool>,
    ready_since: Cell<Option<Instant>>,
}

#[derive(Debug, Default)]
struct State {
    graph: Graph,
    exchange: Exchange,
    manuscript: Option<Manuscript>,
}

impl Phone {
    /// A phone that only reads and has nothing yet.
    pub fn reader(room: &Rc<Room>, board: &Rc<Board>, acknowledge: Acknowledge) -> Self {
        Self {
            room: Rc::clone(room),
            board: Rc::clone(board),
            acknowledge,
            pace: None,
            state: RefCell::default(),
            present: Cell::default(),
            ready_since: Cell::default(),
        }
    }

    /// A phone that has the document from the start and writes in it at this pace, from a place that `share` of the text lies before.
    pub fn writer(
        room: &Rc<Room>,
        board: &Rc<Board>,
        acknowledge: Acknowledge,
        pace: Pace,
        share: f64,
    ) -> Result<Self> {
        let mut graph = Graph::default();
        for change in room.birth() {
            graph.insert(change.clone());
        }
        let state = State {
            graph,
            manuscript: Some(Manuscript::open(room, share)?),
            ..State::default()
        };
        Ok(Self {
            pace: Some(pace),
            state: RefCell::new(state),
            ..Self::reader(room, board, acknowledge)
        })
    }

    /// Its room.
    pub fn room(&self) -> &Rc<Room> {
        &self.room
    }

    /// When it first had the whole document.
    pub fn ready_since(&self) -> Option<Instant> {
        self.ready_since.get()
    }

    fn holds_birth(&self, graph: &Graph) -> bool {
        graph.len() >= self.room.birth().len()
    }

    async fn converse(&self, server: SocketAddr) -> Result<std::convert::Infallible> {
        let mut line = Line::open(server, &self.room).await?;
        let _presence = Presence::enter(&self.present);
        {
            let mut state = self.state.borrow_mut();
            let shared = state.exchange.acknowledged(&state.graph);
            state.exchange = Exchange::resume(shared);
        }
        let mut turn = Turn::new(self.pace, &self.board);
        let mut speak_at = Some(Instant::now());
        loop {
            tokio::select! {
                bytes = line.socket.hear() => {
                    let bytes = bytes?;
                    self.board.received(bytes.len());
                    if let Some(message) = line.read(&bytes)? {
                        let urgent = self.take(&message);
                        let wait = if urgent { Duration::ZERO } else { self.acknowledge.after() };
                        let at = Instant::now() + wait;
                        speak_at = Some(speak_at.map_or(at, |earlier| earlier.min(at)));
                    }
                }
                due = turn.due() => {
                    self.write(due)?;
                    turn.done();
                    speak_at = Some(Instant::now());
                }
                () = sleep_until(speak_at) => {}
            }
            if speak_at.is_some_and(|at| at <= Instant::now()) {
                speak_at = None;
                if let Some((data, request)) = self.speak() {
                    line.say(data, request).await?;
                }
            }
        }
    }

    /// Takes in a message; returns whether the server waits for more than an acknowledgement.
    fn take(&self, message: &ScannedMessage) -> bool {
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        let before = state.graph.heads();
        let mut new = Vec::new();
        for chunk in &message.chunks {
            if let ScannedChunk::Change(change) = chunk
                && !state.graph.contains(&change.hash)
            {
                state.graph.insert(change.clone());
                new.push(change.clone());
            }
        }
        new.retain(|change| state.graph.contains(&change.hash));
        let late = state.graph.take_ready_orphans();
        for change in &late {
            state.graph.insert(change.clone());
        }
        new.extend(late);
        for stamp in new
            .iter()
            .filter_map(|change| self.room.stamp(&change.hash))
        {
            self.board.delivered(stamp);
        }
        if let Some(manuscript) = &mut state.manuscript {
            manuscript.receive(new);
        }
        state.exchange.receive(&state.graph, &before, message);
        if self.ready_since.get().is_none() && self.holds_birth(&state.graph) {
            self.ready_since.set(Some(Instant::now()));
        }
        state.exchange.is_urgent(&state.graph)
    }

    /// Writes one letter.
    fn write(&self, due: Instant) -> Result<()> {
        let mut state = self.state.borrow_mut();
        let manuscript = state.manuscript.as_mut().context("only writers write")?;
        let change = manuscript.write()?;
        let stamp = self.board.committed(due, self.room.others());
        self.room.note(change.hash, stamp);
        state.graph.insert(change);
        Ok(())
    }

    /// The next message for the server, and whether it asks for a document that is not here.
    fn speak(&self) -> Option<(Vec<u8>, bool)> {
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        let message = state.exchange.generate(&state.graph)?;
        Some((message.encode(), state.graph.is_empty()))
    }
}

impl Participant for Phone {
    async fn stay(self: Rc<Self>, server: SocketAddr) {
        let Err(error) = self.converse(server).await;
        self.board
            .trouble(format!("a phone lost its server: {error:#}"));
    }

    fn is_ready(&self) -> bool {
        let state = self.state.borrow();
        let (graph, exchange) = (&state.graph, &state.exchange);
        self.present.get()
            && self.holds_birth(graph)
            && exchange.has_heard()
            && exchange.acknowledged(graph) == graph.heads()
    }

    fn is_in_step_with(&self, other: &Self) -> bool {
        self.state.borrow().graph.heads() == other.state.borrow().graph.heads()
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

/// Says that a phone is connected, until it is dropped.
struct Presence<'a>(&'a Cell<bool>);

impl<'a> Presence<'a> {
    fn enter(present: &'a Cell<bool>) -> Self {
        present.set(true);
        Self(present)
    }
}

impl Drop for Presence<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

/// A greeted connection that talks about one document.
#[derive(Debug)]
struct Line<'a> {
    socket: Socket,
    me: PeerId,
    server: PeerId,
    room: &'a Room,
}

impl<'a> Line<'a> {
    async fn open(server: SocketAddr, room: &'a Room) -> Result<Self> {
        let mut socket = Socket::open(server, "/sync").await?;
        let me = PeerId::from_entropy(random()?);
        let join = Frame::Join(JoinMessage {
            sender: me.clone(),
            versions: vec![PROTOCOL_VERSION.to_owned()],
            metadata: Metadata {
                storage: None,
                ephemeral: true,
            },
        });
        socket.say(join.encode()).await?;
        match Frame::decode(&socket.hear().await?)? {
            Frame::Peer(peer) => Ok(Self {
                socket,
                me,
                server: peer.sender,
                room,
            }),
            other => bail!("the server answered a greeting with {other:?}"),
        }
    }

    /// Reads a frame; `None` when it is not about changes.
    fn read(&self, bytes: &[u8]) -> Result<Option<ScannedMessage>> {
        match Frame::decode(bytes)? {
            Frame::Sync(sync) | Frame::Request(sync) if sync.document == self.room.id() => {
                self.read_sync(&sync.data).map(Some)
            }
            Frame::Error { message } => bail!("the server refuses: {message}"),
            Frame::Unavailable(_) => bail!("the server has not got the document"),
            _ => Ok(None),
        }
    }

    /// What the guard would read, with whole documents taken apart.
    fn read_sync(&self, data: &[u8]) -> Result<ScannedMessage> {
        let message = Message::decode(data)?;
        let mut chunks = Vec::new();
        for entry in message.changes.iter() {
            let changes = self.room.read(entry)?;
            chunks.extend(changes.iter().cloned().map(ScannedChunk::Change));
        }
        Ok(ScannedMessage {
            heads: message.heads,
            need: message.need,
            have: message.have,
            flags: message.flags,
            chunks,
        })
    }

    async fn say(&mut self, data: Vec<u8>, request: bool) -> Result<()> {
        let message = SyncMessage {
            sender: self.me.clone(),
            target: self.server.clone(),
            document: self.room.id(),
            data,
        };
        let frame = if request {
            Frame::Request(message)
        } else {
            Frame::Sync(message)
        };
        self.socket.say(frame.encode()).await
    }
}
