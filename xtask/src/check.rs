//! `cargo xtask check`: formatting, lints, licences, bans and sources.

mod sources;

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::libtest::Counts;
use crate::process;
use crate::project::Project;
use crate::summary::{self, Outcome};
use crate::tools::{self, WASM};

/// Runs every check, also after one failed, and ends in a summary.
pub(crate) fn check(project: &Project) -> Result<ExitCode> {
    tools::rust_component(project, "rustfmt", "fmt")?;
    tools::rust_component(project, "clippy", "clippy")?;
    {
        let _alone = project.lock()?;
        tools::for_wasm_tests(project)?;
        tools::cargo_deny(project)?;
    }
    let checks: [(&str, Command); 4] = [
        ("formatting", cargo(project, &["fmt", "--all", "--check"])),
        ("lints of the native crates", native_clippy(project)),
        ("lints of what browsers run", browser_clippy(project)),
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

fn native_clippy(project: &Project) -> Command {
    cargo(
        project,
        &[
            "clippy",
            "--workspace",
            "--exclude",
            "maillage-app",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
    )
}

fn browser_clippy(project: &Project) -> Command {
    cargo(
        project,
        &[
            "clippy",
            "--package",
            "maillage-app",
            "--package",
            "maillage-shared",
            "--target",
            WASM,
            "--",
            "-D",
            "warnings",
        ],
    )
}

fn outcome(name: &str, passed: bool, took: std::time::Duration) -> Outcome {
    let counts = Counts {
        passed: u64::from(passed),
        failed: u64::from(!passed),
        ignored: 0,
    };
    Outcome {
        name: name.to_owned(),
        counts,
        took,
    }
}
