//! What authors have signed of one document: a file beside the records to which signatures are appended, each of the same length.
//!
//! Nothing is promised about it: phones have their own signatures too, and bring what is missing here. Each is proved when it is read.

use crate::store::files;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{AUTHORSHIP_BYTES, Authorship};
use std::fs;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const ENDING: &str = "signatures";

/// Where those of a document lie.
pub(super) fn path(folder: &Path, document: DocumentId) -> PathBuf {
    folder.join(format!("{document}.{ENDING}"))
}

/// The document whose signatures lie under this name; `None` for other files.
pub(super) fn document_of(path: &Path) -> Option<DocumentId> {
    let is_ours = path.extension().is_some_and(|ending| ending == ENDING);
    path.file_stem().filter(|_| is_ours)?.to_str()?.parse().ok()
}

/// Reads those that hold.
pub(super) fn read(folder: &Path, document: DocumentId) -> io::Result<Vec<Authorship>> {
    let bytes = match fs::read(path(folder, document)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let whole = bytes.len() - bytes.len() % AUTHORSHIP_BYTES;
    let words = Authorship::decode_all(&bytes[..whole]).unwrap_or_default();
    let holds = |word: &Authorship| word.holds(document);
    Ok(words.into_iter().filter(holds).collect())
}

/// Adds some at the end, over what an earlier write may have left unfinished.
pub(super) fn append(folder: &Path, document: DocumentId, words: &[Authorship]) -> io::Result<()> {
    let mut file = files::private()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path(folder, document))?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length - length % AUTHORSHIP_BYTES as u64))?;
    file.write_all(&Authorship::encode_all(words))
}

/// Writes the file anew with these only.
pub(super) fn replace(folder: &Path, document: DocumentId, words: &[Authorship]) -> io::Result<()> {
    files::write_privately(&path(folder, document), &Authorship::encode_all(words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use maillage_shared::ChangeHash;
    use maillage_shared::identity::PersonKey;

    #[test]
    fn what_is_torn_or_altered_is_left_out_and_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let document = DocumentId::from_entropy([1; 16]);
        let key = PersonKey::from_seed(&[1; 32]);
        let word = |number| Authorship::sign(document, ChangeHash([number; 32]), &key);
        let read = || read(folder.path(), document).unwrap();
        assert_eq!(read(), []);
        append(folder.path(), document, &[word(1), word(2)]).unwrap();
        append(folder.path(), document, &[word(3)]).unwrap();
        assert_eq!(read(), [word(1), word(2), word(3)]);
        let file = path(folder.path(), document);
        let mut bytes = fs::read(&file).unwrap();
        bytes.truncate(bytes.len() - 1);
        bytes[100] ^= 1;
        fs::write(&file, bytes).unwrap();
        assert_eq!(read(), [word(2)]);
        append(folder.path(), document, &[word(4)]).unwrap();
        assert_eq!(read(), [word(2), word(4)]);
        replace(folder.path(), document, &[word(4)]).unwrap();
        assert_eq!(fs::read(&file).unwrap().len(), AUTHORSHIP_BYTES);
    }
}
