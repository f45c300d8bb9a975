//! Names that change with what the files hold, so that browsers may keep the files for ever.
//!
//! Trunk puts a hash into the names it writes, but takes it before `wasm-opt` runs and leaves its leading zeros out: two programs could
//! share a name. The names are made again here, from the files as they are served.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::files;

/// Gives every file that Trunk named by a hash the hash of its content, and writes the new names into the page.
pub(crate) fn follow_content(app: &Path) -> Result<()> {
    let page = app.join("index.html");
    let mut html =
        fs::read_to_string(&page).with_context(|| format!("cannot read {}", page.display()))?;
    for file in files::below(app)? {
        let Some(name) = file.to_str().filter(|name| hash_in(name).is_some()) else {
            continue;
        };
        let bytes = fs::read(app.join(name))?;
        let renamed = with_hash(name, &hex::encode(&Sha256::digest(&bytes)[..8]));
        fs::rename(app.join(name), app.join(&renamed))
            .with_context(|| format!("cannot rename {name}"))?;
        html = html.replace(name, &renamed);
    }
    fs::write(&page, html).with_context(|| format!("cannot write {}", page.display()))
}

/// The hash that Trunk put into a name: `base-fcbcc67de49abe0b.css`, `maillage-app-59bb1aa393b1131_bg.wasm`.
fn hash_in(name: &str) -> Option<&str> {
    let (stem, extension) = name.rsplit_once('.')?;
    let (_, hash) = stem.trim_end_matches("_bg").rsplit_once('-')?;
    let is_hash = (12..=16).contains(&hash.len())
        && hash
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (is_hash && matches!(extension, "css" | "js" | "wasm")).then_some(hash)
}

fn with_hash(name: &str, hash: &str) -> String {
    hash_in(name).map_or_else(|| name.to_owned(), |old| name.replace(old, hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_told_from_a_word() {
        assert_eq!(
            hash_in("maillage-app-59bb1aa393b1131_bg.wasm"),
            Some("59bb1aa393b1131")
        );
        assert_eq!(
            hash_in("base-fcbcc67de49abe0b.css"),
            Some("fcbcc67de49abe0b")
        );
        assert_eq!(
            hash_in("fonts/atkinson-hyperlegible-next-plain-zero-latin-400.woff2"),
            None
        );
        assert_eq!(hash_in("boot.js"), None);
    }

    #[test]
    fn names_change_with_the_content_and_the_page_follows() {
        let folder = tempfile::tempdir().unwrap();
        let build = |program: &str| {
            let app = folder.path();
            fs::write(app.join("app-59bb1aa393b1131_bg.wasm"), program).unwrap();
            let page = "<script data-wasm=\"/app-59bb1aa393b1131_bg.wasm\">";
            fs::write(app.join("index.html"), page).unwrap();
            follow_content(app).unwrap();
            let html = fs::read_to_string(app.join("index.html")).unwrap();
            let name = html.split('"').nth(1).unwrap().to_owned();
            assert_eq!(
                fs::read_to_string(app.join(name.trim_start_matches('/'))).unwrap(),
                program
            );
            name
        };
        let first = build("one");
        assert_ne!(first, build("two"));
        assert_eq!(first, build("one"));
        assert_eq!(first.len(), "/app-0123456789abcdef_bg.wasm".len());
    }
}
