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
