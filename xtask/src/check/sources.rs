//! Lock files and package settings may name only the public registries, whatever mirror a developer's machine uses.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// The files that could name a registry.
const FILES: [&str; 15] = [
    "Cargo.lock",
    ".cargo/config.toml",
    "tests/fuzz/Cargo.lock",
    "tests/js/package.json",
    "tests/js/package-lock.json",
    "tests/js/.npmrc",
    "tests/bench/package.json",
    "tests/bench/package-lock.json",
    "tests/bench/.npmrc",
    "xtask/npm/package.json",
    "xtask/npm/package-lock.json",
    "xtask/npm/.npmrc",
    "xtask/npm-node/package.json",
    "xtask/npm-node/package-lock.json",
    "xtask/npm-node/.npmrc",
];

/// The addresses such a file may hold.
const KNOWN: [&str; 2] = [
    "https://github.com/rust-lang/crates.io-index",
    "https://registry.npmjs.org/",
];

/// One line for each address of a registry that is not public.
pub(super) fn strangers(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for file in FILES {
        let path = root.join(file);
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        for (number, line) in text.lines().enumerate() {
            if names_a_stranger(line) {
                found.push(format!("{file}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    Ok(found)
}

/// Whether a line that says where packages come from holds an address other than the public registries'. Links for people,
/// such as where a package's authors accept donations, are no sources.
fn names_a_stranger(line: &str) -> bool {
    const SOURCES: [&str; 5] = ["source", "resolved", "registry", "index", "replace-with"];
    let line = line.trim();
    let is_about_a_source = SOURCES
        .iter()
        .any(|word| line.trim_start_matches(['"', '@']).starts_with(word));
    let has_address = line.contains("://");
    is_about_a_source && has_address && !KNOWN.iter().any(|known| line.contains(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_registries_are_known() {
        for line in [
            "source = \"registry+https://github.com/rust-lang/crates.io-index\"",
            "      \"resolved\": \"https://registry.npmjs.org/ws/-/ws-8.23.0.tgz\",",
            "        \"url\": \"https://opencollective.com/eventemitter3\"",
        ] {
            assert!(!names_a_stranger(line), "{line}");
        }
    }

    #[test]
    fn a_mirror_is_a_stranger() {
        for line in [
            "source = \"registry+https://mirror.example/crates\"",
            "      \"resolved\": \"https://mirror.example/ws/-/ws-8.23.0.tgz\",",
            "registry=https://mirror.example/npm/",
        ] {
            assert!(names_a_stranger(line), "{line}");
        }
    }

    #[test]
    fn this_project_names_public_registries_only() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        assert_eq!(strangers(root).unwrap(), Vec::<String>::new());
    }
}
