//! What whoever looks after a relay asks of its store: a check, a backup, room on the disk.
//!
//! A store is locked by the program that has it open. When that is a running relay, it does what is asked, through a socket in the store's
//! folder that only its owner can open; without one, the store is opened here.

mod backup;
mod check;
#[cfg(unix)]
pub(crate) mod control;
mod restore;

#[cfg(unix)]
pub use control::Control;
pub use restore::restore;

use crate::access::Registry;
use crate::store::{SledStore, files};
use maillage_shared::store::StoreError;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval_at};

/// How often a running relay looks whether its store wastes room.
const TIDYING_INTERVAL: Duration = Duration::from_secs(600);

/// Something to be done with a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Read and verify every document; what is written is a table for people.
    Check,
    /// Write everything into one file; what is written is that file.
    Backup,
    /// Give back room on the disk; nothing is written.
    Compact,
}

impl Task {
    const ALL: [Self; 3] = [Self::Check, Self::Backup, Self::Compact];

    fn word(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Backup => "backup",
            Self::Compact => "compact",
        }
    }
}

/// How a task ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// One sentence for people.
    pub sentence: String,
    /// Whether nothing is wrong with the documents.
    pub is_well: bool,
}

/// Why a task was not done.
#[derive(Debug, thiserror::Error)]
pub enum UpkeepError {
    /// The store answered with an error.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is nothing in this folder.
    #[error("there is no store in {0}")]
    NoStore(PathBuf),
    /// A folder for a restored store must be empty.
    #[error("{0} is not empty: a backup is restored into an empty folder only")]
    NotEmpty(PathBuf),
    /// A file that is no intact backup.
    #[error("{0} is no backup that can be restored: {1}")]
    Backup(PathBuf, String),
    /// The folder that a restored one should replace cannot be used for that.
    #[error("the records in {0} cannot be kept: {1}")]
    Replacing(PathBuf, String),
    /// A file could not be read or written.
    #[error("{0} cannot be read or written: {1}")]
    File(PathBuf, io::Error),
    /// What the task gives could not be written.
    #[error("what was asked for cannot be written: {0}")]
    Output(#[from] io::Error),
    /// What was asked about who may come in cannot be done.
    #[error("{0}")]
    Access(String),
    /// The running relay could not do it, or went away.
    #[error("the running relay says: {0}")]
    Relay(String),
}

/// Does something with the store in a folder, or has the relay do it that runs on it.
pub fn perform(data: &Path, task: Task, output: &mut dyn Write) -> Result<Report, UpkeepError> {
    if !data.join("format").exists() {
        return Err(UpkeepError::NoStore(data.to_path_buf()));
    }
    match SledStore::open(data) {
        #[cfg(unix)]
        Err(StoreError::Locked) => control::ask(data, task.word(), output),
        opened => perform_on(&opened?, task, output),
    }
}

/// Writes a backup into a file, which is there whole or not at all, and readable for its owner only.
pub fn back_up(data: &Path, file: &Path) -> Result<Report, UpkeepError> {
    let failed = |error| UpkeepError::File(file.to_path_buf(), error);
    let unfinished = files::unfinished(file);
    let write = || {
        let mut output = BufWriter::new(create_private(&unfinished).map_err(failed)?);
        let report = perform(data, Task::Backup, &mut output)?;
        let output = output
            .into_inner()
            .map_err(|error| failed(error.into_error()))?;
        output.sync_all().map_err(failed)?;
        // What cannot be restored is no backup.
        backup::verify(BufReader::new(File::open(&unfinished).map_err(failed)?))
            .map_err(|error| UpkeepError::Backup(file.to_path_buf(), error.to_string()))?;
        files::put_in_place(&unfinished, file).map_err(failed)?;
        Ok(report)
    };
    write().inspect_err(|_| {
        // Half a backup must not be taken for one.
        let _ = fs::remove_file(&unfinished);
    })
}

/// Looks after a store while a relay runs on it, until it is dropped.
pub async fn look_after(store: Arc<SledStore>, registry: Arc<Registry>) {
    let mut ticks = interval_at(
        tokio::time::Instant::now() + TIDYING_INTERVAL,
        TIDYING_INTERVAL,
    );
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let (store, registry) = (Arc::clone(&store), Arc::clone(&registry));
        let tidying = tokio::task::spawn_blocking(move || {
            registry.tidy();
            store.tidy()
        });
        match tidying.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the store cannot be tidied up"),
            Err(error) => tracing::error!(%error, "tidying up the store ended early"),
        }
    }
}

fn perform_on(
    store: &SledStore,
    task: Task,
    output: &mut dyn Write,
) -> Result<Report, UpkeepError> {
    match task {
        Task::Check => check::check(store, output),
        Task::Backup => backup::write(store, output),
        Task::Compact => compact(store),
    }
}

fn compact(store: &SledStore) -> Result<Report, UpkeepError> {
    let before = store.room()?;
    store.rewrite()?;
    let after = store.room()?;
    Ok(Report {
        sentence: format!(
            "The documents take {} KiB on the disk; before, they took {} KiB.",
            after.disk.div_ceil(1024),
            before.disk.div_ceil(1024)
        ),
        is_well: true,
    })
}

fn create_private(path: &Path) -> io::Result<File> {
    files::private()
        .create(true)
        .truncate(true)
        .write(true)
        .open(path)
}

#[cfg(test)]
mod tests;
