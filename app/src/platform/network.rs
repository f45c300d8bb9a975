//! What the device and the browser say about the network and about the page being looked at.

use leptos::web_sys;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// Something that decides whether a connection is worth trying, or can still be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    /// The device says that there is a network again.
    Online,
    /// The device says that there is none.
    Offline,
    /// The page is looked at again.
    Visible,
    /// The page is no longer looked at: phones may freeze it from now on.
    Hidden,
    /// The page comes back from the browser's memory of earlier pages, without its connection.
    Restored,
    /// The page is being left.
    Leaving,
}

/// Calls back with what happens, as long as the page lives.
pub(crate) fn watch(callback: impl Fn(Network) + Clone + 'static) {
    let Some(window) = web_sys::window() else {
        return;
    };
    for (name, news) in [
        ("online", Network::Online),
        ("offline", Network::Offline),
        ("pagehide", Network::Leaving),
    ] {
        let callback = callback.clone();
        listen(&window, name, move |_| callback(news));
    }
    let shown = callback.clone();
    listen(&window, "pageshow", move |event| {
        if event
            .dyn_ref::<web_sys::PageTransitionEvent>()
            .is_some_and(|event| event.persisted())
        {
            shown(Network::Restored);
        }
    });
    if let Some(document) = window.document() {
        let target = document.clone();
        listen(&target, "visibilitychange", move |_| {
            callback(if document.hidden() {
                Network::Hidden
            } else {
                Network::Visible
            });
        });
    }
}

/// Whether the page is out of sight now.
pub(crate) fn is_hidden() -> bool {
    web_sys::window()
        .and_then(|window| window.document())
        .is_some_and(|document| document.hidden())
}

fn listen(target: &web_sys::EventTarget, name: &str, callback: impl Fn(web_sys::Event) + 'static) {
    let listener = Closure::<dyn Fn(_)>::new(callback).into_js_value();
    // Refused only for a listener that is not a function.
    let _ = target.add_event_listener_with_callback(name, listener.unchecked_ref());
}
