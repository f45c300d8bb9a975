//! What the targets share: encoded changes that can be taken apart and sealed again, mutations that know their shape, and bounds.

pub mod change;
pub mod memory;
pub mod mutation;
pub mod panics;
pub mod sheet;
