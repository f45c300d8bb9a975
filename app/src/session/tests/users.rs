//! One phone that several people use.

use super::super::tabs::Word;
use super::super::users::{self, HOME, User};
use super::*;
use litemap::LiteMap;
use maillage_shared::identity::{PersonId, PublicKey};

fn key(seed: u8) -> PublicKey {
    PersonKey::from_seed(&[seed; 32]).public()
}

fn user(seed: u8) -> User {
    User {
        public: key(seed),
        person: key(seed).person(),
        territory: space(),
        face: Face::default(),
        guard: None,
    }
}

/// What a phone that the people 1, 2 and 3 use starts with, when this one acts.
fn start(seed: u8) -> Start {
    Start {
        me: Some(member([seed; 32], [seed; 8], space())),
        users: vec![user(1), user(2), user(3)],
        documents: vec![territory_of_another()],
        ..Start::default()
    }
}

fn shared_phone() -> State {
    let mut state = State::default();
    state.open(at(0), start(2));
    state.handle(at(0), Event::Leading);
    state
}

fn handed_over(tasks: &[Task]) -> Option<(Option<PersonId>, String)> {
    tasks.iter().find_map(|task| match task {
        Task::HandOver(person, address) => Some((*person, address.clone())),
        _ => None,
    })
}

fn starts_over(tasks: &[Task]) -> bool {
    tasks.iter().any(|task| matches!(task, Task::StartOver(_)))
}

#[test]
fn everyone_of_the_phone_is_proved_and_whoever_acts_first_of_all() {
    let state = shared_phone();
    assert_eq!(state.all_keys(), [key(2), key(1), key(3)]);
}

#[test]
fn the_phone_goes_on_when_all_is_kept_and_nothing_stays_in_the_page() {
    let mut state = shared_phone();
    let (id, tasks) = create(&mut state, "Vélos");
    let changes = kept(&tasks, id);
    assert!(handed_over(&state.hand_over("#/rejoindre".to_owned())).is_none());
    state.handle(at(2), Event::Kept(id, hashes(&changes)));
    let listed = kept(&tasks, space());
    let tasks = state.handle(at(3), Event::Kept(space(), hashes(&listed)));
    let expected = (Some(key(2).person()), "#/rejoindre".to_owned());
    assert_eq!(handed_over(&tasks), Some(expected));
    assert_eq!((state.documents().count(), state.users().count()), (0, 0));
    assert_eq!(state.myself(), None);
}

#[test]
fn other_tabs_begin_anew_too_once_all_is_kept() {
    let mut state = shared_phone();
    let (id, tasks) = create(&mut state, "Vélos");
    let word = Event::Tab(Word::HandedOver.encode());
    assert!(!starts_over(&state.handle(at(2), word)));
    let mut last = Vec::new();
    for document in [id, space()] {
        let changes = hashes(&kept(&tasks, document));
        last = state.handle(at(3), Event::Kept(document, changes));
    }
    assert!(starts_over(&last) && handed_over(&last).is_none());
}

#[test]
fn a_tab_that_slept_finds_out_that_someone_else_acts() {
    let mut entries: LiteMap<String, Vec<u8>> = LiteMap::new();
    for seed in [1, 2] {
        entries.extend(member([seed; 32], [0; 8], space()).entries());
    }
    let mut state = State::default();
    state.open(at(0), start(2));
    let tasks = state.handle(at(1), Event::MyselfRead(entries.clone()));
    assert!(!starts_over(&tasks), "the same person");
    entries.extend(member([1; 32], [0; 8], space()).entries());
    assert!(starts_over(
        &state.handle(at(2), Event::MyselfRead(entries))
    ));
}

#[test]
fn whoever_was_let_in_is_found_again_with_their_code() {
    let mut entries: LiteMap<String, Vec<u8>> = LiteMap::new();
    entries.extend(member([1; 32], [0; 8], space()).entries());
    let outside = Myself::new(key(2), [0; 8], Face::default());
    entries.extend(outside.entries());
    let mut guard = users::Guard::new(vec![7; 48]);
    guard.tried(START);
    entries.extend(users::guard_entries(key(1).person(), Some(&guard)));
    let expected = User {
        guard: Some(guard),
        ..user(1)
    };
    assert_eq!(users::read(&entries), [expected]);
    entries.extend(users::guard_entries(key(1).person(), None));
    assert_eq!(users::read(&entries), [user(1)]);
}

#[test]
fn what_is_written_with_help_says_so() {
    let mut state = State::default();
    let helper = key(1).person();
    let mut start = start(2);
    start.helper = Some(helper);
    state.take_over(at(0), start);
    let (id, _) = state
        .create(at(1), |space, actor| needs::birth(space, actor, START))
        .unwrap();
    let new = NewNeed {
        text: "Un banc".to_owned(),
        neighbourhood: String::new(),
        expressed_by: String::new(),
    };
    state.command(at(2), id, &NeedsCommand::Add(new)).unwrap();
    let needs = NeedsSnapshot::read(state.document(id).unwrap());
    assert_eq!(needs.needs[0].by, Some(key(2).person()));
    assert_eq!(needs.needs[0].helper, Some(helper));
}

#[test]
fn someone_who_is_taken_off_the_phone_is_proved_no_longer() {
    let mut state = shared_phone();
    let mut tasks = Vec::new();
    state.drop_user(key(1).person(), &mut tasks);
    let person = key(1).person();
    assert!(
        tasks
            .iter()
            .any(|task| matches!(task, Task::DropUser(gone) if *gone == person))
    );
    assert_eq!(state.all_keys(), [key(2), key(3)]);
    assert_eq!(
        handed_over(&state.hand_over(HOME.to_owned())).map(|it| it.1),
        Some(HOME.to_owned())
    );
}
