//! One answer among a few that differ in shape, colour and word.

use crate::ui::{Icon, Seen, icon_with, picto};
use leptos::prelude::*;

/// An answer.
pub(super) struct Choice {
    /// The class that gives its colour.
    pub(super) class: &'static str,
    /// Its shape.
    pub(super) shape: Icon,
    /// Its word.
    pub(super) word: &'static str,
    /// A sentence more, or nothing.
    pub(super) more: &'static str,
}

/// Answers of which one at most is chosen: the position in `choices`. `name` is a name no other group on the page has.
pub(super) fn choices(
    legend: &'static str,
    name: &'static str,
    choices: Vec<Choice>,
    chosen: RwSignal<Option<usize>>,
) -> AnyView {
    let is_chosen = Seen::new(move || chosen.get());
    let rows: Vec<AnyView> = choices
        .into_iter()
        .enumerate()
        .map(|(index, choice)| {
            let Choice {
                class,
                shape,
                word,
                more,
            } = choice;
            view! {
                <label class=class>
                    <input
                        type="radio"
                        name=name
                        prop:checked=move || is_chosen.get() == Some(index)
                        on:change=move |_| chosen.set(Some(index))
                    />
                    {picto(shape)}
                    <span>
                        <b>{word}</b>
                        {(!more.is_empty()).then(|| view! { <small>{more}</small> })}
                    </span>
                    {icon_with("icon tick", Icon::Check)}
                </label>
            }
            .into_any()
        })
        .collect();
    view! {
        <fieldset class="stack-s">
            <legend><h2>{legend}</h2></legend>
            <div class="choices choices-tight">{rows}</div>
        </fieldset>
    }
    .into_any()
}
