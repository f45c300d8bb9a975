//! Sans-IO machines that synchronise documents: an event goes in, effects come out. They never send, never wait, never read a clock.

pub mod client;
pub mod connection;
pub mod exchange;
pub mod graph;
#[cfg(test)]
mod peers;
pub mod room;
pub mod signatures;
