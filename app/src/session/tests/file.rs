//! All documents in a file, from one phone to another.

use super::super::file::{NotTaken, Taken};
use super::*;
use maillage_shared::archive::ArchiveError;

/// The phone of someone else in the same territory, without network.
fn other_phone() -> State {
    let mut state = State::default();
    let start = Start {
        me: Some(member([3; 32], [3; 8], space())),
        ..Start::default()
    };
    state.open(at(0), start);
    state
}

/// Keeps all that these tasks ask to keep, until nothing more is asked.
fn keep_all(state: &mut State, tasks: Vec<Task>) {
    let mut waiting = tasks;
    while !waiting.is_empty() {
        let mut next = Vec::new();
        for task in waiting {
            if let Task::Keep(document, changes) = task {
                next.extend(state.handle(at(2), Event::Kept(document, hashes(&changes))));
            }
        }
        waiting = next;
    }
}

#[test]
fn what_one_phone_writes_into_a_file_another_takes_in_and_keeps() {
    let (mut one, mut other) = (phone(), other_phone());
    let (sheet, tasks) = create(&mut one, "Vélos");
    keep_all(&mut one, tasks);
    let file = one.write_file().unwrap();
    let (taken, tasks) = other.take_file(at(3), &file).unwrap();
    let (documents, left_out) = (2, 0);
    assert_eq!(
        taken,
        Taken {
            documents,
            left_out,
            ..Taken::default()
        }
    );
    assert!(!other.keeps_all());
    keep_all(&mut other, tasks);
    assert!(other.keeps_all());
    assert_eq!(listed(&other), ["Vélos"]);
    let heads = |state: &State| state.document(sheet).unwrap().heads();
    assert_eq!(heads(&one), heads(&other));

    // What the other writes merges with what the first has written since, and meeting the file again changes nothing.
    let rename = |state: &mut State, title: &str| {
        let title = SheetValue::Title(title.to_owned());
        let command = JobSheetCommand::Set(title);
        let (_, tasks) = state.command(at(4), sheet, &command).unwrap();
        keep_all(state, tasks);
    };
    rename(&mut one, "Roues");
    rename(&mut other, "Freins");
    let file = other.write_file().unwrap();
    let (_, tasks) = one.take_file(at(5), &file).unwrap();
    keep_all(&mut one, tasks);
    let both = JobSheetSnapshot::read(one.document(sheet).unwrap());
    assert!(both.title.is_contested(), "{:?}", both.title);
    let (again, tasks) = one.take_file(at(6), &file).unwrap();
    assert_eq!(again, Taken::default());
    assert!(!tasks.iter().any(|task| matches!(task, Task::Keep(..))));
}

#[test]
fn a_file_that_is_damaged_foreign_or_of_elsewhere_changes_nothing() {
    let (one, mut other) = (phone(), other_phone());
    let mut file = one.write_file().unwrap();
    let elsewhere = DocumentId::from_entropy([55; 16]);
    let stranger = member([4; 32], [4; 8], elsewhere);
    let mut far = State::default();
    far.open(
        at(0),
        Start {
            me: Some(stranger),
            ..Start::default()
        },
    );
    assert_eq!(
        far.take_file(at(1), &file).unwrap_err(),
        NotTaken::Elsewhere
    );
    let middle = file.len() / 2;
    file[middle] ^= 1;
    assert!(matches!(
        other.take_file(at(1), &file),
        Err(NotTaken::Unreadable(ArchiveError::Damaged(_)))
    ));
    assert!(matches!(
        other.take_file(at(1), b"photo"),
        Err(NotTaken::Unreadable(ArchiveError::Foreign))
    ));
    assert!(other.document(space()).is_none());
    assert_eq!(
        State::default().take_file(at(1), &file).unwrap_err(),
        NotTaken::Nobody
    );
}
