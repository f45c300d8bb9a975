//! The signals of one document.

use crate::model::shown::Present;
use crate::model::status::{Status, Steady};
use leptos::prelude::*;
use maillage_shared::snapshot::JobSheetSnapshot;
use std::cell::Cell;

/// The signals of one document that a screen has asked for.
pub(super) struct Watched {
    pub(super) sheet: ArcRwSignal<Option<JobSheetSnapshot>>,
    pub(super) followers: Cell<usize>,
    pub(super) company: ArcRwSignal<Vec<Present>>,
    pub(super) visitors: Cell<usize>,
    pub(super) status: ArcRwSignal<Status>,
    pub(super) steady: Cell<Steady>,
    /// Counts what has become of the document, for those who read it themselves.
    pub(super) revision: ArcRwSignal<u32>,
}

/// Sets a signal if that changes it.
pub(super) fn put<T: PartialEq + Send + Sync + 'static>(signal: &ArcRwSignal<T>, value: T) {
    if signal.with_untracked(|shown| *shown != value) {
        signal.set(value);
    }
}
