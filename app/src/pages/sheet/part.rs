//! What a part of a sheet says, in words.

use super::fact::{CONTRACT, Fact, MONEY, PRICE, TITLE, TRADE};
use maillage_shared::rules::difference::Part;
use maillage_shared::snapshot::JobSheetSnapshot;

/// What a part of a sheet says, as the sheet shows it; empty when nothing is there.
pub(crate) fn words_of(part: Part, sheet: &JobSheetSnapshot) -> String {
    let [carrier, employer, contract, committee, people, hours, posts] = &CONTRACT;
    let [cost, income] = &MONEY;
    let fact: &Fact = match part {
        Part::Section(section) => return sheet.sections.text(section).trim().to_owned(),
        Part::Title => &TITLE,
        Part::Trade => &TRADE,
        Part::Price => &PRICE,
        Part::ProjectCarrier => carrier,
        Part::Employer => employer,
        Part::ContractType => contract,
        Part::JointCommittee => committee,
        Part::People => people,
        Part::Hours => hours,
        Part::FullTime => posts,
        Part::Cost => cost,
        Part::Income => income,
    };
    let versions = (fact.versions)(sheet);
    let shown = versions.into_iter().next();
    shown.map(|shown| shown.words).unwrap_or_default()
}
