//! What tests of several crates share: documents of every schema, an in-memory store and the contract every store keeps. Only with the feature `testing`.

pub mod contract;
pub mod fixtures;
pub mod network;
pub mod store;

pub use store::MemoryStore;
