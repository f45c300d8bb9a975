//! What screens say of a version that is newer than the one that runs.

use crate::model::{Model, Version};
use crate::platform::version;
use crate::text::text;
use crate::ui::{Icon, icon, live_option, live_text};
use leptos::prelude::*;

/// The banner that offers a newer version; nothing when there is none, or once the person said "later".
pub(crate) fn offer() -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().version;
    live_option(move || {
        let (title, body) = if model.newer.get() {
            (words.newer_title, words.newer_body)
        } else if model.version.get() == Version::Newest || model.later.get() {
            return None;
        } else {
            (words.title, words.body)
        };
        let later = (!model.newer.get()).then(|| {
            view! { <button class="button button-quiet" type="button" on:click=move |_| model.later.set(true)>{words.later}</button> }
        });
        Some(
            view! {
                <div class="banner" role="status">
                    {icon(Icon::Refresh)}
                    <strong>{title}</strong>
                    <p>{body}</p>
                    <p class="line">
                        <button class="button button-secondary" type="button" on:click=|_| version::take_over()>{words.take_over}</button>
                        {later}
                    </p>
                </div>
            }
            .into_any(),
        )
    })
}

/// The page in place of all others when this version is too old to go on: where the person's writing is, and what to do.
pub(crate) fn too_old() -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().version;
    let waiting = move || {
        model.status.track();
        (words.waiting)(model.unsent())
    };
    view! {
        <h1 tabindex="-1">{words.old_title}</h1>
        <p>{words.old_body}</p>
        <div class="banner banner-yes">
            {icon(Icon::Check)}
            <strong>{words.nothing_lost}</strong>
            <p>{live_text(waiting)}</p>
        </div>
        <button class="button button-primary button-wide" type="button" on:click=|_| version::take_over()>
            {icon(Icon::Refresh)}
            {words.take_over}
        </button>
        <p class="soft">{words.weight}</p>
        <button class="button button-secondary button-wide" type="button" on:click=move |_| model.later.set(true)>{words.read_on}</button>
    }
    .into_any()
}
