//! Coming in by a link, over networks that come and go, and knowing who is who from then on.

use super::*;
use crate::session::Coming;
use maillage_shared::identity::{Challenge, Invitation, Role, Roles, Secret, read_proofs};
use maillage_shared::roster::{Answer, By, Deed, Denied, Entry, Members, Request, Roster};
use maillage_shared::wire::EXTENDED_VERSION;

fn link() -> Invitation {
    Invitation::Link(Secret::from_entropy([4; 16]))
}

fn newcomer() -> State {
    let mut state = State::default();
    state.open(at(0), Start::default());
    state.handle(at(0), Event::Leading);
    state
}

/// The relay greets and asks who uses the phone.
fn meet(state: &mut State, milliseconds: i64) -> Vec<Task> {
    let mut tasks = greet(state, milliseconds, EXTENDED_VERSION);
    let challenge = Frame::Challenge(Challenge([5; 32])).encode();
    tasks.extend(state.handle(at(milliseconds), Event::Frame(challenge)));
    tasks
}

/// The questions among what is sent.
fn asked(tasks: &[Task]) -> Vec<(u64, Request)> {
    let asked = sent(tasks).into_iter().filter_map(|frame| match frame {
        Frame::Ask { number, data } => Some((number, Request::read(&data).unwrap())),
        _ => None,
    });
    asked.collect()
}

fn answer(state: &mut State, milliseconds: i64, number: u64, answer: &Answer) -> Vec<Task> {
    let data = minicbor::to_vec(answer).unwrap();
    let frame = Frame::Answer { number, data };
    state.handle(at(milliseconds), Event::Frame(frame.encode()))
}

fn joins(tasks: &[Task]) -> Vec<u64> {
    let asked = asked(tasks).into_iter();
    let joins = asked.filter(|(_, request)| matches!(request, Request::Join { .. }));
    joins.map(|(number, _)| number).collect()
}

fn come_in(state: &mut State) -> Vec<Task> {
    state.come_in(at(1), [1; 32], Face::default(), link(), Coming::In)
}

fn keeps_myself(tasks: &[Task]) -> bool {
    tasks.iter().any(|task| matches!(task, Task::KeepMyself(_)))
}

/// A snapshot of a territory in which the person of this phone, and another, are this.
fn members(roles: Roles, epoch: u64) -> Vec<u8> {
    let mut roster = Roster::new(space());
    let invited = Deed::Invited {
        number: 1,
        link: [0; 32],
        code: None,
        role: "volunteer".to_owned(),
        partner: None,
        uses: 10,
        until: START.plus(1_000_000),
        meeting: None,
    };
    let joined = |seed: u8, number: u32| Deed::Joined {
        key: PersonKey::from_seed(&[seed; 32]).public(),
        face: Face {
            name: format!("Person {seed}"),
            ..Face::default()
        },
        number,
        invitation: 1,
    };
    let mut deeds = vec![invited, joined(1, 2), joined(2, 3)];
    let became = Deed::Became {
        person: PersonKey::from_seed(&[1; 32]).person(),
        roles,
        partner: None,
    };
    deeds.resize(3 + usize::try_from(epoch).unwrap(), became);
    for deed in deeds {
        let by = By::Operator;
        roster.apply(&Entry {
            at: START,
            by,
            deed,
        });
    }
    Members::of(&roster, None).seal(&PersonKey::from_seed(&[9; 32]))
}

fn hear_members(state: &mut State, data: Vec<u8>) -> Vec<Task> {
    let frame = Frame::Members {
        space: space(),
        data,
    };
    state.handle(at(10), Event::Frame(frame.encode()))
}

#[test]
fn nothing_is_asked_before_who_i_am_is_kept() {
    let mut state = newcomer();
    meet(&mut state, 0);
    let tasks = come_in(&mut state);
    assert!(keeps_myself(&tasks) && sent(&tasks).is_empty());
    let tasks = state.handle(at(2), Event::MyselfKept(true));
    let proof = sent(&tasks).into_iter().find_map(|frame| match frame {
        Frame::Proof(data) => read_proofs(&data),
        _ => None,
    });
    assert_eq!(proof.unwrap()[0].key, me().public());
    assert_eq!(joins(&tasks).len(), 1);
}

#[test]
fn being_let_in_asks_for_the_territory_and_keeps_it() {
    let mut state = newcomer();
    meet(&mut state, 0);
    come_in(&mut state);
    let tasks = state.handle(at(2), Event::MyselfKept(true));
    let number = joins(&tasks)[0];
    let joined = Answer::Joined { space: space() };
    let tasks = answer(&mut state, 3, number, &joined);
    assert!(keeps_myself(&tasks));
    let frames = sent(&tasks);
    let is_wanted =
        |frame: &Frame| matches!(frame, Frame::Request(sync) if sync.document == space());
    assert!(frames.iter().any(is_wanted));
    assert_eq!(state.territory(), Some(space()));
    assert_eq!(state.entering(), None);
}

#[test]
fn what_was_begun_without_network_goes_on_after_a_restart() {
    let mut state = newcomer();
    let tasks = come_in(&mut state);
    let kept = tasks.into_iter().find_map(|task| match task {
        Task::KeepMyself(entries) => Some(entries),
        _ => None,
    });
    let kept = kept.unwrap().into_iter();
    let kept = kept.map(|(key, bytes)| (key.to_owned(), bytes)).collect();
    let mut state = State::default();
    let me = Myself::read(&kept, [2; 8]);
    state.open(
        at(100),
        Start {
            me,
            ..Start::default()
        },
    );
    state.handle(at(100), Event::Leading);
    assert_eq!(state.entering(), Some((link(), None)));
    assert_eq!(
        state.myself(),
        None,
        "nobody is in before the relay says so"
    );
    let tasks = meet(&mut state, 200);
    assert_eq!(joins(&tasks).len(), 1);
}

#[test]
fn a_question_that_was_lost_with_its_connection_is_asked_on_the_next() {
    let mut state = newcomer();
    meet(&mut state, 0);
    come_in(&mut state);
    state.handle(at(2), Event::MyselfKept(true));
    state.handle(at(3), Event::Closed);
    state.handle(at(5_000), Event::Rang);
    let tasks = meet(&mut state, 5_001);
    assert_eq!(joins(&tasks).len(), 1);
}

#[test]
fn a_line_that_brings_no_answer_is_given_up() {
    let mut state = newcomer();
    meet(&mut state, 0);
    come_in(&mut state);
    state.handle(at(2), Event::MyselfKept(true));
    assert!(state.next_wake().is_some_and(|at| at <= START.plus(15_002)));
    let tasks = state.handle(at(15_002), Event::Rang);
    let calls = tasks
        .iter()
        .filter(|task| matches!(task, Task::HangUp | Task::Dial));
    assert_eq!(calls.count(), 2);
}

#[test]
fn a_no_stays_until_one_gives_up_and_a_later_is_asked_again() {
    let mut state = newcomer();
    meet(&mut state, 0);
    come_in(&mut state);
    let tasks = state.handle(at(2), Event::MyselfKept(true));
    let too_often = Answer::Denied(Denied::TooOften);
    answer(&mut state, 3, joins(&tasks)[0], &too_often);
    assert_eq!(state.entering(), Some((link(), Some(Denied::TooOften))));
    let tasks = state.handle(at(60_003), Event::Rang);
    let used_up = Answer::Denied(Denied::UsedUp);
    answer(&mut state, 60_004, joins(&tasks)[0], &used_up);
    assert_eq!(state.entering(), Some((link(), Some(Denied::UsedUp))));
    state.handle(at(60_005), Event::Closed);
    state.handle(at(70_000), Event::Rang);
    let tasks = meet(&mut state, 70_001);
    assert_eq!(joins(&tasks), Vec::<u64>::new());
    assert!(keeps_myself(&state.give_up()));
    assert_eq!(state.entering(), None);
}

#[test]
fn where_a_link_leads_is_found_out_before_anyone_enters() {
    let mut state = newcomer();
    state.look(at(0), link());
    let tasks = meet(&mut state, 1);
    let (number, request) = asked(&tasks).remove(0);
    assert!(matches!(request, Request::Look { .. }));
    let looked = Answer::Looked {
        space: space(),
        role: "guest".to_owned(),
        is_over: false,
    };
    answer(&mut state, 2, number, &looked);
    let (about, found) = state.found().unwrap();
    assert_eq!((about, found.unwrap().role), (link(), Some(Role::Guest)));
}

#[test]
fn the_newest_word_on_who_is_who_is_kept_and_known_after_a_restart() {
    let mut state = phone();
    meet(&mut state, 0);
    assert_eq!(state.roles(), None);
    let tasks = hear_members(&mut state, members(Role::Volunteer.into(), 2));
    let kept = tasks.into_iter().find_map(|task| match task {
        Task::KeepMembers(_, data) => Some(data),
        _ => None,
    });
    assert_eq!(state.roles(), Some(Role::Volunteer.into()));
    let other = PersonKey::from_seed(&[2; 32]).person();
    assert_eq!(state.face(other).unwrap().name, "Person 2");
    hear_members(&mut state, members(Roles::NONE, 1));
    assert_eq!(state.roles(), Some(Role::Volunteer.into()), "an older word");
    hear_members(&mut state, members(Roles::NONE, 3));
    assert_eq!(state.roles(), Some(Roles::NONE));

    let name = crate::session::members::kept_as(space());
    let kept = [(name, kept.unwrap())].into_iter().collect();
    let mut again = State::default();
    again.open(
        at(100),
        Start {
            me: Some(me()),
            members: crate::session::members::read(&kept),
            ..Start::default()
        },
    );
    assert_eq!(again.face(other).unwrap().name, "Person 2");
}

#[test]
fn another_key_does_not_vouch_for_members() {
    let mut state = phone();
    meet(&mut state, 0);
    hear_members(&mut state, members(Role::Volunteer.into(), 1));
    let forged = Members::open(&members(Role::Team.into(), 5), None)
        .unwrap()
        .0;
    hear_members(&mut state, forged.seal(&PersonKey::from_seed(&[8; 32])));
    assert_eq!(state.roles(), Some(Role::Volunteer.into()));
}
