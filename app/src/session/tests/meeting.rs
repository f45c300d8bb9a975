//! Who is where, told and heard.

use super::*;

#[test]
fn where_i_am_is_told_again_on_each_new_connection() {
    let mut state = phone();
    state.enter(at(0), space());
    let tasks = connect(&mut state, 10);
    assert_eq!(told(&tasks).len(), 1);
    state.handle(at(1_000), Event::Closed);
    state.handle(at(5_000), Event::Rang);
    let tasks = connect(&mut state, 5_010);
    assert_eq!(told(&tasks).len(), 1);
}

#[test]
fn what_one_opens_is_asked_for_though_no_index_lists_it() {
    let mut state = phone();
    let linked = DocumentId::from_entropy([77; 16]);
    assert!(state.documents().all(|id| id != linked));
    state.enter(at(0), linked);
    assert!(state.documents().any(|id| id == linked));
}

#[test]
fn others_are_met_heard_and_forgotten() {
    let mut state = phone();
    connect(&mut state, 0);
    let person = PersonKey::from_seed(&[2; 32]).person();
    let presence = Presence {
        person,
        face: Face {
            name: "Luc".to_owned(),
            ..Face::default()
        },
        section: Some(Section::Tasks),
        caret: Some(3),
        leaving: false,
    };
    let heard = Frame::Ephemeral(EphemeralMessage {
        sender: PeerId::new("other").unwrap(),
        target: PeerId::new("phone").unwrap(),
        document: space(),
        count: 1,
        session: "other".to_owned(),
        data: presence.encode(),
    });
    let tasks = state.handle(at(10), Event::Frame(heard.encode()));
    assert!(
        tasks
            .iter()
            .any(|task| matches!(task, Task::KeepPerson(met, _) if *met == person))
    );
    assert_eq!(state.company(space()).count(), 1);
    state.handle(at(30_000), Event::Rang);
    assert_eq!(state.company(space()).count(), 0);
    assert_eq!(
        state.face(person).map(|face| face.name.as_str()),
        Some("Luc")
    );
}

#[test]
fn moving_in_a_document_that_is_not_open_tells_nobody() {
    let mut state = phone();
    connect(&mut state, 0);
    let tasks = state.place(at(1), space(), Place::default());
    assert!(told(&tasks).is_empty());
}
