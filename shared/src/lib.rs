//! All that the browser and the relay of Maillage must agree on: documents, commands, rules, wire format, guard and the
//! sans-IO machines that synchronise.
//!
//! Nothing here reads a clock, draws randomness, touches a network, a file or a page: time and entropy arrive as arguments,
//! and machines answer with effects that their shells perform.

pub mod archive;
pub mod birth;
pub mod change;
pub mod command;
pub mod date;
pub mod doc;
pub mod guard;
pub mod id;
pub mod identity;
pub mod limits;
pub mod migrate;
pub mod order;
pub mod presence;
#[cfg(test)]
mod properties;
pub mod quarantine;
pub mod rebuild;
pub mod records;
pub mod roster;
pub mod rules;
pub mod snapshot;
pub mod statement;
pub mod store;
pub mod strike;
pub mod sync;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text_field;
pub mod time;
pub mod wire;

pub use automerge::{ActorId, ChangeHash};
