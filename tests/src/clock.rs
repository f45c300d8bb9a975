//! A relay whose clock leaps, by Debian's libfaketime: what a program reads as the time of day is what a file says.

use crate::skipped::skipped;
use anyhow::Result;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Where Debian has the library, below the folder of libraries.
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";

/// The clock of one process. What counts time without naming it (`CLOCK_MONOTONIC`) goes on as ever: no system lets that leap.
#[derive(Debug)]
pub struct Clock {
    library: PathBuf,
    /// Holds the file with the time.
    folder: TempDir,
}

impl Clock {
    /// A clock that is right; nothing, after a word to whoever runs the tests, where the library is not installed.
    pub fn start() -> Result<Option<Self>> {
        let Some(library) = library() else {
            return skipped("libfaketime is not installed (the package faketime on Debian)");
        };
        let folder = tempfile::tempdir()?;
        let clock = Self { library, folder };
        clock.leap("+0")?;
        Ok(Some(clock))
    }

    /// From now on it differs from the true time by so much, such as `+5y` or `-300d`.
    pub fn leap(&self, by: &str) -> Result<()> {
        // Renamed into place: it is read at any moment.
        let new = self.folder.path().join("new");
        fs::write(&new, by)?;
        Ok(fs::rename(new, self.file())?)
    }

    /// What makes a process live by this clock.
    pub fn environment(&self) -> [(&'static str, PathBuf); 4] {
        [
            ("LD_PRELOAD", self.library.clone()),
            ("FAKETIME_TIMESTAMP_FILE", self.file()),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
        ]
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("time")
    }
}

fn library() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.flatten();
    let candidates = folders.map(|folder| folder.path().join(LIBRARY));
    candidates.into_iter().find(|path| path.exists())
}

/// Variables as a process takes them.
pub fn borrowed<'a>(variables: &'a [(&'static str, PathBuf)]) -> Vec<(&'static str, &'a OsStr)> {
    variables
        .iter()
        .map(|(name, value)| (*name, Path::as_os_str(value)))
        .collect()
}
