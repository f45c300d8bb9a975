//! What waits for the team in quarantine, read before anyone decides: proved like everything from outside, on a copy of what is here.

use crate::change::ChangeRecord;
use crate::doc::Document;
use crate::guard::{self, Ledger, Refusal, ScannedChunk};
use crate::id::DocumentId;
use crate::limits::Limits;
use crate::store::StoredChange;
use automerge::ActorId;
use sha2::{Digest, Sha256};

/// The words that these change chunks would bring into a document of which `here` are the changes: for each text or field, by the keys
/// that lead there.
pub fn words(
    id: DocumentId,
    here: &[ChangeRecord],
    chunks: &[u8],
) -> Result<Vec<(Vec<String>, String)>, Refusal> {
    let limits = Limits::DEFAULT;
    let scanned = guard::scan_chunks(chunks, &limits)?;
    let changes = scanned.into_iter().filter_map(|chunk| match chunk {
        ScannedChunk::Change(change) => Some(change),
        // Rooms take none into quarantine.
        ScannedChunk::Document(_) => None,
    });
    let mut ledger = if here.is_empty() {
        Ledger::new(id, limits)
    } else {
        let held: Vec<StoredChange> = here.iter().map(StoredChange::from).collect();
        Ledger::open(id, &held, limits)?.0
    };
    let changes = ledger.prove_changes(changes.collect())?;
    let failed = |error: crate::doc::ImportError| Refusal::DoesNotApply(error.to_string());
    let mut copy = Document::from_changes(here, ActorId::from([0])).map_err(failed)?;
    copy.words_of(&changes).map_err(failed)
}

/// By what the team names the chunks that it has read.
pub fn digest(chunks: &[u8]) -> [u8; 32] {
    Sha256::digest(chunks).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::job_sheet::{self, NewJobSheet};
    use crate::time::UnixMillis;
    use automerge::ROOT;
    use automerge::transaction::Transactable;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn what_waits_is_read_without_entering_and_nonsense_is_refused() {
        let [space, id] = [1, 2].map(|number| DocumentId::from_entropy([number; 16]));
        let new = NewJobSheet {
            title: "Vélos".to_owned(),
            ..NewJobSheet::default()
        };
        let author = ActorId::from(vec![1; 20]);
        let (mut sheet, _) = job_sheet::birth(space, &new, author, UnixMillis(0)).unwrap();
        let here = sheet.changes();
        sheet
            .transact(UnixMillis(0), |transaction| {
                transaction.put(ROOT, "title", "Vélos réparés")
            })
            .unwrap();
        let all = sheet.changes();
        let chunks = |changes: &[ChangeRecord]| -> Vec<u8> {
            let bytes = changes.iter().flat_map(|change| change.bytes.iter());
            bytes.copied().collect()
        };
        let expected = vec![(vec!["title".to_owned()], "Vélos réparés".to_owned())];
        assert_eq!(words(id, &here, &chunks(&all[1..])), Ok(expected.clone()));
        assert_eq!(words(id, &here, &chunks(&all)), Ok(expected));
        assert!(words(id, &[], &chunks(&all)).is_ok_and(|words| !words.is_empty()));
        assert!(words(id, &here, b"nonsense").is_err());
        assert!(
            words(id, &[], &chunks(&all[1..])).is_err(),
            "without its beginning"
        );
    }
}
