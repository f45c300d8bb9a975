//! Two tabs of one phone.

use super::super::tabs::{Word, kept as kept_word};
use super::*;

/// A tab that was opened beside another: it has read the same store.
fn other_tab() -> State {
    let mut state = State::default();
    state.open(
        at(0),
        Start {
            me: Some(member([1; 32], [2; 8], space())),
            documents: vec![territory_of_another()],
            ..Start::default()
        },
    );
    state
}

/// What a tab tells the others.
fn words(tasks: &[Task]) -> Vec<Word> {
    let words = tasks.iter().filter_map(|task| match task {
        Task::TellTabs(word) => Some(Word::decode(word).unwrap()),
        _ => None,
    });
    words.collect()
}

fn dials(tasks: &[Task]) -> bool {
    tasks.iter().any(|task| matches!(task, Task::Dial))
}

/// Keeps what these tasks ask to keep, tells the other tab of it, and all that follows from it in both until nothing does.
fn settle(one: &mut State, other: &mut State, tasks: Vec<Task>) {
    let mut waiting = vec![(true, tasks)];
    while let Some((first, tasks)) = waiting.pop() {
        let mut next = Vec::new();
        for task in tasks {
            let (me, them) = if first {
                (&mut *one, &mut *other)
            } else {
                (&mut *other, &mut *one)
            };
            match task {
                Task::Keep(document, changes) => {
                    let word = kept_word(document, &changes);
                    next.push((!first, them.handle(at(2), Event::Tab(word))));
                    let durable = Event::Kept(document, hashes(&changes));
                    next.push((first, me.handle(at(2), durable)));
                }
                Task::TellTabs(word) => {
                    next.push((!first, them.handle(at(2), Event::Tab(word))));
                }
                _ => {}
            }
        }
        waiting.extend(next);
    }
}

#[test]
fn a_sheet_made_in_one_tab_is_there_in_the_other_and_both_end_alike() {
    let (mut one, mut other) = (phone(), other_tab());
    let (sheet, tasks) = create(&mut other, "Vélos");
    assert!(one.document(sheet).is_none());
    settle(&mut other, &mut one, tasks);
    for state in [&one, &other] {
        assert_eq!(listed(state), ["Vélos"]);
        assert!(state.keeps_all());
    }
    for id in [sheet, space()] {
        let heads = |state: &State| state.document(id).unwrap().heads();
        assert_eq!(heads(&one), heads(&other));
    }
}

#[test]
fn only_the_tab_with_the_lead_dials_and_it_tells_the_others_how_that_went() {
    let (mut one, mut other) = (phone(), other_tab());
    assert!(!dials(
        &other.handle(at(1), Event::Network(Network::Online))
    ));
    let tasks = connect(&mut one, 10);
    settle(&mut one, &mut other, tasks);
    assert!(!other.standing(START.plus(5_000), None).offline);
    one.handle(at(20), Event::Closed);
    let tasks = one.handle(at(1_600), Event::Rang);
    settle(&mut one, &mut other, tasks);
    let tasks = one.handle(at(1_600), Event::Tab(Word::Hello.encode()));
    settle(&mut one, &mut other, tasks);
    assert!(other.standing(START.plus(5_000), None).offline);
}

#[test]
fn the_tab_that_takes_over_dials_and_the_other_hangs_up() {
    let (mut one, mut other) = (phone(), other_tab());
    connect(&mut one, 10);
    assert!(dials(&other.handle(at(20), Event::Leading)));
    let tasks = one.handle(at(20), Event::Deposed);
    assert!(tasks.iter().any(|task| matches!(task, Task::HangUp)));
    assert!(!dials(&one.handle(at(9_000), Event::Rang)));
}

#[test]
fn a_hidden_tab_with_the_lead_offers_it_and_a_visible_one_takes_it() {
    let (mut one, mut other) = (phone(), other_tab());
    let offered = one.handle(at(10), Event::Network(Network::Hidden));
    assert_eq!(words(&offered), [Word::Free]);
    let takes = |tasks: &[Task]| tasks.iter().any(|task| matches!(task, Task::TakeTheLead));
    let free = || Event::Tab(Word::Free.encode());
    assert!(takes(&other.handle(at(11), free())));
    other.handle(at(12), Event::Network(Network::Hidden));
    assert!(!takes(&other.handle(at(13), free())));
    assert!(takes(
        &other.handle(at(14), Event::Network(Network::Visible))
    ));
    assert!(!takes(
        &one.handle(at(15), Event::Network(Network::Visible))
    ));
}

#[test]
fn a_tab_without_the_lead_is_heard_through_the_one_that_has_it() {
    let (mut one, mut other) = (phone(), other_tab());
    connect(&mut one, 10);
    let tasks = other.enter(at(20), space());
    assert!(told(&tasks).is_empty());
    let [Word::Say(..)] = &words(&tasks)[..] else {
        panic!("{tasks:?}");
    };
    let Some(Task::TellTabs(word)) = tasks.into_iter().next() else {
        panic!("it says nothing");
    };
    assert_eq!(told(&one.handle(at(21), Event::Tab(word))).len(), 1);
}

#[test]
fn whoever_joins_in_one_tab_has_joined_in_the_other() {
    let mut other = State::default();
    other.open(at(0), Start::default());
    let tasks = other.handle(at(1), Event::Tab(Word::Myself.encode()));
    assert!(tasks.iter().any(|task| matches!(task, Task::ReadMyself)));
    let entries = me().entries();
    let entries = entries
        .into_iter()
        .map(|(key, bytes)| (key.to_owned(), bytes));
    let tasks = other.handle(at(2), Event::MyselfRead(entries.collect()));
    assert!(tasks.iter().any(|task| matches!(task, Task::ReadAgain)));
    assert_eq!(other.territory(), Some(space()));
    let changes = territory_of_another().document.changes();
    let changes = changes.iter().map(|change| change.bytes.to_vec());
    other.handle(at(3), Event::Found(vec![(space(), changes.collect())]));
    assert!(other.document(space()).is_some());
}

#[test]
fn a_tab_that_missed_something_reads_the_store_again() {
    let (mut one, mut other) = (phone(), other_tab());
    let (sheet, tasks) = create(&mut one, "Vélos");
    let genesis = kept(&tasks, sheet);
    one.handle(at(2), Event::Kept(sheet, hashes(&genesis)));
    let command = JobSheetCommand::Set(SheetValue::Title("Roues".to_owned()));
    let (_, tasks) = one.command(at(3), sheet, &command).unwrap();
    let word = kept_word(sheet, &kept(&tasks, sheet));
    let tasks = other.handle(at(4), Event::Tab(word));
    assert!(tasks.iter().any(|task| matches!(task, Task::ReadAgain)));
    let visible = other.handle(at(5), Event::Network(Network::Restored));
    assert!(visible.iter().any(|task| matches!(task, Task::ReadAgain)));
}
