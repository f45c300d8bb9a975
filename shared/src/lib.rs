//! All that the browser and the relay of Maillage must agree on: documents, commands, rules, wire format, guard and the
//! sans-IO machines that synchronise.
//!
//! Nothing here reads a clock, draws randomness, touches a network, a file or a page: time and entropy arrive as arguments,
//! and machines answer with effects that their shells perform.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod change;
pub mod doc;
pub mod guard;
pub mod id;
pub mod identity;
pub mod limits;
pub mod store;
pub mod time;


pub use automerge::{ActorId, ChangeHash};
