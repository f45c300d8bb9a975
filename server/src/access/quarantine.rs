//! Changes that somebody has brought, that others are said to have written, and that nobody vouches for: they wait here, forwarded to
//! nobody, until the team lets them in or throws them away.
//!
//! One file for each document and carrier: the territory (16 bytes), the time (8 bytes, big-endian), then change chunks, causes first. Of
//! what was thrown away last a hash is kept, since phones offer it again and again.

use crate::store::files;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::PersonId;
use maillage_shared::roster::Quarantined;
use maillage_shared::store::StoredChange;
use maillage_shared::time::UnixMillis;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

const ENDING: &str = "quarantine";
/// Of what was thrown away, the SHA-256 of its chunks.
const REFUSED: &str = "refused";
const HEAD_BYTES: usize = 16 + 8;
/// What one carrier may leave of one document, in bytes of changes.
const MOST_BYTES: usize = 256 * 1024;
/// What may wait in one territory. More is refused and kept by nobody but its carrier's phone, which offers it again.
const MOST_WAITING: usize = 64;
/// What may wait in all territories of a relay.
const MOST_OF_ALL: usize = 1_024;

fn path(folder: &Path, document: DocumentId, by: PersonId) -> PathBuf {
    folder.join(format!("{document}.{by}.{ENDING}"))
}

fn refused_path(folder: &Path, document: DocumentId, by: PersonId) -> PathBuf {
    path(folder, document, by).with_extension(REFUSED)
}

/// The document and carrier that a file is named after; `None` for other files.
pub(super) fn named(path: &Path) -> Option<(DocumentId, PersonId)> {
    parts(path)
        .filter(|(.., ending)| *ending == ENDING)
        .map(|(document, by, _)| (document, by))
}

/// The document that a file of the quarantine is about, what was thrown away included; `None` for other files.
pub(super) fn document_of(path: &Path) -> Option<DocumentId> {
    parts(path)
        .filter(|(.., ending)| [ENDING, REFUSED].contains(ending))
        .map(|(document, ..)| document)
}

fn parts(path: &Path) -> Option<(DocumentId, PersonId, &str)> {
    let name = path.file_name()?.to_str()?;
    let (document, rest) = name.split_once('.')?;
    let (by, ending) = rest.split_once('.')?;
    Some((document.parse().ok()?, PersonId::parse(by)?, ending))
}

/// Keeps what somebody has brought, in place of what they had brought of this document before. Does nothing when there is no room.
pub(super) fn keep(
    folder: &Path,
    (space, document, by): (DocumentId, DocumentId, PersonId),
    now: UnixMillis,
    changes: &[StoredChange],
) -> io::Result<()> {
    let path = path(folder, document, by);
    let chunks = || changes.iter().flat_map(|change| change.bytes.iter());
    if chunks().count() > MOST_BYTES {
        tracing::info!(%document, "what nobody vouches for is too much to be kept");
        return Ok(());
    }
    let before = fs::read(&path).unwrap_or_default();
    // Phones offer it again and again.
    let is_known = before
        .get(HEAD_BYTES..)
        .is_some_and(|kept| kept.iter().eq(chunks()));
    let digest = || {
        let sum = changes
            .iter()
            .fold(Sha256::new(), |sum, change| sum.chain_update(&change.bytes));
        sum.finalize()
    };
    let refused = files_read(&refused_path(folder, document, by))?;
    let is_refused = refused.is_some_and(|refused| *refused == *digest());
    let is_full = || -> io::Result<bool> {
        let of_all = all(folder)?.len();
        Ok(of_all >= MOST_OF_ALL || list(folder, space)?.len() >= MOST_WAITING)
    };
    if is_known || is_refused || (before.is_empty() && is_full()?) {
        return Ok(());
    }
    let head = [space.as_bytes().as_slice(), &now.0.to_be_bytes()].concat();
    let content: Vec<u8> = head.iter().chain(chunks()).copied().collect();
    files::write_privately(&path, &content)
}

/// What waits in a territory, the oldest first. Reads heads only.
pub(super) fn list(folder: &Path, space: DocumentId) -> io::Result<Vec<Quarantined>> {
    let mut waiting = Vec::new();
    for (path, document, by) in all(folder)? {
        let mut head = [0; HEAD_BYTES];
        let mut file = fs::File::open(&path)?;
        let bytes = file.metadata()?.len().saturating_sub(HEAD_BYTES as u64);
        // One that is shorter is none of ours.
        let is_whole = file.read_exact(&mut head).is_ok();
        if let Some((place, at)) = read_head(&head).filter(|_| is_whole)
            && place == space
        {
            waiting.push(Quarantined {
                document,
                by,
                at,
                bytes,
            });
        }
    }
    waiting.sort_by_key(|waiting| waiting.at);
    Ok(waiting)
}

fn all(folder: &Path) -> io::Result<Vec<(PathBuf, DocumentId, PersonId)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if let Some((document, by)) = named(&path) {
            found.push((path, document, by));
        }
    }
    Ok(found)
}

fn read_head(head: &[u8; HEAD_BYTES]) -> Option<(DocumentId, UnixMillis)> {
    let (space, at) = head.split_first_chunk::<16>()?;
    let space = DocumentId::from_bytes(*space).ok()?;
    Some((space, UnixMillis(i64::from_be_bytes(at.try_into().ok()?))))
}

/// The change chunks of one; `None` when there is no such thing in this territory.
pub(super) fn chunks(
    folder: &Path,
    space: DocumentId,
    document: DocumentId,
    by: PersonId,
) -> io::Result<Option<Vec<u8>>> {
    let found = read(&path(folder, document, by))?;
    Ok(found
        .filter(|(place, ..)| *place == space)
        .map(|(.., chunks)| chunks))
}

/// Takes away what has this SHA-256, and when it was not let in, notes that the same is not to be kept again. What has come in its place
/// meanwhile stays.
pub(super) fn settle(
    folder: &Path,
    document: DocumentId,
    by: PersonId,
    admitted: bool,
    digest: &[u8; 32],
) -> io::Result<()> {
    if !admitted {
        files::write_privately(&refused_path(folder, document, by), digest)?;
    }
    let path = path(folder, document, by);
    match read(&path)? {
        Some((.., chunks)) if *Sha256::digest(&chunks) == *digest => fs::remove_file(&path),
        _ => Ok(()),
    }
}

fn files_read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn read(path: &Path) -> io::Result<Option<(DocumentId, UnixMillis, Vec<u8>)>> {
    let Some(bytes) = files_read(path)? else {
        return Ok(None);
    };
    Ok(bytes
        .split_first_chunk::<HEAD_BYTES>()
        .and_then(|(head, chunks)| {
            let (space, at) = read_head(head)?;
            Some((space, at, chunks.to_vec()))
        }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use maillage_shared::identity::PersonKey;
    use maillage_shared::testing::contract::{change, document};

    const NOW: UnixMillis = UnixMillis(1_000);

    fn person(seed: u8) -> PersonId {
        PersonKey::from_seed(&[seed; 32]).person()
    }

    #[test]
    fn what_waits_is_found_in_its_territory_until_it_is_thrown_away() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let place = |number| (document(1), document(number), person(1));
        keep(folder, place(2), NOW, &[change(b"a"), change(b"b")]).unwrap();
        // Offered again, it is not new.
        let later = NOW.plus(5);
        keep(folder, place(2), later, &[change(b"a"), change(b"b")]).unwrap();
        keep(folder, place(3), later, &[change(b"c")]).unwrap();
        let waiting = list(folder, document(1)).unwrap();
        let seen: Vec<_> = waiting.iter().map(|one| (one.document, one.at)).collect();
        assert_eq!(seen, [(document(2), NOW), (document(3), later)]);
        assert_eq!(list(folder, document(9)).unwrap(), []);
        let of = |space, number| chunks(folder, document(space), document(number), person(1));
        assert_eq!(of(1, 2).unwrap(), Some(b"ab".to_vec()));
        assert_eq!(of(9, 2).unwrap(), None, "of another territory");
        let settle = |number, admitted, chunks: &[u8]| {
            let digest = Sha256::digest(chunks).into();
            settle(folder, document(number), person(1), admitted, &digest).unwrap();
        };
        // Something else than what was read stays.
        settle(2, true, b"a");
        assert_eq!(of(1, 2).unwrap(), Some(b"ab".to_vec()));
        settle(2, true, b"ab");
        settle(2, true, b"ab");
        assert_eq!(of(1, 2).unwrap(), None);
        // What was thrown away stays away, and something else does not.
        settle(3, false, b"c");
        keep(folder, place(3), later, &[change(b"c")]).unwrap();
        assert_eq!(of(1, 3).unwrap(), None);
        keep(folder, place(3), later, &[change(b"c"), change(b"d")]).unwrap();
        assert_eq!(of(1, 3).unwrap(), Some(b"cd".to_vec()));
        let about: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| document_of(&entry.unwrap().path()))
            .collect();
        assert_eq!(about, [Some(document(3)); 2]);
    }

    #[test]
    fn nobody_fills_the_disk_with_what_is_not_theirs() {
        let folder = tempfile::tempdir().unwrap();
        let large = change(&vec![0; MOST_BYTES + 1]);
        let place = |number: u8| (document(1), document(2), person(number));
        keep(folder.path(), place(1), NOW, &[large]).unwrap();
        assert_eq!(list(folder.path(), document(1)).unwrap(), []);
        for number in 0..=MOST_WAITING as u8 {
            keep(folder.path(), place(number), NOW, &[change(b"a")]).unwrap();
        }
        let waiting = list(folder.path(), document(1)).unwrap();
        assert_eq!(waiting.len(), MOST_WAITING);
    }
}
