//! Pure decisions on plain snapshots: what is allowed, what it needs, what to warn of, how to count.

pub mod access;
pub mod consent;
pub mod counts;
pub mod difference;
pub mod moves;
pub mod population;
pub mod register;
pub mod text;
