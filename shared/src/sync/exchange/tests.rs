//! The exchange against itself and against automerge's own `sync::State`, on seeded histories.

use super::*;
use crate::change::ChangeRecord;
use crate::guard::{self, ScannedChunk};
use crate::limits::Limits;
use automerge::sync::{State, SyncDoc};
use automerge::transaction::Transactable;
use automerge::{ActorId, AutoCommit, ROOT};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::VecDeque;

/// A peer that keeps no document: a graph and our exchange.
#[derive(Default)]
struct GraphPeer {
    graph: Graph,
    exchange: Exchange,
}

impl GraphPeer {
    fn holding(document: &mut AutoCommit) -> Self {
        let mut peer = Self::default();
        for change in document.get_changes(&[]) {
            peer.graph.insert(ChangeRecord::from(&change));
        }
        peer
    }
}

/// A stock peer: a document and automerge's state.
struct StockPeer {
    document: AutoCommit,
    state: State,
}

trait Peer {
    fn generate(&mut self) -> Option<Vec<u8>>;
    fn receive(&mut self, bytes: &[u8]);
    fn heads(&mut self) -> Vec<ChangeHash>;
}

impl Peer for GraphPeer {
    fn generate(&mut self) -> Option<Vec<u8>> {
        self.exchange.generate(&self.graph).map(Message::encode)
    }

    fn receive(&mut self, bytes: &[u8]) {
        let message = guard::scan_message(bytes, &Limits::DEFAULT).unwrap();
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
        self.exchange.receive(&self.graph, &before, &message);
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

fn actor(number: u8) -> ActorId {
    ActorId::from(vec![number; 20])
}

/// Two copies of one history that went on apart, merging now and then so that the graph has many shapes.
fn diverged(random: &mut ChaCha8Rng) -> (AutoCommit, AutoCommit) {
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

/// Lets two peers talk, each side's messages in order but the two directions at their own pace, until both are silent.
fn talk(left: &mut dyn Peer, right: &mut dyn Peer, random: &mut ChaCha8Rng) {
    let mut to_right = VecDeque::new();
    let mut to_left = VecDeque::new();
    for _ in 0..300 {
        match random.random_range(0..4u32) {
            0 => to_right.extend(left.generate()),
            1 => to_left.extend(right.generate()),
            2 => {
                if let Some(bytes) = to_right.pop_front() {
                    right.receive(&bytes);
                }
            }
            _ => {
                if let Some(bytes) = to_left.pop_front() {
                    left.receive(&bytes);
                }
            }
        }
    }
    // The end is played out strictly: whoever still has something to say says it.
    for _ in 0..200 {
        to_right.extend(left.generate());
        to_left.extend(right.generate());
        if to_right.is_empty() && to_left.is_empty() {
            return;
        }
        for bytes in to_right.drain(..) {
            right.receive(&bytes);
        }
        for bytes in to_left.drain(..) {
            left.receive(&bytes);
        }
    }
    panic!("the peers never fall silent");
}

fn seeds() -> impl Iterator<Item = (u64, ChaCha8Rng)> {
    (0..200).map(|seed| (seed, ChaCha8Rng::seed_from_u64(seed)))
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn it_converges_with_automerges_own_state() {
    for (seed, mut random) in seeds() {
        let (mut ours, theirs) = diverged(&mut random);
        let mut graph = GraphPeer::holding(&mut ours);
        let mut stock = StockPeer {
            document: theirs,
            state: State::new(),
        };
        talk(&mut graph, &mut stock, &mut random);
        assert_eq!(graph.heads(), stock.heads(), "seed {seed}");
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn it_converges_with_itself() {
    for (seed, mut random) in seeds() {
        let (mut ours, mut theirs) = diverged(&mut random);
        let mut left = GraphPeer::holding(&mut ours);
        let mut right = GraphPeer::holding(&mut theirs);
        talk(&mut left, &mut right, &mut random);
        assert_eq!(left.heads(), right.heads(), "seed {seed}");
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_stock_peer_that_has_nothing_gets_everything() {
    for (seed, mut random) in seeds().take(50) {
        let (mut ours, _) = diverged(&mut random);
        let mut graph = GraphPeer::holding(&mut ours);
        let mut stock = StockPeer {
            document: AutoCommit::new(),
            state: State::new(),
        };
        talk(&mut graph, &mut stock, &mut random);
        assert_eq!(graph.heads(), stock.heads(), "seed {seed}");
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_remembered_past_that_the_other_lost_is_sent_again() {
    for (seed, mut random) in seeds().take(100) {
        let (mut ours, mut theirs) = diverged(&mut random);
        let mut phone = GraphPeer::holding(&mut ours);
        // The phone believes that all it has was acknowledged; the relay came back from an older disk.
        phone.exchange = Exchange::resume(phone.graph.heads());
        let mut relay = GraphPeer::holding(&mut theirs);
        talk(&mut phone, &mut relay, &mut random);
        assert_eq!(phone.heads(), relay.heads(), "seed {seed}");
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn peers_in_step_fall_silent_after_one_word_each() {
    let (mut ours, _) = diverged(&mut ChaCha8Rng::seed_from_u64(7));
    let mut left = GraphPeer::holding(&mut ours);
    let mut right = GraphPeer::holding(&mut ours);
    let hello = left.generate().unwrap();
    right.receive(&hello);
    let answer = right.generate().unwrap();
    left.receive(&answer);
    assert_eq!(left.generate(), None);
    assert_eq!(right.generate(), None);
    assert_eq!(left.exchange.acknowledged(&left.graph), left.graph.heads());
}
