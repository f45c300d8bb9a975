//! Many documents on the disk, few of them open.

use super::{Setting, check_open_files};
use crate::load::board::Board;
use crate::load::fleet::Fleet;
use crate::load::percentiles::median;
use crate::load::phone::{Acknowledge, Phone};
use crate::load::report::{Report, Table, megabytes, milliseconds};
use crate::load::room::Room;
use crate::load::server::{Program, Server};
use crate::load::steady::Load;
use anyhow::{Context, Result};
use serde_json::json;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Characters in most documents.
const CHARACTERS: usize = 1_000;

/// Characters in the large ones, and how many there are.
const LARGE: usize = 100_000;
const LARGE_ONES: usize = 5;

/// What the relay has spent on opening documents, in seconds.
const OPENING: &str = "maillage_opening_seconds_sum";

/// How many documents are open at a time.
const OPEN: usize = 200;

/// How many phones bring a document at a time.
const AT_A_TIME: usize = 100;

pub(super) async fn run(setting: &Setting, report: &Report) -> Result<()> {
    let documents = setting.size(10_000, 500);
    check_open_files(OPEN + AT_A_TIME)?;
    let server = Server::start(Program::Maillage, &setting.folder).await?;
    let seeding = Instant::now();
    let mut open = Vec::new();
    for done in (0..documents).step_by(AT_A_TIME) {
        if done % 1_000 == 0 {
            report.progress(&format!("documents: {done} of {documents} are written"));
        }
        let rooms = bring(&server, AT_A_TIME, CHARACTERS, setting).await?;
        // A few of each part of the store.
        open.extend(
            rooms
                .into_iter()
                .take((OPEN * AT_A_TIME).div_ceil(documents)),
        );
    }
    open.truncate(OPEN);
    let large = bring(&server, LARGE_ONES, LARGE, setting).await?;
    let seeding = seeding.elapsed();

    report.progress("documents: the relay starts again");
    let server = server.restart().await?;
    let boot = server.boot();
    let at_start = server.usage()?.memory;
    report.progress(&format!("documents: {OPEN} are opened"));
    let opening = Instant::now();
    let (mut readers, _) = readers(&open);
    readers.assemble(server.address()).await?;
    let opening = opening.elapsed();
    let with_open = server.usage()?.memory;
    report.progress("documents: large ones are opened");
    let opened_before = server.metric(OPENING).await?;
    let mut times = Vec::new();
    for room in large {
        times.push(open_one(&room, &server).await?.as_secs_f64());
    }
    let large = Duration::from_secs_f64(median(times));
    let at_the_relay = server.metric(OPENING).await? - opened_before;
    let at_the_relay = Duration::from_secs_f64(at_the_relay / LARGE_ONES as f64);
    drop(readers);
    server.end().await?;

    report.line(&json!({
        "scenario": "documents", "documents": documents, "seconds_to_write": seeding.as_secs_f64(), "boot": boot.as_micros() as u64,
        "memory_at_start": at_start, "memory_with_open": with_open, "open": OPEN, "to_open_all": opening.as_micros() as u64,
        "to_open_large": large.as_micros() as u64, "to_open_large_at_the_relay": at_the_relay.as_micros() as u64,
    }));
    let title = format!(
        "documents: {documents} of {CHARACTERS} characters on the disk, {OPEN} open, memory of the server in MB"
    );
    let columns = [
        "",
        "s to write all",
        "boot, ms",
        "memory",
        "memory with open ones",
        "ms to open them",
        "ms to open one of 100,000 characters",
        "of these at the relay",
    ];
    let mut table = Table::new(&title, columns);
    table.row([
        "maillage".to_owned(),
        format!("{:.1}", seeding.as_secs_f64()),
        milliseconds(boot.as_micros() as f64),
        megabytes(at_start as f64),
        megabytes(with_open as f64),
        milliseconds(opening.as_micros() as f64),
        milliseconds(large.as_micros() as f64),
        milliseconds(at_the_relay.as_micros() as f64),
    ]);
    report.table(&table);
    Ok(())
}

/// Has as many phones bring a document each, and leave.
async fn bring(
    server: &Server,
    count: usize,
    characters: usize,
    setting: &Setting,
) -> Result<Vec<Rc<Room>>> {
    let load = Load {
        rooms: count,
        phones: 1,
        writers: 1,
        characters,
        ..setting.load(count, 1, 1, 1.0)
    };
    let mut fleet = load.phones()?;
    fleet.bring(server.address()).await?;
    Ok(fleet
        .first_phones()
        .map(|phone| Rc::clone(phone.room()))
        .collect())
}

/// One phone for each room, that has nothing yet.
fn readers(rooms: &[Rc<Room>]) -> (Fleet<Phone>, Vec<Rc<Phone>>) {
    let board = Rc::new(Board::default());
    let phones: Vec<Rc<Phone>> = rooms
        .iter()
        .map(|room| Rc::new(Phone::reader(room, &board, Acknowledge::Seldom)))
        .collect();
    let fleet = Fleet::new(
        phones.iter().map(|phone| vec![Rc::clone(phone)]).collect(),
        board,
    );
    (fleet, phones)
}

/// How long it takes from dialling to having the whole document.
async fn open_one(room: &Rc<Room>, server: &Server) -> Result<Duration> {
    let (mut fleet, phones) = readers(std::slice::from_ref(room));
    let started = Instant::now();
    fleet.assemble(server.address()).await?;
    let ready = phones.first().and_then(|phone| phone.ready_since());
    Ok(ready.context("a phone that is ready knows since when")? - started)
}
