//! How the cost of a delivery grows with rooms and with the size of documents.

use super::compare::figures;
use super::{Setting, check_open_files};
use crate::load::report::{Report, Table, megabytes, milliseconds};
use crate::load::server::Program;
use crate::load::steady::Load;
use anyhow::Result;
use serde_json::json;
use std::time::Duration;

/// Phones in each room; one of them writes once a second.
const PHONES: usize = 5;

/// How long a load is measured that makes few deliveries, since processor time is counted in hundredths of a second.
const LONG: Duration = Duration::from_secs(30);

pub(super) async fn run(setting: &Setting, report: &Report) -> Result<()> {
    let rooms: &[usize] = if setting.quick {
        &[10, 100]
    } else {
        &[10, 100, 300, 1_000]
    };
    let characters: &[usize] = if setting.quick {
        &[1_000, 10_000]
    } else {
        &[1_000, 10_000, 100_000]
    };
    let usual = setting.load(10, PHONES, 1, 1.0);
    let more_rooms = rooms.iter().map(|rooms| Load {
        rooms: *rooms,
        ..usual
    });
    let more_characters = characters.iter().map(|characters| Load {
        characters: *characters,
        ..usual
    });
    let title = format!(
        "growth: rooms of {} phones, 1 writer × {}/s in each (latencies in ms)",
        usual.phones, usual.per_second
    );
    let columns = [
        "load",
        "CPU µs/delivery",
        "p50",
        "p95",
        "p99",
        "max",
        "delivered",
        "rooms in step",
        "memory MB",
    ];
    let mut table = Table::new(&title, columns);
    for mut load in more_rooms.chain(more_characters) {
        check_open_files(load.rooms * load.phones)?;
        if load.rooms <= 10 && !setting.quick {
            load.time = load.time.max(LONG);
        }
        let name = format!("{} rooms, {} characters", load.rooms, load.characters);
        report.progress(&format!("growth: {name}"));
        match load.run(Program::Maillage, &setting.folder).await {
            Ok(measured) => {
                report.line(&json!({
                    "scenario": "growth", "rooms": load.rooms, "characters": load.characters, "measured": figures(&measured),
                }));
                table.row([
                    name,
                    format!("{:.1}", measured.processor_per_delivery()),
                    milliseconds(measured.latency.p50.into()),
                    milliseconds(measured.latency.p95.into()),
                    milliseconds(measured.latency.p99.into()),
                    milliseconds(measured.latency.max.into()),
                    format!("{:.2} %", 100.0 * measured.delivered_share()),
                    format!("{} of {}", measured.converged, measured.rooms),
                    megabytes(measured.memory as f64),
                ]);
            }
            Err(error) => table.row([name, format!("failed: {error:#}")]),
        }
    }
    report.table(&table);
    Ok(())
}
