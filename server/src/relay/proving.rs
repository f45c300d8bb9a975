//! Proving what takes long off the connections' thread, with a time limit.

use super::options::Options;
use crate::panics;
use maillage_shared::change::ChangeRecord;
use maillage_shared::guard::{Ledger, Refusal, ScannedChunk};
use maillage_shared::id::DocumentId;
use maillage_shared::store::StoredChange;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// Why a ledger did not come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lost {
    /// It panicked.
    Crashed,
    /// It took longer than this; its thread is left to itself.
    TooSlow(Duration),
}

impl Lost {
    /// What whoever submitted the work is told.
    pub(super) fn refusal(&self) -> Refusal {
        match self {
            Self::Crashed => Refusal::Crashes,
            Self::TooSlow(limit) => Refusal::TooLarge {
                what: "time to apply these changes, in milliseconds,",
                found: limit.as_millis() as u64,
                limit: limit.as_millis() as u64,
            },
        }
    }
}

/// Proves on threads of their own, as many at a time as there are processors.
#[derive(Clone)]
pub(super) struct Proving {
    options: Arc<Options>,
    running: Arc<Semaphore>,
    abandoned: Arc<AtomicUsize>,
}

impl Proving {
    /// With the limits and times in `options`.
    pub(super) fn new(options: Options) -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        Self {
            options: Arc::new(options),
            running: Arc::new(Semaphore::new(processors)),
            abandoned: Arc::default(),
        }
    }

    /// Has one submission proved; the ledger comes back unless it crashed or took too long.
    pub(super) async fn prove(
        self,
        mut ledger: Ledger,
        submission: Vec<ScannedChunk>,
    ) -> Result<(Ledger, Result<Vec<ChangeRecord>, Refusal>), Lost> {
        self.run(self.options.proving_time, move || {
            let result = ledger.prove(&submission);
            (ledger, result)
        })
        .await
    }

    /// Makes a ledger that knows these changes, and returns them with it.
    pub(super) async fn open(
        self,
        document: DocumentId,
        changes: Vec<StoredChange>,
    ) -> Result<Result<(Ledger, Vec<ChangeRecord>), Refusal>, Lost> {
        let limits = self.options.limits;
        self.run(self.options.opening_time, move || {
            Ledger::open(document, &changes, limits)
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Lost> {
        // Held here and not by the thread, so that a thread that is stuck does not keep others from starting.
        let Ok(_running) = self.running.acquire().await else {
            return Err(Lost::Crashed);
        };
        let thread = spawn_blocking(move || panics::catch(work));
        match timeout(limit, thread).await {
            Ok(Ok(Ok(value))) => Ok(value),
            Ok(Ok(Err(_)) | Err(_)) => Err(Lost::Crashed),
            Err(_) => {
                let abandoned = self.abandoned.fetch_add(1, Ordering::Relaxed) + 1;
                tracing::error!(
                    abandoned,
                    "a proof took too long; its thread is left to itself"
                );
                Err(Lost::TooSlow(limit))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    /// A limit that no test reaches.
    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_panic_loses_the_prover_only() {
        let proving = Proving::new(Options::default());
        let result = proving.run::<()>(LONG, || panic!("crafted")).await;
        assert_eq!(result, Err(Lost::Crashed));
        assert_eq!(proving.run(LONG, || 7).await, Ok(7));
    }

    #[tokio::test]
    async fn threads_that_are_stuck_do_not_hold_up_the_next_proof() {
        let proving = Proving::new(Options::default());
        let limit = Duration::from_millis(1);
        let (release, released) = mpsc::channel::<()>();
        let released = Arc::new(std::sync::Mutex::new(released));
        for _ in 0..available_parallelism().map_or(1, usize::from) + 1 {
            let released = Arc::clone(&released);
            let stuck = move || drop(released.lock().map(|released| released.recv()));
            assert_eq!(proving.run(limit, stuck).await, Err(Lost::TooSlow(limit)));
        }
        assert_eq!(proving.run(LONG, || 7).await, Ok(7));
        drop(release);
    }
}
