//! Documents that were erased: what the records say of them, and what was stored of those a request is about.

use super::book::Book;
use super::{Registry, now, quarantine, signatures};
use crate::store::files::io_error;
use maillage_shared::birth::Birth;
use maillage_shared::doc::Kind;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::PersonId;
use maillage_shared::roster::{By, Deed, Denied, Roster, Tombstone, Warrant};
use maillage_shared::rules::access;
use maillage_shared::store::{Store, StoreError};
use maillage_shared::wire::Frame;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Takes away what is kept beside documents: what authors have signed of them, and what waits in quarantine.
pub(super) fn forget_beside(folder: &Path, documents: &[DocumentId]) -> io::Result<()> {
    if documents.is_empty() {
        return Ok(());
    }
    let documents: BTreeSet<DocumentId> = documents.iter().copied().collect();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let about = signatures::document_of(&path).or(quarantine::document_of(&path));
        if about.is_some_and(|document| documents.contains(&document)) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// Erased documents of which one frame tells.
const TOLD_AT_ONCE: usize = 1_000;

impl Registry {
    /// From now on requests about documents are decided by what this store holds; the first one counts.
    pub fn look_into(&self, documents: Arc<dyn Store>) {
        let _ = self.documents.set(documents);
    }

    /// The territory in which this document was erased, and what is left of it.
    pub fn tombstone(&self, document: DocumentId) -> Option<(DocumentId, Tombstone)> {
        self.rosters().values().find_map(|roster| {
            let tombstone = roster.tombstone(document)?;
            Some((roster.space(), tombstone.clone()))
        })
    }

    /// Every document that was erased.
    pub fn erased(&self) -> Vec<DocumentId> {
        let rosters = self.rosters();
        let erased = rosters.values().flat_map(|roster| roster.tombstones());
        erased.map(|tombstone| tombstone.document).collect()
    }

    /// Frames that tell the holder of a warrant which documents were erased, of these or of all.
    pub fn tell_erased(&self, warrant: &Warrant, only: Option<&[DocumentId]>) -> Vec<Vec<u8>> {
        let rosters: Vec<Arc<Roster>> = self.rosters().values().cloned().collect();
        let mut frames = Vec::new();
        for roster in rosters {
            let heard = roster.tombstones_for(warrant, only);
            let space = roster.space();
            for some in heard.chunks(TOLD_AT_ONCE) {
                let data = Tombstone::seal(space, some, &self.key(space));
                frames.push(Frame::Gone { space, data }.encode());
            }
        }
        frames
    }

    /// What tells those who had a document open that it was erased.
    pub fn seal_tombstone(&self, document: DocumentId) -> Option<Vec<u8>> {
        let (space, tombstone) = self.tombstone(document)?;
        let data = Tombstone::seal(space, &[tombstone], &self.key(space));
        Some(Frame::Gone { space, data }.encode())
    }

    /// What is known of a stored document.
    pub(super) fn birth(&self, document: DocumentId) -> Option<Birth> {
        let stored = self.documents.get()?.load(document).ok()??;
        Birth::read(&stored)
    }

    /// What goes with someone who is erased. Reads all documents, where there are kinds that belong to people.
    pub(super) fn belongings(&self, book: &Book, person: PersonId) -> Result<Vec<Deed>, Denied> {
        if !Kind::ALL.into_iter().any(access::is_personal) {
            return Ok(Vec::new());
        }
        let stored = self.births().map_err(|error| {
            tracing::warn!(%error, "the documents of someone who is erased cannot be read");
            Denied::NotKept
        })?;
        let stored = stored.iter().map(|(document, birth)| (*document, birth));
        Ok(book.roster.belongings(person, stored, access::is_personal))
    }

    /// Notes in every record that the relay was set back to a backup, so that phones which know more of it take what it says now.
    pub(crate) fn set_back(&self) -> Result<(), StoreError> {
        for book in self.state().books.values_mut() {
            book.write(now(), By::Operator, vec![Deed::SetBack])
                .map_err(|error| io_error(&error))?;
            self.publish(book);
        }
        Ok(())
    }

    /// Erases what the records say was erased and the store still has: after a relay was killed, or set back to a backup. Returns how many
    /// documents that were.
    pub(crate) fn sweep(&self, store: &dyn Store) -> Result<usize, StoreError> {
        let there: BTreeSet<DocumentId> = store.list()?.into_iter().collect();
        let erased: Vec<DocumentId> = self
            .erased()
            .into_iter()
            .filter(|document| there.contains(document))
            .collect();
        for document in &erased {
            store.delete(*document)?;
        }
        forget_beside(&self.folder, &self.erased()).map_err(|error| io_error(&error))?;
        Ok(erased.len())
    }

    fn births(&self) -> Result<Vec<(DocumentId, Birth)>, StoreError> {
        let Some(documents) = self.documents.get() else {
            return Ok(Vec::new());
        };
        let mut births = Vec::new();
        for document in documents.list()? {
            let stored = documents.load(document)?.unwrap_or_default();
            births.extend(Birth::read(&stored).map(|birth| (document, birth)));
        }
        Ok(births)
    }
}
