//! A phone that comes back begins where it and the relay left off.

use super::*;

/// A long history, as a phone has kept it.
fn long_history(changes: usize) -> Document {
    let (mut document, _) = newborn();
    for number in 1..changes {
        document
            .transact(NOW, |transaction| transaction.put(ROOT, "x", number as i64))
            .unwrap();
    }
    document
}

/// The first word of a phone that starts with this document, about which a relay of this name had said that it has these heads.
fn first_word(document: Document, heads: Vec<ChangeHash>, relay: &str) -> Vec<u8> {
    let mut client = Client::default();
    let acknowledged = Acknowledged {
        relay: Some("disk".to_owned()),
        heads,
        receipt: None,
    };
    client.open(id(), document, acknowledged);
    client.handle(NOW, ClientEvent::Online);
    let effects = meet(&mut client, NOW, 1, EXTENDED_VERSION, relay);
    match &frames(&effects)[..] {
        [Frame::Sync(sync)] => sync.data.clone(),
        other => panic!("expected one message, got {other:?}"),
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_a_returning_phone_says_first_does_not_grow_with_the_history() {
    let document = long_history(5_000);
    let heads = document.heads();
    let known = first_word(document, heads, "disk").len();
    assert!(known <= 80, "{known} bytes");
    let document = long_history(5_000);
    let unknown = first_word(document, Vec::new(), "disk").len();
    assert!(unknown > 6_000, "a filter of everything: {unknown} bytes");
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_was_written_meanwhile_costs_a_filter_of_its_own() {
    let mut document = long_history(1_000);
    let before = document.heads();
    let nothing_new = first_word(long_history(1_000), before.clone(), "disk").len();
    for number in 0..100 {
        document
            .transact(NOW, |transaction| transaction.put(ROOT, "y", number))
            .unwrap();
    }
    let length = first_word(document, before, "disk").len();
    let filter = length - nothing_new;
    assert!((125..=130).contains(&filter), "10 bits a change: {filter}");
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_one_relay_acknowledged_is_nothing_to_another() {
    let document = long_history(100);
    let heads = document.heads();
    let word = first_word(document, heads, "another disk");
    let message = automerge::sync::Message::decode(&word).unwrap();
    assert_eq!(message.have[0].last_sync, []);

    let mut client = connected();
    let (document, genesis) = newborn();
    client.create(id(), document, genesis);
    client.handle(NOW, ClientEvent::Kept(id()));
    let heads = client.document(id()).unwrap().heads();
    client.handle(NOW, ClientEvent::Frame(&relay_says(heads).encode()));
    assert_eq!(client.status().unsent, 0);
    client.handle(NOW, ClientEvent::Closed { entropy: 0 });
    let now = dial_again(&mut client, NOW).0;
    meet(&mut client, now, 1, EXTENDED_VERSION, "disk");
    assert_eq!(client.status().unsent, 0, "it is the same relay");
    client.handle(now, ClientEvent::Closed { entropy: 0 });
    let now = dial_again(&mut client, now).0;
    meet(&mut client, now, 1, EXTENDED_VERSION, "another disk");
    assert_eq!(client.status().unsent, 1, "the group has not got it here");
}
