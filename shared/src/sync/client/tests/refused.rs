//! What a phone does without what the relay has refused for good.

use super::*;
use crate::identity::PersonKey;
use crate::limits::RelayLimits;
use crate::rebuild::{Draft, rebuild};
use crate::wire::DurableMessage;

fn actor(seed: u8) -> ActorId {
    PersonKey::from_seed(&[seed; 32]).person().actor([seed; 8])
}

/// Amina's phone, with a document of her own, at a relay that has it.
fn acknowledged() -> Client {
    let genesis = Genesis {
        kind: Kind::JobSheet,
        schema: 1,
        space: id(),
    };
    let (document, genesis) = Document::birth(genesis, actor(1), NOW, |_| Ok(())).unwrap();
    let mut client = Client::default();
    client.handle(NOW, ClientEvent::Online);
    client.create(id(), document, genesis.clone());
    client.handle(NOW, ClientEvent::Kept(id()));
    meet(&mut client, NOW, 1, EXTENDED_VERSION, "disk");
    let limits = RelayLimits {
        change_bytes: 1_000,
        ..RelayLimits::DEFAULT
    };
    hears(&mut client, &Frame::Limits(limits));
    durable(&mut client, vec![genesis.hash]);
    client
}

fn hears(client: &mut Client, frame: &Frame) -> Vec<ClientEffect> {
    client.handle(NOW, ClientEvent::Frame(&frame.encode()))
}

fn durable(client: &mut Client, heads: Vec<ChangeHash>) {
    let document = id();
    hears(client, &Frame::Durable(DurableMessage { document, heads }));
}

/// Writes so many bytes under a key and keeps them; returns the change and what follows.
fn write(client: &mut Client, key: &str, bytes: usize) -> (ChangeHash, Vec<ClientEffect>) {
    let value: String = (0..bytes)
        .map(|at| char::from(b'a' + (at * 7 % 26) as u8))
        .collect();
    let written = client.edit(id(), |document| {
        let committed = document.transact(NOW, |transaction| transaction.put(ROOT, key, value))?;
        let change = committed.change.unwrap();
        Ok::<_, automerge::AutomergeError>((change.hash, vec![change]))
    });
    let (hash, _) = written.unwrap().unwrap();
    (hash, client.handle(NOW, ClientEvent::Kept(id())))
}

fn refuses(client: &mut Client, reason: &str, changes: Vec<ChangeHash>) -> Vec<ClientEffect> {
    let refused = Frame::Refused(RefusedMessage {
        sender: PeerId::new("relay").unwrap(),
        target: PeerId::from_entropy([1; 16]),
        document: id(),
        reason: reason.into(),
        message: String::new(),
        changes,
    });
    hears(client, &refused)
}

fn asks_to_rebuild(effects: &[ClientEffect]) -> bool {
    let asks = |effect: &ClientEffect| matches!(effect, ClientEffect::Rebuild { document } if *document == id());
    effects.iter().any(asks)
}

/// What is to be taken away, and the drafts.
type Replaced = (Vec<ChangeHash>, Vec<(Rejection, Draft)>);

fn replaced(effects: &[ClientEffect]) -> Option<Replaced> {
    effects.iter().find_map(|effect| match effect {
        ClientEffect::Replace {
            removed, drafts, ..
        } => Some((removed.clone(), drafts.clone())),
        _ => None,
    })
}

fn has(client: &Client, key: &str) -> bool {
    let document = client.document(id()).unwrap();
    automerge::ReadDoc::get(document.reader(), ROOT, key)
        .unwrap()
        .is_some()
}

fn sent(effects: &[ClientEffect]) -> usize {
    let messages = frames(effects).into_iter().filter_map(|frame| match frame {
        Frame::Sync(sync) => automerge::sync::Message::decode(&sync.data).ok(),
        _ => None,
    });
    messages.map(|message| message.changes.len()).sum()
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_is_too_large_is_taken_out_and_what_was_written_after_it_is_sent() {
    let mut client = acknowledged();
    let (large, effects) = write(&mut client, "large", 20_000);
    assert!(asks_to_rebuild(&effects));
    let (_, effects) = write(&mut client, "small", 10);
    assert!(!asks_to_rebuild(&effects), "once is enough");
    let (written, effects) = client.rebuild(NOW, id(), [9; 8], rebuild);
    assert_eq!(written.len(), 1);
    let (removed, drafts) = replaced(&effects).unwrap();
    assert_eq!(removed.len(), 2);
    assert!(removed.contains(&large));
    assert_eq!(drafts.len(), 1);
    assert_eq!(drafts[0].0, Rejection::TooLarge);
    assert_eq!(drafts[0].1.parts[0].path, ["large"]);
    assert!(has(&client, "small") && !has(&client, "large"));
    assert_eq!(sent(&effects), 0, "nothing leaves before it is kept");
    let effects = client.handle(NOW, ClientEvent::Kept(id()));
    assert_eq!(sent(&effects), 1);
    durable(&mut client, written);
    assert_eq!(
        client.status(),
        Status {
            link: LinkState::Online,
            ..Status::default()
        }
    );
    // Nobody writes under the former actor again.
    let changes = client.document(id()).unwrap().changes();
    assert_ne!(changes[0].actor, changes[1].actor);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn who_may_not_write_any_more_keeps_all_that_was_not_accepted_as_a_draft() {
    let mut client = acknowledged();
    let (first, _) = write(&mut client, "one", 10);
    let (second, _) = write(&mut client, "two", 10);
    let effects = refuses(&mut client, "not-allowed", vec![first]);
    assert!(asks_to_rebuild(&effects));
    let (written, effects) = client.rebuild(NOW, id(), [9; 8], rebuild);
    assert!(written.is_empty());
    let (mut removed, drafts) = replaced(&effects).unwrap();
    removed.sort();
    let mut expected = vec![first, second];
    expected.sort();
    assert_eq!(removed, expected);
    assert_eq!(drafts[0].0, Rejection::NotAllowed);
    assert_eq!(
        frames(&effects).len(),
        1,
        "the conversation begins anew at once"
    );
    // What was on its way about the former document is not heard.
    assert!(frames(&refuses(&mut client, "not-allowed", vec![first])).is_empty());
    client.handle(NOW, ClientEvent::Kept(id()));
    assert_eq!(client.status().refused, None);
    assert_eq!(client.status().unsent, 0);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_replacement_that_could_not_be_kept_is_kept_later_with_what_was_written_since() {
    let mut client = acknowledged();
    let (first, _) = write(&mut client, "one", 10);
    refuses(&mut client, "not-allowed", vec![first]);
    client.rebuild(NOW, id(), [9; 8], rebuild);
    client.handle(NOW, ClientEvent::KeepFailed(id()));
    let written = client.edit(id(), |document| {
        let committed = document.transact(NOW, |transaction| transaction.put(ROOT, "two", 2))?;
        Ok::<_, automerge::AutomergeError>(((), committed.change.into_iter().collect()))
    });
    let ((), effects) = written.unwrap().unwrap();
    let kept = effects.iter().find_map(|effect| match effect {
        ClientEffect::Replace {
            changes, drafts, ..
        } => Some((changes.len(), drafts.len())),
        _ => None,
    });
    assert_eq!(kept, Some((1, 1)));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_others_have_built_upon_is_not_taken_out_unless_the_person_wants_it() {
    let mut client = acknowledged();
    let (mine, _) = write(&mut client, "one", 10);
    let mut other = Document::from_changes(client.kept(id()), actor(2)).unwrap();
    let theirs = other.transact(NOW, |transaction| transaction.put(ROOT, "two", 2));
    let theirs = theirs.unwrap().change.unwrap();
    client.bring(id(), &actor(1), vec![theirs.clone()]).unwrap();
    client.handle(NOW, ClientEvent::Kept(id()));
    assert!(!asks_to_rebuild(&refuses(
        &mut client,
        "not-allowed",
        vec![mine]
    )));
    assert_eq!(client.status().refused, Some(Rejection::NotAllowed));
    assert!(!asks_to_rebuild(&refuses(
        &mut client,
        "author",
        vec![theirs.hash]
    )));
    assert_eq!(client.status().refused, Some(Rejection::Author));
    // Their words wait for their author's phone, and mine with them, as long as nobody wants to go on.
    assert!(asks_to_rebuild(&client.go_on_without(id())));
    let (_, effects) = client.rebuild(NOW, id(), [9; 8], rebuild);
    let (removed, drafts) = replaced(&effects).unwrap();
    assert_eq!(removed, [theirs.hash]);
    assert_eq!(drafts[0].0, Rejection::Author);
    assert!(has(&client, "one") && !has(&client, "two"));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_client_beside_takes_out_what_is_gone_and_writes_again_what_it_has_written_since() {
    let mut client = acknowledged();
    let (mine, _) = write(&mut client, "one", 10);
    let mut beside = Client::default();
    beside.rest(NOW);
    beside.adopt(NOW, id(), &actor(1), client.kept(id()).to_vec());
    refuses(&mut client, "not-allowed", vec![mine]);
    let (_, effects) = client.rebuild(NOW, id(), [9; 8], rebuild);
    let (removed, _) = replaced(&effects).unwrap();
    let told = |beside: &mut Client| {
        let why = Rejection::NotAllowed;
        let (_, effects) = beside.replaced(NOW, id(), &actor(1), why, &removed, Vec::new());
        assert!(asks_to_rebuild(&effects));
        let (written, effects) = beside.rebuild(NOW, id(), [8; 8], rebuild);
        assert!(!has(beside, "one"));
        (written, replaced(&effects))
    };
    assert_eq!(told(&mut beside), (Vec::new(), None));
    let mut beside = Client::default();
    beside.rest(NOW);
    let mut changes = client.kept(id()).to_vec();
    let mut before = Document::from_changes(&changes, actor(1)).unwrap();
    let one = before.transact(NOW, |transaction| transaction.put(ROOT, "one", 1));
    changes.push(one.unwrap().change.unwrap());
    let removed = [changes[1].hash];
    beside.adopt(NOW, id(), &actor(3), changes);
    beside.edit(id(), |document| {
        document.set_actor(PersonKey::from_seed(&[1; 32]).person().actor([7; 8]));
        let committed = document.transact(NOW, |transaction| transaction.put(ROOT, "two", 2))?;
        Ok::<_, automerge::AutomergeError>(((), committed.change.into_iter().collect()))
    });
    beside.handle(NOW, ClientEvent::Kept(id()));
    let why = Rejection::NotAllowed;
    let (_, effects) = beside.replaced(NOW, id(), &actor(1), why, &removed, Vec::new());
    assert!(asks_to_rebuild(&effects));
    let (written, effects) = beside.rebuild(NOW, id(), [6; 8], rebuild);
    assert_eq!(written.len(), 1);
    assert_eq!(replaced(&effects).unwrap().0.len(), 2);
    assert!(has(&beside, "two") && !has(&beside, "one"));
}
