//! New versions of the program, which the service worker fetches in the background. `public/boot.js` follows it and leaves word here.

use leptos::web_sys;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// Which version runs in this page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// None newer is on this phone.
    Newest,
    /// A newer one is on the phone and waits to be asked for.
    NewerWaits,
    /// A newer one has taken over, in this tab or another; this page is still of the old one.
    Replaced,
}

/// Calls back now and each time there may be something to do, as long as the page lives.
pub(crate) fn watch(callback: impl Fn(Version) + 'static) {
    callback(now());
    let Some(window) = web_sys::window() else {
        return;
    };
    let listener = Closure::<dyn Fn()>::new(move || callback(now())).into_js_value();
    // Refused only for a listener that is not a function.
    let _ = window
        .add_event_listener_with_callback("maillage:version", listener.as_ref().unchecked_ref());
}

/// Lets the newer version take over in every tab; without one, it is looked for first. Each page then is loaded anew by its program.
pub(crate) fn take_over() {
    say("maillage:take-over");
}

/// Loads the page anew, unless something is being written on it. All that was written must be kept.
pub(crate) fn reload() {
    say("maillage:reload");
}

fn now() -> Version {
    let page = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.document_element());
    match page
        .and_then(|page| page.get_attribute("data-version"))
        .as_deref()
    {
        Some("waits") => Version::NewerWaits,
        Some("replaced") => Version::Replaced,
        _ => Version::Newest,
    }
}

fn say(name: &str) {
    if let (Some(window), Ok(event)) = (web_sys::window(), web_sys::Event::new(name)) {
        // Fails only for an event that is already being dispatched.
        let _ = window.dispatch_event(&event);
    }
}
