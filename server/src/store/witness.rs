//! A witness of how much was made durable, in a small file outside sled.
//!
//! When the start or the end of sled's file is damaged, sled opens without what was there, and without a word. The store therefore counts
//! its writes in sled and, after each one is durable, in this file as well: a sled that counts less than its witness has lost something.
//! The file is overwritten in place and not synced, because a witness that is behind only sees less.

use super::files::io_error;
use maillage_shared::store::StoreError;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// The open witness file.
#[derive(Debug)]
pub(super) struct Witness {
    file: File,
    seen: u64,
}

impl Witness {
    /// Opens the witness, or makes one that has seen nothing.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let open = || -> io::Result<(File, Vec<u8>)> {
            let mut file = File::options()
                .create(true)
                .truncate(false)
                .read(true)
                .write(true)
                .open(path)?;
            let mut content = Vec::new();
            file.read_to_end(&mut content)?;
            Ok((file, content))
        };
        let (file, content) = open().map_err(|error| io_error(&error))?;
        // Anything unreadable is what a power cut left of a file that was just made: no witness.
        let seen = decode(&content).unwrap_or(0);
        Ok(Self { file, seen })
    }

    /// How many writes it has seen become durable; there may have been a few more.
    pub(super) fn seen(&self) -> u64 {
        self.seen
    }

    /// Notes that so many writes are durable.
    pub(super) fn note(&mut self, writes: u64) -> io::Result<()> {
        self.seen = writes;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&encode(writes))
    }
}

fn encode(writes: u64) -> [u8; 16] {
    let number = writes.to_be_bytes();
    let mut content = [0; 16];
    content[..8].copy_from_slice(&number);
    content[8..].copy_from_slice(&Sha256::digest(number)[..8]);
    content
}

fn decode(content: &[u8]) -> Option<u64> {
    let writes = u64::from_be_bytes(*content.first_chunk::<8>()?);
    (content == encode(writes)).then_some(writes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_is_seen_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("witness");
        let mut witness = Witness::open(&path).unwrap();
        assert_eq!(witness.seen(), 0);
        witness.note(300).unwrap();
        witness.note(7).unwrap();
        assert_eq!(Witness::open(&path).unwrap().seen(), 7);
    }

    #[test]
    fn half_a_witness_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("witness");
        for content in [&[0; 16][..], &[1; 5]] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(Witness::open(&path).unwrap().seen(), 0);
        }
    }
}
