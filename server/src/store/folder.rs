//! The folder a relay keeps its documents in: its lock, its format and the relay's name.

use maillage_shared::id::PeerId;
use maillage_shared::store::StoreError;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The newest format this program writes and reads.
pub(super) const FORMAT: u32 = 1;

/// A locked folder of a known format.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    relay: PeerId,
    /// Locked until it is dropped, also when the process is killed.
    _lock: File,
}

impl Folder {
    /// Locks the folder, which is made if it is missing, and checks its format before anything else in it is touched.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(path).map_err(|error| io_error(&error))?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .map_err(|error| io_error(&error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::Locked),
            Err(TryLockError::Error(error)) => return Err(io_error(&error)),
        }
        check_format(path)?;
        Ok(Self {
            relay: relay_name(path)?,
            path: path.to_path_buf(),
            _lock: lock,
        })
    }

    /// Where sled keeps its files.
    pub(super) fn documents(&self) -> PathBuf {
        documents(&self.path)
    }

    /// The file that witnesses how much was made durable.
    pub(super) fn witness(&self) -> PathBuf {
        self.path.join("witness")
    }

    /// The relay's name.
    pub(super) fn relay(&self) -> &PeerId {
        &self.relay
    }

    /// Makes the names of files in the folder durable.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        [self.documents(), self.path.clone()]
            .iter()
            .try_for_each(|path| sync_folder(path))
            .map_err(|error| io_error(&error))
    }
}

fn documents(path: &Path) -> PathBuf {
    path.join("documents")
}

fn check_format(path: &Path) -> Result<(), StoreError> {
    let file = path.join("format");
    let Some(text) = read_if_there(&file)? else {
        if documents(path).exists() {
            return Err(StoreError::Damaged("its format file is missing".to_owned()));
        }
        return write_durably(path, "format", &format!("maillage {FORMAT}\n"));
    };
    let found: u32 = text
        .trim()
        .strip_prefix("maillage ")
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| StoreError::Damaged(format!("{} does not name a format", file.display())))?;
    if found > FORMAT {
        return Err(StoreError::Newer {
            found,
            known: FORMAT,
        });
    }
    Ok(())
}

fn relay_name(path: &Path) -> Result<PeerId, StoreError> {
    if let Some(name) = read_if_there(&path.join("relay"))? {
        return PeerId::new(name.trim())
            .map_err(|error| StoreError::Damaged(format!("its relay file is wrong: {error}")));
    }
    let mut entropy = [0; 16];
    getrandom::fill(&mut entropy).map_err(|error| StoreError::Io(error.to_string()))?;
    let name = PeerId::from_entropy(entropy);
    write_durably(path, "relay", &format!("{name}\n"))?;
    Ok(name)
}

fn read_if_there(file: &Path) -> Result<Option<String>, StoreError> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error(&error)),
    }
}

/// Writes a whole file or nothing, also when the power fails.
fn write_durably(folder: &Path, name: &str, text: &str) -> Result<(), StoreError> {
    let write = || -> io::Result<()> {
        let unfinished = folder.join(format!("{name}.new"));
        let mut file = File::create(&unfinished)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&unfinished, folder.join(name))?;
        sync_folder(folder)
    };
    write().map_err(|error| io_error(&error))
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Other systems cannot open a folder to sync it.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// What the system's error means for a store.
pub(super) fn io_error(error: &io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full,
        _ => StoreError::Io(error.to_string()),
    }
}
