//! A group of facts: read as a list, answered as fields.

use super::fact::{Answer, Fact};
use super::versions::versions_card;
use super::writers_only;
use crate::model::Model;
use crate::text::{late_text, text};
use crate::ui::{Chip, Chips, Icon, Seen, TextField, icon_small, live, live_option, live_text};
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
    sheet: Seen<JobSheetSnapshot>,
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
    let words = &late_text().sheet;
    let editing = RwSignal::new(false);
    let title_id = format!("t-{key}");
    let labelled_by = title_id.clone();
    let toggle = move || {
        if editing.get() {
            text().done.to_owned()
        } else {
            words.change.to_owned()
        }
    };
    let body = live(move || {
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
    });
    let cards: Vec<AnyView> = facts
        .iter()
        .map(|fact| contested(id, sheet, fact, facts.len() > 1))
        .collect();
    view! {
        <section class="stack-s" aria-labelledby=labelled_by>
            <div class="section-head">
                <h2 id=title_id>{title}</h2>
                {writers_only(move || {
                    view! {
                        <button
                            class="button button-quiet"
                            type="button"
                            aria-expanded=move || editing.get().to_string()
                            on:click=move |_| editing.update(|editing| *editing = !*editing)
                        >
                            {live_text(toggle)}
                            <span class="visually-hidden">{(text().of_part)(title)}</span>
                        </button>
                    }
                    .into_any()
                })}
            </div>
            {body}
            {cards}
            {(!note.is_empty()).then(|| view! { <p class="small soft">{note}</p> })}
        </section>
    }
    .into_any()
}

/// The answer to a fact, in words: one version, or that there are several.
fn words_of(sheet: Seen<JobSheetSnapshot>, fact: &'static Fact) -> Seen<Option<String>> {
    Seen::new(move || {
        let mut versions = sheet.with(fact.versions);
        match versions.len() {
            0 | 1 => versions.pop().map(|version| version.words),
            several => Some((late_text().sheet.versions.exist)(several)),
        }
    })
}

fn alone(sheet: Seen<JobSheetSnapshot>, fact: &'static Fact) -> AnyView {
    let contested = Seen::new(move || sheet.with(fact.versions).len() > 1);
    let words = words_of(sheet, fact);
    // Several versions have their own card below.
    live(move || match words.get() {
        _ if contested.get() => ().into_any(),
        Some(words) => view! { <p><strong>{words}</strong></p> }.into_any(),
        None => view! { <p class="soft">{late_text().sheet.empty}</p> }.into_any(),
    })
}

fn row(sheet: Seen<JobSheetSnapshot>, fact: &'static Fact) -> AnyView {
    let words = words_of(sheet, fact);
    let answer = live(move || match words.get() {
        Some(words) => view! { <dd>{words}</dd> }.into_any(),
        None => view! { <dd class="soft unanswered">{late_text().sheet.empty}</dd> }.into_any(),
    });
    view! { <div><dt>{(fact.label)()}</dt>{answer}</div> }.into_any()
}

/// The versions of a fact, named when the group has several facts.
fn contested(
    id: DocumentId,
    sheet: Seen<JobSheetSnapshot>,
    fact: &'static Fact,
    named: bool,
) -> AnyView {
    let versions = Seen::new(move || sheet.with(|sheet| (fact.versions)(sheet)));
    live_option(move || {
        versions
            .with(|versions| versions_card(id, (fact.field)(), versions))
            .map(|card| {
                let name = named.then(|| view! { <h3>{(fact.label)()}</h3> });
                view! { {name}{card} }.into_any()
            })
    })
}

/// The field, or the choice, in which a fact is answered.
fn answer(id: DocumentId, sheet: Seen<JobSheetSnapshot>, fact: &'static Fact) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().sheet;
    let not_known = fact.not_known.map(|value| {
        let say = move |_| {
            model.change_sheet(id, JobSheetCommand::Set(value()));
        };
        let now = words_of(sheet, fact);
        let said = Seen::new(move || now.with(|now| now.as_deref() == Some(words.not_known)));
        view! {
            <button class="chip" type="button" aria-pressed=move || said.get().to_string() on:click=say>
                {live_option(move || said.get().then(|| icon_small(Icon::Check)))}
                {words.not_known}
                <span class="visually-hidden">{(text().of_part)((fact.label)())}</span>
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
            let chosen = Seen::new(move || sheet.with(chosen));
            let choose = Callback::new(move |index| {
                if let Some(value) = value(index) {
                    model.change_sheet(id, JobSheetCommand::Set(value));
                }
            });
            view! { <Chips legend=(fact.label)() name=fact.key chips=chips chosen=chosen on_choose=choose /> }.into_any()
        }
    };
    view! { <div class="stack-s">{field}<div class="chips">{not_known}</div></div> }.into_any()
}

fn typed_answer(
    id: DocumentId,
    sheet: Seen<JobSheetSnapshot>,
    fact: &'static Fact,
    typed: fn(&JobSheetSnapshot) -> String,
    read: fn(&str) -> Option<maillage_shared::command::SheetValue>,
) -> AnyView {
    let model = expect_context::<Model>();
    let now = Seen::new(move || sheet.with(typed));
    // What is being typed, until it is committed; meanwhile what others write waits.
    let draft = RwSignal::new(None::<String>);
    let value = Seen::new(move || draft.get().unwrap_or_else(|| now.get()));
    let problem = RwSignal::new(None::<&'static str>);
    let commit = Callback::new(move |written: String| {
        let written = written.trim();
        let command = match written {
            _ if now.with_untracked(|now| now == written) => None,
            "" => fact
                .clearable
                .then(|| JobSheetCommand::Clear((fact.field)())),
            written => match read(written) {
                Some(value) => Some(JobSheetCommand::Set(value)),
                None => {
                    problem.set(Some(late_text().sheet.facts.number_unread));
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
