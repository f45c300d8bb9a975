//! Asking the relay for something, with what a screen shows meanwhile and when it comes to nothing.

use crate::model::Model;
use crate::text::late_text;
use leptos::prelude::*;
use maillage_shared::id::DocumentId;
use maillage_shared::roster::{Answer, Request};

/// One thing to ask for at a time.
#[derive(Clone, Copy)]
pub(in crate::pages) struct Asking {
    model: Model,
    /// The relay has not answered yet.
    pub(in crate::pages) busy: RwSignal<bool>,
    /// What went wrong.
    pub(in crate::pages) problem: RwSignal<Option<&'static str>>,
}

impl Asking {
    pub(in crate::pages) fn new() -> Self {
        Self {
            model: expect_context(),
            busy: RwSignal::new(false),
            problem: RwSignal::new(None),
        }
    }

    /// Asks, about the territory joined. `done` hears of an answer that is not a no.
    pub(in crate::pages) fn ask(
        self,
        request: impl FnOnce(DocumentId) -> Request,
        done: impl FnOnce(Answer) + 'static,
    ) {
        let Some(space) = self.model.space() else {
            return;
        };
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.problem.set(None);
        self.model.ask(&request(space), move |answer| {
            // The screen may be gone by now.
            self.busy.try_set(false);
            let words = &late_text().members;
            match answer {
                None => {
                    self.problem.try_set(Some(words.offline));
                }
                Some(Answer::Denied(why)) => {
                    self.problem.try_set(Some((words.denied)(why)));
                }
                Some(answer) => done(answer),
            }
        });
    }
}
