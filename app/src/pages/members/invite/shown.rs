//! An invitation that was just made: to show large, to send, to copy, to print, and to end with its meeting.

use crate::model::Model;
use crate::pages::members::Asking;
use crate::pages::problem_line;
use crate::platform::{page, share};
use crate::text::{late_text, text};
use crate::ui::{Icon, follow, icon, live_option, live_text, qr};
use leptos::html;
use leptos::prelude::*;
use maillage_shared::roster::Request;

/// An invitation whose secrets are known only now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) number: u32,
    pub(super) url: String,
    pub(super) code: Option<String>,
    /// The meeting it is for.
    pub(super) meeting: Option<String>,
}

pub(super) fn show(
    invitation: &Made,
    made: RwSignal<Option<Made>>,
    closed: RwSignal<bool>,
    list: Callback<()>,
) -> AnyView {
    let words = &late_text().invite;
    let url = invitation.url.clone();
    let copied = RwSignal::new(None::<bool>);
    let is_large = RwSignal::new(false);
    let (to_send, to_copy) = (url.clone(), url.clone());
    let send = share::can_send().then(|| {
        view! {
            <button class="button button-secondary button-wide" type="button" on:click=move |_| share::send(words.title, &to_send)>
                {icon(Icon::Send)} {words.send}
            </button>
        }
    });
    let copy = move |_| {
        share::copy(&to_copy, move |done| {
            copied.try_set(Some(done));
        })
    };
    let copied = live_text(move || match copied.get() {
        Some(true) => words.copied.to_owned(),
        Some(false) => words.not_copied.to_owned(),
        None => String::new(),
    });
    let code = invitation.code.clone().map(|code| {
        view! {
            <p class="centred">{words.or_type}</p>
            <p class="centred spoken-code">{code}</p>
        }
    });
    let name = invitation.meeting.clone();
    let name = name.map(|name| view! { <p class="centred"><strong>{name}</strong></p> });
    let lasts = match invitation.meeting {
        Some(_) => words.meeting.lasts,
        None => words.lasts,
    };
    view! {
        <section class="stack shown-code" aria-labelledby="t-code">
            <h2 id="t-code" class="no-print">{words.code}</h2>
            <p class="poster-title">{words.poster}</p>
            {name}
            {qr(&url, words.qr)}
            {code}
            <p class="poster-how">{words.poster_how}</p>
            <button class="button button-primary button-wide" type="button" on:click=move |_| is_large.set(true)>
                {icon(Icon::Eye)} {words.project}
            </button>
            {send}
            <button class="button button-secondary button-wide" type="button" on:click=copy>{words.copy}</button>
            <button class="button button-secondary button-wide" type="button" on:click=move |_| share::print()>
                {icon(Icon::Printer)} {words.print}
            </button>
            <p role="status" class="said">{copied}</p>
            <p class="address no-print">{url.clone()}</p>
            <p class="soft no-print">{lasts}</p>
            {close(invitation, made, closed, list)}
            <button class="button button-quiet start" type="button" on:click=move |_| made.set(None)>{words.another}</button>
        </section>
        {large(invitation, is_large)}
    }
    .into_any()
}

/// Ends the meeting, where there is one: nobody comes in any more.
fn close(
    invitation: &Made,
    made: RwSignal<Option<Made>>,
    closed: RwSignal<bool>,
    list: Callback<()>,
) -> AnyView {
    let words = &late_text().invite;
    let asking = Asking::new();
    let number = invitation.number;
    let close = move |_| {
        asking.ask(
            |space| Request::Withdraw { space, number },
            move |_| {
                closed.try_set(true);
                made.try_set(None);
                list.run(());
            },
        );
    };
    let button = invitation.meeting.as_ref().map(|_| {
        view! {
            {problem_line(asking.problem)}
            <button class="button button-secondary button-wide" type="button" on:click=close>
                {icon(Icon::CircleStop)} {words.close_meeting}
            </button>
        }
    });
    view! { {button} }.into_any()
}

/// The code for everyone in a room, over the whole of a screen.
fn large(invitation: &Made, is_large: RwSignal<bool>) -> AnyView {
    let words = &late_text().invite;
    let model = expect_context::<Model>();
    let dialog = NodeRef::<html::Dialog>::new();
    follow(move || {
        let Some(dialog) = dialog.get() else {
            return;
        };
        if is_large.get() {
            page::show_dialog(&dialog);
            page::fill_screen(&dialog);
        } else {
            page::close_dialog(&dialog);
        }
    });
    let invitation = invitation.clone();
    let body = live_option(move || {
        let name = model.territory.with(|territory| {
            let name = territory.as_ref().map(|territory| territory.name.words());
            name.unwrap_or_default().to_owned()
        });
        let names = [Some(name), invitation.meeting.clone()];
        let names: Vec<String> = names.into_iter().flatten().collect();
        let code = invitation.code.clone().map(|code| {
            view! {
                <p>{words.or_type}</p>
                <p class="spoken-code">{code}</p>
            }
        });
        is_large.get().then(|| {
            view! {
                <div class="projector-head">
                    <h2 id="t-grand">{names.join(" · ")}</h2>
                    <button class="icon-button" type="button" aria-label=text().close on:click=move |_| is_large.set(false)>
                        {icon(Icon::Cross)}
                    </button>
                </div>
                <div class="projector-body">
                    {qr(&invitation.url, words.qr)}
                    <div class="projector-say">
                        <p class="projector-title">{words.poster}</p>
                        <p>{words.poster_how}</p>
                        {code}
                    </div>
                </div>
            }
            .into_any()
        })
    });
    view! {
        <dialog class="projector" aria-labelledby="t-grand" node_ref=dialog on:close=move |_| is_large.set(false)>
            {body}
        </dialog>
    }
    .into_any()
}
