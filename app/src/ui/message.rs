//! What the app says to the person: a banner that stays, and an empty place that invites.

use super::icon::{Icon, icon};
use leptos::prelude::*;

/// A banner. `class` gives its meaning: "banner" alone, or with `banner-offline`, `banner-stop`, `banner-yes`.
pub(crate) fn banner(
    class: &'static str,
    symbol: Icon,
    title: AnyView,
    body: Option<AnyView>,
) -> AnyView {
    view! {
        <div class=class>
            {icon(symbol)}
            <strong>{title}</strong>
            {body.map(|body| view! { <p>{body}</p> })}
        </div>
    }
    .into_any()
}

/// A place where nothing is yet: what is missing, how it comes, and what can be done.
pub(crate) fn empty(title: &'static str, body: &'static str, action: Option<AnyView>) -> AnyView {
    view! {
        <div class="empty">
            <p><strong>{title}</strong></p>
            <p>{body}</p>
            {action}
        </div>
    }
    .into_any()
}
