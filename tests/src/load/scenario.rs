//! What can be measured: one scenario for each question.

mod compare;
mod documents;
mod growth;
mod idle;
mod reconnect;

use super::phone::Acknowledge;
use super::report::Report;
use super::server::Program;
use super::steady::Load;
use super::usage;
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::time::Duration;

/// A question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Scenario {
    /// Ten rooms of 30 phones, 3 writers in each, 2 changes a second each
    Meeting,
    /// One room of 300 phones, 10 writers, one change a second each
    Plenary,
    /// What 2,000 phones cost that do nothing
    Idle,
    /// 500 phones come back within 5 seconds while another room goes on writing
    Reconnect,
    /// 10,000 documents on the disk, 200 of them open
    Documents,
    /// What a delivery costs with more rooms and with larger documents
    Growth,
}

/// How to measure.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Fewer seconds, fewer rounds, fewer phones: only to see that everything works.
    pub quick: bool,
    /// The programs ours is compared with.
    pub others: Vec<Program>,
    /// How many times each is measured; medians are shown.
    pub rounds: usize,
    /// What differs from the scenario's own load.
    pub changed: Changed,
    /// Where servers have their folders: on a real disk, since writing to it is part of what is measured.
    pub folder: PathBuf,
}

/// Parameters that replace those of a load.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct Changed {
    /// Rooms, each with a document of its own
    #[arg(long)]
    pub rooms: Option<usize>,
    /// Phones in each room, writers included
    #[arg(long)]
    pub phones: Option<usize>,
    /// Writers in each room
    #[arg(long)]
    pub writers: Option<usize>,
    /// Changes a second of each writer; a change is one letter
    #[arg(long)]
    pub rate: Option<f64>,
    /// Characters in each document at the start
    #[arg(long)]
    pub characters: Option<usize>,
    /// Seconds that are measured
    #[arg(long)]
    pub seconds: Option<u64>,
}

impl Scenario {
    /// Measures and reports.
    pub async fn run(self, setting: &Setting, report: &Report) -> Result<()> {
        let name = self.name();
        match self {
            Self::Meeting => {
                compare::run(name, setting.load(10, 30, 3, 2.0), setting, report).await
            }
            Self::Plenary => {
                compare::run(name, setting.load(1, 300, 10, 1.0), setting, report).await
            }
            Self::Idle => idle::run(setting, report).await,
            Self::Reconnect => reconnect::run(setting, report).await,
            Self::Documents => documents::run(setting, report).await,
            Self::Growth => growth::run(setting, report).await,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Meeting => "meeting",
            Self::Plenary => "plenary",
            Self::Idle => "idle",
            Self::Reconnect => "reconnect",
            Self::Documents => "documents",
            Self::Growth => "growth",
        }
    }
}

impl Setting {
    /// A load of 2,000-character documents and our own clients, with what the setting changes.
    fn load(&self, rooms: usize, phones: usize, writers: usize, per_second: f64) -> Load {
        let changed = &self.changed;
        let seconds = changed.seconds.unwrap_or(if self.quick { 3 } else { 10 });
        Load {
            rooms: changed.rooms.unwrap_or(rooms),
            phones: changed.phones.unwrap_or(phones),
            writers: changed.writers.unwrap_or(writers),
            per_second: changed.rate.unwrap_or(per_second),
            characters: changed.characters.unwrap_or(2_000),
            acknowledge: Acknowledge::Seldom,
            warm_up: Duration::from_secs(if self.quick { 1 } else { 3 }),
            time: Duration::from_secs(seconds),
        }
    }

    /// One of two sizes.
    fn size(&self, usual: usize, quick: usize) -> usize {
        if self.quick { quick } else { usual }
    }
}

/// An error if so many phones would run out of files; a few more are for everything else.
fn check_open_files(phones: usize) -> Result<()> {
    let (needed, limit) = (phones as u64 + 200, usage::open_files_limit()?);
    if limit < needed {
        bail!(
            "{phones} phones need {needed} open files and the limit is {limit}: run `ulimit -n {needed}` in this shell first"
        );
    }
    Ok(())
}
