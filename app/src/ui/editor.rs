//! A native text area over a mirror of the same text.
//!
//! The mirror makes the field as tall as its text and shows where others write: their sentence is tinted and dotted, and no word
//! is ever covered.

use super::avatar::Hue;
use super::live::{Seen, live};
use leptos::html;
use leptos::prelude::*;

/// A piece of the mirrored text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text where nobody else writes.
    Plain(String),
    /// The sentence where someone writes, up to their caret and after it.
    Theirs(Hue, String, String),
}

/// A text area that grows with its text. What it does with input is up to whoever holds `node`.
#[component]
pub(crate) fn Editor(
    /// Its id in the page.
    id: String,
    /// The id of the title that names it.
    labelled_by: String,
    /// The id of what tells who else writes here.
    described_by: String,
    /// The text area itself.
    node: NodeRef<html::Textarea>,
    /// The text as it shows now, in pieces.
    mirror: Seen<Vec<Piece>>,
) -> AnyView {
    let pieces = live(move || {
        let mut pieces: Vec<AnyView> = mirror.get().into_iter().map(piece).collect();
        // A last line break takes no room in the mirror unless something follows it.
        pieces.push("\u{200b}".into_any());
        pieces.into_any()
    });
    view! {
        <div class="editor">
            <div class="editor-mirror" dir="auto" aria-hidden="true">{pieces}</div>
            <textarea class="textarea" dir="auto" id=id node_ref=node aria-labelledby=labelled_by aria-describedby=described_by></textarea>
        </div>
    }
    .into_any()
}

fn piece(piece: Piece) -> AnyView {
    match piece {
        Piece::Plain(text) => text.into_any(),
        Piece::Theirs(hue, before, after) => {
            let sentence = format!("remote-sentence {}", hue.class());
            let caret = format!("remote-caret {}", hue.class());
            view! { <span class=sentence>{before}<span class=caret></span>{after}</span> }
                .into_any()
        }
    }
}
