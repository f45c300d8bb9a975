//! Who may have a part in the room's document, and bring what.

#[cfg(test)]
mod tests;

use super::batch::Inbound;
use super::{ConnectionId, Room, RoomEffect};
use crate::change::ChangeRecord;
use crate::doc::{self, Genesis, Kind};
use crate::guard::{Refusal, ScannedChunk};
use crate::migrate;
use crate::roster::Warrant;
use crate::rules::access::Right;
use automerge::{Change, ChangeHash};
use std::collections::HashSet;
use std::sync::Arc;

/// What the change that gave birth to a document says; `None` when it is not among these.
pub(super) fn genesis(changes: &[ChangeRecord]) -> Option<Genesis> {
    let genesis = changes.iter().find(|change| change.deps.is_empty())?;
    let change = Change::from_bytes(genesis.bytes.to_vec()).ok()?;
    doc::read_genesis(&change).ok()
}

impl Room {
    /// Whether someone may hear of this document. Of one that is not born nobody hears anything.
    pub(super) fn is_for(&self, warrant: &Warrant) -> bool {
        match self.genesis {
            Some(genesis) => warrant.allows(genesis.space, genesis.kind, Right::Read),
            None => !warrant.is_empty(),
        }
    }

    /// Whether all changes of a message are its sender's to bring, as far as that can be seen before they are proved.
    pub(super) fn admits(&mut self, inbound: &Inbound) -> Result<(), Refusal> {
        let Some(member) = self.members.get(&inbound.connection) else {
            return Ok(());
        };
        if member.warrant.is_unasked() {
            return Ok(());
        }
        let warrant = Arc::clone(&member.warrant);
        let changes = inbound
            .message
            .chunks
            .iter()
            .filter_map(|chunk| match chunk {
                ScannedChunk::Change(change) => Some(change),
                ScannedChunk::Document(_) => None,
            });
        let unknown: Vec<&ChangeRecord> = changes
            .filter(|change| !self.graph.contains(&change.hash))
            .collect();
        match self.genesis {
            Some(genesis) if !unknown.is_empty() => self.is_written_by(&warrant, genesis, &unknown),
            // Before the birth, it is seen once they are proved.
            _ => Ok(()),
        }
    }

    /// Whether changes that were proved are their sender's to bring.
    pub(super) fn permits(
        &mut self,
        connection: ConnectionId,
        changes: &[ChangeRecord],
    ) -> Result<(), Refusal> {
        let Some(member) = self.members.get(&connection) else {
            return Ok(());
        };
        if member.warrant.is_unasked() {
            return Ok(());
        }
        let warrant = Arc::clone(&member.warrant);
        let changes: Vec<&ChangeRecord> = changes.iter().collect();
        match self.genesis {
            Some(genesis) => self.is_written_by(&warrant, genesis, &changes),
            None => {
                let born = changes.iter().find(|change| change.deps.is_empty());
                let Some(born) = born else {
                    return Err(Refusal::NotAllowed("begin"));
                };
                let genesis =
                    genesis(std::slice::from_ref(*born)).ok_or(Refusal::NotAllowed("begin"))?;
                // A territory is its own space, and nothing else is.
                let is_itself = genesis.space == self.document;
                let may = warrant.allows(genesis.space, genesis.kind, Right::Create);
                if !may || is_itself != (genesis.kind == Kind::Territory) {
                    return Err(Refusal::NotAllowed("begin"));
                }
                self.migrations = Some(migrate::changes_after(born));
                self.is_written_by(&warrant, genesis, &changes)
            }
        }
    }

    fn is_written_by(
        &mut self,
        warrant: &Warrant,
        genesis: Genesis,
        changes: &[&ChangeRecord],
    ) -> Result<(), Refusal> {
        if !warrant.allows(genesis.space, genesis.kind, Right::Write) {
            return Err(Refusal::NotAllowed("change"));
        }
        let is_theirs = |change: &&ChangeRecord| {
            warrant.writes_as(&change.actor) || self.is_migration(&change.hash)
        };
        // Migrations are only looked up for what nobody here has written.
        let mut changes = changes.iter().copied();
        changes
            .all(|change| is_theirs(&change))
            .then_some(())
            .ok_or(Refusal::Author)
    }

    fn is_migration(&self, hash: &ChangeHash) -> bool {
        let born = || {
            self.graph
                .changes()
                .iter()
                .find(|change| change.deps.is_empty())
        };
        match &self.migrations {
            Some(migrations) => migrations.contains(hash),
            None => born().is_some_and(|born| migrate::changes_after(born).contains(hash)),
        }
    }

    /// Whether changes that were proved after others were turned down do not build on these.
    pub(super) fn stands_without(
        &self,
        changes: &[ChangeRecord],
        accepted: &[ChangeRecord],
    ) -> Result<(), Refusal> {
        let mut here: HashSet<ChangeHash> = accepted.iter().map(|change| change.hash).collect();
        for change in changes {
            let missing = change
                .deps
                .iter()
                .find(|dep| !self.graph.contains(dep) && !here.contains(dep));
            if let Some(missing) = missing {
                return Err(Refusal::Dependency(*missing));
            }
            here.insert(change.hash);
        }
        Ok(())
    }

    /// The document is born: those who waited for it and may not read it go on waiting in vain.
    pub(super) fn is_born(&mut self, changes: &[ChangeRecord], effects: &mut Vec<RoomEffect>) {
        self.genesis = genesis(changes);
        if self.genesis.is_none() {
            return;
        }
        let strangers: Vec<ConnectionId> = self
            .members
            .iter()
            .filter(|(_, member)| !self.is_for(&member.warrant))
            .map(|(connection, _)| *connection)
            .collect();
        for connection in strangers {
            if let Some(member) = self.members.remove(&connection) {
                let unavailable = self.unavailable(member.peer);
                effects.push(RoomEffect::Send {
                    connection,
                    frame: unavailable.encode(),
                    changes: 0,
                });
            }
        }
    }
}
