//! The screens whose program a phone loads when it first opens one of them, and what stands there until then.
//!
//! A screen becomes late by a field in [`Screens`] and in `SCREENS`, and by being drawn through [`late`]. What only `SCREENS` leads to
//! is not part of a first visit; whatever an early screen also uses stays in the main part. `cargo xtask size` shows both.

use super::members::{Invite, Members};
use super::new_sheet::NewSheet;
use super::phone::Phone;
use super::screen::{Place, Screen, window_title};
use super::sheet::Sheet;
use super::statements::{DecisionScreen, MyOpinion, OpinionsScreen};
use crate::model::{Model, Status};
use crate::platform::page;
use crate::text::text;
use crate::ui::{Corner, Icon, follow, icon, live};
use leptos::prelude::*;
use maillage_shared::id::{DocumentId, RecordId};
use wasm_bindgen_futures::spawn_local;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

/// The late screens, as what draws them.
pub(super) struct Screens {
    /// A new sheet, from a need or from nothing.
    pub(super) new_sheet: fn(Option<RecordId>) -> AnyView,
    /// A job sheet.
    pub(super) sheet: fn(DocumentId) -> AnyView,
    /// What partners say of a sheet, saying so oneself, and what was decided.
    pub(super) opinions: fn(DocumentId) -> AnyView,
    pub(super) my_opinion: fn(DocumentId) -> AnyView,
    pub(super) decision: fn(DocumentId) -> AnyView,
    /// Everyone of the territory, and letting others in.
    pub(super) members: fn() -> AnyView,
    pub(super) invite: fn() -> AnyView,
    /// What is on this phone.
    pub(super) phone: fn() -> AnyView,
}

static SCREENS: Screens = Screens {
    new_sheet: |need| view! { <NewSheet need=need /> }.into_any(),
    sheet: |id| view! { <Sheet id=id /> }.into_any(),
    opinions: |id| view! { <OpinionsScreen id=id /> }.into_any(),
    my_opinion: |id| view! { <MyOpinion id=id /> }.into_any(),
    decision: |id| view! { <DecisionScreen id=id /> }.into_any(),
    members: || view! { <Members /> }.into_any(),
    invite: || view! { <Invite /> }.into_any(),
    phone: || view! { <Phone /> }.into_any(),
};

/// The only way from the main part to the late one: the build cuts here.
#[wasm_split(late, fallible)]
fn load() -> Result<&'static Screens, SplitLoaderError> {
    Ok(&SCREENS)
}

/// What is known of the late part.
#[derive(Clone, Copy)]
enum Part {
    /// Nobody has asked for it yet.
    Unasked,
    /// It is under way.
    Awaited,
    /// It could not be loaded, so many times in a row.
    Missing { times: u32 },
    /// Here it is, until the page is closed.
    Here(&'static Screens),
}

/// The late part of the page.
#[derive(Clone, Copy)]
struct LatePart(RwSignal<Part>);

/// Lets what is below draw late screens. The current owner must be that of the page.
pub(super) fn provide_late() {
    provide_context(LatePart(RwSignal::new(Part::Unasked)));
}

/// A late screen, once its program is here. It belongs to this place of the menu.
pub(super) fn late(
    place: Place,
    draw: impl Fn(&'static Screens) -> AnyView + Send + 'static,
) -> AnyView {
    let part = expect_context::<LatePart>();
    part.ask();
    let mut waited = false;
    follow(move || {
        let waits = matches!(part.0.get(), Part::Awaited);
        if waited && !waits {
            // The title that had the focus was replaced.
            request_animation_frame(page::focus_title);
        }
        waited = waits;
    });
    live(move || match part.0.get() {
        Part::Unasked | Part::Awaited => waiting(place),
        Part::Missing { .. } => missing(place, part),
        Part::Here(screens) => draw(screens),
    })
}

impl LatePart {
    /// Loads the part, unless it is here or under way.
    fn ask(self) {
        let before = match self.0.get_untracked() {
            Part::Here(_) | Part::Awaited => return,
            Part::Unasked => 0,
            Part::Missing { times } => times,
        };
        self.0.set(Part::Awaited);
        spawn_local(async move {
            self.0.set(match load().await {
                Ok(screens) => Part::Here(screens),
                Err(_) => Part::Missing { times: before + 1 },
            });
        });
    }

    /// Loads it once more. When that fails with the network up, it no longer exists: the page is older than what the relay offers.
    fn ask_again(self, status: Status) {
        match self.0.get_untracked() {
            Part::Missing { times: 2.. } if !matches!(status, Status::Offline { .. }) => {
                page::reload();
            }
            _ => self.ask(),
        }
    }
}

fn waiting(place: Place) -> AnyView {
    let words = text().wait;
    around(
        place,
        words,
        view! { <h1 class="wait" role="status" tabindex="-1">{words}</h1> }.into_any(),
    )
}

fn missing(place: Place, part: LatePart) -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().late;
    let again = move |_| part.ask_again(model.status.get_untracked());
    let content = view! {
        <h1 tabindex="-1">{words.title}</h1>
        <p>{words.body}</p>
        <button class="button button-primary button-wide" type="button" on:click=again>
            {icon(Icon::Refresh)}
            {words.again}
        </button>
    };
    around(place, words.title, content.into_any())
}

/// The bar and the menu around what stands in for a screen.
fn around(place: Place, title: &'static str, content: AnyView) -> AnyView {
    let model = expect_context::<Model>();
    window_title(move || title.to_owned());
    view! {
        <Screen corner=Corner::Brand place=place status=model.status>
            {content}
        </Screen>
    }
    .into_any()
}
