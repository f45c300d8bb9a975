//! A sheet that is not what it was: erased, or written anew without something.

use crate::model::{Model, Words};
use crate::pages::rights::where_one_may_act;
use crate::pages::route::Route;
use crate::pages::strike::place_name;
use crate::platform::share;
use crate::text::late_text;
use crate::ui::{Seen, live_list, live_option, live_text};
use leptos::prelude::*;
use maillage_shared::id::DocumentId;
use maillage_shared::rules::access::Act;

/// What stands in for a sheet that the team has erased.
pub(super) fn erased(unsaid: bool) -> AnyView {
    let words = &late_text().erasing;
    view! {
        <div class="empty" role="status">
            <p><strong>{words.erased}</strong></p>
            {unsaid.then(|| view! { <p>{words.erased_unsaid}</p> })}
            <a class="button button-secondary" href=Route::Sheets.href()>{words.sheets}</a>
        </div>
    }
    .into_any()
}

/// Above a sheet that was written anew: that it was, and what was written here and is not in it.
pub(super) fn struck(id: DocumentId) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().erasing;
    let is_struck = Seen::new(move || model.is_written_anew(id));
    let note = live_option(move || {
        is_struck
            .get()
            .then(|| view! { <p class="small soft">{words.struck}</p> }.into_any())
    });
    let kept = Seen::new(move || {
        let kept = model.kept_words().into_iter();
        let kept = kept.filter(|(_, now, _)| *now == id);
        kept.map(|(old, _, _)| old.to_string()).collect::<Vec<_>>()
    });
    let cards = live_list(kept, |old| old.parse().map_or_else(|_| ().into_any(), card));
    view! { <div role="status" class="said">{note}</div> <div class="stack-s said">{cards}</div> }
        .into_any()
}

/// The words of one old document, to be copied, and to be thrown away.
fn card(old: DocumentId) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().erasing;
    let kept: Words = model
        .kept_words()
        .into_iter()
        .find(|(from, _, _)| *from == old)
        .map(|(_, _, words)| words)
        .unwrap_or_default();
    let text: Vec<String> = kept.iter().map(|(_, words)| words.clone()).collect();
    let text = text.join("\n\n");
    let said = RwSignal::new("");
    let copy = move |_| {
        share::copy(&text, move |done| {
            if done {
                said.try_set(words.copied);
            }
        });
    };
    let passages: Vec<AnyView> = kept
        .into_iter()
        .map(|(path, words)| {
            view! {
                <div>
                    <h3>{place_name(&path)}</h3>
                    <p class="section-text" dir="auto">{words}</p>
                </div>
            }
            .into_any()
        })
        .collect();
    let title_id = format!("mots-{old}");
    let labelled_by = title_id.clone();
    view! {
        <section class="card stack-s" aria-labelledby=labelled_by>
            <h2 id=title_id>{words.your_words}</h2>
            <p>{words.your_words_body}</p>
            {passages}
            <button class="button button-primary button-wide" type="button" on:click=copy>
                {words.copy}
            </button>
            <p role="status" class="said">{live_text(move || said.get().to_owned())}</p>
            <button class="button button-secondary button-wide" type="button" on:click=move |_| model.drop_words(old)>
                {words.drop}
            </button>
        </section>
    }
    .into_any()
}

/// The way to strike words out, for the team.
pub(super) fn link(id: DocumentId) -> AnyView {
    where_one_may_act(Act::Steward, move || {
        view! {
            <a class="button button-quiet no-print" href=Route::Strike(id).href()>
                {late_text().erasing.link}
            </a>
        }
        .into_any()
    })
}
