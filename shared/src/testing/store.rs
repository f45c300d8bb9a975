//! A store that keeps everything in memory.

use super::contract::Place;
use crate::id::DocumentId;
use crate::store::{Store, StoreError, StoredChange};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Keeps changes in memory. Clones share what they keep, as two openings of one disk would, so a relay that "restarts" in a test
/// finds everything again.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    documents: BTreeMap<DocumentId, Vec<StoredChange>>,
    failure: Option<StoreError>,
    refusals: usize,
}

impl MemoryStore {
    /// Makes everything fail from now on with this error, or work again with `None`.
    pub fn set_failure(&self, failure: Option<StoreError>) {
        self.kept().failure = failure;
    }

    /// How many appends of changes have failed so far.
    pub fn refusals(&self) -> usize {
        self.kept().refusals
    }

    /// A copy as it is now, which goes its own way.
    pub fn backup(&self) -> Self {
        let documents = self.kept().documents.clone();
        let kept = Kept {
            documents,
            ..Kept::default()
        };
        Self {
            kept: Arc::new(Mutex::new(kept)),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Nothing below panics halfway through a change, so what a panicking test left behind is whole.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn working(&self) -> Result<MutexGuard<'_, Kept>, StoreError> {
        let kept = self.kept();
        match &kept.failure {
            Some(failure) => Err(failure.clone()),
            None => Ok(kept),
        }
    }
}

impl Store for MemoryStore {
    fn append(&self, batch: &[(DocumentId, Vec<StoredChange>)]) -> Result<(), StoreError> {
        let mut kept = self.kept();
        if let Some(failure) = kept.failure.clone() {
            kept.refusals += usize::from(batch.iter().any(|(_, changes)| !changes.is_empty()));
            return Err(failure);
        }
        for (document, changes) in batch.iter().filter(|(_, changes)| !changes.is_empty()) {
            let log = kept.documents.entry(*document).or_default();
            for change in changes {
                if log.iter().all(|known| known.hash != change.hash) {
                    log.push(change.clone());
                }
            }
        }
        Ok(())
    }

    fn load(&self, document: DocumentId) -> Result<Option<Vec<StoredChange>>, StoreError> {
        Ok(self.working()?.documents.get(&document).cloned())
    }

    fn list(&self) -> Result<Vec<DocumentId>, StoreError> {
        Ok(self.working()?.documents.keys().copied().collect())
    }

    fn delete(&self, document: DocumentId) -> Result<(), StoreError> {
        self.working()?.documents.remove(&document);
        Ok(())
    }
}

impl Place for MemoryStore {
    type Store = Self;

    fn open(&self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::contract;

    crate::store_contract!(MemoryStore::default());

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn a_failure_is_returned_until_it_is_lifted() {
        let store = MemoryStore::default();
        store.set_failure(Some(StoreError::Full));
        assert_eq!(store.list(), Err(StoreError::Full));
        let batch = [(contract::document(1), vec![contract::change(b"a")])];
        assert_eq!(store.append(&batch), Err(StoreError::Full));
        assert_eq!(store.refusals(), 1);
        store.set_failure(None);
        assert_eq!(store.list(), Ok(Vec::new()));
    }
}
