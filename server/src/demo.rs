//! The demonstration territory: what a group may have written after a few meetings.
//!
//! The facts are those of public sources about Liège: the three neighbourhoods, the social concierge and its services, the four
//! trades of Concertes, five people on a path, forty jobs aimed at. The texts around them are invented, and the territory says
//! so of itself. Nothing in the program depends on it.
//!
//! Every byte is the same at each run, so that writing it again changes nothing, and every change goes through the same births
//! and commands as a phone's.

mod needs;
mod script;
mod sheets;
mod territory;

use maillage_shared::command::CommandError;
use maillage_shared::doc::ImportError;
use maillage_shared::id::DocumentId;
use maillage_shared::store::{Store, StoreError, StoredChange};
use script::Script;

/// What writing the demonstration did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoReport {
    /// The territory of the demonstration.
    pub territory: DocumentId,
    /// How many documents were written; none when the territory was there already.
    pub written: usize,
}

/// Why the demonstration could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DemoError {
    /// The store answered with an error.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A command of the script was refused: the script is older than a rule.
    #[error("the demonstration breaks a rule: {0}")]
    Command(#[from] CommandError),
    /// A command of the script that adds something added nothing.
    #[error("the demonstration expects a record that was not made")]
    NothingMade,
    /// Two versions of a document of the script do not go together.
    #[error("the demonstration does not merge: {0}")]
    Import(#[from] ImportError),
}

/// Writes the demonstration territory, unless it is there already; what people have since written in it stays.
pub fn write(store: &dyn Store) -> Result<DemoReport, DemoError> {
    let territory = territory_id();
    if store.load(territory)?.is_some() {
        return Ok(DemoReport {
            territory,
            written: 0,
        });
    }
    let batch = documents()?;
    store.append(&batch)?;
    Ok(DemoReport {
        territory,
        written: batch.len(),
    })
}

/// The id of the demonstration territory, the same everywhere.
pub fn territory_id() -> DocumentId {
    Script::new().document_id("territory")
}

/// Every document of the demonstration. The territory comes last: a store that has it has the others.
fn documents() -> Result<Vec<(DocumentId, Vec<StoredChange>)>, DemoError> {
    let mut script = Script::new();
    let space = territory_id();
    let (mut territory, partners) = territory::write(&mut script, space)?;
    let (mut needs, said) = needs::write(&mut script, space)?;
    let sheets = sheets::write(&mut script, space, &partners, &said)?;
    needs::cover(&mut script, &mut needs, &sheets)?;
    territory::index(&mut script, &mut territory, needs.id, &sheets)?;
    let all = sheets
        .into_iter()
        .map(|sheet| sheet.draft)
        .chain([needs, territory]);
    Ok(all.map(|draft| (draft.id, draft.stored())).collect())
}

#[cfg(test)]
mod tests;
