//! Reading aloud with a voice that lives on the device, so that nothing that is read leaves it.

use leptos::web_sys;
use std::sync::atomic::{AtomicU32, Ordering};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

/// Whether the device itself can read this language aloud (`lang` as in HTML: "fr").
pub(crate) fn has_voice(lang: &str) -> bool {
    voice(lang).is_some()
}

/// Calls back each time the device's list of voices changes: many browsers fill it only some time after the page opened.
///
/// There is one listener for the whole page; a second call takes the first one's place.
pub(crate) fn on_voices_change(callback: impl FnMut() + 'static) {
    let Some(speech) = speech() else {
        return;
    };
    let listener = Closure::<dyn FnMut()>::new(callback).into_js_value();
    // A plain property of a platform object: writing it cannot fail.
    let _ = js_sys::Reflect::set(&speech, &JsValue::from_str("onvoiceschanged"), &listener);
}

/// How many readings have begun: what ends an earlier one may be heard of only after the next has begun.
static READINGS: AtomicU32 = AtomicU32::new(0);

/// Reads lines aloud one after the other, in place of anything being read, then calls `at_end`.
///
/// Stopping early also ends with `at_end`; being replaced by another reading does not.
pub(crate) fn read(lines: &[String], lang: &str, mut at_end: impl FnMut() + 'static) {
    let Some(speech) = speech() else {
        return;
    };
    speech.cancel();
    let voice = voice(lang);
    let this = READINGS.fetch_add(1, Ordering::Relaxed) + 1;
    let at_end = move || {
        if READINGS.load(Ordering::Relaxed) == this {
            at_end();
        }
    };
    let at_end = Closure::<dyn FnMut()>::new(at_end).into_js_value();
    let last = lines.len().saturating_sub(1);
    for (index, line) in lines.iter().enumerate() {
        let Ok(words) = web_sys::SpeechSynthesisUtterance::new_with_text(line) else {
            continue;
        };
        words.set_lang(lang);
        words.set_voice(voice.as_ref());
        // A cancelled utterance reports an error instead of an end.
        words.set_onerror(at_end.dyn_ref());
        if index == last {
            words.set_onend(at_end.dyn_ref());
        }
        speech.speak(&words);
    }
}

/// Stops reading.
pub(crate) fn stop() {
    if let Some(speech) = speech() {
        speech.cancel();
    }
}

fn voice(lang: &str) -> Option<web_sys::SpeechSynthesisVoice> {
    speech()?
        .get_voices()
        .iter()
        .filter_map(|voice| voice.dyn_into::<web_sys::SpeechSynthesisVoice>().ok())
        .find(|voice| voice.local_service() && voice.lang().to_ascii_lowercase().starts_with(lang))
}

fn speech() -> Option<web_sys::SpeechSynthesis> {
    let window = web_sys::window()?;
    // Some browsers have no speech at all, and the getter would then hand out something unusable.
    js_sys::Reflect::get(&window, &JsValue::from_str("speechSynthesis"))
        .ok()?
        .dyn_into()
        .ok()
}
