//! Many changes as one value: their hashes, lengths and bytes one after the other, deflated as a whole.
//!
//! automerge's own format is smaller still, but every change would have to be computed from it again whenever the document opens: the
//! relay answers from single changes.

use super::files::{self, io_error};
use super::record::FileHash;
use super::seal::{Key, Nonces};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::store::{StoreError, StoredChange};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Packed changes of more bytes than this get a file of their own.
pub(super) const INLINE_BYTES: usize = 16 * 1024;

/// What the hash and the length of a change take beside its bytes.
const HEAD_BYTES: u64 = 32 + 4;

/// The most that packed changes may be inflated to where nobody knows how much they hold, in bytes: far above what a document may be.
pub(crate) const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// What so many changes of so many bytes are inflated to at most. Twice that, since a change that was lost and came back is counted anew.
pub(super) fn most_bytes(changes: u64, bytes: u64) -> u64 {
    let heads = changes.saturating_mul(HEAD_BYTES);
    let all = bytes.saturating_add(heads).saturating_mul(2);
    all.clamp(LEAST_BYTES, MOST_BYTES)
}

/// No bound is lower than this: so much is nothing, and a manifest may have been counted from less than there is.
const LEAST_BYTES: u64 = 1024 * 1024;

/// Packs changes.
pub(crate) fn pack(changes: &[StoredChange]) -> io::Result<Vec<u8>> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    for change in changes {
        packed.write_all(&change.hash.0)?;
        packed.write_all(&(change.bytes.len() as u32).to_be_bytes())?;
        packed.write_all(&change.bytes)?;
    }
    packed.finish()
}

/// Unpacks changes; `None` when these bytes are not packed changes, or more than `most` bytes of them.
pub(crate) fn unpack(packed: &[u8], most: u64) -> Option<Vec<StoredChange>> {
    let mut plain = Vec::new();
    let mut inflating = ZlibDecoder::new(packed).take(most);
    inflating.read_to_end(&mut plain).ok()?;
    // Also reads the checksum at the end.
    if inflating.into_inner().read(&mut [0]).ok()? > 0 {
        return None;
    }
    let mut changes = Vec::new();
    let mut rest = plain.as_slice();
    while !rest.is_empty() {
        let (hash, after) = rest.split_first_chunk::<32>()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let (bytes, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        changes.push(StoredChange {
            hash: ChangeHash(*hash),
            bytes: Arc::from(bytes),
        });
        rest = after;
    }
    Some(changes)
}

/// The files of packed changes, each sealed and named after the SHA-256 of its content.
#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
}

impl Files {
    /// The files in this folder, which is made if it is missing.
    pub(super) fn open(folder: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(folder).map_err(|error| io_error(&error))?;
        Ok(Self {
            folder: folder.to_path_buf(),
        })
    }

    /// Seals packed changes into a file and returns its name once it is durable.
    pub(super) fn write(
        &self,
        document: DocumentId,
        secret: &Key,
        nonces: &Nonces,
        packed: &[u8],
    ) -> Result<FileHash, StoreError> {
        let sealed = secret.seal(nonces, &place(document), packed)?;
        let hash = Sha256::digest(&sealed).into();
        files::write_durably(&self.path(&hash), &sealed).map_err(|error| io_error(&error))?;
        Ok(hash)
    }

    /// The packed changes of a file; `None` when it is missing or damaged.
    pub(super) fn read(
        &self,
        document: DocumentId,
        secret: &Key,
        hash: &FileHash,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let sealed = files::read_if_there(&self.path(hash))?;
        Ok(sealed.and_then(|sealed| secret.open(&place(document), &sealed)))
    }

    /// The names of all files.
    pub(super) fn names(&self) -> Result<HashSet<FileHash>, StoreError> {
        let entries = fs::read_dir(&self.folder).map_err(|error| io_error(&error))?;
        let mut names = HashSet::new();
        for entry in entries {
            let name = entry.map_err(|error| io_error(&error))?.file_name();
            let mut hash = FileHash::default();
            // What is named otherwise was never finished.
            if hex::decode_to_slice(&*name.to_string_lossy(), &mut hash).is_ok() {
                names.insert(hash);
            }
        }
        Ok(names)
    }

    /// Bytes of a file on the disk; 0 when it is missing.
    pub(super) fn length(&self, hash: &FileHash) -> u64 {
        fs::metadata(self.path(hash)).map_or(0, |file| file.len())
    }

    /// Removes a file that no record names any more. One that stays is removed at the next start.
    pub(super) fn remove(&self, hash: &FileHash) {
        if let Err(error) = fs::remove_file(self.path(hash)) {
            tracing::debug!(%error, "a file of changes could not be removed");
        }
    }

    /// Removes all files but these: what was left when something was interrupted.
    pub(super) fn keep_only(&self, kept: &HashSet<FileHash>) -> Result<(), StoreError> {
        let entries = fs::read_dir(&self.folder).map_err(|error| io_error(&error))?;
        let names: HashSet<_> = kept.iter().map(hex::encode).collect();
        for entry in entries {
            let entry = entry.map_err(|error| io_error(&error))?;
            if !names.contains(&*entry.file_name().to_string_lossy()) {
                fs::remove_file(entry.path()).map_err(|error| io_error(&error))?;
            }
        }
        Ok(())
    }

    fn path(&self, hash: &FileHash) -> PathBuf {
        self.folder.join(hex::encode(hash))
    }
}

/// What a sealed file is bound to.
fn place(document: DocumentId) -> Vec<u8> {
    [b"f", &document.as_bytes()[..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use maillage_shared::testing::contract::change;

    #[test]
    fn packed_changes_come_back_byte_for_byte() {
        let changes: Vec<_> = [0, 1, 70_000].map(|length| change(&vec![7; length])).into();
        let packed = pack(&changes).unwrap();
        assert_eq!(unpack(&packed, MOST_BYTES), Some(changes));
        assert_eq!(unpack(b"something else", MOST_BYTES), None);
    }

    #[test]
    fn no_more_is_inflated_than_a_document_may_hold() {
        let changes: Vec<_> = [100, 200].map(|length| change(&vec![7; length])).into();
        let bytes: usize = changes.iter().map(|change| change.bytes.len()).sum();
        let plain = 2 * HEAD_BYTES + bytes as u64;
        let packed = pack(&changes).unwrap();
        assert_eq!(unpack(&packed, plain), Some(changes));
        assert_eq!(unpack(&packed, plain - 1), None);
        // A mebibyte of nothing is a kibibyte of packed bytes.
        let mut bomb = ZlibEncoder::new(Vec::new(), Compression::default());
        bomb.write_all(&vec![0; 64 * 1024 * 1024]).unwrap();
        assert_eq!(
            unpack(&bomb.finish().unwrap(), most_bytes(2, bytes as u64)),
            None
        );
    }
}
