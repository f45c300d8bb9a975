//! `cargo xtask test`: installs what tests need, builds once, runs every suite and ends in one plain summary.

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Result, bail};

use crate::build;
use crate::libtest;
use crate::process;
use crate::project::Project;
use crate::summary::{self, Outcome};
use crate::tools::{self, TestTools, WASM};

/// A set of tests that cargo runs in one go.
struct Suite {
    /// What the summary calls it; `--only` looks for a part of it.
    name: &'static str,
    /// What is given to `cargo test`.
    arguments: &'static [&'static str],
}

const SUITES: [Suite; 5] = [
    Suite {
        name: "shared",
        arguments: &["--package", "maillage-shared"],
    },
    Suite {
        name: "shared in wasm",
        arguments: &["--package", "maillage-shared", "--target", WASM],
    },
    Suite {
        name: "relay",
        arguments: &["--package", "maillage-server"],
    },
    Suite {
        name: "developers' commands",
        arguments: &["--package", "xtask"],
    },
    Suite {
        name: "end to end",
        arguments: &["--package", "maillage-tests"],
    },
];

/// Runs the suites whose name contains `only`, or all of them.
pub(crate) fn test(project: &Project, only: Option<&str>) -> Result<ExitCode> {
    let suites: Vec<&Suite> = SUITES
        .iter()
        .filter(|suite| only.is_none_or(|part| suite.name.contains(part)))
        .collect();
    if suites.is_empty() {
        let names = SUITES.map(|suite| suite.name).join("\", \"");
        bail!("no suite has that in its name; the suites are \"{names}\"");
    }
    let tools = tools::for_browser_tests(project)?;
    tools::for_wasm_tests(project)?;
    let relay = build::for_tests(project)?;
    let mut outcomes = Vec::new();
    for suite in suites {
        let step = project.step(&format!("testing: {}", suite.name));
        let mut cargo = cargo_test(project, suite, &tools, &relay);
        outcomes.push(Outcome {
            name: suite.name.to_owned(),
            counts: libtest::run(&mut cargo)?,
            took: step.elapsed(),
        });
    }
    Ok(summary::close(&outcomes))
}

/// All suites get the same environment, so that cargo compiles what they share only once.
fn cargo_test(project: &Project, suite: &Suite, tools: &TestTools, relay: &Path) -> Command {
    let mut cargo = process::cargo(project);
    cargo.args(["test", "--no-fail-fast"]);
    cargo.args(suite.arguments);
    cargo.env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
        "wasm-bindgen-test-runner",
    );
    cargo.env("MAILLAGE_BIN", relay);
    cargo.env("MAILLAGE_CHROMIUM", &tools.chromium);
    cargo.env("MAILLAGE_CHROMEDRIVER", &tools.chromedriver);
    cargo.env("MAILLAGE_NODE_MODULES", &tools.node_modules);
    cargo
}
