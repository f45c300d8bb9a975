//! The need that a sheet comes from, with those who miss it too.

use crate::text::text;
use crate::ui::{Icon, icon_small};
use leptos::prelude::*;
use maillage_shared::snapshot::NeedSnapshot;

/// A need in one line, to be read.
pub(crate) fn origin(need: &NeedSnapshot) -> AnyView {
    let words = &text().needs;
    let echoes = match need.echoes() {
        0 => None,
        count => Some(
            view! { <span class="tag">{icon_small(Icon::MeToo)}{(words.echoed)(count)}</span> },
        ),
    };
    view! { <p class="line"><span>{(words.origin)(need.text.words())}</span> {echoes}</p> }
        .into_any()
}
