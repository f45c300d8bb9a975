//! The symbols of `public/sprite.svg`, which stands inside the page.

use leptos::prelude::*;

macro_rules! symbols {
    ($($variant:ident => $id:literal,)*) => {
        /// A symbol of the sprite. One sign for one thing.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Icon { $($variant),* }

        impl Icon {
            fn reference(self) -> &'static str {
                match self { $(Self::$variant => concat!("#", $id)),* }
            }

            #[cfg(test)]
            const ALL: &'static [&'static str] = &[$($id),*];
        }
    };
}

symbols! {
    ArrowLeft => "i-arrow-left",
    Axe => "i-axe",
    Bike => "i-bike",
    Bird => "i-bird",
    BrickWall => "i-brick-wall",
    Briefcase => "i-briefcase",
    Building => "i-building-2",
    Calendar => "i-calendar",
    Camera => "i-camera",
    Cat => "i-cat",
    Check => "i-check",
    CheckCheck => "i-check-check",
    ChevronRight => "i-chevron-right",
    CircleAlert => "i-circle-alert",
    CircleCheck => "i-circle-check",
    CircleDashed => "i-circle-dashed",
    CircleStop => "i-circle-stop",
    Download => "i-download",
    Eye => "i-eye",
    Fish => "i-fish",
    Footprints => "i-footprints",
    Handshake => "i-handshake",
    Hourglass => "i-hourglass",
    Key => "i-key-round",
    Lightbulb => "i-lightbulb",
    Refresh => "i-refresh-cw",
    Question => "i-message-circle-question-mark",
    MeToo => "i-messages-square",
    Pencil => "i-pencil",
    Plug => "i-plug",
    Plus => "i-plus",
    Printer => "i-printer",
    Send => "i-send",
    Ship => "i-ship",
    Speech => "i-speech",
    Square => "i-square",
    Sun => "i-sun",
    Toolbox => "i-toolbox",
    Tree => "i-tree-deciduous",
    UserPlus => "i-user-plus",
    Users => "i-users-round",
    Volume => "i-volume-2",
    WifiOff => "i-wifi-off",
    Wrench => "i-wrench",
    Cross => "i-x",
    Mark => "mark",
    PictoHome => "p-accueil",
    PictoNeed => "p-besoin",
    PictoSheet => "p-fiche",
    PictoBike => "p-velo",
    PictoYes => "p-oui",
    PictoIf => "p-si",
    PictoObjection => "p-objection",
    PictoPass => "p-passe",
    PictoQuestion => "p-question",
}

/// A small line icon. Never alone: a word stands beside it, or a spoken name on what holds it.
pub(crate) fn icon(symbol: Icon) -> AnyView {
    icon_with("icon", symbol)
}

/// A line icon as large as small text.
pub(crate) fn icon_small(symbol: Icon) -> AnyView {
    icon_with("icon icon-s", symbol)
}

/// A line icon that points somewhere, and turns round in right-to-left writing.
pub(crate) fn icon_turn(symbol: Icon) -> AnyView {
    icon_with("icon icon-turn", symbol)
}

/// A pictogram: one ink line, one warm fill.
pub(crate) fn picto(symbol: Icon) -> AnyView {
    icon_with("picto", symbol)
}

/// A pictogram as large as a word.
pub(crate) fn picto_small(symbol: Icon) -> AnyView {
    icon_with("picto picto-s", symbol)
}

/// Any symbol, with the classes that give its size.
pub(crate) fn icon_with(class: &'static str, symbol: Icon) -> AnyView {
    view! { <svg class=class aria-hidden="true"><use href=symbol.reference() /></svg> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPRITE: &str = include_str!("../../../public/sprite.svg");

    #[test]
    fn every_icon_is_in_the_sprite() {
        for id in Icon::ALL {
            assert!(
                SPRITE.contains(&format!("<symbol id=\"{id}\"")),
                "{id} is missing"
            );
        }
    }

    #[test]
    fn the_sprite_carries_no_unused_symbol() {
        assert_eq!(SPRITE.matches("<symbol ").count(), Icon::ALL.len());
    }
}
