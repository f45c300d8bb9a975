//! Scanning a square code with the camera, where the browser can read one.

use super::route::Route;
use super::screen::window_title;
use crate::platform::camera::{Camera, NoCamera};
use crate::platform::page;
use crate::text::{late_text, text};
use crate::ui::{Icon, follow, icon, live_text};
use leptos::html;
use leptos::prelude::*;

/// The screen. The camera was asked for by the tap that led here, and is closed with it.
pub(crate) fn scan() -> AnyView {
    let words = &late_text().scan;
    window_title(|| late_text().scan.title.to_owned());
    let video = NodeRef::<html::Video>::new();
    let problem = RwSignal::new(None::<&'static str>);
    let camera = StoredValue::new(None);
    let mut started = false;
    follow(move || {
        let Some(video) = video.get() else {
            return;
        };
        if std::mem::replace(&mut started, true) {
            return;
        }
        let found = move |code: String| match place(&code) {
            Some(route) => page::replace_with(&route.href()),
            None => {
                problem.try_set(Some(words.elsewhere));
            }
        };
        let failed = move |why| {
            problem.try_set(Some(match why {
                NoCamera::Refused => words.refused,
                NoCamera::Missing => words.missing,
            }));
        };
        camera.set_value(Some(Camera::start(video.into(), found, failed)));
    });
    view! {
        <h1 tabindex="-1">{words.title}</h1>
        <p>{words.how}</p>
        <div class="scan scan-on">
            <video class="scan-video" aria-label=words.camera muted=true playsinline=true node_ref=video></video>
            <div class="scan-frame" aria-hidden="true"></div>
        </div>
        <p class="problem" role="alert">{live_text(move || problem.get().unwrap_or_default().to_owned())}</p>
        <a class="button button-secondary button-wide" href=Route::Door.href()>{icon(Icon::Cross)} {words.close}</a>
        <a class="button button-quiet start" href=Route::Door.href()>{text().door.code}</a>
        <p class="soft">{words.nothing_kept}</p>
    }
    .into_any()
}

/// Where a code leads, if it is an invitation to this very app.
fn place(code: &str) -> Option<Route> {
    let (address, fragment) = code.split_once('#')?;
    if page::address_of("") != address {
        return None;
    }
    match Route::parse(fragment) {
        route @ Route::Join(_) => Some(route),
        _ => None,
    }
}
