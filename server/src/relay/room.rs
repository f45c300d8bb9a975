//! The task of one open document: feeds its [`Room`] and performs what the room asks for, one thing at a time.

mod gone;

use super::closing::Closing;
use super::outbound::{Outbound, Topic};
use super::proving::Lost;
use super::rooms::{Context, Rooms};
use crate::panics;
use futures_util::future::BoxFuture;
use maillage_shared::ChangeHash;
use maillage_shared::change::ChangeRecord;
use maillage_shared::guard::{Ledger, Refusal, ScannedChunk, ScannedMessage};
use maillage_shared::id::{DocumentId, PeerId};
use maillage_shared::identity::{Authorship, Receipt};
use maillage_shared::roster::Warrant;
use maillage_shared::store::StoredChange;
use maillage_shared::sync::connection::CloseReason;
use maillage_shared::sync::room::{BatchId, ConnectionId, Room, RoomEffect, RoomEvent};
use maillage_shared::wire::{Dialect, DocumentMessage, EphemeralMessage, Frame};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until};

/// So many signatures that say nothing any more are not worth writing a file anew.
const FEW_SIGNATURES: usize = 64;

/// What a room's task receives.
#[derive(Debug)]
pub(super) enum RoomInput {
    /// A sync message.
    Sync {
        /// Where it came from.
        connection: ConnectionId,
        /// The sender's name.
        peer: PeerId,
        /// How it is answered.
        dialect: Dialect,
        /// What the sender may do.
        warrant: Arc<Warrant>,
        /// What it said.
        message: ScannedMessage,
        /// Whether it asked for a document it does not have.
        request: bool,
        /// Where answers go.
        outbound: Outbound,
        /// Room in memory for the message, given back once it is dealt with.
        permits: Permits,
    },
    /// An ephemeral message, to be forwarded.
    Ephemeral {
        /// Where it came from.
        connection: ConnectionId,
        /// What it said.
        message: EphemeralMessage,
    },
    /// The relay's word about the document comes back; the key of this space has signed it.
    Receipt {
        /// Where it came from.
        connection: ConnectionId,
        /// The space.
        space: DocumentId,
        /// What it says.
        receipt: Receipt,
    },
    /// The team lets in what nobody vouched for: answer whether all of it is in the document, once everything received so far is written.
    Admitted(Vec<ScannedChunk>, oneshot::Sender<bool>),
    /// What authors have signed; it holds.
    Signed {
        /// Where it came from.
        connection: ConnectionId,
        /// What was signed.
        words: Vec<Authorship>,
        /// What the authors may do.
        authors: Arc<Warrant>,
        /// The digest of all that the peer has.
        digest: Vec<u8>,
    },
    /// The document was erased; this frame says so.
    Erased(Vec<u8>),
    /// A connection that had this document open has closed.
    Left(ConnectionId),
    /// The relay stops: answer when everything received so far is written and answered.
    Finish(oneshot::Sender<()>),
}

/// The connection's and the relay's share of memory that a message takes.
pub(super) type Permits = [OwnedSemaphorePermit; 2];

/// Runs a document's room until nobody needs it any more.
pub(super) async fn run(
    document: DocumentId,
    context: Arc<Context>,
    rooms: Arc<Rooms>,
    mut mailbox: mpsc::Receiver<RoomInput>,
) {
    if is_erased(document, &context) {
        return gone::run(document, &context, &rooms, mailbox).await;
    }
    match open(document, &context).await {
        Ok((room, ledger)) => {
            let task = Task {
                document,
                context: Arc::clone(&context),
                room,
                ledger: Some(ledger),
                outbound: HashMap::new(),
                proof: None,
                work: None,
                waiting: Vec::new(),
                current: Vec::new(),
                finish: Vec::new(),
                admitted: Vec::new(),
                vouch_at: None,
            };
            if let End::Erased = task.run(&rooms, &mut mailbox).await {
                gone::run(document, &context, &rooms, mailbox).await;
            }
        }
        Err(why) => {
            tracing::error!(%document, %why, "a document cannot be opened; the others go on");
            refuse_all(document, &context, &rooms, mailbox).await;
        }
    }
}

/// Reads a document and proves again what is read; the error says why it cannot be served.
async fn open(document: DocumentId, context: &Context) -> Result<(Room, Ledger), String> {
    let started = Instant::now();
    let store = Arc::clone(&context.store);
    let registry = context.registry.clone();
    let loading = spawn_blocking(move || {
        let signed = registry.map(|registry| registry.signatures(document));
        (store.load(document), signed.unwrap_or_default())
    });
    let (stored, signed) = loading.await.map_err(|error| error.to_string())?;
    let stored = stored.map_err(|error| error.to_string())?;
    let is_lost = stored.as_ref().is_some_and(Vec::is_empty);
    let stored = stored.unwrap_or_default();
    let count = stored.len();
    let read = started.elapsed();
    let (ledger, records) = context
        .proving
        .clone()
        .open(document, stored)
        .await
        .map_err(|lost| lost.refusal().to_string())?
        .map_err(|refusal| refusal.to_string())?;
    let relay = context.relay.clone();
    let mut room = if is_lost {
        tracing::warn!(%document, "nothing is left of a document; whoever asks for it waits until a phone brings it back");
        Room::await_lost(document, relay)
    } else {
        Room::open(document, relay, records)
    };
    tidy_signatures(document, context, &mut room, signed);
    if room.graph().len() == count {
        let time = started.elapsed();
        context.metrics.openings.observe(time.as_secs_f64());
        tracing::debug!(%document, changes = count, ?read, ?time, "a document is open");
        Ok((room, ledger))
    } else {
        let found = room.graph().len();
        Err(format!("{found} of {count} changes have their causes"))
    }
}

/// Gives a room what authors have signed, and writes it anew once most of what was kept says nothing any more.
fn tidy_signatures(
    document: DocumentId,
    context: &Context,
    room: &mut Room,
    kept: Vec<Authorship>,
) {
    let count = kept.len();
    room.remember_signatures(kept);
    let latest = room.signatures();
    if let Some(registry) = context.registry.clone()
        && count > 2 * latest.len() + FEW_SIGNATURES
        && !room.graph().is_empty()
    {
        spawn_blocking(move || registry.keep_signatures(document, &latest, true));
    }
}

/// Tells everyone that the document is not available, until it is worth trying again to open it.
async fn refuse_all(
    document: DocumentId,
    context: &Context,
    rooms: &Rooms,
    mut mailbox: mpsc::Receiver<RoomInput>,
) {
    let mut try_again = Instant::now() + context.options.idle_time;
    loop {
        tokio::select! {
            input = mailbox.recv() => match input {
                Some(RoomInput::Sync { peer, outbound, .. }) => {
                    let unavailable = Frame::Unavailable(DocumentMessage {
                        sender: context.relay.clone(),
                        target: peer,
                        document,
                    });
                    outbound.send(unavailable.encode());
                }
                Some(RoomInput::Finish(finished)) => {
                    let _ = finished.send(());
                }
                Some(RoomInput::Erased(_)) => return gone::run(document, context, rooms, mailbox).await,
                Some(RoomInput::Ephemeral { .. } | RoomInput::Receipt { .. } | RoomInput::Signed { .. } | RoomInput::Admitted(..) | RoomInput::Left(_)) => {}
                None => return,
            },
            () = sleep_until(try_again) => {
                if rooms.retire(document, &mailbox) {
                    return;
                }
                try_again = Instant::now() + context.options.retry_time;
            }
        }
    }
}

fn is_erased(document: DocumentId, context: &Context) -> bool {
    let registry = context.registry.as_ref();
    registry.is_some_and(|registry| registry.tombstone(document).is_some())
}

/// Why a room's task is over.
enum End {
    /// Nobody needs it.
    Retired,
    /// Its document was erased.
    Erased,
}

/// Something the task waits for; a room asks for one thing at a time.
enum Done {
    Proved(Ledger, Result<Vec<ChangeRecord>, Refusal>),
    /// Whether a newborn document is kept.
    Admitted(Result<(), Refusal>),
    LedgerLost(Lost),
    LedgerOpened(Ledger),
    LedgerFailed(Refusal),
    Written(BatchId, bool),
    Waited(BatchId),
}

/// Submissions being proved one after the other.
struct Proof {
    batch: BatchId,
    left: VecDeque<Vec<ScannedChunk>>,
    /// The document is not born yet: someone is to say whether there is room for it.
    newborn: bool,
    results: Vec<Result<Vec<ChangeRecord>, Refusal>>,
}

struct Task {
    document: DocumentId,
    context: Arc<Context>,
    room: Room,
    /// `None` while it works, and after it was lost until the next submission.
    ledger: Option<Ledger>,
    outbound: HashMap<ConnectionId, Outbound>,
    proof: Option<Proof>,
    work: Option<BoxFuture<'static, Done>>,
    /// Memory of the messages that wait for the next batch, and of those in the current one.
    waiting: Vec<Permits>,
    current: Vec<Permits>,
    finish: Vec<oneshot::Sender<()>>,
    /// What the team has let in, and who waits to hear whether it is there.
    admitted: Vec<(Vec<ChangeHash>, oneshot::Sender<bool>)>,
    /// When the relay gives its word for what it has accepted by then.
    vouch_at: Option<Instant>,
}

impl Task {
    async fn run(mut self, rooms: &Rooms, mailbox: &mut mpsc::Receiver<RoomInput>) -> End {
        let mut idle_until = Instant::now() + self.context.options.idle_time;
        loop {
            let working = self.work.is_some();
            tokio::select! {
                done = wait(&mut self.work), if working => {
                    self.work = None;
                    self.done(done);
                }
                input = mailbox.recv() => match input {
                    Some(RoomInput::Erased(gone)) => {
                        self.erase(&gone);
                        return End::Erased;
                    }
                    Some(input) => self.take(input),
                    None => return End::Retired,
                },
                () = wait_until(self.vouch_at) => self.vouch(),
                () = sleep_until(idle_until), if !working && self.room.is_idle() => {
                    if rooms.retire(self.document, mailbox) {
                        return End::Retired;
                    }
                }
            }
            if self.work.is_none() {
                self.waiting.clear();
                self.current.clear();
                for finished in self.finish.drain(..) {
                    // Whoever asked may have stopped waiting.
                    let _ = finished.send(());
                }
                for (changes, done) in self.admitted.drain(..) {
                    let graph = self.room.graph();
                    let _ = done.send(changes.iter().all(|change| graph.contains(change)));
                }
            }
            idle_until = Instant::now() + self.context.options.idle_time;
            if self.vouch_at.is_none()
                && self.context.registry.is_some()
                && (self.room.unvouched().is_some() || self.room.has_signatures_to_pass())
            {
                self.vouch_at = Some(Instant::now() + self.context.options.vouching_time);
            }
        }
    }

    /// The document is no more: what was under way is dropped, and everyone here is told.
    fn erase(&mut self, gone: &[u8]) {
        self.work = None;
        self.proof = None;
        for effect in self.room.erase(gone) {
            self.perform(effect);
        }
        for finished in self.finish.drain(..) {
            let _ = finished.send(());
        }
        // They are not sent away: their other documents go on.
        self.outbound.clear();
    }

    /// Signs what the document has come to, for phones to keep.
    fn vouch(&mut self) {
        self.vouch_at = None;
        let unvouched = self.room.unvouched();
        if let Some((registry, (space, heads))) = self.context.registry.as_ref().zip(unvouched) {
            let receipt = registry.vouch(space, self.document, heads);
            self.handle(RoomEvent::Vouched(receipt));
        }
        self.handle(RoomEvent::PassSignatures);
    }

    fn take(&mut self, input: RoomInput) {
        match input {
            RoomInput::Sync {
                connection,
                peer,
                dialect,
                warrant,
                message,
                request,
                outbound,
                permits,
            } => {
                // What a refused connection sent after it was refused is not looked at.
                if outbound.is_closing() {
                    return;
                }
                self.outbound.insert(connection, outbound);
                self.waiting.push(permits);
                self.handle(RoomEvent::Sync {
                    connection,
                    peer,
                    dialect,
                    warrant,
                    message,
                    request,
                });
            }
            RoomInput::Ephemeral {
                connection,
                message,
            } => {
                self.handle(RoomEvent::Ephemeral {
                    connection,
                    message,
                });
            }
            RoomInput::Receipt {
                connection,
                space,
                receipt,
            } => self.handle(RoomEvent::Presented {
                connection,
                space,
                receipt,
            }),
            RoomInput::Admitted(chunks, done) => {
                let changes = chunks.iter().filter_map(|chunk| match chunk {
                    ScannedChunk::Change(change) => Some(change.hash),
                    ScannedChunk::Document(_) => None,
                });
                self.admitted.push((changes.collect(), done));
                self.handle(RoomEvent::Admitted(chunks));
            }
            RoomInput::Signed {
                connection,
                words,
                authors,
                digest,
            } => self.handle(RoomEvent::Signed {
                connection,
                words,
                authors,
                digest,
            }),
            RoomInput::Left(connection) => {
                self.outbound.remove(&connection);
                self.handle(RoomEvent::Left(connection));
            }
            RoomInput::Finish(finished) => self.finish.push(finished),
            // Taken before.
            RoomInput::Erased(_) => {}
        }
    }

    fn handle(&mut self, event: RoomEvent) {
        for effect in self.room.handle(event) {
            self.perform(effect);
        }
    }

    fn perform(&mut self, effect: RoomEffect) {
        match effect {
            RoomEffect::Prove { batch, submissions } => {
                self.current = std::mem::take(&mut self.waiting);
                self.proof = Some(Proof {
                    batch,
                    left: submissions.into(),
                    newborn: self.room.graph().is_empty(),
                    results: Vec::new(),
                });
                self.prove_next();
            }
            RoomEffect::Unprove => self.ledger = None,
            RoomEffect::SetAside { space, by, changes } => {
                if let Some(registry) = self.context.registry.clone() {
                    let document = self.document;
                    spawn_blocking(move || registry.set_aside(space, document, by, &changes));
                }
            }
            RoomEffect::KeepSignatures(words) => {
                if let Some(registry) = self.context.registry.clone() {
                    let document = self.document;
                    spawn_blocking(move || registry.keep_signatures(document, &words, false));
                }
            }
            RoomEffect::Append { batch, changes } => {
                let writer = self.context.writer.clone();
                let document = self.document;
                self.work = Some(Box::pin(async move {
                    Done::Written(batch, writer.append(document, changes).await.is_ok())
                }));
            }
            RoomEffect::RetryLater(batch) => {
                let retry = sleep(self.context.options.retry_time);
                self.work = Some(Box::pin(async move {
                    retry.await;
                    Done::Waited(batch)
                }));
            }
            RoomEffect::Send {
                connection,
                frame,
                changes,
            } => {
                self.context.metrics.deliveries.inc_by(changes as u64);
                if let Some(outbound) = self.outbound.get(&connection) {
                    outbound.send(frame);
                }
            }
            RoomEffect::Pass {
                connection,
                from,
                frame,
            } => {
                if let Some(outbound) = self.outbound.get(&connection) {
                    let document = self.document;
                    outbound.pass(Topic { from, document }, frame);
                }
            }
            RoomEffect::Refuse {
                connection,
                refusal,
            } => {
                if let Some(outbound) = self.outbound.remove(&connection) {
                    let document = self.document;
                    let reason = CloseReason::RefusedDocument { document, refusal };
                    outbound.close(Closing::Refused(reason));
                }
            }
        }
    }

    /// Proves the submissions of the batch as far as that is quick, starts on the next one that is not, or hands the results to the room.
    fn prove_next(&mut self) {
        while let Some(proof) = &mut self.proof {
            let Some(submission) = proof.left.pop_front() else {
                let space = self.ledger.as_ref().and_then(Ledger::space);
                if let Some(space) = space.filter(|_| std::mem::take(&mut proof.newborn)) {
                    let (context, document) = (Arc::clone(&self.context), self.document);
                    self.work = Some(Box::pin(async move {
                        Done::Admitted(context.spaces.admit(document, space).await)
                    }));
                    return;
                }
                let results = std::mem::take(&mut proof.results);
                let batch = proof.batch;
                self.proof = None;
                self.handle(RoomEvent::Proved { batch, results });
                return;
            };
            let proving = self.context.proving.clone();
            match self.ledger.take() {
                Some(mut ledger) if Ledger::is_quick(&submission) => {
                    match panics::catch(|| ledger.prove(&submission)) {
                        Ok(result) => {
                            self.ledger = Some(ledger);
                            proof.results.push(result);
                        }
                        Err(_) => proof.results.push(Err(Lost::Crashed.refusal())),
                    }
                }
                Some(ledger) => {
                    self.work = Some(Box::pin(async move {
                        match proving.prove(ledger, submission).await {
                            Ok((ledger, result)) => Done::Proved(ledger, result),
                            Err(lost) => Done::LedgerLost(lost),
                        }
                    }));
                    return;
                }
                None => {
                    proof.left.push_front(submission);
                    let proved = proof.results.iter().flatten().flatten();
                    let known = self.room.graph().changes().iter().chain(proved);
                    let known: Vec<StoredChange> = known.map(StoredChange::from).collect();
                    let document = self.document;
                    self.work = Some(Box::pin(async move {
                        match proving.open(document, known).await {
                            Ok(Ok((ledger, _))) => Done::LedgerOpened(ledger),
                            Ok(Err(refusal)) => Done::LedgerFailed(refusal),
                            Err(lost) => Done::LedgerFailed(lost.refusal()),
                        }
                    }));
                    return;
                }
            }
        }
    }

    fn done(&mut self, done: Done) {
        match done {
            Done::Proved(ledger, result) => {
                self.ledger = Some(ledger);
                self.proved(result);
            }
            Done::Admitted(Ok(())) => self.prove_next(),
            Done::Admitted(Err(refusal)) => {
                // It knows a document that will not be.
                self.ledger = None;
                let results = self.proof.iter_mut().flat_map(|proof| &mut proof.results);
                for result in results.filter(|result| result.is_ok()) {
                    *result = Err(refusal.clone());
                }
                self.prove_next();
            }
            Done::LedgerLost(lost) => self.proved(Err(lost.refusal())),
            Done::LedgerOpened(ledger) => {
                self.ledger = Some(ledger);
                self.prove_next();
            }
            Done::LedgerFailed(refusal) => {
                tracing::error!(document = %self.document, %refusal, "what is stored cannot be proved any more");
                if let Some(proof) = &mut self.proof {
                    let left = proof.left.drain(..).map(|_| Err(refusal.clone()));
                    proof.results.extend(left);
                }
                self.prove_next();
            }
            Done::Written(batch, true) => self.handle(RoomEvent::Flushed(batch)),
            Done::Written(batch, false) => self.handle(RoomEvent::FlushFailed(batch)),
            Done::Waited(batch) => self.handle(RoomEvent::RetryFlush(batch)),
        }
    }

    fn proved(&mut self, result: Result<Vec<ChangeRecord>, Refusal>) {
        if let Some(proof) = &mut self.proof {
            proof.results.push(result);
        }
        self.prove_next();
    }
}

impl Drop for Task {
    /// Whoever is still here when the task ends, which only a bug or the end of the relay can do, connects anew.
    fn drop(&mut self) {
        for outbound in self.outbound.values() {
            outbound.close(Closing::Resync);
        }
    }
}

async fn wait_until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

async fn wait(work: &mut Option<BoxFuture<'static, Done>>) -> Done {
    match work {
        Some(work) => work.await,
        None => std::future::pending().await,
    }
}
