//! All documents in one file, to carry them where there is no network, and taking such a file in.

use super::state::{Moment, State};
use super::task::{Notice, Task};
use maillage_shared::archive::{self, ArchiveError, Archived};
use maillage_shared::limits::Limits;

/// What taking a file in has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Taken {
    /// Documents that have got something new.
    pub(crate) documents: usize,
    /// Documents that the team has erased, and that were left out.
    pub(crate) erased: usize,
    /// Documents that contradict what is here, and were left out.
    pub(crate) left_out: usize,
}

/// Why nothing of a file was taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotTaken {
    /// Nobody has joined on this phone.
    #[error("nobody has joined on this phone")]
    Nobody,
    /// It is of another territory.
    #[error("the file is of another territory")]
    Elsewhere,
    /// What it says of itself.
    #[error(transparent)]
    Unreadable(#[from] ArchiveError),
}

/// A document may hold as much as the relay takes and as much again, as on the phone that wrote it.
const LIMITS: Limits = Limits {
    operations: 2 * Limits::DEFAULT.operations,
    inflated_bytes: 2 * Limits::DEFAULT.inflated_bytes,
    changes: 2 * Limits::DEFAULT.changes,
    ..Limits::DEFAULT
};

impl State {
    /// Everything of the territory that is durable on this phone, as a file; nothing as long as nobody has joined.
    pub(crate) fn write_file(&self) -> Option<Vec<u8>> {
        let space = self.territory()?;
        let documents: Vec<_> = self
            .documents()
            .filter(|id| {
                let genesis = self
                    .document(*id)
                    .and_then(|document| document.genesis().ok());
                genesis.is_some_and(|genesis| genesis.space == space)
            })
            .map(|id| (id, self.client.kept(id), self.client.signatures(id)))
            .filter(|(_, changes, _)| !changes.is_empty())
            .collect();
        Some(archive::write(space, documents.into_iter()))
    }

    /// Takes a file in: all that is new in it is proved, enters the documents, is kept and sent. Nothing here is replaced.
    pub(crate) fn take_file(
        &mut self,
        moment: Moment,
        bytes: &[u8],
    ) -> Result<(Taken, Vec<Task>), NotTaken> {
        let me = self.me.as_ref().ok_or(NotTaken::Nobody)?;
        let (territory, actor) = (me.territory, me.actor.clone());
        let file = archive::read(bytes, &LIMITS)?;
        if Some(file.space) != territory {
            return Err(NotTaken::Elsewhere);
        }
        let mut tasks = Vec::new();
        let mut taken = Taken::default();
        for Archived {
            id,
            changes,
            signatures,
        } in file.documents
        {
            if self.client.is_gone(id) {
                taken.erased += 1;
                continue;
            }
            match self.client.bring(id, &actor, changes) {
                Ok((new, effects)) => {
                    taken.documents += usize::from(!new.is_empty());
                    if !new.is_empty() {
                        self.wrote(id, new);
                    }
                    self.absorb(moment, effects, &mut tasks);
                    let effects = self.client.bring_signatures(id, signatures);
                    self.absorb(moment, effects, &mut tasks);
                    tasks.push(Task::Tell(Notice::Written(id)));
                }
                Err(why) => {
                    taken.left_out += 1;
                    tasks.push(Task::Log(format!("document {id} of the file: {why}")));
                }
            }
        }
        self.tend(moment, &mut tasks);
        Ok((taken, tasks))
    }
}
