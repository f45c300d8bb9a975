//! A group of facts: read as a list, answered as fields.

use super::fact::{Answer, Fact};
use super::versions::versions_card;
use crate::model::Model;
use crate::text::text;
use crate::ui::{Chip, Chips, TextField};
use leptos::prelude::*;
use maillage_shared::command::JobSheetCommand;
use maillage_shared::id::DocumentId;
use maillage_shared::snapshot::JobSheetSnapshot;

/// A group of facts under a title.
#[component]
pub(crate) fn Facts(
    /// The sheet they are about.
    id: DocumentId,
    /// The sheet.
    sheet: Signal<JobSheetSnapshot>,
    /// A name no other group has, for ids in the page.
    key: &'static str,
    /// The title.
    title: &'static str,
    /// The facts.
    facts: &'static [Fact],
    /// A sentence under the list.
    #[prop(default = "")]
    note: &'static str,
) -> AnyView {
    let words = &text().sheet;
    let editing = RwSignal::new(false);
    let title_id = format!("t-{key}");
    let labelled_by = title_id.clone();
    let toggle = move || {
        if editing.get() {
            text().done
        } else {
            words.change
        }
    };
    let body = move || {
        if editing.get() {
            let fields: Vec<AnyView> = facts.iter().map(|fact| answer(id, sheet, fact)).collect();
            view! { <div class="stack">{fields}</div> }.into_any()
        } else if let [fact] = facts {
            // The title of the group is already the question.
            alone(sheet, fact)
        } else {
            let rows: Vec<AnyView> = facts.iter().map(|fact| row(sheet, fact)).collect();
            view! { <dl class="facts-list">{rows}</dl> }.into_any()
        }
    };
    let cards: Vec<AnyView> = facts
        .iter()
        .map(|fact| contested(id, sheet, fact, facts.len() > 1))
        .collect();
    view! {
        <section class="stack-s" aria-labelledby=labelled_by>
            <div class="section-head">
                <h2 id=title_id>{title}</h2>
                <button
                    class="button button-quiet"
                    type="button"
                    aria-expanded=move || editing.get().to_string()
                    on:click=move |_| editing.update(|editing| *editing = !*editing)
                >
                    {toggle}
                    <span class="visually-hidden">{(words.of_part)(title)}</span>
                </button>
            </div>
            {body}
            {cards}
            {(!note.is_empty()).then(|| view! { <p class="small soft">{note}</p> })}
        </section>
    }
    .into_any()
}

/// The answer to a fact, in words: one version, or that there are several.
fn words_of(sheet: Signal<JobSheetSnapshot>, fact: &'static Fact) -> Memo<Option<String>> {
    Memo::new(move |_| {
        let mut versions = sheet.with(fact.versions);
        match versions.len() {
            0 | 1 => versions.pop().map(|version| version.words),
            several => Some((text().sheet.versions.exist)(several)),
        }
    })
}

fn alone(sheet: Signal<JobSheetSnapshot>, fact: &'static Fact) -> AnyView {
    let contested = Memo::new(move |_| sheet.with(fact.versions).len() > 1);
    let words = words_of(sheet, fact);
    // Several versions have their own card below.
    (move || match words.get() {
        _ if contested.get() => ().into_any(),
        Some(words) => view! { <p><strong>{words}</strong></p> }.into_any(),
        None => view! { <p class="soft">{text().sheet.empty}</p> }.into_any(),
    })
    .into_any()
}

fn row(sheet: Signal<JobSheetSnapshot>, fact: &'static Fact) -> AnyView {
    let words = words_of(sheet, fact);
    let answer = move || match words.get() {
        Some(words) => view! { <dd>{words}</dd> }.into_any(),
        None => view! { <dd class="soft unanswered">{text().sheet.empty}</dd> }.into_any(),
    };
    view! { <div><dt>{(fact.label)()}</dt>{answer}</div> }.into_any()
}

/// The versions of a fact, named when the group has several facts.
fn contested(
    id: DocumentId,
    sheet: Signal<JobSheetSnapshot>,
    fact: &'static Fact,
    named: bool,
) -> AnyView {
    let versions = Memo::new(move |_| sheet.with(|sheet| (fact.versions)(sheet)));
    (move || {
        versions
            .with(|versions| versions_card(id, (fact.field)(), versions))
            .map(|card| {
                let name = named.then(|| view! { <h3>{(fact.label)()}</h3> });
                view! { {name}{card} }.into_any()
            })
    })
    .into_any()
}

/// The field, or the choice, in which a fact is answered.
fn answer(id: DocumentId, sheet: Signal<JobSheetSnapshot>, fact: &'static Fact) -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().sheet;
    let not_known = fact.not_known.map(|value| {
        let say = move |_| {
            model.change_sheet(id, JobSheetCommand::Set(value()));
        };
        view! {
            <button class="button button-quiet start" type="button" on:click=say>
                {words.not_known}
                <span class="visually-hidden">{(words.of_part)((fact.label)())}</span>
            </button>
        }
        .into_any()
    });
    let field = match fact.answer {
        Answer::Typed { typed, read } => typed_answer(id, sheet, fact, typed, read),
        Answer::Chosen {
            choices,
            chosen,
            value,
        } => {
            let chips = choices()
                .into_iter()
                .map(|label| Chip { label, icon: None })
                .collect();
            let chosen = Signal::derive(move || sheet.with(chosen));
            let choose = Callback::new(move |index| {
                if let Some(value) = value(index) {
                    model.change_sheet(id, JobSheetCommand::Set(value));
                }
            });
            view! { <Chips legend=(fact.label)() name=fact.key chips=chips chosen=chosen on_choose=choose /> }.into_any()
        }
    };
    view! { <div>{field}{not_known}</div> }.into_any()
}

fn typed_answer(
    id: DocumentId,
    sheet: Signal<JobSheetSnapshot>,
    fact: &'static Fact,
    typed: fn(&JobSheetSnapshot) -> String,
    read: fn(&str) -> Option<maillage_shared::command::SheetValue>,
) -> AnyView {
    let model = expect_context::<Model>();
    let now = Memo::new(move |_| sheet.with(typed));
    // What is being typed, until it is committed; meanwhile what others write waits.
    let draft = RwSignal::new(None::<String>);
    let value = Signal::derive(move || draft.get().unwrap_or_else(|| now.get()));
    let problem = RwSignal::new(None::<&'static str>);
    let commit = Callback::new(move |written: String| {
        let written = written.trim();
        let command = match written {
            _ if written == now.get_untracked() => None,
            "" => fact
                .clearable
                .then(|| JobSheetCommand::Clear((fact.field)())),
            written => match read(written) {
                Some(value) => Some(JobSheetCommand::Set(value)),
                None => {
                    problem.set(Some(text().sheet.facts.number_unread));
                    return;
                }
            },
        };
        let done = command.is_none_or(|command| model.change_sheet(id, command));
        problem.set((!done).then_some(text().missing.failed));
        if done {
            draft.set(None);
        }
    });
    view! {
        <TextField id=format!("f-{}", fact.key) label=(fact.label)() value=value on_input=move |written| draft.set(Some(written)) on_commit=commit />
        {crate::pages::problem_line(problem)}
    }
    .into_any()
}
