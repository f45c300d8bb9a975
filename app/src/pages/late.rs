//! The screens whose program a phone loads when it first opens one of them, and what stands there until then.
//!
//! A screen becomes late by a field in [`Screens`] and in `SCREENS`, and by being drawn through [`late`]. What only `SCREENS` leads to
//! is not part of a first visit; whatever an early screen also uses stays in the main part. `cargo xtask size` shows both.

use super::drafts::Drafts;
use super::journal;
use super::members::{Invite, Members};
use super::new_sheet::NewSheet;
use super::phone::Phone;
use super::phones;
use super::scan;
use super::screen::{Place, Screen, window_title};
use super::sheet::Sheet;
use super::statements::{DecisionScreen, MyOpinion, OpinionsScreen};
use super::strike::StrikeOut;
use super::users::{Picker, Users};
use crate::model::{Model, Status};
use crate::platform::page;
use crate::text::text;
use crate::ui::{Corner, Icon, follow, icon, live};
use leptos::prelude::*;
use maillage_shared::id::{DocumentId, RecordId};
use maillage_shared::identity::Invitation;
use maillage_shared::rebuild::Rebuild;
use wasm_bindgen_futures::spawn_local;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

/// The late screens, as what draws them.
pub(super) struct Screens {
    /// A new sheet, from a need or from nothing.
    pub(super) new_sheet: fn(Option<RecordId>) -> AnyView,
    /// A job sheet.
    pub(super) sheet: fn(DocumentId) -> AnyView,
    /// Striking words out of a sheet.
    pub(super) strike: fn(DocumentId) -> AnyView,
    /// What partners say of a sheet, saying so oneself, and what was decided.
    pub(super) opinions: fn(DocumentId) -> AnyView,
    pub(super) my_opinion: fn(DocumentId) -> AnyView,
    pub(super) decision: fn(DocumentId) -> AnyView,
    /// Everyone of the territory, and letting others in.
    pub(super) members: fn() -> AnyView,
    pub(super) invite: fn() -> AnyView,
    /// What was done about who may do what.
    pub(super) journal: fn() -> AnyView,
    /// What nobody vouches for, until the team decides.
    pub(super) waiting: fn() -> AnyView,
    /// What is on this phone.
    pub(super) phone: fn() -> AnyView,
    /// Another phone of the same person: shown, on a card, by the words of the card, and coming back with it.
    pub(super) add_phone: fn() -> AnyView,
    pub(super) card: fn() -> AnyView,
    pub(super) card_words: fn() -> AnyView,
    /// The camera at the door.
    pub(super) scan: fn() -> AnyView,
    pub(super) coming_back: fn(Invitation) -> AnyView,
    /// Who uses this phone, and who takes it now.
    pub(super) users: fn() -> AnyView,
    pub(super) picker: fn() -> AnyView,
    /// What the group did not get.
    pub(super) drafts: fn() -> AnyView,
    /// No screen: what makes a document anew without what was refused for good.
    rebuild: Rebuild,
}

static SCREENS: Screens = Screens {
    new_sheet: |need| view! { <NewSheet need=need /> }.into_any(),
    sheet: |id| view! { <Sheet id=id /> }.into_any(),
    strike: |id| view! { <StrikeOut id=id /> }.into_any(),
    opinions: |id| view! { <OpinionsScreen id=id /> }.into_any(),
    my_opinion: |id| view! { <MyOpinion id=id /> }.into_any(),
    decision: |id| view! { <DecisionScreen id=id /> }.into_any(),
    members: || view! { <Members /> }.into_any(),
    invite: || view! { <Invite /> }.into_any(),
    journal: journal::journal,
    waiting: journal::waiting,
    phone: || view! { <Phone /> }.into_any(),
    add_phone: phones::add_phone,
    card: phones::card,
    card_words: phones::card_words,
    scan: scan::scan,
    coming_back: phones::coming_back,
    users: || view! { <Users /> }.into_any(),
    picker: || view! { <Picker /> }.into_any(),
    drafts: || view! { <Drafts /> }.into_any(),
    rebuild: maillage_shared::rebuild::rebuild,
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
    let part = LatePart(RwSignal::new(Part::Unasked));
    provide_context(part);
    part.rebuild_when_needed();
}

/// A late screen, once its program is here. It belongs to this place of the menu.
pub(super) fn late(
    place: Place,
    draw: impl Fn(&'static Screens) -> AnyView + Send + 'static,
) -> AnyView {
    part(Some(place), Box::new(draw))
}

/// The same at the door, where there is no menu.
pub(super) fn late_at_the_door(
    draw: impl Fn(&'static Screens) -> AnyView + Send + 'static,
) -> AnyView {
    part(None, Box::new(draw))
}

fn part(place: Option<Place>, draw: Box<dyn Fn(&'static Screens) -> AnyView + Send>) -> AnyView {
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
    /// Makes documents anew that wait for it, as soon as this part is here.
    fn rebuild_when_needed(self) {
        let model = expect_context::<Model>();
        let mut tried = None;
        follow(move || {
            if !model.to_rebuild.get() {
                return;
            }
            match self.0.get() {
                Part::Here(screens) => model.rebuild(screens.rebuild),
                Part::Awaited => {}
                // Where it could not be loaded, it is tried again when the network comes or goes.
                Part::Unasked | Part::Missing { .. } => {
                    let status = model.status.get();
                    if tried.replace(status) != Some(status) {
                        self.ask();
                    }
                }
            }
        });
    }

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

fn waiting(place: Option<Place>) -> AnyView {
    let words = text().wait;
    around(
        place,
        words,
        view! { <h1 class="wait" role="status" tabindex="-1">{words}</h1> }.into_any(),
    )
}

fn missing(place: Option<Place>, part: LatePart) -> AnyView {
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
fn around(place: Option<Place>, title: &'static str, content: AnyView) -> AnyView {
    let Some(place) = place else {
        return content;
    };
    let model = expect_context::<Model>();
    window_title(move || title.to_owned());
    view! {
        <Screen corner=Corner::Brand place=place status=model.status>
            {content}
        </Screen>
    }
    .into_any()
}
