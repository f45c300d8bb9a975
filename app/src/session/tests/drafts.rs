//! What the relay refuses for good.

use super::super::drafts::{Replacement, read};
use super::super::tabs::Word;
use super::*;
use maillage_shared::rebuild::rebuild;
use maillage_shared::sync::client::Rejection;
use maillage_shared::wire::{DurableMessage, EXTENDED_VERSION, RefusedMessage};

/// A phone with a sheet that the relay has, in which something was written that it has not.
fn with_words() -> (State, DocumentId, StoredChange) {
    let mut state = phone();
    greet(&mut state, 0, EXTENDED_VERSION);
    let (sheet, tasks) = create(&mut state, "Vélos");
    let born = hashes(&kept(&tasks, sheet));
    state.handle(at(1), Event::Kept(space(), hashes(&kept(&tasks, space()))));
    state.handle(at(1), Event::Kept(sheet, born.clone()));
    let durable = Frame::Durable(DurableMessage {
        document: sheet,
        heads: born,
    });
    state.handle(at(1), Event::Frame(durable.encode()));
    let title = JobSheetCommand::Set(SheetValue::Title("Vélos et sacs".to_owned()));
    let (_, tasks) = state.command(at(2), sheet, &title).unwrap();
    let change = kept(&tasks, sheet).remove(0);
    state.handle(at(2), Event::Kept(sheet, vec![change.hash]));
    (state, sheet, change)
}

/// The relay refuses this change; returns what is to be kept then.
fn refused(state: &mut State, sheet: DocumentId, change: ChangeHash) -> Replacement {
    let refused = Frame::Refused(RefusedMessage {
        sender: PeerId::new("relay").unwrap(),
        target: PeerId::new("phone").unwrap(),
        document: sheet,
        reason: "not-allowed".to_owned(),
        message: String::new(),
        changes: vec![change],
    });
    assert!(!state.waits_for_rebuilding());
    state.handle(at(3), Event::Frame(refused.encode()));
    assert!(state.waits_for_rebuilding());
    let tasks = state.rebuild(at(4), rebuild);
    assert!(!state.waits_for_rebuilding());
    let mut replacements = tasks.into_iter().filter_map(|task| match task {
        Task::Replace(replacement) => Some(replacement),
        _ => None,
    });
    replacements.next().unwrap()
}

fn title(state: &State, sheet: DocumentId) -> String {
    let sheet = JobSheetSnapshot::read(state.document(sheet).unwrap());
    sheet.title.words().to_owned()
}

#[test]
fn refused_words_are_a_draft_of_the_person_and_out_of_the_document() {
    let (mut state, sheet, change) = with_words();
    let replacement = refused(&mut state, sheet, change.hash);
    assert_eq!(replacement.removed, [change.hash]);
    assert_eq!(title(&state, sheet), "Vélos");
    let drafts = state.drafts();
    assert_eq!(drafts.len(), 1);
    assert_eq!(drafts[0].document, sheet);
    let (why, at_that_time, draft) = read(&drafts[0].bytes).unwrap();
    assert_eq!((why, at_that_time), (Rejection::NotAllowed, START.plus(4)));
    assert_eq!(draft.parts[0].after.as_deref(), Some("Vélos et sacs"));
    assert_eq!(replacement.drafts[0].0, drafts[0].name);
    state.handle(at(5), Event::Kept(sheet, replacement.removed));
    let standing = state.standing(START, Some(sheet));
    assert_eq!(
        (standing.unkept, standing.unsent, standing.refused),
        (0, 0, None)
    );
    // It goes with whoever leaves, and nobody else sees it.
    assert_eq!(state.drafts_kept().count(), 1);
    state.me = Some(member([2; 32], [1; 8], space()));
    assert_eq!(state.drafts(), []);
    let tasks = state.change_draft(drafts[0].name.clone(), None);
    assert!(matches!(&tasks[..], [Task::KeepDraft(_, None), ..]));
    assert_eq!(state.drafts_kept().count(), 0);
}

#[test]
fn a_sheet_whose_birth_is_refused_is_here_no_more() {
    let mut state = phone();
    greet(&mut state, 0, EXTENDED_VERSION);
    let (sheet, tasks) = create(&mut state, "Vélos");
    let born = hashes(&kept(&tasks, sheet));
    state.handle(at(1), Event::Kept(sheet, born.clone()));
    let replacement = refused(&mut state, sheet, born[0]);
    assert_eq!(replacement.removed, born);
    assert!(state.document(sheet).is_none());
    assert!(state.unlisted().all(|id| id != sheet));
}

#[test]
fn another_tab_takes_the_words_out_as_well_and_writes_nothing() {
    let (mut state, sheet, change) = with_words();
    let mut beside = State::default();
    let start = Start {
        me: Some(member([1; 32], [2; 8], space())),
        documents: vec![territory_of_another()],
        ..Start::default()
    };
    beside.open(at(0), start);
    let all = state.client.kept(sheet).iter();
    let all = all.map(|change| change.bytes.to_vec()).collect();
    beside.handle(at(2), Event::Tab(Word::Kept(sheet, all).encode()));
    assert_eq!(title(&beside, sheet), "Vélos et sacs");
    let told = refused(&mut state, sheet, change.hash).told();
    let Task::TellTabs(word) = told else {
        panic!("the other tabs are not told");
    };
    let tasks = beside.handle(at(5), Event::Tab(word));
    assert!(tasks.iter().any(|task| matches!(task, Task::ReadDrafts)));
    let tasks = beside.rebuild(at(6), rebuild);
    assert!(!tasks.iter().any(|task| matches!(task, Task::Replace(_))));
    assert_eq!(title(&beside, sheet), "Vélos");
}
