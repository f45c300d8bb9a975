//! Changes that somebody has brought, that others are said to have written, and that nobody vouches for: they wait here, forwarded to
//! nobody, until the team lets them in or throws them away.
//!
//! One file for each document and carrier: the territory (16 bytes), the time (8 bytes, big-endian), then change chunks, causes first.

use crate::store::files;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::PersonId;
use maillage_shared::roster::Quarantined;
use maillage_shared::store::StoredChange;
use maillage_shared::time::UnixMillis;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const ENDING: &str = "quarantine";
const HEAD_BYTES: usize = 16 + 8;
/// What one carrier may leave of one document, in bytes of changes.
const MOST_BYTES: usize = 256 * 1024;
/// What may wait in one territory. More is refused and kept by nobody but its carrier's phone, which offers it again.
const MOST_WAITING: usize = 64;

fn path(folder: &Path, document: DocumentId, by: PersonId) -> PathBuf {
    folder.join(format!("{document}.{by}.{ENDING}"))
}

/// The document and carrier that a file is named after; `None` for other files.
pub(super) fn named(path: &Path) -> Option<(DocumentId, PersonId)> {
    let name = path.file_name()?.to_str()?;
    let (document, rest) = name.split_once('.')?;
    let (by, ending) = rest.split_once('.')?;
    (ending == ENDING).then_some((document.parse().ok()?, PersonId::parse(by)?))
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
    if is_known || (before.is_empty() && list(folder, space)?.len() >= MOST_WAITING) {
        return Ok(());
    }
    let head = [space.as_bytes().as_slice(), &now.0.to_be_bytes()].concat();
    let content: Vec<u8> = head.iter().chain(chunks()).copied().collect();
    files::write_privately(&path, &content)
}

/// What waits in a territory, the oldest first.
pub(super) fn list(folder: &Path, space: DocumentId) -> io::Result<Vec<Quarantined>> {
    let mut waiting = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if let Some((document, by)) = named(&path)
            && let Some((place, at, chunks)) = read(&path)?
            && place == space
        {
            waiting.push(Quarantined {
                document,
                by,
                at,
                bytes: chunks.len() as u64,
            });
        }
    }
    waiting.sort_by_key(|waiting| waiting.at);
    Ok(waiting)
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

/// Throws one away.
pub(super) fn forget(folder: &Path, document: DocumentId, by: PersonId) -> io::Result<()> {
    match fs::remove_file(path(folder, document, by)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn read(path: &Path) -> io::Result<Option<(DocumentId, UnixMillis, Vec<u8>)>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let parts = bytes
        .split_first_chunk::<16>()
        .and_then(|(space, rest)| Some((space, rest.split_first_chunk::<8>()?)));
    Ok(parts.and_then(|(space, (at, chunks))| {
        let space = DocumentId::from_bytes(*space).ok()?;
        Some((space, UnixMillis(i64::from_be_bytes(*at)), chunks.to_vec()))
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
        forget(folder, document(2), person(1)).unwrap();
        forget(folder, document(2), person(1)).unwrap();
        assert_eq!(of(1, 2).unwrap(), None);
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
