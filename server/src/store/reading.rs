//! What can be read of one document, put in an order where causes come first.

use super::engine::Engine;
use super::manifest::{Manifest, UNKNOWN_HEAD};
use super::record::{self, Entry, FileHash};
use super::seal::Key;
use super::snapshot::{self, Files};
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::store::{StoreError, StoredChange};
use std::collections::HashSet;
use std::ops::Range;

/// The changes of a document as its records give them.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Changes whose causes are here too, in the order they were appended, or causes first where that order would not do.
    pub(super) changes: Vec<StoredChange>,
    /// Intact changes that lack a cause.
    pub(super) waiting: Vec<StoredChange>,
    /// What is wrong with the records, the first thing met.
    pub(super) damage: Option<String>,
    /// How many entries there were.
    pub(super) entries: usize,
    /// The files that the entries name.
    pub(super) files: Vec<FileHash>,
    /// Whether the only entry holds all changes together.
    pub(super) is_packed: bool,
}

impl Reading {
    /// Reads the records of a document; without its key nothing can be read. No record is inflated to more than `most` bytes.
    pub(super) fn read(
        engine: &Engine,
        files: &Files,
        document: DocumentId,
        secret: Option<&Key>,
        numbers: Range<u64>,
        most: u64,
    ) -> Result<Self, StoreError> {
        let Some(secret) = secret else {
            return Ok(Self {
                damage: (!numbers.is_empty()).then(|| "its key is missing".to_owned()),
                ..Self::default()
            });
        };
        let pieces = engine.pieces(document, numbers.clone())?;
        let entries = record::open(document, secret, numbers, pieces);
        let mut reading = Self {
            damage: entries.damage,
            entries: entries.intact.len(),
            ..Self::default()
        };
        let mut found = Vec::new();
        for (number, entry) in entries.intact {
            let packed = match entry {
                Entry::Change(change) => {
                    found.push(change);
                    continue;
                }
                Entry::Packed(packed) => Some(packed),
                Entry::File(hash) => {
                    reading.files.push(hash);
                    files.read(document, secret, &hash)?
                }
            };
            reading.is_packed = reading.entries == 1;
            match packed.and_then(|packed| snapshot::unpack(&packed, most)) {
                Some(changes) => found.extend(changes),
                None => {
                    let what = format!("the changes of record {number} cannot be read");
                    reading.damage.get_or_insert(what);
                }
            }
        }
        let mut seen = HashSet::with_capacity(found.len());
        found.retain(|change| seen.insert(change.hash));
        (reading.changes, reading.waiting) = in_causal_order(found);
        Ok(reading)
    }

    /// Every intact change.
    pub(super) fn all(self) -> Vec<StoredChange> {
        let mut all = self.changes;
        all.extend(self.waiting);
        all
    }

    /// Whether every change that was ever appended is here, whatever happened to the records.
    pub(super) fn has_all(&self, manifest: &Manifest) -> bool {
        // A manifest that names nothing was made for a document of which nothing is known.
        let is_known = !manifest.heads.is_empty() && !manifest.heads.contains(&UNKNOWN_HEAD);
        if !self.waiting.is_empty() || !is_known {
            return false;
        }
        if self.damage.is_none() && self.changes.len() as u64 == manifest.changes {
            return true;
        }
        let hashes: HashSet<ChangeHash> = self.changes.iter().map(|change| change.hash).collect();
        manifest.heads.iter().all(|head| hashes.contains(head))
    }

    /// What is wrong with the document, in words.
    pub(super) fn complaint(&self, manifest: &Manifest) -> Option<String> {
        let counted = || {
            if manifest.heads.contains(&UNKNOWN_HEAD) {
                let found = self.changes.len();
                return format!("{found} changes are left, and how many there were is not known");
            }
            let (found, expected) = (self.changes.len(), manifest.changes);
            format!("{found} of {expected} changes have all their causes")
        };
        match &self.damage {
            Some(damage) => Some(format!("{damage}, {}", counted())),
            None => (!self.has_all(manifest)).then(counted),
        }
    }
}

/// Splits changes into those whose causes are all among them, causes first, and the others. The given order stays where it can.
fn in_causal_order(changes: Vec<StoredChange>) -> (Vec<StoredChange>, Vec<StoredChange>) {
    let mut placed = HashSet::with_capacity(changes.len());
    let mut ordered = Vec::with_capacity(changes.len());
    let mut waiting = changes;
    loop {
        let before = ordered.len();
        let mut still = Vec::new();
        for change in waiting {
            if change.dependencies().iter().all(|dep| placed.contains(dep)) {
                placed.insert(change.hash);
                ordered.push(change);
            } else {
                still.push(change);
            }
        }
        waiting = still;
        if waiting.is_empty() || ordered.len() == before {
            return (ordered, waiting);
        }
    }
}
