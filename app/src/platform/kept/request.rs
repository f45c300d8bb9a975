//! Waiting for IndexedDB, whose answers are events.

use super::KeepError;
use leptos::web_sys;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Waits for a request and returns its result.
pub(super) async fn succeeded(request: &web_sys::IdbRequest) -> Result<JsValue, KeepError> {
    // It may have succeeded while another request was awaited; its event is over then.
    if request.ready_state() != web_sys::IdbRequestReadyState::Done {
        let answered = js_sys::Promise::new(&mut |resolve, reject| {
            request.set_onsuccess(Some(&resolve));
            request.set_onerror(Some(&reject));
        });
        // Whatever happened is read from the request itself.
        let _ = JsFuture::from(answered).await;
    }
    match request.error()? {
        Some(error) => Err(error.into()),
        None => Ok(request.result()?),
    }
}

/// Waits for a transaction, and returns once its bytes are where it promised.
pub(super) async fn completed(transaction: &web_sys::IdbTransaction) -> Result<(), KeepError> {
    let ended = js_sys::Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    match JsFuture::from(ended).await {
        Ok(_) => Ok(()),
        Err(_) => Err(transaction.error().map_or_else(
            || KeepError::Failed("the transaction was aborted".to_owned()),
            KeepError::from,
        )),
    }
}

/// Waits for a database to open; `upgrade` runs first when it is new or of an older version. `blocked` is told when that must wait for
/// another tab that has it open in an older version.
pub(super) async fn opened(
    opening: &web_sys::IdbOpenDbRequest,
    upgrade: fn(&web_sys::IdbDatabase),
    blocked: impl Fn() + 'static,
) -> Result<JsValue, KeepError> {
    let request: &web_sys::IdbRequest = opening;
    let source = request.clone();
    let on_upgrade = Closure::<dyn Fn()>::new(move || {
        if let Ok(database) = source.result() {
            upgrade(database.unchecked_ref());
        }
    });
    opening.set_onupgradeneeded(Some(on_upgrade.as_ref().unchecked_ref()));
    let on_blocked = Closure::<dyn Fn()>::new(blocked);
    opening.set_onblocked(Some(on_blocked.as_ref().unchecked_ref()));
    let database = succeeded(request).await;
    opening.set_onupgradeneeded(None);
    opening.set_onblocked(None);
    database
}

/// Lets another tab upgrade the database: this one then keeps nothing more until it is reloaded, and `closed` is told.
pub(super) fn close_when_asked(database: &web_sys::IdbDatabase, closed: impl Fn() + 'static) {
    let closing = database.clone();
    let listener = Closure::<dyn Fn()>::new(move || {
        closing.close();
        closed();
    })
    .into_js_value();
    database.set_onversionchange(Some(listener.unchecked_ref()));
}
