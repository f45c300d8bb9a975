//! The relay of Maillage: keeps documents, forwards changes between phones, serves the app.
//!
//! What is decided about documents and messages lives in `maillage-shared`; here is only the shell around it: sockets, threads, disk,
//! clock.

pub mod access;
pub mod demo;
pub mod http;
mod metrics;
pub mod panics;
pub mod relay;
pub mod stewardship;
pub mod store;
pub mod upkeep;
