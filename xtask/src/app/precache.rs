//! The lists of files a phone keeps so that the app opens without network, written into the service worker: what the app needs
//! to open, and what comes once it is usable.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::files::{self, Visit};

/// The lines of `sw.js` that the lists and their version replace.
const FIRST: &str = "self.__PRECACHE = [];";
const LATE: &str = "self.__PRECACHE_LATE = [];";
const VERSION: &str = "self.__PRECACHE_VERSION = \"dev\";";

/// A file to keep: its address, and a revision that changes with its content.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    url: String,
    revision: String,
}

/// Writes the lists into the built service worker and returns how many files they name.
pub(crate) fn write_list(app: &Path) -> Result<usize> {
    let worker = app.join("sw.js");
    let script = fs::read_to_string(&worker)
        .with_context(|| format!("the app has no service worker at {}", worker.display()))?;
    let first = entries(app, Visit::First)?;
    let late = entries(app, Visit::Later)?;
    fs::write(&worker, fill(&script, &first, &late)?)
        .with_context(|| format!("cannot write {}", worker.display()))?;
    Ok(first.len() + late.len())
}

fn entries(app: &Path, when: Visit) -> Result<Vec<Entry>> {
    files::below(app)?
        .into_iter()
        .filter(|file| files::visit(file) == Some(when))
        .map(|file| {
            let bytes = fs::read(app.join(&file))?;
            Ok(Entry {
                url: files::url(&file),
                revision: short(&Sha256::digest(&bytes)),
            })
        })
        .collect()
}

/// Puts the lists and their version where the script has room for them.
fn fill(script: &str, first: &[Entry], late: &[Entry]) -> Result<String> {
    let mut filled = script.to_owned();
    let mut digest = Sha256::new();
    for (placeholder, entries) in [(FIRST, first), (LATE, late)] {
        if script.matches(placeholder).count() != 1 {
            bail!("public/sw.js must hold the line `{placeholder}` exactly once");
        }
        let name = placeholder.trim_end_matches(" [];");
        let mut list = format!("{name} [\n");
        for Entry { url, revision } in entries {
            list.push_str(&format!("  [\"{url}\", \"{revision}\"],\n"));
        }
        list.push_str("];");
        digest.update(&list);
        filled = filled.replace(placeholder, &list);
    }
    if script.matches(VERSION).count() != 1 {
        bail!("public/sw.js must hold the line `{VERSION}` exactly once");
    }
    let version = short(&digest.finalize());
    Ok(filled.replace(
        VERSION,
        &format!("self.__PRECACHE_VERSION = \"{version}\";"),
    ))
}

/// Enough of a digest to tell two versions of a file apart.
fn short(digest: &[u8]) -> String {
    hex::encode(&digest[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "// keeps\nself.__PRECACHE = [];\nself.__PRECACHE_LATE = [];\nself.__PRECACHE_VERSION = \"dev\";\nstart();\n";

    fn entry(url: &str, revision: &str) -> Entry {
        Entry {
            url: url.to_owned(),
            revision: revision.to_owned(),
        }
    }

    #[test]
    fn the_lists_and_their_version_take_the_place_of_the_empty_ones() {
        let first = [entry("/", "aa"), entry("/boot.js", "bb")];
        let filled = fill(SCRIPT, &first, &[entry("/part-a.wasm", "cc")]).unwrap();
        assert!(
            filled.starts_with(
                "// keeps\nself.__PRECACHE = [\n  [\"/\", \"aa\"],\n  [\"/boot.js\", \"bb\"],\n];\nself.__PRECACHE_LATE = [\n  [\"/part-a.wasm\", \"cc\"],\n];\nself.__PRECACHE_VERSION = \""
            ),
            "{filled}"
        );
        assert!(filled.ends_with("\";\nstart();\n"), "{filled}");
        assert!(!filled.contains("\"dev\""), "{filled}");
    }

    #[test]
    fn the_version_changes_with_any_revision_and_only_then() {
        let version = |first: &str, late: &str| {
            let filled = fill(SCRIPT, &[entry("/", first)], &[entry("/p", late)]).unwrap();
            let line = filled.lines().find(|line| line.contains("_VERSION"));
            line.unwrap().to_owned()
        };
        assert_eq!(version("aa", "bb"), version("aa", "bb"));
        assert_ne!(version("aa", "bb"), version("ab", "bb"));
        assert_ne!(version("aa", "bb"), version("aa", "bc"));
    }

    #[test]
    fn a_service_worker_without_room_for_the_lists_is_refused() {
        let problem = fill("start();", &[], &[]).unwrap_err().to_string();
        assert_eq!(
            problem,
            "public/sw.js must hold the line `self.__PRECACHE = [];` exactly once"
        );
        let problem = fill(
            "self.__PRECACHE = [];\nself.__PRECACHE_LATE = [];",
            &[],
            &[],
        );
        assert!(problem.unwrap_err().to_string().contains("VERSION"));
    }

    #[test]
    fn a_revision_changes_with_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let page = folder.path().join("index.html");
        fs::write(&page, "one").unwrap();
        fs::write(folder.path().join("index.html.br"), "skipped").unwrap();
        let before = entries(folder.path(), Visit::First).unwrap();
        fs::write(&page, "two").unwrap();
        let after = entries(folder.path(), Visit::First).unwrap();
        assert_eq!(before.len(), 1);
        assert_eq!(before[0].url, "/");
        assert_ne!(before, after);
    }
}
