//! The browser app as the relay embeds it: built by Trunk, its program cut into parts, then named by content, completed with
//! the list of what a phone keeps for later visits, and compressed once and for all.

pub(crate) mod compression;
pub(crate) mod files;
mod fingerprint;
mod glue;
mod names;
mod parts;
pub(crate) mod precache;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::project::Project;
use crate::tools;

/// Builds `target/app`, unless nothing it is made of changed since the last time.
pub(crate) fn build(project: &Project) -> Result<()> {
    let _alone = project.lock()?;
    tools::for_app(project)?;
    let app = project.app();
    let mark = project.target().join("app.fingerprint");
    let fingerprint = fingerprint::of_sources(project.root())?;
    if app.is_dir() && fs::read_to_string(&mark).is_ok_and(|built| built == fingerprint) {
        project.already("the app is up to date");
        return Ok(());
    }
    // Removed first and written last: an interrupted build is never taken for a finished one.
    if mark.exists() {
        fs::remove_file(&mark).with_context(|| format!("cannot remove {}", mark.display()))?;
    }
    download(project)?;
    let step = project.step("building the app for browsers");
    trunk(project)?;
    let late = parts::cut(project)?;
    names::follow_content(&app)?;
    let listed = precache::write_list(&app)?;
    compression::compress_all(&app)?;
    fs::write(&mark, &fingerprint).with_context(|| format!("cannot write {}", mark.display()))?;
    step.done(&format!(
        "the app is built with {late} late part(s), phones keep {listed} files of it"
    ));
    Ok(())
}

/// Downloads the crates first, because Trunk builds without touching the network.
fn download(project: &Project) -> Result<()> {
    let rustc = process::output(process::command(project, "rustc").arg("-vV"))?;
    let host = rustc
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("rustc does not say for which machine it compiles")?;
    let mut fetch = process::cargo(project);
    fetch.args(["fetch", "--target", tools::WASM, "--target", host]);
    process::run(&mut fetch)
        .context("the crates could not be downloaded; check that crates.io can be reached")
}

fn trunk(project: &Project) -> Result<()> {
    let mut trunk = process::command(project, "trunk");
    trunk.args(["build", "--config", "Trunk.toml"]);
    // Trunk reads this as a flag of its own and refuses the values other programs accept.
    trunk.env_remove("NO_COLOR");
    trunk.env_remove("CARGO_TARGET_DIR");
    process::run(&mut trunk)?;
    let page = project.app().join("index.html");
    if !page.is_file() {
        bail!("trunk ended without writing {}", page.display());
    }
    check_no_inline_script(&page)
}

/// The relay's content security policy allows no inline script, so a page that holds one would not start.
fn check_no_inline_script(page: &Path) -> Result<()> {
    let html =
        fs::read_to_string(page).with_context(|| format!("cannot read {}", page.display()))?;
    if has_inline_script(&html) {
        bail!(
            "{} holds an inline script, which browsers will refuse to run",
            page.display()
        );
    }
    Ok(())
}

fn has_inline_script(html: &str) -> bool {
    html.split("<script")
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .any(|(attributes, _)| !attributes.contains(" src="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_without_a_file_is_inline() {
        assert!(has_inline_script("<p><script type=module>let a;</script>"));
        assert!(!has_inline_script(
            "<script type=\"module\" src=\"/boot.js\" data-js=\"/a.js\"></script>"
        ));
        assert!(!has_inline_script("<p>no script</p>"));
    }
}
