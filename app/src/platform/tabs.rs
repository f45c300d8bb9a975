//! The other tabs and windows of this phone: what they say to each other, and which of them holds the lead.
//!
//! Needs BroadcastChannel (Chrome 54) and Web Locks (Chrome 69, and only on https and localhost). Without the first a tab hears of no
//! other; without the second every tab has the lead.

use leptos::web_sys;
use std::cell::Cell;
use std::rc::{Rc, Weak};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// The name of the channel and of the lock.
const NAME: &str = "maillage";

/// What happens among the tabs.
#[derive(Debug)]
pub(crate) enum TabEvent {
    /// Another tab has said this.
    Heard(Vec<u8>),
    /// This tab has the lead.
    Leading,
    /// Another tab has taken it.
    Deposed,
}

/// This tab's place among the others, until the page is left.
pub(crate) struct Tabs(Rc<Place>);

struct Place {
    channel: Option<web_sys::BroadcastChannel>,
    locks: Option<JsValue>,
    /// Whether this tab stands in line for the lead.
    queued: Cell<bool>,
    /// Counts what this tab has asked for, and which of that gave it the lead it has: it may take the lead from itself.
    asked: Cell<u32>,
    held: Cell<Option<u32>>,
    on_event: Box<dyn Fn(TabEvent)>,
    _heard: Closure<dyn Fn(web_sys::MessageEvent)>,
}

impl Tabs {
    /// Listens to the other tabs from now on.
    pub(crate) fn new(on_event: impl Fn(TabEvent) + 'static) -> Self {
        let channel = web_sys::BroadcastChannel::new(NAME).ok();
        Self(Rc::new_cyclic(|place: &Weak<Place>| {
            let place = place.clone();
            let heard = Closure::<dyn Fn(_)>::new(move |event: web_sys::MessageEvent| {
                if let (Some(place), Ok(bytes)) = (
                    place.upgrade(),
                    event.data().dyn_into::<js_sys::Uint8Array>(),
                ) {
                    (place.on_event)(TabEvent::Heard(bytes.to_vec()));
                }
            });
            if let Some(channel) = &channel {
                channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
            }
            Place {
                channel,
                locks: locks(),
                queued: Cell::new(false),
                asked: Cell::new(0),
                held: Cell::new(None),
                on_event: Box::new(on_event),
                _heard: heard,
            }
        }))
    }

    /// Says something to all other tabs.
    pub(crate) fn tell(&self, bytes: &[u8]) {
        if let Some(channel) = &self.0.channel {
            // Refused only once it is closed, and it never is.
            let _ = channel.post_message(&js_sys::Uint8Array::from(bytes));
        }
    }

    /// Stands in line for the lead, which comes when the tab that has it is closed.
    pub(crate) fn queue(&self) {
        if !self.0.queued.replace(true) {
            self.0.ask(false);
        }
    }

    /// Takes the lead from whichever tab has it. A frozen tab could not give it away.
    pub(crate) fn take(&self) {
        self.0.ask(true);
    }
}

impl Place {
    fn ask(self: &Rc<Self>, steal: bool) {
        let number = self.asked.get().wrapping_add(1);
        self.asked.set(number);
        let Some(ended) = self.request(steal, number) else {
            (self.on_event)(TabEvent::Leading);
            return;
        };
        let place = Rc::downgrade(self);
        spawn_local(async move {
            // The lock is never given back: this ends when another tab takes it, or when the browser has no locks for this page.
            let ended = JsFuture::from(ended).await;
            let Some(place) = place.upgrade() else {
                return;
            };
            if place.held.get() == Some(number) {
                place.held.set(None);
                (place.on_event)(TabEvent::Deposed);
            } else if ended.is_err_and(|why| !is_abort(&why)) {
                (place.on_event)(TabEvent::Leading);
                return;
            }
            if place.held.get().is_none() && !place.queued.replace(true) {
                place.ask(false);
            }
        });
    }

    /// Asks for the lock; `None` when the browser has none. The promise ends when it is lost.
    fn request(self: &Rc<Self>, steal: bool, number: u32) -> Option<js_sys::Promise> {
        let locks = self.locks.as_ref()?;
        let place = Rc::downgrade(self);
        let granted = Closure::once_into_js(move |_lock: JsValue| {
            if let Some(place) = place.upgrade() {
                if !steal {
                    place.queued.set(false);
                }
                place.held.set(Some(number));
                (place.on_event)(TabEvent::Leading);
            }
            // Held until the page is gone.
            js_sys::Promise::new(&mut |_, _| {})
        });
        let options = js_sys::Object::new();
        js_sys::Reflect::set(
            &options,
            &JsValue::from_str("steal"),
            &JsValue::from_bool(steal),
        )
        .ok()?;
        // web-sys has no stable form of this call.
        let request = js_sys::Reflect::get(locks, &JsValue::from_str("request")).ok()?;
        let request: &js_sys::Function = request.dyn_ref()?;
        let ended = request.call3(locks, &JsValue::from_str(NAME), &options, &granted);
        ended.ok()?.dyn_into().ok()
    }
}

/// Whether another tab has taken the lock.
fn is_abort(why: &JsValue) -> bool {
    why.dyn_ref::<web_sys::DomException>()
        .is_some_and(|why| why.name() == "AbortError")
}

fn locks() -> Option<JsValue> {
    let navigator = web_sys::window()?.navigator();
    let locks = js_sys::Reflect::get(&navigator, &JsValue::from_str("locks")).ok()?;
    locks.is_object().then_some(locks)
}
