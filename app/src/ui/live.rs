//! Parts of the page that follow what they show.
//!
//! A phone downloads the code behind each *type* of closure, memo and list, so the parts of all screens share one type of each: the
//! closures are boxed and the values erased here, once.

use leptos::prelude::*;
use std::any::Any;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

/// A part that is drawn again when a signal it reads changes.
pub(crate) fn live(view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let view: Arc<Mutex<dyn FnMut() -> AnyView + Send>> = Arc::new(Mutex::new(view));
    view.into_any()
}

/// The same for a part that is sometimes absent.
pub(crate) fn live_option(view: impl Fn() -> Option<AnyView> + Send + 'static) -> AnyView {
    live(move || view().unwrap_or_else(|| ().into_any()))
}

/// The same for words.
pub(crate) fn live_text(words: impl Fn() -> String + Send + 'static) -> AnyView {
    let words: Arc<Mutex<dyn FnMut() -> String + Send>> = Arc::new(Mutex::new(words));
    words.into_any()
}

/// A list that keeps the elements of its rows when it changes. Keys are unique; `row` is called once for each key that appears.
pub(crate) fn live_list(
    keys: Seen<Vec<String>>,
    row: impl Fn(String) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    list(keys, Arc::new(row))
}

fn list(keys: Seen<Vec<String>>, row: Arc<dyn Fn(String) -> AnyView + Send + Sync>) -> AnyView {
    view! { <For each=move || keys.get() key=String::clone children=move |key| row(key) /> }
        .into_any()
}

/// Runs now, and again each time a signal it reads changes, as long as the current owner lives.
pub(crate) fn follow(effect: impl FnMut() + 'static) {
    let effect: Box<dyn FnMut()> = Box::new(effect);
    Effect::new(effect);
}

/// A value worked out from signals. Whoever reads it hears only of values that differ.
pub(crate) struct Seen<T> {
    memo: Memo<Erased>,
    value: PhantomData<fn() -> T>,
}

/// A value whose type is known only to the [`Seen`] that holds it.
#[derive(Clone)]
struct Erased {
    value: Arc<dyn Any + Send + Sync>,
    same: fn(&dyn Any, &dyn Any) -> bool,
}

impl<T: Clone + PartialEq + Send + Sync + 'static> Seen<T> {
    /// Works a value out, now and each time a signal it reads changes.
    pub(crate) fn new(work_out: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self {
            memo: memo(Box::new(move || Erased {
                value: Arc::new(work_out()),
                same: |one, other| one.downcast_ref::<T>() == other.downcast_ref::<T>(),
            })),
            value: PhantomData,
        }
    }

    /// A value that never changes.
    pub(crate) fn fixed(value: T) -> Self {
        Self::new(move || value.clone())
    }

    /// The value.
    pub(crate) fn get(self) -> T {
        self.with(T::clone)
    }

    /// Reads the value in place.
    pub(crate) fn with<O>(self, read: impl FnOnce(&T) -> O) -> O {
        read(inside(&self.memo.get()))
    }

    /// Reads the value in place, without following it.
    pub(crate) fn with_untracked<O>(self, read: impl FnOnce(&T) -> O) -> O {
        read(inside(&self.memo.get_untracked()))
    }
}

fn memo(work_out: Box<dyn Fn() -> Erased + Send + Sync>) -> Memo<Erased> {
    Memo::new(move |_| work_out())
}

#[expect(
    clippy::expect_used,
    reason = "the only constructor of a Seen<T> puts a T there"
)]
fn inside<T: 'static>(erased: &Erased) -> &T {
    erased.value.downcast_ref().expect("a Seen<T> holds a T")
}

impl<T: Clone + PartialEq + Send + Sync + 'static> From<RwSignal<T>> for Seen<T> {
    fn from(signal: RwSignal<T>) -> Self {
        Self::new(move || signal.get())
    }
}

impl From<String> for Seen<String> {
    fn from(words: String) -> Self {
        Self::fixed(words)
    }
}

impl PartialEq for Erased {
    fn eq(&self, other: &Self) -> bool {
        (self.same)(&*self.value, &*other.value)
    }
}

impl<T> Clone for Seen<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Seen<T> {}
