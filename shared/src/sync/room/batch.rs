//! A room works in batches: what arrives while one is being proved and flushed waits for the next.

use super::entitled::{Visitor, genesis};
use super::{BatchId, ConnectionId, Member, Room, RoomEffect};
use crate::change::ChangeRecord;
use crate::guard::{Refusal, ScannedChunk, ScannedMessage};
use crate::id::{DocumentId, PeerId};
use crate::roster::Warrant;
use crate::store::StoredChange;
use crate::sync::exchange;
use crate::wire::{Dialect, DocumentMessage, DurableMessage, Envelope, Frame, RefusedMessage};
use automerge::ChangeHash;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// A sync message that waits for its turn.
#[derive(Debug)]
pub(super) struct Inbound {
    pub(super) connection: ConnectionId,
    /// Who sent it, as things stood then: the sender may be gone, or refused, when its turn comes.
    pub(super) visitor: Visitor,
    pub(super) message: ScannedMessage,
    pub(super) request: bool,
}

impl Inbound {
    /// What comes from nobody's connection and is let in.
    pub(super) fn of_the_relay(chunks: Vec<ScannedChunk>) -> Self {
        Self {
            // The relay numbers connections from 1.
            connection: ConnectionId(0),
            visitor: Visitor {
                warrant: Arc::new(Warrant::of_anyone()),
                presented: None,
                signed: None,
            },
            message: ScannedMessage {
                heads: Vec::new(),
                need: Vec::new(),
                have: Vec::new(),
                flags: None,
                chunks,
            },
            request: false,
        }
    }
}

/// Messages taken together, and the changes they brought.
#[derive(Debug)]
pub(super) struct Batch {
    id: BatchId,
    inbound: Vec<Inbound>,
    /// For each submission sent to the prover, where it comes from.
    sources: Vec<Source>,
    /// Proved changes that wait for the disk.
    changes: Vec<ChangeRecord>,
}

/// Where a submission comes from.
#[derive(Debug)]
struct Source {
    /// Who made it; `None` for orphans that became ready.
    connection: Option<ConnectionId>,
    /// Whose it has to be, where that is seen only when it is proved.
    to_be_seen: Option<Visitor>,
}

impl Room {
    pub(super) fn is_current(&self, batch: BatchId) -> bool {
        self.batch
            .as_ref()
            .is_some_and(|current| current.id == batch)
    }

    /// Takes everything that waits and has its changes proved; without new changes the answers go out at once.
    pub(super) fn start_batch(&mut self, effects: &mut Vec<RoomEffect>) {
        if self.batch.is_some() {
            return;
        }
        let orphans = self.graph.take_ready_orphans();
        if self.inbox.is_empty() && orphans.is_empty() {
            return;
        }
        self.batches += 1;
        let id = BatchId(self.batches);
        let inbound = std::mem::take(&mut self.inbox);
        let mut submissions = Vec::new();
        let mut sources = Vec::new();
        let mut ready: HashSet<ChangeHash> = orphans.iter().map(|change| change.hash).collect();
        if !orphans.is_empty() {
            submissions.push(orphans.into_iter().map(ScannedChunk::Change).collect());
            sources.push(Source {
                connection: None,
                to_be_seen: None,
            });
        }
        let inbound = self.turn_away(inbound, effects);
        for entry in &inbound {
            let is_unasked = entry.visitor.warrant.is_unasked();
            let chunks = self.sort_out(&entry.message.chunks, is_unasked, &mut ready);
            if !chunks.is_empty() {
                let is_whole = |chunk| matches!(chunk, &ScannedChunk::Document(_));
                let is_open = self.genesis.is_none() || chunks.iter().any(is_whole);
                sources.push(Source {
                    connection: Some(entry.connection),
                    to_be_seen: is_open.then(|| entry.visitor.clone()),
                });
                submissions.push(chunks);
            }
        }
        let nothing_to_prove = submissions.is_empty();
        self.batch = Some(Batch {
            id,
            inbound,
            sources,
            changes: Vec::new(),
        });
        if nothing_to_prove {
            self.flushed(id, effects);
        } else {
            effects.push(RoomEffect::Prove {
                batch: id,
                submissions,
            });
        }
    }

    /// Drops what is known, keeps aside what lacks a dependency, returns what can be proved now in causal order.
    fn sort_out(
        &mut self,
        chunks: &[ScannedChunk],
        is_unasked: bool,
        ready: &mut HashSet<ChangeHash>,
    ) -> Vec<ScannedChunk> {
        let mut kept = Vec::new();
        let mut waiting = Vec::new();
        for chunk in chunks {
            match chunk {
                ScannedChunk::Document(_) => kept.push(chunk.clone()),
                ScannedChunk::Change(change) => {
                    if !self.graph.contains(&change.hash) && !ready.contains(&change.hash) {
                        waiting.push(change.clone());
                    }
                }
            }
        }
        // Senders usually list changes in causal order; when they do not, each round places at least one more.
        loop {
            let before = waiting.len();
            waiting.retain(|change| {
                let placed = change
                    .deps
                    .iter()
                    .all(|dep| self.graph.contains(dep) || ready.contains(dep));
                if placed && ready.insert(change.hash) {
                    kept.push(ScannedChunk::Change(change.clone()));
                }
                !placed
            });
            if waiting.is_empty() || waiting.len() == before {
                break;
            }
        }
        // Whose orphans of an unborn document are is not known before its birth: they are asked for again.
        if self.genesis.is_some() || is_unasked {
            for change in waiting {
                self.graph.keep_orphan(change);
            }
        }
        kept
    }

    /// Leaves out messages with changes that are not their sender's to bring, and says so.
    fn turn_away(&mut self, inbound: Vec<Inbound>, effects: &mut Vec<RoomEffect>) -> Vec<Inbound> {
        let mut kept = Vec::with_capacity(inbound.len());
        let mut refused = HashSet::new();
        for entry in inbound {
            // What else was sent before the refusal was heard may build on what was refused.
            if refused.contains(&entry.connection) {
                continue;
            }
            match self.admits(&entry) {
                Ok(()) => kept.push(entry),
                Err(refusal) => {
                    refused.insert(entry.connection);
                    if let Some(genesis) = self.genesis {
                        let new = self.unknown_changes(&entry.message);
                        set_aside(&refusal, genesis.space, &entry.visitor, &new, effects);
                    }
                    self.refuse(entry.connection, refusal, effects);
                }
            }
        }
        kept
    }

    /// Refuses the senders of what did not pass, and has the rest written.
    pub(super) fn proved(
        &mut self,
        id: BatchId,
        results: Vec<Result<Vec<ChangeRecord>, Refusal>>,
        effects: &mut Vec<RoomEffect>,
    ) {
        let Some(mut batch) = self.batch.take_if(|batch| batch.id == id) else {
            return;
        };
        let mut turned_down = false;
        for (result, source) in results.into_iter().zip(std::mem::take(&mut batch.sources)) {
            let permitted = result.and_then(|changes| {
                if turned_down {
                    self.stands_without(&changes, &batch.changes)?;
                }
                if let Some(visitor) = &source.to_be_seen {
                    self.permits(visitor, &changes, &batch.changes)
                        .inspect_err(|refusal| {
                            turned_down = true;
                            let born = self.genesis.or_else(|| genesis(&changes));
                            if let Some(born) = born {
                                let new: Vec<&ChangeRecord> = changes.iter().collect();
                                set_aside(refusal, born.space, visitor, &new, effects);
                            }
                        })?;
                }
                Ok(changes)
            });
            match (permitted, source.connection) {
                (Ok(changes), _) => batch.changes.extend(changes),
                (Err(refusal), Some(connection)) => {
                    batch
                        .inbound
                        .retain(|inbound| inbound.connection != connection);
                    self.refuse(connection, refusal, effects);
                }
                // Orphans have no sender left to answer to: they are dropped, and asked for again when someone advertises them.
                (Err(_), None) => {}
            }
        }
        if turned_down {
            effects.push(RoomEffect::Unprove);
        }
        self.batch = Some(batch);
        self.append(id, effects);
    }

    /// Lets a connection hear why something of it is not accepted, and have no part in the document any more.
    fn refuse(
        &mut self,
        connection: ConnectionId,
        refusal: Refusal,
        effects: &mut Vec<RoomEffect>,
    ) {
        let Some(member) = self.members.remove(&connection) else {
            return;
        };
        // Peers of ours send no more of a document that was declined, and their other documents go on.
        let is_heeded = member.dialect == Dialect::Extended
            && matches!(refusal.cause(), Refusal::TooLarge { .. });
        effects.push(if refusal.spares_the_connection() || is_heeded {
            RoomEffect::Send {
                connection,
                frame: self.decline(member, &refusal).encode(),
                changes: 0,
            }
        } else {
            RoomEffect::Refuse {
                connection,
                refusal,
            }
        });
    }

    /// Tells who brought a document that it is not kept here. Stock peers only know of documents that are not available.
    fn decline(&self, member: Member, refusal: &Refusal) -> Frame {
        match member.dialect {
            Dialect::Stock => self.unavailable(member.peer),
            Dialect::Extended => Frame::Refused(RefusedMessage {
                sender: self.relay.clone(),
                target: member.peer,
                document: self.document,
                reason: refusal.code().to_owned(),
                message: refusal.to_string(),
                changes: refusal.change().into_iter().collect(),
            }),
        }
    }

    pub(super) fn unavailable(&self, target: PeerId) -> Frame {
        Frame::Unavailable(DocumentMessage {
            sender: self.relay.clone(),
            target,
            document: self.document,
        })
    }

    /// Has the proved changes of the current batch written, or answers at once when there are none.
    pub(super) fn append(&mut self, id: BatchId, effects: &mut Vec<RoomEffect>) {
        let Some(batch) = self.batch.as_ref().filter(|batch| batch.id == id) else {
            return;
        };
        if batch.changes.is_empty() {
            self.flushed(id, effects);
        } else {
            let changes = batch.changes.iter().map(StoredChange::from).collect();
            effects.push(RoomEffect::Append { batch: id, changes });
        }
    }

    /// The changes are on the disk: they enter the graph, and everyone hears of them.
    pub(super) fn flushed(&mut self, id: BatchId, effects: &mut Vec<RoomEffect>) {
        let Some(batch) = self.batch.take_if(|batch| batch.id == id) else {
            return;
        };
        let before = self.graph.heads();
        let position = self.graph.len();
        if self.genesis.is_none() {
            self.is_born(&batch.changes, effects);
        }
        for change in batch.changes {
            self.graph.insert(change);
        }
        for inbound in &batch.inbound {
            if let Some(member) = self.members.get_mut(&inbound.connection) {
                member.told_unavailable &= inbound.message.heads.is_empty();
                member
                    .exchange
                    .receive(&self.graph, &before, &inbound.message);
            }
        }
        self.take_signed(&batch.inbound, effects);
        self.say_what_is_unavailable(&batch.inbound, effects);
        if self.graph.len() > position {
            self.tell_everyone(position, effects);
        } else {
            let spoke: BTreeSet<ConnectionId> = batch
                .inbound
                .iter()
                .map(|inbound| inbound.connection)
                .collect();
            for connection in spoke {
                self.answer(connection, effects);
            }
        }
        self.start_batch(effects);
    }

    /// Tells everyone what has come after `position` in the graph, and what else they do not know yet.
    fn tell_everyone(&mut self, position: usize, effects: &mut Vec<RoomEffect>) {
        let news = exchange::news(&self.graph, position);
        // Most members are in step: for them the message is encoded once.
        let mut envelope = None;
        let mut others = Vec::new();
        for (connection, member) in &mut self.members {
            match &news {
                Some(news) if member.exchange.is_in_step(position) => {
                    let envelope = envelope.get_or_insert_with(|| {
                        Envelope::sync(&self.relay, self.document, &news.data)
                    });
                    member.exchange.follow(&self.graph, news);
                    effects.push(RoomEffect::Send {
                        connection: *connection,
                        frame: envelope.to(&member.peer),
                        changes: self.graph.len() - position,
                    });
                }
                _ => others.push(*connection),
            }
        }
        for connection in others {
            self.answer(connection, effects);
        }
    }

    /// Tells one member what it does not know yet.
    fn answer(&mut self, connection: ConnectionId, effects: &mut Vec<RoomEffect>) {
        let Some(member) = self.members.get_mut(&connection) else {
            return;
        };
        if member.told_unavailable && self.graph.is_empty() {
            return;
        }
        let in_short = member.dialect == Dialect::Extended && member.exchange.is_level(&self.graph);
        if in_short {
            if let Some(heads) = member.exchange.confirm(&self.graph) {
                let durable = Frame::Durable(DurableMessage {
                    document: self.document,
                    heads,
                });
                effects.push(RoomEffect::Send {
                    connection,
                    frame: durable.encode(),
                    changes: 0,
                });
            }
            self.give_receipt(connection, effects);
            self.tell_of_signatures(connection, effects);
        } else if let Some(message) = member.exchange.generate(&self.graph) {
            let changes = message.changes.len();
            let envelope = Envelope::sync(&self.relay, self.document, &message.encode());
            effects.push(RoomEffect::Send {
                connection,
                frame: envelope.to(&member.peer),
                changes,
            });
        }
    }

    /// Answers those who ask for a document that nobody has brought yet.
    fn say_what_is_unavailable(&mut self, inbound: &[Inbound], effects: &mut Vec<RoomEffect>) {
        if !self.graph.is_empty() {
            return;
        }
        for entry in inbound.iter().filter(|entry| entry.request) {
            if let Some(member) = self.members.get_mut(&entry.connection) {
                member.told_unavailable = true;
                // Peers of ours go on asking all the same, and would take silence for a dead connection.
                if self.is_awaited && member.dialect == Dialect::Stock {
                    continue;
                }
                let target = member.peer.clone();
                let unavailable = self.unavailable(target);
                effects.push(RoomEffect::Send {
                    connection: entry.connection,
                    frame: unavailable.encode(),
                    changes: 0,
                });
            }
        }
    }
}

/// What somebody brings of others, and nobody vouches for, is the team's to decide on. Who lacks the right themselves brings nothing.
fn set_aside(
    refusal: &Refusal,
    space: DocumentId,
    visitor: &Visitor,
    changes: &[&ChangeRecord],
    effects: &mut Vec<RoomEffect>,
) {
    if !matches!(refusal.cause(), Refusal::Author) {
        return;
    }
    if let Some(by) = visitor.warrant.keys().first().copied() {
        effects.push(RoomEffect::SetAside {
            space,
            by,
            changes: changes
                .iter()
                .map(|change| StoredChange::from(*change))
                .collect(),
        });
    }
}
