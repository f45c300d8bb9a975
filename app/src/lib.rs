//! The browser half of Maillage: a program that draws the screens, keeps the documents on the device and speaks to the relay.

#![allow(
    unreachable_pub,
    reason = "Leptos writes `pub` items around every component, however private the component is"
)]

mod model;
mod pages;
mod platform;
mod session;
mod text;
mod ui;

use leptos::prelude::*;

/// Draws the program into the page in place of the static shell.
pub fn start() {
    platform::panic::report();
    if let Some(root) = platform::page::take_root() {
        let program = || {
            provide_context(model::Model::start());
            view! { <pages::App /> }
        };
        // The program lives as long as the page.
        leptos::mount::mount_to(root, program).forget();
    }
}
