//! The benchmark of relays: `cargo xtask bench relay` builds what it needs and starts it.

use anyhow::{Context, Result};
use maillage_tests::load::phone::Acknowledge;
use maillage_tests::load::server::{Program, Server};
use maillage_tests::load::steady::Load;
use std::time::Duration;
use tokio::task::LocalSet;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("no runtime")?;
    LocalSet::new().block_on(&runtime, bench())
}

async fn bench() -> Result<()> {
    let folder = std::env::temp_dir();
    for acknowledge in [Acknowledge::Seldom, Acknowledge::Always] {
        let load = Load {
            rooms: 10,
            phones: 30,
            writers: 3,
            per_second: 2.0,
            characters: 2_000,
            acknowledge,
            warm_up: Duration::from_secs(2),
            time: Duration::from_secs(10),
        };
        let server = Server::start(Program::Maillage, &folder).await?;
        let measured = load.measure(load.phones()?, &server).await?;
        server.end().await?;
        println!(
            "{acknowledge:?} {measured:#?} {} µs",
            measured.processor_per_delivery()
        );
    }
    Ok(())
}
