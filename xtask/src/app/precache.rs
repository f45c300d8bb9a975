//! The list of files a phone keeps so that the app opens without network, written into the service worker.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::files;

/// The line of `sw.js` that the list and its version (`self.__PRECACHE_VERSION`, a text) replace.
const PLACEHOLDER: &str = "self.__PRECACHE = [];";

/// A file to keep: its address, and a revision that changes with its content.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    url: String,
    revision: String,
}

/// Writes the list into the built service worker and returns how many files it names.
pub(crate) fn write_list(app: &Path) -> Result<usize> {
    let worker = app.join("sw.js");
    let script = fs::read_to_string(&worker)
        .with_context(|| format!("the app has no service worker at {}", worker.display()))?;
    let entries = entries(app)?;
    fs::write(&worker, fill(&script, &entries)?)
        .with_context(|| format!("cannot write {}", worker.display()))?;
    Ok(entries.len())
}

fn entries(app: &Path) -> Result<Vec<Entry>> {
    files::below(app)?
        .into_iter()
        .filter(|file| files::is_of_first_visit(file))
        .map(|file| {
            let bytes = fs::read(app.join(&file))?;
            Ok(Entry {
                url: files::url(&file),
                revision: short(&Sha256::digest(&bytes)),
            })
        })
        .collect()
}

/// Puts the list and its version where the script has room for them.
fn fill(script: &str, entries: &[Entry]) -> Result<String> {
    if script.matches(PLACEHOLDER).count() != 1 {
        bail!("public/sw.js must hold the line `{PLACEHOLDER}` exactly once");
    }
    let mut digest = Sha256::new();
    let mut list = String::from("self.__PRECACHE = [\n");
    for Entry { url, revision } in entries {
        let line = format!("  [\"{url}\", \"{revision}\"],\n");
        digest.update(&line);
        list.push_str(&line);
    }
    let version = short(&digest.finalize());
    list.push_str(&format!("];\nself.__PRECACHE_VERSION = \"{version}\";"));
    Ok(script.replace(PLACEHOLDER, &list))
}

/// Enough of a digest to tell two versions of a file apart.
fn short(digest: &[u8]) -> String {
    hex::encode(&digest[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "// keeps\nself.__PRECACHE = [];\nstart();\n";

    fn entry(url: &str, revision: &str) -> Entry {
        Entry {
            url: url.to_owned(),
            revision: revision.to_owned(),
        }
    }

    #[test]
    fn the_list_and_its_version_take_the_place_of_the_empty_list() {
        let filled = fill(SCRIPT, &[entry("/", "aa"), entry("/boot.js", "bb")]).unwrap();
        assert!(
            filled.starts_with(
                "// keeps\nself.__PRECACHE = [\n  [\"/\", \"aa\"],\n  [\"/boot.js\", \"bb\"],\n];\nself.__PRECACHE_VERSION = \""
            ),
            "{filled}"
        );
        assert!(filled.ends_with("\";\nstart();\n"), "{filled}");
    }

    #[test]
    fn the_version_changes_with_any_revision_and_only_then() {
        let first = fill(SCRIPT, &[entry("/", "aa")]).unwrap();
        let same = fill(SCRIPT, &[entry("/", "aa")]).unwrap();
        let other = fill(SCRIPT, &[entry("/", "ab")]).unwrap();
        let version = |script: &str| {
            let line = script.lines().find(|line| line.contains("_VERSION"));
            line.unwrap().to_owned()
        };
        assert_eq!(version(&first), version(&same));
        assert_ne!(version(&first), version(&other));
    }

    #[test]
    fn a_service_worker_without_room_for_the_list_is_refused() {
        let problem = fill("start();", &[]).unwrap_err().to_string();
        assert_eq!(
            problem,
            "public/sw.js must hold the line `self.__PRECACHE = [];` exactly once"
        );
    }

    #[test]
    fn a_revision_changes_with_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let page = folder.path().join("index.html");
        fs::write(&page, "one").unwrap();
        fs::write(folder.path().join("index.html.br"), "skipped").unwrap();
        let before = entries(folder.path()).unwrap();
        fs::write(&page, "two").unwrap();
        let after = entries(folder.path()).unwrap();
        assert_eq!(before.len(), 1);
        assert_eq!(before[0].url, "/");
        assert_ne!(before, after);
    }
}
