//! The camera, and the browser's own reader of square codes.

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::web_sys;
use send_wrapper::SendWrapper;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Time between two looks, in milliseconds: the phone stays cool.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Why the camera shows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoCamera {
    /// The person, or a setting, refuses it.
    Refused,
    /// There is none, or it is in use.
    Missing,
}

/// Whether this browser reads square codes, and lets pages ask for a camera.
pub(crate) fn can_scan() -> bool {
    detector().is_some() && devices().is_some()
}

/// A camera that looks for square codes until it is dropped.
pub(crate) struct Camera(Rc<State>);

#[derive(Default)]
struct State {
    over: Cell<bool>,
    stream: Cell<Option<JsValue>>,
}

impl Camera {
    /// Shows what the camera sees in a `<video>`, and calls back with the words of each code it finds.
    pub(crate) fn start(
        video: web_sys::HtmlElement,
        found: impl Fn(String) + 'static,
        failed: impl FnOnce(NoCamera) + 'static,
    ) -> SendWrapper<Self> {
        let state = Rc::new(State::default());
        let running = Rc::clone(&state);
        spawn_local(async move {
            match open(&running, &video).await {
                Ok(Some(reader)) => look(running, reader, video.into(), Rc::new(found)),
                // Closed while the person was asked.
                Ok(None) => {}
                Err(why) => failed(why),
            }
        });
        SendWrapper::new(Self(state))
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.0.over.set(true);
        self.0.stop();
    }
}

impl State {
    fn stop(&self) {
        let Some(stream) = self.stream.take() else {
            return;
        };
        let tracks = call(&stream, "getTracks", &[]).ok();
        for track in tracks.iter().flat_map(Array::from) {
            // A track that has ended by itself is stopped already.
            let _ = call(&track, "stop", &[]);
        }
    }
}

async fn open(state: &State, video: &JsValue) -> Result<Option<JsValue>, NoCamera> {
    let reader = detector().zip(devices());
    let (detector, devices) = reader.ok_or(NoCamera::Missing)?;
    let formats = object(&[("formats", Array::of1(&"qr_code".into()).into())]);
    let reader = Reflect::construct(&detector, &Array::of1(&formats));
    let reader = reader.map_err(|_| NoCamera::Missing)?;
    let facing = object(&[("facingMode", "environment".into())]);
    let stream = wait(call(
        &devices,
        "getUserMedia",
        &[object(&[("video", facing)])],
    ))
    .await;
    let stream = stream.map_err(|error| why(&error))?;
    state.stream.set(Some(stream.clone()));
    if state.over.get() {
        state.stop();
        return Ok(None);
    }
    let shown = Reflect::set(video, &"srcObject".into(), &stream);
    shown.map_err(|_| NoCamera::Missing)?;
    // Browsers refuse to play what is not in the page any longer; then nothing is looked at either.
    let _ = wait(call(video, "play", &[])).await;
    Ok(Some(reader))
}

fn why(error: &JsValue) -> NoCamera {
    let name = Reflect::get(error, &"name".into()).ok();
    let name = name.and_then(|name| name.as_string()).unwrap_or_default();
    match name.as_str() {
        "NotAllowedError" | "SecurityError" => NoCamera::Refused,
        _ => NoCamera::Missing,
    }
}

fn look(state: Rc<State>, reader: JsValue, video: JsValue, found: Rc<dyn Fn(String)>) {
    if state.over.get() {
        return;
    }
    spawn_local(async move {
        // A video without a first picture yet is no error worth a word.
        let codes = wait(call(&reader, "detect", std::slice::from_ref(&video))).await;
        for code in codes.iter().flat_map(Array::from) {
            let words = Reflect::get(&code, &"rawValue".into()).ok();
            if let Some(words) = words.and_then(|words| words.as_string())
                && !state.over.get()
            {
                found(words);
            }
        }
        let again = move || look(state, reader, video, found);
        leptos::prelude::set_timeout(again, LOOK_AGAIN);
    });
}

fn detector() -> Option<Function> {
    let window = web_sys::window()?;
    let detector = Reflect::get(&window, &"BarcodeDetector".into()).ok()?;
    detector.dyn_into().ok()
}

fn devices() -> Option<JsValue> {
    let navigator = web_sys::window()?.navigator();
    let devices = Reflect::get(&navigator, &"mediaDevices".into()).ok()?;
    devices.is_object().then_some(devices)
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in fields {
        // Setting a property of a plain object cannot fail.
        let set = Reflect::set(&object, &(*key).into(), value);
        debug_assert!(set.is_ok());
    }
    object.into()
}

fn call(on: &JsValue, method: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let method: Function = Reflect::get(on, &method.into())?.dyn_into()?;
    method.apply(on, &arguments.iter().collect())
}

async fn wait(promised: Result<JsValue, JsValue>) -> Result<JsValue, JsValue> {
    let promise: Promise = promised?.dyn_into()?;
    JsFuture::from(promise).await
}
