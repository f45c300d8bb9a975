//! Erasing documents: who may, what belongs to whom, and what is left of them.

use super::{By, Decision, Deed, Denied, Heads, Request, Roster, Tombstone, Warrant};
use crate::birth::Birth;
use crate::doc::Kind;
use crate::id::DocumentId;
use crate::identity::PersonId;
use crate::records::statements;
use crate::rules::access::{self, Right};
use std::collections::BTreeMap;

/// An erased document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gone {
    /// What it was about, as far as this version knows: whoever could read it hears of it.
    kind: Option<Kind>,
    tombstone: Tombstone,
}

pub(super) type AllGone = BTreeMap<DocumentId, Gone>;

impl Roster {
    /// What is left of this document, if it was erased.
    pub fn tombstone(&self, document: DocumentId) -> Option<&Tombstone> {
        self.gone.get(&document).map(|gone| &gone.tombstone)
    }

    /// All documents that were erased.
    pub fn tombstones(&self) -> impl Iterator<Item = &Tombstone> {
        self.gone.values().map(|gone| &gone.tombstone)
    }

    /// Those of these erased documents, or of all, that the holder of a warrant may hear of.
    pub fn tombstones_for(&self, warrant: &Warrant, only: Option<&[DocumentId]>) -> Vec<Tombstone> {
        let may_hear = |gone: &&Gone| {
            let is_asked = only.is_none_or(|only| only.contains(&gone.tombstone.document));
            let kind = gone.kind;
            is_asked && kind.is_some_and(|kind| warrant.allows(self.space, kind, Right::Read))
        };
        let heard = self.gone.values().filter(may_hear);
        heard.map(|gone| gone.tombstone.clone()).collect()
    }

    /// Decides whether a document is erased or replaced; `None` for other requests. `births` knows what is stored.
    pub fn decide_erasing(
        &self,
        by: By,
        request: &Request,
        births: impl Fn(DocumentId) -> Option<Birth>,
    ) -> Option<Result<Decision, Denied>> {
        match request {
            Request::EraseDocument { document, .. } => {
                Some(self.decide_gone(by, *document, None, &births))
            }
            Request::Replace {
                document,
                with,
                heads,
                ..
            } => Some(self.decide_gone(by, *document, Some((*with, heads)), &births)),
            _ => None,
        }
    }

    fn decide_gone(
        &self,
        by: By,
        document: DocumentId,
        with: Option<(DocumentId, &Heads)>,
        births: &impl Fn(DocumentId) -> Option<Birth>,
    ) -> Result<Decision, Denied> {
        self.check(by, access::Act::Steward)?;
        let replaced_by = with.map(|(with, _)| with);
        // Whose answer was lost on the way asks again.
        if let Some(gone) = self.tombstone(document) {
            let is_same = gone.replaced_by == replaced_by;
            return is_same.then(Decision::nothing_more).ok_or(Denied::Unknown);
        }
        let is_ours = |birth: &Birth| {
            birth.genesis.space == self.space && birth.genesis.kind != Kind::Territory
        };
        let old = births(document).filter(is_ours).ok_or(Denied::Unknown)?;
        let mut heads = Heads::default();
        if let Some((with, until)) = with {
            let new = births(with)
                .filter(is_ours)
                .filter(|new| new.replaces == Some(document))
                .filter(|new| new.genesis.kind == old.genesis.kind)
                .ok_or(Denied::Unknown)?;
            if self.tombstone(with).is_some() || new.heads.is_empty() {
                return Err(Denied::Unknown);
            }
            heads = until.clone();
            heads.0.sort();
            if heads.0 != old.heads {
                return Err(Denied::Changed);
            }
        }
        let mut decision = Decision::done(Deed::Dropped {
            document,
            kind: old.genesis.kind.as_str().to_owned(),
            replaced_by,
            heads,
        });
        // What was stated about a sheet goes with it.
        let stated = statements::beside(document);
        if old.genesis.kind == Kind::JobSheet
            && replaced_by.is_none()
            && self.tombstone(stated).is_none()
            && births(stated).filter(is_ours).is_some()
        {
            decision.deeds.push(Deed::Dropped {
                document: stated,
                kind: Kind::Statements.as_str().to_owned(),
                replaced_by: None,
                heads: Heads::default(),
            });
        }
        Ok(decision)
    }

    /// What is erased together with someone: the documents of kinds that belong to whoever began them.
    pub fn belongings<'b>(
        &self,
        person: PersonId,
        documents: impl IntoIterator<Item = (DocumentId, &'b Birth)>,
        is_personal: impl Fn(Kind) -> bool,
    ) -> Vec<Deed> {
        let is_theirs = |birth: &Birth| {
            let owner = birth.author.and_then(|key| self.member_of(key));
            birth.genesis.space == self.space
                && is_personal(birth.genesis.kind)
                && owner.is_some_and(|(owner, _)| owner == person)
        };
        documents
            .into_iter()
            .filter(|(document, birth)| is_theirs(birth) && self.tombstone(*document).is_none())
            .map(|(document, birth)| Deed::Dropped {
                document,
                kind: birth.genesis.kind.as_str().to_owned(),
                replaced_by: None,
                heads: Heads::default(),
            })
            .collect()
    }

    pub(super) fn dropped(
        &mut self,
        document: DocumentId,
        kind: &str,
        replaced_by: Option<DocumentId>,
        heads: &Heads,
    ) {
        let gone = Gone {
            kind: kind.parse().ok(),
            tombstone: Tombstone {
                document,
                replaced_by,
                heads: heads.clone(),
            },
        };
        self.gone.insert(document, gone);
    }
}
