use super::*;
use crate::doc::Document;
use crate::identity::PersonKey;
use crate::records::sample::{sheet, territory};
use proptest::prelude::*;

/// A territory with one sheet, and the file that holds both.
fn file() -> (DocumentId, Vec<(DocumentId, Document)>, Vec<u8>) {
    let (territory, sheet) = (territory(), sheet());
    let space = territory.genesis().unwrap().space;
    let id = DocumentId::from_entropy([42; 16]);
    let documents = vec![(space, territory), (id, sheet)];
    let bytes = written(space, &documents);
    (space, documents, bytes)
}

fn written(space: DocumentId, documents: &[(DocumentId, Document)]) -> Vec<u8> {
    let changes: Vec<_> = documents
        .iter()
        .map(|(id, document)| (*id, document.changes()))
        .collect();
    let documents = changes
        .iter()
        .map(|(id, changes)| (*id, changes.as_slice(), vec![signature(*id, changes)]));
    write(space, documents)
}

/// What somebody has signed of the last of these changes.
fn signature(id: DocumentId, changes: &[ChangeRecord]) -> Authorship {
    let last = changes.last().unwrap();
    Authorship::sign(id, last.hash, &PersonKey::from_seed(&[1; 32]))
}

fn opened(bytes: &[u8]) -> Result<Archive, ArchiveError> {
    read(bytes, &Limits::DEFAULT)
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_is_written_is_read() {
    let (space, documents, bytes) = file();
    let archive = opened(&bytes).unwrap();
    assert_eq!(archive.space, space);
    for ((id, document), archived) in documents.iter().zip(&archive.documents) {
        assert_eq!(id, &archived.id);
        assert_eq!(document.changes(), archived.changes);
        assert_eq!([signature(*id, &archived.changes)], *archived.signatures);
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_file_without_signatures_is_read() {
    let (space, documents, _) = file();
    let chunks: Vec<u8> = documents[1]
        .1
        .changes()
        .iter()
        .flat_map(|change| change.bytes.to_vec())
        .collect();
    let mut e = Encoder::new(Vec::new());
    e.array(4).unwrap().str(MAGIC).unwrap().u32(1).unwrap();
    e.bytes(space.as_bytes()).unwrap().array(1).unwrap();
    let id = documents[1].0;
    e.array(2).unwrap().bytes(id.as_bytes()).unwrap();
    e.bytes(&chunks).unwrap();
    let first = [e.into_writer(), vec![0; DIGEST]].concat();
    let archive = opened(&sealed(first)).unwrap();
    assert_eq!(archive.documents[0].changes, documents[1].1.changes());
    assert_eq!(archive.documents[0].signatures, []);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn other_files_and_newer_ones_are_told_apart() {
    for other in [&b""[..], b"%PDF-1.7", b"{\"a\":1}", &[0x84, 0x61, b'a']] {
        assert_eq!(opened(other), Err(ArchiveError::Foreign));
    }
    let mut newer = file().2;
    let at = 1 + 1 + MAGIC.len();
    assert_eq!(u32::from(newer[at]), VERSION);
    newer[at] += 1;
    assert_eq!(opened(&newer), Err(ArchiveError::Newer(VERSION + 1)));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_file_that_is_not_whole_is_refused() {
    let (.., bytes) = file();
    for end in (0..bytes.len()).step_by(7) {
        assert!(opened(&bytes[..end]).is_err(), "{end}");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(matches!(opened(&longer), Err(ArchiveError::Damaged(_))));
}

/// The same content with a right checksum: what someone would write who means harm.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - DIGEST);
    let digest = Sha256::digest(&bytes);
    bytes.extend_from_slice(&digest);
    bytes
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_belongs_elsewhere_or_lacks_its_beginning_is_refused() {
    let (space, documents, _) = file();
    let elsewhere = DocumentId::from_entropy([77; 16]);
    let foreign = written(elsewhere, &documents);
    assert!(matches!(opened(&foreign), Err(ArchiveError::Damaged(_))));
    let twice = [documents[1].1.changes(), documents[1].1.changes()];
    let twice = twice
        .iter()
        .map(|changes| (documents[1].0, changes.as_slice(), Vec::new()));
    let twice = write(space, twice);
    assert!(matches!(opened(&twice), Err(ArchiveError::Damaged(_))));
    let headless = documents[1].1.changes();
    let headless = [(documents[1].0, &headless[1..], Vec::new())];
    let headless = write(space, headless.into_iter());
    assert!(matches!(opened(&headless), Err(ArchiveError::Damaged(_))));
}

proptest! {
    #![proptest_config(crate::properties::cases(200))]

    // With or without a right checksum, whatever was changed, a file is read or refused, and what is read applies.
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn a_changed_file_never_harms(at in any::<prop::sample::Index>(), bits in 1u8.., seal: bool) {
        let (.., mut bytes) = file();
        let at = at.index(bytes.len());
        bytes[at] ^= bits;
        if !seal {
            prop_assert!(opened(&bytes).is_err());
        } else if let Ok(archive) = opened(&sealed(bytes)) {
            for Archived { changes, .. } in &archive.documents {
                let actor = automerge::ActorId::from(vec![1; 20]);
                prop_assert!(Document::from_changes(changes, actor).is_ok());
            }
        }
    }
}
