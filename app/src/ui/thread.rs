//! The thread: steps in order, each with its word. The weft goes over, then under.

use leptos::prelude::*;

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Post {
    /// Behind us.
    Done,
    /// Where we are; carries its number.
    Now,
    /// Still to come.
    Todo,
}

/// The steps in order. `name` says what they are the steps of, `done` is the word a screen reader adds to finished ones.
pub(crate) fn thread(
    name: &'static str,
    done: &'static str,
    posts: Vec<(Post, &'static str)>,
) -> AnyView {
    let posts: Vec<AnyView> = posts
        .into_iter()
        .enumerate()
        .map(|(index, (post, word))| {
            let class = match post {
                Post::Done => "done",
                Post::Now => "now",
                Post::Todo => "todo",
            };
            let current = (post == Post::Now).then_some("step");
            let number = (post == Post::Now).then_some(index + 1);
            let spoken =
                (post == Post::Done).then(|| view! { <span class="visually-hidden">{done}</span> });
            view! {
                <li class=class aria-current=current>
                    <span class="thread-post" aria-hidden="true">{number}</span>
                    <span class="thread-name">{word}{spoken}</span>
                </li>
            }
            .into_any()
        })
        .collect();
    view! { <ol class="thread" aria-label=name>{posts}</ol> }.into_any()
}
