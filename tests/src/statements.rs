//! What phones without a screen state about sheets, and what they read of it: honest statements, and those of someone who forges.

use crate::device::{Device, now, random};
use crate::house::House;
use anyhow::{Result, ensure};
use maillage_shared::ChangeHash;
use maillage_shared::command::{Command, StatementsCommand};
use maillage_shared::doc::Document;
use maillage_shared::id::{DocumentId, RecordId};
use maillage_shared::identity::{PersonKey, Role, Roles, Signature};
use maillage_shared::records::statements::{beside, birth, read};
use maillage_shared::roster::{Answer as Told, Request};
use maillage_shared::statement::{
    Answer, Channel, Content, Opinion, Place, Signed, Stated, Statement, StatementId,
};

/// The answer of an organisation, given by whoever speaks for it.
pub fn opinion(partner: &str, answer: Answer) -> Content {
    Content::Opinion(Opinion {
        partner: RecordId::from_key(partner),
        answer,
        channel: Channel::Themselves,
    })
}

/// A statement about a sheet, as it stands in this version.
pub fn statement(
    space: DocumentId,
    sheet: DocumentId,
    heads: Vec<ChangeHash>,
    content: Content,
) -> Result<Statement> {
    Ok(Statement {
        id: StatementId::from_entropy(random()?),
        space,
        sheet,
        heads,
        at: now(),
        content,
    })
}

/// The statement with the signature of this key.
pub fn sign(statement: Statement, key: &PersonKey) -> Result<Signed> {
    let draft = statement.draft()?;
    let signature = key.sign(&draft.message());
    Ok(draft.signed(key.public(), signature)?)
}

/// The statement as if the holder of one key had signed it, with this signature.
pub fn pretend(statement: Statement, key: &PersonKey, signature: Signature) -> Result<Signed> {
    Ok(statement.draft()?.signed(key.public(), signature)?)
}

/// Begins the statements beside a sheet on a phone, as the first who states something does.
pub fn begin(device: &Device, space: DocumentId, sheet: DocumentId) -> Result<()> {
    let genesis = birth(space, sheet)?;
    let document = Document::from_changes([&genesis], device.actor())?;
    device.create_as(beside(sheet), document, genesis);
    Ok(())
}

/// Puts something beside a sheet.
pub fn put(device: &Device, sheet: DocumentId, signed: Signed) -> Result<()> {
    let command = Command::Statements(StatementsCommand::Add(Box::new(signed)));
    device.command(beside(sheet), &command)
}

/// Everything beside a sheet, as this phone judges it by itself.
pub fn judged(device: &Device, space: DocumentId, sheet: DocumentId) -> Result<Vec<Stated>> {
    let members = device.members(space);
    let members = members.ok_or_else(|| anyhow::anyhow!("nobody knows who is who"))?;
    let entries = device.read(beside(sheet), read)?;
    let place = Place { space, sheet };
    Ok(Stated::all(&entries, place, &members, |_, signed| {
        signed.is_true()
    }))
}

/// Has the host say that someone speaks for this organisation.
pub async fn speaks_for(house: &House, device: &Device, partner: &str) -> Result<()> {
    let request = Request::Become {
        space: house.space,
        person: device.person(),
        roles: Roles::from(Role::Partner),
        partner: Some(partner.to_owned()),
    };
    let answer = house.host.ask(&request).await?;
    ensure!(answer == Told::Done, "{answer:?}");
    Ok(())
}
