//! What was stated about the sheets, judged on this phone, and stating something oneself. Only late screens use it.

use super::Model;
use crate::platform::{entropy, log};
use crate::session::now;
use crate::ui::Seen;
use leptos::prelude::*;
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::records::statements::{beside, read};
use maillage_shared::snapshot::JobSheetSnapshot;
use maillage_shared::statement::{Content, Place, Stated, Statement, StatementId, may_state};
use send_wrapper::SendWrapper;
use std::cell::RefCell;
use std::collections::HashMap;
use wasm_bindgen_futures::spawn_local;

impl Model {
    /// Everything that was put beside a sheet, in its order, each with what can be said of it. It is judged by what this phone knows of who
    /// is who: `None` as long as it knows nothing.
    pub(crate) fn stated(self, sheet: DocumentId) -> Seen<Option<Vec<Stated>>> {
        let revision = self.board().revision_of(beside(sheet));
        // To verify a signature takes a slow phone some milliseconds, and bytes that were true stay true.
        let known = SendWrapper::new(RefCell::new(HashMap::<Vec<u8>, bool>::new()));
        Seen::new(move || {
            revision.track();
            self.members.track();
            self.board().session().read(|state| {
                let members = state.snapshot()?;
                let place = Place {
                    space: members.space,
                    sheet,
                };
                let entries = state.document(beside(sheet)).map(read).unwrap_or_default();
                let mut known = known.borrow_mut();
                let stated = Stated::all(&entries, place, members, |bytes, signed| {
                    *known
                        .entry(bytes.to_vec())
                        .or_insert_with(|| signed.is_true())
                });
                Some(stated)
            })
        })
    }

    /// The version of a sheet that is here now. Not tracked.
    pub(crate) fn version_of(self, sheet: DocumentId) -> Vec<ChangeHash> {
        self.board().session().read(|state| {
            let document = state.document(sheet);
            document
                .map(|document| document.heads())
                .unwrap_or_default()
        })
    }

    /// A sheet as it was in one version; `None` when not all of it is here. Not tracked.
    pub(crate) fn sheet_at(
        self,
        sheet: DocumentId,
        version: &[ChangeHash],
    ) -> Option<JobSheetSnapshot> {
        self.board().session().read(|state| {
            let then = state.document(sheet)?.at(version)?;
            Some(JobSheetSnapshot::read(&then))
        })
    }

    /// Whether the person of this phone may state this. Tracked.
    pub(crate) fn may_state(self, content: &Content) -> bool {
        self.myself_among_members(|partner, roles| may_state(roles, partner, content))
            .unwrap_or(false)
    }

    /// The organisation that the person of this phone speaks for: the id of its record. Tracked.
    pub(crate) fn my_partner(self) -> Option<String> {
        self.myself_among_members(|partner, _| partner.map(str::to_owned))?
    }

    fn myself_among_members<T>(
        self,
        read: impl FnOnce(Option<&str>, maillage_shared::identity::Roles) -> T,
    ) -> Option<T> {
        self.members.track();
        let me = self.me.get()?.id;
        self.board().session().read(|state| {
            let card = state.card(me)?;
            Some(read(card.partner.as_deref(), card.roles))
        })
    }

    /// States something about one version of a sheet, signed with the key of this phone; `then` hears whether it is there.
    pub(crate) fn state(
        self,
        sheet: DocumentId,
        version: Vec<ChangeHash>,
        content: Content,
        then: impl FnOnce(bool) + 'static,
    ) {
        let session = self.board().session().clone();
        let Some(space) = self.space() else {
            return then(false);
        };
        let statement = Statement {
            id: StatementId::from_entropy(entropy::bytes()),
            space,
            sheet,
            heads: version,
            at: now(),
            content,
        };
        spawn_local(async move {
            let Ok(draft) = statement.draft() else {
                return then(false);
            };
            let Some(proof) = session.sign_as_myself(draft.message()).await else {
                return then(false);
            };
            let signed = draft.signed(proof.key, proof.signature);
            let outcome = signed.map_err(|bad| bad.to_string()).and_then(|signed| {
                session
                    .attempt(|state, moment| state.add_statement(moment, signed))
                    .map_err(|refused| refused.to_string())
            });
            if let Err(problem) = &outcome {
                log::warn(problem);
            }
            then(outcome.is_ok());
        });
    }
}
