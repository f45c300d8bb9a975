//! The load that the benchmark puts on a relay: rooms of phones that write and read over real sockets, and what that costs.
//!
//! Readers keep only what says which changes they have; documents are held by those who write. So one process plays hundreds of
//! phones beside the relay it measures without being what is measured.

pub mod board;
pub mod fleet;
pub mod pace;
pub mod percentiles;
pub mod phone;
pub mod report;
pub mod room;
pub mod scenario;
pub mod server;
pub mod socket;
pub mod steady;
pub mod usage;
pub mod window;
pub mod yjs;
