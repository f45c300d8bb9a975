//! The relay driven over real sockets, by clients that use nothing but the wire protocol and automerge's own sync.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what went wrong by stopping there, in its helpers too"
)]

mod bad_input;
mod command_line;
mod exchange;
mod lifecycle;
mod limits;
mod pages;
mod phone;
mod place;
