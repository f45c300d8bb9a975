//! What the person of this phone states: signed, and put beside its sheet.

use super::state::{Moment, State};
use super::task::{Notice, Task};
use super::{Refused, Session};
use maillage_shared::ActorId;
use maillage_shared::command::{CommandError, StatementsCommand};
use maillage_shared::id::DocumentId;
use maillage_shared::identity::Proof;
use maillage_shared::records::statements::{beside, birth};
use maillage_shared::statement::Signed;

impl Session {
    /// Signs in the name of the person who uses this phone; `None` when nobody does.
    pub(crate) async fn sign_as_myself(&self, message: Vec<u8>) -> Option<Proof> {
        let key = self.read(|state| state.me.as_ref().map(|me| me.public))?;
        let signature = self.sign(key.person(), &message).await?;
        Some(Proof { key, signature })
    }
}

impl State {
    /// Asks for what was stated about a sheet, so that it is here without network too.
    pub(super) fn want_beside(
        &mut self,
        moment: Moment,
        sheet: DocumentId,
        actor: &ActorId,
        tasks: &mut Vec<Task>,
    ) {
        let id = beside(sheet);
        self.beside.insert(id);
        let effects = self.client.want(id, actor.clone());
        self.absorb(moment, effects, tasks);
    }

    /// Puts something that was signed beside its sheet. The first to do so begins the document, which is the same whoever begins it.
    pub(crate) fn add_statement(
        &mut self,
        moment: Moment,
        signed: Signed,
    ) -> Result<((), Vec<Task>), Refused> {
        let actor = self.me.as_ref().ok_or(Refused::Nobody)?.actor.clone();
        let (space, sheet) = (signed.statement.space, signed.statement.sheet);
        let id = beside(sheet);
        let mut tasks = Vec::new();
        let document = self.document(id);
        if document.is_none_or(|document| document.heads().is_empty()) {
            let genesis = birth(space, sheet).map_err(CommandError::from)?;
            let (new, effects) = self
                .client
                .bring(id, &actor, vec![genesis])
                .map_err(CommandError::Automerge)?;
            self.wrote(id, new);
            tasks.push(Task::Tell(Notice::Written(id)));
            self.absorb(moment, effects, &mut tasks);
        }
        self.apply(
            moment,
            id,
            &StatementsCommand::Add(Box::new(signed)),
            &mut tasks,
        )?;
        Ok(((), tasks))
    }
}
