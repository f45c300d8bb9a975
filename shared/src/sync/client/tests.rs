//! What one phone promises, step by step; whole afternoons are played in `tests/convergence.rs`.

use super::*;
use crate::doc::{Genesis, Kind};
use crate::id::PeerId;
use crate::wire::{Metadata, PROTOCOL_VERSION, PeerMessage, RefusedMessage};
use automerge::ROOT;
use automerge::transaction::Transactable;

mod erasing;
mod limits;
mod proofs;
mod refused;
mod returning;
mod siblings;
mod signing;

const NOW: UnixMillis = UnixMillis(1_000_000);

fn id() -> DocumentId {
    DocumentId::from_entropy([3; 16])
}

fn newborn() -> (Document, ChangeRecord) {
    let genesis = Genesis {
        kind: Kind::JobSheet,
        schema: 1,
        space: id(),
    };
    Document::birth(genesis, ActorId::from(vec![1; 20]), NOW, |_| Ok(())).unwrap()
}

fn connected() -> Client {
    let mut client = Client::default();
    client.handle(NOW, ClientEvent::Online);
    greet(&mut client, NOW, 1);
    client
}

/// The socket opens and the relay answers the greeting.
fn greet(client: &mut Client, now: UnixMillis, entropy: u8) {
    meet(client, now, entropy, PROTOCOL_VERSION, "disk");
}

/// The same, with the version that the relay speaks and the name of its store. Returns what the phone says then.
fn meet(
    client: &mut Client,
    now: UnixMillis,
    entropy: u8,
    version: &str,
    store: &str,
) -> Vec<ClientEffect> {
    let entropy = [entropy; 16];
    client.handle(now, ClientEvent::Opened { entropy });
    let welcome = Frame::Peer(PeerMessage {
        sender: PeerId::new("relay").unwrap(),
        target: PeerId::from_entropy(entropy),
        version: version.into(),
        metadata: Metadata {
            storage: Some(store.to_owned()),
            ephemeral: false,
        },
    });
    let effects = client.handle(now, ClientEvent::Frame(&welcome.encode()));
    assert!(client.is_online());
    effects
}

/// What the relay says of the document, given what it has of it.
fn relay_says(heads: Vec<ChangeHash>) -> Frame {
    relay_brings(heads, &[])
}

/// The same with changes.
fn relay_brings(heads: Vec<ChangeHash>, changes: &[&ChangeRecord]) -> Frame {
    let changes: Vec<Vec<u8>> = changes.iter().map(|change| change.bytes.to_vec()).collect();
    let message = automerge::sync::Message {
        heads,
        need: Vec::new(),
        have: vec![automerge::sync::Have::default()],
        changes: changes.into(),
        flags: None,
        version: automerge::sync::MessageVersion::V1,
    };
    Frame::Sync(SyncMessage {
        sender: PeerId::new("relay").unwrap(),
        target: PeerId::from_entropy([1; 16]),
        document: id(),
        data: message.encode(),
    })
}

fn refusal() -> Frame {
    Frame::Error {
        message: "refused: wrong checksum".to_owned(),
    }
}

/// Waits for the next attempt; returns the time and how long the wait was.
fn dial_again(client: &mut Client, now: UnixMillis) -> (UnixMillis, i64) {
    let next = client.next_wake().unwrap();
    let effects = client.handle(next, ClientEvent::Wake);
    assert!(matches!(effects[..], [ClientEffect::Dial]));
    (next, next.0 - now.0)
}

fn frames(effects: &[ClientEffect]) -> Vec<Frame> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            ClientEffect::Send(bytes) => Some(Frame::decode(bytes).unwrap()),
            _ => None,
        })
        .collect()
}

fn kept_at_once(effects: &[ClientEffect]) -> usize {
    effects
        .iter()
        .map(|effect| match effect {
            ClientEffect::Keep { changes, .. } => changes.len(),
            _ => 0,
        })
        .sum()
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn nothing_leaves_the_phone_before_it_is_kept() {
    let mut client = connected();
    let (document, genesis) = newborn();
    let effects = client.create(id(), document, genesis);
    assert_eq!((kept_at_once(&effects), frames(&effects).len()), (1, 0));
    assert_eq!(client.status_of(id()).unkept, 1);
    let effects = client.handle(NOW, ClientEvent::Kept(id()));
    assert!(matches!(&frames(&effects)[..], [Frame::Sync(_)]));
    let status = client.status_of(id());
    assert_eq!(
        (status.unkept, status.unsent),
        (0, 1),
        "kept, and not yet acknowledged"
    );
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_is_written_during_a_write_waits_for_the_next_one() {
    let mut client = connected();
    let (document, genesis) = newborn();
    client.create(id(), document, genesis);
    for title in ["a", "b", "c"] {
        let (_, effects) = client
            .edit(id(), |document| {
                let committed =
                    document.transact(NOW, |transaction| transaction.put(ROOT, "title", title))?;
                Ok::<_, automerge::AutomergeError>(((), committed.change.into_iter().collect()))
            })
            .unwrap()
            .unwrap();
        assert_eq!(kept_at_once(&effects), 0);
    }
    let effects = client.handle(NOW, ClientEvent::Kept(id()));
    assert_eq!(kept_at_once(&effects), 3);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_phone_that_cannot_keep_says_so_and_tries_again() {
    let mut client = connected();
    let (document, genesis) = newborn();
    client.create(id(), document, genesis);
    client.handle(NOW, ClientEvent::KeepFailed(id()));
    assert!(client.status().keeping_fails);
    let wake = client.next_wake().unwrap();
    let effects = client.handle(wake, ClientEvent::Wake);
    assert_eq!(kept_at_once(&effects), 1);
    client.handle(wake, ClientEvent::Kept(id()));
    assert!(!client.status().keeping_fails);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn attempts_to_connect_become_rarer_and_never_stop() {
    let mut client = Client::default();
    let mut now = NOW;
    client.handle(now, ClientEvent::Online);
    let mut waits = Vec::new();
    for _ in 0..12 {
        client.handle(now, ClientEvent::Closed { entropy: u32::MAX });
        let next = client.next_wake().unwrap();
        waits.push(next.0 - now.0);
        now = next;
        let effects = client.handle(now, ClientEvent::Wake);
        assert!(matches!(effects[..], [ClientEffect::Dial]));
    }
    assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]));
    assert_eq!((waits[0], waits[11]), (500, 30_000));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_phone_too_old_for_the_relay_knows_so_until_it_is_welcome() {
    let mut client = with_a_document();
    let entropy = [1; 16];
    client.handle(NOW, ClientEvent::Opened { entropy });
    let message = crate::sync::connection::CloseReason::Version.to_string();
    client.handle(NOW, ClientEvent::Frame(&Frame::Error { message }.encode()));
    assert!(client.status().too_old);
    assert_eq!(
        client.status().refused,
        None,
        "nothing was said of a document"
    );
    let (next, _) = dial_again(&mut client, NOW);
    greet(&mut client, next, 1);
    assert!(!client.status().too_old);
}

/// How long a phone waits after each of some connections that the relay ends with an error after its greeting.
fn waits_of_a_refused_phone(client: &mut Client, entropy: u8) -> Vec<i64> {
    let mut now = NOW;
    let mut waits = Vec::new();
    for _ in 0..10 {
        greet(client, now, entropy);
        client.handle(now, ClientEvent::Frame(&relay_says(Vec::new()).encode()));
        client.handle(now, ClientEvent::Frame(&refusal().encode()));
        let (next, wait) = dial_again(client, now);
        waits.push(wait);
        now = next;
    }
    waits
}

fn with_a_document() -> Client {
    let mut client = Client::default();
    let (document, genesis) = newborn();
    client.create(id(), document, genesis);
    client.handle(NOW, ClientEvent::Kept(id()));
    client.handle(NOW, ClientEvent::Online);
    client
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_phone_that_is_refused_comes_back_ever_more_rarely_and_not_in_step_with_others() {
    let longest = waits_of_a_refused_phone(&mut with_a_document(), 0xff);
    assert!(longest.windows(2).all(|pair| pair[0] <= pair[1]));
    assert_eq!((longest[0], longest[9]), (500, 30_000));
    let other = waits_of_a_refused_phone(&mut with_a_document(), 0x55);
    assert!(longest.iter().zip(&other).all(|(one, other)| one > other));
    assert!(other[9] > 15_000);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_connection_that_was_worth_having_ends_the_long_waits() {
    for minutes in [0, 1] {
        let mut client = with_a_document();
        waits_of_a_refused_phone(&mut client, 0xff);
        let mut now = UnixMillis(NOW.0 + 1_000_000);
        greet(&mut client, now, 0xff);
        let entropy = u32::MAX;
        if minutes == 0 {
            // Short, but the relay spoke about a document, and the network ended it.
            client.handle(now, ClientEvent::Frame(&relay_says(Vec::new()).encode()));
            client.handle(now, ClientEvent::Closed { entropy });
        } else {
            // Ended by an error, but after a while.
            now = now.plus(60_000);
            client.handle(now, ClientEvent::Frame(&refusal().encode()));
        }
        assert_eq!(dial_again(&mut client, now).1, 500, "{minutes}");
    }
    let mut client = with_a_document();
    waits_of_a_refused_phone(&mut client, 0xff);
    let now = UnixMillis(NOW.0 + 1_000_000);
    greet(&mut client, now, 0xff);
    client.handle(now, ClientEvent::Closed { entropy: u32::MAX });
    let (_, wait) = dial_again(&mut client, now);
    assert_eq!(wait, 30_000, "a greeting alone is worth nothing");
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_the_relay_refuses_twice_is_said_until_it_is_acknowledged() {
    let mut client = with_a_document();
    let nothing = relay_says(Vec::new()).encode();
    let mut now = NOW;
    for expected in [false, true, true] {
        greet(&mut client, now, 1);
        let effects = client.handle(now, ClientEvent::Frame(&nothing));
        assert!(!frames(&effects).is_empty(), "the change is sent");
        client.handle(now, ClientEvent::Frame(&refusal().encode()));
        let refused = client.status_of(id()).refused;
        assert_eq!(refused, expected.then_some(Rejection::NotAccepted));
        now = dial_again(&mut client, now).0;
    }
    greet(&mut client, now, 1);
    let refused = client.status().refused;
    assert!(refused.is_some(), "a new connection proves nothing");
    let heads = client.document(id()).unwrap().heads();
    client.handle(now, ClientEvent::Frame(&relay_says(heads).encode()));
    let status = client.status();
    assert_eq!((status.refused, status.unsent), (None, 0));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_the_relay_refuses_by_name_is_said_at_once_and_of_that_document_only() {
    let mut client = with_a_document();
    let other = DocumentId::from_entropy([4; 16]);
    let (document, genesis) = newborn();
    client.create(other, document, genesis);
    client.handle(NOW, ClientEvent::Kept(other));
    greet(&mut client, NOW, 1);
    client.handle(NOW, ClientEvent::Frame(&relay_says(Vec::new()).encode()));
    let refused = Frame::Refused(RefusedMessage {
        sender: PeerId::new("relay").unwrap(),
        target: PeerId::from_entropy([1; 16]),
        document: id(),
        reason: "does-not-apply".into(),
        message: "these changes do not apply".into(),
        changes: Vec::new(),
    });
    client.handle(NOW, ClientEvent::Frame(&refused.encode()));
    client.handle(NOW, ClientEvent::Frame(&refusal().encode()));
    let refused = client.status_of(id()).refused;
    assert_eq!(refused, Some(Rejection::NotAccepted));
    assert_eq!(client.status_of(other).refused, None);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn an_error_before_anything_was_sent_refuses_nothing() {
    let mut client = with_a_document();
    let mut now = NOW;
    for _ in 0..3 {
        greet(&mut client, now, 1);
        client.handle(now, ClientEvent::Frame(&refusal().encode()));
        assert_eq!(client.status().refused, None);
        now = dial_again(&mut client, now).0;
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_relay_that_falls_silent_is_hung_up_on() {
    let mut client = connected();
    let (document, genesis) = newborn();
    client.create(id(), document, genesis);
    client.handle(NOW, ClientEvent::Kept(id()));
    let patience = client.next_wake().unwrap();
    let effects = client.handle(patience, ClientEvent::Wake);
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, ClientEffect::HangUp))
    );
    assert!(matches!(client.status().link, LinkState::Offline { .. }));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_document_that_is_wanted_is_requested() {
    let mut client = connected();
    let effects = client.want(id(), ActorId::from(vec![2; 20]));
    assert!(matches!(&frames(&effects)[..], [Frame::Request(_)]));
    assert_eq!(client.next_wake().map(|at| at.0 > NOW.0), Some(true));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_phone_with_nothing_to_say_asks_not_to_be_woken() {
    assert_eq!(Client::default().next_wake(), None);
    assert_eq!(connected().next_wake(), None);
}
