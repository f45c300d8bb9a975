//! Carries out what the records say was erased: on the disk, in the rooms, and on every phone that is connected.

use super::Shared;
use maillage_shared::id::DocumentId;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::sleep;

/// How long what the disk did not let go of waits for the next attempt.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(10);

/// Documents that wait to be erased.
#[derive(Debug, Default)]
pub(super) struct Erasing {
    waiting: Mutex<Vec<DocumentId>>,
    news: Notify,
}

impl Erasing {
    /// These were erased, as a record says.
    pub(super) fn hear(&self, documents: &[DocumentId]) {
        if !documents.is_empty() {
            self.waiting().extend(documents);
            self.news.notify_one();
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<DocumentId>> {
        // Nothing panics while it holds the lock.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Erases what waits, and what a relay that was killed has left; never returns.
pub(super) async fn run(shared: &Shared) {
    let Some(registry) = &shared.registry else {
        return;
    };
    let context = shared.rooms.context();
    shared.erasing.hear(&registry.erased());
    loop {
        let documents = std::mem::take(&mut *shared.erasing.waiting());
        if documents.is_empty() {
            shared.erasing.news.notified().await;
            continue;
        }
        for document in &documents {
            // From now on its room writes nothing any more.
            if let Some(gone) = registry.seal_tombstone(*document) {
                shared.rooms.erase(*document, gone).await;
            }
        }
        shared.present.tell_erased(registry, &documents);
        let mut left = Vec::new();
        for document in documents {
            match context.writer.erase(document).await {
                Ok(is_new) if is_new => {
                    tracing::info!(%document, "erased a document");
                    if let Some((space, _)) = registry.tombstone(document) {
                        context.spaces.forget(document, space).await;
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%document, %error, "a document cannot be erased yet");
                    left.push(document);
                }
            }
        }
        if !left.is_empty() {
            sleep(TRY_AGAIN_AFTER).await;
            shared.erasing.waiting().extend(left);
        }
    }
}
