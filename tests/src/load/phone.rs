//! A phone that speaks automerge-repo's protocol and keeps no more than it must: readers the history, writers the document too.

use super::board::{Board, Turn};
use super::fleet::Participant;
use super::pace::Pace;
use super::room::{Manuscript, Room};
use super::socket::Socket;
use crate::device::random;
use anyhow::{Context, Result, bail};
use maillage_shared::ChangeHash;
use maillage_shared::change::ChangeRecord;
use maillage_shared::guard::{self, ScannedChunk, ScannedMessage};
use maillage_shared::id::PeerId;
use maillage_shared::limits::Limits;
use maillage_shared::sync::exchange::Exchange;
use maillage_shared::sync::graph::Graph;
use maillage_shared::wire::{Frame, JoinMessage, Metadata, PROTOCOL_VERSION, SyncMessage};
use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How soon a phone tells that it has received something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acknowledge {
    /// After every message, as stock clients do.
    Always,
    /// At most every 200 ms, as our own clients do.
    Seldom,
}

impl Acknowledge {
    fn after(self) -> Duration {
        match self {
            Self::Always => Duration::ZERO,
            Self::Seldom => Duration::from_millis(200),
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

    /// The heads of what is here, sorted.
    fn heads(&self) -> Vec<ChangeHash> {
        self.state.borrow().graph.heads()
    }

    /// Whether it has the whole document as it was born, and perhaps more.
    fn has_document(&self) -> bool {
        self.state.borrow().graph.len() >= self.room.birth().len()
    }

    /// Whether the server has acknowledged all that is here.
    fn is_acknowledged(&self) -> bool {
        let state = self.state.borrow();
        state.exchange.has_heard()
            && state.exchange.acknowledged(&state.graph) == state.graph.heads()
    }

    async fn converse(&self, server: SocketAddr) -> Result<std::convert::Infallible> {
        let mut line = Line::open(server, &self.room).await?;
        {
            let mut state = self.state.borrow_mut();
            let shared = state.exchange.acknowledged(&state.graph);
            state.exchange = Exchange::resume(shared);
        }
        let mut turn = self.pace.map(|pace| Turn::new(pace, &self.board));
        let mut speak_at = Some(Instant::now());
        loop {
            tokio::select! {
                bytes = line.socket.hear() => {
                    let bytes = bytes?;
                    self.board.received(bytes.len());
                    if let Some(message) = line.read(&bytes)? {
                        let urgent = self.take(message)?;
                        let wait = if urgent { Duration::ZERO } else { self.acknowledge.after() };
                        let at = Instant::now() + wait;
                        speak_at = Some(speak_at.map_or(at, |earlier| earlier.min(at)));
                    }
                }
                due = write_due(&mut turn) => {
                    self.write(due)?;
                    if let Some(turn) = &mut turn {
                        turn.done();
                    }
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
    fn take(&self, message: ScannedMessage) -> Result<bool> {
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        let before = state.graph.heads();
        let mut new = Vec::new();
        for change in changes(&message)? {
            if !state.graph.contains(&change.hash) {
                state.graph.insert(change.clone());
                new.push(change);
            }
        }
        new.retain(|change| state.graph.contains(&change.hash));
        let late = state.graph.take_ready_orphans();
        for change in &late {
            state.graph.insert(change.clone());
        }
        new.extend(late);
        if let Some(manuscript) = &mut state.manuscript
            && !new.is_empty()
        {
            manuscript.import(&new)?;
        }
        for stamp in new
            .iter()
            .filter_map(|change| self.room.stamp(&change.hash))
        {
            self.board.delivered(stamp);
        }
        state.exchange.receive(&state.graph, &before, &message);
        Ok(state.exchange.is_urgent(&state.graph))
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
        self.has_document() && self.is_acknowledged()
    }

    fn is_in_step_with(&self, other: &Self) -> bool {
        self.heads() == other.heads()
    }
}

/// The changes of a message, a whole document taken apart.
fn changes(message: &ScannedMessage) -> Result<Vec<ChangeRecord>> {
    let mut changes = Vec::new();
    for chunk in &message.chunks {
        match chunk {
            ScannedChunk::Change(change) => changes.push(change.clone()),
            ScannedChunk::Document(bytes) => {
                changes.extend(guard::expand_document(bytes, &Limits::DEFAULT)?);
            }
        }
    }
    Ok(changes)
}

async fn write_due(turn: &mut Option<Turn>) -> Instant {
    match turn {
        Some(turn) => turn.due().await,
        None => std::future::pending().await,
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
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
                Ok(Some(guard::scan_message(&sync.data, &Limits::DEFAULT)?))
            }
            Frame::Error { message } => bail!("the server refuses: {message}"),
            Frame::Unavailable(_) => bail!("the server has not got the document"),
            _ => Ok(None),
        }
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
