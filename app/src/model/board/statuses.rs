//! How statuses follow the session: bad news at once, good news when it lasts.

use super::Board;
use super::watched::{Watched, put};
use crate::model::status::{BETTER_AFTER, Status, Steady};
use crate::session::{State, now};
use leptos::prelude::*;
use maillage_shared::id::DocumentId;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

impl Board {
    pub(super) fn status_now(&self, id: Option<DocumentId>) -> Status {
        self.session
            .read(|state| Status::of(&state.standing(now(), id)))
    }

    pub(super) fn show_statuses(&self) {
        let now = now();
        put(&self.room, self.session.read(State::room));
        put(&self.too_old, self.session.read(State::too_old));
        put(&self.introduced, self.session.read(State::is_introduced));
        put(&self.drafts, self.session.read(State::drafts));
        put(
            &self.to_rebuild,
            self.session.read(State::waits_for_rebuilding),
        );
        let mut waiting = false;
        let mut show = |steady: &Cell<Steady>, signal: &ArcRwSignal<Status>, status: Status| {
            let mut next = steady.get();
            put(signal, next.show(now, status));
            steady.set(next);
            waiting |= next.is_waiting();
        };
        show(&self.steady, &self.status, self.status_now(None));
        let watched: Vec<(DocumentId, Rc<Watched>)> = self
            .watched
            .borrow()
            .iter()
            .map(|(id, watched)| (*id, Rc::clone(watched)))
            .collect();
        for (id, watched) in watched {
            show(&watched.steady, &watched.status, self.status_now(Some(id)));
        }
        if waiting && !self.steady_asked.replace(true) {
            let this = self.this.clone();
            let wait = Duration::from_millis(BETTER_AFTER.unsigned_abs());
            set_timeout(
                move || {
                    if let Some(board) = this.upgrade() {
                        board.steady_asked.set(false);
                        board.show_statuses();
                    }
                },
                wait,
            );
        }
    }
}
