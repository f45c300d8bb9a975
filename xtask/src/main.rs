//! The developers' commands: `cargo xtask run`, `build`, `package`, `test`, `check`, `size`, `bench` and `fuzz`.
//!
//! Each command installs what it lacks into the project's `target/`, can be interrupted and started again, and downloads
//! nothing twice. When it cannot go on it says in one sentence what is missing.

mod app;
mod bench;
mod build;
mod check;
mod fuzz;
mod libtest;
mod package;
mod process;
mod project;
mod run;
mod size;
mod summary;
mod test;
mod tools;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::project::Project;

/// The developers' commands of Maillage.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything and start the relay with a demonstration territory
    Run {
        /// Address to listen on [default: 0.0.0.0:8080, or the next free port]
        #[arg(long, env = "MAILLAGE_LISTEN")]
        listen: Option<String>,
        /// Folder that holds the documents [default: target/demonstration]
        #[arg(long, env = "MAILLAGE_DATA")]
        data: Option<PathBuf>,
    },
    /// Build the one self-contained program, target/release/maillage
    Build,
    /// Build the program and its Debian package, below target/debian
    Package,
    /// Install what tests need and run them all
    Test {
        /// Run only the suites whose name contains this
        #[arg(long)]
        only: Option<String>,
    },
    /// Check formatting, lints, licences, bans and sources
    Check,
    /// Compare what a first visit downloads with the budget
    Size,
    /// Measure
    #[command(subcommand)]
    Bench(Bench),
    /// Read bytes that nobody would write, until something is found
    Fuzz {
        /// What reads them
        #[arg(required_unless_present = "seed")]
        target: Option<fuzz::Target>,
        /// How long
        #[arg(long, default_value_t = 120)]
        seconds: u64,
        /// Write the inputs to start from anew instead
        #[arg(long)]
        seed: bool,
    },
}

#[derive(Subcommand)]
enum Bench {
    /// What a delivery costs our relay, and others under the same load
    #[command(disable_help_flag = true)]
    Relay {
        /// What the load is told; `--help` lists it
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = Project::locate().and_then(|project| match arguments.command {
        Command::Run { listen, data } => run::run(&project, listen.as_deref(), data),
        Command::Build => build::build(&project).map(|()| ExitCode::SUCCESS),
        Command::Package => package::package(&project).map(|()| ExitCode::SUCCESS),
        Command::Test { only } => test::test(&project, only.as_deref()),
        Command::Check => check::check(&project),
        Command::Size => size::size(&project),
        Command::Bench(Bench::Relay { arguments }) => bench::relay(&project, &arguments),
        Command::Fuzz {
            target: Some(target),
            seconds,
            seed: false,
        } => fuzz::fuzz(&project, target, seconds),
        Command::Fuzz { .. } => fuzz::seed(&project),
    });
    outcome.unwrap_or_else(|problem| {
        eprintln!("\nCannot go on: {problem:#}");
        ExitCode::from(2)
    })
}
