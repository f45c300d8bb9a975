//! All phones of a measurement, room by room.

use super::board::Board;
use crate::until::{when, within};
use anyhow::{Result, bail};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::task::JoinSet;

/// How many phones connect at a time.
const AT_A_TIME: usize = 50;

/// How long a set-up may take: foreign servers need their time for hundreds of phones.
const SET_UP_TIME: Duration = Duration::from_secs(120);

/// Somebody in a room.
pub trait Participant: 'static {
    /// Connects and stays until the future is dropped.
    fn stay(self: Rc<Self>, server: SocketAddr) -> impl Future<Output = ()> + 'static;

    /// Whether the document is here as it was born, and the server knows all that is here.
    fn is_ready(&self) -> bool;

    /// Whether both have the same changes.
    fn is_in_step_with(&self, other: &Self) -> bool;
}

/// The phones of all rooms, connected or not.
#[derive(Debug)]
pub struct Fleet<P> {
    rooms: Vec<Vec<Rc<P>>>,
    board: Rc<Board>,
    connections: JoinSet<()>,
}

impl<P: Participant> Fleet<P> {
    /// These rooms; the first phone of each brings the document.
    pub fn new(rooms: Vec<Vec<Rc<P>>>, board: Rc<Board>) -> Self {
        Self {
            rooms,
            board,
            connections: JoinSet::new(),
        }
    }

    /// Where the phones make their notes.
    pub fn board(&self) -> &Rc<Board> {
        &self.board
    }

    /// Connects everyone and waits until all have the document.
    pub async fn assemble(&mut self, server: SocketAddr) -> Result<()> {
        let first: Vec<Rc<P>> = self
            .rooms
            .iter()
            .filter_map(|room| room.first())
            .cloned()
            .collect();
        let others: Vec<Rc<P>> = self
            .rooms
            .iter()
            .flat_map(|room| room.iter().skip(1))
            .cloned()
            .collect();
        for phones in first.chunks(AT_A_TIME).chain(others.chunks(AT_A_TIME)) {
            self.connect(phones, server);
            self.ready(phones).await?;
        }
        self.check()
    }

    /// Connects these phones.
    pub fn connect(&mut self, phones: &[Rc<P>], server: SocketAddr) {
        for phone in phones {
            self.connections.spawn_local(Rc::clone(phone).stay(server));
        }
    }

    /// Waits until these phones have the document.
    pub async fn ready(&self, phones: &[Rc<P>]) -> Result<()> {
        within(SET_UP_TIME, "phones get the document", async || {
            let ready = phones.iter().filter(|phone| phone.is_ready()).count();
            let trouble = self.board.first_trouble();
            when(
                ready == phones.len(),
                format!("{ready} of {} have it, trouble: {trouble:?}", phones.len()),
            )
        })
        .await
    }

    /// How many rooms there are.
    pub fn rooms(&self) -> usize {
        self.rooms.len()
    }

    /// In how many rooms all phones have the same changes.
    pub fn rooms_in_step(&self) -> usize {
        let in_step = |room: &&Vec<Rc<P>>| match room.split_first() {
            Some((first, others)) => others.iter().all(|other| first.is_in_step_with(other)),
            None => true,
        };
        self.rooms.iter().filter(in_step).count()
    }

    /// An error if a phone met trouble.
    pub fn check(&self) -> Result<()> {
        match self.board.first_trouble() {
            Some(trouble) => bail!(trouble),
            None => Ok(()),
        }
    }
}
