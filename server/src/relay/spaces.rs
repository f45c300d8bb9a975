//! How many documents each space has: a relay takes only so many of one.
//!
//! Nothing is counted at the start. As long as the whole store holds fewer documents than one space may have, no space can be full; only
//! beyond that is the birth of each document read, once, before the next newborn is let in.

use maillage_shared::doc;
use maillage_shared::guard::Refusal;
use maillage_shared::id::DocumentId;
use maillage_shared::store::{Store, StoreError};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

/// Lets newborn documents in, as long as their space has room.
pub(super) struct Spaces {
    store: Arc<dyn Store>,
    limit: usize,
    /// Held while the store is counted: other newborns wait for that.
    count: Mutex<Count>,
}

/// What is known of the documents.
enum Count {
    /// Nobody has been let in yet.
    Nothing,
    /// The store held so many documents, and these were born since.
    Total(usize, HashMap<DocumentId, DocumentId>),
    /// How many each space has.
    Spaces(HashMap<DocumentId, usize>),
}

impl Spaces {
    /// So many documents of each space are taken.
    pub(super) fn new(store: Arc<dyn Store>, limit: usize) -> Self {
        Self {
            store,
            limit,
            count: Mutex::new(Count::Nothing),
        }
    }

    /// Counts a document that is about to be born in this space, or refuses it. A store that cannot be read now refuses nobody: it will
    /// not take the document either.
    pub(super) async fn admit(
        &self,
        document: DocumentId,
        space: DocumentId,
    ) -> Result<(), Refusal> {
        let mut count = self.count.lock().await;
        if let Err(error) = self.count(&mut count).await {
            tracing::warn!(%error, "the documents of a space cannot be counted");
            return Ok(());
        }
        match &mut *count {
            Count::Nothing => {}
            Count::Total(_, born) => {
                born.insert(document, space);
            }
            Count::Spaces(spaces) => {
                let documents = spaces.entry(space).or_insert(0);
                if *documents >= self.limit {
                    return Err(Refusal::SpaceFull {
                        limit: self.limit as u64,
                    });
                }
                *documents += 1;
            }
        }
        Ok(())
    }

    /// A document of this space was erased: there is room for another one.
    pub(super) async fn forget(&self, document: DocumentId, space: DocumentId) {
        match &mut *self.count.lock().await {
            Count::Nothing => {}
            Count::Total(there, born) => {
                if born.remove(&document).is_none() {
                    *there = there.saturating_sub(1);
                }
            }
            Count::Spaces(spaces) => {
                if let Some(documents) = spaces.get_mut(&space) {
                    *documents = documents.saturating_sub(1);
                }
            }
        }
    }

    /// Counts as precisely as is needed for one document more.
    async fn count(&self, count: &mut Count) -> Result<(), StoreError> {
        if matches!(count, Count::Nothing) {
            let there = self.read(|store| store.list()).await?.len();
            *count = Count::Total(there, HashMap::new());
        }
        if let Count::Total(there, born) = count
            && *there + born.len() >= self.limit
        {
            let born = born.clone();
            let spaces = self.read(move |store| count_spaces(store, &born)).await?;
            *count = Count::Spaces(spaces);
        }
        Ok(())
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = Arc::clone(&self.store);
        spawn_blocking(move || read(&*store))
            .await
            .unwrap_or_else(|error| Err(StoreError::Io(error.to_string())))
    }
}

/// Reads the birth of each document in the store; of those in `born` it is known.
fn count_spaces(
    store: &dyn Store,
    born: &HashMap<DocumentId, DocumentId>,
) -> Result<HashMap<DocumentId, usize>, StoreError> {
    let mut spaces = HashMap::new();
    for space in born.values() {
        *spaces.entry(*space).or_insert(0) += 1;
    }
    for document in store.list()? {
        if born.contains_key(&document) {
            continue;
        }
        let changes = store.load(document)?.unwrap_or_default();
        // One whose birth is lost counts again when it comes back.
        if let Some(space) = doc::space_of(&changes) {
            *spaces.entry(space).or_insert(0) += 1;
        }
    }
    Ok(spaces)
}
