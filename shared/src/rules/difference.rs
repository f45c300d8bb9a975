//! What has become different in a sheet since someone stood by one of its versions.

use crate::records::Section;
use crate::snapshot::JobSheetSnapshot;

/// A part of a sheet that people read and agree upon. Where the sheet stands, and what is checked, is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Its title.
    Title,
    /// Its trade.
    Trade,
    /// One of its texts.
    Section(Section),
    /// The price of what is done.
    Price,
    /// Who carries the project.
    ProjectCarrier,
    /// Who would sign.
    Employer,
    /// The sort of contract.
    ContractType,
    /// The joint committee.
    JointCommittee,
    /// How many people.
    People,
    /// How long they work.
    Hours,
    /// Full-time equivalents.
    FullTime,
    /// What it costs.
    Cost,
    /// What it brings in.
    Income,
}

/// The parts that say something else now than then, in reading order. The easy version follows the others, so it changes nothing.
pub fn differences(then: &JobSheetSnapshot, now: &JobSheetSnapshot) -> Vec<Part> {
    let (old, new) = (&then.contract, &now.contract);
    let sections = Section::ALL
        .into_iter()
        .filter(|section| *section != Section::EasyVersion);
    let texts = sections.map(|section| {
        let is_same = then.sections.text(section).trim() == now.sections.text(section).trim();
        (Part::Section(section), is_same)
    });
    let first = [
        (Part::Title, then.title.value() == now.title.value()),
        (Part::Trade, then.trade.value() == now.trade.value()),
    ];
    let last = [
        (Part::Price, then.price.value() == now.price.value()),
        (
            Part::ProjectCarrier,
            old.project_carrier.value() == new.project_carrier.value(),
        ),
        (Part::Employer, old.employer.value() == new.employer.value()),
        (
            Part::ContractType,
            old.contract_type.value() == new.contract_type.value(),
        ),
        (
            Part::JointCommittee,
            old.joint_committee.value() == new.joint_committee.value(),
        ),
        (Part::People, old.people.value() == new.people.value()),
        (
            Part::Hours,
            old.minutes_per_week.value() == new.minutes_per_week.value(),
        ),
        (
            Part::FullTime,
            old.full_time_hundredths.value() == new.full_time_hundredths.value(),
        ),
        (Part::Cost, then.cost.value() == now.cost.value()),
        (Part::Income, then.income.value() == now.income.value()),
    ];
    let parts = first.into_iter().chain(texts).chain(last);
    parts
        .filter(|(_, is_same)| !is_same)
        .map(|(part, _)| part)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{JobSheetCommand, MoveRequest, SheetValue};
    use crate::records::sample::{apply, read_sheet, sheet};
    use crate::records::{SheetState, Splice};
    use crate::snapshot::Known;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn what_was_written_since_is_named_in_reading_order() {
        let mut document = sheet();
        let heads = document.heads();
        let write = |section, words: &str| JobSheetCommand::EditSection {
            section,
            splices: vec![Splice {
                at: 0,
                delete: 0,
                insert: words.to_owned(),
            }],
        };
        let price = SheetValue::Price(Known::Known("15 €".to_owned()));
        apply(&mut document, JobSheetCommand::Set(price));
        apply(&mut document, write(Section::Tasks, "Réparer"));
        apply(&mut document, write(Section::EasyVersion, "On répare."));
        let then = read_sheet(&document.at(&heads).unwrap());
        let now = read_sheet(&document);
        let expected = [Part::Section(Section::Tasks), Part::Price];
        assert_eq!(differences(&then, &now), expected);
        assert_eq!(differences(&now, &now), []);
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn where_a_sheet_stands_changes_nothing_of_what_it_says() {
        let mut document = sheet();
        let then = read_sheet(&document);
        let request = MoveRequest {
            to: SheetState::Draft,
            reason: "On s’y met.".to_owned(),
            owner: None,
        };
        apply(&mut document, JobSheetCommand::Move(request));
        assert_eq!(differences(&then, &read_sheet(&document)), []);
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn a_version_that_is_not_here_cannot_be_read() {
        assert!(sheet().at(&[automerge::ChangeHash([1; 32])]).is_none());
    }
}
