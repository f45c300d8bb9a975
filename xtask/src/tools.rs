//! The tools the project installs for itself, each at a pinned version and only when it is not there yet.

mod crates;
mod debian;
mod npm;

use std::env;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Result, bail};

use crate::process;
use crate::project::Project;
use crates::CrateTool;

/// The target the browser app is compiled for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// What building the browser app needs: the wasm target, Trunk, wasm-bindgen, wasm-split and wasm-opt.
pub(crate) fn for_app(project: &Project) -> Result<()> {
    wasm_target(project)?;
    CrateTool {
        name: "trunk",
        binary: "trunk",
        version: "0.21.14".to_owned(),
        features: &[],
        // Its newest dependencies no longer fit together.
        locked: true,
    }
    .install(project)?;
    wasm_bindgen(project)?;
    CrateTool {
        name: "wasm_split_cli_support",
        binary: "wasm-split-cli",
        // Must understand what the library `wasm_split_helpers` writes.
        version: "0.2.4".to_owned(),
        features: &["build-binary"],
        locked: true,
    }
    .install(project)?;
    let node = debian::node(project)?.version;
    let tools = project.tools().join("npm");
    npm::install_copy(project, &project.root().join("xtask/npm"), &tools)?;
    project.already(&format!("wasm-opt is ready (node {node})"));
    Ok(())
}

/// What compiling and running tests in wasm needs; returns the node program that runs them.
pub(crate) fn for_wasm_tests(project: &Project) -> Result<PathBuf> {
    wasm_target(project)?;
    wasm_bindgen(project)?;
    node_for_tests(project)
}

/// cargo-deny, for licences, bans and sources.
pub(crate) fn cargo_deny(project: &Project) -> Result<()> {
    CrateTool {
        name: "cargo-deny",
        binary: "cargo-deny",
        version: "0.20.2".to_owned(),
        features: &[],
        locked: true,
    }
    .install(project)
}

/// cargo-deb, for the Debian package.
pub(crate) fn cargo_deb(project: &Project) -> Result<()> {
    CrateTool {
        name: "cargo-deb",
        binary: "cargo-deb",
        version: "3.8.0".to_owned(),
        features: &[],
        locked: true,
    }
    .install(project)
}

/// cargo-fuzz, which compiles and runs the targets in `tests/fuzz`.
pub(crate) fn cargo_fuzz(project: &Project) -> Result<()> {
    CrateTool {
        name: "cargo-fuzz",
        binary: "cargo-fuzz",
        version: "0.13.2".to_owned(),
        features: &[],
        locked: true,
    }
    .install(project)
}

/// A browser, node and the JavaScript packages, for the tests that drive real browsers and stock clients.
pub(crate) struct TestTools {
    /// The node program that runs the JavaScript packages.
    pub(crate) node: PathBuf,
    /// The Chromium program.
    pub(crate) chromium: PathBuf,
    /// The folder with the installed JavaScript packages.
    pub(crate) node_modules: PathBuf,
}

/// What the end-to-end tests need.
pub(crate) fn for_browser_tests(project: &Project) -> Result<TestTools> {
    let node = node_for_tests(project)?;
    let chromium = debian::chromium(project)?;
    debian::pebble(project);
    debian::faketime(project);
    let packages = project.root().join("tests/js");
    npm::install(project, &packages)?;
    project.already("the browser and the JavaScript packages are ready");
    Ok(TestTools {
        node,
        chromium,
        node_modules: packages.join("node_modules"),
    })
}

/// Node, and the folder into which the packages of the relays in JavaScript are installed.
pub(crate) fn for_bench(project: &Project) -> Result<(PathBuf, PathBuf)> {
    let node = node_for_tests(project)?;
    let folder = project.target().join("bench/npm");
    npm::install_copy(project, &project.root().join("tests/bench"), &folder)?;
    Ok((node, folder))
}

/// The oldest node that playwright-core accepts and that runs what the compiler makes of our tests.
const OLDEST_NODE: u32 = 20;

/// The system's node, or one of our own where the distribution's is too old. npm stays the system's: it belongs to that node.
fn node_for_tests(project: &Project) -> Result<PathBuf> {
    let system = debian::node(project)?;
    if system.is_at_least(OLDEST_NODE) {
        return Ok(system.program);
    }
    let folder = project.tools().join("npm-node");
    npm::install_copy(project, &project.root().join("xtask/npm-node"), &folder)?;
    let own = folder
        .join("node_modules")
        .join(node_package(env::consts::OS, env::consts::ARCH))
        .join("bin/node");
    let Some(version) = process::probe(process::command(project, &own).arg("--version")) else {
        bail!(
            "node {} is too old; install node {OLDEST_NODE} or newer and run this command again",
            system.version
        );
    };
    project.already(&format!(
        "node {version} runs the tests, the system's {} being too old",
        system.version
    ));
    Ok(own)
}

/// The npm package that holds node for a system and processor, by Rust's names for them.
fn node_package(system: &str, processor: &str) -> String {
    let system = if system == "macos" { "darwin" } else { system };
    let processor = match processor {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("node-{system}-{processor}")
}

/// A component of the Rust toolchain, such as `rustfmt` or `clippy`, known by the cargo command it brings.
pub(crate) fn rust_component(project: &Project, component: &str, command: &str) -> Result<()> {
    let mut probe = process::cargo(project);
    probe.args([command, "--version"]);
    if process::probe(&mut probe).is_some() {
        return Ok(());
    }
    if process::find(project, &["rustup"]).is_none() {
        bail!(
            "the Rust component {component} is missing and rustup is not there to add it; install Rust from https://rustup.rs"
        );
    }
    let step = project.step(&format!("adding the Rust component {component}"));
    process::run(process::command(project, "rustup").args(["component", "add", component]))?;
    step.done(&format!("{component} is ready"));
    Ok(())
}

/// The target the browser app is compiled for, which is all that its lints need.
pub(crate) fn wasm_target(project: &Project) -> Result<()> {
    let mut probe = process::command(project, "rustc");
    probe.args(["--print", "target-libdir", "--target", WASM]);
    let there = process::probe(probe.stderr(Stdio::null()))
        .is_some_and(|folder| PathBuf::from(folder).is_dir());
    if there {
        project.already(&format!("the Rust target {WASM} is there"));
        return Ok(());
    }
    if process::find(project, &["rustup"]).is_none() {
        bail!(
            "the Rust target {WASM} is missing and rustup is not there to add it; install Rust from https://rustup.rs"
        );
    }
    let step = project.step(&format!("adding the Rust target {WASM}"));
    process::run(process::command(project, "rustup").args(["target", "add", WASM]))?;
    step.done(&format!("the Rust target {WASM} is ready"));
    Ok(())
}

/// The tool must have exactly the version of the library.
fn wasm_bindgen(project: &Project) -> Result<()> {
    CrateTool {
        name: "wasm-bindgen-cli",
        binary: "wasm-bindgen",
        version: project.locked_version("wasm-bindgen")?,
        features: &[],
        // Its lock file may name versions younger than what a mirror of the crate index knows.
        locked: false,
    }
    .install(project)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_package_named_is_among_those_locked() {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let packages = std::fs::read_to_string(root.join("npm-node/package.json")).unwrap();
        for (system, processor) in [
            ("linux", "x86_64"),
            ("linux", "aarch64"),
            ("macos", "x86_64"),
            ("macos", "aarch64"),
        ] {
            let name = node_package(system, processor);
            assert!(packages.contains(&format!("\"{name}\"")), "{name}");
        }
    }
}
