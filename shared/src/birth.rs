//! What a stored document says of itself, for those who decide about it without opening it.

use crate::doc::{self, Document, Genesis, string_at};
use crate::id::DocumentId;
use crate::identity::PersonId;
use crate::store::StoredChange;
use automerge::{Automerge, Change, ChangeHash, ROOT};
use std::collections::HashSet;

/// The key, at the root of a document that was written anew without something, of the document that it stands for.
pub const REPLACES: &str = "replaces";

/// What is known of a stored document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Birth {
    /// What the change says that gave birth to it.
    pub genesis: Genesis,
    /// The key, by its fingerprint, under which it was born.
    pub author: Option<PersonId>,
    /// The document that it says the same as, without something.
    pub replaces: Option<DocumentId>,
    /// The changes that nobody has built upon, sorted.
    pub heads: Vec<ChangeHash>,
}

impl Birth {
    /// Reads it from the document's changes; `None` when its birth is not among them.
    pub fn read(stored: &[StoredChange]) -> Option<Self> {
        let mut heads: HashSet<ChangeHash> = stored.iter().map(|change| change.hash).collect();
        let mut born = None;
        for change in stored {
            let dependencies = change.dependencies();
            if dependencies.is_empty() {
                born = Some(change);
            }
            for dependency in dependencies {
                heads.remove(&dependency);
            }
        }
        let change = Change::from_bytes(born?.bytes.to_vec()).ok()?;
        let mut heads: Vec<ChangeHash> = heads.into_iter().collect();
        heads.sort();
        Some(Self {
            genesis: doc::read_genesis(&change).ok()?,
            author: PersonId::of_actor(change.actor_id()),
            replaces: replaced(&change),
            heads,
        })
    }
}

/// The document that this one says to stand for.
pub fn stands_for(document: &Document) -> Option<DocumentId> {
    string_at(document.reader(), &ROOT, REPLACES)?.parse().ok()
}

/// The document that this birth says to stand for.
fn replaced(genesis: &Change) -> Option<DocumentId> {
    let mut alone = Automerge::new();
    alone.apply_changes([genesis.clone()]).ok()?;
    string_at(&alone, &ROOT, REPLACES)?.parse().ok()
}
