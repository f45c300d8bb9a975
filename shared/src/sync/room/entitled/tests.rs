//! Who may have a part in a document: people with proven keys and roles, against one room.

use crate::change::ChangeRecord;
use crate::doc::{Document, Genesis, Kind};
use crate::guard::{ScannedChunk, ScannedMessage};
use crate::id::{DocumentId, PeerId};
use crate::identity::{Authorship, PersonId, PersonKey, Receipt, Role};
use crate::records::job_sheet::{self, NewJobSheet};
use crate::records::statements;
use crate::roster::Warrant;
use crate::sync::room::{ConnectionId, Room, RoomEffect, RoomEvent};
use crate::time::UnixMillis;
use crate::wire::{Dialect, Frame};
use automerge::transaction::Transactable;
use automerge::{ActorId, ROOT};
use std::sync::Arc;

const ALICE: u8 = 1;
const BASIL: u8 = 2;

fn space() -> DocumentId {
    DocumentId::from_entropy([1; 16])
}

fn sheet() -> DocumentId {
    DocumentId::from_entropy([3; 16])
}

fn actor(seed: u8) -> ActorId {
    PersonKey::from_seed(&[seed; 32]).person().actor([seed; 8])
}

/// Someone whose key was proved, with this role in this space.
fn warrant(seed: u8, place: DocumentId, role: Role) -> Arc<Warrant> {
    let key = PersonKey::from_seed(&[seed; 32]).person();
    Arc::new(Warrant::of_key(key, place, role.into()))
}

/// A sheet by this author, of two changes.
fn written_by(seed: u8) -> Document {
    let new = NewJobSheet {
        title: "Vélos".to_owned(),
        ..NewJobSheet::default()
    };
    let (mut document, _) = job_sheet::birth(space(), &new, actor(seed), UnixMillis(0)).unwrap();
    entitle(&mut document, "Vélos réparés");
    document
}

fn entitle(document: &mut Document, title: &str) {
    document
        .transact(UnixMillis(0), |transaction| {
            transaction.put(ROOT, "title", title)
        })
        .unwrap();
}

struct Scene {
    room: Room,
    /// What the room has asked to keep of what authors have signed.
    signed: Vec<Authorship>,
    /// Who has brought what was set aside, and how many changes that are.
    aside: Vec<(PersonId, usize)>,
}

impl Scene {
    fn empty() -> Self {
        Self::of(&[])
    }

    fn of(stored: &[ChangeRecord]) -> Self {
        let relay = PeerId::new("relay").unwrap();
        Self {
            room: Room::open(sheet(), relay, stored.to_vec()),
            signed: Vec::new(),
            aside: Vec::new(),
        }
    }

    /// Someone sends these changes; returns the frames that everyone gets, by connection.
    fn sends(
        &mut self,
        seed: u8,
        warrant: &Arc<Warrant>,
        changes: &[ChangeRecord],
    ) -> Vec<(u8, Frame)> {
        self.plays(scene_message(seed, warrant, changes))
    }

    /// Does what the room asks for after this event, until it asks for nothing more; returns the frames that everyone gets.
    fn plays(&mut self, event: RoomEvent) -> Vec<(u8, Frame)> {
        let mut events = vec![event];
        let mut frames = Vec::new();
        while let Some(event) = events.pop() {
            for effect in self.room.handle(event) {
                match effect {
                    RoomEffect::Prove { batch, submissions } => {
                        let proved = |chunk| match chunk {
                            ScannedChunk::Change(change) => change,
                            ScannedChunk::Document(_) => panic!("no documents here"),
                        };
                        let results = submissions
                            .into_iter()
                            .map(|chunks| Ok(chunks.into_iter().map(proved).collect()))
                            .collect();
                        events.push(RoomEvent::Proved { batch, results });
                    }
                    RoomEffect::Append { batch, .. } => events.push(RoomEvent::Flushed(batch)),
                    RoomEffect::Send {
                        connection, frame, ..
                    } => {
                        let to = u8::try_from(connection.0).unwrap();
                        frames.push((to, Frame::decode(&frame).unwrap()));
                    }
                    RoomEffect::Unprove => {}
                    RoomEffect::KeepSignatures(words) => self.signed.extend(words),
                    RoomEffect::SetAside { by, changes, .. } => {
                        self.aside.push((by, changes.len()));
                    }
                    other => panic!("unexpected {other:?}"),
                }
            }
        }
        frames
    }

    fn len(&self) -> usize {
        self.room.graph().len()
    }
}

/// What the room hears when someone sends these changes.
fn scene_message(seed: u8, warrant: &Arc<Warrant>, changes: &[ChangeRecord]) -> RoomEvent {
    let message = ScannedMessage {
        heads: changes.iter().map(|change| change.hash).collect(),
        need: Vec::new(),
        have: vec![automerge::sync::Have::default()],
        flags: None,
        chunks: changes.iter().cloned().map(ScannedChunk::Change).collect(),
    };
    RoomEvent::Sync {
        connection: ConnectionId(seed.into()),
        peer: PeerId::new(format!("peer {seed}")).unwrap(),
        dialect: Dialect::Extended,
        warrant: Arc::clone(warrant),
        request: changes.is_empty(),
        message,
    }
}

fn refusal(frames: &[(u8, Frame)]) -> Option<&str> {
    frames.iter().find_map(|(_, frame)| match frame {
        Frame::Refused(refused) => Some(refused.reason.as_str()),
        _ => None,
    })
}

fn is_unavailable(frames: &[(u8, Frame)]) -> bool {
    matches!(frames, [(_, Frame::Unavailable(_))])
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_volunteer_begins_a_sheet_and_a_guest_reads_it() {
    let mut scene = Scene::empty();
    let changes = written_by(ALICE).changes();
    let frames = scene.sends(ALICE, &warrant(ALICE, space(), Role::Volunteer), &changes);
    assert_eq!((refusal(&frames), scene.len()), (None, 2));
    let frames = scene.sends(BASIL, &warrant(BASIL, space(), Role::Guest), &[]);
    assert!(
        matches!(&frames[..], [(BASIL, Frame::Sync(_))]),
        "{frames:?}"
    );
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_reader_who_writes_is_refused_and_nothing_is_kept() {
    let mut document = written_by(ALICE);
    let mut scene = Scene::of(&document.changes());
    document.set_actor(actor(BASIL));
    entitle(&mut document, "À moi");
    let frames = scene.sends(
        BASIL,
        &warrant(BASIL, space(), Role::Guest),
        &document.changes(),
    );
    assert_eq!((refusal(&frames), scene.len()), (Some("not-allowed"), 2));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_guest_begins_no_sheet_and_the_name_stays_free() {
    let mut scene = Scene::empty();
    let changes = written_by(BASIL).changes();
    let frames = scene.sends(BASIL, &warrant(BASIL, space(), Role::Guest), &changes);
    assert_eq!((refusal(&frames), scene.len()), (Some("not-allowed"), 0));
    let changes = written_by(ALICE).changes();
    scene.sends(ALICE, &warrant(ALICE, space(), Role::Volunteer), &changes);
    assert_eq!(scene.len(), 2);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_known_name_opens_nothing_from_another_space() {
    let mut scene = Scene::of(&written_by(ALICE).changes());
    let elsewhere = DocumentId::from_entropy([2; 16]);
    let stranger = warrant(BASIL, elsewhere, Role::Team);
    assert!(is_unavailable(&scene.sends(BASIL, &stranger, &[])));
    let mut document = written_by(ALICE);
    document.set_actor(actor(BASIL));
    entitle(&mut document, "À moi");
    assert!(is_unavailable(&scene.sends(
        BASIL,
        &stranger,
        &document.changes()
    )));
    assert_eq!(scene.len(), 2);
    assert!(is_unavailable(&scene.sends(
        BASIL,
        &Arc::new(Warrant::default()),
        &[]
    )));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn who_asked_before_the_birth_hears_nothing_of_what_is_not_theirs() {
    let mut scene = Scene::empty();
    let elsewhere = DocumentId::from_entropy([2; 16]);
    let stranger = warrant(BASIL, elsewhere, Role::Team);
    assert!(is_unavailable(&scene.sends(BASIL, &stranger, &[])));
    let changes = written_by(ALICE).changes();
    let frames = scene.sends(ALICE, &warrant(ALICE, space(), Role::Volunteer), &changes);
    let to_basil: Vec<_> = frames.iter().filter(|(to, _)| *to == BASIL).collect();
    assert!(
        matches!(to_basil[..], [(_, Frame::Unavailable(_))]),
        "{to_basil:?}"
    );
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn nobody_writes_under_the_name_of_another() {
    let mut document = written_by(ALICE);
    let mut scene = Scene::of(&document.changes());
    entitle(&mut document, "Écrit par Alice ?");
    let basil = warrant(BASIL, space(), Role::Volunteer);
    let frames = scene.sends(BASIL, &basil, &document.changes());
    assert_eq!((refusal(&frames), scene.len()), (Some("author"), 2));
    // Nor in a document that one begins, before or after its birth.
    let mut scene = Scene::empty();
    let frames = scene.sends(BASIL, &basil, &document.changes());
    assert_eq!((refusal(&frames), scene.len()), (Some("author"), 0));
    let frames = scene.sends(BASIL, &basil, &document.changes()[1..]);
    assert_eq!((refusal(&frames), scene.len()), (None, 0));
    scene.sends(
        ALICE,
        &warrant(ALICE, space(), Role::Volunteer),
        &document.changes()[..1],
    );
    assert_eq!(scene.len(), 1, "what came before the birth is not kept");
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_the_relay_has_lost_comes_back_with_whoever_has_its_word_and_nothing_else_does() {
    let document = written_by(ALICE);
    let key = PersonKey::from_seed(&[99; 32]);
    let receipt = Receipt::sign(sheet(), document.heads(), &key);
    let guest = warrant(BASIL, space(), Role::Guest);
    let present = |scene: &mut Scene, space| {
        scene.sends(BASIL, &guest, &[]);
        scene.room.handle(RoomEvent::Presented {
            connection: ConnectionId(BASIL.into()),
            space,
            receipt: receipt.clone(),
        });
    };
    // Whole, or the end of it, also when more comes along that is not covered.
    for stored in [0, 1] {
        let mut scene = Scene::of(&document.changes()[..stored]);
        present(&mut scene, space());
        let frames = scene.sends(BASIL, &guest, &document.changes());
        assert_eq!((refusal(&frames), scene.len()), (None, 2));
        let mut more = document.clone();
        entitle(&mut more, "Pas vu");
        let frames = scene.sends(BASIL, &guest, &more.changes());
        assert_eq!((refusal(&frames), scene.len()), (Some("not-allowed"), 2));
    }
    // Another space's word is worth nothing here.
    let mut scene = Scene::of(&document.changes()[..1]);
    present(&mut scene, DocumentId::from_entropy([2; 16]));
    let frames = scene.sends(BASIL, &guest, &document.changes());
    assert_eq!((refusal(&frames), scene.len()), (Some("not-allowed"), 1));
}

/// Someone says what authors have signed, and what these may do.
fn signs(seed: u8, words: Vec<Authorship>, authors: &Arc<Warrant>) -> RoomEvent {
    RoomEvent::Signed {
        connection: ConnectionId(seed.into()),
        words,
        authors: Arc::clone(authors),
        digest: Vec::new(),
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_an_author_has_signed_comes_in_with_anyone_as_long_as_the_author_may_write() {
    let document = written_by(ALICE);
    let changes = document.changes();
    let key = PersonKey::from_seed(&[ALICE; 32]);
    let sign = |at: usize| Authorship::sign(sheet(), changes[at].hash, &key);
    let guest = warrant(BASIL, space(), Role::Guest);
    let volunteer = warrant(ALICE, space(), Role::Volunteer);
    let try_with = |stored: usize, words: Vec<Authorship>, authors: &Arc<Warrant>| {
        let mut scene = Scene::of(&changes[..stored]);
        scene.sends(BASIL, &guest, &[]);
        scene.plays(signs(BASIL, words, authors));
        let frames = scene.sends(BASIL, &guest, &changes);
        (refusal(&frames).map(str::to_owned), scene)
    };
    // One signature over the latest covers both, the birth included, and is kept.
    for stored in [0, 1] {
        let (refusal, scene) = try_with(stored, vec![sign(1)], &volunteer);
        assert_eq!((refusal, scene.len()), (None, 2));
        assert_eq!(scene.signed, [sign(1)]);
    }
    // Over the earlier one only, the later one is nobody's here.
    let (refusal, scene) = try_with(0, vec![sign(0)], &volunteer);
    assert_eq!((refusal.is_some(), scene.len()), (true, 0));
    // Whoever may not write any more is not let in by having signed.
    for authors in [Arc::default(), warrant(ALICE, space(), Role::Guest)] {
        let (refusal, scene) = try_with(1, vec![sign(1)], &authors);
        assert_eq!((refusal.is_some(), scene.len()), (true, 1));
        assert_eq!(scene.signed, []);
    }
    // The word is for the message that comes next, and for no other.
    let mut scene = Scene::of(&changes[..1]);
    scene.sends(BASIL, &guest, &[]);
    scene.plays(signs(BASIL, vec![sign(1)], &volunteer));
    scene.sends(BASIL, &guest, &[]);
    let frames = scene.sends(BASIL, &guest, &changes);
    assert_eq!((refusal_of(&frames), scene.len()), (true, 1));
}

fn refusal_of(frames: &[(u8, Frame)]) -> bool {
    refusal(frames).is_some()
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_nobody_vouches_for_is_set_aside_until_the_team_lets_it_in() {
    let changes = written_by(ALICE).changes();
    let carrier = PersonKey::from_seed(&[BASIL; 32]).person();
    let basil = warrant(BASIL, space(), Role::Volunteer);
    for stored in [0, 1] {
        let mut scene = Scene::of(&changes[..stored]);
        let frames = scene.sends(BASIL, &basil, &changes);
        assert_eq!((refusal(&frames), scene.len()), (Some("author"), stored));
        assert_eq!(scene.aside, [(carrier, changes.len() - stored)]);
        let chunks = changes.iter().cloned().map(ScannedChunk::Change);
        scene.plays(RoomEvent::Admitted(chunks.collect()));
        assert_eq!(scene.len(), 2);
        // The carrier finds it there.
        let frames = scene.sends(BASIL, &basil, &changes);
        assert_eq!((refusal(&frames), scene.aside.len()), (None, 1));
    }
    // Whoever may not write, here or anywhere in this space, brings nothing for others to decide on.
    let elsewhere = DocumentId::from_entropy([2; 16]);
    for stranger in [
        warrant(BASIL, space(), Role::Guest),
        warrant(BASIL, elsewhere, Role::Team),
    ] {
        for stored in [0, 1] {
            let mut scene = Scene::of(&changes[..stored]);
            scene.sends(BASIL, &stranger, &changes);
            assert_eq!((scene.aside.as_slice(), scene.len()), (&[][..], stored));
        }
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_was_signed_is_passed_on_once_and_in_full_to_who_has_something_else() {
    let document = written_by(ALICE);
    let changes = document.changes();
    let key = PersonKey::from_seed(&[ALICE; 32]);
    let word = Authorship::sign(sheet(), changes[1].hash, &key);
    let [alice, basil] = [(ALICE, Role::Volunteer), (BASIL, Role::Guest)]
        .map(|(seed, role)| warrant(seed, space(), role));
    let mut scene = Scene::of(&changes);
    for (seed, who) in [(ALICE, &alice), (BASIL, &basil)] {
        // A first question, and then all that comes as an answer is there.
        scene.sends(seed, who, &[]);
        scene.sends(seed, who, &changes);
    }
    let receipt = Receipt::sign(sheet(), document.heads(), &PersonKey::from_seed(&[99; 32]));
    scene.plays(RoomEvent::Vouched(receipt));
    let told = |frames: Vec<(u8, Frame)>| -> Vec<(u8, usize)> {
        let words = frames.into_iter().filter_map(|(to, frame)| match frame {
            Frame::Signatures { data, .. } => {
                Some((to, Authorship::decode_all(&data).unwrap().len()))
            }
            _ => None,
        });
        words.collect()
    };
    // At first they hear what all of it comes to: nothing.
    let heard = told(scene.plays(RoomEvent::PassSignatures));
    assert_eq!(heard, [(ALICE, 0), (BASIL, 0)]);
    assert!(!scene.room.has_signatures_to_pass());
    scene.plays(signs(ALICE, vec![word], &alice));
    assert!(scene.room.has_signatures_to_pass());
    let heard = told(scene.plays(RoomEvent::PassSignatures));
    assert_eq!(heard, [(ALICE, 1), (BASIL, 1)]);
    assert_eq!(told(scene.plays(RoomEvent::PassSignatures)), []);
    // Who says that they have something else is told all of it; who has the same hears nothing.
    for (digest, expected) in [
        (vec![0; 16], vec![(BASIL, 1)]),
        (scene.room.signatures_digest().to_vec(), Vec::new()),
    ] {
        let heard = told(scene.plays(RoomEvent::Signed {
            connection: ConnectionId(BASIL.into()),
            words: Vec::new(),
            authors: Arc::clone(&basil),
            digest,
        }));
        assert_eq!(heard, expected);
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_was_sent_before_a_refusal_was_heard_or_by_someone_who_left_is_looked_at_too() {
    let mut written = written_by(ALICE);
    let first = written.changes()[..1].to_vec();
    let alice = warrant(ALICE, space(), Role::Volunteer);
    let guest = warrant(BASIL, space(), Role::Guest);
    for leaves in [false, true] {
        let mut scene = Scene::of(&first);
        let Some(RoomEffect::Prove { batch, .. }) = scene
            .room
            .handle(scene_message(ALICE, &alice, &written.changes()[1..]))
            .into_iter()
            .next()
        else {
            panic!("nothing to prove");
        };
        // While that is proved, two more come from someone who may only read.
        written.set_actor(actor(BASIL));
        entitle(&mut written, "À moi");
        entitle(&mut written, "À moi encore");
        let forbidden = written.changes();
        for number in [2, 3] {
            let message = scene_message(BASIL, &guest, &forbidden[number..=number]);
            assert!(scene.room.handle(message).is_empty());
        }
        if leaves {
            let gone = ConnectionId(BASIL.into());
            scene.room.handle(RoomEvent::Left(gone));
        }
        let results = vec![Ok(forbidden[1..2].to_vec())];
        scene.plays(RoomEvent::Proved { batch, results });
        assert_eq!(scene.len(), 2, "leaves: {leaves}");
        written = written_by(ALICE);
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn two_who_bring_back_a_lost_document_at_once_are_both_heard() {
    let mut document = written_by(ALICE);
    entitle(&mut document, "Et plus");
    let key = PersonKey::from_seed(&[99; 32]);
    let receipt = Receipt::sign(sheet(), document.heads(), &key);
    let mut scene = Scene::empty();
    let guest = warrant(BASIL, space(), Role::Guest);
    let alice = warrant(ALICE, space(), Role::Volunteer);
    // A stranger's question keeps the room busy, so that both wait for one batch.
    let busy = written_by(3).changes();
    let third = warrant(3, space(), Role::Guest);
    let Some(RoomEffect::Prove { batch, .. }) = scene
        .room
        .handle(scene_message(3, &third, &busy))
        .into_iter()
        .next()
    else {
        panic!("nothing to prove");
    };
    for (seed, warrant) in [(ALICE, &alice), (BASIL, &guest)] {
        scene.room.handle(scene_message(seed, warrant, &[]));
        scene.room.handle(RoomEvent::Presented {
            connection: ConnectionId(seed.into()),
            space: space(),
            receipt: receipt.clone(),
        });
    }
    scene
        .room
        .handle(scene_message(ALICE, &alice, &document.changes()[..2]));
    scene
        .room
        .handle(scene_message(BASIL, &guest, &document.changes()));
    let results = vec![Ok(busy)];
    let frames = scene.plays(RoomEvent::Proved { batch, results });
    let refused: Vec<u8> = frames
        .iter()
        .filter(|(_, frame)| matches!(frame, Frame::Refused(_)))
        .map(|(to, _)| *to)
        .collect();
    assert_eq!((refused, scene.len()), (vec![3], 3));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_territory_is_its_own_space() {
    let mut scene = Scene::empty();
    let genesis = Genesis {
        kind: Kind::Territory,
        schema: 1,
        space: space(),
    };
    let (document, _) = Document::birth(genesis, actor(ALICE), UnixMillis(0), |_| Ok(())).unwrap();
    let team = warrant(ALICE, space(), Role::Team);
    let frames = scene.sends(ALICE, &team, &document.changes());
    assert_eq!((refusal(&frames), scene.len()), (Some("not-allowed"), 0));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn anyone_who_may_write_brings_a_document_up_to_date() {
    let genesis = Genesis {
        kind: Kind::JobSheet,
        schema: 1,
        space: space(),
    };
    let (mut document, _) =
        Document::birth(genesis, actor(ALICE), UnixMillis(0), |_| Ok(())).unwrap();
    let mut scene = Scene::of(&document.changes());
    let migration = crate::migrate::bring_up_to_date(&mut document).unwrap();
    assert_eq!(migration.len(), 1);
    let basil = warrant(BASIL, space(), Role::Volunteer);
    assert_eq!(refusal(&scene.sends(BASIL, &basil, &migration)), None);
    assert_eq!(scene.len(), 2);
    // Under the migration's name nothing else gets in.
    document.set_actor(migration[0].actor.clone());
    entitle(&mut document, "Sans auteur");
    let frames = scene.sends(BASIL, &basil, &document.changes());
    assert_eq!((refusal(&frames), scene.len()), (Some("author"), 2));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_stands_beside_a_sheet_is_begun_by_anyone_who_may_state_something() {
    let mut begun = vec![statements::birth(space(), sheet()).unwrap()];
    let mut document = Document::from_changes(&begun, actor(BASIL)).unwrap();
    entitle(&mut document, "Un mot");
    begun.extend(document.changes().into_iter().skip(1));
    for (role, lets_in) in [
        (Role::Guest, true),
        (Role::Volunteer, true),
        (Role::Mentor, false),
        (Role::Observer, false),
    ] {
        let mut scene = Scene::empty();
        let frames = scene.sends(BASIL, &warrant(BASIL, space(), role), &begun);
        assert_eq!(refusal(&frames).is_none(), lets_in, "{role:?}");
        assert_eq!(scene.len(), if lets_in { 2 } else { 0 }, "{role:?}");
    }
    // Nobody from another territory, and in nobody else's name.
    let mut scene = Scene::empty();
    let elsewhere = warrant(BASIL, DocumentId::from_entropy([9; 16]), Role::Team);
    let frames = scene.sends(BASIL, &elsewhere, &begun);
    assert_eq!((refusal(&frames), scene.len()), (Some("not-allowed"), 0));
    let alice = warrant(ALICE, space(), Role::Team);
    let frames = scene.sends(ALICE, &alice, &begun);
    assert_eq!((refusal(&frames), scene.len()), (Some("author"), 0));
}
