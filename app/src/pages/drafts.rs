//! What the group did not get: kept on this phone, to be read, copied, put back where one may, or erased.

use super::route::Route;
use super::screen::{Place, Screen, window_title};
use crate::model::{KeptDraft, Model, read_draft, write_draft};
use crate::platform::share;
use crate::text::{late_text, text};
use crate::ui::{Corner, Dialog, Seen, empty, live, live_option, live_text};
use leptos::prelude::*;
use maillage_shared::command::{JobSheetCommand, NeedsCommand, NewNeed, SheetValue};
use maillage_shared::doc::Kind;
use maillage_shared::id::DocumentId;
use maillage_shared::rebuild::{Draft, DraftPart, DraftPlace};
use maillage_shared::records::{Section, Splice};
use maillage_shared::rules::access::Right;
use maillage_shared::snapshot::JobSheetSnapshot;
use maillage_shared::sync::client::Rejection;
use maillage_shared::time::UnixMillis;

/// The screen of all of it.
#[component]
pub(crate) fn Drafts() -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().drafts;
    window_title(|| late_text().drafts.title.to_owned());
    let erasing = RwSignal::new(None::<String>);
    let said = RwSignal::new("");
    let waiting = live(move || {
        let refusals = model.refusals();
        let waits = refusals.iter().filter(|(_, why)| may_go_on(*why));
        let waits: Vec<AnyView> = waits.map(|(id, _)| waits_for(model, *id)).collect();
        waits.into_any()
    });
    let drafts = live(move || {
        let drafts = model.drafts.get();
        if drafts.is_empty() {
            return empty(words.nothing, words.nothing_body, None);
        }
        let drafts: Vec<AnyView> = drafts
            .iter()
            .filter_map(|kept| Some(card(model, Opened::of(model, kept)?, erasing, said)))
            .collect();
        view! { <p>{words.body}</p> {drafts} }.into_any()
    });
    let open = Seen::new(move || erasing.with(Option::is_some));
    let erase = move |_| {
        if let Some(name) = erasing.get_untracked() {
            model.change_draft(name, None);
        }
        erasing.set(None);
    };
    view! {
        <Screen corner=Corner::Back(Route::Home.href()) place=Place::Home status=model.status class="stack">
            <h1 tabindex="-1">{words.title}</h1>
            <div role="status" class="said">{live_text(move || said.get().to_owned())}</div>
            {waiting}
            {drafts}
            <Dialog
                id="effacer"
                title=words.erase_question.to_owned()
                close=text().close
                open=open
                on_close=move |()| erasing.set(None)
            >
                <p>{words.erase_consequence}</p>
                <button class="button button-primary button-wide" type="button" on:click=move |_| erasing.set(None)>{words.spare}</button>
                <button class="button button-secondary button-wide" type="button" on:click=erase>{words.erase_now}</button>
            </Dialog>
        </Screen>
    }
    .into_any()
}

/// A draft, and what is known of its document.
#[derive(Clone)]
struct Opened {
    name: String,
    document: DocumentId,
    kind: Kind,
    /// Whether the document is on this phone.
    is_here: bool,
    title: String,
    why: Rejection,
    at: UnixMillis,
    draft: Draft,
}

impl Opened {
    fn of(model: Model, kept: &KeptDraft) -> Option<Self> {
        let (why, at, draft) = read_draft(&kept.bytes)?;
        let read = model.read(kept.document, |document| {
            let kind = document
                .genesis()
                .map_or(Kind::JobSheet, |genesis| genesis.kind);
            let title = match kind {
                Kind::JobSheet => JobSheetSnapshot::read(document).title.words().to_owned(),
                Kind::Needs => text().places.needs.to_owned(),
                Kind::Territory => text().places.home.to_owned(),
                Kind::Statements => late_text().statements.title.to_owned(),
            };
            (kind, title)
        });
        let is_here = read.is_some();
        let title_of = |part: &DraftPart| {
            (part.place(Kind::JobSheet) == DraftPlace::Title).then(|| part.after.clone())?
        };
        let (kind, title) = read.unwrap_or_else(|| {
            let written = draft.parts.iter().find_map(title_of);
            let gone = || late_text().drafts.gone.to_owned();
            (Kind::JobSheet, written.unwrap_or_else(gone))
        });
        Some(Self {
            name: kept.name.clone(),
            document: kept.document,
            kind,
            is_here,
            title,
            why,
            at,
            draft,
        })
    }

    /// The words that were written, to be taken elsewhere.
    fn words(&self) -> String {
        let read = self.draft.parts.iter().filter(|part| self.is_read(part));
        let words: Vec<&str> = read.filter_map(|part| part.after.as_deref()).collect();
        words.join("\n\n")
    }

    fn is_read(&self, part: &DraftPart) -> bool {
        part.place(self.kind) != DraftPlace::Choice
    }
}

fn card(
    model: Model,
    opened: Opened,
    erasing: RwSignal<Option<String>>,
    said: RwSignal<&'static str>,
) -> AnyView {
    let words = &late_text().drafts;
    let way = (opened.is_here && opened.kind == Kind::JobSheet).then(|| {
        let href = Route::Sheet(opened.document).href();
        view! { <a class="button button-quiet" href=href>{words.open}</a> }
    });
    let parts: Vec<AnyView> = opened
        .draft
        .parts
        .iter()
        .enumerate()
        .filter(|(_, part)| opened.is_read(part))
        .map(|(at, part)| passage(model, &opened, at, part, said))
        .collect();
    let choices = opened.draft.parts.len() - parts.len();
    let choices = (choices > 0).then(|| view! { <p class="soft">{(words.choices)(choices)}</p> });
    let all = opened.words();
    let copy = (!all.is_empty()).then(|| {
        let copy = move |_| {
            share::copy(&all, move |done| {
                said.set(if done { words.copied } else { words.not_copied });
            });
        };
        view! {
            <button class="button button-secondary" type="button" on:click=copy>{words.copy}</button>
        }
    });
    let name = opened.name.clone();
    view! {
        <section class="card stack-s">
            <h2>{opened.title.clone()}</h2>
            <p class="soft">{(words.why)(opened.why)}</p>
            {parts}
            {choices}
            <p class="line">
                {copy}
                <button class="button button-quiet" type="button" on:click=move |_| erasing.set(Some(name.clone()))>
                    {words.erase}
                </button>
                {way}
            </p>
        </section>
    }
    .into_any()
}

/// One passage or field, with the way back where there is one.
fn passage(
    model: Model,
    opened: &Opened,
    at: usize,
    part: &DraftPart,
    said: RwSignal<&'static str>,
) -> AnyView {
    let words = &late_text().drafts;
    let place = part.place(opened.kind);
    let label = match place {
        DraftPlace::Section(section) => (late_text().glossary.section)(section),
        DraftPlace::Title => words.sheet_title,
        DraftPlace::Need => words.need,
        DraftPlace::Field | DraftPlace::Choice => words.field,
    };
    let after = part.after.clone();
    let written = after
        .clone()
        .map(|after| view! { <p class="section-text">{after.trim().to_owned()}</p> });
    let before = part.before.clone().map(|before| {
        let lead = match part.after {
            Some(_) => words.instead_of,
            None => words.taken_away,
        };
        view! { <p class="soft section-text">{format!("{lead}\u{a0}: {before}")}</p> }
    });
    let fits = opened.why != Rejection::TooLarge && opened.is_here;
    let way = after
        .filter(|_| fits)
        .and_then(|after| way_back(place, after));
    let opened = opened.clone();
    let way = live_option(move || {
        let way = way
            .clone()
            .filter(|_| model.may(opened.kind, Right::Write))?;
        let opened = opened.clone();
        let put_back = move |_| {
            let done = way.go(model, opened.document);
            said.set(if done { words.is_back } else { words.no_room });
            if done {
                forget_part(model, &opened, at);
            }
        };
        Some(
            view! {
                <button class="button button-secondary button-wide" type="button" on:click=put_back>{words.put_back}</button>
            }
            .into_any(),
        )
    });
    view! {
        <h3>{label}</h3>
        {written}
        {before}
        {way}
    }
    .into_any()
}

/// How words come back into their document.
#[derive(Clone)]
enum Way {
    /// After the others of a text.
    Section(Section, String),
    Title(String),
    Need(String),
}

fn way_back(place: DraftPlace, words: String) -> Option<Way> {
    match place {
        DraftPlace::Section(section) => Some(Way::Section(section, words)),
        DraftPlace::Title => Some(Way::Title(words)),
        DraftPlace::Need => Some(Way::Need(words)),
        DraftPlace::Field | DraftPlace::Choice => None,
    }
}

impl Way {
    /// Writes the words as they would be written by hand; `false` when they do not fit.
    fn go(&self, model: Model, id: DocumentId) -> bool {
        match self {
            Self::Section(section, words) => {
                let text = model.read(id, |document| section.text_in(document));
                let text = text.unwrap_or_default();
                let apart = if text.is_empty() || text.ends_with('\n') {
                    ""
                } else {
                    "\n"
                };
                let splice = Splice {
                    at: text.encode_utf16().count(),
                    delete: 0,
                    insert: format!("{apart}{words}"),
                };
                let command = JobSheetCommand::EditSection {
                    section: *section,
                    splices: vec![splice],
                };
                model.change_sheet(id, command)
            }
            Self::Title(words) => {
                let command = JobSheetCommand::Set(SheetValue::Title(words.clone()));
                model.change_sheet(id, command)
            }
            Self::Need(words) => model.change_needs(NeedsCommand::Add(NewNeed {
                text: words.clone(),
                neighbourhood: String::new(),
                expressed_by: String::new(),
            })),
        }
    }
}

/// What was put back is no longer in the draft.
fn forget_part(model: Model, opened: &Opened, at: usize) {
    let mut draft = opened.draft.clone();
    draft.parts.remove(at);
    let bytes = (!draft.is_empty()).then(|| write_draft(opened.why, opened.at, &draft));
    model.change_draft(opened.name.clone(), bytes);
}

/// Whether the person may decide to go on without what does not leave.
fn may_go_on(why: Rejection) -> bool {
    matches!(why, Rejection::Author | Rejection::NotAllowed)
}

fn waits_for(model: Model, id: DocumentId) -> AnyView {
    let words = &late_text().drafts;
    let title = model.read(id, |document| {
        JobSheetSnapshot::read(document).title.words().to_owned()
    });
    view! {
        <section class="card stack-s">
            <h2>{words.waits}</h2>
            <p><strong>{title}</strong></p>
            <p>{words.waits_body}</p>
            <button class="button button-secondary button-wide" type="button" on:click=move |_| model.go_on_without(id)>
                {words.go_on}
            </button>
        </section>
    }
    .into_any()
}
