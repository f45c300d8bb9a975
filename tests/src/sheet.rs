//! Job sheets as the stories see them: one made by our own client, one as a foreign client would make it, and what all of them read.

use crate::device::{Device, now};
use crate::line::Line;
use crate::until::{eventually, when};
use anyhow::{Context, Result};
use automerge::transaction::Transactable;
use automerge::{Automerge, AutomergeError, ObjId, ObjType, ROOT, ReadDoc};
use maillage_shared::change::ChangeRecord;
use maillage_shared::command::{Command, JobSheetCommand, SheetValue};
use maillage_shared::doc::Document;
use maillage_shared::id::DocumentId;
use maillage_shared::records::{NewJobSheet, Section, job_sheet};
use maillage_shared::snapshot::{JobSheetSnapshot, Known};
use maillage_shared::sync::client::LinkState;
use serde_json::{Value, json};

/// Creates a sheet on a phone and returns its id.
pub fn create(device: &Device, space: DocumentId, title: &str, need: &str) -> Result<DocumentId> {
    let new = NewJobSheet {
        title: title.to_owned(),
        need: need.to_owned(),
        ..NewJobSheet::default()
    };
    let (document, genesis) = job_sheet::birth(space, &new, device.actor(), now())?;
    device.create(document, genesis)
}

/// Creates a sheet whose price two people have set at the same time, and returns its id. `other_line` is that of the second of them,
/// and is cut meanwhile.
pub async fn contested(
    one: &Device,
    (other, other_line): (&Device, &Line),
    space: DocumentId,
    title: &str,
    prices: [&str; 2],
) -> Result<DocumentId> {
    let id = create(one, space, title, "")?;
    one.all_sent().await?;
    other.find(id).await?;
    other_line.cut();
    eventually("the second phone has lost its line", async || {
        let link = other.status().link;
        when(link != LinkState::Online, format!("{link:?}"))
    })
    .await?;
    for (device, price) in [one, other].into_iter().zip(prices) {
        let price = SheetValue::Price(Known::Known(price.to_owned()));
        device.command(id, &Command::JobSheet(JobSheetCommand::Set(price)))?;
    }
    one.all_sent().await?;
    other_line.mend();
    other.all_sent().await?;
    Ok(id)
}

/// A sheet as a JavaScript client makes it: plain values, every string a text.
pub fn value(space: DocumentId, title: &str, need: &str) -> Value {
    let mut sections = serde_json::Map::new();
    for section in Section::ALL {
        sections.insert(section.code().to_owned(), json!(""));
    }
    sections.insert(Section::Need.code().to_owned(), json!(need));
    json!({ "kind": "job_sheet", "schema": 1, "space": space.to_string(), "title": title, "sections": sections })
}

/// A sheet as a Rust client that is not ours makes it.
pub fn automerge(space: DocumentId, title: &str, need: &str) -> Result<Automerge, AutomergeError> {
    let mut document = Automerge::new();
    let mut transaction = document.transaction();
    transaction.put(ROOT, "kind", "job_sheet")?;
    transaction.put(ROOT, "schema", 1)?;
    transaction.put(ROOT, "space", space.to_string())?;
    transaction.put(ROOT, "title", title)?;
    let sections = transaction.put_object(ROOT, "sections", ObjType::Map)?;
    for section in Section::ALL {
        let text = transaction.put_object(&sections, section.code(), ObjType::Text)?;
        if section == Section::Need {
            transaction.splice_text(&text, 0, 0, need)?;
        }
    }
    transaction.commit();
    Ok(document)
}

/// The text object of one section.
pub fn section(document: &impl ReadDoc, section: Section) -> Option<ObjId> {
    let (_, sections) = document.get(ROOT, "sections").ok()??;
    let (_, text) = document.get(&sections, section.code()).ok()??;
    Some(text)
}

/// The words of one section in any automerge document.
pub fn words(document: &impl ReadDoc, wanted: Section) -> Result<String> {
    let text = section(document, wanted).context("the sheet has no such section")?;
    Ok(document.text(&text)?)
}

/// What a phone reads of a sheet.
pub fn read(device: &Device, id: DocumentId) -> Result<JobSheetSnapshot> {
    device.read(id, JobSheetSnapshot::read)
}

/// Gives a sheet another title.
pub fn entitle(device: &Device, id: DocumentId, title: &str) -> Result<()> {
    device.edit(id, |document| entitled(document, title))
}

/// The change that gives a document another title.
pub fn entitled(document: &mut Document, title: &str) -> Result<Vec<ChangeRecord>, AutomergeError> {
    let committed =
        document.transact(now(), |transaction| transaction.put(ROOT, "title", title))?;
    Ok(committed.change.into_iter().collect())
}

/// Adds words at the end of a section, as one change.
pub fn append(device: &Device, id: DocumentId, to: Section, words: &str) -> Result<()> {
    device.edit(id, |document| add(document, to, words))
}

fn add(
    document: &mut Document,
    to: Section,
    words: &str,
) -> Result<Vec<ChangeRecord>, AutomergeError> {
    let text = section(document.reader(), to).ok_or(AutomergeError::Fail)?;
    let end = document.reader().length(&text);
    let committed = document.transact(now(), |transaction| {
        transaction.splice_text(&text, end, 0, words)
    })?;
    Ok(committed.change.into_iter().collect())
}
