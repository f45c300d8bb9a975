//! The screens, one a file, and the router that chooses among them.

mod home;
mod join;
mod late;
mod needs;
mod new_sheet;
mod origin;
mod people;
mod phone;
mod route;
mod screen;
mod sheet;
mod sheets;
mod states;
mod trades;
mod unreadable;
mod version;

use crate::model::Model;
use crate::platform::page;
use crate::text::text;
use crate::ui::{
    Corner, Frame, Seen, follow, live, live_option, live_text, provide_listening, stop_listening,
};
use join::Answers;
use late::{late, provide_late};
use leptos::prelude::*;
use maillage_shared::id::DocumentId;
use route::Route;
use screen::Place;

/// The program: the router and the screen it chose. The model is in the context.
#[component]
pub(crate) fn App() -> AnyView {
    provide_listening();
    provide_late();
    let address = RwSignal::new(page::fragment());
    page::on_fragment_change(move |fragment| address.set(fragment));
    let route = Seen::new(move || address.with(|address| Route::parse(address)));
    let model = expect_context::<Model>();
    let opening = Seen::new(move || model.opening.get());
    let joined = Seen::new(move || model.me.with(Option::is_some));
    let too_old = Seen::new(move || model.too_old.get() && !model.later.get());
    let mut first = true;
    follow(move || {
        route.with(|_| ());
        if !std::mem::take(&mut first) {
            stop_listening();
            // The new screen is in the page by the next frame.
            request_animation_frame(page::focus_title);
        }
    });
    live(move || {
        if opening.get() {
            waiting()
        } else if too_old.get() {
            doorway(text().version.old_title, version::too_old())
        } else {
            screen(route.get(), joined.get())
        }
    })
}

fn screen(route: Route, joined: bool) -> AnyView {
    let words = &text().join;
    match route {
        Route::Join(territory) => doorway(
            words.title,
            view! { <join::Join territory=territory /> }.into_any(),
        ),
        Route::Notice(territory) => doorway(words.before, notice(territory)),
        Route::BrokenLink => doorway(
            words.broken_title,
            states::dead_end(words.broken_title, words.broken, words.broken_next, None),
        ),
        _ if !joined => {
            let forgotten = expect_context::<Model>().forgotten();
            let title = match forgotten {
                Some(_) => text().forgotten.title,
                None => words.no_territory_title,
            };
            doorway(title, states::nobody_here(forgotten))
        }
        Route::Home => view! { <home::Home /> }.into_any(),
        Route::Phone => view! { <phone::Phone /> }.into_any(),
        Route::Needs => view! { <needs::Needs /> }.into_any(),
        Route::Sheets => view! { <sheets::Sheets /> }.into_any(),
        Route::NewSheet => late(Place::Sheets, |screens| (screens.new_sheet)(None)),
        Route::NewSheetFrom(need) => late(Place::Sheets, move |screens| {
            (screens.new_sheet)(Some(need.clone()))
        }),
        Route::Sheet(id) => late(Place::Sheets, move |screens| (screens.sheet)(id)),
        Route::Unknown => {
            let words = &text().missing;
            doorway(
                words.page,
                states::dead_end(words.page, words.page_body, "", Some(words.home)),
            )
        }
    }
}

/// A screen outside any territory: no menu, one narrow column.
fn doorway(title: &'static str, content: AnyView) -> AnyView {
    screen::window_title(move || title.to_owned());
    view! {
        <Frame
            corner=Corner::Brand
            name=text().brand.to_owned()
            standing=Seen::fixed(None)
            me=Seen::fixed(None)
            entries=Vec::new()
            weave=true
            narrow=true
        >
            {content}
        </Frame>
    }
    .into_any()
}

/// The same as the static shell, while what the phone keeps is read.
fn waiting() -> AnyView {
    let model = expect_context::<Model>();
    let wait = text().wait;
    let blocked = live_option(move || {
        model
            .blocked
            .get()
            .then(|| view! { <p role="status">{text().wait_blocked}</p> }.into_any())
    });
    let content = view! {
        <h1 class="wait" role="status" tabindex="-1">{wait}</h1>
        {blocked}
    };
    doorway(wait, content.into_any())
}

fn notice(territory: DocumentId) -> AnyView {
    let model = expect_context::<Model>();
    let enter = move |answers: Answers| {
        model.join(territory, &answers.name, answers.picture, answers.colour);
        // "Back" then leads out of the territory, not to a door already passed.
        page::replace_with(&Route::Home.href());
    };
    view! { <join::BeforeEntering territory=territory on_enter=Callback::new(enter) /> }.into_any()
}

/// What is wrong with an answer, announced at once.
pub(crate) fn problem_line(problem: RwSignal<Option<&'static str>>) -> AnyView {
    view! { <p class="problem" role="alert">{live_text(move || problem.get().unwrap_or_default().to_owned())}</p> }.into_any()
}
