//! A native dialog that comes up from the foot of the screen on a phone.

use super::icon::{Icon, icon};
use super::listen::Listen;
use super::live::{Seen, follow, live_option, live_text};
use crate::platform::page;
use leptos::html;
use leptos::prelude::*;

/// A dialog over the page. Closing is first, listening is last, as in the bar.
///
/// What it holds is made when it opens and dropped when it closes.
#[component]
pub(crate) fn Dialog(
    /// Its id in the page, which also names its title.
    id: &'static str,
    /// Its title.
    #[prop(into)]
    title: Seen<String>,
    /// What the closing cross is called.
    close: &'static str,
    /// Whether it is open.
    #[prop(into)]
    open: Seen<bool>,
    /// Called when the person closes it.
    #[prop(into)]
    on_close: Callback<()>,
    /// Whether it offers to be read aloud.
    #[prop(default = true)]
    listen: bool,
    /// What it holds.
    children: ChildrenFn,
) -> AnyView {
    let dialog = NodeRef::<html::Dialog>::new();
    follow(move || {
        let Some(dialog) = dialog.get() else {
            return;
        };
        if open.get() {
            page::show_dialog(&dialog);
        } else {
            page::close_dialog(&dialog);
        }
    });
    let title_id = format!("{id}-titre");
    let labelled_by = title_id.clone();
    let body = live_option(move || {
        open.get().then(|| {
            view! {
                <div class="bottom-sheet-body">
                    <div class="dialog-head">
                        <button class="icon-button" type="button" aria-label=close on:click=move |_| on_close.run(())>
                            {icon(Icon::Cross)}
                        </button>
                        <h2 id=title_id.clone()>{live_text(move || title.get())}</h2>
                        {listen.then(|| view! { <Listen /> })}
                    </div>
                    {children()}
                </div>
            }
            .into_any()
        })
    });
    view! {
        <dialog class="bottom-sheet" id=id aria-labelledby=labelled_by node_ref=dialog on:close=move |_| on_close.run(())>
            {body}
        </dialog>
    }
    .into_any()
}
