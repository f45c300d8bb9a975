//! One text of a sheet: read as text, written in a native text area together with others.

use super::mirror;
use super::writers_only;
use crate::model::{Model, Present};
use crate::pages::origin::origin;
use crate::pages::people;
use crate::pages::screen::standing;
use crate::platform::page;
use crate::text::{late_text, text};
use crate::ui::{AvatarSize, Editor, Seen, avatar, live, live_option, live_text, status};
use leptos::html;
use leptos::prelude::*;
use maillage_shared::doc::Kind;
use maillage_shared::id::DocumentId;
use maillage_shared::records::Section;
use maillage_shared::rules::access::Right;
use maillage_shared::snapshot::{JobSheetSnapshot, NeedSnapshot};

/// One text of a sheet.
pub(crate) fn section(
    id: DocumentId,
    section: Section,
    sheet: Seen<JobSheetSnapshot>,
    present: Signal<Vec<Present>>,
) -> AnyView {
    let words = &late_text().sheet;
    let name = (late_text().glossary.section)(section);
    let title_id = format!("s-{}", section.code());
    let class = match section {
        // Set apart, as the first thing to read or hear.
        Section::EasyVersion => "card card-tint",
        _ => "stack-s",
    };
    let writing = RwSignal::new(false);
    let labelled_by = title_id.clone();
    let editor_name = title_id.clone();
    let toggle = move |_| {
        writing.update(|writing| *writing = !*writing);
        if writing.get_untracked() {
            let field = format!("#{}-texte", section.code());
            request_animation_frame(move || page::focus(&field));
        }
    };
    let model = expect_context::<Model>();
    let may_write = Seen::new(move || model.may(Kind::JobSheet, Right::Write));
    let body = live(move || {
        if writing.get() && may_write.get() {
            editor(id, section, present, editor_name.clone())
        } else {
            reader(section, sheet, present)
        }
    });
    view! {
        <section class=class aria-labelledby=labelled_by>
            <div class="section-head">
                <h2 id=title_id>{name}</h2>
                {writers_only(move || {
                    view! {
                        <button
                            class="button button-quiet no-print"
                            type="button"
                            aria-expanded=move || writing.get().to_string()
                            on:click=toggle
                        >
                            {live_text(move || if writing.get() { text().done.to_owned() } else { words.write.to_owned() })}
                            <span class="visually-hidden">{(text().of_part)(name)}</span>
                        </button>
                    }
                    .into_any()
                })}
            </div>
            {body}
            {(section == Section::Need).then(|| origins(sheet))}
        </section>
    }
    .into_any()
}

/// The needs that the sheet answers, as far as this phone knows them.
fn origins(sheet: Seen<JobSheetSnapshot>) -> AnyView {
    let model = expect_context::<Model>();
    let needs = Seen::new(move || {
        let ids = sheet.with(|sheet| sheet.needs.clone());
        model.needs.with(|needs| {
            let known = |id| needs.as_ref().and_then(|needs| needs.need(id).cloned());
            ids.iter().filter_map(known).collect::<Vec<NeedSnapshot>>()
        })
    });
    live(move || needs.with(|needs| needs.iter().map(origin).collect::<Vec<_>>().into_any()))
}

/// The text as it reads, with who is writing in it.
fn reader(
    section: Section,
    sheet: Seen<JobSheetSnapshot>,
    present: Signal<Vec<Present>>,
) -> AnyView {
    let written = Seen::new(move || sheet.with(|sheet| sheet.sections.text(section).to_owned()));
    let filled = Seen::new(move || written.with(|written| !written.trim().is_empty()));
    let body = live_option(move || {
        filled.get().then(|| {
            view! { <p class="section-text" dir="auto">{live_text(move || written.get())}</p> }
                .into_any()
        })
    });
    view! { {body}{others(section, present)} }.into_any()
}

fn editor(
    id: DocumentId,
    section: Section,
    present: Signal<Vec<Present>>,
    labelled_by: String,
) -> AnyView {
    let model = expect_context::<Model>();
    let node = NodeRef::<html::Textarea>::new();
    let binding = model.text_section(id, section, node);
    let mirror = Seen::new(move || {
        let carets: Vec<_> = present.with(|present| {
            let here = present
                .iter()
                .filter(|person| person.section == Some(section));
            here.filter_map(|person| Some((people::avatar_of_present(person).hue, person.caret?)))
                .collect()
        });
        binding.shown.with(|text| mirror::pieces(text, &carets))
    });
    let too_long = move || match binding.too_long.get() {
        true => late_text().sheet.too_long.to_owned(),
        false => String::new(),
    };
    let described_by = format!("{}-qui", section.code());
    let standing = Seen::new(move || Some(standing(model.status_of(id).get())));
    view! {
        <Editor
            id=format!("{}-texte", section.code())
            labelled_by=labelled_by
            described_by=described_by.clone()
            node=node
            mirror=mirror
        />
        <p class="problem" role="alert">{live_text(too_long)}</p>
        <div class="between">
            <div id=described_by>{others(section, present)}</div>
            {status(standing)}
        </div>
    }
    .into_any()
}

/// Who else writes in this text, with picture and name.
fn others(section: Section, present: Signal<Vec<Present>>) -> AnyView {
    live(move || {
        let lines: Vec<AnyView> = present.with(|present| {
            let here = present
                .iter()
                .filter(|person| person.section == Some(section));
            here.map(|person| {
                let name = people::name_of_present(person);
                view! {
                    <p class="remote-who small">
                        {avatar(people::avatar_of_present(person), AvatarSize::Small)}
                        {(late_text().sheet.writes_here)(&name)}
                    </p>
                }
                .into_any()
            })
            .collect()
        });
        lines.into_any()
    })
}
