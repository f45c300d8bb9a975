//! The benchmark of relays: `cargo xtask bench relay` builds what it needs and starts it.

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use maillage_tests::load::report::Report;
use maillage_tests::load::scenario::{Changed, Scenario, Setting};
use maillage_tests::load::server::Program;
use std::path::PathBuf;
use tokio::task::LocalSet;

/// Puts a load on relays and tells what it costs.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench relay", bin_name = "cargo xtask bench relay")]
struct Arguments {
    /// What to measure; all without it
    #[arg(long)]
    scenario: Vec<Scenario>,
    /// A few seconds of everything, only to see that it works
    #[arg(long)]
    quick: bool,
    /// Lines of JSON instead of tables
    #[arg(long)]
    json: bool,
    /// Which relay to compare with in `meeting` and `plenary`; all without it
    #[arg(long)]
    against: Vec<Program>,
    /// Do not compare with other relays
    #[arg(long, conflicts_with = "against")]
    alone: bool,
    /// Times that each relay is measured in `meeting` and `plenary` [default: 3; with --quick, 1]
    #[arg(long)]
    rounds: Option<usize>,
    /// Where relays keep what they are given while they are measured
    #[arg(long, default_value_os_t = std::env::temp_dir())]
    folder: PathBuf,
    #[command(flatten)]
    changed: Changed,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    // One thread for all phones: it shares the machine with what it measures.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the phones cannot start")?;
    LocalSet::new().block_on(&runtime, bench(arguments))
}

async fn bench(arguments: Arguments) -> Result<()> {
    let report = Report::new(arguments.json);
    let usual_rounds = if arguments.quick { 1 } else { 3 };
    let others = match (arguments.alone, arguments.against) {
        (true, _) => Vec::new(),
        (false, named) if named.is_empty() => Program::OTHERS.to_vec(),
        (false, named) => named,
    };
    let setting = Setting {
        quick: arguments.quick,
        others,
        rounds: arguments.rounds.unwrap_or(usual_rounds),
        changed: arguments.changed,
        folder: arguments.folder,
    };
    let all = Scenario::value_variants().to_vec();
    let scenarios = if arguments.scenario.is_empty() {
        all
    } else {
        arguments.scenario
    };
    for scenario in scenarios {
        scenario.run(&setting, &report).await?;
    }
    Ok(())
}
