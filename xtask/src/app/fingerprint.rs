//! One value that changes when anything the app is made of changes.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::files;

/// Folders and files the app is built from; this crate is among them because it completes what Trunk wrote.
const SOURCES: [&str; 9] = [
    "app",
    "shared",
    "public",
    "xtask/src/app",
    "xtask/src/tools",
    "xtask/npm",
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
];

/// The fingerprint of the app's sources, as hexadecimal text.
pub(super) fn of_sources(root: &Path) -> Result<String> {
    let mut digest = Sha256::new();
    for source in SOURCES {
        let path = root.join(source);
        if path.is_dir() {
            for file in files::below(&path)? {
                add(&mut digest, &path.join(file))?;
            }
        } else {
            add(&mut digest, &path)?;
        }
    }
    Ok(hex::encode(digest.finalize()))
}

fn add(digest: &mut Sha256, file: &Path) -> Result<()> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let name = file.to_string_lossy();
    // Lengths keep "ab" + "c" apart from "a" + "bc".
    digest.update((name.len() as u64).to_be_bytes());
    digest.update(name.as_bytes());
    digest.update((bytes.len() as u64).to_be_bytes());
    digest.update(&bytes);
    Ok(())
}
