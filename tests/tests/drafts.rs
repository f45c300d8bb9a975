//! What becomes of words that the relay does not take: a draft on the phone, and the document goes on.

use anyhow::{Context, Result, ensure};
use maillage_shared::command::JobSheetCommand;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::Role;
use maillage_shared::records::{Section, Splice};
use maillage_shared::snapshot::JobSheetSnapshot;
use maillage_shared::sync::client::Rejection;
use maillage_tests::device::Device;
use maillage_tests::house::House;
use maillage_tests::sheet;
use maillage_tests::until::{eventually, when};
use std::time::{Duration, Instant};

/// Writes before all that a text says.
fn write(device: &Device, id: DocumentId, words: &str) -> Result<()> {
    let splice = Splice {
        at: 0,
        delete: 0,
        insert: words.to_owned(),
    };
    let command = JobSheetCommand::EditSection {
        section: Section::Tasks,
        splices: vec![splice],
    };
    device.command(id, &command.into())
}

fn text(device: &Device, id: DocumentId) -> String {
    let read = device.read(id, |document| {
        let sheet = JobSheetSnapshot::read(document);
        sheet.sections.text(Section::Tasks).to_owned()
    });
    read.unwrap_or_default()
}

/// Waits until a phone shows these words, and returns how long that took.
async fn shows(device: &Device, id: DocumentId, words: &str) -> Result<Duration> {
    let start = Instant::now();
    eventually("the words arrive", async || {
        let text = text(device, id);
        when(
            text.contains(words),
            format!("{text:?} {:?}", device.status()),
        )
    })
    .await?;
    Ok(start.elapsed())
}

/// The words that a phone keeps as drafts.
fn drafted(device: &Device) -> String {
    let drafts = device.drafts();
    let parts = drafts.iter().flat_map(|(_, draft)| &draft.parts);
    parts.filter_map(|part| part.after.as_deref()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_loses_the_role_while_writing_keeps_the_words_and_hears_the_others_at_once()
-> Result<()> {
    let house = House::open().await?;
    let amina = house.with(Role::Volunteer, "Amina").await?;
    let sheet = sheet::create(&amina, house.space, "Vélos", "Réparer")?;
    amina.all_sent().await?;
    house.host.find(sheet).await?;

    amina.go_offline();
    write(&amina, sheet, "des vélos ")?;
    write(&amina, sheet, "et des trottinettes ")?;
    house.make(&amina, Role::Guest.into()).await?;
    write(&house.host, sheet, "le matin ")?;
    amina.go_online();
    eventually("her words are a draft", async || {
        let words = drafted(&amina);
        when(
            words == "et des trottinettes des vélos ",
            format!("{words:?} {:?}", amina.status()),
        )
    })
    .await?;
    ensure!(amina.drafts()[0].0 == Rejection::NotAllowed);
    amina.all_sent().await?;
    ensure!(amina.status().refused.is_none(), "{:?}", amina.status());
    ensure!(
        !text(&house.host, sheet).contains("trottinettes"),
        "the group has them"
    );

    // The others are heard at once, and not when she would have tried again.
    shows(&amina, sheet, "le matin ").await?;
    write(&house.host, sheet, "ou le soir ")?;
    let took = shows(&amina, sheet, "ou le soir ").await?;
    ensure!(took < Duration::from_secs(5), "{took:?}");
    ensure!(amina.heads(sheet) == house.host.heads(sheet), "they differ");

    // With the role, what she writes arrives; what was refused does not come by itself.
    house.make(&amina, Role::Volunteer.into()).await?;
    write(&amina, sheet, "chaque samedi ")?;
    shows(&house.host, sheet, "chaque samedi ").await?;
    amina.all_sent().await?;
    ensure!(!text(&house.host, sheet).contains("trottinettes"));
    // What she has kept opens on the same words.
    let kept = amina.kept(sheet).len();
    let changes = amina.read(sheet, |document| document.changes().len())?;
    ensure!(kept == changes, "{kept} kept of {changes}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_begun_without_the_right_is_a_draft_as_a_whole() -> Result<()> {
    let house = House::open().await?;
    let guest = house.with(Role::Guest, "Amina").await?;
    guest.find(house.space).await?;
    let sheet = sheet::create(&guest, house.space, "Vélos", "Réparer")?;
    eventually("the sheet is a draft", async || {
        when(!guest.drafts().is_empty(), format!("{:?}", guest.status()))
    })
    .await?;
    let (why, draft) = guest.drafts().into_iter().next().context("no draft")?;
    ensure!(why == Rejection::NotAllowed);
    let title = draft.parts.iter().find(|part| part.path == ["title"]);
    ensure!(
        title.is_some_and(|part| part.after.as_deref() == Some("Vélos")),
        "{draft:?}"
    );
    ensure!(
        guest.kept(sheet).is_empty() && guest.heads(sheet).is_empty(),
        "it is still there"
    );
    guest.all_sent().await
}
