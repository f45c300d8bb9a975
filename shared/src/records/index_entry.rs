//! What a territory notes about each of its documents.

use super::field::{records, value};
use super::job_sheet;
use crate::doc::{Document, Kind};
use crate::id::DocumentId;
use crate::order;
use crate::snapshot::{IndexEntry, JobSheetSnapshot};
use automerge::{Automerge, ObjId};

pub(crate) const KIND: &str = "kind";
pub(crate) const TITLE: &str = job_sheet::TITLE;
pub(crate) const TRADE: &str = job_sheet::TRADE;
pub(crate) const STATE: &str = job_sheet::STATE;

/// Reads every entry of a kind this version knows, by kind, then title.
pub(crate) fn read_all(reader: &Automerge, container: Option<&ObjId>) -> Vec<IndexEntry> {
    let mut all: Vec<_> = records(reader, container)
        .into_iter()
        .filter_map(|(key, record)| {
            Some(IndexEntry {
                id: key.parse().ok()?,
                kind: value::<String>(reader, &record, KIND)?.parse().ok()?,
                title: value(reader, &record, TITLE).unwrap_or_default(),
                trade: value(reader, &record, TRADE),
                state: value(reader, &record, STATE),
            })
        })
        .collect();
    order::by_key(&mut all, |entry| {
        (entry.kind, entry.title.to_lowercase(), entry.id)
    });
    all
}

impl IndexEntry {
    /// What to note about a job sheet.
    pub fn of_job_sheet(id: DocumentId, sheet: &JobSheetSnapshot) -> Self {
        Self {
            id,
            kind: Kind::JobSheet,
            title: sheet.title.words().to_owned(),
            trade: sheet.trade.value().cloned(),
            state: Some(sheet.state()),
        }
    }

    /// What to note about the needs.
    pub fn of_needs(id: DocumentId) -> Self {
        Self {
            id,
            kind: Kind::Needs,
            title: String::new(),
            trade: None,
            state: None,
        }
    }

    /// What to note about a document, whatever it is; `None` for a territory, which is not in its own index, for statements, which are
    /// found by their sheet, and for a document whose genesis says nothing.
    pub fn of(id: DocumentId, document: &Document) -> Option<Self> {
        match document.genesis().ok()?.kind {
            Kind::Territory | Kind::Statements => None,
            Kind::Needs => Some(Self::of_needs(id)),
            Kind::JobSheet => Some(Self::of_job_sheet(id, &JobSheetSnapshot::read(document))),
        }
    }
}
