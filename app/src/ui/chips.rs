//! One answer among a few short ones.

use super::icon::{Icon, icon_small, icon_with};
use super::live::Seen;
use leptos::prelude::*;

/// One answer of a group.
#[derive(Clone)]
pub(crate) struct Chip {
    /// What the person reads.
    pub(crate) label: String,
    /// A sign beside the word.
    pub(crate) icon: Option<Icon>,
}

/// A group of answers of which one at most is chosen. The answer is the position in `chips`.
#[component]
pub(crate) fn Chips(
    /// The question.
    legend: &'static str,
    /// A name no other group on the page has.
    name: &'static str,
    /// The answers, in order.
    chips: Vec<Chip>,
    /// The position of the chosen answer.
    #[prop(into)]
    chosen: Seen<Option<usize>>,
    /// Called with the position of an answer when the person chooses it.
    on_choose: Callback<usize>,
) -> AnyView {
    let chips: Vec<AnyView> = chips
        .into_iter()
        .enumerate()
        .map(|(index, chip)| {
            view! {
                <label class="chip">
                    <input
                        type="radio"
                        name=name
                        prop:checked=move || chosen.get() == Some(index)
                        on:change=move |_| on_choose.run(index)
                    />
                    {icon_with("icon icon-s tick", Icon::Check)}
                    {chip.icon.map(icon_small)}
                    {chip.label}
                </label>
            }
            .into_any()
        })
        .collect();
    view! {
        <fieldset class="field">
            <legend>{legend}</legend>
            <div class="chips">{chips}</div>
        </fieldset>
    }
    .into_any()
}
