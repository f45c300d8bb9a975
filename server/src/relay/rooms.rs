//! The documents that are open.

use super::closing::Closing;
use super::options::Options;
use super::outbound::Outbound;
use super::proving::Proving;
use super::room::{self, RoomInput};
use super::spaces::Spaces;
use super::writer::Writer;
use crate::access::Registry;
use crate::metrics::Metrics;
use maillage_shared::guard::ScannedChunk;
use maillage_shared::id::{DocumentId, PeerId};
use maillage_shared::store::Store;
use maillage_shared::sync::room::ConnectionId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

/// Messages that wait for a room before their connections wait.
const MAILBOX_MESSAGES: usize = 256;

/// What every room needs.
pub(super) struct Context {
    pub(super) relay: PeerId,
    pub(super) store: Arc<dyn Store>,
    pub(super) writer: Writer,
    pub(super) proving: Proving,
    pub(super) spaces: Spaces,
    pub(super) metrics: Arc<Metrics>,
    pub(super) options: Options,
    /// With whose keys the relay gives its word; without it, it does not.
    pub(super) registry: Option<Arc<Registry>>,
}

/// One task for each open document. Rooms open with the first message for them and retire when they have been empty for a while.
pub(super) struct Rooms {
    context: Arc<Context>,
    open: Mutex<HashMap<DocumentId, mpsc::Sender<RoomInput>>>,
    tasks: TaskTracker,
}

impl Rooms {
    /// No room is open yet.
    pub(super) fn new(context: Context) -> Self {
        Self {
            context: Arc::new(context),
            open: Mutex::default(),
            tasks: TaskTracker::new(),
        }
    }

    /// What the rooms were given.
    pub(super) fn context(&self) -> &Context {
        &self.context
    }

    /// How many documents are open.
    pub(super) fn count(&self) -> usize {
        self.open().len()
    }

    /// Hands something to a document's room, opening it if necessary.
    pub(super) async fn send(
        self: &Arc<Self>,
        document: DocumentId,
        input: RoomInput,
        outbound: &Outbound,
    ) {
        let room = self.room(document);
        if room.send(input).await.is_err() {
            // The room's task ended by a bug, which is logged; the next message opens a new one.
            self.forget(document, &room);
            outbound.close(Closing::Resync);
        }
    }

    /// Lets something into a document, whoever wrote it, and says whether all of it is there and durable.
    pub(super) async fn admit(
        self: &Arc<Self>,
        document: DocumentId,
        chunks: Vec<ScannedChunk>,
    ) -> bool {
        let room = self.room(document);
        let (done, finished) = oneshot::channel();
        room.send(RoomInput::Admitted(chunks, done)).await.is_ok() && finished.await == Ok(true)
    }

    /// Tells a room that a connection has closed.
    pub(super) async fn leave(&self, document: DocumentId, connection: ConnectionId) {
        let room = self.open().get(&document).cloned();
        if let Some(room) = room {
            // A room that is gone has nobody in it.
            let _ = room.send(RoomInput::Left(connection)).await;
        }
    }

    /// Closes a room that nobody can be writing to; called by its task.
    pub(super) fn retire(&self, document: DocumentId, mailbox: &mpsc::Receiver<RoomInput>) -> bool {
        let mut open = self.open();
        // Senders are cloned under this lock only: the one left is the map's.
        let unused = mailbox.is_empty() && mailbox.sender_strong_count() == 1;
        if unused {
            open.remove(&document);
            tracing::debug!(%document, open = open.len(), "closed a document");
        }
        unused
    }

    /// Ends a document that was erased: whoever has it open is told so in `gone`, and nothing of it is taken any more.
    pub(super) async fn erase(&self, document: DocumentId, gone: Vec<u8>) {
        let room = self.open().get(&document).cloned();
        if let Some(room) = room {
            // A room that opens from now on finds the document erased.
            let _ = room.send(RoomInput::Erased(gone)).await;
        }
    }

    /// Waits until every room has written and answered what it received.
    pub(super) async fn finish(&self) {
        let rooms: Vec<_> = self.open().values().cloned().collect();
        for room in rooms {
            let (done, finished) = oneshot::channel();
            if room.send(RoomInput::Finish(done)).await.is_ok() {
                // A room that ended meanwhile is finished too.
                let _ = finished.await;
            }
        }
    }

    /// Closes every room and the writing thread, and waits for them.
    pub(super) async fn close(&self) {
        self.open().clear();
        self.tasks.close();
        self.tasks.wait().await;
        self.context.writer.stop().await;
    }

    fn room(self: &Arc<Self>, document: DocumentId) -> mpsc::Sender<RoomInput> {
        let mut open = self.open();
        if let Some(room) = open.get(&document) {
            return room.clone();
        }
        let (sender, mailbox) = mpsc::channel(MAILBOX_MESSAGES);
        open.insert(document, sender.clone());
        self.tasks.spawn(room::run(
            document,
            Arc::clone(&self.context),
            Arc::clone(self),
            mailbox,
        ));
        tracing::debug!(%document, open = open.len(), "opened a document");
        sender
    }

    fn forget(&self, document: DocumentId, dead: &mpsc::Sender<RoomInput>) {
        let mut open = self.open();
        if open
            .get(&document)
            .is_some_and(|room| room.same_channel(dead))
        {
            open.remove(&document);
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<DocumentId, mpsc::Sender<RoomInput>>> {
        // Nothing panics while it holds the lock.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
