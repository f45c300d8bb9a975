//! JavaScript packages, exactly as their lock files say and without running any script of theirs.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::process;
use crate::project::Project;

/// The files that describe a set of packages.
const DESCRIPTION: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// Installs the packages described in one folder into another one.
pub(super) fn install_copy(project: &Project, from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for name in DESCRIPTION {
        let source = from.join(name);
        fs::copy(&source, to.join(name))
            .with_context(|| format!("cannot copy {}", source.display()))?;
    }
    install(project, to)
}

/// Installs the packages described in a folder into its `node_modules`, unless that was done for this very lock file.
pub(super) fn install(project: &Project, folder: &Path) -> Result<()> {
    let lock = folder.join("package-lock.json");
    let bytes = fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    let fingerprint = hex::encode(Sha256::digest(&bytes));
    // Written last, so that an interrupted installation is not taken for a finished one.
    let mark = folder.join("node_modules/.maillage-installed");
    if fs::read_to_string(&mark).is_ok_and(|text| text == fingerprint) {
        return Ok(());
    }
    let name = folder.strip_prefix(project.root()).unwrap_or(folder);
    let step = project.step(&format!("installing the packages of {}", name.display()));
    let mut npm = process::command(project, "npm");
    npm.args([
        "ci",
        "--ignore-scripts",
        "--prefer-offline",
        "--no-audit",
        "--no-fund",
    ]);
    npm.current_dir(folder);
    process::run(&mut npm).context(
        "npm could not install the packages; check that the npm registry can be reached",
    )?;
    fs::write(&mark, fingerprint).with_context(|| format!("cannot write {}", mark.display()))?;
    step.done(&format!("the packages of {} are ready", name.display()));
    Ok(())
}
