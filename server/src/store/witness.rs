//! A witness of how much was made durable, in a small file outside sled.
//!
//! When the start or the end of sled's file is damaged, sled opens without what was there, and without a word. The store therefore counts
//! its writes in sled and, after each one is durable, in this file as well: a sled that counts less than its witness has lost something.
//! The file is overwritten in place and not synced, because a witness that is behind only sees less. To accept a loss, remove it.

use super::folder::io_error;
use maillage_shared::store::StoreError;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// The open witness file.
#[derive(Debug)]
pub(super) struct Witness {
    file: File,
}

impl Witness {
    /// Opens the witness and compares: `writes` is what sled counts.
    pub(super) fn open(path: &Path, writes: u64) -> Result<Self, StoreError> {
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
        if let Some(seen) = decode(&content)
            && seen > writes
        {
            return Err(StoreError::Damaged(format!(
                "{} of its {seen} writes are missing",
                seen - writes
            )));
        }
        Ok(Self { file })
    }

    /// Notes that so many writes are durable.
    pub(super) fn note(&mut self, writes: u64) -> io::Result<()> {
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
    fn fewer_writes_than_were_witnessed_are_damage() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("witness");
        Witness::open(&path, 0).unwrap().note(7).unwrap();
        assert!(Witness::open(&path, 7).is_ok());
        assert!(Witness::open(&path, 8).is_ok());
        let expected = StoreError::Damaged("1 of its 7 writes are missing".to_owned());
        assert_eq!(Witness::open(&path, 6).unwrap_err(), expected);
    }

    #[test]
    fn half_a_witness_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("witness");
        std::fs::write(&path, [0; 16]).unwrap();
        assert!(Witness::open(&path, 0).is_ok());
        std::fs::write(&path, [1; 5]).unwrap();
        assert!(Witness::open(&path, 0).is_ok());
    }
}
