//! The eight words of a recovery card, typed one after the other.

use crate::model::{Model, Status};
use crate::pages::problem_line;
use crate::pages::route::Route;
use crate::pages::screen::window_title;
use crate::platform::page;
use crate::text::{late_text, text};
use crate::ui::{Icon, Seen, follow, icon, live, live_option, live_text};
use leptos::prelude::*;
use maillage_shared::identity::{CARD_WORDS, CardWord, CardWords, Invitation};

/// What is known of the words once all were typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// Nothing yet.
    NotYet,
    /// Nothing, and there is no network to find out.
    Offline,
    /// They open nothing.
    Nothing,
    /// They bring someone back.
    Someone,
}

/// What was typed.
#[derive(Clone, Copy)]
struct Typed {
    words: RwSignal<Vec<CardWord>>,
    /// The word that is being typed.
    now: RwSignal<String>,
    problem: RwSignal<Option<&'static str>>,
    /// What all of them open.
    asked: RwSignal<Option<Invitation>>,
}

/// The screen where the words are typed.
pub(crate) fn card_words() -> AnyView {
    let model = expect_context::<Model>();
    window_title(|| late_text().phones.typing.title.to_owned());
    let typed = Typed {
        words: RwSignal::new(Vec::new()),
        now: RwSignal::new(String::new()),
        problem: RwSignal::new(None),
        asked: RwSignal::new(None),
    };
    let known = Seen::new(move || typed.asked.get().map(|asked| known(model, asked)));
    follow(move || {
        if known.get() == Some(Known::Someone)
            && let Some(asked) = typed.asked.get_untracked()
        {
            page::replace_with(&Route::Join(asked).href());
        }
    });
    let words = &late_text().phones.typing;
    let is_complete = Seen::new(move || typed.words.with(Vec::len) == CARD_WORDS);
    view! {
        <h1 tabindex="-1">{words.title}</h1>
        {live(move || match known.get() {
            Some(Known::Nothing) => nothing(typed),
            Some(known) => view! {
                <p class="card" role="status">
                    {if known == Known::Offline { words.offline } else { words.looking }}
                </p>
            }.into_any(),
            None if is_complete.get() => complete(model, typed),
            None => one_more(typed),
        })}
        {so_far(typed)}
        <p class="soft">{words.or_scan}</p>
        <a class="button button-quiet start" href=Route::Door.href()>{text().back}</a>
    }
    .into_any()
}

fn known(model: Model, asked: Invitation) -> Known {
    let found = model.entrance.with(|entrance| entrance.found.clone());
    match found.filter(|(about, _)| *about == asked) {
        Some((_, Ok(found))) if found.returning.is_some() => Known::Someone,
        Some(_) => Known::Nothing,
        None if matches!(model.status.get(), Status::Offline { .. }) => Known::Offline,
        None => Known::NotYet,
    }
}

impl Typed {
    /// Takes one word.
    fn take(self, word: CardWord) {
        self.words.update(|words| words.push(word));
        self.now.set(String::new());
        self.problem.set(None);
        request_animation_frame(|| page::focus("#mot"));
    }

    /// Takes what is in the field: a word, or all of them at once.
    fn take_field(self) {
        let written = self.now.get_untracked();
        let mut left = written.split_whitespace().collect::<Vec<_>>().into_iter();
        while let Some(word) = left.as_slice().first() {
            if self.words.with_untracked(Vec::len) == CARD_WORDS {
                break;
            }
            match CardWord::read(word) {
                Some(word) => self.take(word),
                None => {
                    self.now.set(left.as_slice().join(" "));
                    self.problem.set(Some(late_text().phones.typing.unknown));
                    break;
                }
            }
            left.next();
        }
    }
}

fn one_more(typed: Typed) -> AnyView {
    let words = &late_text().phones.typing;
    let label = move || (words.word)(typed.words.with(Vec::len) + 1);
    let near = Seen::new(move || {
        let written = typed.now.get();
        let first = written.split_whitespace().next().unwrap_or_default();
        let near = CardWord::near(first).into_iter();
        near.map(CardWord::text).collect::<Vec<_>>()
    });
    let offered =
        live_option(move || near.with(|near| (!near.is_empty()).then(|| offers(typed, near))));
    let next = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        typed.take_field();
    };
    view! {
        <form class="stack" on:submit=next>
            <div class="field">
                <label for="mot">{live_text(label)}</label>
                <p class="hint" id="mot-aide">{words.hint}</p>
                <input
                    class="input"
                    type="text"
                    id="mot"
                    autocapitalize="none"
                    autocomplete="off"
                    spellcheck="false"
                    maxlength="120"
                    aria-describedby="mot-aide"
                    prop:value=move || typed.now.get()
                    on:input:target=move |event| {
                        typed.problem.set(None);
                        typed.now.set(event.target().value());
                    }
                />
            </div>
            <div role="status">{offered}</div>
            {problem_line(typed.problem)}
            <button class="button button-primary button-wide" type="submit">{words.next}</button>
        </form>
    }
    .into_any()
}

/// Words that may have been meant, to be tapped.
fn offers(typed: Typed, near: &[&'static str]) -> AnyView {
    let buttons: Vec<AnyView> = near
        .iter()
        .map(|word| {
            let word = *word;
            let take = move |_| {
                if let Some(word) = CardWord::read(word) {
                    typed.take(word);
                }
            };
            view! { <button class="button button-secondary" type="button" on:click=take>{word}</button> }
                .into_any()
        })
        .collect();
    view! {
        <p class="small soft">{late_text().phones.typing.meant}</p>
        <div class="chips">{buttons}</div>
    }
    .into_any()
}

/// The words so far: tapping one takes it back, with those after it.
fn so_far(typed: Typed) -> AnyView {
    let words = &late_text().phones.typing;
    let is_asked = Seen::new(move || typed.asked.with(Option::is_some));
    live_option(move || {
        let rows: Vec<AnyView> = typed.words.with(|typed_words| {
            let places = typed_words.iter().zip(0..);
            places
                .map(|(word, place)| row(typed, *word, place))
                .collect()
        });
        (!rows.is_empty() && !is_asked.get()).then(|| {
            view! {
                <section class="stack-s" aria-labelledby="t-mots">
                    <h2 id="t-mots">{words.so_far}</h2>
                    <ol class="words">{rows}</ol>
                </section>
            }
            .into_any()
        })
    })
}

fn row(typed: Typed, word: CardWord, place: usize) -> AnyView {
    let word = word.text();
    let take_back = move |_| {
        typed.words.update(|words| words.truncate(place));
        typed.problem.set(None);
        typed.now.set(word.to_owned());
        request_animation_frame(|| page::focus("#mot"));
    };
    view! {
        <li>
            <button
                class="button button-quiet"
                type="button"
                aria-label=(late_text().phones.typing.change)(word)
                on:click=take_back
            >
                {word}
            </button>
        </li>
    }
    .into_any()
}

fn complete(model: Model, typed: Typed) -> AnyView {
    let words = &late_text().phones.typing;
    let busy = RwSignal::new(false);
    let look = move |_| {
        let chosen: Option<[CardWord; CARD_WORDS]> = typed
            .words
            .with_untracked(|words| words.as_slice().try_into().ok());
        let Some(chosen) = chosen.filter(|_| !busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        // What is said meanwhile shows first: stretching the words takes a moment.
        request_animation_frame(move || {
            request_animation_frame(move || {
                let asked = Invitation::Link(CardWords::new(chosen).secret());
                model.look(asked);
                typed.asked.try_set(Some(asked));
            });
        });
    };
    let word = move || match busy.get() {
        true => words.looking,
        false => words.look,
    };
    view! {
        <button class="button button-primary button-wide" type="button" on:click=look>
            {icon(Icon::Check)} {live_text(move || word().to_owned())}
        </button>
    }
    .into_any()
}

fn nothing(typed: Typed) -> AnyView {
    let words = &late_text().phones.typing;
    let check = move |_| typed.asked.set(None);
    let again = move |_| {
        typed.words.set(Vec::new());
        typed.asked.set(None);
    };
    view! {
        <div class="banner banner-stop" role="alert">
            {icon(Icon::CircleAlert)}
            <strong>{words.wrong}</strong>
            <p>{words.wrong_next}</p>
        </div>
        <button class="button button-primary button-wide" type="button" on:click=check>{words.so_far}</button>
        <button class="button button-quiet start" type="button" on:click=again>{words.start_again}</button>
    }
    .into_any()
}
