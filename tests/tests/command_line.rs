//! The program as whoever looks after a relay meets it: one clear sentence when it cannot start, a clean end when it is asked to.

use anyhow::{Context, Result};
use maillage_shared::id::DocumentId;
use maillage_shared::records::Section;
use maillage_tests::device::{Device, random};
use maillage_tests::relay::{self, Ended, Relay};
use maillage_tests::sheet;
use std::fs;
use std::path::Path;
use std::time::Duration;

async fn serve(data: &Path) -> Result<Ended> {
    let data = data.to_str().context("a folder's name is not Unicode")?;
    relay::run(&["serve", "--listen", "127.0.0.1:0", "--data", data]).await
}

/// The program ended badly, after one sentence that says this.
fn assert_refused(ended: &Ended, words: &str) {
    assert!(
        !ended.status.success(),
        "it ended as if all were well: {ended:?}"
    );
    assert!(ended.output.is_empty(), "it printed an address: {ended:?}");
    let lines: Vec<&str> = ended
        .errors
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    assert_eq!(lines.len(), 1, "not one sentence: {}", ended.errors);
    assert!(
        lines[0].contains(words),
        "{:?} does not say {words:?}",
        lines[0]
    );
    assert!(!lines[0].contains("panicked"), "{:?}", lines[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_in_use_is_refused_and_its_owner_goes_on() -> Result<()> {
    let data = tempfile::tempdir()?;
    let mut owner = Relay::start(data.path()).await?;
    let refused = serve(data.path()).await?;
    assert_refused(&refused, "in use");
    assert!(
        refused.errors.contains(&*data.path().to_string_lossy()),
        "{refused:?} does not name the folder"
    );
    assert!(owner.is_running()?);
    let phone = Device::start(&owner.sync_url())?;
    sheet::create(&phone, DocumentId::from_entropy(random()?), "Atelier", "")?;
    phone.all_sent().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_read_is_refused() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("data");
    fs::write(&file, "not a folder")?;
    let refused = serve(&file).await?;
    assert_refused(&refused, &file.to_string_lossy());
    assert_refused(
        &serve(&file.join("below")).await?,
        "cannot be read or written",
    );
    assert_eq!(fs::read_to_string(&file)?, "not a folder");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_a_newer_version_is_refused_and_left_alone() -> Result<()> {
    let data = tempfile::tempdir()?;
    let relay = Relay::start(data.path()).await?;
    relay.terminate(Duration::from_secs(10)).await?;
    let format = data.path().join("format");
    let text = fs::read_to_string(&format).context("the store does not say its format")?;
    fs::write(
        &format,
        text.replace(|letter: char| letter.is_ascii_digit(), "999"),
    )?;
    let before = names(data.path())?;
    let refused = serve(data.path()).await?;
    assert_refused(&refused, "newer");
    assert!(
        refused.errors.contains("999"),
        "{refused:?} does not name the version"
    );
    assert_eq!(names(data.path())?, before);
    Ok(())
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut names: Vec<String> = entries
        .iter()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_in_use_is_refused() -> Result<()> {
    let (first, second) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let owner = Relay::start(first.path()).await?;
    let listen = owner.address().to_string();
    let data = second
        .path()
        .to_str()
        .context("a folder's name is not Unicode")?;
    let refused = relay::run(&["serve", "--listen", &listen, "--data", data]).await?;
    assert_refused(&refused, &listen);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_is_the_first_line_and_is_answered() -> Result<()> {
    let data = tempfile::tempdir()?;
    // Reading that line is how every story finds its relay; port 0 became a real one.
    let relay = Relay::start(data.path()).await?;
    assert_ne!(relay.address().port(), 0);
    assert_eq!(
        maillage_tests::http::get(relay.address(), "/healthz", &[])
            .await?
            .status,
        200
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_is_asked_to_stop_stops_soon_and_keeps_what_was_written() -> Result<()> {
    let data = tempfile::tempdir()?;
    let relay = Relay::start(data.path()).await?;
    let writer = Device::start(&relay.sync_url())?;
    let id = sheet::create(
        &writer,
        DocumentId::from_entropy(random()?),
        "Atelier",
        "Ici.",
    )?;
    writer.all_sent().await?;
    for _ in 0..20 {
        sheet::append(&writer, id, Section::Need, " Encore.")?;
    }
    writer.all_sent().await?;
    let (status, stopped) = relay.terminate(Duration::from_secs(5)).await?;
    assert_eq!(status.code(), Some(0));
    let written = sheet::read(&writer, id)?.sections;
    drop(writer);

    let relay = stopped.start().await?;
    let reader = Device::start(&relay.sync_url())?;
    reader.find(id).await?;
    assert_eq!(sheet::read(&reader, id)?.sections, written);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_is_written_once_and_nothing_depends_on_it() -> Result<()> {
    let data = tempfile::tempdir()?;
    let link = relay::demonstration(data.path()).await?;
    let again = relay::demonstration(data.path()).await?;
    let relay = Relay::start_asking(data.path()).await?;
    let visitor = Device::start(&relay.sync_url())?;
    let id = visitor.join(&link, "Amina").await?;
    visitor.find(id).await?;
    let other = Device::start(&relay.sync_url())?;
    assert_eq!(
        other.join(&again, "Luc").await?,
        id,
        "a second run makes no second territory"
    );
    assert_eq!(visitor.read(id, |document| document.genesis())??.space, id);
    Ok(())
}
