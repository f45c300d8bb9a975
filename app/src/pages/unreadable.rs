//! What a screen says of documents that this phone keeps and cannot open.

use crate::model::Model;
use crate::text::text;
use crate::ui::{Icon, banner, live_option};
use leptos::prelude::*;

/// The banner that counts them; nothing when every document opens.
pub(crate) fn unreadable() -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().missing;
    live_option(move || match model.unreadable.get() {
        0 => None,
        count => Some(banner(
            "banner banner-stop",
            Icon::CircleAlert,
            (words.unreadable)(count).into_any(),
            Some(words.unreadable_body.into_any()),
        )),
    })
}
