//! Where the built program and the tools are. `cargo xtask test` says so in the environment; without it, the usual places serve.

use anyhow::{Result, bail};
use std::env;
use std::path::{Path, PathBuf};

/// The built relay.
pub fn relay() -> Result<PathBuf> {
    let target = root().join("target");
    let usual = [
        target.join("release/maillage"),
        target.join("debug/maillage"),
    ];
    find("MAILLAGE_BIN", &usual, "the relay is not built")
}

/// The relay's Debian package.
pub fn package() -> Result<PathBuf> {
    let usual = [root().join("target/debug/maillage.deb")];
    find("MAILLAGE_PACKAGE", &usual, "the package is not made")
}

/// The folder with the JavaScript packages.
pub fn node_modules() -> Result<PathBuf> {
    let usual = [scripts().join("node_modules")];
    find(
        "MAILLAGE_NODE_MODULES",
        &usual,
        "the JavaScript packages are not installed",
    )
}

/// The browser.
pub fn chromium() -> Result<PathBuf> {
    let usual = [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ]
    .map(PathBuf::from);
    find("MAILLAGE_CHROMIUM", &usual, "there is no Chromium")
}

/// The folder with our own scripts.
pub fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("js")
}

/// The folder with the scripts of the benchmark beside the packages they need.
pub fn bench_scripts() -> Result<PathBuf> {
    let named = env::var_os("MAILLAGE_BENCH_SCRIPTS").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| root().join("target/bench/npm"));
    if !folder.join("node_modules").is_dir() {
        bail!("the relays to compare with are not installed: run `cargo xtask bench relay`");
    }
    Ok(folder)
}

/// Where pictures of the screens go.
pub fn screenshots() -> PathBuf {
    root().join("target/screenshots")
}

fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_path_buf()
}

fn find(variable: &str, usual: &[PathBuf], missing: &str) -> Result<PathBuf> {
    let named = env::var_os(variable).map(PathBuf::from);
    let found = named.iter().chain(usual).find(|path| path.exists());
    match found {
        Some(path) => Ok(path.clone()),
        None => bail!(
            "{missing}: run `cargo xtask test`, which builds and installs all that the tests need"
        ),
    }
}
