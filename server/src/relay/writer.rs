//! The thread that writes to the store. It takes everything that waits at once, so that many rooms share one flush.

use crate::metrics::Metrics;
use crate::panics;
use maillage_shared::id::DocumentId;
use maillage_shared::store::{Store, StoreError, StoredChange};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

/// Rooms that may wait at once before the next one waits to ask.
const WAITING_REQUESTS: usize = 1024;

/// Time from the start of one flush to that of the next at least: what comes meanwhile shares it, and nobody sees ten milliseconds. A flush
/// costs the processor a few tenths of one, whoever it is for.
const BETWEEN_FLUSHES: Duration = Duration::from_millis(10);

/// How long the store may take to answer that it works.
const CHECK_TIME: Duration = Duration::from_secs(2);

/// A handle on the writing thread, which ends when it is told to or when the last handle is dropped.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    requests: mpsc::Sender<Request>,
    failing: Arc<AtomicBool>,
}

#[derive(Debug)]
enum Request {
    Append(Append),
    /// Erase a document, write nothing of it any more, and say whether anything was there.
    Erase(DocumentId, oneshot::Sender<Result<bool, StoreError>>),
    /// End, and answer once the store is let go.
    Stop(oneshot::Sender<()>),
}

#[derive(Debug)]
struct Append {
    document: DocumentId,
    changes: Vec<StoredChange>,
    answer: oneshot::Sender<Result<(), StoreError>>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(store: Arc<dyn Store>, metrics: Arc<Metrics>) -> std::io::Result<Self> {
        let (requests, waiting) = mpsc::channel(WAITING_REQUESTS);
        let failing = Arc::new(AtomicBool::new(false));
        let thread = Thread {
            store,
            failing: Arc::clone(&failing),
            metrics,
            erased: HashSet::new(),
        };
        std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || thread.run(waiting))?;
        Ok(Self { requests, failing })
    }

    /// Appends changes and returns once they are on the disk.
    pub(super) async fn append(
        &self,
        document: DocumentId,
        changes: Vec<StoredChange>,
    ) -> Result<(), StoreError> {
        let (answer, answered) = oneshot::channel();
        let request = Request::Append(Append {
            document,
            changes,
            answer,
        });
        let gone = || StoreError::Io("the thread that writes has stopped".to_owned());
        self.requests.send(request).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    /// Erases a document, of which nothing is written any more from now on. Returns whether anything of it was there.
    pub(super) async fn erase(&self, document: DocumentId) -> Result<bool, StoreError> {
        let (answer, answered) = oneshot::channel();
        let gone = || StoreError::Io("the thread that writes has stopped".to_owned());
        let request = Request::Erase(document, answer);
        self.requests.send(request).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    /// Ends the thread after what was asked before, and returns once it has let go of the store.
    pub(super) async fn stop(&self) {
        let (answer, answered) = oneshot::channel();
        // A thread that has ended already has let go of it too.
        if self.requests.send(Request::Stop(answer)).await.is_ok() {
            let _ = answered.await;
        }
    }

    /// Whether the store answers and took the last changes it was given.
    pub(super) async fn works(&self, any: DocumentId) -> bool {
        let answers = timeout(CHECK_TIME, self.append(any, Vec::new())).await;
        matches!(answers, Ok(Ok(()))) && !self.failing.load(Ordering::Relaxed)
    }
}

/// What is answered to whoever goes on writing in an erased document.
fn erased(document: DocumentId) -> StoreError {
    StoreError::Io(format!("document {document} was erased"))
}

struct Thread {
    store: Arc<dyn Store>,
    failing: Arc<AtomicBool>,
    metrics: Arc<Metrics>,
    /// What comes of these is not written any more.
    erased: HashSet<DocumentId>,
}

impl Thread {
    fn run(mut self, mut waiting: mpsc::Receiver<Request>) {
        let mut stopped = None;
        let mut last: Option<Instant> = None;
        while let Some(first) = waiting.blocking_recv().filter(|_| stopped.is_none()) {
            if let Some(last) = last {
                sleep(BETWEEN_FLUSHES.saturating_sub(last.elapsed()));
            }
            last = Some(Instant::now());
            let mut answers = Vec::new();
            let mut batch = Vec::new();
            let mut erasing = Vec::new();
            let mut next = Some(first);
            while let Some(request) = next {
                match request {
                    Request::Append(append) if self.erased.contains(&append.document) => {
                        let _ = append.answer.send(Err(erased(append.document)));
                    }
                    Request::Erase(document, answer) => {
                        self.erased.insert(document);
                        erasing.push((document, answer));
                    }
                    Request::Append(append) => {
                        answers.push(append.answer);
                        batch.push((append.document, append.changes));
                    }
                    Request::Stop(answer) => {
                        waiting.close();
                        stopped = Some(answer);
                    }
                }
                next = waiting.try_recv().ok();
            }
            for (answer, result) in answers.into_iter().zip(self.write(&batch)) {
                // A room that no longer waits has been closed.
                let _ = answer.send(result);
            }
            // What was appended before goes too.
            for (document, answer) in erasing {
                let _ = answer.send(self.erase(document));
            }
        }
        drop(self);
        if let Some(answer) = stopped {
            let _ = answer.send(());
        }
    }

    fn erase(&self, document: DocumentId) -> Result<bool, StoreError> {
        let erase = || {
            let is_there = self.store.list()?.contains(&document);
            self.store.delete(document).map(|()| is_there)
        };
        panics::catch(erase).unwrap_or_else(|message| {
            Err(StoreError::Damaged(format!(
                "erasing failed with: {message}"
            )))
        })
    }

    fn write(&self, batch: &[(DocumentId, Vec<StoredChange>)]) -> Vec<Result<(), StoreError>> {
        let started = Instant::now();
        let all = self.append(batch);
        let results = match &all {
            // One damaged document must not hold up the others.
            Err(StoreError::Damaged(_)) if batch.len() > 1 => batch
                .iter()
                .map(|one| self.append(std::slice::from_ref(one)))
                .collect(),
            _ => vec![all; batch.len()],
        };
        let written = batch.iter().zip(&results);
        let written = written.filter(|(_, result)| result.is_ok());
        let changes: usize = written.map(|((_, changes), _)| changes.len()).sum();
        if changes > 0 {
            self.metrics.changes.inc_by(changes as u64);
            self.metrics
                .flushes
                .observe(started.elapsed().as_secs_f64());
        }
        if batch.iter().any(|(_, changes)| !changes.is_empty()) {
            self.note(results.iter().find_map(|result| result.as_ref().err()));
        }
        results
    }

    fn append(&self, batch: &[(DocumentId, Vec<StoredChange>)]) -> Result<(), StoreError> {
        panics::catch(|| self.store.append(batch)).unwrap_or_else(|message| {
            Err(StoreError::Damaged(format!(
                "writing failed with: {message}"
            )))
        })
    }

    /// Logs when writing starts to fail and when it works again, not each attempt in between.
    fn note(&self, error: Option<&StoreError>) {
        let failed_before = self.failing.swap(error.is_some(), Ordering::Relaxed);
        match error {
            Some(error) if !failed_before => {
                tracing::error!(%error, "the store does not take changes; they wait and are not acknowledged");
            }
            None if failed_before => tracing::info!("the store takes changes again"),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maillage_shared::testing::MemoryStore;
    use maillage_shared::testing::contract::{change, document};

    #[tokio::test]
    async fn an_append_that_returns_is_in_the_store() {
        let store = MemoryStore::default();
        let writer = Writer::start(Arc::new(store.clone()), Arc::new(Metrics::new())).unwrap();
        writer
            .append(document(1), vec![change(b"a")])
            .await
            .unwrap();
        assert_eq!(store.load(document(1)).unwrap().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_store_that_fails_is_reported_until_it_works_again() {
        let store = MemoryStore::default();
        let writer = Writer::start(Arc::new(store.clone()), Arc::new(Metrics::new())).unwrap();
        store.set_failure(Some(StoreError::Full));
        let full = writer.append(document(1), vec![change(b"a")]).await;
        assert_eq!(full, Err(StoreError::Full));
        assert!(!writer.works(document(1)).await);
        store.set_failure(None);
        writer
            .append(document(1), vec![change(b"a")])
            .await
            .unwrap();
        assert!(writer.works(document(3)).await);
    }

    #[tokio::test]
    async fn a_stopped_writer_has_let_go_of_the_store() {
        let store = Arc::new(MemoryStore::default());
        let writer = Writer::start(
            Arc::clone(&store) as Arc<dyn Store>,
            Arc::new(Metrics::new()),
        )
        .unwrap();
        writer.stop().await;
        assert_eq!(Arc::strong_count(&store), 1);
        assert!(writer.append(document(1), Vec::new()).await.is_err());
        writer.stop().await;
    }

    #[tokio::test]
    async fn nothing_is_written_any_more_of_what_is_erased() {
        let store = MemoryStore::default();
        let writer = Writer::start(Arc::new(store.clone()), Arc::new(Metrics::new())).unwrap();
        let written = vec![change(b"a")];
        writer.append(document(1), written.clone()).await.unwrap();
        assert_eq!(writer.erase(document(1)).await, Ok(true));
        assert!(writer.append(document(1), written.clone()).await.is_err());
        assert_eq!(writer.erase(document(1)).await, Ok(false));
        assert_eq!(store.load(document(1)).unwrap(), None);
        // The others go on, and nobody is told that the store fails.
        writer.append(document(2), written).await.unwrap();
        assert!(writer.works(document(3)).await);
    }

    /// Fails for one document, whatever else is in the batch.
    struct OneDamaged(MemoryStore);

    impl Store for OneDamaged {
        fn append(&self, batch: &[(DocumentId, Vec<StoredChange>)]) -> Result<(), StoreError> {
            if batch.iter().any(|(name, _)| *name == document(1)) {
                return Err(StoreError::Damaged("document 1".to_owned()));
            }
            self.0.append(batch)
        }

        fn load(&self, name: DocumentId) -> Result<Option<Vec<StoredChange>>, StoreError> {
            self.0.load(name)
        }

        fn list(&self) -> Result<Vec<DocumentId>, StoreError> {
            self.0.list()
        }

        fn delete(&self, name: DocumentId) -> Result<(), StoreError> {
            self.0.delete(name)
        }
    }

    #[test]
    fn a_damaged_document_does_not_hold_up_the_others() {
        let thread = Thread {
            store: Arc::new(OneDamaged(MemoryStore::default())),
            failing: Arc::default(),
            metrics: Arc::new(Metrics::new()),
            erased: HashSet::new(),
        };
        let batch = [
            (document(1), vec![change(b"a")]),
            (document(2), vec![change(b"b")]),
        ];
        let results = thread.write(&batch);
        assert!(results[0].is_err());
        assert_eq!(results[1], Ok(()));
    }
}
