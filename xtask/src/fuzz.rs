//! `cargo xtask fuzz`: bytes that nobody would write, for whatever reads foreign bytes.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::process;
use crate::project::Project;
use crate::tools;

/// Where the targets are, seen from the root.
const FOLDER: &str = "tests/fuzz";

/// Longer inputs find nothing that shorter ones do not, more slowly.
const LONGEST_INPUT: u32 = 4096;
/// One input that takes longer than this is a finding, in seconds.
const SLOWEST_INPUT: u32 = 10;
/// More memory than this is a finding, in mebibytes.
const MOST_MEMORY: u32 = 1024;

/// What reads the bytes; each is a program of its own in `tests/fuzz/targets`.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Target {
    /// The frames of the wire
    Wire,
    /// Sync messages, proved for a job sheet and applied
    Message,
    /// The scan of single chunks
    Chunk,
    /// What the relay keeps on its disk
    Store,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Self::Wire => "wire",
            Self::Message => "message",
            Self::Chunk => "chunk",
            Self::Store => "store",
        }
    }
}

/// Runs one target, from the committed inputs and from what earlier runs found worth keeping below `target/fuzz`.
pub(crate) fn fuzz(project: &Project, target: Target, seconds: u64) -> Result<ExitCode> {
    let target = target.name();
    {
        let _alone = project.lock()?;
        tools::cargo_fuzz(project)?;
    }
    let found = project.target().join("fuzz/corpus").join(target);
    fs::create_dir_all(&found).with_context(|| format!("cannot make {}", found.display()))?;
    let mut run = cargo_fuzz(project, "run");
    run.arg(target).arg(&found);
    run.arg(project.root().join(FOLDER).join("corpus").join(target));
    run.arg("--");
    run.arg(format!("-max_total_time={seconds}"));
    run.arg(format!("-max_len={LONGEST_INPUT}"));
    run.arg(format!("-timeout={SLOWEST_INPUT}"));
    run.arg(format!("-rss_limit_mb={MOST_MEMORY}"));
    run.arg("-print_final_stats=1");
    let status = process::status(&mut run)?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Writes the committed inputs anew.
pub(crate) fn seed(project: &Project) -> Result<ExitCode> {
    let mut seed = process::cargo(project);
    seed.args(["run", "--quiet", "--no-default-features"]);
    seed.args(["--example", "seed", "--manifest-path"]);
    seed.arg(project.root().join(FOLDER).join("Cargo.toml"));
    seed.arg("--target-dir").arg(build_folder(project));
    process::run(&mut seed)?;
    Ok(ExitCode::SUCCESS)
}

/// A command of cargo-fuzz's, without sanitizers: those need a nightly compiler, and no code of ours is unsafe.
fn cargo_fuzz(project: &Project, command: &str) -> Command {
    let mut cargo = process::cargo(project);
    cargo.args(["fuzz", command, "--fuzz-dir", FOLDER]);
    cargo.args(["--sanitizer", "none", "--target-dir"]);
    cargo.arg(build_folder(project));
    cargo
}

fn build_folder(project: &Project) -> PathBuf {
    project.target().join("fuzz")
}
