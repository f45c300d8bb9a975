//! One value that changes when anything the app is made of changes.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::files;

/// Folders and files the app is built from; this crate is among them because it completes what Trunk wrote.
const SOURCES: [&str; 12] = [
    "app",
    "shared",
    "public",
    "xtask/src/app",
    "xtask/src/app.rs",
    "xtask/src/tools",
    "xtask/src/tools.rs",
    "xtask/npm",
    ".cargo/config.toml",
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
                add(&mut digest, root, &path.join(file))?;
            }
        } else {
            add(&mut digest, root, &path)?;
        }
    }
    Ok(hex::encode(digest.finalize()))
}

fn add(digest: &mut Sha256, root: &Path, file: &Path) -> Result<()> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let name = file.strip_prefix(root)?.to_string_lossy();
    // Lengths keep "ab" + "c" apart from "a" + "bc".
    digest.update((name.len() as u64).to_be_bytes());
    digest.update(name.as_bytes());
    digest.update((bytes.len() as u64).to_be_bytes());
    digest.update(&bytes);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkout() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for source in SOURCES {
            let path = root.path().join(source);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            if source.contains('.') {
                fs::write(path, source).unwrap();
            } else {
                fs::create_dir_all(path).unwrap();
            }
        }
        root
    }

    #[test]
    fn the_fingerprint_changes_with_content_and_with_names() {
        let root = checkout();
        let empty = of_sources(root.path()).unwrap();
        assert_eq!(of_sources(root.path()).unwrap(), empty);
        fs::write(root.path().join("app/a.rs"), "x").unwrap();
        let one = of_sources(root.path()).unwrap();
        fs::write(root.path().join("app/a.rs"), "y").unwrap();
        let changed = of_sources(root.path()).unwrap();
        fs::rename(root.path().join("app/a.rs"), root.path().join("app/b.rs")).unwrap();
        let renamed = of_sources(root.path()).unwrap();
        assert_ne!(empty, one);
        assert_ne!(one, changed);
        assert_ne!(changed, renamed);
    }

    #[test]
    fn a_checkout_elsewhere_has_the_same_fingerprint() {
        let (here, there) = (checkout(), checkout());
        assert_eq!(
            of_sources(here.path()).unwrap(),
            of_sources(there.path()).unwrap()
        );
    }
}
