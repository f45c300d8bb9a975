//! Phones that speak Yjs's sync protocol, for the relays of that world. Readers keep which changes they have, writers a document.

mod frame;
mod text;

use super::board::{Board, Turn};
use super::fleet::{Fleet, Participant};
use super::socket::Socket;
use super::steady::Load;
use anyhow::{Context, Result, bail};
use frame::{Envelope, Said};
use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Instant;
use text::{Clocks, Manuscript, Room};
use yrs::Update;
use yrs::updates::decoder::Decode;

/// Which relay the phones speak with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Messages about the document that the path names.
    YWebsocket,
    /// Each message names its document, and the first one is a token.
    Hocuspocus,
}

/// A phone.
#[derive(Debug)]
pub struct YjsPhone {
    room: Rc<Room>,
    board: Rc<Board>,
    dialect: Dialect,
    turn: RefCell<Option<Turn>>,
    manuscript: RefCell<Option<Manuscript>>,
    clocks: RefCell<Clocks>,
    /// The relay has asked for what is here and been given it.
    has_given: Cell<bool>,
}

/// Phones for a load.
pub fn phones(load: &Load, dialect: Dialect) -> Result<Fleet<YjsPhone>> {
    let board = Rc::new(Board::default());
    let mut rooms = Vec::new();
    for number in 0..load.rooms {
        let room = Rc::new(Room::new(load.phones, load.characters)?);
        let mut phones = Vec::new();
        for index in 0..load.phones {
            let is_writer = index < load.writers;
            let pace = is_writer.then(|| load.pace(number, index));
            let share = index as f64 / load.writers as f64;
            let manuscript = is_writer
                .then(|| Manuscript::open(&room, share))
                .transpose()?;
            let clocks = if is_writer {
                room.clocks()
            } else {
                Clocks::default()
            };
            phones.push(Rc::new(YjsPhone {
                room: Rc::clone(&room),
                board: Rc::clone(&board),
                dialect,
                turn: RefCell::new(Some(Turn::new(pace, &board))),
                clocks: RefCell::new(clocks),
                manuscript: RefCell::new(manuscript),
                has_given: Cell::default(),
            }));
        }
        rooms.push(phones);
    }
    Ok(Fleet::new(rooms, board))
}

impl Participant for YjsPhone {
    async fn stay(self: Rc<Self>, server: SocketAddr) {
        let Err(error) = self.converse(server).await;
        self.board
            .trouble(format!("a phone lost its server: {error:#}"));
    }

    fn is_ready(&self) -> bool {
        self.has_given.get() && self.clocks.borrow().include(&self.room.clocks())
    }

    fn is_in_step_with(&self, other: &Self) -> bool {
        *self.clocks.borrow() == *other.clocks.borrow()
    }
}

impl YjsPhone {
    async fn converse(&self, server: SocketAddr) -> Result<Infallible> {
        let envelope = match self.dialect {
            Dialect::YWebsocket => Envelope::default(),
            Dialect::Hocuspocus => Envelope::about(self.room.name()),
        };
        let mut socket = Socket::open(server, &format!("/{}", self.room.name())).await?;
        if self.dialect == Dialect::Hocuspocus {
            socket.say(envelope.token()).await?;
        }
        let state = self
            .manuscript
            .borrow()
            .as_ref()
            .map(Manuscript::state)
            .unwrap_or_else(text::nothing);
        socket.say(envelope.ask(&state)).await?;
        let mut turn = self.turn.take().context("a phone connects once")?;
        loop {
            tokio::select! {
                bytes = socket.hear() => {
                    let bytes = bytes?;
                    self.board.received(bytes.len());
                    match envelope.read(&bytes)? {
                        Said::Asked(state) => {
                            let update = match &*self.manuscript.borrow() {
                                Some(manuscript) => manuscript.since(state)?,
                                None => text::no_update(),
                            };
                            socket.say(envelope.answer(&update)).await?;
                            self.has_given.set(true);
                        }
                        Said::Update(update) => self.take(update)?,
                        Said::Refused(why) => bail!("the server refuses: {why}"),
                        Said::Other => {}
                    }
                }
                due = turn.due() => {
                    let update = self.write(due)?;
                    turn.done();
                    socket.say(envelope.tell(&update)).await?;
                }
            }
        }
    }

    fn take(&self, update: &[u8]) -> Result<()> {
        let update = Update::decode_v1(update)?;
        let insertions = update.insertions(true);
        if let Some(manuscript) = &*self.manuscript.borrow() {
            manuscript.import(update)?;
        }
        let new = self.clocks.borrow_mut().take(&insertions);
        for change in new {
            if let Some(stamp) = self.room.stamp(&change) {
                self.board.delivered(stamp);
            }
        }
        Ok(())
    }

    /// Writes one letter and returns the update that tells of it.
    fn write(&self, due: Instant) -> Result<Vec<u8>> {
        let mut manuscript = self.manuscript.borrow_mut();
        let manuscript = manuscript.as_mut().context("only writers write")?;
        let (change, update) = manuscript.write();
        let stamp = self.board.committed(due, self.room.others());
        self.room.note(change, stamp);
        self.clocks.borrow_mut().reach(change);
        Ok(update)
    }
}
