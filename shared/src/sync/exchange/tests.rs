//! The exchange against itself and against automerge's own `sync::State`, on seeded histories.

use super::*;
use crate::limits;
use crate::sync::peers::{GraphPeer, Peer, StockPeer, actor, diverged};
use automerge::sync::State;
use automerge::transaction::Transactable;
use automerge::{AutoCommit, ROOT};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::VecDeque;

/// Ours, with room for one or two small changes in a message.
fn in_small_portions(document: &mut AutoCommit) -> GraphPeer {
    let mut peer = GraphPeer::holding(document);
    peer.exchange.allowance.message_bytes = 200;
    peer.exchange.allowance.message_operations = 10;
    peer
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

/// Lets two peers talk; both then have the same.
fn converge(seed: u64, left: &mut dyn Peer, right: &mut dyn Peer, random: &mut ChaCha8Rng) {
    talk(left, right, random);
    assert_eq!(left.heads(), right.heads(), "seed {seed}");
}

/// Lets two peers talk in turns until both are silent, and returns how long their messages were.
fn hand_over(left: &mut dyn Peer, right: &mut dyn Peer) -> Vec<usize> {
    let mut lengths = Vec::new();
    for _ in 0..500 {
        let messages = [left.generate(), right.generate()];
        if messages.iter().all(Option::is_none) {
            return lengths;
        }
        let [to_right, to_left] = messages;
        lengths.extend(to_right.iter().chain(&to_left).map(Vec::len));
        to_right.iter().for_each(|bytes| right.receive(bytes));
        to_left.iter().for_each(|bytes| left.receive(bytes));
    }
    panic!("the peers never fall silent");
}

/// A history of several megabytes: one author's long texts that no compression makes shorter.
fn heavy(random: &mut ChaCha8Rng) -> AutoCommit {
    let mut document = AutoCommit::new().with_actor(actor(1));
    for number in 0..45u32 {
        let mut bytes = vec![0; 100_000];
        random.fill_bytes(&mut bytes);
        document
            .put(ROOT, format!("{}", number % 3), bytes)
            .unwrap();
        document.commit();
    }
    document
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
        converge(seed, &mut graph, &mut stock, &mut random);
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn it_converges_with_itself() {
    for (seed, mut random) in seeds() {
        let (mut ours, mut theirs) = diverged(&mut random);
        let mut left = GraphPeer::holding(&mut ours);
        let mut right = GraphPeer::holding(&mut theirs);
        converge(seed, &mut left, &mut right, &mut random);
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn it_converges_in_small_portions() {
    for (seed, mut random) in seeds() {
        let (mut ours, mut theirs) = diverged(&mut random);
        let mut left = in_small_portions(&mut ours);
        let mut right = in_small_portions(&mut theirs);
        converge(seed, &mut left, &mut right, &mut random);
        let mut left = in_small_portions(&mut ours);
        let mut stock = StockPeer {
            document: theirs,
            state: State::new(),
        };
        converge(seed, &mut left, &mut stock, &mut random);
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn every_portion_applies_by_itself() {
    for (seed, mut random) in seeds() {
        let (mut ours, _) = diverged(&mut random);
        let mut left = in_small_portions(&mut ours);
        let mut right = GraphPeer::default();
        right.receive(&left.generate().unwrap());
        while right.heads() != left.heads() {
            let before = right.graph.len();
            left.receive(&right.generate().unwrap());
            right.receive(&left.generate().unwrap());
            assert!(right.graph.len() > before, "seed {seed}");
            assert!(right.exchange.orphans.is_empty(), "seed {seed}");
        }
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_history_larger_than_a_frame_goes_out_in_portions_to_anyone() {
    let mut document = heavy(&mut ChaCha8Rng::seed_from_u64(1));
    let total: usize = document
        .get_changes(&[])
        .iter()
        .map(|change| change.raw_bytes().len())
        .sum();
    assert!(total > limits::FRAME_BYTES);
    let mut giver = GraphPeer::holding(&mut document);
    let mut taker = GraphPeer::default();
    let mut once_more = GraphPeer::holding(&mut document);
    let mut asking = GraphPeer::default();
    let mut again = GraphPeer::holding(&mut document);
    let mut stock = StockPeer {
        document: AutoCommit::new(),
        state: State::new(),
    };
    for (lengths, heads) in [
        (hand_over(&mut giver, &mut taker), taker.heads()),
        (hand_over(&mut asking, &mut once_more), asking.heads()),
        (hand_over(&mut again, &mut stock), stock.heads()),
    ] {
        assert_eq!(heads, giver.heads());
        let longest = lengths.into_iter().max().unwrap();
        // The changes, and a little for heads, filter and lengths.
        assert!(longest <= limits::MESSAGE_BYTES + 1024, "{longest}");
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_others_write_meanwhile_does_not_hurry_the_portions() {
    let (mut ours, _) = diverged(&mut ChaCha8Rng::seed_from_u64(7));
    let mut left = in_small_portions(&mut ours);
    let mut right = GraphPeer::default();
    right.receive(&left.generate().unwrap());
    left.receive(&right.generate().unwrap());
    let portion = left.generate().unwrap();
    ours.put(ROOT, "meanwhile", 1).unwrap();
    ours.commit();
    for change in ours.get_changes(&[]) {
        left.graph.insert(ChangeRecord::from(&change));
    }
    assert_eq!(left.generate(), None);
    right.receive(&portion);
    hand_over(&mut right, &mut left);
    assert_eq!(right.heads(), left.heads());
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_gap_in_a_portion_is_asked_for_before_the_end_of_the_history() {
    let mut document = AutoCommit::new().with_actor(actor(1));
    for number in 0..6 {
        document.put(ROOT, "x", number).unwrap();
        document.commit();
    }
    let changes = document.get_changes(&[]);
    let heads = document.get_heads();
    let portion = |numbers: &[usize]| {
        let bytes = numbers
            .iter()
            .map(|number| changes[*number].raw_bytes().to_vec());
        let have = vec![Have::default()];
        message(heads.clone(), Vec::new(), have, bytes.collect()).encode()
    };
    let mut taker = GraphPeer::default();
    // A Bloom filter may claim that the second is here: the third then comes too early.
    taker.receive(&portion(&[0, 2]));
    let asked = taker.exchange.generate(&taker.graph).unwrap();
    assert_eq!((asked.need, asked.have.len()), (vec![changes[1].hash()], 0));
    taker.receive(&portion(&[1]));
    let asked = taker.exchange.generate(&taker.graph).unwrap();
    assert_eq!((asked.need, asked.have.len()), (vec![changes[5].hash()], 1));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_is_a_few_bytes_long_but_holds_many_operations_goes_out_in_portions() {
    let mut document = AutoCommit::new().with_actor(actor(1));
    let text = document
        .put_object(ROOT, "text", automerge::ObjType::Text)
        .unwrap();
    for _ in 0..8 {
        document
            .splice_text(&text, 0, 0, &"a".repeat(30_000))
            .unwrap();
        document.commit();
    }
    let mut giver = GraphPeer::holding(&mut document);
    let mut taker = GraphPeer::default();
    // The taker's guard counts operations over a whole message, and these are more than it lets pass.
    hand_over(&mut giver, &mut taker);
    assert_eq!(giver.heads(), taker.heads());
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
        converge(seed, &mut graph, &mut stock, &mut random);
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
