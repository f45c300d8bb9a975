//! The prover of this version: it keeps a copy of the document and applies everything there first.

use super::crash::contain;
use super::document::{expand, reader_actor};
use super::history::History;
use super::reader::{malformed, too_large};
use super::{Prover, Refusal, ScannedChunk, scan_chunk};
use crate::change::ChangeRecord;
use crate::doc::{BadGenesis, Document, Kind, read_genesis};
use crate::id::DocumentId;
use crate::limits::Limits;
use crate::store::StoredChange;
use automerge::Change;
use std::collections::HashSet;

/// Proves changes by checking all that they name, applying them to a copy of the document, saving that copy and reading it back.
///
/// It costs the memory of the document twice and, for each submission, the time to save and load it.
#[derive(Debug)]
pub struct ShadowProver {
    document: DocumentId,
    limits: Limits,
    history: History,
    /// The copy; gone after a refusal that may have left it half changed, until `saved` is read back.
    shadow: Option<Document>,
    /// The copy as it was last proved, never empty once there is a genesis.
    saved: Vec<u8>,
}

impl ShadowProver {
    /// A prover for the document of this name, which holds the changes in `stored`, in an order where causes come first.
    ///
    /// What is stored is proved again: a damaged store shows here and not on a phone.
    pub fn open(
        document: DocumentId,
        stored: &[StoredChange],
        limits: Limits,
    ) -> Result<Self, Refusal> {
        let mut prover = Self {
            document,
            limits,
            history: History::new(limits),
            shadow: Some(Document::empty(reader_actor())),
            saved: Vec::new(),
        };
        let chunks = stored
            .iter()
            .map(|change| match scan_chunk(&change.bytes, &limits)? {
                ScannedChunk::Change(record) if record.hash == change.hash => {
                    Ok(ScannedChunk::Change(record))
                }
                _ => Err(malformed(
                    "stored change",
                    "it is not the one it is named after",
                )),
            })
            .collect::<Result<Vec<_>, _>>()?;
        prover.prove(&chunks)?;
        Ok(prover)
    }

    /// The submission as single changes, without those that are known or repeated.
    fn unknown(&self, submission: &[ScannedChunk]) -> Result<Vec<ChangeRecord>, Refusal> {
        let mut seen = HashSet::new();
        let mut unknown = Vec::new();
        let mut keep = |change: ChangeRecord| {
            if !self.history.contains(&change.hash) && seen.insert(change.hash) {
                unknown.push(change);
            }
        };
        for chunk in submission {
            match chunk {
                ScannedChunk::Change(change) => keep(change.clone()),
                ScannedChunk::Document(bytes) => {
                    expand(bytes, &self.limits)?.into_iter().for_each(&mut keep)
                }
            }
        }
        Ok(unknown)
    }

    fn admit(&mut self, changes: &[ChangeRecord]) -> Result<(), Refusal> {
        // Whatever order honest authors wrote in, each operation took a counter at most one above all before it.
        let operations: u64 = changes.iter().map(|change| change.operations).sum();
        let ceiling = self.history.max_op().saturating_add(operations);
        for change in changes {
            let first = self.history.is_empty();
            self.history.admit(change, ceiling)?;
            if first {
                self.check_genesis(change)?;
            }
        }
        Ok(())
    }

    fn check_genesis(&self, record: &ChangeRecord) -> Result<(), Refusal> {
        let genesis = contain(|| {
            Change::from_bytes(record.bytes.to_vec())
                .map_err(|error| malformed("change", error.to_string()))
                .and_then(|change| Ok(read_genesis(&change)?))
        })??;
        // A territory names itself: it is the space of all its documents.
        if genesis.kind == Kind::Territory && genesis.space != self.document {
            return Err(BadGenesis::Field("space").into());
        }
        Ok(())
    }

    /// Applies changes to the copy, which is lost when this fails.
    fn apply(&mut self, changes: &[ChangeRecord]) -> Result<(), Refusal> {
        let mut shadow = match self.shadow.take() {
            Some(shadow) => shadow,
            None => self.restore()?,
        };
        contain(|| shadow.import(changes))?.map_err(|error| Refusal::DoesNotApply(error.0))?;
        let saved = contain(|| shadow.reader().save_nocompress())?;
        if saved.len() > self.limits.inflated_bytes {
            return Err(too_large(
                "document",
                saved.len() as u64,
                self.limits.inflated_bytes as u64,
            ));
        }
        let reloaded =
            contain(|| Document::load(&saved, reader_actor()).map(|document| document.heads()))?
                .map_err(|error| {
                    Refusal::DoesNotApply(format!(
                        "saved, the document cannot be read back: {error}"
                    ))
                })?;
        if reloaded != shadow.heads() {
            return Err(Refusal::DoesNotApply(
                "saved, the document has another history".to_owned(),
            ));
        }
        self.shadow = Some(shadow);
        self.saved = saved;
        Ok(())
    }

    fn restore(&self) -> Result<Document, Refusal> {
        if self.saved.is_empty() {
            return Ok(Document::empty(reader_actor()));
        }
        contain(|| Document::load(&self.saved, reader_actor()))?
            .map_err(|error| Refusal::DoesNotApply(error.0))
    }
}

impl Prover for ShadowProver {
    fn prove(&mut self, submission: &[ScannedChunk]) -> Result<Vec<ChangeRecord>, Refusal> {
        let changes = self.unknown(submission)?;
        if changes.is_empty() {
            return Ok(changes);
        }
        let mark = self.history.mark();
        match self.admit(&changes).and_then(|()| self.apply(&changes)) {
            Ok(()) => Ok(changes),
            Err(refusal) => {
                self.history.return_to(mark);
                Err(refusal)
            }
        }
    }
}
