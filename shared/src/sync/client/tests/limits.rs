//! What a phone does with what the relay says of itself: how much it takes, that something is durable, that a document is not accepted.

use super::*;
use crate::limits::RelayLimits;
use crate::wire::DurableMessage;

/// A phone with the document, at a relay of our own that takes so much and has nothing yet.
fn at_a_relay_that_takes(limits: RelayLimits) -> Client {
    let mut client = with_a_document();
    meet(&mut client, NOW, 1, EXTENDED_VERSION, "disk");
    client.handle(NOW, ClientEvent::Frame(&Frame::Limits(limits).encode()));
    client
}

/// Writes a new value of so many bytes and keeps it; returns what goes out.
fn write(client: &mut Client, bytes: usize) -> Vec<ClientEffect> {
    client.edit(id(), |document| {
        let first = document.changes().len();
        let value = (first..first + bytes).map(|number| (number * 7919) as u8);
        let value: Vec<u8> = value.collect();
        let committed = document.transact(NOW, |transaction| transaction.put(ROOT, "x", value))?;
        Ok::<_, automerge::AutomergeError>(((), committed.change.into_iter().collect()))
    });
    client.handle(NOW, ClientEvent::Kept(id()))
}

fn hears(client: &mut Client, frame: &Frame) -> Vec<ClientEffect> {
    client.handle(NOW, ClientEvent::Frame(&frame.encode()))
}

fn heads(client: &Client) -> Vec<ChangeHash> {
    client.document(id()).unwrap().heads()
}

/// How many changes these effects send.
fn sent(effects: &[ClientEffect]) -> usize {
    let messages = frames(effects).into_iter().filter_map(|frame| match frame {
        Frame::Sync(sync) => automerge::sync::Message::decode(&sync.data).ok(),
        _ => None,
    });
    messages.map(|message| message.changes.len()).sum()
}

fn durable(heads: Vec<ChangeHash>) -> Frame {
    let document = id();
    Frame::Durable(DurableMessage { document, heads })
}

/// The relay has all that is here.
fn all_is_durable(client: &mut Client) {
    let heads = heads(client);
    hears(client, &durable(heads));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_is_durable_may_be_said_in_short() {
    let mut client = at_a_relay_that_takes(RelayLimits::DEFAULT);
    hears(&mut client, &relay_says(Vec::new()));
    assert_eq!(client.status().unsent, 1);
    let heads = heads(&client);
    let effects = hears(&mut client, &durable(heads.clone()));
    assert_eq!(client.status().unsent, 0);
    let remembered = effects.iter().find_map(|effect| match effect {
        ClientEffect::Remember { acknowledged, .. } => Some(acknowledged.clone()),
        _ => None,
    });
    let expected = Acknowledged {
        relay: Some("disk".to_owned()),
        heads,
        receipt: None,
    };
    assert_eq!(remembered, Some(expected));
    let later = NOW.plus(crate::limits::ACKNOWLEDGE_AFTER);
    let effects = client.handle(later, ClientEvent::Wake);
    assert!(frames(&effects).is_empty(), "nothing is left to say");
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_change_just_as_large_as_the_relay_takes_is_sent_and_a_larger_one_is_told_of() {
    let limits = RelayLimits {
        change_bytes: 1_000,
        ..RelayLimits::DEFAULT
    };
    let mut sizes = Vec::new();
    for length in 800..1_000 {
        let mut client = at_a_relay_that_takes(limits);
        all_is_durable(&mut client);
        let sent = sent(&write(&mut client, length)) == 1;
        let change = client.document(id()).unwrap().changes().pop().unwrap();
        let refused = client.status_of(id()).refused;
        assert_eq!(refused, (!sent).then_some(Rejection::TooLarge));
        sizes.push((change.bytes.len(), sent));
    }
    assert!(sizes.contains(&(1_000, true)) && sizes.contains(&(1_001, false)));
    assert!(sizes.iter().all(|(size, sent)| *sent == (*size <= 1_000)));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_is_too_large_is_not_argued_about_and_what_others_write_still_comes() {
    let limits = RelayLimits {
        change_bytes: 1_000,
        ..RelayLimits::DEFAULT
    };
    let mut client = at_a_relay_that_takes(limits);
    let before = heads(&client);
    hears(&mut client, &durable(before.clone()));
    let genesis = client.document(id()).unwrap().changes();
    let mut other = Document::from_changes(&genesis, ActorId::from(vec![2; 20])).unwrap();
    let first = other.transact(NOW, |transaction| transaction.put(ROOT, "title", "Vélos"));
    let theirs = first.unwrap().change.unwrap();
    assert_eq!(theirs.deps, before);
    assert_eq!(sent(&write(&mut client, 5_000)), 0);
    let large = heads(&client);
    assert_eq!(
        sent(&write(&mut client, 10)),
        0,
        "it builds on the large one"
    );
    // The relay sees heads it lacks and asks for them.
    let asks = automerge::sync::Message {
        heads: vec![theirs.hash],
        need: large,
        have: vec![automerge::sync::Have::default()],
        changes: vec![theirs.bytes.to_vec()].into(),
        flags: None,
        version: automerge::sync::MessageVersion::V1,
    };
    let asks = Frame::Sync(SyncMessage {
        sender: PeerId::new("relay").unwrap(),
        target: PeerId::from_entropy([1; 16]),
        document: id(),
        data: asks.encode(),
    });
    hears(&mut client, &asks);
    let effects = client.handle(NOW, ClientEvent::Kept(id()));
    assert_eq!(frames(&effects).len(), 1, "it says what it has now");
    assert_eq!(sent(&effects), 0);
    assert!(heads(&client).contains(&theirs.hash));
    let again = hears(&mut client, &asks);
    let later = client.handle(NOW.plus(10_000), ClientEvent::Wake);
    assert_eq!((frames(&again).len(), frames(&later).len()), (0, 0));
    assert!(client.is_online(), "nobody waits for an answer");
    assert_eq!(client.status().refused, Some(Rejection::TooLarge));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_document_is_sent_as_far_as_the_relay_takes_its_operations_and_changes() {
    for limits in [
        RelayLimits {
            document_changes: 3,
            ..RelayLimits::DEFAULT
        },
        RelayLimits {
            // The genesis has three, and each change one.
            document_operations: 5,
            ..RelayLimits::DEFAULT
        },
    ] {
        let mut client = at_a_relay_that_takes(limits);
        let genesis = client.document(id()).unwrap().changes().pop().unwrap();
        assert_eq!(genesis.operations, 3);
        all_is_durable(&mut client);
        for number in 1..=3 {
            let fits = number <= 2;
            assert_eq!(sent(&write(&mut client, 1)) == 1, fits);
            let refused = client.status().refused;
            assert_eq!(refused, (!fits).then_some(Rejection::TooLarge));
            if fits {
                all_is_durable(&mut client);
            }
        }
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn no_frame_is_longer_than_the_relay_reads() {
    let limits = RelayLimits {
        frame_bytes: 4_000,
        ..RelayLimits::DEFAULT
    };
    let mut client = with_a_document();
    for _ in 0..2_000 {
        write(&mut client, 20);
    }
    meet(&mut client, NOW, 1, EXTENDED_VERSION, "disk");
    hears(&mut client, &Frame::Limits(limits));
    let mut says = relay_says(Vec::new());
    let mut has = 0;
    let changes = client.document(id()).unwrap().changes();
    while has < changes.len() {
        let effects = hears(&mut client, &says);
        for effect in &effects {
            if let ClientEffect::Send(frame) = effect {
                assert!(frame.len() <= 4_000, "{}", frame.len());
            }
        }
        let more = sent(&effects);
        assert!(more > 0, "{has} of {}", changes.len());
        has += more;
        says = relay_says(vec![changes[has - 1].hash]);
    }
    hears(&mut client, &says);
    assert_eq!(client.status().unsent, 0);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn no_more_documents_are_opened_on_a_connection_than_the_relay_takes() {
    let limits = RelayLimits {
        documents_per_connection: 2,
        ..RelayLimits::DEFAULT
    };
    let mut client = at_a_relay_that_takes(limits);
    let asks = |client: &mut Client, number: u8| {
        let wanted = DocumentId::from_entropy([number; 16]);
        frames(&client.want(wanted, ActorId::from(vec![2; 20]))).len()
    };
    assert_eq!(asks(&mut client, 11), 1);
    assert_eq!(asks(&mut client, 12), 0);
    assert_eq!(client.next_wake().map(|at| at.0 > NOW.0), Some(true));
    // The relay's word is remembered when it is dialled again.
    client.handle(NOW, ClientEvent::Closed { entropy: 0 });
    let now = dial_again(&mut client, NOW).0;
    let effects = meet(&mut client, now, 1, EXTENDED_VERSION, "disk");
    assert_eq!(frames(&effects).len(), 2);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_document_that_is_not_accepted_is_left_alone_until_the_next_connection() {
    let mut client = at_a_relay_that_takes(RelayLimits::DEFAULT);
    hears(&mut client, &relay_says(Vec::new()));
    let refused = Frame::Refused(RefusedMessage {
        sender: PeerId::new("relay").unwrap(),
        target: PeerId::from_entropy([1; 16]),
        document: id(),
        reason: "space-full".into(),
        message: "too many documents in this space".into(),
        changes: Vec::new(),
    });
    hears(&mut client, &refused);
    assert_eq!(client.status().refused, Some(Rejection::SpaceFull));
    assert_eq!(frames(&write(&mut client, 3)).len(), 0);
    let much_later = NOW.plus(3_600_000);
    assert!(frames(&client.handle(much_later, ClientEvent::Wake)).is_empty());
    assert!(client.is_online(), "no answer is awaited");
    client.handle(much_later, ClientEvent::Closed { entropy: 0 });
    let now = dial_again(&mut client, much_later).0;
    let effects = meet(&mut client, now, 1, EXTENDED_VERSION, "disk");
    assert_eq!(frames(&effects).len(), 1, "there may be room now");
}
