//! Reading and verifying every document.

use super::{Report, UpkeepError};
use crate::panics;
use crate::store::{Kept, SledStore};
use maillage_shared::ActorId;
use maillage_shared::change::ChangeRecord;
use maillage_shared::doc::{Document, Kind};
use maillage_shared::guard::{ScannedChunk, scan_chunk};
use maillage_shared::limits::Limits;
use maillage_shared::sync::graph::Graph;
use std::io::Write;

/// Verifies every document and writes a table: its name, kind, changes, bytes and state.
pub(super) fn check(store: &SledStore, output: &mut dyn Write) -> Result<Report, UpkeepError> {
    writeln!(
        output,
        "{:<28} {:<10} {:>8} {:>10} state",
        "document", "kind", "changes", "bytes"
    )?;
    let (mut documents, mut damaged) = (0, 0);
    store.each(|kept| {
        let (kind, complaint) = match verify(&kept) {
            Ok(kind) => (kind.as_str(), kept.damage),
            Err(complaint) => ("?", kept.damage.or(Some(complaint))),
        };
        documents += 1;
        damaged += usize::from(complaint.is_some());
        let bytes: usize = kept.changes.iter().map(|change| change.bytes.len()).sum();
        let state = complaint.map_or("whole".to_owned(), |why| format!("damaged: {why}"));
        let changes = kept.changes.len();
        // A `DocumentId` does not pad itself.
        let name = kept.document.to_string();
        writeln!(
            output,
            "{name:<28} {kind:<10} {changes:>8} {bytes:>10} {state}"
        )?;
        Ok::<_, UpkeepError>(())
    })?;
    for folder in store.set_aside()? {
        writeln!(
            output,
            "{} could not be opened and was set aside; once no document is damaged, or a backup is restored, it can be removed",
            folder.display()
        )?;
    }
    let sentence = match damaged {
        0 => format!("All {documents} documents are whole."),
        _ => format!(
            "{damaged} of {documents} documents are damaged; phones that have what is missing bring it back, and so does a backup restored into another folder."
        ),
    };
    Ok(Report {
        sentence,
        is_well: damaged == 0,
    })
}

/// What the store itself cannot see: that changes are what they are named after, and that automerge reads them as one history.
fn verify(kept: &Kept) -> Result<Kind, String> {
    let records = kept
        .changes
        .iter()
        .map(|change| match scan_chunk(&change.bytes, &Limits::DEFAULT) {
            Ok(ScannedChunk::Change(record)) if record.hash == change.hash => Ok(record),
            Ok(_) => Err("a change is not the one it is named after".to_owned()),
            Err(refusal) => Err(refusal.to_string()),
        })
        .collect::<Result<Vec<ChangeRecord>, String>>()?;
    // The actor of readers: nobody writes under it.
    let reader = ActorId::from([0; 16]);
    let document = panics::catch(|| Document::from_changes(&records, reader))?
        .map_err(|error| error.to_string())?;
    let mut graph = Graph::default();
    for record in records {
        graph.insert(record);
    }
    if document.heads() != graph.heads() {
        return Err("automerge reads another history".to_owned());
    }
    let genesis = document.genesis().map_err(|error| error.to_string())?;
    Ok(genesis.kind)
}
