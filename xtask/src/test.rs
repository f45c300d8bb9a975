//! `cargo xtask test`: installs what tests need, builds once, runs every suite and ends in one plain summary.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Result, bail};

use crate::build;
use crate::libtest::{self, Counts};
use crate::package;
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
    /// What must be there first.
    needs: Needs,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Only cargo.
    Nothing,
    /// The wasm target and its test runner.
    Wasm,
    /// The built app and relay, its package, a browser and the JavaScript packages.
    Everything,
}

const SUITES: [Suite; 6] = [
    Suite {
        name: "shared",
        arguments: &["--package", "maillage-shared"],
        needs: Needs::Nothing,
    },
    Suite {
        name: "shared in wasm",
        arguments: &["--package", "maillage-shared", "--target", WASM],
        needs: Needs::Wasm,
    },
    Suite {
        name: "relay",
        arguments: &["--package", "maillage-server"],
        needs: Needs::Nothing,
    },
    Suite {
        name: "app",
        arguments: &["--package", "maillage-app", "--lib"],
        needs: Needs::Nothing,
    },
    Suite {
        name: "developers' commands",
        arguments: &["--package", "xtask"],
        needs: Needs::Nothing,
    },
    Suite {
        name: "end to end",
        arguments: &["--package", "maillage-tests"],
        needs: Needs::Everything,
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
    // Installed and built before anything runs, so that what is missing shows at once. The other suites run all the same.
    let wasm = prepare(&suites, Needs::Wasm, || tools::for_wasm_tests(project));
    let stage = prepare(&suites, Needs::Everything, || Stage::prepare(project));
    let outcomes = suites
        .iter()
        .map(|suite| {
            let step = project.step(&format!("testing: {}", suite.name));
            let obstacle = match suite.needs {
                Needs::Nothing => None,
                Needs::Wasm => wasm.as_ref().err(),
                Needs::Everything => stage.as_ref().err(),
            };
            let counts = match obstacle {
                None => {
                    let node = wasm.as_ref().ok();
                    let stage = stage.as_ref().ok();
                    let node = node.or(stage.map(|stage| &stage.tools.node));
                    libtest::run(&mut cargo_test(project, suite, stage, node))?
                }
                Some(problem) => {
                    println!("not run: {problem}");
                    Counts::one(false)
                }
            };
            Ok(Outcome {
                name: suite.name.to_owned(),
                counts,
                took: step.elapsed(),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(summary::close(&outcomes))
}

/// What end-to-end tests are played with.
struct Stage {
    tools: TestTools,
    relay: PathBuf,
    package: Option<PathBuf>,
}

impl Stage {
    fn prepare(project: &Project) -> Result<Self> {
        Ok(Self {
            tools: tools::for_browser_tests(project)?,
            relay: build::for_tests(project)?,
            package: package::for_tests(project)?,
        })
    }
}

/// Prepares what some of these suites need; a failure is shown now and kept as the reason why they did not run.
fn prepare<T>(
    suites: &[&Suite],
    needs: Needs,
    make: impl FnOnce() -> Result<T>,
) -> Result<T, String> {
    if suites.iter().all(|suite| suite.needs != needs) {
        return Err("no suite needs it".to_owned());
    }
    make().map_err(|problem| {
        let sentence = format!("{problem:#}");
        eprintln!("{sentence}");
        sentence
    })
}

fn cargo_test(
    project: &Project,
    suite: &Suite,
    stage: Option<&Stage>,
    node: Option<&PathBuf>,
) -> Command {
    let mut cargo = process::cargo(project);
    // The runner of tests in wasm and the tests that drive browsers start `node` by its name.
    if let Some(folder) = node.and_then(|node| node.parent()) {
        process::prefer(project, folder, &mut cargo);
    }
    cargo.args(["test", "--no-fail-fast"]);
    cargo.args(suite.arguments);
    cargo.env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
        "wasm-bindgen-test-runner",
    );
    if let Some(Stage {
        tools,
        relay,
        package,
    }) = stage
    {
        cargo.env("MAILLAGE_BIN", relay);
        cargo.envs(package.iter().map(|path| ("MAILLAGE_PACKAGE", path)));
        cargo.env("MAILLAGE_CHROMIUM", &tools.chromium);
        cargo.env("MAILLAGE_NODE_MODULES", &tools.node_modules);
    }
    cargo
}
