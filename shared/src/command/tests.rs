//! Every intent, by what the screens then show. Rules about moves have their tests in `rules::moves`.

mod convergence;
mod job_sheet;
mod needs;
mod territory;

use super::*;
use crate::records::sample::{actor, person, read_needs, read_sheet, read_territory, try_apply};
use crate::records::sample::{
    add, apply, meet, needs as needs_document, on_phone_of, sheet, territory as territory_document,
};

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_command_about_another_kind_of_document_is_refused() {
    let mut document = needs_document();
    let before = document.heads();
    let refused = try_apply(&mut document, TerritoryCommand::MarkAsExample);
    assert_eq!(refused, Err(CommandError::WrongKind(Kind::Needs)));
    assert_eq!(document.heads(), before);
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn nobody_writes_without_a_name() {
    let mut document = territory_document();
    document.set_actor(automerge::ActorId::from(vec![3; 16]));
    let refused = try_apply(&mut document, TerritoryCommand::MarkAsExample);
    assert_eq!(refused, Err(CommandError::Nobody));
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_command_is_one_change_and_one_that_says_nothing_new_is_none() {
    let mut document = territory_document();
    let command = TerritoryCommand::SetJobsAimed(40);
    assert_eq!(apply(&mut document, command.clone()).changes.len(), 1);
    assert!(apply(&mut document, command).changes.is_empty());
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_text_that_is_empty_or_far_too_long_is_refused_and_leaves_no_trace() {
    let mut document = territory_document();
    let before = document.heads();
    let refused = try_apply(&mut document, TerritoryCommand::SetName("  ".to_owned()));
    assert_eq!(refused, Err(CommandError::Empty));
    let refused = try_apply(
        &mut document,
        TerritoryCommand::AddNeighbourhood("é".repeat(201)),
    );
    let limit = crate::rules::text::LINE_UNITS;
    assert_eq!(refused, Err(CommandError::TooLong { found: 201, limit }));
    assert_eq!(document.heads(), before);
}
