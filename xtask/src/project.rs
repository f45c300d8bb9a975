//! The checkout the commands work on: where things are, which versions it pins, and how long the command has been running.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// The checkout and the moment the command started.
pub(crate) struct Project {
    root: PathBuf,
    started: Instant,
}

impl Project {
    /// The checkout this program was compiled from.
    pub(crate) fn locate() -> Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest
            .parent()
            .context("the xtask folder has no parent")?;
        Ok(Self {
            root: root.to_path_buf(),
            started: Instant::now(),
        })
    }

    /// The workspace's root folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Everything built or installed, git-ignored and safe to delete.
    pub(crate) fn target(&self) -> PathBuf {
        self.root.join("target")
    }

    /// Build tools this project installs for itself.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target().join("tools")
    }

    /// The built browser app, as the relay embeds it.
    pub(crate) fn app(&self) -> PathBuf {
        self.target().join("app")
    }

    /// The exact version `Cargo.lock` pins for a package.
    pub(crate) fn locked_version(&self, package: &str) -> Result<String> {
        let lock = self.root.join("Cargo.lock");
        let text =
            fs::read_to_string(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
        locked_version(&text, package)
            .with_context(|| format!("Cargo.lock does not name the package {package}"))
    }

    /// Announces a step that takes time and returns it, so that its end can be told too.
    pub(crate) fn step(&self, doing: &str) -> Step<'_> {
        println!("{} … {doing}", clock(self.started.elapsed()));
        Step {
            project: self,
            started: Instant::now(),
        }
    }

    /// Tells that something was already in place.
    pub(crate) fn already(&self, what: &str) {
        println!("{} ✓ {what}", clock(self.started.elapsed()));
    }

    /// Keeps a second command from building or installing at the same time. Released when the value is dropped.
    pub(crate) fn lock(&self) -> Result<File> {
        fs::create_dir_all(self.target())?;
        let path = self.target().join("xtask.lock");
        let file =
            File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        if file.try_lock().is_err() {
            self.already("waiting for another xtask command to finish its build");
            file.lock().context("cannot lock target/xtask.lock")?;
        }
        Ok(file)
    }
}

/// A step under way.
pub(crate) struct Step<'a> {
    project: &'a Project,
    started: Instant,
}

impl Step<'_> {
    /// Tells that the step ended well and how long it took.
    pub(crate) fn done(self, result: &str) {
        let total = clock(self.project.started.elapsed());
        println!("{total} ✓ {result} ({})", spoken(self.started.elapsed()));
    }

    /// Time since the step began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

/// Minutes and seconds since the command began, in a fixed width.
fn clock(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    format!("[{:>2}:{:02}]", seconds / 60, seconds % 60)
}

/// A duration as a person would say it.
pub(crate) fn spoken(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    match (seconds / 60, seconds % 60) {
        (0, 0..10) => format!("{:.1} s", elapsed.as_secs_f64()),
        (0, seconds) => format!("{seconds} s"),
        (minutes, seconds) => format!("{minutes} min {seconds:02} s"),
    }
}

/// Finds `name = "package"` followed by its version; the file's layout is cargo's own and stable.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.next()?;
    let version = lines.next()?.strip_prefix("version = \"")?;
    Some(version.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.2.1\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";

    #[test]
    fn the_locked_version_is_that_of_the_package_with_exactly_this_name() {
        assert_eq!(
            locked_version(LOCK, "wasm-bindgen").as_deref(),
            Some("0.2.130")
        );
        assert_eq!(locked_version(LOCK, "bindgen"), None);
    }

    #[test]
    fn durations_read_as_people_say_them() {
        assert_eq!(spoken(Duration::from_millis(1_240)), "1.2 s");
        assert_eq!(spoken(Duration::from_secs(42)), "42 s");
        assert_eq!(spoken(Duration::from_secs(125)), "2 min 05 s");
        assert_eq!(clock(Duration::from_secs(125)), "[ 2:05]");
    }
}
