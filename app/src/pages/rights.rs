//! Parts of screens for those who may use them.

use crate::model::Model;
use crate::text::text;
use crate::ui::{Icon, Seen, banner, live_option};
use leptos::prelude::*;
use maillage_shared::doc::Kind;
use maillage_shared::rules::access::{Act, Right};

/// A part for those who may do this with documents of a kind.
pub(crate) fn where_one_may(
    kind: Kind,
    right: Right,
    view: impl Fn() -> AnyView + Send + 'static,
) -> AnyView {
    let model = expect_context::<Model>();
    part(Seen::new(move || model.may(kind, right)), view)
}

/// A part for those who may do this beside documents.
pub(crate) fn where_one_may_act(act: Act, view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let model = expect_context::<Model>();
    part(Seen::new(move || model.may_act(act)), view)
}

fn part(allowed: Seen<bool>, view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    live_option(move || allowed.get().then(&view))
}

/// What is said on every screen to someone who was removed; nothing to everyone else.
pub(crate) fn no_longer_member() -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().rights;
    let removed = Seen::new(move || model.roles.get().is_some_and(|roles| roles.is_empty()));
    // Whoever lost this phone is a member all the same.
    let is_member = Seen::new(move || {
        let me = model.me.get().map(|me| me.id);
        model.members.with(|members| {
            let mut members = members.iter().flatten();
            members.any(|member| Some(member.id) == me && !member.roles.is_empty())
        })
    });
    let said = live_option(move || {
        removed.get().then(|| {
            let (title, body) = if is_member.get() {
                (words.lost, words.lost_body)
            } else {
                (words.removed, words.removed_body)
            };
            banner(
                "banner",
                Icon::CircleAlert,
                title.into_any(),
                Some(body.into_any()),
            )
        })
    });
    view! { <div role="status" class="said">{said}</div> }.into_any()
}
