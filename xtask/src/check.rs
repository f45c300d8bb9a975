//! `cargo xtask check`: formatting, lints, licences, bans and sources.

mod sources;

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::libtest::Counts;
use crate::process;
use crate::project::Project;
use crate::summary::{self, Outcome};
use crate::tools::{self, WASM};

/// What is compiled for browsers, as arguments of cargo.
const BROWSER_CRATES: [&str; 6] = [
    "--package",
    "maillage-app",
    "--package",
    "maillage-shared",
    "--target",
    WASM,
];

/// Runs every check, also after one failed, and ends in a summary.
pub(crate) fn check(project: &Project) -> Result<ExitCode> {
    tools::rust_component(project, "rustfmt", "fmt")?;
    tools::rust_component(project, "clippy", "clippy")?;
    {
        let _alone = project.lock()?;
        tools::wasm_target(project)?;
        tools::cargo_deny(project)?;
    }
    let checks: [(&str, Command); 4] = [
        ("formatting", cargo(project, &["fmt", "--all", "--check"])),
        (
            "lints of the native crates",
            clippy(project, &["--workspace", "--exclude", "maillage-app"]),
        ),
        (
            "lints of what browsers run",
            clippy(project, &BROWSER_CRATES),
        ),
        (
            "licences, bans and sources",
            cargo(
                project,
                &[
                    "deny",
                    "--log-level",
                    "error",
                    "check",
                    "bans",
                    "licenses",
                    "sources",
                ],
            ),
        ),
    ];
    let mut outcomes = Vec::new();
    for (name, mut command) in checks {
        let step = project.step(&format!("checking: {name}"));
        let passed = process::status(&mut command)?.success();
        outcomes.push(outcome(name, passed, step.elapsed()));
    }
    let step = project.step("checking: addresses of registries");
    let strangers = sources::strangers(project.root())?;
    for stranger in &strangers {
        println!("{stranger}");
    }
    outcomes.push(outcome(
        "addresses of registries",
        strangers.is_empty(),
        step.elapsed(),
    ));
    Ok(summary::close(&outcomes))
}

fn cargo(project: &Project, arguments: &[&str]) -> Command {
    let mut cargo = process::cargo(project);
    cargo.args(arguments);
    cargo
}

fn clippy(project: &Project, crates: &[&str]) -> Command {
    let mut clippy = cargo(project, &["clippy", "--keep-going", "--all-targets"]);
    clippy.args(crates);
    clippy.args(["--", "-D", "warnings"]);
    clippy
}

fn outcome(name: &str, passed: bool, took: std::time::Duration) -> Outcome {
    Outcome {
        name: name.to_owned(),
        counts: Counts::one(passed),
        took,
    }
}
