//! The screens, one a file, and the router that chooses among them.

mod door;
mod drafts;
mod entering;
mod home;
mod join;
mod journal;
mod late;
mod members;
mod needs;
mod new_sheet;
mod origin;
mod people;
mod phone;
mod phones;
mod rewritten;
mod rights;
mod route;
mod scan;
mod screen;
mod sheet;
mod sheets;
mod statements;
mod states;
mod strike;
mod trades;
mod unreadable;
mod users;
mod version;

use crate::model::Model;
use crate::platform::page;
use crate::text::text;
use crate::ui::{
    Corner, Frame, Seen, follow, live, live_option, live_text, provide_listening, stop_listening,
};
use join::Answers;
use late::{late, late_at_the_door, provide_late};
use leptos::prelude::*;
use maillage_shared::doc::Kind;
use maillage_shared::identity::Invitation;
use maillage_shared::rules::access::Right;
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
    let standing = Seen::new(move || Standing::of(model));
    let too_old = Seen::new(move || model.too_old.get() && !model.later.get());
    let mut first = true;
    follow(move || {
        route.with(|_| ());
        standing.with(|_| ());
        if !std::mem::take(&mut first) {
            stop_listening();
            // The new screen is in the page by the next frame.
            request_animation_frame(page::focus_title);
        }
    });
    follow(move || {
        address.with(|_| ());
        let whose = model.me.with(|me| me.as_ref().map(|me| me.id.to_string()));
        // Where someone else was before the phone was handed over is nobody's way back.
        if whose.is_some_and(|whose| !page::mark_entry(&whose)) {
            page::replace_with(&Route::Home.href());
        }
    });
    live(move || {
        if opening.get() {
            waiting()
        } else if too_old.get() {
            doorway(text().version.old_title, version::too_old())
        } else {
            screen(route.get(), standing.get())
        }
    })
}

/// Whether the person of this phone is in a territory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Outside,
    /// Nobody acts, and those who use this phone may.
    Aside,
    /// They wait to be let in with this.
    Entering(Invitation),
    Inside,
}

impl Standing {
    fn of(model: Model) -> Self {
        let entering = model.entrance.with(|entrance| entrance.entering);
        match entering {
            Some((invitation, _)) => Self::Entering(invitation),
            None if model.me.with(Option::is_some) => Self::Inside,
            None if model.is_used() => Self::Aside,
            None => Self::Outside,
        }
    }
}

fn screen(route: Route, standing: Standing) -> AnyView {
    let words = &text().join;
    match (route, standing) {
        // Whoever follows the same link again has already said all there is to say.
        (Route::Join(with) | Route::Notice(with), Standing::Entering(asked)) if with == asked => {
            entering()
        }
        (Route::Join(with), _) => doorway(words.title, join::join(with)),
        (Route::Notice(with), _) => doorway(words.before, notice(with)),
        (Route::CardWords, _) => doorway(
            text().door.card,
            late_at_the_door(|screens| (screens.card_words)()),
        ),
        (Route::Scan, _) => doorway(
            text().door.scan,
            late_at_the_door(|screens| (screens.scan)()),
        ),
        (Route::BrokenLink, _) => doorway(
            words.broken_title,
            states::dead_end(words.broken_title, words.broken, words.broken_next, None),
        ),
        (_, Standing::Outside) if expect_context::<Model>().forgotten() => {
            doorway(text().forgotten.title, door::forgotten())
        }
        (Route::Door, _) | (_, Standing::Outside) => {
            doorway(text().door.title, view! { <door::Door /> }.into_any())
        }
        (_, Standing::Aside) => doorway(
            text().door.who,
            late_at_the_door(|screens| (screens.picker)()),
        ),
        (_, Standing::Entering(_)) => entering(),
        (route, Standing::Inside) => inside(route),
    }
}

/// A screen of a territory, for those who may use it.
fn inside(route: Route) -> AnyView {
    let model = expect_context::<Model>();
    let needs = match route {
        Route::Needs => Some((Kind::Needs, Right::Read)),
        Route::Sheets | Route::Sheet(_) | Route::Strike(_) => Some((Kind::JobSheet, Right::Read)),
        Route::Opinions(_) | Route::Decision(_) => Some((Kind::Statements, Right::Read)),
        Route::MyOpinion(_) => Some((Kind::Statements, Right::Write)),
        Route::NewSheet | Route::NewSheetFrom(_) => Some((Kind::JobSheet, Right::Create)),
        _ => None,
    };
    let may = Seen::new(move || needs.is_none_or(|(kind, right)| model.may(kind, right)));
    live(move || {
        if may.get() {
            page_of(route.clone())
        } else {
            let words = &text().rights;
            let home = Some(text().missing.home);
            doorway(
                words.not_yours,
                states::dead_end(words.not_yours, words.not_yours_body, "", home),
            )
        }
    })
}

fn page_of(route: Route) -> AnyView {
    match route {
        Route::Members => late(Place::Home, |screens| (screens.members)()),
        Route::Invite => late(Place::Home, |screens| (screens.invite)()),
        Route::Journal => late(Place::Home, |screens| (screens.journal)()),
        Route::Waiting => late(Place::Home, |screens| (screens.waiting)()),
        Route::Phone => late(Place::Home, |screens| (screens.phone)()),
        Route::Users => late(Place::Home, |screens| (screens.users)()),
        Route::AddPhone => late(Place::Home, |screens| (screens.add_phone)()),
        Route::Card => late(Place::Home, |screens| (screens.card)()),
        Route::Drafts => late(Place::Home, |screens| (screens.drafts)()),
        Route::Needs => view! { <needs::Needs /> }.into_any(),
        Route::Sheets => view! { <sheets::Sheets /> }.into_any(),
        Route::NewSheet => late(Place::Sheets, |screens| (screens.new_sheet)(None)),
        Route::NewSheetFrom(need) => late(Place::Sheets, move |screens| {
            (screens.new_sheet)(Some(need.clone()))
        }),
        Route::Sheet(id) => late(Place::Sheets, move |screens| (screens.sheet)(id)),
        Route::Strike(id) => late(Place::Sheets, move |screens| (screens.strike)(id)),
        Route::Opinions(id) => late(Place::Sheets, move |screens| (screens.opinions)(id)),
        Route::MyOpinion(id) => late(Place::Sheets, move |screens| (screens.my_opinion)(id)),
        Route::Decision(id) => late(Place::Sheets, move |screens| (screens.decision)(id)),
        Route::Unknown => {
            let words = &text().missing;
            doorway(
                words.page,
                states::dead_end(words.page, words.page_body, "", Some(words.home)),
            )
        }
        // Those at the door were told apart before.
        Route::Home
        | Route::Door
        | Route::Join(_)
        | Route::Notice(_)
        | Route::CardWords
        | Route::Scan
        | Route::BrokenLink => view! { <home::Home /> }.into_any(),
    }
}

fn entering() -> AnyView {
    doorway(
        text().entering.title,
        view! { <entering::Entering /> }.into_any(),
    )
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

fn notice(invitation: Invitation) -> AnyView {
    let model = expect_context::<Model>();
    let enter = move |answers: Answers| {
        model.come_in(invitation, &answers.person());
        // "Back" then leads out of the territory, not to a door already passed.
        page::replace_with(&Route::Home.href());
    };
    view! { <join::BeforeEntering invitation=invitation on_enter=Callback::new(enter) /> }
        .into_any()
}

/// What is wrong with an answer, announced at once.
pub(crate) fn problem_line(problem: RwSignal<Option<&'static str>>) -> AnyView {
    view! { <p class="problem" role="alert">{live_text(move || problem.get().unwrap_or_default().to_owned())}</p> }.into_any()
}
