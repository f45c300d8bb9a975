//! `cargo xtask build`: one self-contained program with the app inside.

use std::path::PathBuf;

use anyhow::Result;

use crate::app;
use crate::process;
use crate::project::Project;

/// Builds the app and then the relay that embeds it.
pub(crate) fn build(project: &Project) -> Result<()> {
    let program = release(project)?;
    let size = std::fs::metadata(&program)?.len();
    println!("\n{} ({} MB)", program.display(), size / 1_000_000);
    Ok(())
}

/// The path of the relay with the app inside, built in release.
pub(crate) fn release(project: &Project) -> Result<PathBuf> {
    app::build(project)?;
    relay_for_bench(project)
}

/// The path of the relay as tests use it: compiled quickly, checked at run time.
pub(crate) fn for_tests(project: &Project) -> Result<PathBuf> {
    app::build(project)?;
    relay(project, &[])?;
    Ok(project.target().join("debug/maillage"))
}

/// The path of the relay in release, with whatever app was built last: none is served while it is measured.
pub(crate) fn relay_for_bench(project: &Project) -> Result<PathBuf> {
    relay(project, &["--release"])?;
    Ok(project.target().join("release/maillage"))
}

fn relay(project: &Project, profile: &[&str]) -> Result<()> {
    let step = project.step("building the relay");
    let mut cargo = process::cargo(project);
    cargo.args(["build", "--package", "maillage-server", "--bin", "maillage"]);
    cargo.args(profile);
    process::run(&mut cargo)?;
    step.done("the relay is built");
    Ok(())
}
