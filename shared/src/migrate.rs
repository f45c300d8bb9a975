//! Upgrades of documents that were born with less than this version knows.
//!
//! A schema version is the list of containers it adds. Documents never change shape in any other way: a field that is missing
//! reads as its default. The list of a version is applied by a change whose only dependency is the genesis change, with an
//! actor derived from the version's name and time 0. Every phone therefore makes the same bytes, whatever else it has written
//! meanwhile, and meeting that change twice does nothing.
//!
//! Schema 1 is applied too, because a client of another make may have created a sheet with half of its sections; a later
//! version then depends on that change in place of the genesis, which is as much the same on every phone.

use crate::change::ChangeRecord;
use crate::doc::{BadGenesis, Document, Kind};
use crate::records::container::{Container, create_missing};
use crate::records::{job_sheet, needs, statements, territory};
use automerge::transaction::{CommitOptions, Transaction};
use automerge::{ActorId, AutomergeError, ChangeHash, ReadDoc};
use sha2::{Digest, Sha256};

/// The containers that one schema version adds to one kind of document. Frozen once released.
struct Migration {
    kind: Kind,
    schema: u32,
    containers: fn() -> Vec<Container>,
}

/// Every schema version of every kind, oldest first. Only ever append.
const MIGRATIONS: &[Migration] = &[
    Migration {
        kind: Kind::Territory,
        schema: 1,
        containers: territory::containers,
    },
    Migration {
        kind: Kind::Needs,
        schema: 1,
        containers: needs::containers,
    },
    Migration {
        kind: Kind::JobSheet,
        schema: 1,
        containers: job_sheet::containers,
    },
    Migration {
        kind: Kind::Statements,
        schema: 1,
        containers: statements::containers,
    },
];

/// Why a document could not be brought up to date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MigrationError {
    /// Its genesis change does not say what it must.
    #[error(transparent)]
    Genesis(#[from] BadGenesis),
    /// automerge refused.
    #[error("automerge: {0}")]
    Automerge(String),
}

/// The schema version with which this version of the program creates documents of a kind.
pub fn schema(kind: Kind) -> u32 {
    MIGRATIONS
        .iter()
        .filter(|migration| migration.kind == kind)
        .map(|migration| migration.schema)
        .max()
        .unwrap_or(1)
}

/// Whether a document has every container this version writes into.
pub fn is_up_to_date(document: &Document, kind: Kind) -> bool {
    is_complete(document, kind, MIGRATIONS)
}

/// Gives a document the containers it was born without, and returns the changes to keep and send, in causal order.
pub fn bring_up_to_date(document: &mut Document) -> Result<Vec<ChangeRecord>, MigrationError> {
    run(document, MIGRATIONS)
}

/// The changes that bring a document up to date that was born with this change, and that change itself where nobody has made it (see
/// [`statements`]): the same on every phone, so that anyone may bring them.
pub(crate) fn changes_after(genesis: &ChangeRecord) -> Vec<ChangeHash> {
    // Whoever asks only compares.
    let newborn = Document::from_changes([genesis], ActorId::from([0]));
    let Ok(mut newborn) = newborn else {
        return Vec::new();
    };
    let kind = newborn.genesis().map(|genesis| genesis.kind);
    let is_nobodys = kind == Ok(Kind::Statements);
    let changes = bring_up_to_date(&mut newborn).unwrap_or_default();
    let changes = changes.iter().map(|change| change.hash);
    changes.chain(is_nobodys.then_some(genesis.hash)).collect()
}

/// Creates, in a genesis change, every container of a kind.
pub(crate) fn create_containers(
    transaction: &mut Transaction<'_>,
    kind: Kind,
) -> Result<(), AutomergeError> {
    for migration in MIGRATIONS.iter().filter(|migration| migration.kind == kind) {
        create_missing(transaction, &(migration.containers)())?;
    }
    Ok(())
}

fn is_complete(document: &Document, kind: Kind, migrations: &[Migration]) -> bool {
    migrations
        .iter()
        .filter(|migration| migration.kind == kind)
        .flat_map(|migration| (migration.containers)())
        .all(|container| container.stands_in(document.reader()))
}

fn run(
    document: &mut Document,
    migrations: &[Migration],
) -> Result<Vec<ChangeRecord>, MigrationError> {
    let kind = document.genesis()?.kind;
    let genesis = document
        .changes()
        .into_iter()
        .find(|change| change.deps.is_empty())
        .ok_or(BadGenesis::Missing)?;
    // A version builds on the one before when that one had something to add, because it may add to its containers.
    let mut base = genesis.hash;
    let mut changes = Vec::new();
    for migration in migrations.iter().filter(|migration| migration.kind == kind) {
        let Some(change) = change_of(document, base, migration)? else {
            continue;
        };
        base = change.hash;
        if document
            .reader()
            .get_change_meta_by_hash(&change.hash)
            .is_none()
        {
            document
                .import([&change])
                .map_err(|error| MigrationError::Automerge(error.to_string()))?;
            changes.push(change);
        }
    }
    Ok(changes)
}

/// The change that applies one migration, the same bytes on every phone; `None` when nothing was missing at that point.
fn change_of(
    document: &Document,
    base: ChangeHash,
    migration: &Migration,
) -> Result<Option<ChangeRecord>, MigrationError> {
    let failed = |error: AutomergeError| MigrationError::Automerge(error.to_string());
    let mut early = document
        .reader()
        .fork_at(&[base])
        .map_err(failed)?
        .with_actor(actor(migration));
    let mut transaction = early.transaction();
    create_missing(&mut transaction, &(migration.containers)()).map_err(failed)?;
    let (hash, _) = transaction.commit_with(CommitOptions::default().with_time(0));
    Ok(hash
        .and_then(|hash| early.get_change_by_hash(&hash))
        .map(|change| ChangeRecord::from(&change)))
}

/// 16 bytes, so that nobody takes the actor of a migration for a person's (20 bytes).
fn actor(migration: &Migration) -> ActorId {
    let name = format!("maillage migration {} {}", migration.kind, migration.schema);
    ActorId::from(&Sha256::digest(name)[..16])
}

#[cfg(test)]
mod tests;
