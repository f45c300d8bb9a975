//! Going on without what the relay has refused for good.

use super::{Client, ClientEffect, Rejection};
use crate::change::ChangeRecord;
use crate::id::DocumentId;
use crate::identity::ACTOR_ENTROPY_LENGTH;
use crate::rebuild::Rebuild;
use crate::time::UnixMillis;
use automerge::{ActorId, ChangeHash};

impl Client {
    /// Makes a document anew without what was refused for good, as [`ClientEffect::Rebuild`] asks for: the document that is read from
    /// now on is the new one, and [`ClientEffect::Replace`] keeps it. Returns the changes that this has written. `entropy` is fresh.
    pub fn rebuild(
        &mut self,
        now: UnixMillis,
        id: DocumentId,
        entropy: [u8; ACTOR_ENTROPY_LENGTH],
        rebuild: Rebuild,
    ) -> (Vec<ChangeHash>, Vec<ClientEffect>) {
        let mut effects = Vec::new();
        let Some(replica) = self.replicas.get_mut(&id) else {
            return (Vec::new(), effects);
        };
        let written = match replica.rebuild(now, id, entropy, &self.people, rebuild, &mut effects) {
            Ok(written) => written,
            Err(why) => {
                effects.push(ClientEffect::Trouble(format!(
                    "document {id} cannot be made anew: {why}"
                )));
                Vec::new()
            }
        };
        self.speak(now, id, &mut effects);
        effects.push(ClientEffect::StatusChanged);
        (written, effects)
    }

    /// The person wants to go on without what waits for somebody else, or for a right: it becomes a draft.
    pub fn go_on_without(&mut self, id: DocumentId) -> Vec<ClientEffect> {
        let mut effects = Vec::new();
        if let Some(replica) = self.replicas.get_mut(&id) {
            replica.note_on_wish(&self.people);
            replica.tell_for_good(id, &mut effects);
        }
        effects
    }

    /// Another client of this phone has made a document anew, and kept it: these changes are gone, those have come.
    pub fn replaced(
        &mut self,
        now: UnixMillis,
        id: DocumentId,
        actor: &ActorId,
        why: Rejection,
        removed: &[ChangeHash],
        changes: Vec<ChangeRecord>,
    ) -> (bool, Vec<ClientEffect>) {
        let (complete, mut effects) = if changes.is_empty() {
            (true, Vec::new())
        } else {
            self.adopt(now, id, actor, changes)
        };
        if let Some(replica) = self.replicas.get_mut(&id) {
            replica.note_removed(removed, why);
            replica.tell_for_good(id, &mut effects);
        }
        (complete, effects)
    }
}
