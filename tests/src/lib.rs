//! What the stories are played with: the built relay as a process, phones of our own make, foreign clients, raw sockets and real
//! browsers. The stories themselves are in `tests/`.
//!
//! Nothing here imports the relay or the app: both are driven as they are delivered. Every process ends with the value that
//! started it, and every story has its own ports and folders.

pub mod authority;
pub mod browser;
pub mod built;
pub mod campaign;
pub mod clock;
pub mod crafted;
pub mod device;
pub mod encrypted;
pub mod house;
pub mod http;
pub mod javascript;
pub mod line;
pub mod load;
pub mod machine;
pub mod meeting;
pub mod published;
pub mod raw;
pub mod relay;
pub mod samod_peer;
pub mod script;
pub mod sheet;
pub mod skipped;
pub mod statements;
pub mod territory;
pub mod unit;
pub mod until;
