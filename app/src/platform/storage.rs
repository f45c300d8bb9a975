//! The room that the browser gives this page on the phone, and what survives when it takes that back.

use leptos::web_sys;
use maillage_shared::id::DocumentId;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Of the room that the browser gives, the part beyond which it is nearly used up.
const NEARLY: f64 = 0.9;
/// The name of the mark. It is apart from the database, whose loss it shows.
const MARK: &str = "maillage";

/// What the browser says about the room for what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Room {
    /// Whether nothing will be cleared when the phone runs short of room; nothing when the browser does not say.
    pub(crate) promised: Option<bool>,
    /// Whether the room is nearly used up.
    pub(crate) nearly_full: bool,
}

/// Asks that nothing be cleared when the phone runs short of room. Some browsers ask the person.
pub(crate) async fn persist() {
    ask("persist").await;
}

/// How it stands with the room.
pub(crate) async fn room() -> Room {
    let estimate = ask("estimate").await;
    let figure = |name: &str| {
        let estimate = estimate.as_ref()?;
        js_sys::Reflect::get(estimate, &JsValue::from_str(name))
            .ok()?
            .as_f64()
    };
    let nearly_full = figure("usage")
        .zip(figure("quota"))
        .is_some_and(|(used, given)| used > given * NEARLY);
    Room {
        promised: ask("persisted").await.and_then(|answer| answer.as_bool()),
        nearly_full,
    }
}

/// Puts a mark beside the database: this phone has joined a territory.
pub(crate) fn mark(territory: DocumentId) {
    if let Some(storage) = beside() {
        // Refused when storage is forbidden: a loss would then not be noticed.
        let _ = storage.set_item(MARK, &territory.to_string());
    }
}

/// Takes the mark away: whoever used this phone has left.
pub(crate) fn unmark() {
    if let Some(storage) = beside() {
        // Refused when storage is forbidden: there is no mark then.
        let _ = storage.remove_item(MARK);
    }
}

/// The territory that this phone had joined when the mark was put.
pub(crate) fn marked() -> Option<DocumentId> {
    beside()?.get_item(MARK).ok()??.parse().ok()
}

/// Asks the browser's storage manager; absent outside https and localhost, and in part in older browsers.
async fn ask(what: &str) -> Option<JsValue> {
    let navigator = web_sys::window()?.navigator();
    let storage = js_sys::Reflect::get(&navigator, &JsValue::from_str("storage")).ok()?;
    let question = js_sys::Reflect::get(&storage, &JsValue::from_str(what)).ok()?;
    let question: &js_sys::Function = question.dyn_ref()?;
    let answer: js_sys::Promise = question.call0(&storage).ok()?.dyn_into().ok()?;
    JsFuture::from(answer).await.ok()
}

fn beside() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}
