//! Tabs of one phone: one speaks with the relay, the others learn from it.

use super::*;
use crate::sync::client::Rejection;
use litemap::LiteMap;

/// A tab that has the document and leaves the relay to another.
fn resting(document: &Document) -> Client {
    let mut client = Client::default();
    client.rest(NOW);
    client.open(id(), copy(document), Acknowledged::default());
    client
}

/// The document as another tab reads it from the store.
fn copy(document: &Document) -> Document {
    Document::from_changes(&document.changes(), actor(3)).unwrap()
}

fn actor(seed: u8) -> ActorId {
    ActorId::from(vec![seed; 20])
}

/// Writes one key, and says that it is kept.
fn write(client: &mut Client, key: &str) -> (ChangeRecord, Vec<ClientEffect>) {
    let written = client.edit(id(), |document| {
        let committed = document.transact(NOW, |transaction| transaction.put(ROOT, key, 1))?;
        let change = committed.change.unwrap();
        Ok::<_, automerge::AutomergeError>((change.clone(), vec![change]))
    });
    let (change, mut effects) = written.unwrap().unwrap();
    effects.extend(client.handle(NOW, ClientEvent::Kept(id())));
    (change, effects)
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_a_tab_without_connection_keeps_leaves_through_the_one_that_has_it() {
    let (document, genesis) = newborn();
    let mut quiet = resting(&document);
    let mut speaker = connected();
    let (complete, effects) = speaker.adopt(NOW, id(), &actor(2), vec![genesis]);
    assert!(complete);
    assert_eq!(kept_at_once(&effects), 0, "it is on the phone already");
    let told = relay_says(Vec::new());
    speaker.handle(NOW, ClientEvent::Frame(&told.encode()));

    let (change, effects) = write(&mut quiet, "a");
    assert!(frames(&effects).is_empty());
    assert_eq!(quiet.status_of(id()).unsent, 2);
    let (complete, effects) = speaker.adopt(NOW, id(), &actor(2), vec![change.clone()]);
    assert!(complete);
    assert!(matches!(frames(&effects)[..], [Frame::Sync(_)]));
    assert_eq!(kept_at_once(&effects), 0);

    let told = relay_says(vec![change.hash]);
    let effects = speaker.handle(NOW, ClientEvent::Frame(&told.encode()));
    let acknowledged = effects.iter().find_map(|effect| match effect {
        ClientEffect::Remember { acknowledged, .. } => Some(acknowledged.clone()),
        _ => None,
    });
    quiet.learn(id(), acknowledged.unwrap());
    assert_eq!(quiet.status_of(id()).unsent, 0);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn changes_are_adopted_in_any_order_and_those_without_causes_are_told_apart() {
    let (document, genesis) = newborn();
    let mut writer = resting(&document);
    let (first, _) = write(&mut writer, "a");
    let (second, _) = write(&mut writer, "b");
    let heads = writer.document(id()).unwrap().heads();

    let mut reader = Client::default();
    reader.rest(NOW);
    let (complete, _) = reader.adopt(NOW, id(), &actor(2), vec![second.clone()]);
    assert!(!complete);
    assert_eq!(reader.document(id()).unwrap().heads(), []);
    let all = vec![second.clone(), first, genesis];
    let (complete, effects) = reader.adopt(NOW, id(), &actor(2), all);
    assert!(complete);
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, ClientEffect::Changed { .. }))
    );
    assert_eq!(reader.document(id()).unwrap().heads(), heads);
    let (complete, effects) = reader.adopt(NOW, id(), &actor(2), vec![second]);
    assert!(complete, "known already");
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, ClientEffect::Changed { .. }))
    );
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_resting_tab_says_what_the_speaking_one_says_of_the_connection() {
    let (document, _) = newborn();
    let mut quiet = resting(&document);
    quiet.follow(LinkState::Online, LiteMap::new());
    assert_eq!(quiet.status().link, LinkState::Online);
    let lost = LinkState::Offline { since: NOW };
    let refused = LiteMap::from_iter([(id(), Rejection::SpaceFull)]);
    quiet.follow(lost, refused);
    assert_eq!(quiet.status().link, lost);
    assert_eq!(quiet.status().refused, Some(Rejection::SpaceFull));
    assert_eq!(quiet.status_of(id()).refused, Some(Rejection::SpaceFull));
    assert!(quiet.next_wake().is_none(), "it dials nobody");
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_tab_that_takes_over_dials_at_once_and_begins_with_what_was_acknowledged() {
    let (document, genesis) = newborn();
    let mut quiet = resting(&document);
    quiet.follow(LinkState::Online, LiteMap::new());
    quiet.learn(
        id(),
        Acknowledged {
            relay: Some("disk".to_owned()),
            heads: vec![genesis.hash],
            receipt: None,
        },
    );
    let later = NOW.plus(10);
    let effects = quiet.lead(later);
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, ClientEffect::Dial))
    );
    assert_eq!(quiet.status().link, LinkState::Offline { since: later });
    greet(&mut quiet, later, 4);
    assert_eq!(quiet.status().unsent, 0);
    // What another tab says counts no more.
    quiet.learn(id(), Acknowledged::default());
    quiet.follow(LinkState::Starting, LiteMap::new());
    assert_eq!(quiet.status().unsent, 0);
    assert_eq!(quiet.status().link, LinkState::Online);

    let effects = quiet.rest(later);
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, ClientEffect::HangUp))
    );
    assert!(quiet.next_wake().is_none());
}
