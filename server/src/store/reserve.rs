//! Room on the disk that is held back for bad times.
//!
//! On a full disk sled stops answering, also to readers, and needs some room to be opened again. So a file of some mebibytes lies beside
//! it: when the disk is full the file goes, sled opens again and serves readers, and nothing is written until the file could be made anew.

use super::files::io_error;
use maillage_shared::store::StoreError;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

/// What opening sled may take: one or two of its segments, a map of its pages, and what it is given again from the journal.
const BYTES: u64 = 4 * 1024 * 1024;

/// What must be free besides when the room is taken: otherwise the disk would be full again after a few more writes.
const SPARE_BYTES: u64 = BYTES;

/// The file that holds the room.
#[derive(Debug)]
pub(super) struct Reserve {
    path: PathBuf,
    is_held: bool,
}

impl Reserve {
    /// The file may be there from an earlier run.
    pub(super) fn new(path: PathBuf) -> Self {
        let is_held = fs::metadata(&path).is_ok_and(|file| file.len() == BYTES);
        Self { path, is_held }
    }

    /// Whether the room is there to be used.
    pub(super) fn is_held(&self) -> bool {
        self.is_held
    }

    /// Makes sure that the room is held; on a full disk this fails, and nothing else should be written.
    pub(super) fn hold(&mut self) -> Result<(), StoreError> {
        if self.is_held {
            return Ok(());
        }
        self.write().map_err(|error| {
            self.release();
            io_error(&error)
        })?;
        self.is_held = true;
        Ok(())
    }

    /// Gives the room back to the disk.
    pub(super) fn release(&mut self) {
        self.is_held = false;
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "the reserve on the disk cannot be given back");
            }
            _ => {}
        }
    }

    fn write(&self) -> io::Result<()> {
        let mut file = File::create(&self.path)?;
        // Random, for file systems that would not spend room on zeros.
        let mut block = vec![0; 64 * 1024];
        getrandom::fill(&mut block).map_err(io::Error::other)?;
        for _ in 0..(BYTES + SPARE_BYTES) / block.len() as u64 {
            file.write_all(&block)?;
        }
        file.sync_all()?;
        file.set_len(BYTES)
    }
}
