//! The facts of a sheet, each described once: its question, how it reads, how it is typed.

use super::versions::{Shown, shown};
use crate::text::{late_text, text};
use maillage_shared::command::{SheetField, SheetValue};
use maillage_shared::records::{ContractType, Trade};
use maillage_shared::snapshot::{Field, JobSheetSnapshot, Known};

/// How a fact is answered.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
    /// In words or a number, on one line.
    Typed {
        /// The present answer as it is typed.
        typed: fn(&JobSheetSnapshot) -> String,
        /// Reads what was typed, never empty; `None` when it makes no sense.
        read: fn(&str) -> Option<SheetValue>,
    },
    /// By choosing one of a few.
    Chosen {
        /// The choices in words.
        choices: fn() -> Vec<String>,
        /// The position of the present answer among the choices.
        chosen: fn(&JobSheetSnapshot) -> Option<usize>,
        /// The value at a position.
        value: fn(usize) -> Option<SheetValue>,
    },
}

/// One fact.
#[derive(Clone, Copy)]
pub(crate) struct Fact {
    /// A name no other fact has, for ids in the page.
    pub(crate) key: &'static str,
    /// The question.
    pub(crate) label: fn() -> &'static str,
    /// The field it stands in.
    pub(crate) field: SheetFieldOf,
    /// Every version in words.
    pub(crate) versions: fn(&JobSheetSnapshot) -> Vec<Shown>,
    /// How it is answered.
    pub(crate) answer: Answer,
    /// The value that says "pas encore connu", for facts that may say so.
    pub(crate) not_known: Option<fn() -> SheetValue>,
    /// Whether it may be emptied.
    pub(crate) clearable: bool,
}

/// Names a field; a function because ids inside some fields are not constants.
type SheetFieldOf = fn() -> SheetField;

/// The title.
pub(crate) const TITLE: Fact = Fact {
    key: "titre",
    label: || late_text().sheet.facts.title,
    field: || SheetField::Title,
    versions: |sheet| shown(&sheet.title, String::clone),
    answer: Answer::Typed {
        typed: |sheet| sheet.title.words().to_owned(),
        read: |typed| Some(SheetValue::Title(typed.to_owned())),
    },
    not_known: None,
    clearable: false,
};

/// The trade.
pub(crate) const TRADE: Fact = Fact {
    key: "filiere",
    label: || late_text().sheet.facts.trade,
    field: || SheetField::Trade,
    versions: |sheet| shown(&sheet.trade, text().domain.trade),
    answer: Answer::Chosen {
        choices: || Trade::NAMED.iter().map(text().domain.trade).collect(),
        chosen: |sheet| {
            Trade::NAMED
                .iter()
                .position(|trade| sheet.trade.value() == Some(trade))
        },
        value: |index| Trade::NAMED.get(index).cloned().map(SheetValue::Trade),
    },
    not_known: None,
    clearable: true,
};

/// The price of what is done.
pub(crate) const PRICE: Fact = Fact {
    key: "prix",
    label: || late_text().sheet.facts.price,
    field: || SheetField::Price,
    versions: |sheet| known_words(&sheet.price),
    answer: Answer::Typed {
        typed: |sheet| typed_words(&sheet.price),
        read: |typed| Some(SheetValue::Price(Known::Known(typed.to_owned()))),
    },
    not_known: Some(|| SheetValue::Price(Known::NotYet)),
    clearable: true,
};

/// What is known of the contract.
pub(crate) const CONTRACT: [Fact; 7] = [
    Fact {
        key: "porteur",
        label: || late_text().sheet.facts.carrier,
        field: || SheetField::ProjectCarrier,
        versions: |sheet| known_words(&sheet.contract.project_carrier),
        answer: Answer::Typed {
            typed: |sheet| typed_words(&sheet.contract.project_carrier),
            read: |typed| Some(SheetValue::ProjectCarrier(Known::Known(typed.to_owned()))),
        },
        not_known: Some(|| SheetValue::ProjectCarrier(Known::NotYet)),
        clearable: true,
    },
    Fact {
        key: "employeur",
        label: || late_text().sheet.facts.employer,
        field: || SheetField::Employer,
        versions: |sheet| known_words(&sheet.contract.employer),
        answer: Answer::Typed {
            typed: |sheet| typed_words(&sheet.contract.employer),
            read: |typed| Some(SheetValue::Employer(Known::Known(typed.to_owned()))),
        },
        not_known: Some(|| SheetValue::Employer(Known::NotYet)),
        clearable: true,
    },
    Fact {
        key: "contrat",
        label: || late_text().sheet.facts.contract_type,
        field: || SheetField::ContractType,
        versions: |sheet| {
            shown(&sheet.contract.contract_type, |value| {
                known(value, late_text().glossary.contract)
            })
        },
        answer: Answer::Chosen {
            choices: || {
                ContractType::NAMED
                    .iter()
                    .map(late_text().glossary.contract)
                    .collect()
            },
            chosen: |sheet| {
                let now = sheet.contract.contract_type.value().and_then(Known::known);
                ContractType::NAMED
                    .iter()
                    .position(|contract| now == Some(contract))
            },
            value: |index| {
                let contract = ContractType::NAMED.get(index).cloned();
                contract.map(|contract| SheetValue::ContractType(Known::Known(contract)))
            },
        },
        not_known: Some(|| SheetValue::ContractType(Known::NotYet)),
        clearable: true,
    },
    Fact {
        key: "commission",
        label: || late_text().sheet.facts.committee,
        field: || SheetField::JointCommittee,
        versions: |sheet| known_words(&sheet.contract.joint_committee),
        answer: Answer::Typed {
            typed: |sheet| typed_words(&sheet.contract.joint_committee),
            read: |typed| Some(SheetValue::JointCommittee(Known::Known(typed.to_owned()))),
        },
        not_known: Some(|| SheetValue::JointCommittee(Known::NotYet)),
        clearable: true,
    },
    Fact {
        key: "personnes",
        label: || late_text().sheet.facts.people,
        field: || SheetField::People,
        versions: |sheet| {
            known_number(&sheet.contract.people, late_text().sheet.facts.people_count)
        },
        answer: Answer::Typed {
            typed: |sheet| typed_number(&sheet.contract.people, |people| people.to_string()),
            read: |typed| read_whole(typed).map(|people| SheetValue::People(Known::Known(people))),
        },
        not_known: Some(|| SheetValue::People(Known::NotYet)),
        clearable: true,
    },
    Fact {
        key: "heures",
        label: || late_text().sheet.facts.hours,
        field: || SheetField::MinutesPerWeek,
        versions: |sheet| {
            known_number(
                &sheet.contract.minutes_per_week,
                late_text().sheet.facts.weekly,
            )
        },
        answer: Answer::Typed {
            typed: |sheet| {
                typed_number(
                    &sheet.contract.minutes_per_week,
                    late_text().sheet.facts.hours_typed,
                )
            },
            read: |typed| {
                let hundredths = read_hundredths(typed)?;
                Some(SheetValue::MinutesPerWeek(Known::Known(
                    hundredths.checked_mul(60)? / 100,
                )))
            },
        },
        not_known: Some(|| SheetValue::MinutesPerWeek(Known::NotYet)),
        clearable: true,
    },
    Fact {
        key: "etp",
        label: || late_text().sheet.facts.full_time,
        field: || SheetField::FullTimeHundredths,
        versions: |sheet| {
            known_number(
                &sheet.contract.full_time_hundredths,
                late_text().sheet.facts.posts,
            )
        },
        answer: Answer::Typed {
            typed: |sheet| {
                typed_number(
                    &sheet.contract.full_time_hundredths,
                    late_text().sheet.facts.posts_typed,
                )
            },
            read: |typed| {
                read_hundredths(typed)
                    .map(|posts| SheetValue::FullTimeHundredths(Known::Known(posts)))
            },
        },
        not_known: Some(|| SheetValue::FullTimeHundredths(Known::NotYet)),
        clearable: true,
    },
];

/// What it costs and brings in.
pub(crate) const MONEY: [Fact; 2] = [
    Fact {
        key: "cout",
        label: || late_text().sheet.facts.cost,
        field: || SheetField::Cost,
        versions: |sheet| known_number(&sheet.cost, late_text().sheet.facts.euros),
        answer: Answer::Typed {
            typed: |sheet| typed_number(&sheet.cost, |euros| euros.to_string()),
            read: |typed| read_whole(typed).map(|euros| SheetValue::Cost(Known::Known(euros))),
        },
        not_known: Some(|| SheetValue::Cost(Known::NotYet)),
        clearable: true,
    },
    Fact {
        key: "recettes",
        label: || late_text().sheet.facts.income,
        field: || SheetField::Income,
        versions: |sheet| known_number(&sheet.income, late_text().sheet.facts.euros),
        answer: Answer::Typed {
            typed: |sheet| typed_number(&sheet.income, |euros| euros.to_string()),
            read: |typed| read_whole(typed).map(|euros| SheetValue::Income(Known::Known(euros))),
        },
        not_known: Some(|| SheetValue::Income(Known::NotYet)),
        clearable: true,
    },
];

fn known<T>(value: &Known<T>, words: impl Fn(&T) -> String) -> String {
    value
        .known()
        .map_or_else(|| late_text().sheet.not_known.to_owned(), words)
}

fn known_words(field: &Field<Known<String>>) -> Vec<Shown> {
    shown(field, |value| known(value, String::clone))
}

fn known_number(field: &Field<Known<u32>>, words: fn(u32) -> String) -> Vec<Shown> {
    shown(field, |value| known(value, |number| words(*number)))
}

fn typed_words(field: &Field<Known<String>>) -> String {
    field
        .value()
        .and_then(Known::known)
        .cloned()
        .unwrap_or_default()
}

fn typed_number(field: &Field<Known<u32>>, typed: fn(u32) -> String) -> String {
    field
        .value()
        .and_then(Known::known)
        .map(|number| typed(*number))
        .unwrap_or_default()
}

/// A whole number as people type it: "12 500".
fn read_whole(typed: &str) -> Option<u32> {
    let digits: String = typed
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    digits.parse().ok()
}

/// A number with at most two decimals, after a comma or a point, in hundredths: "19,5" is 1950.
fn read_hundredths(typed: &str) -> Option<u32> {
    let typed: String = typed
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    let (whole, rest) = typed.split_once([',', '.']).unwrap_or((typed.as_str(), ""));
    let hundredths: u32 = match rest.len() {
        0 => 0,
        1 => rest.parse::<u32>().ok()?.checked_mul(10)?,
        2 => rest.parse().ok()?,
        _ => return None,
    };
    whole
        .parse::<u32>()
        .ok()?
        .checked_mul(100)?
        .checked_add(hundredths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_type_them() {
        assert_eq!(read_whole("12 500"), Some(12_500));
        assert_eq!(read_whole("beaucoup"), None);
        assert_eq!(read_hundredths("19,5"), Some(1950));
        assert_eq!(read_hundredths("19.25"), Some(1925));
        assert_eq!(read_hundredths("20"), Some(2000));
        assert_eq!(read_hundredths("1,234"), None);
        assert_eq!(read_hundredths("-2"), None);
    }
}
