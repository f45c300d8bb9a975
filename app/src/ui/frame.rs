//! The frame of every screen: bar, content, menu.

use super::avatar::{Avatar, AvatarSize, avatar};
use super::icon::{Icon, icon, icon_turn, icon_with, picto};
use super::listen::{AskToRead, Listen};
use super::live::{Seen, live_option, live_text};
use crate::platform::page;
use crate::text::text;
use leptos::prelude::*;

/// The first thing in the bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Corner {
    /// The mark: this is one of the places of the menu.
    Brand,
    /// The way back, to this address.
    Back(String),
}

/// What a status means, beside its words and its sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Nothing to add.
    Plain,
    /// All is well.
    Shared,
    /// Something is missing that will come back.
    Offline,
    /// Something goes wrong that does not mend itself.
    Failing,
}

/// Where the person's writing is, in words and a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Status {
    /// The sign.
    pub(crate) icon: Icon,
    /// The words that show.
    pub(crate) words: &'static str,
    /// Words that only a screen reader says after them.
    pub(crate) spoken: &'static str,
    /// The colour.
    pub(crate) tone: Tone,
}

/// One place of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its address.
    pub(crate) href: String,
    /// Its pictogram, the same as on its tile.
    pub(crate) picto: Icon,
    /// Its word.
    pub(crate) word: &'static str,
    /// Whether the person is there now.
    pub(crate) current: bool,
}

/// A status as a line of small text, announced when it changes.
pub(crate) fn status(status: Seen<Option<Status>>) -> AnyView {
    let class = move || match status.with(|status| status.map(|status| status.tone)) {
        None | Some(Tone::Plain) => "sync",
        Some(Tone::Shared) => "sync sync-shared",
        Some(Tone::Offline) => "sync sync-offline",
        Some(Tone::Failing) => "sync sync-failing",
    };
    let face = live_option(move || {
        status.get().map(|status| {
            view! {
                {icon(status.icon)}
                <span>{status.words}<span class="visually-hidden">{status.spoken}</span></span>
            }
            .into_any()
        })
    });
    view! { <span class=class role="status">{face}</span> }.into_any()
}

/// The frame of a screen.
#[component]
pub(crate) fn Frame(
    /// The first thing in the bar.
    corner: Corner,
    /// What stands beside it: the territory, or the kind of page.
    #[prop(into)]
    name: Seen<String>,
    /// Where the person's writing is.
    #[prop(into)]
    standing: Seen<Option<Status>>,
    /// The person, with what a screen reader says of them.
    #[prop(into)]
    me: Seen<Option<(Avatar, String)>>,
    /// The menu; empty on screens that have none.
    entries: Vec<Entry>,
    /// Whether the woven strip shows under the bar.
    #[prop(default = false)]
    weave: bool,
    /// Whether the screen is one narrow column at every width.
    #[prop(default = false)]
    narrow: bool,
    /// A class for the content.
    #[prop(default = "")]
    class: &'static str,
    /// The content, which starts with the page's only `h1`.
    children: Children,
) -> AnyView {
    let skip = move |event: leptos::ev::MouseEvent| {
        // The address belongs to the router: jumping inside the page must not change it.
        event.prevent_default();
        page::focus_content();
    };
    let first = match corner {
        Corner::Brand => icon_with("mark", Icon::Mark),
        Corner::Back(href) => view! {
            <a class="icon-button" href=href aria-label=text().back>{icon_turn(Icon::ArrowLeft)}</a>
        }
        .into_any(),
    };
    let person = live_option(move || {
        me.get().map(|(face, spoken)| {
            view! { <span class="me" role="img" aria-label=spoken>{avatar(face, AvatarSize::Medium)}</span> }.into_any()
        })
    });
    let with_menu = !entries.is_empty();
    view! {
        <a class="skip-link" href="#contenu" on:click=skip>{text().skip}</a>
        <div class="app" class:no-nav=!with_menu class:narrow=narrow>
            <header class="top">
                {first}
                <div class="top-name"><strong>{live_text(move || name.get())}</strong>{status(standing)}</div>
                {person}
                <Listen wide=!with_menu />
            </header>
            {weave.then(|| view! { <div class="weave"></div> })}
            <main id="contenu" class=class tabindex="-1">{children()}</main>
            {with_menu.then(|| menu(entries))}
        </div>
        <AskToRead />
    }
    .into_any()
}

fn menu(entries: Vec<Entry>) -> AnyView {
    let entries: Vec<AnyView> = entries
        .into_iter()
        .map(|entry| {
            let current = entry.current.then_some("page");
            view! { <li><a href=entry.href aria-current=current>{picto(entry.picto)}{entry.word}</a></li> }.into_any()
        })
        .collect();
    view! { <nav class="nav" aria-label=text().menu><ul>{entries}</ul></nav> }.into_any()
}
