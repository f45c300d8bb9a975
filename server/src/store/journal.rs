//! The journal: a file in front of sled where what is written becomes durable at once, and cheaply.
//!
//! To make one batch durable sled writes two buffers and wakes all its threads for each of them, which costs a millisecond of processor;
//! a write into a file that has its full length already, and `fdatasync`, cost a fifth of that. So a batch is appended here, then given
//! to sled in memory, and what sled has is made durable when the journal is full. After a crash the journal is read again: giving sled
//! once more what it has already changes nothing, because all batches since then are here, in their order.
//!
//! - The file has [`LENGTH`] bytes from the beginning and is overwritten in place. It starts with 16 random bytes, drawn whenever it is
//!   begun anew.
//! - An entry is its length (4 bytes, big-endian, never 0), a checksum (16 bytes) and a batch. The checksum is the start of a SHA-256 over
//!   the checksum before (that of the first entry: the random bytes), the length and the batch. What an earlier round left behind the last
//!   entry is therefore never taken for its continuation.
//! - Values are sealed before they come here, as in sled.

use super::batch::Batch;
use super::files::{self, io_error, read_if_there};
use super::seal;
use maillage_shared::store::StoreError;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Bytes of the file. What is in it is read at a start.
const LENGTH: usize = 1024 * 1024;

/// Bytes that the file is first filled by.
const PIECE_BYTES: usize = 4096;

const CHECK_BYTES: usize = 16;
const ENTRY_HEAD_BYTES: usize = 4 + CHECK_BYTES;

type Check = [u8; CHECK_BYTES];

/// The open journal.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    tail: Tail,
}

/// Where the next entry goes, and what its checksum builds on.
#[derive(Debug, Clone, Copy)]
struct Tail {
    end: usize,
    last: Check,
}

impl Tail {
    /// The tail of a journal with nothing in it that starts with these bytes.
    fn after(start: Check) -> Self {
        Self {
            end: CHECK_BYTES,
            last: start,
        }
    }
}

impl Journal {
    /// Opens the journal, or makes one, and gives back what is in it, durable, oldest first.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Batch>), StoreError> {
        let content = read_if_there(path)?.unwrap_or_default();
        let (batches, tail) = read(&content);
        let open = || -> io::Result<File> {
            let mut file = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(path)?;
            // For a new one, and for one whose end was torn off. In small pieces, since Linux looks through all of a piece at each later
            // write.
            file.seek(SeekFrom::Start(content.len() as u64))?;
            for zeros in vec![0; LENGTH.saturating_sub(content.len())].chunks(PIECE_BYTES) {
                file.write_all(zeros)?;
            }
            if content.len() < LENGTH {
                file.sync_all()?;
                files::sync_folder(files::folder_of(path))?;
            }
            // What a killed process wrote and did not see through is read, so it has to be durable too.
            file.sync_data()?;
            Ok(file)
        };
        let file = open().map_err(|error| io_error(&error))?;
        Ok((Self { file, tail }, batches))
    }

    /// Appends a batch and returns once it is on the disk, or says that there is no room for it.
    pub(super) fn append(&mut self, batch: &Batch) -> Result<bool, StoreError> {
        let batch = batch.encode();
        let end = self.tail.end + ENTRY_HEAD_BYTES + batch.len();
        if end > LENGTH {
            return Ok(false);
        }
        let length = (batch.len() as u32).to_be_bytes();
        let last = check(&self.tail.last, length, &batch);
        self.write(&[&length, &last[..], &batch].concat(), self.tail.end)?;
        self.tail = Tail { end, last };
        Ok(true)
    }

    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.tail.end == CHECK_BYTES
    }

    /// Begins anew: everything in it must be durable elsewhere.
    pub(super) fn begin_anew(&mut self) -> Result<(), StoreError> {
        let start: Check = seal::entropy()?;
        self.write(&start, 0)?;
        self.tail = Tail::after(start);
        Ok(())
    }

    fn write(&self, bytes: &[u8], at: usize) -> Result<(), StoreError> {
        let written = self.file.write_all_at(bytes, at as u64);
        written
            .and_then(|()| self.file.sync_data())
            .map_err(|error| io_error(&error))
    }
}

/// The batches up to the first that is not intact, and where the next one goes.
fn read(content: &[u8]) -> (Vec<Batch>, Tail) {
    let (start, mut rest) = match content.split_first_chunk::<CHECK_BYTES>() {
        Some((start, rest)) => (*start, rest),
        None => ([0; CHECK_BYTES], &[][..]),
    };
    let mut tail = Tail::after(start);
    let mut batches = Vec::new();
    while let Some((batch, last, behind)) = entry(&tail.last, rest) {
        batches.push(batch);
        tail = Tail {
            end: tail.end + rest.len() - behind.len(),
            last,
        };
        rest = behind;
    }
    (batches, tail)
}

/// The next entry, its checksum, and what comes behind it.
fn entry<'a>(last: &Check, content: &'a [u8]) -> Option<(Batch, Check, &'a [u8])> {
    let (length, rest) = content.split_first_chunk::<4>()?;
    let (found, rest) = rest.split_first_chunk::<CHECK_BYTES>()?;
    let (batch, behind) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    let is_intact = !batch.is_empty() && *found == check(last, *length, batch);
    let batch = Batch::decode(batch).filter(|_| is_intact)?;
    Some((batch, *found, behind))
}

fn check(last: &Check, length: [u8; 4], batch: &[u8]) -> Check {
    let digest = Sha256::new()
        .chain_update(last)
        .chain_update(length)
        .chain_update(batch)
        .finalize();
    let mut check = [0; CHECK_BYTES];
    check.copy_from_slice(&digest[..CHECK_BYTES]);
    check
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::PathBuf;
    use tempfile::TempDir;

    fn batch(name: &str, bytes: usize) -> Batch {
        let mut batch = Batch::default();
        batch.insert(name.into(), vec![7; bytes]);
        batch.remove(b"other".to_vec());
        batch
    }

    fn place() -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        (folder, path)
    }

    fn found(path: &Path) -> Vec<Batch> {
        Journal::open(path).unwrap().1
    }

    #[test]
    fn what_was_appended_is_found_again_and_more_can_follow() {
        let (_folder, path) = place();
        let (mut journal, before) = Journal::open(&path).unwrap();
        assert!(before.is_empty() && journal.is_empty());
        assert_eq!(journal.append(&batch("one", 10)), Ok(true));
        let (mut journal, before) = Journal::open(&path).unwrap();
        assert_eq!(before, [batch("one", 10)]);
        assert!(!journal.is_empty());
        assert_eq!(journal.append(&batch("two", 0)), Ok(true));
        assert_eq!(found(&path), [batch("one", 10), batch("two", 0)]);
    }

    #[test]
    fn it_never_grows_and_says_when_it_is_full() {
        let (_folder, path) = place();
        let (mut journal, _) = Journal::open(&path).unwrap();
        let mut kept = 0;
        while journal.append(&batch("one", 100_000)).unwrap() {
            kept += 1;
        }
        assert_eq!(kept, LENGTH / 100_000);
        assert_eq!(found(&path).len(), kept);
        assert_eq!(fs::metadata(&path).unwrap().len(), LENGTH as u64);
    }

    #[test]
    fn what_an_earlier_round_left_does_not_come_back() {
        let (_folder, path) = place();
        let (mut journal, _) = Journal::open(&path).unwrap();
        for name in ["one", "two", "tri"] {
            journal.append(&batch(name, 10)).unwrap();
        }
        journal.begin_anew().unwrap();
        assert!(journal.is_empty());
        assert_eq!(found(&path), []);
        // As long as the one whose place it takes: the next of that round lies right behind it.
        journal.append(&batch("new", 10)).unwrap();
        assert_eq!(found(&path), [batch("new", 10)]);
    }

    #[test]
    fn whatever_is_torn_or_damaged_costs_what_comes_after_it_only() {
        let (_folder, path) = place();
        let (mut journal, _) = Journal::open(&path).unwrap();
        let mut ends = vec![journal.tail.end];
        let all: Vec<Batch> = ["one", "two", "tri"].map(|name| batch(name, 30)).into();
        for batch in &all {
            journal.append(batch).unwrap();
            ends.push(journal.tail.end);
        }
        let whole = fs::read(&path).unwrap();
        let intact = |at: usize| ends.iter().filter(|end| **end <= at).count();
        for at in 0..journal.tail.end {
            let expected = &all[..intact(at).saturating_sub(1)];
            let mut damaged = whole.clone();
            damaged[at] ^= 0x40;
            fs::write(&path, damaged).unwrap();
            assert_eq!(found(&path), expected, "byte {at} damaged");
            fs::write(&path, &whole[..at]).unwrap();
            assert_eq!(found(&path), expected, "torn at byte {at}");
        }
    }

    #[test]
    fn a_torn_journal_goes_on_where_it_is_intact() {
        let (_folder, path) = place();
        let (mut journal, _) = Journal::open(&path).unwrap();
        journal.append(&batch("one", 10)).unwrap();
        let torn = journal.tail.end + 5;
        journal.append(&batch("two", 10)).unwrap();
        let content = fs::read(&path).unwrap();
        fs::write(&path, &content[..torn]).unwrap();
        let (mut journal, before) = Journal::open(&path).unwrap();
        assert_eq!(before, [batch("one", 10)]);
        journal.append(&batch("tri", 400)).unwrap();
        assert_eq!(found(&path), [batch("one", 10), batch("tri", 400)]);
        assert_eq!(fs::metadata(&path).unwrap().len(), LENGTH as u64);
    }
}
