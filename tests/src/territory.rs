//! Territories that the demonstration does not show: a new one, where nobody has written anything.

use crate::device::{Device, now, random};
use anyhow::Result;
use maillage_shared::command::{Command, TerritoryCommand};
use maillage_shared::doc::Kind;
use maillage_shared::id::DocumentId;
use maillage_shared::records::{needs, territory};
use maillage_shared::snapshot::IndexEntry;

/// Founds a territory with empty needs and no sheet, and returns its id.
pub fn found(device: &Device, name: &str) -> Result<DocumentId> {
    let id = DocumentId::from_entropy(random()?);
    let (document, genesis) = territory::birth(id, name, device.actor(), now())?;
    device.create_as(id, document, genesis);
    add_needs(device, id)?;
    Ok(id)
}

/// Gives a territory, which must be on this phone, the document of its needs, and returns the id of that.
pub fn add_needs(device: &Device, territory: DocumentId) -> Result<DocumentId> {
    let (document, genesis) = needs::birth(territory, device.actor(), now())?;
    let needs = device.create(document, genesis)?;
    list(device, territory, needs, Kind::Needs, "")?;
    Ok(needs)
}

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
