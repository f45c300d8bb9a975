//! Honest counts: people in a path, jobs aimed at and hires are three figures, never one fraction.

use crate::snapshot::TerritorySnapshot;

/// The three figures of a territory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HonestCounts {
    /// People who are on a path today, if the territory says so.
    pub people_in_path: Option<u32>,
    /// Jobs the territory aims at, if it says so.
    pub jobs_aimed: Option<u32>,
    /// Hires so far; they stand apart.
    pub hires: u32,
}

/// A count as somebody outside the project may see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PublicCount {
    /// "Moins de 5": so few that a person could be recognised.
    FewerThanFive,
    /// The count itself.
    Exactly(u32),
}

impl HonestCounts {
    /// Counts a territory.
    pub fn of(territory: &TerritorySnapshot) -> Self {
        Self {
            people_in_path: territory.goals.people_in_path.value().copied(),
            jobs_aimed: territory.goals.jobs_aimed.value().copied(),
            hires: u32::try_from(territory.hires.len()).unwrap_or(u32::MAX),
        }
    }
}

impl PublicCount {
    /// What observers (Forem, SPW, the public) may see of a count of people.
    pub fn of(count: u32) -> Self {
        if count < 5 {
            Self::FewerThanFive
        } else {
            Self::Exactly(count)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{NewHire, TerritoryCommand};
    use crate::date::Day;
    use crate::records::ContractType;
    use crate::records::sample::{apply, read_territory, territory};

    #[test]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn hires_are_counted_apart_from_people_and_from_the_goal() {
        let mut document = territory();
        apply(&mut document, TerritoryCommand::SetPeopleInPath(5));
        apply(&mut document, TerritoryCommand::SetJobsAimed(40));
        let hire = NewHire {
            date: Day::new(2026, 11, 2).unwrap(),
            minutes_per_week: 20 * 60,
            contract: ContractType::Permanent,
            sheet: None,
        };
        apply(&mut document, TerritoryCommand::AddHire(hire));
        let counts = HonestCounts {
            people_in_path: Some(5),
            jobs_aimed: Some(40),
            hires: 1,
        };
        assert_eq!(HonestCounts::of(&read_territory(&document)), counts);
    }

    #[test]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn observers_see_no_count_under_five() {
        assert_eq!(PublicCount::of(0), PublicCount::FewerThanFive);
        assert_eq!(PublicCount::of(4), PublicCount::FewerThanFive);
        assert_eq!(PublicCount::of(5), PublicCount::Exactly(5));
    }
}
