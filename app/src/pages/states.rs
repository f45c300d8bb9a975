//! What a screen says when there is nothing to show yet, or no network.

use super::route::Route;
use crate::model::{KeptDraft, Model, Status};
use crate::platform::calendar;
use crate::text::text;
use crate::ui::{Icon, banner, live_option, live_text};
use leptos::prelude::*;
use maillage_shared::id::DocumentId;
use maillage_shared::sync::client::Rejection;

/// The banner that says what is wrong with keeping or sending; nothing when all is well.
pub(crate) fn trouble() -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().standing;
    live_option(move || match model.status.get() {
        Status::Offline { pending, since } => {
            let since = since.map(|at| (words.offline_since)(calendar::time_of_today(at)));
            let since = since.map(|since| view! { <br /> <span class="soft">{since}</span> });
            Some(banner(
                "banner banner-offline",
                Icon::WifiOff,
                words.offline_title.into_any(),
                Some(view! { {(words.offline_kept)(pending)} {since} }.into_any()),
            ))
        }
        Status::StorageFails => Some(banner(
            "banner banner-stop",
            Icon::CircleAlert,
            words.unkept_title.into_any(),
            Some(words.unkept_body.into_any()),
        )),
        Status::Refused(why) => {
            let said = match why {
                Rejection::NotAccepted => &words.not_accepted,
                Rejection::SpaceFull => &words.space_full,
                Rejection::TooLarge => &words.too_large,
                Rejection::NotAllowed => &words.not_allowed,
                Rejection::Author => &words.awaits_author,
            };
            // What waits need not wait for ever.
            let way = matches!(why, Rejection::NotAllowed | Rejection::Author).then(see_drafts);
            Some(banner(
                "banner banner-stop",
                Icon::CircleAlert,
                said.title.into_any(),
                Some(view! { {said.body} {way} }.into_any()),
            ))
        }
        Status::Keeping | Status::Kept | Status::Sent => model.room.get().nearly_full.then(|| {
            banner(
                "banner",
                Icon::CircleAlert,
                words.nearly_full.title.into_any(),
                Some(words.nearly_full.body.into_any()),
            )
        }),
    })
}

/// The banner that says that words of one document, or of any, did not reach the group; nothing when all did.
pub(crate) fn drafts(of: Option<DocumentId>) -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().standing;
    live_option(move || {
        let is_here = |draft: &KeptDraft| of.is_none_or(|id| id == draft.document);
        let any = model.drafts.with(|drafts| drafts.iter().any(is_here));
        any.then(|| {
            banner(
                "banner",
                Icon::CircleAlert,
                words.drafts.title.into_any(),
                Some(view! { {words.drafts.body} {see_drafts()} }.into_any()),
            )
        })
    })
}

fn see_drafts() -> AnyView {
    view! { " " <a href=Route::Drafts.href()>{text().standing.see}</a> }.into_any()
}

fn is_offline(model: Model) -> bool {
    matches!(model.status.get(), Status::Offline { .. })
}

/// The territory has been joined, but its document has not arrived.
pub(crate) fn territory_on_its_way() -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().home;
    let sentence = move || {
        if is_offline(model) {
            words.loading_offline.to_owned()
        } else {
            words.loading.to_owned()
        }
    };
    view! { <p class="card soft" role="status">{live_text(sentence)}</p> }.into_any()
}

/// A document that this phone knows of, but has not received.
pub(crate) fn not_here() -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().missing;
    let sentence = move || {
        if is_offline(model) {
            words.not_here_offline.to_owned()
        } else {
            words.not_here_body.to_owned()
        }
    };
    view! {
        <div class="empty" role="status">
            <p><strong>{words.not_here}</strong></p>
            <p>{live_text(sentence)}</p>
        </div>
    }
    .into_any()
}

/// A page with a title, a sentence and perhaps a way out.
pub(crate) fn dead_end(
    title: &'static str,
    body: &'static str,
    next: &'static str,
    way: Option<&'static str>,
) -> AnyView {
    view! {
        <h1 tabindex="-1">{title}</h1>
        <p>{body}</p>
        {(!next.is_empty()).then(|| view! { <p>{next}</p> })}
        {way.map(|word| view! { <a class="button button-primary button-wide" href=Route::Home.href()>{word}</a> })}
    }
    .into_any()
}
