//! What is on the disk of the phone, and what is not.

use super::*;
use crate::session::Coming;
use maillage_shared::identity::{Invitation, Secret};

#[test]
fn a_change_is_sent_only_once_it_is_durable() {
    let mut state = phone();
    connect(&mut state, 0);
    let (sheet, tasks) = create(&mut state, "Vélos");
    let changes = kept(&tasks, sheet);
    assert_eq!(changes.len(), 1);
    assert!(sent(&tasks).is_empty());
    assert_eq!(state.standing(START, Some(sheet)).unkept, 1);
    let tasks = state.handle(at(5), Event::Kept(sheet, hashes(&changes)));
    assert!(
        sent(&tasks)
            .iter()
            .any(|frame| matches!(frame, Frame::Sync(sync) if sync.document == sheet))
    );
    let standing = state.standing(START, Some(sheet));
    assert_eq!((standing.unkept, standing.unsent), (0, 1));
}

#[test]
fn what_others_wrote_is_not_counted_as_mine_to_keep() {
    let mut state = phone();
    let (sheet, tasks) = create(&mut state, "Vélos");
    state.handle(at(5), Event::Kept(sheet, hashes(&kept(&tasks, sheet))));
    state.handle(at(6), Event::Kept(space(), vec![ChangeHash([0; 32])]));
    assert_eq!(
        state.standing(START, None).unkept,
        1,
        "the index entry is still being written"
    );
}

#[test]
fn who_i_am_is_written_again_until_it_is_kept() {
    let mut state = phone();
    let link = Invitation::Link(Secret::from_entropy([4; 16]));
    state.come_in(at(1), [1; 32], Face::default(), link, Coming::In);
    state.handle(at(2), Event::MyselfKept(false));
    assert!(state.standing(START, None).failing);
    assert!(state.next_wake().unwrap() <= START.plus(3_002));
    let tasks = state.handle(at(3_002), Event::Rang);
    assert!(tasks.iter().any(|task| matches!(task, Task::KeepMyself(_))));
    state.handle(at(3_003), Event::MyselfKept(true));
    assert!(!state.standing(START, None).failing);
}

#[test]
fn a_forgetful_phone_says_so_until_the_group_has_everything() {
    let mut state = State::default();
    state.open(
        at(0),
        Start {
            me: Some(me()),
            documents: vec![territory_of_another()],
            forgetful: true,
            ..Start::default()
        },
    );
    connect(&mut state, 0);
    let standing = state.standing(START, None);
    assert!(standing.forgetful && standing.unsent == 0);
    create(&mut state, "Vélos");
    assert!(state.standing(START, None).unsent > 0);
}

#[test]
fn all_is_kept_only_when_nothing_written_here_is_on_its_way_to_the_disk() {
    let mut state = phone();
    assert!(state.keeps_all());
    let (sheet, tasks) = create(&mut state, "Vélos");
    assert!(!state.keeps_all());
    let index = hashes(&kept(&tasks, space()));
    state.handle(at(2), Event::KeepFailed(sheet));
    state.handle(at(3), Event::Kept(space(), index));
    assert!(!state.keeps_all(), "the sheet could not be written");
    state.handle(at(4), Event::Kept(sheet, hashes(&kept(&tasks, sheet))));
    assert!(state.keeps_all());
}

#[test]
fn a_forgetful_phone_never_keeps_all() {
    let mut state = State::default();
    state.open(
        at(0),
        Start {
            me: Some(me()),
            forgetful: true,
            ..Start::default()
        },
    );
    assert!(!state.keeps_all());
}

#[test]
fn documents_that_cannot_be_opened_are_counted() {
    let mut state = State::default();
    let start = Start {
        me: Some(me()),
        unreadable: 2,
        ..Start::default()
    };
    state.open(at(0), start);
    assert_eq!(state.unreadable(), 2);
}
