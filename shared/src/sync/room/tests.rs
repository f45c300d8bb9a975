//! What the room promises one step at a time; whole afternoons are played in `tests/convergence.rs`.

use super::*;
use crate::doc::{Document, Genesis, Kind};
use crate::time::UnixMillis;
use crate::wire::Frame;
use automerge::transaction::Transactable;
use automerge::{ActorId, ROOT};

const ALICE: ConnectionId = ConnectionId(1);
const BASIL: ConnectionId = ConnectionId(2);

fn id() -> DocumentId {
    DocumentId::from_entropy([3; 16])
}

fn room() -> Room {
    Room::open(id(), peer("relay"), [])
}

fn peer(name: &str) -> PeerId {
    PeerId::new(name).unwrap()
}

fn sheet() -> Vec<ChangeRecord> {
    let genesis = Genesis {
        kind: Kind::JobSheet,
        schema: 1,
        space: id(),
    };
    let (mut document, _) =
        Document::birth(genesis, ActorId::from(vec![1; 20]), UnixMillis(0), |_| {
            Ok(())
        })
        .unwrap();
    document
        .transact(UnixMillis(0), |transaction| {
            transaction.put(ROOT, "title", "Vélos")
        })
        .unwrap();
    document.changes()
}

fn giving(changes: &[ChangeRecord]) -> ScannedMessage {
    ScannedMessage {
        heads: changes
            .last()
            .map(|change| change.hash)
            .into_iter()
            .collect(),
        need: Vec::new(),
        have: vec![automerge::sync::Have::default()],
        flags: None,
        chunks: changes.iter().cloned().map(ScannedChunk::Change).collect(),
    }
}

fn from(connection: ConnectionId, name: &str, message: ScannedMessage, request: bool) -> RoomEvent {
    RoomEvent::Sync {
        connection,
        peer: peer(name),
        dialect: Dialect::Stock,
        warrant: Arc::new(Warrant::of_anyone()),
        message,
        request,
    }
}

fn sent(effects: &[RoomEffect]) -> Vec<(ConnectionId, Frame)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            RoomEffect::Send {
                connection, frame, ..
            }
            | RoomEffect::Pass {
                connection, frame, ..
            } => Some((*connection, Frame::decode(frame).unwrap())),
            _ => None,
        })
        .collect()
}

/// Has the relay accept these changes from Alice, and returns what the flush made it do.
fn accept(room: &mut Room, changes: &[ChangeRecord]) -> Vec<RoomEffect> {
    let effects = room.handle(from(ALICE, "alice", giving(changes), false));
    let [RoomEffect::Prove { batch, submissions }] = &effects[..] else {
        panic!("expected a proof, got {effects:?}");
    };
    assert_eq!(submissions.len(), 1);
    let effects = room.handle(RoomEvent::Proved {
        batch: *batch,
        results: vec![Ok(changes.to_vec())],
    });
    let [RoomEffect::Append { batch, .. }] = &effects[..] else {
        panic!("expected an append, got {effects:?}");
    };
    room.handle(RoomEvent::Flushed(*batch))
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn nothing_is_said_before_the_flush() {
    let mut room = room();
    let changes = sheet();
    let effects = room.handle(from(ALICE, "alice", giving(&changes), false));
    assert!(sent(&effects).is_empty());
    let [RoomEffect::Prove { batch, .. }] = &effects[..] else {
        panic!("expected a proof");
    };
    let batch = *batch;
    let effects = room.handle(RoomEvent::Proved {
        batch,
        results: vec![Ok(changes.clone())],
    });
    assert!(sent(&effects).is_empty() && room.graph().is_empty());
    let failed = room.handle(RoomEvent::FlushFailed(batch));
    assert!(matches!(failed[..], [RoomEffect::RetryLater(_)]));
    let again = room.handle(RoomEvent::RetryFlush(batch));
    assert!(matches!(&again[..], [RoomEffect::Append { changes, .. }] if changes.len() == 2));
    let effects = room.handle(RoomEvent::Flushed(batch));
    assert_eq!(sent(&effects).len(), 1);
    assert_eq!(room.graph().len(), 2);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_document_nobody_has_is_unavailable_and_served_once_it_appears() {
    let mut room = room();
    let asking = ScannedMessage {
        heads: Vec::new(),
        chunks: Vec::new(),
        ..giving(&[])
    };
    let effects = room.handle(from(BASIL, "basil", asking, true));
    assert!(matches!(
        &sent(&effects)[..],
        [(BASIL, Frame::Unavailable(_))]
    ));
    assert_basil_is_served(&mut room);
}

/// Alice brings the sheet, and Basil, who has asked for it, gets it.
fn assert_basil_is_served(room: &mut Room) {
    let effects = accept(room, &sheet());
    let to_basil: Vec<Frame> = sent(&effects)
        .into_iter()
        .filter(|(connection, _)| *connection == BASIL)
        .map(|(_, frame)| frame)
        .collect();
    let [Frame::Sync(sync)] = &to_basil[..] else {
        panic!("expected one sync message, got {to_basil:?}");
    };
    assert_eq!(
        automerge::sync::Message::decode(&sync.data)
            .unwrap()
            .changes
            .len(),
        2
    );
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn whoever_asks_for_a_lost_document_waits_until_it_comes_back() {
    let mut room = Room::await_lost(id(), peer("relay"));
    let asking = ScannedMessage {
        heads: Vec::new(),
        ..giving(&[])
    };
    let effects = room.handle(from(BASIL, "basil", asking, true));
    assert_eq!(sent(&effects), []);
    assert_basil_is_served(&mut room);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_refused_sender_is_closed_and_the_others_go_on() {
    let mut room = room();
    let changes = sheet();
    accept(&mut room, &changes[..1]);
    let effects = room.handle(from(BASIL, "basil", giving(&changes), false));
    let [RoomEffect::Prove { batch, .. }] = &effects[..] else {
        panic!("expected a proof");
    };
    let effects = room.handle(RoomEvent::Proved {
        batch: *batch,
        results: vec![Err(Refusal::Crashes)],
    });
    assert!(matches!(
        &effects[..],
        [RoomEffect::Refuse {
            connection: BASIL,
            refusal: Refusal::Crashes
        }]
    ));
    assert_eq!(room.graph().len(), 1);
    assert!(!sent(&accept(&mut room, &changes[1..])).is_empty());
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_comes_before_its_cause_waits_for_it() {
    let mut room = room();
    let changes = sheet();
    let effects = room.handle(from(ALICE, "alice", giving(&changes[1..]), false));
    let frames = sent(&effects);
    let [(ALICE, Frame::Sync(sync))] = &frames[..] else {
        panic!("expected one answer, got {frames:?}");
    };
    let answer = automerge::sync::Message::decode(&sync.data).unwrap();
    assert_eq!(answer.need, [changes[0].hash]);
    let effects = accept(&mut room, &changes[..1]);
    assert!(
        effects.iter().any(|effect| matches!(effect, RoomEffect::Prove { submissions, .. } if submissions.len() == 1)),
        "the orphan is proved next"
    );
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn presence_goes_to_the_others_once() {
    let mut room = room();
    accept(&mut room, &sheet());
    room.handle(from(BASIL, "basil", giving(&[]), false));
    let message = EphemeralMessage {
        sender: peer("alice"),
        target: peer("relay"),
        document: id(),
        count: 1,
        session: "s".into(),
        data: vec![1],
    };
    let event = RoomEvent::Ephemeral {
        connection: ALICE,
        message,
    };
    let frames = sent(&room.handle(event.clone()));
    assert!(
        matches!(&frames[..], [(BASIL, Frame::Ephemeral(heard))] if heard.target == peer("basil"))
    );
    assert!(
        room.handle(event).is_empty(),
        "the same word twice is heard once"
    );
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_room_without_members_is_idle() {
    let mut room = room();
    accept(&mut room, &sheet());
    assert!(!room.is_idle());
    room.handle(RoomEvent::Left(ALICE));
    assert!(room.is_idle());
}
