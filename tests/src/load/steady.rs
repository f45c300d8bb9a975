//! The steady load: rooms of phones where some write at a rhythm, measured from commits to deliveries.

use super::board::Board;
use super::fleet::{Fleet, Participant};
use super::pace::Pace;
use super::percentiles::Percentiles;
use super::phone::{Acknowledge, Phone};
use super::room::Room;
use super::server::{Program, Server};
use super::usage::Usage;
use super::window;
use super::yjs::{self, Dialect};
use anyhow::Result;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How long rooms may take to converge once nobody writes any more.
const CONVERGENCE_TIME: Duration = Duration::from_secs(30);

/// What phones say after the last delivery belongs to the measurement: this long beyond their last acknowledgement.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// A load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// How many rooms, each with a document of its own.
    pub rooms: usize,
    /// Phones in each room, writers included.
    pub phones: usize,
    /// Writers in each room.
    pub writers: usize,
    /// Changes a second of each writer; a change is one letter.
    pub per_second: f64,
    /// Characters in each document at the start.
    pub characters: usize,
    /// How soon phones acknowledge.
    pub acknowledge: Acknowledge,
    /// Writing before measuring starts.
    pub warm_up: Duration,
    /// Writing that is measured.
    pub time: Duration,
}

/// What a load came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Changes written.
    pub commits: u64,
    /// Deliveries that should follow: each change to each other phone of its room.
    pub expected: u64,
    /// Deliveries made.
    pub deliveries: u64,
    /// From commit to delivery, in microseconds.
    pub latency: Percentiles,
    /// Processor time of the server, from the first commit to convergence.
    pub processor: Duration,
    /// Payload received by all phones, in bytes.
    pub bytes: u64,
    /// Resident memory of the server when all is delivered, in bytes.
    pub memory: u64,
    /// Rooms that converged.
    pub converged: usize,
    /// All rooms.
    pub rooms: usize,
    /// How much of one core the phones took, from 0.
    pub phones_share: f64,
    /// How late writers were against their rhythm, in microseconds.
    pub lateness: Percentiles,
}

impl Measured {
    /// Processor time of the server for each delivery, in microseconds.
    pub fn processor_per_delivery(&self) -> f64 {
        self.processor.as_secs_f64() * 1e6 / self.deliveries.max(1) as f64
    }

    /// Deliveries made of those expected, from 0 to 1.
    pub fn delivered_share(&self) -> f64 {
        self.deliveries as f64 / self.expected.max(1) as f64
    }

    /// Bytes received for each delivery.
    pub fn bytes_per_delivery(&self) -> f64 {
        self.bytes as f64 / self.deliveries.max(1) as f64
    }
}

impl Load {
    /// Starts a program in `folder`, puts this load on it, and ends it.
    pub async fn run(&self, program: Program, folder: &Path) -> Result<Measured> {
        let server = Server::start(program, folder).await?;
        let measured = match program {
            Program::Maillage | Program::Samod | Program::AutomergeRepo => {
                self.measure(self.phones()?, &server).await
            }
            Program::Hocuspocus => {
                let phones = yjs::phones(self, Dialect::Hocuspocus)?;
                self.measure(phones, &server).await
            }
            Program::YWebsocket => {
                let phones = yjs::phones(self, Dialect::YWebsocket)?;
                self.measure(phones, &server).await
            }
        };
        server.end().await?;
        measured
    }

    /// Phones of automerge-repo's protocol for this load.
    pub fn phones(&self) -> Result<Fleet<Phone>> {
        let board = Rc::new(Board::default());
        let mut rooms = Vec::new();
        for number in 0..self.rooms {
            let room = Rc::new(Room::new(self.phones, self.characters)?);
            let mut phones = Vec::new();
            for index in 0..self.phones {
                let phone = if index < self.writers {
                    let share = index as f64 / self.writers as f64;
                    let pace = self.pace(number, index);
                    Phone::writer(&room, &board, self.acknowledge, pace, share)?
                } else {
                    Phone::reader(&room, &board, self.acknowledge)
                };
                phones.push(Rc::new(phone));
            }
            rooms.push(phones);
        }
        Ok(Fleet::new(rooms, board))
    }

    /// The rhythm of one writer: those of one room are as far from each other as can be.
    pub(super) fn pace(&self, room: usize, writer: usize) -> Pace {
        Pace::new(
            self.per_second,
            writer * self.rooms + room,
            self.rooms * self.writers,
        )
    }

    /// Connects everyone, has the writers write, and measures.
    async fn measure<P: Participant>(
        &self,
        mut fleet: Fleet<P>,
        server: &Server,
    ) -> Result<Measured> {
        fleet.assemble(server.address()).await?;
        let board = Rc::clone(fleet.board());
        board.start_writing();
        window::pass(self.warm_up).await;
        board.measure();
        let (before, phones_before, started) =
            (server.usage()?, Usage::of_this_process()?, Instant::now());
        window::pass(self.time).await;
        board.stop_writing();
        // A room that does not converge is a result too.
        let _ = fleet.in_step(CONVERGENCE_TIME).await;
        window::pass(self.acknowledge.after() + LAST_WORDS).await;
        let (after, phones_after) = (server.usage()?, Usage::of_this_process()?);
        let elapsed = started.elapsed();
        fleet.check()?;
        let mut tally = board.take();
        Ok(Measured {
            commits: tally.commits,
            expected: tally.expected,
            deliveries: tally.deliveries,
            latency: Percentiles::of(&mut tally.latencies),
            processor: after.processor - before.processor,
            bytes: tally.bytes,
            memory: after.memory,
            converged: fleet.rooms_in_step(),
            rooms: fleet.rooms(),
            phones_share: (phones_after.processor - phones_before.processor)
                .div_duration_f64(elapsed),
            lateness: Percentiles::of(&mut tally.lateness),
        })
    }
}
