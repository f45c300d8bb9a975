//! A native text area: its events, its value and its caret, in UTF-16 units.

use leptos::web_sys;
use maillage_shared::text_field::{Selection, Update};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// What happens to a text area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AreaEvent {
    /// Its value changed by hand.
    Input,
    /// An input method begins to compose.
    CompositionStart,
    /// It ends.
    CompositionEnd,
    /// The caret moved.
    Caret,
    /// The focus came.
    Focus,
    /// The focus went.
    Blur,
}

/// A text area that is listened to. Dropped, nothing more is heard of it.
pub(crate) struct TextArea {
    element: web_sys::HtmlTextAreaElement,
    listeners: Vec<Listener>,
}

/// Where something is listened to, the event's name, and what is called.
type Listener = (web_sys::EventTarget, &'static str, Closure<dyn Fn()>);

impl TextArea {
    /// Listens to a text area.
    pub(crate) fn new(
        element: web_sys::HtmlTextAreaElement,
        on_event: impl Fn(AreaEvent) + 'static,
    ) -> Self {
        let on_event = Rc::new(on_event);
        let mut area = Self {
            element,
            listeners: Vec::new(),
        };
        for (name, event) in [
            ("input", AreaEvent::Input),
            ("compositionstart", AreaEvent::CompositionStart),
            ("compositionend", AreaEvent::CompositionEnd),
            ("focus", AreaEvent::Focus),
            ("blur", AreaEvent::Blur),
        ] {
            let on_event = Rc::clone(&on_event);
            area.listen(area.element.clone().into(), name, move || on_event(event));
        }
        // Browsers tell of carets in text areas at the document; newer ones tell the text area first.
        if let Some(document) = area.element.owner_document() {
            let element = area.element.clone();
            area.listen(document.into(), "selectionchange", move || {
                if is_focused(&element) {
                    on_event(AreaEvent::Caret);
                }
            });
        }
        area
    }

    /// What it holds.
    pub(crate) fn value(&self) -> String {
        self.element.value()
    }

    /// Where the caret or the selection is.
    pub(crate) fn selection(&self) -> Selection {
        let position = |found: Result<Option<u32>, _>| {
            found.ok().flatten().and_then(|at| usize::try_from(at).ok())
        };
        let start = position(self.element.selection_start()).unwrap_or_default();
        let end = position(self.element.selection_end()).unwrap_or_default();
        Selection { start, end }
    }

    /// Whether the person is in it.
    pub(crate) fn is_focused(&self) -> bool {
        is_focused(&self.element)
    }

    /// Sets what it holds, and leaves the caret at its letter and the text where it was scrolled.
    pub(crate) fn show(&self, update: &Update) {
        let direction = self.element.selection_direction().ok().flatten();
        let scrolled = self.element.scroll_top();
        self.element.set_value(&update.text);
        // Elsewhere than in the focused field, some browsers take setting a caret for taking the focus.
        if self.is_focused() {
            let position = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let (start, end) = (
                position(update.selection.start),
                position(update.selection.end),
            );
            // Refused only for fields that are not text.
            let _ = match direction {
                Some(direction) => self
                    .element
                    .set_selection_range_with_direction(start, end, &direction),
                None => self.element.set_selection_range(start, end),
            };
        }
        self.element.set_scroll_top(scrolled);
    }

    fn listen(
        &mut self,
        target: web_sys::EventTarget,
        name: &'static str,
        callback: impl Fn() + 'static,
    ) {
        let listener = Closure::<dyn Fn()>::new(callback);
        // Refused only for a listener that is not a function.
        let _ = target.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
        self.listeners.push((target, name, listener));
    }
}

impl Drop for TextArea {
    fn drop(&mut self) {
        for (target, name, listener) in &self.listeners {
            let _ =
                target.remove_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
        }
    }
}

fn is_focused(element: &web_sys::HtmlTextAreaElement) -> bool {
    let focused = element
        .owner_document()
        .and_then(|document| document.active_element());
    focused.is_some_and(|focused| focused.is_same_node(Some(element)))
}
