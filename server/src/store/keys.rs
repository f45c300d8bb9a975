//! The keys of all documents, in one file beside sled. Whoever has no key reads nothing: erasing a document is erasing its key here.
//!
//! The file is a log: a head of 16 bytes, then 64 bytes for each key (the document's 16, the key's 32, and the first 16 of the SHA-256
//! of both). A new document costs 64 bytes at its end and one `fdatasync`; erasing writes the file anew. A key of zeros says that the
//! document was erased and that what sled holds of it may still have to go. Of several entries for one document the last counts.

use super::files::{io_error, read_if_there, write_privately};
use super::seal::{KEY_BYTES, Key};
use maillage_shared::id::DocumentId;
use maillage_shared::store::StoreError;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const HEAD: &[u8; 16] = b"maillage keys 1\n";
/// Bytes of an entry.
pub(super) const ENTRY_BYTES: usize = 64;
const ERASED: [u8; KEY_BYTES] = [0; KEY_BYTES];

/// The open file and what it holds.
#[derive(Debug)]
pub(super) struct Keys {
    path: PathBuf,
    file: File,
    keys: HashMap<DocumentId, Key>,
    erased: HashSet<DocumentId>,
    /// Where the next entry goes, in bytes.
    end: u64,
    unreadable: usize,
}

impl Keys {
    /// Makes a file without keys.
    pub(super) fn create(path: &Path) -> Result<Self, StoreError> {
        write_privately(path, HEAD).map_err(|error| io_error(&error))?;
        Self::open(path)
    }

    /// Reads the file. An end that was torn while it was written was promised to nobody, and is cut off.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let damaged = |what: &str| StoreError::Damaged(format!("its file of keys {what}"));
        let content = read_if_there(path)?.ok_or_else(|| damaged("is missing"))?;
        let (head, entries) = content
            .split_first_chunk::<{ HEAD.len() }>()
            .ok_or_else(|| damaged("is cut short"))?;
        let (entries, _torn) = entries.as_chunks::<ENTRY_BYTES>();
        let mut decoded: Vec<_> = entries.iter().map(decode).collect();
        // A torn head alone says nothing against the entries, which have their own checksums.
        if head != HEAD && decoded.iter().all(Option::is_none) {
            return Err(damaged("does not start as it must"));
        }
        if decoded.last().is_some_and(Option::is_none) {
            decoded.pop();
        }
        let file = File::options()
            .write(true)
            .open(path)
            .map_err(|error| io_error(&error))?;
        let mut keys = Self {
            path: path.to_path_buf(),
            file,
            keys: HashMap::with_capacity(decoded.len()),
            erased: HashSet::new(),
            end: (HEAD.len() + decoded.len() * ENTRY_BYTES) as u64,
            unreadable: usize::from(head != HEAD),
        };
        for entry in decoded {
            match entry {
                Some((document, key)) => keys.note(document, key),
                None => keys.unreadable += 1,
            }
        }
        if (content.len() as u64) > keys.end {
            keys.cut().map_err(|error| io_error(&error))?;
        }
        Ok(keys)
    }

    /// The key of a document.
    pub(super) fn get(&self, document: DocumentId) -> Option<Key> {
        self.keys.get(&document).cloned()
    }

    /// Every document that has a key.
    pub(super) fn documents(&self) -> impl Iterator<Item = DocumentId> {
        self.keys.keys().copied()
    }

    /// Documents that were erased and of which something unreadable may be left.
    pub(super) fn erased(&self) -> Vec<DocumentId> {
        self.erased.iter().copied().collect()
    }

    /// Whether this document was erased and what is left of it has not been cleared away.
    pub(super) fn is_erased(&self, document: DocumentId) -> bool {
        self.erased.contains(&document)
    }

    /// What is left of an erased document has been cleared away.
    pub(super) fn cleared(&mut self, document: DocumentId) {
        self.erased.remove(&document);
    }

    /// Parts that could not be read: some documents may have lost their key.
    pub(super) fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// Gives a key to each of these documents and returns once they are durable; on an error none of them has one.
    pub(super) fn add(&mut self, documents: &[DocumentId]) -> Result<(), StoreError> {
        if documents.is_empty() {
            return Ok(());
        }
        let drawn = documents
            .iter()
            .map(|document| Ok((*document, Key::draw()?)))
            .collect::<Result<Vec<_>, StoreError>>()?;
        let entries: Vec<u8> = drawn
            .iter()
            .flat_map(|(document, key)| encode(*document, key.as_bytes()))
            .collect();
        if let Err(error) = self.append(&entries) {
            // If the cut fails too, the next entry is written over what is there.
            let _ = self.cut();
            return Err(io_error(&error));
        }
        self.end += entries.len() as u64;
        for (document, key) in drawn {
            self.note(document, key);
        }
        Ok(())
    }

    /// Erases keys and returns once no file holds them any more; on an error they may be there still.
    pub(super) fn erase(&mut self, documents: &[DocumentId]) -> Result<(), StoreError> {
        let mut content = HEAD.to_vec();
        for (document, key) in &self.keys {
            if !documents.contains(document) {
                content.extend(encode(*document, key.as_bytes()));
            }
        }
        for document in self.erased.iter().chain(documents) {
            content.extend(encode(*document, &ERASED));
        }
        write_privately(&self.path, &content).map_err(|error| io_error(&error))?;
        *self = Self::open(&self.path)?;
        Ok(())
    }

    fn note(&mut self, document: DocumentId, key: Key) {
        if *key.as_bytes() == ERASED {
            self.keys.remove(&document);
            self.erased.insert(document);
        } else {
            self.erased.remove(&document);
            self.keys.insert(document, key);
        }
    }

    fn append(&mut self, entries: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(entries)?;
        self.file.sync_data()
    }

    fn cut(&mut self) -> io::Result<()> {
        self.file.set_len(self.end)?;
        self.file.sync_all()
    }
}

/// The entry of a document's key.
pub(super) fn encode(document: DocumentId, key: &[u8; KEY_BYTES]) -> [u8; ENTRY_BYTES] {
    let mut entry = [0; ENTRY_BYTES];
    entry[..16].copy_from_slice(document.as_bytes());
    entry[16..48].copy_from_slice(key);
    let checksum = Sha256::digest(&entry[..48]);
    entry[48..].copy_from_slice(&checksum[..16]);
    entry
}

/// Reads an entry; `None` when it is damaged.
pub(super) fn decode(entry: &[u8; ENTRY_BYTES]) -> Option<(DocumentId, Key)> {
    let (document, rest) = entry.split_first_chunk::<16>()?;
    let (key, _) = rest.split_first_chunk::<KEY_BYTES>()?;
    let document = DocumentId::from_bytes(*document).ok()?;
    (encode(document, key) == *entry).then(|| (document, Key::from_bytes(*key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use maillage_shared::testing::contract::document;
    use std::fs;

    fn keys(numbers: &[u8]) -> (tempfile::TempDir, PathBuf, Keys) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let mut keys = Keys::create(&path).unwrap();
        for number in numbers {
            keys.add(&[document(*number)]).unwrap();
        }
        (folder, path, keys)
    }

    #[test]
    fn keys_are_found_again() {
        let (_folder, path, keys) = keys(&[1, 2]);
        let again = Keys::open(&path).unwrap();
        for number in [1, 2, 3] {
            assert_eq!(again.get(document(number)), keys.get(document(number)));
        }
        assert_ne!(again.get(document(1)), again.get(document(2)));
    }

    #[test]
    fn a_new_key_costs_sixty_four_bytes() {
        let (_folder, path, mut keys) = keys(&[1, 2]);
        let before = fs::metadata(&path).unwrap().len();
        keys.add(&[document(3)]).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len() - before, 64);
    }

    #[test]
    fn an_erased_key_is_in_the_file_no_more() {
        let (_folder, path, mut keys) = keys(&[1, 2]);
        let erased = keys.get(document(1)).unwrap();
        keys.erase(&[document(1)]).unwrap();
        let content = fs::read(&path).unwrap();
        assert!(
            !content
                .windows(8)
                .any(|part| part == &erased.as_bytes()[..8])
        );
        let mut again = Keys::open(&path).unwrap();
        assert_eq!(again.get(document(1)), None);
        assert!(again.is_erased(document(1)));
        assert_eq!(again.get(document(2)), keys.get(document(2)));
        again.add(&[document(1)]).unwrap();
        assert!(!Keys::open(&path).unwrap().is_erased(document(1)));
        assert_ne!(again.get(document(1)), Some(erased));
    }

    #[test]
    fn a_torn_end_is_cut_off_and_a_torn_middle_loses_what_lay_there() {
        let (_folder, path, keys) = keys(&[1, 2, 3]);
        let whole = fs::read(&path).unwrap();
        for cut in 1..64 {
            fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            let mut torn = Keys::open(&path).unwrap();
            assert_eq!(torn.get(document(3)), None);
            torn.add(&[document(4)]).unwrap();
            let again = Keys::open(&path).unwrap();
            assert_eq!(again.get(document(4)), torn.get(document(4)));
            assert_eq!(again.unreadable(), 0);
        }
        let mut damaged = whole;
        damaged[16 + 64 + 20] ^= 1;
        fs::write(&path, damaged).unwrap();
        let damaged = Keys::open(&path).unwrap();
        assert_eq!((damaged.get(document(2)), damaged.unreadable()), (None, 1));
        assert_eq!(damaged.get(document(3)), keys.get(document(3)));
    }

    #[test]
    fn a_torn_head_costs_no_key() {
        let (_folder, path, keys) = keys(&[1]);
        let mut content = fs::read(&path).unwrap();
        content[..16].fill(0);
        fs::write(&path, content).unwrap();
        let torn = Keys::open(&path).unwrap();
        assert_eq!(torn.get(document(1)), keys.get(document(1)));
        assert_eq!(torn.unreadable(), 1);
    }

    #[test]
    fn a_file_that_is_missing_or_something_else_is_damage() {
        let (_folder, path, _) = keys(&[1]);
        fs::write(&path, [0; 80]).unwrap();
        assert!(matches!(Keys::open(&path), Err(StoreError::Damaged(_))));
        fs::remove_file(&path).unwrap();
        assert!(matches!(Keys::open(&path), Err(StoreError::Damaged(_))));
    }
}
