//! The browser half of Maillage: a program that draws the screens, keeps the documents on the device and speaks to the relay.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod pages;
mod platform;
mod text;
mod ui;

/// Draws the program into the page in place of the static shell.
pub fn start() {
    if let Some(root) = platform::page::take_root() {
        // The program lives as long as the page.
        leptos::mount::mount_to(root, pages::App).forget();
    }
}
