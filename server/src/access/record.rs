//! The record of one territory: a file to which entries are appended.
//!
//! A line `maillage record 1`, then for each entry its length (4 bytes, big-endian), the first 8 bytes of the SHA-256 of the sum before and
//! the entry, and the entry in CBOR. What a power cut left unfinished at the end was promised to nobody, and is cut off.

use crate::store::files;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::PersonId;
use maillage_shared::roster::{Entry, Roster};
use maillage_shared::store::StoreError;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const HEAD: &[u8] = b"maillage record 1\n";
const ENDING: &str = "record";
/// An entry is made of a request, which is shorter.
const ENTRY_BYTES: usize = 64 * 1024;

type Sum = [u8; 8];

/// The file of one record.
#[derive(Debug)]
pub(super) struct Record {
    path: PathBuf,
    /// Bytes that are whole.
    length: u64,
    last: Sum,
}

/// The territory whose record lies under this name; `None` for other files.
pub(super) fn space_of(path: &Path) -> Option<DocumentId> {
    let is_record = path.extension().is_some_and(|ending| ending == ENDING);
    path.file_stem()
        .filter(|_| is_record)?
        .to_str()?
        .parse()
        .ok()
}

/// How far a record goes, read from its file's name and bytes: its life, and entries in it. `None` when it is damaged.
pub(super) fn length(path: &Path, bytes: &[u8]) -> Option<(u64, u64)> {
    let mut roster = Roster::new(space_of(path)?);
    let (entries, _, _) = read(bytes)?;
    entries.iter().for_each(|entry| roster.apply(entry));
    Some((roster.generation(), roster.epoch()))
}

impl Record {
    /// Begins a record.
    pub(super) fn create(folder: &Path, space: DocumentId) -> io::Result<Self> {
        let path = folder.join(format!("{space}.{ENDING}"));
        files::write_privately(&path, HEAD)?;
        Ok(Self {
            path,
            length: HEAD.len() as u64,
            last: Sum::default(),
        })
    }

    /// Where it lies.
    pub(super) fn folder(&self) -> &Path {
        files::folder_of(&self.path)
    }

    /// Reads a record. Only what stands at its very end may be unfinished.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Entry>), StoreError> {
        let bytes = fs::read(path).map_err(|error| files::io_error(&error))?;
        let (entries, length, last) = read(&bytes)
            .ok_or_else(|| StoreError::Damaged(format!("the record {}", path.display())))?;
        if length < bytes.len() {
            tracing::warn!(path = %path.display(), "an entry that was not finished is cut off");
        }
        let record = Self {
            path: path.to_owned(),
            length: length as u64,
            last,
        };
        Ok((record, entries))
    }

    /// Everything written so far.
    pub(super) fn entries(&self) -> io::Result<Vec<Entry>> {
        let bytes = fs::read(&self.path)?;
        read(&bytes)
            .map(|(entries, _, _)| entries)
            .ok_or_else(|| io::Error::other("it is damaged"))
    }

    /// Appends entries, and returns once they are on the disk. After an error nothing of them counts.
    pub(super) fn append(&mut self, entries: &[Entry]) -> io::Result<()> {
        let (bytes, last) = write(entries, self.last);
        let mut file = File::options().write(true).open(&self.path)?;
        // What an earlier failure left is overwritten.
        file.set_len(self.length)?;
        io::Seek::seek(&mut file, io::SeekFrom::Start(self.length))?;
        file.write_all(&bytes)?;
        file.sync_data()?;
        self.length += bytes.len() as u64;
        self.last = last;
        Ok(())
    }

    /// Writes the record anew without what it knows of some people.
    pub(super) fn forget(&mut self, erased: impl Fn(PersonId) -> bool) -> io::Result<()> {
        let kept: Vec<Entry> = self
            .entries()?
            .into_iter()
            .map(|entry| Entry {
                deed: entry.deed.without(&erased),
                ..entry
            })
            .collect();
        let (bytes, last) = write(&kept, Sum::default());
        let content = [HEAD, &bytes].concat();
        files::write_privately(&self.path, &content)?;
        self.length = content.len() as u64;
        self.last = last;
        Ok(())
    }
}

fn write(entries: &[Entry], mut last: Sum) -> (Vec<u8>, Sum) {
    let mut bytes = Vec::new();
    for entry in entries {
        // Writing to a Vec cannot fail.
        let content = minicbor::to_vec(entry).unwrap_or_default();
        last = sum(last, &content);
        bytes.extend_from_slice(&(content.len() as u32).to_be_bytes());
        bytes.extend_from_slice(&last);
        bytes.extend_from_slice(&content);
    }
    (bytes, last)
}

/// The entries, how many bytes they take, and the last sum; `None` when something before the end is not as it was written.
fn read(bytes: &[u8]) -> Option<(Vec<Entry>, usize, Sum)> {
    let mut entries = Vec::new();
    let mut last = Sum::default();
    let mut rest = bytes.strip_prefix(HEAD)?;
    while let Some((found, after)) = next(rest) {
        if found.sum != sum(last, found.content) {
            // A write that was cut short may leave any bytes, but nothing after them.
            return (after.is_empty() || after.iter().all(|byte| *byte == 0))
                .then(|| (entries, bytes.len() - rest.len(), last));
        }
        entries.push(minicbor::decode(found.content).ok()?);
        last = found.sum;
        rest = after;
    }
    Some((entries, bytes.len() - rest.len(), last))
}

struct Found<'a> {
    sum: Sum,
    content: &'a [u8],
}

/// The next entry; `None` when there is none that is whole.
fn next(bytes: &[u8]) -> Option<(Found<'_>, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (sum, rest) = rest.split_first_chunk::<8>()?;
    let length = u32::from_be_bytes(*length) as usize;
    if length == 0 || length > ENTRY_BYTES {
        return None;
    }
    let (content, rest) = rest.split_at_checked(length)?;
    Some((Found { sum: *sum, content }, rest))
}

fn sum(before: Sum, content: &[u8]) -> Sum {
    let digest = Sha256::new()
        .chain_update(before)
        .chain_update(content)
        .finalize();
    let mut sum = Sum::default();
    sum.copy_from_slice(&digest[..8]);
    sum
}
