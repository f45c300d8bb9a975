//! What has changed in a sheet since someone stood by one of its versions.

use crate::model::Model;
use crate::pages::sheet::words_of;
use crate::text::{late_text, text};
use crate::ui::{Icon, icon_small};
use leptos::prelude::*;
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::rules::difference::{Part, differences};
use maillage_shared::snapshot::JobSheetSnapshot;

/// Says that a sheet has changed since a version, and how; nothing when it says the same, or is not here. `sentence` is what is said.
pub(super) fn since(
    model: Model,
    sheet: DocumentId,
    now: Option<&JobSheetSnapshot>,
    version: &[ChangeHash],
    sentence: &'static str,
) -> Option<AnyView> {
    let words = &late_text().statements;
    let now = now?;
    // Both are sorted. To read an old version takes a slow phone a while.
    if model.version_of(sheet) == version {
        return None;
    }
    let Some(then) = model.sheet_at(sheet, version) else {
        return Some(view! { <p class="small soft">{words.version_missing}</p> }.into_any());
    };
    let parts = differences(&then, now);
    if parts.is_empty() {
        return None;
    }
    let rows: Vec<AnyView> = parts
        .into_iter()
        .map(|part| row(part, &then, now))
        .collect();
    let view = view! {
        <div class="stack-s">
            <p class="line-tight since">{icon_small(Icon::Pencil)} <strong>{sentence}</strong></p>
            <details class="difference">
                <summary class="button button-quiet">{words.see_difference}</summary>
                <dl class="facts-list">{rows}</dl>
            </details>
        </div>
    };
    Some(view.into_any())
}

fn row(part: Part, then: &JobSheetSnapshot, now: &JobSheetSnapshot) -> AnyView {
    let words = &late_text().statements;
    let name = (words.part)(part);
    view! {
        <div>
            <dt>{name} {(text().of_part)(words.then)}</dt>
            <dd class="then">{or_nothing(words_of(part, then))}</dd>
            <dt>{name} {(text().of_part)(words.now)}</dt>
            <dd>{or_nothing(words_of(part, now))}</dd>
        </div>
    }
    .into_any()
}

fn or_nothing(words: String) -> String {
    match words.is_empty() {
        true => late_text().statements.nothing_there.to_owned(),
        false => words,
    }
}
