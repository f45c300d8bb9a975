//! What a territory's own document says of the others.

use crate::device::Device;
use anyhow::Result;
use maillage_shared::command::{Command, TerritoryCommand};
use maillage_shared::doc::Kind;
use maillage_shared::id::DocumentId;
use maillage_shared::snapshot::IndexEntry;

/// Notes in the index of a territory, which must be on this phone, that a document belongs to it.
pub fn list(
    device: &Device,
    territory: DocumentId,
    id: DocumentId,
    kind: Kind,
    title: &str,
) -> Result<()> {
    let entry = IndexEntry {
        id,
        kind,
        title: title.to_owned(),
        trade: None,
        state: None,
    };
    let command = TerritoryCommand::PutIndexEntry(entry);
    device.command(territory, &Command::Territory(command))
}
