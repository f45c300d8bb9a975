//! Looking after a relay's documents: check, backup, restore, compaction, and documents that were damaged on the disk.

use anyhow::{Context, Result};
use maillage_shared::id::DocumentId;
use maillage_shared::records::Section;
use maillage_tests::device::{Device, random};
use maillage_tests::relay::{self, Ended, Relay};
use maillage_tests::sheet;
use maillage_tests::until::{eventually, when};
use std::fs;
use std::path::Path;

async fn run(command: &str, data: &Path, further: &[(&str, &Path)]) -> Result<Ended> {
    let mut arguments = vec![command, "--data", name(data)?];
    for (flag, path) in further {
        arguments.extend([*flag, name(path)?]);
    }
    relay::run(&arguments).await
}

fn name(path: &Path) -> Result<&str> {
    path.to_str().context("a folder's name is not Unicode")
}

/// The program ended well.
fn assert_done(ended: &Ended) {
    assert!(ended.status.success(), "{ended:?}");
}

/// The program ended badly; the last thing it says is one sentence with these words.
fn assert_refused(ended: &Ended, words: &str) {
    assert!(!ended.status.success(), "{ended:?}");
    let last = ended.errors.trim_end().lines().last().unwrap_or_default();
    assert!(
        last.starts_with("maillage: ") && last.contains(words),
        "{ended:?}"
    );
}

/// A sheet with some words in it, all of them at the relay.
async fn written(writer: &Device) -> Result<DocumentId> {
    let space = DocumentId::from_entropy(random()?);
    let id = sheet::create(writer, space, "Atelier", "Ici.")?;
    for _ in 0..20 {
        sheet::append(writer, id, Section::Tasks, "on répare. ")?;
    }
    writer.all_sent().await?;
    Ok(id)
}

/// The sheet as somebody new finds it at a relay.
async fn assert_found(relay: &Relay, id: DocumentId, writer: &Device) -> Result<()> {
    let reader = Device::start(&relay.sync_url())?;
    reader.find(id).await?;
    eventually("somebody new has all of it", async || {
        let (theirs, ours) = (reader.heads(id), writer.heads(id));
        when(theirs == ours, format!("{theirs:?}, {ours:?}"))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_running_relay_becomes_another_relay() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (data, other) = (folder.path().join("data"), folder.path().join("other"));
    let file = folder.path().join("backup");
    let relay = Relay::start(&data).await?;
    let writer = Device::start(&relay.sync_url())?;
    let id = written(&writer).await?;
    assert_done(&run("backup", &data, &[("--to", &file)]).await?);
    // The relay goes on.
    sheet::append(&writer, id, Section::Tasks, "encore. ")?;
    writer.all_sent().await?;

    assert_done(&run("restore", &other, &[("--from", &file)]).await?);
    let restored = Relay::start(&other).await?;
    let reader = Device::start(&restored.sync_url())?;
    reader.find(id).await?;
    let tasks = sheet::read(&reader, id)?.sections;
    assert!(format!("{tasks:?}").contains("on répare. "), "{tasks:?}");
    assert!(!format!("{tasks:?}").contains("encore. "), "{tasks:?}");
    // Without a relay, too.
    restored.kill().await?;
    fs::remove_file(&file)?;
    assert_done(&run("backup", &other, &[("--to", &file)]).await?);
    assert!(file.exists());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_lists_documents_and_room_is_given_back_while_the_relay_runs() -> Result<()> {
    let data = tempfile::tempdir()?;
    let relay = Relay::start(data.path()).await?;
    let writer = Device::start(&relay.sync_url())?;
    let id = written(&writer).await?;
    for command in ["check", "compact", "check"] {
        let ended = run(command, data.path(), &[]).await?;
        assert_done(&ended);
        if command == "check" {
            let row = ended
                .output
                .lines()
                .find(|row| row.starts_with(&id.to_string()));
            let row = row.context("the sheet is not in the table")?;
            assert!(
                row.contains("job_sheet") && row.ends_with("whole"),
                "{row:?}"
            );
        }
    }
    sheet::append(&writer, id, Section::Tasks, "après. ")?;
    writer.all_sent().await?;
    let stopped = relay.kill().await?;
    assert_found(&stopped.start().await?, id, &writer).await
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_that_cannot_be_done_say_why_in_one_sentence() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let nothing = folder.path().join("nothing");
    let file = folder.path().join("backup");
    for command in ["check", "compact"] {
        assert_refused(&run(command, &nothing, &[]).await?, "no store");
    }
    assert_refused(
        &run("backup", &nothing, &[("--to", &file)]).await?,
        "no store",
    );
    assert_refused(
        &run("restore", &nothing, &[("--from", &file)]).await?,
        "cannot be read",
    );
    fs::write(&file, "something else")?;
    assert_refused(
        &run("restore", &nothing, &[("--from", &file)]).await?,
        "no backup",
    );
    assert_refused(
        &run("restore", folder.path(), &[("--from", &file)]).await?,
        "not empty",
    );
    assert!(!nothing.exists());
    Ok(())
}

/// Makes the key of the only document unreadable.
fn damage_key(data: &Path) -> Result<()> {
    let path = data.join("keys");
    let mut keys = fs::read(&path)?;
    *keys.get_mut(16 + 20).context("there is no key")? ^= 1;
    // Something after it, so that it is not taken for an end that was torn while it was written.
    keys.extend([0; 64]);
    fs::write(&path, keys)?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_document_is_named_and_whole_again_once_a_phone_comes_by() -> Result<()> {
    let data = tempfile::tempdir()?;
    let relay = Relay::start(data.path()).await?;
    let writer = Device::start(&relay.sync_url())?;
    let id = written(&writer).await?;
    let stopped = relay.kill().await?;
    damage_key(data.path())?;
    let checked = run("check", data.path(), &[]).await?;
    assert_refused(&checked, "1 of 1 documents are damaged");
    assert!(checked.output.contains("damaged: "), "{checked:?}");

    let relay = stopped.start().await?;
    assert!(relay.logged("a document is damaged") > 0);
    // The writer connects again by itself, and is asked for what is missing.
    eventually("the document is whole again", async || {
        let healed = relay.logged("a damaged document is whole again");
        when(healed > 0, healed)
    })
    .await?;
    assert_found(&relay, id, &writer).await?;
    assert_done(&run("check", data.path(), &[]).await?);
    let stopped = relay.kill().await?;
    let relay = stopped.start().await?;
    assert_eq!(relay.logged("damaged"), 0);
    assert_found(&relay, id, &writer).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_cannot_be_opened_says_what_to_do() -> Result<()> {
    let data = tempfile::tempdir()?;
    let relay = Relay::start(data.path()).await?;
    let writer = Device::start(&relay.sync_url())?;
    written(&writer).await?;
    relay.kill().await?;
    // Without keys nothing can be read, whatever else is there.
    fs::remove_file(data.path().join("keys"))?;
    for command in ["serve", "check", "compact"] {
        let refused = run(command, data.path(), &[]).await?;
        assert_refused(&refused, "damaged");
        assert_refused(&refused, "maillage restore");
        assert_eq!(refused.errors.trim_end().lines().count(), 1, "{refused:?}");
    }
    Ok(())
}
