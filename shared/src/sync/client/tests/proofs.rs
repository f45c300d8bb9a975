//! What arrives is proved here too: a relay that is mistaken, or not ours, harms nobody.

use super::*;
use automerge::{Change, ExpandedChange, ObjType, ReadDoc};

/// Another phone's copy of the document, with a text that it made and then wrote in.
fn written_elsewhere(genesis: &ChangeRecord) -> [ChangeRecord; 2] {
    let mut other = Document::from_changes([genesis], ActorId::from(vec![2; 20])).unwrap();
    let made = other.transact(NOW, |transaction| {
        transaction.put_object(ROOT, "text", ObjType::Text)
    });
    let (_, text) = other.reader().get(ROOT, "text").unwrap().unwrap();
    let mut third = Document::from_changes(&other.changes(), ActorId::from(vec![3; 20])).unwrap();
    let wrote = third.transact(NOW, |transaction| {
        transaction.splice_text(&text, 0, 0, "porte")
    });
    [
        made.unwrap().change.unwrap(),
        wrote.unwrap().change.unwrap(),
    ]
}

fn brings(changes: &[&ChangeRecord]) -> Frame {
    relay_brings(changes.iter().map(|change| change.hash).collect(), changes)
}

fn phone() -> (Client, ChangeRecord) {
    let mut client = with_a_document();
    greet(&mut client, NOW, 1);
    let genesis = client.document(id()).unwrap().changes().pop().unwrap();
    (client, genesis)
}

/// The relay brings this, and the phone keeps what it takes of it.
fn hear(client: &mut Client, frame: &Frame) {
    client.handle(NOW, ClientEvent::Frame(&frame.encode()));
    client.handle(NOW, ClientEvent::Kept(id()));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_change_that_names_what_its_author_had_not_seen_never_enters_the_document() {
    let (mut client, genesis) = phone();
    let [made, wrote] = written_elsewhere(&genesis);
    let mut forged = ExpandedChange::from(&Change::from_bytes(wrote.bytes.to_vec()).unwrap());
    forged.deps = vec![genesis.hash];
    let forged = ChangeRecord::from(&Change::from(forged));
    // Once the text is here, automerge would take it.
    hear(&mut client, &brings(&[&made]));
    let before = client.document(id()).unwrap().heads();
    assert_eq!(before, [made.hash]);
    let effects = client.handle(NOW, ClientEvent::Frame(&brings(&[&forged]).encode()));
    let trouble = effects.iter().find_map(|effect| match effect {
        ClientEffect::Trouble(words) => Some(words.as_str()),
        _ => None,
    });
    assert!(trouble.is_some_and(|words| words.contains("these changes do not apply")));
    assert!(!client.is_online());
    assert_eq!(client.document(id()).unwrap().heads(), before);

    // What is honest is still taken, and what is written here meanwhile does not confuse the proof.
    let now = dial_again(&mut client, NOW).0;
    greet(&mut client, now, 1);
    client.edit(id(), |document| {
        let committed =
            document.transact(NOW, |transaction| transaction.put(ROOT, "title", "Vélos"))?;
        Ok::<_, automerge::AutomergeError>(((), committed.change.into_iter().collect()))
    });
    client.handle(NOW, ClientEvent::Kept(id()));
    hear(&mut client, &brings(&[&wrote]));
    assert!(client.is_online());
    let heads = client.document(id()).unwrap().heads();
    assert!(heads.contains(&wrote.hash) && heads.len() == 2);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_comes_before_its_cause_waits_and_is_kept_with_it() {
    let (mut client, genesis) = phone();
    let [made, wrote] = written_elsewhere(&genesis);
    let frame = brings(&[&wrote]).encode();
    let effects = client.handle(NOW, ClientEvent::Frame(&frame));
    assert_eq!(kept_at_once(&effects), 0);
    let asked = frames(&effects).into_iter().find_map(|frame| match frame {
        Frame::Sync(sync) => automerge::sync::Message::decode(&sync.data).ok(),
        _ => None,
    });
    assert_eq!(asked.map(|message| message.need), Some(vec![made.hash]));
    let frame = brings(&[&made]).encode();
    let effects = client.handle(NOW, ClientEvent::Frame(&frame));
    assert_eq!(kept_at_once(&effects), 2);
    assert_eq!(client.document(id()).unwrap().heads(), [wrote.hash]);
}
