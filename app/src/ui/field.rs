//! Fields with one short answer, or one longer text that is sent at once.

use super::live::Seen;
use leptos::prelude::*;

/// A field of one line.
///
/// `on_input` runs at each keystroke, `on_commit` when the person leaves the field or presses Enter after a change.
#[component]
pub(crate) fn TextField(
    /// Its id in the page.
    #[prop(into)]
    id: String,
    /// The question.
    #[prop(into)]
    label: String,
    /// A sentence that helps to answer.
    #[prop(optional_no_strip)]
    hint: Option<&'static str>,
    /// The `autocomplete` token of HTML that fits, or "off".
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// What is written.
    #[prop(into)]
    value: Seen<String>,
    /// Called with the whole answer at each keystroke.
    #[prop(into)]
    on_input: Callback<String>,
    /// The longest answer, in UTF-16 units as HTML counts them.
    #[prop(default = 200)]
    max_length: u32,
    /// Called with the whole answer when it is finished.
    #[prop(optional)]
    on_commit: Option<Callback<String>>,
) -> AnyView {
    let hint_id = hint.map(|_| format!("{id}-aide"));
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            {hint.map(|hint| view! { <p class="hint" id=hint_id.clone()>{hint}</p> })}
            <input
                class="input"
                type="text"
                dir="auto"
                id=id
                autocomplete=autocomplete
                maxlength=max_length
                aria-describedby=hint_id.clone()
                prop:value=move || value.get()
                on:input:target=move |event| on_input.run(event.target().value())
                on:change:target=move |event| {
                    if let Some(on_commit) = on_commit {
                        on_commit.run(event.target().value());
                    }
                }
            />
        </div>
    }
    .into_any()
}

/// A field for one day of the calendar, written `YYYY-MM-DD` or empty. The browser offers its own calendar.
#[component]
pub(crate) fn DayField(
    /// Its id in the page.
    id: &'static str,
    /// The question.
    label: &'static str,
    /// What is written.
    #[prop(into)]
    value: Seen<String>,
    /// Called when the day changes.
    #[prop(into)]
    on_input: Callback<String>,
) -> AnyView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                class="input"
                type="date"
                id=id
                prop:value=move || value.get()
                on:input:target=move |event| on_input.run(event.target().value())
            />
        </div>
    }
    .into_any()
}

/// A field of several lines, for a text that one person writes and then adds.
#[component]
pub(crate) fn TextArea(
    /// Its id in the page.
    id: &'static str,
    /// The question.
    label: &'static str,
    /// A sentence that helps to answer.
    #[prop(optional_no_strip)]
    hint: Option<&'static str>,
    /// Whether the answer is mostly one line, and may be longer.
    #[prop(default = false)]
    short: bool,
    /// What is written.
    #[prop(into)]
    value: Seen<String>,
    /// Called with the whole answer at each keystroke.
    #[prop(into)]
    on_input: Callback<String>,
    /// The longest answer, in UTF-16 units as HTML counts them.
    #[prop(default = 1000)]
    max_length: u32,
) -> AnyView {
    let hint_id = hint.map(|_| format!("{id}-aide"));
    let class = if short {
        "textarea textarea-short"
    } else {
        "textarea"
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {hint.map(|hint| view! { <p class="hint" id=hint_id.clone()>{hint}</p> })}
            <textarea
                class=class
                dir="auto"
                id=id
                rows="1"
                maxlength=max_length
                aria-describedby=hint_id.clone()
                prop:value=move || value.get()
                on:input:target=move |event| on_input.run(event.target().value())
            ></textarea>
        </div>
    }
    .into_any()
}
