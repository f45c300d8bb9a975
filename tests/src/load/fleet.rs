//! All phones of a measurement, room by room.

use super::board::Board;
use super::window;
use crate::until::{when, within};
use anyhow::{Result, bail};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::mpsc;
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

/// Phones that come back one after the other; each holds the other end until it dials.
#[derive(Debug)]
pub struct LastDial(mpsc::Receiver<Infallible>);

impl LastDial {
    /// Waits until the last of them dials.
    pub async fn made(mut self) {
        // Nothing is ever sent: the channel closes.
        while self.0.recv().await.is_some() {}
    }
}

/// The phones of all rooms, connected or not.
#[derive(Debug)]
pub struct Fleet<P> {
    rooms: Vec<Vec<Rc<P>>>,
    board: Rc<Board>,
    first: JoinSet<()>,
    others: JoinSet<()>,
}

impl<P: Participant> Fleet<P> {
    /// These rooms; the first phone of each brings the document.
    pub fn new(rooms: Vec<Vec<Rc<P>>>, board: Rc<Board>) -> Self {
        Self {
            rooms,
            board,
            first: JoinSet::new(),
            others: JoinSet::new(),
        }
    }

    /// Where the phones make their notes.
    pub fn board(&self) -> &Rc<Board> {
        &self.board
    }

    /// Connects everyone and waits until all have the document.
    pub async fn assemble(&mut self, server: SocketAddr) -> Result<()> {
        self.bring(server).await?;
        self.join(server).await
    }

    /// Connects the first phone of each room and waits until the server has all documents.
    pub async fn bring(&mut self, server: SocketAddr) -> Result<()> {
        let phones: Vec<Rc<P>> = self.first_phones().cloned().collect();
        for phones in phones.chunks(AT_A_TIME) {
            for phone in phones {
                self.first.spawn_local(Rc::clone(phone).stay(server));
            }
            self.ready(phones).await?;
        }
        Ok(())
    }

    /// Connects all other phones and waits until they have the documents.
    pub async fn join(&mut self, server: SocketAddr) -> Result<()> {
        let phones: Vec<Rc<P>> = self.other_phones().cloned().collect();
        for phones in phones.chunks(AT_A_TIME) {
            for phone in phones {
                self.others.spawn_local(Rc::clone(phone).stay(server));
            }
            self.ready(phones).await?;
        }
        Ok(())
    }

    /// Cuts the lines of all phones but the first of each room.
    pub async fn cut_others(&mut self) {
        self.others.shutdown().await;
    }

    /// Cuts all lines.
    pub async fn cut(&mut self) {
        self.first.shutdown().await;
        self.others.shutdown().await;
    }

    /// Connects the first phone of each room, without waiting for anything.
    pub fn reconnect_first(&mut self, server: SocketAddr) {
        for phone in self.rooms.iter().filter_map(|room| room.first()) {
            self.first.spawn_local(Rc::clone(phone).stay(server));
        }
    }

    /// Connects all other phones at even distances over a time, which is the window that is measured.
    pub fn reconnect_others(&mut self, server: SocketAddr, over: Duration) -> LastDial {
        let (dialling, last) = mpsc::channel(1);
        let phones: Vec<Rc<P>> = self.other_phones().cloned().collect();
        let count = phones.len();
        for (number, phone) in phones.into_iter().enumerate() {
            let wait = over.mul_f64(number as f64 / count as f64);
            let dialling = dialling.clone();
            self.others.spawn_local(async move {
                window::pass(wait).await;
                drop(dialling);
                phone.stay(server).await;
            });
        }
        LastDial(last)
    }

    /// Waits until these phones have the document.
    async fn ready(&self, phones: &[Rc<P>]) -> Result<()> {
        within(SET_UP_TIME, "phones get the document", async || {
            let ready = phones.iter().filter(|phone| phone.is_ready()).count();
            let all = phones.len();
            when(
                ready == all || self.board.first_trouble().is_some(),
                format!("{ready} of {all} have it"),
            )
        })
        .await?;
        self.check()
    }

    /// Waits until all phones are ready on their present connections.
    pub async fn all_connected(&self, deadline: Duration) -> Result<()> {
        within(deadline, "all phones are connected", async || {
            let phones = self.rooms.iter().flatten();
            let absent = phones.filter(|phone| !phone.is_ready()).count();
            when(absent == 0, format!("{absent} are not"))
        })
        .await
    }

    /// Waits until all rooms are in step; an error when they are not in time.
    pub async fn in_step(&self, deadline: Duration) -> Result<()> {
        within(deadline, "all rooms converge", async || {
            let converged = self.rooms_in_step();
            when(
                converged == self.rooms(),
                format!("{converged} of {} rooms", self.rooms()),
            )
        })
        .await
    }

    /// The phones that bring the documents.
    pub fn first_phones(&self) -> impl Iterator<Item = &Rc<P>> {
        self.rooms.iter().filter_map(|room| room.first())
    }

    fn other_phones(&self) -> impl Iterator<Item = &Rc<P>> {
        self.rooms.iter().flat_map(|room| room.iter().skip(1))
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
