//! Programs that come from the system's package manager: node with npm, Chromium with ChromeDriver, pebble, faketime.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::project::Project;

/// The system's node.
pub(super) struct Node {
    /// The program.
    pub(super) program: PathBuf,
    /// Its version, without the leading v.
    pub(super) version: String,
}

impl Node {
    /// Whether it is at least this major version.
    pub(super) fn is_at_least(&self, oldest: u32) -> bool {
        major(&self.version).is_some_and(|major| major >= oldest)
    }
}

/// Makes sure of node and npm.
pub(super) fn node(project: &Project) -> Result<Node> {
    let missing: Vec<&str> = [("node", "nodejs"), ("npm", "npm")]
        .into_iter()
        .filter(|(program, _)| process::find(project, &[program]).is_none())
        .map(|(_, package)| package)
        .collect();
    if !missing.is_empty() {
        install(project, &missing)?;
    }
    let program = process::find(project, &["node"])
        .context("the package nodejs is installed, but node is not on PATH")?;
    let answer = process::probe(process::command(project, &program).arg("--version")).context(
        "node is installed but does not answer; reinstall it and run this command again",
    )?;
    let version = answer.trim_start_matches('v').to_owned();
    Ok(Node { program, version })
}

/// Makes sure of Chromium, with the ChromeDriver that belongs to it, and returns where the browser is.
pub(super) fn chromium(project: &Project) -> Result<PathBuf> {
    const BROWSERS: [&str; 4] = [
        "chromium",
        "chromium-browser",
        "google-chrome-stable",
        "google-chrome",
    ];
    let find = || {
        process::find(project, &["chromedriver"])?;
        process::find(project, &BROWSERS)
    };
    if let Some(found) = find() {
        return Ok(found);
    }
    install(project, &["chromium", "chromium-driver"])?;
    find().context("the packages chromium and chromium-driver are installed, but chromium or chromedriver is not on PATH")
}

/// Makes sure of pebble, an authority that gives certificates to tests. Without it, those tests say that they are skipped.
pub(super) fn pebble(project: &Project) {
    if process::find(project, &["pebble"]).is_none()
        && let Err(problem) = install(project, &["pebble"])
    {
        println!("certificates will not be tested with an authority: {problem:#}");
    }
}

/// Makes sure of faketime, whose library lets the clock of a tested relay leap. Without it, that test says that it is skipped.
pub(super) fn faketime(project: &Project) {
    if process::find(project, &["faketime"]).is_none()
        && let Err(problem) = install(project, &["faketime"])
    {
        println!("leaps of the clock will not be tested: {problem:#}");
    }
}

/// Installs packages with apt, as root or through a sudo that asks nothing.
fn install(project: &Project, packages: &[&str]) -> Result<()> {
    let wanted = packages.join(" ");
    if process::find(project, &["apt-get"]).is_none() {
        bail!(
            "{wanted} must be installed with your package manager (these are the names on Debian); do so and run this command again"
        );
    }
    let is_root = process::probe(process::command(project, "id").arg("-u")).as_deref() == Some("0");
    let has_sudo =
        || process::probe(process::command(project, "sudo").args(["-n", "true"])).is_some();
    if !is_root && !has_sudo() {
        bail!(
            "{wanted} must be installed as root; run `sudo apt-get install {wanted}` and then this command again"
        );
    }
    let apt = |arguments: &[&str]| {
        let mut command = process::command(project, if is_root { "env" } else { "sudo" });
        if !is_root {
            command.args(["-n", "env"]);
        }
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]);
        command.args(arguments);
        process::run(&mut command)
    };
    let step = project.step(&format!("installing {wanted} with apt-get"));
    apt(&["update"])?;
    let mut arguments = vec!["install", "-y", "--no-install-recommends"];
    arguments.extend(packages);
    apt(&arguments)?;
    step.done(&format!("{wanted} is ready"));
    Ok(())
}

fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_the_first_number() {
        assert_eq!(major("20.20.2"), Some(20));
        assert_eq!(major("unknown"), None);
        let node = |version: &str| Node {
            program: PathBuf::from("node"),
            version: version.to_owned(),
        };
        assert!(node("20.20.2").is_at_least(20));
        assert!(!node("18.20.4").is_at_least(20));
        assert!(!node("unknown").is_at_least(20));
    }
}
