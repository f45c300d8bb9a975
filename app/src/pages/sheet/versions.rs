//! Several versions of one field: disagreement is shown, and someone chooses quietly.

use crate::model::Model;
use crate::pages::people;
use crate::text::{late_text, text};
use crate::ui::{AvatarSize, avatar};
use leptos::prelude::*;
use maillage_shared::command::{JobSheetCommand, SheetField};
use maillage_shared::doc::Kind;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::PersonId;
use maillage_shared::rules::access::Right;
use maillage_shared::snapshot::{Field, VersionId};
use maillage_shared::time::UnixMillis;

/// One version of a field, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Names it in the command that chooses it.
    pub(crate) id: VersionId,
    /// The value in words.
    pub(crate) words: String,
    /// Who set it.
    pub(crate) author: Option<PersonId>,
    /// When.
    pub(crate) at: Option<UnixMillis>,
}

/// Every version of a field in words, the one shown first at the head.
pub(crate) fn shown<T>(field: &Field<T>, words: impl Fn(&T) -> String) -> Vec<Shown> {
    field
        .versions()
        .map(|version| Shown {
            id: version.id.clone(),
            words: words(&version.value),
            author: version.author,
            at: version.at,
        })
        .collect()
}

/// The card of a field that has several versions; nothing for a field that has one or none.
pub(crate) fn versions_card(
    sheet: DocumentId,
    field: SheetField,
    versions: &[Shown],
) -> Option<AnyView> {
    if versions.len() < 2 {
        return None;
    }
    let model = expect_context::<Model>();
    let words = &late_text().sheet.versions;
    let may_choose = model.may(Kind::JobSheet, Right::Write);
    let cards: Vec<AnyView> = versions
        .iter()
        .map(|version| card(model, version))
        .collect();
    let choices: Vec<AnyView> = versions
        .iter()
        .map(|version| {
            let command = JobSheetCommand::Choose {
                field: field.clone(),
                version: version.id.clone(),
            };
            let choose = move |_| {
                model.change_sheet(sheet, command.clone());
            };
            view! {
                <button class="button button-quiet" type="button" on:click=choose>{(words.choose)(&version.words)}</button>
            }
            .into_any()
        })
        .collect();
    Some(
        view! {
            <div class="card card-tint">
                <p><strong>{(words.exist)(versions.len())}</strong> " " {words.nothing_lost}</p>
                <div class="versions">{cards}</div>
                {may_choose.then(|| view! { <div class="actions no-print">{choices}</div> })}
            </div>
        }
        .into_any(),
    )
}

fn card(model: Model, version: &Shown) -> AnyView {
    let face = version
        .author
        .and_then(|author| people::avatar_of(model, author));
    let name = match version.author {
        Some(author) => people::name(model, author),
        None => text().domain.someone.to_owned(),
    };
    let when = version.at.map(people::when).unwrap_or_default();
    let class = match face {
        Some(face) => format!("version {}", face.hue.class()),
        None => "version fil-6".to_owned(),
    };
    view! {
        <div class=class>
            {face.map(|face| avatar(face, AvatarSize::Small))}
            <p class="version-text">
                <strong>{version.words.clone()}</strong>
                <br />
                <span class="small soft">{(late_text().sheet.versions.by)(&name, &when)}</span>
            </p>
        </div>
    }
    .into_any()
}
