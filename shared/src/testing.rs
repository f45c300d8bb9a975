//! What tests of several crates share: an in-memory store and the contract every store keeps. Only with the feature `testing`.

pub mod contract;
pub mod network;
pub mod store;

pub use store::MemoryStore;
