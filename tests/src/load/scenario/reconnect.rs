//! Many phones come back at once while a room nearby goes on writing.

use super::{Setting, check_open_files};
use crate::load::fleet::Fleet;
use crate::load::phone::Phone;
use crate::load::report::{Report, Table, milliseconds};
use crate::load::server::{Program, Server};
use crate::load::steady::Load;
use crate::load::window;
use anyhow::Result;
use serde_json::json;
use std::time::{Duration, Instant};

/// Rooms of those who come back; the first phone of each writes.
const ROOMS: usize = 10;

/// Within how much time they come back.
const SPREAD: Duration = Duration::from_secs(5);

/// How long they are away while the first phones write.
const ABSENCE: Duration = Duration::from_secs(3);

/// How long it may take until all are in step.
const DEADLINE: Duration = Duration::from_secs(60);

/// What happened to the two sorts of phones.
#[derive(Debug, Clone, Copy)]
struct Outcome {
    /// From the moment the last phone dials to all of them in step, give or take 20 ms.
    in_step: Duration,
    /// Longest time without a delivery in the other room.
    gap: Duration,
}

pub(super) async fn run(setting: &Setting, report: &Report) -> Result<()> {
    let phones = setting.size(500, 50);
    check_open_files(phones + 10)?;
    let crowd = setting.load(ROOMS, phones / ROOMS, 1, 2.0);
    let witnesses = Load {
        rooms: 1,
        phones: 10,
        writers: 2,
        per_second: 10.0,
        ..crowd
    };
    let mut server = Server::start(Program::Maillage, &setting.folder).await?;
    let (mut crowd, mut witnesses) = (crowd.phones()?, witnesses.phones()?);
    crowd.assemble(server.address()).await?;
    witnesses.assemble(server.address()).await?;

    report.progress("reconnect: the room nearby writes, and nothing else happens");
    witnesses.board().start_writing();
    window::pass(Duration::from_secs(1)).await;
    witnesses.board().measure();
    window::pass(SPREAD).await;
    let calm = witnesses.board().longest_gap();

    report.progress("reconnect: the lines of all readers are cut, and mended");
    crowd.cut_others().await;
    write_a_while(&crowd).await;
    witnesses.board().measure();
    let cut = come_back(&mut crowd, &witnesses, &server).await?;

    report.progress("reconnect: the relay is killed, and started again");
    crowd.cut().await;
    witnesses.cut().await;
    witnesses.board().measure();
    server = server.restart_after_power_cut().await?;
    witnesses.reconnect_first(server.address());
    let at_once = witnesses.reconnect_others(server.address(), Duration::ZERO);
    at_once.made().await;
    crowd.reconnect_first(server.address());
    let killed = come_back(&mut crowd, &witnesses, &server).await?;
    witnesses.board().stop_writing();
    witnesses.in_step(DEADLINE).await?;
    crowd.check()?;
    witnesses.check()?;
    let boot = server.boot();
    drop((crowd, witnesses));
    server.end().await?;

    let title = format!(
        "reconnect: {phones} phones in {ROOMS} rooms come back within {} s while 10 others write 20 changes a second; the longest gap in their room in calm: {} ms",
        SPREAD.as_secs(),
        milliseconds(calm.as_micros() as f64),
    );
    let mut table = Table::new(
        &title,
        [
            "after",
            "ms from the last call until all are in step",
            "longest gap in the other room, ms",
            "boot, ms",
        ],
    );
    for (name, outcome, boot) in [
        ("cut lines", cut, None),
        ("a killed relay", killed, Some(boot)),
    ] {
        report.line(&json!({
            "scenario": "reconnect", "after": name, "phones": phones, "until_in_step": outcome.in_step.as_micros() as u64,
            "longest_gap": outcome.gap.as_micros() as u64, "longest_gap_in_calm": calm.as_micros() as u64,
            "boot": boot.map(|boot| boot.as_micros() as u64),
        }));
        table.row([
            name.to_owned(),
            milliseconds(outcome.in_step.as_micros() as f64),
            milliseconds(outcome.gap.as_micros() as f64),
            boot.map_or_else(
                || "–".to_owned(),
                |boot| milliseconds(boot.as_micros() as f64),
            ),
        ]);
    }
    report.table(&table);
    Ok(())
}

/// The first phones write what the others will have to catch up with.
async fn write_a_while(crowd: &Fleet<Phone>) {
    crowd.board().start_writing();
    window::pass(ABSENCE).await;
    crowd.board().stop_writing();
}

async fn come_back(
    crowd: &mut Fleet<Phone>,
    witnesses: &Fleet<Phone>,
    server: &Server,
) -> Result<Outcome> {
    crowd
        .reconnect_others(server.address(), SPREAD)
        .made()
        .await;
    let started = Instant::now();
    // Nothing was written since the relay was killed, so that phones may be in step before they come back.
    crowd.all_connected(DEADLINE).await?;
    crowd.in_step(DEADLINE).await?;
    Ok(Outcome {
        in_step: started.elapsed(),
        gap: witnesses.board().longest_gap(),
    })
}
