//! What early screens say when a document was written anew, and words that were written on this phone are not in it.

use super::route::Route;
use crate::model::Model;
use crate::text::text;
use crate::ui::{Icon, Seen, banner, live_option};
use leptos::prelude::*;

/// A banner that leads to the words; nothing for most people.
pub(crate) fn rewritten() -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().rewritten;
    let sheet = Seen::new(move || model.kept_words().first().map(|(_, now, _)| *now));
    let said = live_option(move || {
        sheet.get().map(|id| {
            let see = view! { <a class="button button-secondary" href=Route::Sheet(id).href()>{words.see}</a> };
            let title = words.title.into_any();
            banner("banner", Icon::CircleAlert, title, Some(see.into_any()))
        })
    });
    view! { <div role="status" class="said">{said}</div> }.into_any()
}
