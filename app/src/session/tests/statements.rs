//! What one states beside a sheet, before and after others have.

use super::*;
use maillage_shared::records::statements::{beside, read};
use maillage_shared::statement::{Content, Signed, Statement, StatementId};

/// The sheet's decision is opened by the person of this phone.
fn opened(state: &State, sheet: DocumentId, number: u8) -> Signed {
    let statement = Statement {
        id: StatementId::from_entropy([number; 8]),
        space: space(),
        sheet,
        heads: state.document(sheet).unwrap().heads(),
        at: START,
        content: Content::Opened,
    };
    let draft = statement.draft().unwrap();
    let key = PersonKey::from_seed(&[1; 32]);
    let signature = key.sign(&draft.message());
    draft.signed(key.public(), signature).unwrap()
}

#[test]
fn the_first_who_states_something_begins_the_document_and_all_of_it_is_kept() {
    let mut state = phone();
    let (sheet, _) = create(&mut state, "Vélos");
    assert!(state.document(beside(sheet)).is_none());
    let signed = opened(&state, sheet, 1);
    let ((), tasks) = state.add_statement(at(2), signed.clone()).unwrap();
    // What follows is kept once this is.
    let first = kept(&tasks, beside(sheet));
    assert!(!first.is_empty());
    let entries = read(state.document(beside(sheet)).unwrap());
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].bytes, signed.encode());
    assert_eq!(entries[0].carrier, Some(me().person));
    let next = opened(&state, sheet, 2);
    state.add_statement(at(3), next).unwrap();
    let document = state.document(beside(sheet)).unwrap();
    assert_eq!((read(document).len(), document.changes().len()), (2, 3));
    // It is found by its sheet: the territory does not list it.
    assert_eq!(listed(&state), ["Vélos"]);
}

#[test]
fn what_was_stated_is_asked_for_with_its_sheet() {
    let mut state = phone();
    let (sheet, _) = create(&mut state, "Vélos");
    assert!(state.documents().any(|id| id == beside(sheet)));
}
