//! The page itself: its address, title, focus, dialogs and the words it shows.

use leptos::ev;
use leptos::prelude::{on_cleanup, window_event_listener};
use leptos::web_sys;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// The element the program draws into, emptied of the static shell; `None` when the page is not ours.
pub(crate) fn take_root() -> Option<web_sys::HtmlElement> {
    let root = document()?.get_element_by_id("maillage")?;
    root.set_inner_html("");
    root.dyn_into().ok()
}

/// The part of the address after `#`, without it; empty when there is none.
pub(crate) fn fragment() -> String {
    web_sys::window()
        .and_then(|window| window.location().hash().ok())
        .map(|hash| hash.trim_start_matches('#').to_owned())
        .unwrap_or_default()
}

/// Calls back with the new fragment each time the address changes, as long as the current owner lives.
pub(crate) fn on_fragment_change(callback: impl Fn(String) + 'static) {
    let handle = window_event_listener(ev::hashchange, move |_| callback(fragment()));
    on_cleanup(move || handle.remove());
}

/// Goes to another place of the app and adds it to the history. `address` starts with `#`.
pub(crate) fn go_to(address: &str) {
    if let Some(window) = web_sys::window() {
        // Refused only for addresses that are not URLs, which a route never writes.
        let _ = window.location().set_hash(address);
    }
}

/// Goes to another place of the app instead of the present one: "back" does not return here. `address` starts with `#`.
pub(crate) fn replace_with(address: &str) {
    if let Some(window) = web_sys::window() {
        let _ = window.location().replace(address);
    }
}

/// Loads the page anew.
pub(crate) fn reload() {
    if let Some(window) = web_sys::window() {
        // Refused only where reloading is forbidden to scripts, as in some frames.
        let _ = window.location().reload();
    }
}

/// The whole address of a place of the app, to be given to others. `address` starts with `#`.
pub(crate) fn address_of(address: &str) -> String {
    let page = web_sys::window().and_then(|window| window.location().href().ok());
    let page = page.unwrap_or_default();
    let page = page.split_once('#').map_or(page.as_str(), |(page, _)| page);
    format!("{page}{address}")
}

/// Begins anew at a place of the app, as after a first visit: nothing of this page stays in memory, nor what the tab has kept.
pub(crate) fn start_over(address: &str) {
    if let Some(storage) = tab_storage() {
        // Refused when storage is forbidden: nothing was kept then.
        let _ = storage.clear();
    }
    // The router must not hear of the new address: it would draw that place for whoever was here.
    let history = web_sys::window().and_then(|window| window.history().ok());
    if let Some(history) = history {
        // Refused only to pages that do this a hundred times in a few seconds.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(address));
    }
    reload();
}

/// Marks the present entry of the history as someone's, if it is nobody's yet. Returns whether it is theirs.
pub(crate) fn mark_entry(whose: &str) -> bool {
    let history = web_sys::window().and_then(|window| window.history().ok());
    let Some(history) = history else {
        return true;
    };
    match history.state().ok().and_then(|state| state.as_string()) {
        Some(marked) => marked == whose,
        None => {
            // Refused only to pages that do this a hundred times in a few seconds.
            let _ = history.replace_state(&JsValue::from_str(whose), "");
            true
        }
    }
}

/// Writes the title that tabs and screen readers announce.
pub(crate) fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// Brings the page to its top and the focus to its title, so that a screen reader announces the new page.
pub(crate) fn focus_title() {
    if let Some(window) = web_sys::window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
    focus("main h1");
}

/// Brings the focus to the content, past the bar.
pub(crate) fn focus_content() {
    focus("main");
}

/// Brings the focus to the first element that fits a CSS selector, if there is one.
pub(crate) fn focus(selector: &str) {
    let found = document().and_then(|document| document.query_selector(selector).ok().flatten());
    if let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
    {
        // Fails only on elements that cannot be focused.
        let _ = element.focus();
    }
}

/// Opens a dialog over the page, which becomes inert; a dialog already open stays as it is.
pub(crate) fn show_dialog(dialog: &web_sys::HtmlDialogElement) {
    if !dialog.open() {
        // Refused only for a dialog that is not in the page.
        let _ = dialog.show_modal();
    }
}

/// Gives an element the whole screen, where the browser lets it.
pub(crate) fn fill_screen(element: &web_sys::HtmlElement) {
    let method = js_sys::Reflect::get(element, &"requestFullscreen".into());
    let method = method.and_then(JsCast::dyn_into::<js_sys::Function>);
    // Not every browser has it, and a refusal leaves the element as large as the window.
    let asked = method.and_then(|method| method.call0(element));
    let asked = asked.and_then(JsCast::dyn_into::<js_sys::Promise>);
    if let Ok(asked) = asked {
        spawn_local(async move {
            let _ = JsFuture::from(asked).await;
        });
    }
}

/// Closes a dialog; the browser gives the focus back to what opened it.
pub(crate) fn close_dialog(dialog: &web_sys::HtmlDialogElement) {
    if dialog.open() {
        dialog.close();
    }
}

/// What a person would read in the open dialog, or else in the page's content, a line a part.
///
/// Ornaments (`aria-hidden`), quiet buttons and parts that are not displayed are left out; what is written in fields is included.
pub(crate) fn readable_lines() -> Vec<String> {
    let Some(document) = document() else {
        return Vec::new();
    };
    let mut reading = Reading::default();
    let root = document
        .query_selector("dialog[open]")
        .ok()
        .flatten()
        .or_else(|| document.query_selector("main").ok().flatten());
    if let Some(root) = root {
        reading.element(&root);
        reading.end_line();
    }
    reading.lines
}

/// Keeps a short text for this tab, until it is closed: an answer begun and not yet given.
pub(crate) fn keep_for_tab(key: &str, value: &str) {
    if let Some(storage) = tab_storage() {
        // Refused when storage is full or forbidden: the person then answers once more after a reload.
        let _ = storage.set_item(key, value);
    }
}

/// What [`keep_for_tab`] kept under this key.
pub(crate) fn kept_for_tab(key: &str) -> Option<String> {
    tab_storage()?.get_item(key).ok()?
}

/// A number drawn at random below `limit`, to spread first suggestions; not for secrets.
pub(crate) fn draw_below(limit: usize) -> usize {
    // In [0, limit): `Math.random` never returns 1.
    (js_sys::Math::random() * limit as f64) as usize
}

fn tab_storage() -> Option<web_sys::Storage> {
    web_sys::window()?.session_storage().ok()?
}

fn document() -> Option<web_sys::Document> {
    web_sys::window()?.document()
}

/// A walk through the page that gathers lines.
#[derive(Default)]
struct Reading {
    lines: Vec<String>,
    line: String,
}

impl Reading {
    fn element(&mut self, element: &web_sys::Element) {
        if element.get_attribute("aria-hidden").as_deref() == Some("true")
            || element.get_client_rects().length() == 0
            || element.class_list().contains("listen")
            // "Écrire", "Changer", "Noter" beside every part: read aloud, they would drown what is written.
            || element.class_list().contains("button-quiet")
        {
            return;
        }
        let inline = matches!(
            element.tag_name().as_str(),
            "SPAN" | "STRONG" | "B" | "SMALL" | "OUTPUT"
        );
        if !inline {
            self.end_line();
        }
        let own = element.get_attribute("aria-label");
        if let Some(field) = element.dyn_ref::<web_sys::HtmlTextAreaElement>() {
            self.text(&field.value());
        } else if let Some(field) = element.dyn_ref::<web_sys::HtmlInputElement>() {
            if field.type_() == "text" {
                self.text(&field.value());
            }
        } else if let Some(name) = own.filter(|_| element.get_attribute("role").is_some()) {
            self.text(&name);
        } else {
            self.children(element);
        }
        if !inline {
            self.end_line();
        }
    }

    fn children(&mut self, element: &web_sys::Element) {
        let nodes = element.child_nodes();
        for index in 0..nodes.length() {
            let Some(node) = nodes.item(index) else {
                continue;
            };
            if let Some(child) = node.dyn_ref::<web_sys::Element>() {
                self.element(child);
            } else if node.node_type() == web_sys::Node::TEXT_NODE {
                self.text(&node.text_content().unwrap_or_default());
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.line.push_str(text);
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = line.trim();
        if !line.is_empty() {
            self.lines.push(line.to_owned());
        }
    }
}
