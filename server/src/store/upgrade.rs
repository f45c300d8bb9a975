//! Brings a store of format 1 to the format of today: everything is written anew, and only then does the folder change its format. Whatever
//! interrupts this, the next start begins it again.

use super::engine::database;
use super::folder::{FORMAT, Folder};
use super::former;
use super::generation;
use super::witness::Witness;
use maillage_shared::store::StoreError;

/// Upgrades a folder of format 1, whose former documents the caller removes.
pub(super) fn run(folder: &Folder) -> Result<(), StoreError> {
    let seen = Witness::open(&folder.witness())?.seen();
    let db = database(&folder.former_documents())?;
    let totals = former::totals(&db)?.unwrap_or_default();
    let documents = former::documents(&db)?;
    if totals.writes == 0 && seen > 0 {
        return Err(StoreError::Damaged("its documents are missing".to_owned()));
    }
    if totals.writes < seen || totals.documents != documents.len() as u64 {
        tracing::warn!(
            writes_lost = seen.saturating_sub(totals.writes),
            documents_lost = totals.documents.saturating_sub(documents.len() as u64),
            "the store has lost what it wrote last; phones that still have it bring it back"
        );
    }
    let read = documents.iter().map(|document| {
        let (changes, is_damaged) = former::read(&db, *document)?;
        if is_damaged {
            let changes = changes.len();
            tracing::warn!(%document, changes, "only the beginning of a document could be read; phones that have the rest bring it back");
        }
        Ok::<_, StoreError>((*document, changes))
    });
    generation::fill(folder, &documents, read, totals.writes.max(seen))?;
    tracing::info!(
        documents = documents.len(),
        format = FORMAT,
        "the store was upgraded"
    );
    Ok(())
}
