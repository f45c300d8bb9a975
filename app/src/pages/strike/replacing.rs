//! The way from a sheet to the one that stands for it: written anew here, sent, and put in its place by the relay.

use crate::model::{Model, Status};
use crate::platform::log;
use crate::text::late_text;
use crate::ui::follow;
use leptos::prelude::*;
use maillage_shared::id::DocumentId;
use maillage_shared::roster::{Answer, Denied, Heads, Request};
use maillage_shared::strike::Strike;

/// One sheet on its way.
#[derive(Clone, Copy)]
pub(super) struct Replacing {
    model: Model,
    old: DocumentId,
    busy: RwSignal<bool>,
    /// The one that was written anew and waits until the relay has all of it.
    sent: RwSignal<Option<(DocumentId, Heads)>>,
    /// What went wrong.
    pub(super) problem: RwSignal<Option<&'static str>>,
}

impl Replacing {
    /// Nothing is under way. Follows it as long as the current owner lives.
    pub(super) fn new(old: DocumentId) -> Self {
        let this = Self {
            model: expect_context(),
            old,
            busy: RwSignal::new(false),
            sent: RwSignal::new(None),
            problem: RwSignal::new(None),
        };
        follow(move || {
            let Some((new, heads)) = this.sent.get() else {
                return;
            };
            match this.model.status_of(new).get() {
                Status::Sent => this.replace(new, heads),
                Status::Refused(_) => this.failed((late_text().members.denied)(Denied::NotKept)),
                _ => {}
            }
        });
        this
    }

    /// What the button says meanwhile.
    pub(super) fn word(self, word: &'static str) -> &'static str {
        if self.busy.get() {
            late_text().erasing.under_way
        } else {
            word
        }
    }

    /// Writes the sheet anew without these words.
    pub(super) fn begin(self, strike: &Strike) {
        if !self.start() {
            return;
        }
        match self.model.write_anew(self.old, strike) {
            Ok(written) => self.sent.set(Some(written)),
            Err(problem) => {
                log::warn(&problem.to_string());
                self.failed(late_text().members.offline);
            }
        }
    }

    /// Has the whole sheet erased.
    pub(super) fn erase(self) {
        if self.start() {
            let document = self.old;
            self.ask(|space| Request::EraseDocument { space, document }, None);
        }
    }

    /// Whether it can begin: not twice, and not without the network.
    fn start(self) -> bool {
        if self.busy.get_untracked() {
            return false;
        }
        if matches!(self.model.status.get_untracked(), Status::Offline { .. }) {
            self.problem.set(Some(late_text().members.offline));
            return false;
        }
        self.problem.set(None);
        self.busy.set(true);
        true
    }

    fn replace(self, new: DocumentId, heads: Heads) {
        self.sent.set(None);
        let document = self.old;
        let request = |space| Request::Replace {
            space,
            document,
            with: new,
            heads,
        };
        self.ask(request, Some(new));
    }

    /// Asks the relay; what was written anew in vain is erased again. When it says yes, it tells every phone, this one too.
    fn ask(self, request: impl FnOnce(DocumentId) -> Request, in_vain: Option<DocumentId>) {
        let Some(space) = self.model.space() else {
            return;
        };
        self.model.ask(&request(space), move |answer| {
            let why = match answer {
                Some(Answer::Denied(why)) => (late_text().members.denied)(why),
                Some(_) => return,
                None => late_text().members.offline,
            };
            if let Some(document) = in_vain {
                let request = Request::EraseDocument { space, document };
                self.model.ask(&request, |_| {});
            }
            self.failed(why);
        });
    }

    fn failed(self, why: &'static str) {
        // The screen may be gone by now.
        self.sent.try_set(None);
        self.busy.try_set(false);
        self.problem.try_set(Some(why));
    }
}
