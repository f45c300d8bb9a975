//! What every screen of a territory shares: bar, standing, menu, window title.

use super::route::Route;
use super::{people, rights};
use crate::model::{Model, Status};
use crate::platform::page;
use crate::text::text;
use crate::ui::{self, Corner, Entry, Frame, Icon, Seen, Tone, follow};
use leptos::prelude::*;

/// A place of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The territory's home.
    Home,
    /// The needs.
    Needs,
    /// The job sheets.
    Sheets,
}

/// A screen inside a territory.
#[component]
pub(crate) fn Screen(
    /// The first thing in the bar.
    corner: Corner,
    /// The place of the menu it belongs to.
    place: Place,
    /// What stands in the bar; the territory's name when nothing else is said.
    #[prop(optional, into)]
    name: Option<Seen<String>>,
    /// Where the person's writing is: in all documents, or in the one on screen.
    #[prop(into)]
    status: Signal<Status>,
    /// Whether the woven strip shows under the bar.
    #[prop(default = false)]
    weave: bool,
    /// A class for the content.
    #[prop(default = "")]
    class: &'static str,
    /// The content, which starts with the page's only `h1`.
    children: Children,
) -> AnyView {
    let model = expect_context::<Model>();
    let territory_name = Seen::new(move || {
        model
            .territory
            .with(|territory| {
                territory
                    .as_ref()
                    .map(|territory| territory.name.words().to_owned())
            })
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| text().brand.to_owned())
    });
    let name = name.unwrap_or(territory_name);
    let me = Seen::new(move || model.me.get().map(|me| people::mine(&me)));
    let standing = Seen::new(move || Some(standing(status.get())));
    view! {
        <Frame corner=corner name=name standing=standing me=me entries=menu(place) weave=weave class=class>
            {rights::no_longer_member()}
            {children()}
        </Frame>
    }
    .into_any()
}

/// Names the window after the page, and keeps the name up to date.
pub(crate) fn window_title(title: impl Fn() -> String + 'static) {
    follow(move || page::set_title(&(text().window)(&title())));
}

fn menu(here: Place) -> Vec<Entry> {
    let words = &text().places;
    [
        (Place::Home, Route::Home, Icon::PictoHome, words.home),
        (Place::Needs, Route::Needs, Icon::PictoNeed, words.needs),
        (Place::Sheets, Route::Sheets, Icon::PictoSheet, words.sheets),
    ]
    .into_iter()
    .map(|(place, route, picto, word)| Entry {
        href: route.href(),
        picto,
        word,
        current: place == here,
    })
    .collect()
}

/// A status in words and a sign.
pub(crate) fn standing(status: Status) -> ui::Status {
    let words = &text().standing;
    let (icon, words, spoken, tone) = match status {
        Status::StorageFails => (
            Icon::CircleAlert,
            words.unkept,
            words.unkept_spoken,
            Tone::Failing,
        ),
        Status::Refused(_) => (
            Icon::CircleAlert,
            words.refused,
            words.refused_spoken,
            Tone::Failing,
        ),
        Status::Offline { .. } => (
            Icon::WifiOff,
            words.offline,
            words.offline_spoken,
            Tone::Offline,
        ),
        Status::Keeping => (Icon::Hourglass, words.keeping, "", Tone::Plain),
        Status::Kept => (Icon::Check, words.kept, "", Tone::Plain),
        Status::Sent => (Icon::CheckCheck, words.sent, "", Tone::Shared),
    };
    ui::Status {
        icon,
        words,
        spoken,
        tone,
    }
}
