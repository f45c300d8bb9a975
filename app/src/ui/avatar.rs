//! A person as the others see them: a picture and a colour.

use super::icon::{Icon, icon};
use leptos::prelude::*;

/// One of the six thread colours. They repeat between people; the picture tells people apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hue(u8);

impl Hue {
    /// The six colours.
    pub(crate) const ALL: [Self; 6] = [Self(1), Self(2), Self(3), Self(4), Self(5), Self(6)];

    /// Its number, from 1 to 6.
    pub(crate) fn number(self) -> usize {
        usize::from(self.0)
    }

    /// The class that sets the colour on an element and all it holds.
    pub(crate) fn class(self) -> &'static str {
        ["fil-1", "fil-2", "fil-3", "fil-4", "fil-5", "fil-6"][self.number() - 1]
    }
}

/// What is needed to draw a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Avatar {
    /// The picture chosen by the person.
    pub(crate) picture: Icon,
    /// The colour chosen by the person.
    pub(crate) hue: Hue,
}

/// How large a person is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AvatarSize {
    /// In a line of text.
    Small,
    /// In a bar or a list.
    Medium,
    /// As the preview of one's own choice.
    Large,
}

/// A person's picture over the number that nobody else has. A name stands beside it.
pub(crate) fn avatar_with_number(avatar: Avatar, number: u32) -> AnyView {
    let class = format!("avatar {}", avatar.hue.class());
    view! {
        <span class=class aria-hidden="true">{icon(avatar.picture)}<span class="avatar-n">{number}</span></span>
    }
    .into_any()
}

/// A person's picture. A name stands beside it, or a spoken name on what holds it.
pub(crate) fn avatar(avatar: Avatar, size: AvatarSize) -> AnyView {
    let size = match size {
        AvatarSize::Small => "avatar-s",
        AvatarSize::Medium => "",
        AvatarSize::Large => "avatar-l",
    };
    let class = format!("avatar {size} {}", avatar.hue.class());
    view! { <span class=class aria-hidden="true">{icon(avatar.picture)}</span> }.into_any()
}
