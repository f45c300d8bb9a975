//! Who may have a part in the room's document, and bring what.

#[cfg(test)]
mod tests;

use super::batch::Inbound;
use super::{ConnectionId, Room, RoomEffect};
use crate::change::ChangeRecord;
use crate::doc::{self, Genesis, Kind};
use crate::guard::{Refusal, ScannedChunk, ScannedMessage};
use crate::id::DocumentId;
use crate::identity::{Authorship, Receipt};
use crate::migrate;
use crate::roster::Warrant;
use crate::rules::access::Right;
use crate::sync::signatures;
use automerge::{Change, ChangeHash};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What the change that gave birth to a document says; `None` when it is not among these.
pub(super) fn genesis(changes: &[ChangeRecord]) -> Option<Genesis> {
    let genesis = changes.iter().find(|change| change.deps.is_empty())?;
    let change = Change::from_bytes(genesis.bytes.to_vec()).ok()?;
    doc::read_genesis(&change).ok()
}

/// Who brings something, and with which word of the relay's.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    pub(super) warrant: Arc<Warrant>,
    pub(super) presented: Option<(DocumentId, Receipt)>,
    pub(super) signed: Option<Signed>,
}

/// What authors have signed of what somebody else brings, and what they may do. The signatures hold.
#[derive(Debug, Clone)]
pub(super) struct Signed {
    pub(super) words: Vec<Authorship>,
    pub(super) authors: Arc<Warrant>,
}

impl Visitor {
    /// Those of these changes that their authors have signed, who may do this with a document of this kind now.
    fn signed_for(
        &self,
        genesis: Genesis,
        right: Right,
        changes: &[&ChangeRecord],
    ) -> HashSet<ChangeHash> {
        let Some(Signed { words, authors }) = &self.signed else {
            return HashSet::new();
        };
        let mut signed = signatures::covered(words, changes);
        for change in changes {
            let may = authors.allows_as(&change.actor, genesis.space, genesis.kind, right);
            if may != Some(true) {
                signed.remove(&change.hash);
            }
        }
        signed
    }

    /// Those of these changes that the relay has accepted before: the heads of its receipt, and what they build upon.
    fn covered(&self, space: DocumentId, changes: &[&ChangeRecord]) -> HashSet<ChangeHash> {
        let mut covered = HashSet::new();
        let Some((_, receipt)) = self.presented.as_ref().filter(|(of, _)| *of == space) else {
            return covered;
        };
        let brought: HashMap<ChangeHash, &ChangeRecord> = changes
            .iter()
            .map(|change| (change.hash, *change))
            .collect();
        let mut left = receipt.heads.clone();
        while let Some(hash) = left.pop() {
            if let Some(change) = brought.get(&hash)
                && covered.insert(hash)
            {
                left.extend(&change.deps);
            }
        }
        covered
    }
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
        let visitor = &inbound.visitor;
        if visitor.warrant.is_unasked() {
            return Ok(());
        }
        let unknown = self.unknown_changes(&inbound.message);
        match self.genesis {
            Some(genesis) if !unknown.is_empty() => self.is_written_by(visitor, genesis, &unknown),
            // Before the birth, it is seen once they are proved.
            _ => Ok(()),
        }
    }

    /// The changes of a message that are not here.
    pub(super) fn unknown_changes<'m>(&self, message: &'m ScannedMessage) -> Vec<&'m ChangeRecord> {
        let changes = message.chunks.iter().filter_map(|chunk| match chunk {
            ScannedChunk::Change(change) => Some(change),
            ScannedChunk::Document(_) => None,
        });
        changes
            .filter(|change| !self.graph.contains(&change.hash))
            .collect()
    }

    /// Whether changes that were proved are their sender's to bring, after those that were accepted before them in the same batch.
    pub(super) fn permits(
        &mut self,
        visitor: &Visitor,
        changes: &[ChangeRecord],
        accepted: &[ChangeRecord],
    ) -> Result<(), Refusal> {
        if visitor.warrant.is_unasked() {
            return Ok(());
        }
        let changes: Vec<&ChangeRecord> = changes.iter().collect();
        match self.genesis.or_else(|| genesis(accepted)) {
            Some(genesis) => self.is_written_by(visitor, genesis, &changes),
            None => {
                let born = changes.iter().find(|change| change.deps.is_empty());
                let Some(born) = born else {
                    return Err(Refusal::NotAllowed("begin"));
                };
                let genesis =
                    genesis(std::slice::from_ref(*born)).ok_or(Refusal::NotAllowed("begin"))?;
                // What the relay has accepted once and lost may come back with anyone.
                let is_back = visitor
                    .covered(genesis.space, &changes)
                    .contains(&born.hash);
                // A territory is its own space, and nothing else is.
                let is_itself = genesis.space == self.document;
                let (space, kind) = (genesis.space, genesis.kind);
                let may = match kind {
                    // The same bytes everywhere, as was proved: nobody's, and anyone's to bring who may begin them.
                    Kind::Statements => Some(visitor.warrant.allows(space, kind, Right::Create)),
                    _ => {
                        let warrant = &visitor.warrant;
                        warrant.allows_as(&born.actor, space, kind, Right::Create)
                    }
                };
                let may = may.or_else(|| {
                    let begun = visitor.signed_for(genesis, Right::Create, &changes);
                    begun.contains(&born.hash).then_some(true)
                });
                if may.is_none() && !is_back {
                    // Whoever may begin nothing here brings nothing for the team to decide on either.
                    let is_theirs = visitor.warrant.allows(space, kind, Right::Create);
                    let why = match is_theirs {
                        true => Refusal::Author,
                        false => Refusal::NotAllowed("begin"),
                    };
                    return Err(why.of(born.hash));
                }
                let is_fit = may == Some(true) && is_itself == (genesis.kind == Kind::Territory);
                if !is_back && !is_fit {
                    return Err(Refusal::NotAllowed("begin").of(born.hash));
                }
                self.migrations = Some(migrate::changes_after(born));
                self.is_written_by(visitor, genesis, &changes)
            }
        }
    }

    fn is_written_by(
        &mut self,
        visitor: &Visitor,
        genesis: Genesis,
        changes: &[&ChangeRecord],
    ) -> Result<(), Refusal> {
        let Visitor { warrant, .. } = visitor;
        let covered = visitor.covered(genesis.space, changes);
        let is_new = |change: &&&ChangeRecord| !covered.contains(&change.hash);
        let changes: Vec<&ChangeRecord> = changes.iter().filter(is_new).copied().collect();
        if changes.is_empty() {
            return Ok(());
        }
        let may = |right| warrant.allows(genesis.space, genesis.kind, right);
        let signed = visitor.signed_for(genesis, Right::Write, &changes);
        for change in changes {
            let theirs =
                warrant.allows_as(&change.actor, genesis.space, genesis.kind, Right::Write);
            match theirs {
                Some(true) => {}
                Some(false) => return Err(Refusal::NotAllowed("change").of(change.hash)),
                None if signed.contains(&change.hash) => {}
                // Migrations are only looked up for what nobody here has written.
                None if !may(Right::Write) => {
                    return Err(Refusal::NotAllowed("change").of(change.hash));
                }
                None if self.is_migration(&change.hash) => {}
                None => return Err(Refusal::Author.of(change.hash)),
            }
        }
        Ok(())
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
