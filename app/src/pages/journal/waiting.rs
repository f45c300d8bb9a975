//! What somebody has brought in the name of others, and nobody vouches for: the team reads it and decides.

use super::deeds::Names;
use super::when;
use crate::model::{Model, Status};
use crate::pages::members::Asking;
use crate::pages::problem_line;
use crate::pages::route::Route;
use crate::pages::screen::{Place, Screen, window_title};
use crate::text::late_text;
use crate::ui::{Corner, Icon, Seen, banner, follow, live, live_option};
use leptos::prelude::*;
use maillage_shared::doc::Document;
use maillage_shared::quarantine;
use maillage_shared::roster::{Answer, Quarantined, Request};

/// What is known of the words of one.
#[derive(Clone, PartialEq)]
enum Examined {
    /// Nobody has looked yet.
    No,
    /// These are the words, text by text, of what has this hash.
    Words(Vec<String>, [u8; 32]),
    /// It is nothing that can be read.
    Unreadable([u8; 32]),
}

/// The screen.
pub(crate) fn waiting() -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().waiting;
    window_title(|| late_text().waiting.title.to_owned());
    let asking = Asking::new();
    let all = RwSignal::new(None::<Vec<Quarantined>>);
    let list = Callback::new(move |()| {
        asking.ask(
            |space| Request::Quarantine { space },
            move |answer| {
                if let Answer::Quarantine(packed) = answer {
                    all.try_set(packed.open());
                }
            },
        );
    });
    let is_offline = Seen::new(move || matches!(model.status.get(), Status::Offline { .. }));
    // Who is called what is known before that.
    let is_ready = Seen::new(move || model.members.with(Option::is_some) && model.introduced.get());
    follow(move || {
        if is_ready.get() {
            list.run(());
        }
    });
    let trouble = live_option(move || {
        is_offline.get().then(|| {
            banner(
                "banner banner-offline",
                Icon::WifiOff,
                words.needs_network.into_any(),
                Some(words.needs_network_body.into_any()),
            )
        })
    });
    let shown = live(move || match all.get() {
        Some(all) if all.is_empty() => view! {
            <p role="status"><strong>{words.none}</strong> " " {words.none_body}</p>
        }
        .into_any(),
        Some(all) => {
            let rows: Vec<AnyView> = all.iter().map(|one| row(one.clone(), list)).collect();
            view! { <ul class="stack">{rows}</ul> }.into_any()
        }
        None => live_option(move || {
            let loads = asking.busy.get();
            loads.then(|| view! { <p role="status">{words.loading}</p> }.into_any())
        }),
    });
    view! {
        <Screen corner=Corner::Back(Route::Members.href()) place=Place::Home status=model.status class="stack">
            <div class="stack-s">
                <h1 tabindex="-1">{words.title}</h1>
                <p>{words.about}</p>
            </div>
            {trouble}
            {problem_line(asking.problem)}
            {shown}
        </Screen>
    }
    .into_any()
}

/// One of them: where it belongs and who has brought it; its words once they were asked for; then the choice.
fn row(one: Quarantined, list: Callback<()>) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().waiting;
    let asking = Asking::new();
    let examined = RwSignal::new(Examined::No);
    let Quarantined {
        document, by, at, ..
    } = one;
    let title = model.sheets.with_untracked(|sheets| {
        let sheet = sheets.iter().find(|sheet| sheet.id == document)?;
        Some((words.in_sheet)(&sheet.title))
    });
    let title = title.unwrap_or_else(|| words.elsewhere.to_owned());
    let brought_by = (words.brought_by)(&Names::of(model).name(by), &when(at));
    let read = move |_| {
        asking.ask(
            move |space| Request::Examine {
                space,
                document,
                by,
            },
            move |answer| {
                if let Answer::Chunks(chunks) = answer {
                    let here = model.read(document, Document::changes).unwrap_or_default();
                    let found = quarantine::words(document, &here, &chunks);
                    let digest = quarantine::digest(&chunks);
                    let found = match found {
                        Ok(found) => {
                            let words = found.into_iter().map(|(_, words)| words);
                            Examined::Words(words.collect(), digest)
                        }
                        Err(_) => Examined::Unreadable(digest),
                    };
                    examined.try_set(found);
                }
            },
        );
    };
    let settle = move |admit: bool, digest: [u8; 32]| {
        asking.ask(
            move |space| Request::Settle {
                space,
                document,
                by,
                admit,
                digest,
            },
            move |_| list.run(()),
        );
    };
    let is_busy = move || asking.busy.get();
    let accept = move |digest| {
        view! {
            <button class="button button-primary button-wide" type="button" disabled=is_busy on:click=move |_| settle(true, digest)>
                {words.accept}
            </button>
        }
        .into_any()
    };
    let refuse = move |digest| {
        view! {
            <button class="button button-secondary button-wide" type="button" disabled=is_busy on:click=move |_| settle(false, digest)>
                {words.refuse}
            </button>
        }
        .into_any()
    };
    // After a no, something else may wait there: it is to be read first.
    follow(move || {
        if asking.problem.with(Option::is_some) {
            examined.set(Examined::No);
        }
    });
    let content = live(move || {
        match examined.get() {
        Examined::No => view! {
            <button class="button button-secondary button-wide" type="button" disabled=is_busy on:click=read>
                {words.read}
            </button>
        }
        .into_any(),
        Examined::Words(found, digest) => {
            let text = if found.is_empty() {
                view! { <p class="soft">{words.no_words}</p> }.into_any()
            } else {
                let each = found.into_iter().map(|words| view! { <p>{words}</p> }.into_any());
                view! { <blockquote class="stack-s">{each.collect::<Vec<AnyView>>()}</blockquote> }.into_any()
            };
            view! { {text} {accept(digest)} {refuse(digest)} }.into_any()
        }
        Examined::Unreadable(digest) => {
            view! { <p class="soft">{words.unreadable}</p> {refuse(digest)} }.into_any()
        }
    }
    });
    view! {
        <li class="card stack-s">
            <h2>{title}</h2>
            <p class="small soft">{brought_by}</p>
            {content}
            {problem_line(asking.problem)}
        </li>
    }
    .into_any()
}
