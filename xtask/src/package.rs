//! `cargo xtask package`: the relay as a Debian package, made of a program that is already built.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::build;
use crate::process;
use crate::project::Project;
use crate::tools;

/// Builds the program in release and makes its package, below `target/debian`.
pub(crate) fn package(project: &Project) -> Result<()> {
    build::release(project)?;
    let package = make(project, &["--output", "target/debian/"])?;
    let size = std::fs::metadata(&package)?.len();
    println!("\n{} ({} MB)", package.display(), size / 1_000_000);
    Ok(())
}

/// The package of the relay that tests drive, packed quickly instead of small; nothing on systems without such packages.
pub(crate) fn for_tests(project: &Project) -> Result<Option<PathBuf>> {
    if process::find(project, &["dpkg"]).is_none() {
        return Ok(None);
    }
    let output = ["--output", "target/debug/maillage.deb"];
    // It would warn that this profile is not for delivery.
    let quickly = ["--profile", "dev", "--no-strip", "--fast", "--quiet"];
    make(project, &[output.as_slice(), &quickly].concat()).map(Some)
}

fn make(project: &Project, options: &[&str]) -> Result<PathBuf> {
    {
        let _alone = project.lock()?;
        tools::cargo_deb(project)?;
    }
    let step = project.step("making the Debian package");
    let mut cargo = process::cargo(project);
    cargo.args(["deb", "--package", "maillage-server", "--no-build"]);
    cargo.args(options);
    let answer = process::output(&mut cargo)?;
    step.done("the Debian package is made");
    let path = answer.lines().next_back();
    path.map(|path| project.root().join(path))
        .context("cargo-deb does not say where the package is")
}
