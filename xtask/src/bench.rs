//! `cargo xtask bench relay`: what a delivery costs our relay, and others under the same load.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::build;
use crate::process;
use crate::project::Project;
use crate::tools;

/// Builds the relay and the load, installs the relays to compare with unless `--alone` is among the arguments, and measures.
///
/// The arguments are those of the load; `--help` lists them.
pub(crate) fn relay(project: &Project, arguments: &[String]) -> Result<ExitCode> {
    let is_help = arguments.iter().any(|argument| argument == "--help");
    let is_alone = is_help || arguments.iter().any(|argument| argument == "--alone");
    let mut load = Command::new(build_load(project)?);
    load.current_dir(project.root());
    if !is_help {
        load.env("MAILLAGE_BIN", build::relay_for_bench(project)?);
        load.arg("--folder")
            .arg(project.target().join("bench/data"));
    }
    if !is_alone {
        let (node, scripts) = others(project)?;
        if let Some(folder) = node.parent() {
            process::prefer(project, folder, &mut load);
        }
        load.env("MAILLAGE_BENCH_SCRIPTS", scripts);
    }
    load.args(arguments);
    if !is_help {
        println!(
            "\n{}: cargo xtask bench relay {}",
            date(),
            arguments.join(" ")
        );
    }
    let status = process::status(&mut load)?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The path of the program that plays the phones; the relay of samod is built beside it.
fn build_load(project: &Project) -> Result<PathBuf> {
    let step = project.step("building the load");
    let mut cargo = process::cargo(project);
    cargo.args([
        "build",
        "--release",
        "--package",
        "maillage-tests",
        "--bins",
    ]);
    process::run(&mut cargo)?;
    step.done("the load is built");
    Ok(project.target().join("release/load"))
}

/// Node, and the folder where the relays in JavaScript stand beside their packages.
fn others(project: &Project) -> Result<(PathBuf, PathBuf)> {
    let _alone = project.lock()?;
    let (node, folder) = tools::for_bench(project)?;
    let scripts = project.root().join("tests/bench");
    for entry in fs::read_dir(&scripts).context("the folder tests/bench cannot be read")? {
        let path = entry?.path();
        if let Some(name) = path
            .file_name()
            .filter(|_| path.extension().is_some_and(|end| end == "mjs"))
        {
            fs::copy(&path, folder.join(name))
                .with_context(|| format!("cannot copy {}", path.display()))?;
        }
    }
    Ok((node, folder))
}

/// The day and time, in words of the system.
fn date() -> String {
    let mut date = Command::new("date");
    date.args(["-u", "+%Y-%m-%d %H:%M UTC"]);
    process::probe(&mut date).unwrap_or_else(|| "at an unknown time".to_owned())
}
