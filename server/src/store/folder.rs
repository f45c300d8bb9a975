//! The folder a relay keeps its documents in: its lock, its format, the relay's name and which of sled's folders counts.

use super::files::{self, io_error, read_if_there};
use super::seal;
use maillage_shared::id::PeerId;
use maillage_shared::store::StoreError;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// The newest format this program writes and reads.
pub(super) const FORMAT: u32 = 2;

/// What the names of folders start with that were set aside.
const ASIDE: &str = "damaged-";

/// A locked folder of a known format.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    relay: PeerId,
    /// The format found when it was opened; `None` for a new folder.
    format: Option<u32>,
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
        let format = format(path)?;
        Ok(Self {
            format,
            relay: relay_name(path)?,
            path: path.to_path_buf(),
            _lock: lock,
        })
    }

    /// The format found when it was opened; `None` for a new folder.
    pub(super) fn format(&self) -> Option<u32> {
        self.format
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// From now on the folder is of the newest format.
    pub(super) fn set_format(&self) -> Result<(), StoreError> {
        self.write("format", &format!("maillage {FORMAT}\n"))
    }

    /// The relay's name.
    pub(super) fn relay(&self) -> &PeerId {
        &self.relay
    }

    /// Which of sled's folders counts. When the file that says so is damaged, the only folder there is does.
    pub(super) fn generation(&self) -> Result<u64, StoreError> {
        let text = read_text(&self.path.join("generation"))?;
        if let Some(generation) = text.and_then(|text| text.trim().parse().ok()) {
            return Ok(generation);
        }
        match self.generations()?.as_slice() {
            [only] => Ok(*only),
            _ => Err(StoreError::Damaged(
                "it does not say which part of it is current".to_owned(),
            )),
        }
    }

    /// The numbers of all folders of sled's.
    fn generations(&self) -> Result<Vec<u64>, StoreError> {
        let entries = fs::read_dir(&self.path).map_err(|error| io_error(&error))?;
        let mut generations = Vec::new();
        for entry in entries {
            let name = entry.map_err(|error| io_error(&error))?.file_name();
            let number = name.to_string_lossy();
            let number = number.strip_prefix("documents-");
            generations.extend(number.and_then(|number| number.parse::<u64>().ok()));
        }
        Ok(generations)
    }

    /// From now on another of sled's folders counts. What it holds must be durable.
    pub(super) fn set_generation(&self, generation: u64) -> Result<(), StoreError> {
        self.write("generation", &format!("{generation}\n"))
    }

    /// Where sled keeps its files.
    pub(super) fn documents(&self, generation: u64) -> PathBuf {
        self.path.join(format!("documents-{generation}"))
    }

    /// Where a folder of sled's goes that is too damaged to be opened; nothing of ours ever removes it.
    pub(super) fn aside(&self, generation: u64) -> PathBuf {
        self.path.join(format!("{ASIDE}{generation}"))
    }

    /// Every folder that was set aside.
    pub(super) fn all_aside(&self) -> Result<Vec<PathBuf>, StoreError> {
        let entries = fs::read_dir(&self.path).map_err(|error| io_error(&error))?;
        let mut all = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| io_error(&error))?;
            if entry.file_name().to_string_lossy().starts_with(ASIDE) {
                all.push(entry.path());
            }
        }
        all.sort();
        Ok(all)
    }

    /// Where a copy of one is read; goes with the folders of sled's that do not count.
    pub(super) fn salvage(&self) -> PathBuf {
        self.path.join("documents-salvage")
    }

    /// Where sled kept its files in format 1.
    pub(super) fn former_documents(&self) -> PathBuf {
        former_documents(&self.path)
    }

    /// Removes every folder of sled's that does not count.
    pub(super) fn remove_other_generations(&self, current: u64) -> Result<(), StoreError> {
        let entries = fs::read_dir(&self.path).map_err(|error| io_error(&error))?;
        for entry in entries {
            let entry = entry.map_err(|error| io_error(&error))?;
            let is_sleds = entry.file_name().to_string_lossy().starts_with("documents");
            if is_sleds && entry.path() != self.documents(current) {
                fs::remove_dir_all(entry.path()).map_err(|error| io_error(&error))?;
            }
        }
        Ok(())
    }

    /// The file of all keys.
    pub(super) fn keys(&self) -> PathBuf {
        self.path.join("keys")
    }

    /// The folder of packed changes too large for sled.
    pub(super) fn snapshots(&self) -> PathBuf {
        self.path.join("snapshots")
    }

    /// The file that witnesses how much was made durable.
    pub(super) fn witness(&self) -> PathBuf {
        self.path.join("witness")
    }

    /// The file that holds room on the disk for bad times.
    pub(super) fn reserve(&self) -> PathBuf {
        self.path.join("reserve")
    }

    /// Makes the names of files in the folder durable.
    pub(super) fn sync(&self, generation: u64) -> Result<(), StoreError> {
        [self.documents(generation), self.path.clone()]
            .iter()
            .try_for_each(|path| files::sync_folder(path))
            .map_err(|error| io_error(&error))
    }

    fn write(&self, name: &str, text: &str) -> Result<(), StoreError> {
        files::write_durably(&self.path.join(name), text.as_bytes())
            .map_err(|error| io_error(&error))
    }
}

/// Gives a folder that is no store yet the name of an earlier relay.
pub(super) fn name_relay(path: &Path, name: &PeerId) -> Result<(), StoreError> {
    fs::create_dir_all(path)
        .and_then(|()| files::write_durably(&path.join("relay"), format!("{name}\n").as_bytes()))
        .map_err(|error| io_error(&error))
}

fn former_documents(path: &Path) -> PathBuf {
    path.join("documents")
}

fn format(path: &Path) -> Result<Option<u32>, StoreError> {
    let file = path.join("format");
    let Some(text) = read_text(&file)? else {
        // Keys come before the format, but only an interrupted restore leaves more than the head of their file.
        let keys = fs::metadata(path.join("keys")).map_or(0, |keys| keys.len());
        if former_documents(path).exists() || keys > 16 {
            return Err(StoreError::Damaged(
                "its format file is missing, as after a restore that was interrupted".to_owned(),
            ));
        }
        return Ok(None);
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
    Ok(Some(found))
}

fn relay_name(path: &Path) -> Result<PeerId, StoreError> {
    if let Some(text) = read_text(&path.join("relay"))? {
        let is_text = text.trim().chars().all(|letter| letter.is_ascii_graphic());
        match PeerId::new(text.trim()) {
            Ok(name) if is_text => return Ok(name),
            _ => tracing::warn!("the relay's name is damaged; it gets another one"),
        }
    }
    let name = PeerId::from_entropy(seal::entropy()?);
    name_relay(path, &name)?;
    Ok(name)
}

/// A text file; what is no text reads as something that nobody wrote.
fn read_text(file: &Path) -> Result<Option<String>, StoreError> {
    let content = read_if_there(file)?;
    Ok(content.map(|content| String::from_utf8_lossy(&content).into_owned()))
}
