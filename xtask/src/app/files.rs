//! The files of a built app, and when a phone downloads them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// How the names of parts of the program begin that are loaded when they are first used.
pub(crate) const LATE_PART: &str = "part-";

/// All files below a folder, as paths relative to it, in a stable order.
pub(crate) fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        let entries =
            fs::read_dir(&next).with_context(|| format!("cannot read {}", next.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.push(path.strip_prefix(folder)?.to_path_buf());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The address a file of the app is asked for, `/` for the page itself.
pub(crate) fn url(file: &Path) -> String {
    let parts: Vec<_> = file
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    match parts.join("/").as_str() {
        "index.html" => "/".to_owned(),
        path => format!("/{path}"),
    }
}

/// When a phone downloads a file that it keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visit {
    /// Before the app is usable.
    First,
    /// Once the app is usable, without anyone waiting for it: late parts of the program, and the pictures of tabs and bookmarks.
    Later,
}

/// When a phone downloads a file of the app. What it does not keep are compressed copies, licences, source maps, the service worker
/// itself (browsers keep it on their own), letters of languages one has to choose, and pictures that only installing uses.
pub(crate) fn visit(file: &Path) -> Option<Visit> {
    let name = file
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let is_asset = matches!(
        extension(file),
        "html"
            | "css"
            | "js"
            | "wasm"
            | "woff2"
            | "svg"
            | "png"
            | "webp"
            | "ico"
            | "webmanifest"
            | "json"
    );
    let is_asked_for = ["latin-ext", "arabic", "-512", "sprite.svg", "sw.js"]
        .iter()
        .any(|part| name.contains(part));
    if !is_asset || is_asked_for {
        return None;
    }
    let is_late = name.starts_with(LATE_PART) || name.starts_with("icon-");
    Some(if is_late { Visit::Later } else { Visit::First })
}

/// A file's extension, empty when it has none.
pub(crate) fn extension(file: &Path) -> &str {
    file.extension().and_then(|ext| ext.to_str()).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_asked_for_at_the_root() {
        assert_eq!(url(Path::new("index.html")), "/");
        assert_eq!(url(Path::new("icons/mark.svg")), "/icons/mark.svg");
    }

    #[test]
    fn a_first_visit_downloads_what_the_first_screen_needs() {
        for needed in [
            "index.html",
            "boot.js",
            "maillage-app-1f_bg.wasm",
            "css/tokens-2e.css",
            "fonts/atkinson-hyperlegible-next-plain-zero-latin-400.woff2",
            "icons/mark.svg",
            "manifest.webmanifest",
        ] {
            assert_eq!(visit(Path::new(needed)), Some(Visit::First), "{needed}");
        }
        for later in ["part-late-0123456789abcdef.wasm", "icons/icon-192.png"] {
            assert_eq!(visit(Path::new(later)), Some(Visit::Later), "{later}");
        }
        for never in [
            "index.html.br",
            "sw.js",
            "part-late-0123456789abcdef.wasm.br",
            "fonts/atkinson-hyperlegible-next-latin-ext-400-normal.woff2",
            "fonts/readex-pro-arabic-400-normal.woff2",
            "fonts/LICENSE-OFL-1.1.txt",
            "icons/icon-maskable-512.png",
            "icons/sprite.svg",
            "maillage-app.js.map",
        ] {
            assert_eq!(visit(Path::new(never)), None, "{never}");
        }
    }

    #[test]
    fn files_are_listed_in_a_stable_order() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("b")).unwrap();
        for name in ["z.js", "b/y.css", "a.html"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        let names = below(folder.path()).unwrap();
        assert_eq!(names, ["a.html", "b/y.css", "z.js"].map(PathBuf::from));
    }
}
