//! Writing a document anew without something, as the team asks.

use super::State;
use super::state::Moment;
use super::task::{Notice, Task};
use super::writing::Refused;
use maillage_shared::id::DocumentId;
use maillage_shared::roster::Heads;
use maillage_shared::strike::Strike;

impl State {
    /// Writes a document anew under another id, without some words. It is in no list until the relay has put it in the place of the old
    /// one; the heads say from what it was made.
    pub(crate) fn write_anew(
        &mut self,
        moment: Moment,
        old: DocumentId,
        strike: &Strike,
    ) -> Result<((DocumentId, Heads), Vec<Task>), Refused> {
        let actor = self.me.as_ref().ok_or(Refused::Nobody)?.actor.clone();
        let document = self.document(old).ok_or(Refused::NotHere)?;
        let heads = Heads(document.heads());
        let (document, genesis) = strike.rewrite(old, document, actor, moment.now)?;
        let new = DocumentId::from_entropy(moment.entropy);
        let mut tasks = vec![Task::Tell(Notice::Written(new))];
        self.wrote(new, [genesis.hash]);
        let effects = self.client.create(new, document, genesis);
        self.absorb(moment, effects, &mut tasks);
        Ok(((new, heads), tasks))
    }
}
