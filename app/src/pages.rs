//! The screens, one a file, and the router that chooses among them.

mod join;
mod people;
mod route;

use crate::platform::page;
use crate::text::text;
use crate::ui::{Corner, Frame, provide_listening, stop_listening};
use leptos::prelude::*;
use route::Route;

/// The program: the router and the screen it chose.
pub(crate) fn App() -> AnyView {
    provide_listening();
    let route = RwSignal::new(Route::parse(&page::fragment()));
    page::on_fragment_change(move |fragment| route.set(Route::parse(&fragment)));
    let route = Memo::new(move |_| route.get());
    Effect::new(move |before: Option<()>| {
        route.track();
        if before.is_some() {
            stop_listening();
            // The new screen is in the page by the next frame.
            request_animation_frame(page::focus_title);
        }
    });
    (move || screen(route.get())).into_any()
}

fn screen(route: Route) -> AnyView {
    match route {
        Route::Join(id) => view! {
            <Frame corner=Corner::Brand name=text().brand.to_owned() standing=None me=None entries=Vec::new() weave=true narrow=true>
                <join::Join territory=id />
            </Frame>
        }
        .into_any(),
        Route::Notice(_) => view! {
            <Frame corner=Corner::Brand name=text().brand.to_owned() standing=None me=None entries=Vec::new() weave=true narrow=true>
                <join::BeforeEntering on_enter=Callback::new(|_| ()) />
            </Frame>
        }
        .into_any(),
        _ => ().into_any(),
    }
}
