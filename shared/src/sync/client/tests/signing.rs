//! What a phone signs, when it says so, and what it makes of what others have signed.

use super::*;
use crate::identity::{Authorship, Challenge, PersonKey};
use crate::sync::signatures::Signatures;
use crate::wire::EXTENDED_VERSION;

fn key(seed: u8) -> PersonKey {
    PersonKey::from_seed(&[seed; 32])
}

/// A sheet by this person, of two changes.
fn written_by(seed: u8) -> Vec<ChangeRecord> {
    let genesis = Genesis {
        kind: Kind::JobSheet,
        schema: 1,
        space: id(),
    };
    let actor = key(seed).person().actor([seed; 8]);
    let (mut document, _) = Document::birth(genesis, actor, NOW, |_| Ok(())).unwrap();
    document
        .transact(NOW, |transaction| transaction.put(ROOT, "title", "Vélos"))
        .unwrap();
    document.changes()
}

/// The phone of the first person, which a relay of ours knows, with a document that has these changes.
fn introduced(changes: &[ChangeRecord]) -> Client {
    let mut client = Client::default();
    client.identify(NOW);
    let actor = key(1).person().actor([9; 8]);
    let document = Document::from_changes(changes, actor).unwrap();
    client.open(id(), document, Acknowledged::default());
    client.remember_signatures(id(), &[]);
    client.handle(NOW, ClientEvent::Online);
    meet(&mut client, NOW, 1, EXTENDED_VERSION, "disk");
    says(&mut client, NOW, Frame::Limits(RelayLimits::DEFAULT));
    let asked = says(&mut client, NOW, Frame::Challenge(Challenge([1; 32])));
    let message = asked.iter().find_map(|effect| match effect {
        ClientEffect::Prove(message) => Some(message.clone()),
        _ => None,
    });
    let proved = ClientEvent::Proved {
        message: &message.unwrap(),
        proofs: Vec::new(),
    };
    client.handle(NOW, proved);
    client
}

fn says(client: &mut Client, now: UnixMillis, frame: Frame) -> Vec<ClientEffect> {
    client.handle(now, ClientEvent::Frame(&frame.encode()))
}

/// What is to be signed.
fn asked(effects: &[ClientEffect]) -> Vec<ChangeHash> {
    let asked = effects.iter().filter_map(|effect| match effect {
        ClientEffect::Sign { person, change, .. } if *person == key(1).person() => Some(*change),
        _ => None,
    });
    asked.collect()
}

/// The signatures that are sent, and the digest that goes with them.
fn sent(effects: &[ClientEffect]) -> Vec<(Vec<Authorship>, Vec<u8>)> {
    let frames = frames(effects).into_iter().filter_map(|frame| match frame {
        Frame::Signatures { digest, data, .. } => {
            Some((Authorship::decode_all(&data).unwrap(), digest))
        }
        _ => None,
    });
    frames.collect()
}

fn word(seed: u8, change: &ChangeRecord) -> Authorship {
    Authorship::sign(id(), change.hash, &key(seed))
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn the_latest_is_signed_a_while_after_and_told_once_the_relay_has_it() {
    let changes = written_by(1);
    let mut client = introduced(&[]);
    client.adopt(NOW, id(), &key(1).person().actor([9; 8]), changes.clone());
    assert_eq!(asked(&client.handle(NOW, ClientEvent::Wake)), []);
    let later = NOW.plus(3_000);
    let effects = client.handle(later, ClientEvent::Wake);
    assert_eq!(asked(&effects), [changes[1].hash]);
    let signed = ClientEvent::Signed {
        document: id(),
        word: word(1, &changes[1]),
    };
    let effects = client.handle(later, signed);
    assert_eq!(
        sent(&effects),
        [],
        "the relay would not know what it is about"
    );
    let kept = effects
        .iter()
        .any(|effect| matches!(effect, ClientEffect::KeepSignatures { .. }));
    assert!(kept);
    let effects = says(&mut client, later, relay_says(vec![changes[1].hash]));
    assert_eq!(sent(&effects), [(vec![word(1, &changes[1])], Vec::new())]);
    let effects = says(&mut client, later, relay_says(vec![changes[1].hash]));
    assert_eq!(sent(&effects), [], "told already");
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_was_not_signed_before_the_last_end_is_signed_at_the_next_start_and_nothing_else() {
    let changes = written_by(1);
    let mut client = introduced(&changes);
    let effects = client.handle(NOW, ClientEvent::Wake);
    assert_eq!(asked(&effects), [changes[1].hash]);
    for (changes, signed) in [
        (written_by(2), vec![]),
        (changes.clone(), vec![word(1, &changes[1])]),
    ] {
        let mut client = introduced(&changes);
        client.remember_signatures(id(), &Authorship::encode_all(&signed));
        // What `introduced` took for unsigned has been seen to be signed.
        let effects = client.handle(NOW, ClientEvent::Wake);
        assert_eq!(asked(&effects), []);
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn two_who_have_different_signatures_tell_each_other() {
    let changes = written_by(2);
    let mut relay = Signatures::default();
    let mut graph = crate::sync::graph::Graph::default();
    for change in &changes {
        graph.insert(change.clone());
    }
    let mut client = introduced(&changes);
    let tells = |relay: &Signatures, words: Vec<Authorship>| Frame::Signatures {
        document: id(),
        digest: relay.digest().to_vec(),
        data: Authorship::encode_all(&words),
    };
    // The same: nothing to say.
    assert_eq!(sent(&says(&mut client, NOW, tells(&relay, Vec::new()))), []);
    // The relay has more: it is asked, and what it says is taken if it holds.
    relay.believe(&graph, [word(2, &changes[1])]);
    let asks = sent(&says(&mut client, NOW, tells(&relay, Vec::new())));
    assert!(matches!(&asks[..], [(none, digest)] if none.is_empty() && !digest.is_empty()));
    let wrong = Authorship::sign(DocumentId::from_entropy([8; 16]), changes[1].hash, &key(2));
    says(&mut client, NOW, tells(&relay, vec![wrong]));
    assert_eq!(client.signatures(id()), []);
    says(&mut client, NOW, tells(&relay, vec![word(2, &changes[1])]));
    assert_eq!(client.signatures(id()), [word(2, &changes[1])]);
    // The relay has lost it: first it is asked, then it is told.
    let mut client = introduced(&changes);
    client.remember_signatures(id(), &Authorship::encode_all([&word(2, &changes[1])]));
    let empty = Signatures::default();
    assert_eq!(
        sent(&says(&mut client, NOW, tells(&empty, Vec::new()))).len(),
        1
    );
    let told = sent(&says(&mut client, NOW, tells(&empty, Vec::new())));
    assert_eq!(told[0].0, [word(2, &changes[1])]);
    let again = sent(&says(&mut client, NOW, tells(&empty, Vec::new())));
    assert_eq!(again, [], "once on each connection");
}
