//! The room against many peers at once, of automerge's own kind and of ours, on seeded histories.

use super::*;
use crate::guard;
use crate::limits::Limits;
use crate::sync::exchange;
use crate::sync::peers::{GraphPeer, Peer, StockPeer, actor, diverged};
use crate::wire::Frame;
use automerge::sync::{Message, State};
use automerge::transaction::Transactable;
use automerge::{AutoCommit, ROOT};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::VecDeque;

/// Peers in the room of each play, and documents or graphs they come with.
const PEERS: usize = 4;

/// How many plays: a minute natively, a few seconds in wasm.
const PLAYS: u64 = if cfg!(target_arch = "wasm32") {
    20
} else {
    1000
};

enum Kind {
    Stock(Box<StockPeer>),
    Ours(Box<GraphPeer>),
}

impl Kind {
    fn peer(&mut self) -> &mut dyn Peer {
        match self {
            Self::Stock(stock) => stock.as_mut(),
            Self::Ours(ours) => ours.as_mut(),
        }
    }
}

/// One peer on one connection, whose frames arrive in order.
struct Party {
    kind: Kind,
    dialect: Dialect,
    to_room: VecDeque<Vec<u8>>,
    from_room: VecDeque<Frame>,
}

struct Play {
    random: ChaCha8Rng,
    room: Room,
    parties: Vec<Party>,
    /// What the room asked its shell for and has not been told yet.
    asked: VecDeque<RoomEvent>,
    /// How often a peer was told in short that all is durable.
    in_short: usize,
}

fn connection(number: usize) -> ConnectionId {
    ConnectionId(number as u64)
}

fn name(number: usize) -> PeerId {
    PeerId::new(format!("peer {number}")).unwrap()
}

impl Play {
    fn new(seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let (mut left, mut right) = diverged(&mut random);
        let parties = (0..PEERS)
            .map(|number| {
                let stock = |document: AutoCommit| {
                    Kind::Stock(Box::new(StockPeer {
                        document: document.with_actor(actor(10 + number as u8)),
                        state: State::new(),
                    }))
                };
                let kind = match random.random_range(0..5u32) {
                    0 => stock(left.fork()),
                    1 => stock(right.fork()),
                    2 => stock(AutoCommit::new()),
                    3 => Kind::Ours(Box::new(GraphPeer::holding(&mut right))),
                    _ => Kind::Ours(Box::default()),
                };
                let dialect = match kind {
                    Kind::Ours(_) if random.random_bool(0.7) => Dialect::Extended,
                    _ => Dialect::Stock,
                };
                Party {
                    kind,
                    dialect,
                    to_room: VecDeque::new(),
                    from_room: VecDeque::new(),
                }
            })
            .collect();
        let stored = GraphPeer::holding(&mut left).graph;
        let stored = if random.random_bool(0.7) {
            stored.changes().to_vec()
        } else {
            Vec::new()
        };
        let document = DocumentId::from_entropy([3; 16]);
        Self {
            room: Room::open(document, PeerId::new("relay").unwrap(), stored),
            random,
            parties,
            asked: VecDeque::new(),
            in_short: 0,
        }
    }

    fn step(&mut self) {
        let number = self.random.random_range(0..PEERS);
        match self.random.random_range(0..6u32) {
            0 => self.write(number),
            1 | 2 => self.speak(number),
            3 => self.arrive_at_room(number),
            4 => self.arrive_at_peer(number),
            _ => self.answer_room(),
        }
    }

    fn write(&mut self, number: usize) {
        let value = self.random.random_range(0..1000i64);
        if self.random.random_bool(0.7) {
            return;
        }
        let key = format!("by {number}");
        match &mut self.parties[number].kind {
            Kind::Stock(stock) => {
                stock.document.put(ROOT, key, value).unwrap();
                stock.document.commit();
            }
            Kind::Ours(ours) => ours.write(actor(10 + number as u8), &key, value),
        }
    }

    fn speak(&mut self, number: usize) {
        let party = &mut self.parties[number];
        party.to_room.extend(party.kind.peer().generate());
    }

    fn arrive_at_room(&mut self, number: usize) {
        let Some(bytes) = self.parties[number].to_room.pop_front() else {
            return;
        };
        let message = guard::scan_message(&bytes, &Limits::DEFAULT).unwrap();
        self.handle(RoomEvent::Sync {
            connection: connection(number),
            peer: name(number),
            dialect: self.parties[number].dialect,
            warrant: Arc::new(Warrant::of_anyone()),
            request: message.heads.is_empty(),
            message,
        });
    }

    fn arrive_at_peer(&mut self, number: usize) {
        let party = &mut self.parties[number];
        match (party.from_room.pop_front(), &mut party.kind) {
            (Some(Frame::Sync(sync)), kind) => kind.peer().receive(&sync.data),
            (Some(Frame::Durable(durable)), Kind::Ours(ours)) => {
                self.in_short += 1;
                ours.take(&exchange::confirmation(durable.heads));
            }
            (None, _) => {}
            (frame, _) => panic!("the room said {frame:?}"),
        }
    }

    /// The shell has done one thing that the room asked for; the disk is full now and then.
    fn answer_room(&mut self) {
        let Some(event) = self.asked.pop_front() else {
            return;
        };
        match event {
            RoomEvent::Flushed(batch) if self.random.random_bool(0.05) => {
                self.handle(RoomEvent::FlushFailed(batch));
            }
            event => self.handle(event),
        }
    }

    fn handle(&mut self, event: RoomEvent) {
        for effect in self.room.handle(event) {
            match effect {
                RoomEffect::Prove { batch, submissions } => {
                    let results = submissions.iter().map(|chunks| Ok(expand(chunks)));
                    let results = results.collect();
                    self.asked.push_back(RoomEvent::Proved { batch, results });
                }
                RoomEffect::Append { batch, .. } => {
                    self.asked.push_back(RoomEvent::Flushed(batch));
                }
                RoomEffect::RetryLater(batch) => {
                    self.asked.push_back(RoomEvent::RetryFlush(batch));
                }
                RoomEffect::SetAside { .. } => panic!("everyone brings their own"),
                RoomEffect::KeepSignatures(_) => panic!("nobody has signed anything"),
                RoomEffect::Unprove => panic!("nobody is turned down here"),
                RoomEffect::Send {
                    connection, frame, ..
                } => {
                    let number = connection.0 as usize;
                    let frame = Frame::decode(&frame).unwrap();
                    match &frame {
                        Frame::Unavailable(_) => continue,
                        Frame::Sync(sync) => assert_eq!(sync.target, name(number)),
                        _ => {}
                    }
                    self.parties[number].from_room.push_back(frame);
                }
                RoomEffect::Pass { .. } => panic!("nobody spoke in passing"),
                RoomEffect::Refuse { refusal, .. } => panic!("refused: {refusal}"),
            }
        }
    }

    /// Whoever still has something to say says it, until everyone is silent.
    fn end(&mut self) {
        for _ in 0..500 {
            for number in 0..PEERS {
                self.speak(number);
            }
            let silent = self
                .parties
                .iter()
                .all(|party| party.to_room.is_empty() && party.from_room.is_empty());
            if silent && self.asked.is_empty() {
                return;
            }
            for number in 0..PEERS {
                self.arrive_at_room(number);
                self.answer_room();
                self.arrive_at_peer(number);
            }
        }
        panic!("the room never falls silent");
    }
}

fn expand(chunks: &[ScannedChunk]) -> Vec<ChangeRecord> {
    let changes = chunks.iter().flat_map(|chunk| match chunk {
        ScannedChunk::Change(change) => vec![change.clone()],
        ScannedChunk::Document(bytes) => guard::expand_document(bytes, &Limits::DEFAULT).unwrap(),
    });
    changes.collect()
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn everyone_in_the_room_ends_with_the_same_whatever_the_order_of_things() {
    let mut in_short = 0;
    for seed in 0..PLAYS {
        let mut play = Play::new(seed);
        for _ in 0..400 {
            play.step();
        }
        play.end();
        let heads = play.room.graph().heads();
        for (number, party) in play.parties.iter_mut().enumerate() {
            assert_eq!(
                party.kind.peer().heads(),
                heads,
                "seed {seed}, peer {number}"
            );
        }
        in_short += play.in_short;
    }
    assert!(in_short as u64 > PLAYS / 4, "{in_short}");
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_stock_peer_that_only_watched_gets_everything_once_it_takes_part() {
    for seed in 0..PLAYS / 10 {
        let mut play = Play::new(seed);
        let mut watcher = StockPeer {
            document: AutoCommit::new(),
            state: State::new_read_only(),
        };
        // It speaks first, so that the room knows that it only watches.
        let hello = watcher.generate().unwrap();
        assert!(Message::decode(&hello).is_ok());
        play.parties[0].kind = Kind::Stock(Box::new(watcher));
        play.parties[0].dialect = Dialect::Stock;
        play.parties[0].to_room.push_back(hello);
        for _ in 0..300 {
            play.step();
        }
        let Kind::Stock(watcher) = &mut play.parties[0].kind else {
            unreachable!("it was put there");
        };
        watcher.state.set_read_only(false);
        play.end();
        let heads = play.room.graph().heads();
        assert_eq!(play.parties[0].kind.peer().heads(), heads, "seed {seed}");
    }
}
