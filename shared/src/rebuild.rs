//! A document without changes that a relay has refused for good.
//!
//! In a hash graph, whoever has built on a refused change can never be accepted again. So the document is made anew from the other changes;
//! what its author wrote afterwards is written once more, as one change upon these; and what cannot be is a [`Draft`]: nothing that was
//! written goes without a word.
//!
//! Three versions are compared: what is accepted (the *good* one), what was there with the refused changes (the *base*), and what was there
//! with all (the *last*). What leads from the base to the last is written again on the good version; of what leads from the good version to
//! the last, what is not in the new document is the draft.

mod draft;
mod merge;
#[cfg(test)]
mod tests;
mod text;
mod tree;

pub use draft::{Draft, DraftPart, DraftPlace};

use crate::change::ChangeRecord;
use crate::doc::{Document, ImportError, Imported};
use crate::identity::PersonId;
use crate::time::UnixMillis;
use automerge::{ActorId, ChangeHash};
use merge::Plan;
use std::collections::{BTreeSet, HashSet};

/// What is refused, and who rebuilds the document.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The changes that were refused.
    pub changes: HashSet<ChangeHash>,
    /// Whose later changes are written again: those who use this phone.
    pub mine: BTreeSet<PersonId>,
    /// Under which the new document is written in: never used before.
    pub actor: ActorId,
}

/// A document that was made anew.
#[derive(Debug, Clone)]
pub struct Rebuilt {
    /// The document, with [`Rebuilt::again`]; `None` when its birth was among what was refused.
    pub document: Option<Document>,
    /// The changes that are no longer in it: the refused ones, and all that built upon them.
    pub removed: HashSet<ChangeHash>,
    /// What was written after them and not refused, as one new change.
    pub again: Option<ChangeRecord>,
    /// What is in the document no longer.
    pub draft: Draft,
}

/// Makes a document anew: this is what phones download when they need it, hence a type for whoever calls it.
pub type Rebuild = fn(&Document, &Refused, UnixMillis) -> Result<Rebuilt, ImportError>;

/// Makes `document` anew without what is refused.
pub fn rebuild(
    document: &Document,
    refused: &Refused,
    now: UnixMillis,
) -> Result<Rebuilt, ImportError> {
    let histories = Histories::of(document.changes(), refused);
    let removed = histories.removed();
    if histories.good.iter().all(|change| !change.deps.is_empty()) {
        let draft = merge::all_of(document);
        return Ok(Rebuilt {
            document: None,
            removed,
            again: None,
            draft,
        });
    }
    let good = Document::from_changes(&histories.good, refused.actor.clone())?;
    let mut base = good.clone();
    let refused_edits = base.import(&histories.refused)?;
    let mut last = base.clone();
    let later_edits = last.import(&histories.later)?;
    let Plan { writes, draft } = merge::plan([&good, &base, &last], &refused_edits, &later_edits);
    let mut rebuilt = good.clone();
    let committed = rebuilt.transact(now, |transaction| {
        writes
            .iter()
            .try_for_each(|write| write.perform(transaction))
    });
    let (document, again, draft) = match committed {
        Ok(committed) => (rebuilt, committed.change, draft),
        Err(_) => {
            // Nothing can be written again: all of it is in the draft, and the document is as it was accepted.
            let nothing = Imported::default();
            let plan = merge::plan([&good, &last, &last], &nothing, &nothing);
            (good, None, plan.draft)
        }
    };
    Ok(Rebuilt {
        document: Some(document),
        removed,
        again,
        draft,
    })
}

/// The changes of a document, apart.
struct Histories {
    good: Vec<ChangeRecord>,
    /// What is refused, with what others have built upon it and all that this builds upon.
    refused: Vec<ChangeRecord>,
    /// What whoever uses this phone has written after that.
    later: Vec<ChangeRecord>,
}

impl Histories {
    /// Takes the changes apart, which come causes first.
    fn of(changes: Vec<ChangeRecord>, refused: &Refused) -> Self {
        let mut bad: HashSet<ChangeHash> = HashSet::new();
        let mut needed: HashSet<ChangeHash> = HashSet::new();
        for change in &changes {
            let is_refused = refused.changes.contains(&change.hash);
            if is_refused || change.deps.iter().any(|dep| bad.contains(dep)) {
                bad.insert(change.hash);
                let author = PersonId::of_actor(&change.actor);
                let is_mine = author.is_some_and(|author| refused.mine.contains(&author));
                if is_refused || !is_mine {
                    needed.insert(change.hash);
                }
            }
        }
        for change in changes.iter().rev() {
            if needed.contains(&change.hash) {
                needed.extend(change.deps.iter().filter(|dep| bad.contains(*dep)));
            }
        }
        let mut histories = Self {
            good: Vec::new(),
            refused: Vec::new(),
            later: Vec::new(),
        };
        for change in changes {
            if !bad.contains(&change.hash) {
                histories.good.push(change);
            } else if needed.contains(&change.hash) {
                histories.refused.push(change);
            } else {
                histories.later.push(change);
            }
        }
        histories
    }

    fn removed(&self) -> HashSet<ChangeHash> {
        let removed = self.refused.iter().chain(&self.later);
        removed.map(|change| change.hash).collect()
    }
}
