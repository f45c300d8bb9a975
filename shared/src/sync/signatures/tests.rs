use super::*;
use crate::doc::Document;
use crate::identity::PersonKey;
use crate::records::job_sheet::{self, NewJobSheet};
use crate::time::UnixMillis;
use automerge::ROOT;
use automerge::transaction::Transactable;

fn key(seed: u8) -> PersonKey {
    PersonKey::from_seed(&[seed; 32])
}

fn id() -> DocumentId {
    DocumentId::from_entropy([3; 16])
}

/// A sheet in which two people have written in turn: born by the first, then one change each, four in all.
fn written() -> Vec<ChangeRecord> {
    let space = DocumentId::from_entropy([1; 16]);
    let [first, second] = [1, 2].map(|seed| key(seed).person().actor([seed; 8]));
    let new = NewJobSheet {
        title: "Vélos".to_owned(),
        ..NewJobSheet::default()
    };
    let (mut document, _) = job_sheet::birth(space, &new, first.clone(), UnixMillis(0)).unwrap();
    for (actor, title) in [
        (&second, "Vélos réparés"),
        (&first, "Potager"),
        (&second, "Cuisine"),
    ] {
        document.set_actor(actor.clone());
        entitle(&mut document, title);
    }
    document.changes()
}

fn entitle(document: &mut Document, title: &str) {
    document
        .transact(UnixMillis(0), |transaction| {
            transaction.put(ROOT, "title", title)
        })
        .unwrap();
}

fn graph(changes: &[ChangeRecord]) -> Graph {
    let mut graph = Graph::default();
    for change in changes {
        graph.insert(change.clone());
    }
    graph
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn the_latest_of_each_actor_stays_and_nothing_that_does_not_hold() {
    let changes = written();
    let graph = graph(&changes);
    let sign = |at: usize, seed| Authorship::sign(id(), changes[at].hash, &key(seed));
    let mut signatures = Signatures::default();
    let earlier = sign(0, 1);
    assert_eq!(signatures.take(id(), &graph, [earlier]), [earlier]);
    assert_eq!(signatures.take(id(), &graph, [earlier]), [], "known");
    assert_eq!(
        signatures.take(id(), &graph, [sign(1, 1)]),
        [],
        "of another"
    );
    let elsewhere = Authorship::sign(DocumentId::from_entropy([4; 16]), changes[1].hash, &key(2));
    assert_eq!(signatures.take(id(), &graph, [elsewhere]), []);
    let unknown = Authorship::sign(id(), ChangeHash([7; 32]), &key(2));
    assert_eq!(signatures.take(id(), &graph, [unknown]), []);
    assert!(signatures.covers(&changes[0]) && !signatures.covers(&changes[2]));
    let later = [sign(3, 2), sign(2, 1)];
    assert_eq!(signatures.take(id(), &graph, later), later);
    assert!(changes.iter().all(|change| signatures.covers(change)));
    assert_eq!(signatures.since(0), later);
    assert_eq!(signatures.since(signatures.taken()), []);
    // Whoever has the same in another order, and never had the earlier one, has the same digest.
    let mut other = Signatures::default();
    other.believe(&graph, [later[1]]);
    assert_ne!(other.digest(), signatures.digest());
    other.believe(&graph, [later[0], earlier]);
    assert_eq!(other.digest(), signatures.digest());
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_signature_covers_what_its_author_wrote_before_and_nothing_of_others() {
    let changes = written();
    let all: Vec<&ChangeRecord> = changes.iter().collect();
    let sign = |at: usize, seed| Authorship::sign(id(), changes[at].hash, &key(seed));
    let names = |at: &[usize]| {
        at.iter()
            .map(|at| changes[*at].hash)
            .collect::<HashSet<_>>()
    };
    assert_eq!(covered(&[sign(2, 1)], &all), names(&[0, 2]));
    assert_eq!(covered(&[sign(0, 1)], &all), names(&[0]));
    assert_eq!(
        covered(&[sign(3, 2), sign(2, 1)], &all),
        names(&[0, 1, 2, 3])
    );
    assert_eq!(covered(&[sign(3, 1)], &all), names(&[]), "of another");
    // A change names the one before of its own actor among its causes, whatever lies between.
    let gap = [&changes[0], &changes[2]];
    assert_eq!(covered(&[sign(2, 1)], &gap), names(&[0, 2]));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_somebody_has_not_signed_yet_is_named_once_for_each_actor() {
    let changes = written();
    let graph = graph(&changes);
    let mut signatures = Signatures::default();
    let mut unsigned = Unsigned::default();
    for change in &changes {
        unsigned.note(key(1).person(), change, &signatures);
    }
    assert_eq!(unsigned.take(), Some(changes[2].hash));
    assert!(unsigned.is_empty());
    signatures.believe(&graph, [Authorship::sign(id(), changes[2].hash, &key(1))]);
    for change in &changes {
        unsigned.note(key(1).person(), change, &signatures);
    }
    assert_eq!(unsigned.take(), None);
}
