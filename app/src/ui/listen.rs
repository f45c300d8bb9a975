//! The corner that reads the page aloud, or helps to ask someone to.

use super::dialog::Dialog;
use super::icon::{Icon, icon, icon_with};
use super::live::{Seen, live, live_option};
use crate::platform::{page, speech};
use crate::text::text;
use leptos::prelude::*;

/// What the listening corners of a page share.
#[derive(Clone, Copy)]
struct Listening {
    /// Whether the device has a voice of its own for the language on screen.
    voice: RwSignal<bool>,
    /// Whether something is being read now.
    reading: RwSignal<bool>,
    /// Whether the sentence to show to someone is open.
    asking: RwSignal<bool>,
}

/// Makes listening available to all that the current owner holds.
pub(crate) fn provide_listening() {
    let listening = Listening {
        voice: RwSignal::new(speech::has_voice(text().lang)),
        reading: RwSignal::new(false),
        asking: RwSignal::new(false),
    };
    speech::on_voices_change(move || listening.voice.set(speech::has_voice(text().lang)));
    provide_context(listening);
}

/// Stops what is being read: the person went elsewhere.
pub(crate) fn stop_listening() {
    let listening = expect_context::<Listening>();
    if listening.reading.get_untracked() {
        speech::stop();
        listening.reading.set(false);
    }
}

/// The listening button, always the last of its bar. It reads the open dialog, or else the page.
#[component]
pub(crate) fn Listen(
    /// Whether the word "listen" always shows, and not only on wide screens.
    #[prop(default = false)]
    wide: bool,
) -> AnyView {
    let Listening {
        voice,
        reading,
        asking,
    } = expect_context();
    let words = &text().listen;
    let toggle = move |_| {
        if !voice.get_untracked() {
            asking.set(true);
        } else if reading.get_untracked() {
            speech::stop();
            reading.set(false);
        } else {
            reading.set(true);
            speech::read(&page::readable_lines(), text().lang, move || {
                reading.set(false)
            });
        }
    };
    let face = live(move || {
        let (symbol, word) = match (voice.get(), reading.get()) {
            (false, _) => (Icon::Speech, words.ask),
            (true, false) => (Icon::Volume, words.listen),
            (true, true) => (Icon::Square, words.stop),
        };
        view! {
            {icon(symbol)}
            <span class="listen-word">{word}</span>
        }
        .into_any()
    });
    view! {
        <button class="listen" class:listen-wide=move || wide && voice.get() type="button" on:click=toggle>{face}</button>
    }
    .into_any()
}

/// Reads one thing aloud instead of the whole page. Absent where the device has no voice.
#[component]
pub(crate) fn ListenTo(
    /// What is read.
    #[prop(into)]
    words: Seen<String>,
) -> AnyView {
    let Listening { voice, reading, .. } = expect_context();
    let read = move |_| {
        reading.set(true);
        let words = words.with_untracked(|words| [words.clone()]);
        speech::read(&words, text().lang, move || reading.set(false));
    };
    live_option(move || {
        voice.get().then(|| {
            view! {
                <button
                    class="icon-button icon-button-edge"
                    type="button"
                    aria-label=move || (text().listen.listen_to)(&words.get())
                    on:click=read
                >
                    {icon_with("icon icon-l", Icon::Volume)}
                </button>
            }
            .into_any()
        })
    })
}

/// The sentence to show to someone, for a device without a voice. Once a page.
#[component]
pub(crate) fn AskToRead() -> AnyView {
    let Listening { asking, .. } = expect_context();
    let words = &text().listen;
    view! {
        <Dialog id="demander" title=words.ask.to_owned() close=text().close open=asking on_close=move |()| asking.set(false) listen=false>
            <p>{words.no_voice}</p>
            <p class="card card-tint please">{words.please}</p>
            <button class="button button-primary button-wide" type="button" on:click=move |_| asking.set(false)>
                {words.back}
            </button>
        </Dialog>
    }
    .into_any()
}
