//! What leaves a phone with a document that was erased.

use super::*;
use crate::birth::Birth;
use crate::identity::PersonKey;
use crate::records::{NewJobSheet, Section, job_sheet};
use crate::roster::{Heads, Tombstone};
use crate::store::StoredChange;
use automerge::ReadDoc;

fn space() -> DocumentId {
    DocumentId::from_entropy([9; 16])
}

fn actor(seed: u8) -> ActorId {
    PersonKey::from_seed(&[seed; 32]).person().actor([seed; 8])
}

/// A sheet of someone else's that the relay has, on a phone of this writer.
fn with_sheet(seed: u8) -> (Client, Vec<ChangeHash>) {
    let new = NewJobSheet {
        title: "Vélos".to_owned(),
        need: "Amina demande.".to_owned(),
        ..NewJobSheet::default()
    };
    let (document, _) = job_sheet::birth(space(), &new, actor(1), NOW).unwrap();
    let document = Document::from_changes(&document.changes(), actor(seed)).unwrap();
    let heads = document.heads();
    let mut client = Client::default();
    let acknowledged = Acknowledged {
        relay: Some("disk".to_owned()),
        heads: heads.clone(),
        receipt: None,
    };
    client.open(id(), document, acknowledged);
    (client, heads)
}

fn type_in(client: &mut Client, at: usize, words: &str) {
    let written = client.edit(id(), |document| {
        let (_, sections) = document.reader().get(ROOT, "sections").unwrap().unwrap();
        let need = Section::Need.code();
        let (_, text) = document.reader().get(&sections, need).unwrap().unwrap();
        let written = document.transact(NOW, |transaction| {
            transaction.splice_text(&text, at, 0, words)
        })?;
        Ok::<_, automerge::AutomergeError>(((), written.change.into_iter().collect()))
    });
    written.unwrap().unwrap();
    client.handle(NOW, ClientEvent::Kept(id()));
}

fn tombstone(replaced_by: Option<DocumentId>, heads: &[ChangeHash]) -> Tombstone {
    Tombstone {
        document: id(),
        replaced_by,
        heads: Heads(heads.to_vec()),
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn an_erased_document_leaves_the_phone_and_does_not_come_back() {
    let (mut client, _) = with_sheet(2);
    let kept = client.kept(id()).to_vec();
    let buried = client.bury(space(), [tombstone(None, &[])]);
    assert_eq!(buried.len(), 1);
    assert!(client.document(id()).is_none() && client.is_gone(id()));
    assert_eq!(client.stands_for(id()), None);
    // Neither from the relay, nor from a file, nor from another tab, nor from the disk.
    client.want(id(), actor(2));
    let (new, _) = client.bring(id(), &actor(2), kept.clone()).unwrap();
    client.adopt(NOW, id(), &actor(2), kept.clone());
    let document = Document::from_changes(&kept, actor(2)).unwrap();
    client.open(id(), document, Acknowledged::default());
    assert_eq!((new.len(), client.documents().count()), (0, 0));
    assert!(client.bury(space(), [tombstone(None, &[])]).is_empty());
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_territory_buries_neither_itself_nor_what_is_not_its_own() {
    let (mut client, _) = with_sheet(2);
    assert!(
        client
            .bury(DocumentId::from_entropy([8; 16]), [tombstone(None, &[])])
            .is_empty()
    );
    assert!(client.bury(id(), [tombstone(None, &[])]).is_empty());
    assert!(client.document(id()).is_some() && !client.is_gone(id()));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn words_written_meanwhile_are_handed_back_and_nothing_of_what_was_there() {
    let (mut client, heads) = with_sheet(2);
    type_in(&mut client, 14, " Bon");
    type_in(&mut client, 18, "jour.");
    type_in(&mut client, 0, "Ici : ");
    let new = DocumentId::from_entropy([7; 16]);
    let buried = client
        .bury(space(), [tombstone(Some(new), &heads)])
        .remove(0);
    assert_eq!(client.stands_for(id()), Some(new));
    assert_eq!(buried.lost.len(), 3);
    let theirs = |writer: &ActorId| *writer == actor(2);
    let path = vec!["sections".to_owned(), "need".to_owned()];
    let words: Vec<_> = buried.words(theirs);
    assert_eq!(words.len(), 1);
    assert_eq!(words[0].0, path);
    for written in ["Ici : ", "Bon", "jour."] {
        assert!(words[0].1.contains(written), "{words:?}");
    }
    assert!(!words[0].1.contains("Amina"), "{words:?}");
    assert!(buried.words(|writer| *writer == actor(3)).is_empty());
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_the_new_document_says_too_is_not_handed_back() {
    let (mut client, _) = with_sheet(2);
    type_in(&mut client, 0, "Ici : ");
    let stored: Vec<StoredChange> = client.kept(id()).iter().map(StoredChange::from).collect();
    let heads = Birth::read(&stored).unwrap().heads;
    let buried = client
        .bury(space(), [tombstone(Some(space()), &heads)])
        .remove(0);
    assert!(buried.lost.is_empty() && buried.words(|_| true).is_empty());
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn replacements_are_followed_to_the_last_and_never_in_a_circle() {
    let mut client = Client::default();
    let ids = [1, 2, 3].map(|number| DocumentId::from_entropy([number; 16]));
    let step = |from: usize, to: usize| Tombstone {
        document: ids[from],
        replaced_by: Some(ids[to]),
        heads: Heads::default(),
    };
    client.bury(space(), [step(0, 1), step(1, 2)]);
    assert_eq!(client.stands_for(ids[0]), Some(ids[2]));
    client.bury(space(), [step(2, 0)]);
    assert_eq!(client.stands_for(ids[0]), None);
}
