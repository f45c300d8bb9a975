//! Two kinds of peers for tests: ours without a document, and automerge's own.

use super::exchange::Exchange;
use super::graph::Graph;
use crate::change::ChangeRecord;
use crate::guard::{self, ScannedChunk, ScannedMessage};
use crate::limits::Limits;
use automerge::sync::{Message, State, SyncDoc};
use automerge::transaction::Transactable;
use automerge::{ActorId, AutoCommit, Change, ChangeHash, ROOT};
use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;

/// A peer that keeps no document: a graph and our exchange.
#[derive(Default)]
pub(super) struct GraphPeer {
    pub(super) graph: Graph,
    pub(super) exchange: Exchange,
}

impl GraphPeer {
    pub(super) fn holding(document: &mut AutoCommit) -> Self {
        let mut peer = Self::default();
        for change in document.get_changes(&[]) {
            peer.graph.insert(ChangeRecord::from(&change));
        }
        peer
    }

    /// Writes as a phone does that has a document of all this.
    pub(super) fn write(&mut self, actor: ActorId, key: &str, value: i64) {
        let mut document = AutoCommit::new().with_actor(actor);
        let changes = self.graph.changes().iter();
        let changes = changes.map(|change| Change::from_bytes(change.bytes.to_vec()).unwrap());
        document.apply_changes(changes).unwrap();
        document.put(ROOT, key, value).unwrap();
        document.commit();
        let written = document.get_last_local_change().unwrap();
        self.graph.insert(ChangeRecord::from(&written));
    }

    pub(super) fn take(&mut self, message: &ScannedMessage) {
        let before = self.graph.heads();
        for chunk in &message.chunks {
            match chunk {
                ScannedChunk::Change(change) => {
                    self.graph.insert(change.clone());
                }
                ScannedChunk::Document(bytes) => {
                    for change in guard::expand_document(bytes, &Limits::DEFAULT).unwrap() {
                        self.graph.insert(change);
                    }
                }
            }
        }
        for change in self.graph.take_ready_orphans() {
            self.graph.insert(change);
        }
        self.exchange.receive(&self.graph, &before, message);
    }
}

/// A stock peer: a document and automerge's state.
pub(super) struct StockPeer {
    pub(super) document: AutoCommit,
    pub(super) state: State,
}

pub(super) trait Peer {
    fn generate(&mut self) -> Option<Vec<u8>>;
    fn receive(&mut self, bytes: &[u8]);
    fn heads(&mut self) -> Vec<ChangeHash>;
}

impl Peer for GraphPeer {
    fn generate(&mut self) -> Option<Vec<u8>> {
        self.exchange.generate(&self.graph).map(Message::encode)
    }

    fn receive(&mut self, bytes: &[u8]) {
        self.take(&guard::scan_message(bytes, &Limits::DEFAULT).unwrap());
    }

    fn heads(&mut self) -> Vec<ChangeHash> {
        self.graph.heads()
    }
}

impl Peer for StockPeer {
    fn generate(&mut self) -> Option<Vec<u8>> {
        self.document
            .sync()
            .generate_sync_message(&mut self.state)
            .map(Message::encode)
    }

    fn receive(&mut self, bytes: &[u8]) {
        let message = Message::decode(bytes).unwrap();
        self.document
            .sync()
            .receive_sync_message(&mut self.state, message)
            .unwrap();
    }

    fn heads(&mut self) -> Vec<ChangeHash> {
        self.document.get_heads()
    }
}

pub(super) fn actor(number: u8) -> ActorId {
    ActorId::from(vec![number; 20])
}

/// Two copies of one history that went on apart, merging now and then so that the graph has many shapes.
pub(super) fn diverged(random: &mut ChaCha8Rng) -> (AutoCommit, AutoCommit) {
    let mut left = AutoCommit::new().with_actor(actor(1));
    for number in 0..random.random_range(0..20u32) {
        left.put(ROOT, format!("common {number}"), number as i64)
            .unwrap();
        left.commit();
    }
    let mut right = left.fork().with_actor(actor(2));
    for _ in 0..random.random_range(0..12u32) {
        let both = [(&mut left, 1u8), (&mut right, 2)];
        for (document, name) in both {
            for _ in 0..random.random_range(0..6u32) {
                let key = format!("{name} {}", random.random_range(0..5u32));
                document
                    .put(ROOT, key, i64::from(random.next_u32()))
                    .unwrap();
                document.commit();
            }
        }
        if random.random_bool(0.2) {
            left.merge(&mut right).unwrap();
        }
    }
    (left, right)
}
