//! What phones cost that have a document open and do nothing.

use super::{Setting, check_open_files};
use crate::load::report::{Report, Table, megabytes};
use crate::load::server::{Program, Server};
use crate::load::steady::Load;
use crate::load::window;
use anyhow::Result;
use serde_json::json;
use std::time::Duration;

const ROOMS: usize = 10;

/// How long the processor is watched: longer than the relay waits between two pings.
const WATCHED: Duration = Duration::from_secs(30);

pub(super) async fn run(setting: &Setting, report: &Report) -> Result<()> {
    let phones = setting.size(2_000, 200);
    check_open_files(phones)?;
    let load = Load {
        rooms: ROOMS,
        phones: phones / ROOMS,
        ..setting.load(ROOMS, phones / ROOMS, 1, 1.0)
    };
    let server = Server::start(Program::Maillage, &setting.folder).await?;
    let empty = server.usage()?.memory;
    let mut fleet = load.phones()?;
    report.progress(&format!("idle: {ROOMS} phones bring a document each"));
    fleet.bring(server.address()).await?;
    let with_documents = server.usage()?.memory;
    report.progress(&format!("idle: {phones} phones connect"));
    fleet.join(server.address()).await?;
    let before = server.usage()?;
    let watched = if setting.quick { WATCHED / 10 } else { WATCHED };
    report.progress(&format!(
        "idle: nothing happens for {} s",
        watched.as_secs()
    ));
    window::pass(watched).await;
    let after = server.usage()?;
    fleet.check()?;
    drop(fleet);
    server.end().await?;

    let memory = before.memory.max(after.memory);
    let per_phone = memory.saturating_sub(with_documents) as f64 / (phones - ROOMS) as f64;
    let share = (after.processor - before.processor).div_duration_f64(watched);
    report.line(&json!({
        "scenario": "idle", "phones": phones, "memory_empty": empty, "memory_with_documents": with_documents,
        "memory_with_phones": memory, "bytes_per_phone": per_phone, "processor_share": share,
    }));
    let title = format!(
        "idle: {phones} phones in {ROOMS} rooms, {} characters, memory of the server in MB",
        load.characters
    );
    let columns = [
        "",
        "no phone",
        "10 phones",
        "all phones",
        "KB per phone",
        "idle CPU",
    ];
    let mut table = Table::new(&title, columns);
    table.row([
        "maillage".to_owned(),
        megabytes(empty as f64),
        megabytes(with_documents as f64),
        megabytes(memory as f64),
        format!("{:.1}", per_phone / 1e3),
        format!("{:.2} %", 100.0 * share),
    ]);
    report.table(&table);
    Ok(())
}
