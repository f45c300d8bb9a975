//! What the relay has acknowledged is on its disk, whatever happens to it.

use anyhow::{Context, Result};
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::records::Section;
use maillage_tests::device::{Device, random};
use maillage_tests::relay::{self, Relay};
use maillage_tests::sheet;
use maillage_tests::until::{eventually, when};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// How often the relay is killed.
const POWER_CUTS: usize = 5;

/// How many changes are acknowledged before each time.
const ACKNOWLEDGED: usize = 40;

/// Writes without a pause while the relay is killed in the middle of it, and returns the sheet with every change that had been
/// acknowledged by then. The writer and all it holds are gone when this returns.
async fn written_until_power_cut(
    relay: Relay,
    space: DocumentId,
) -> Result<(Relay, DocumentId, BTreeSet<ChangeHash>)> {
    let writer = Device::start(&relay.sync_url())?;
    let id = sheet::create(&writer, space, "Atelier", "")?;
    writer.all_sent().await?;
    while acknowledged(&writer, id).len() < ACKNOWLEDGED || writer.status().unsent == 0 {
        sheet::append(&writer, id, Section::Tasks, "on répare. ")?;
        eventually("the relay keeps up", async || {
            let unsent = writer.status().unsent;
            when(unsent < 10, unsent)
        })
        .await?;
    }
    // From here to the kill the relay may acknowledge more; what it has acknowledged now is already promised.
    let promised = acknowledged(&writer, id);
    let under_way = writer.status().unsent;
    let stopped = relay.kill().await?;
    assert!(under_way > 0, "the relay was not killed in the middle");
    drop(writer);
    Ok((stopped.start().await?, id, promised))
}

/// The changes of a sheet that the phone believes to be safe at the relay.
fn acknowledged(writer: &Device, id: DocumentId) -> BTreeSet<ChangeHash> {
    let kept = writer.kept(id);
    let unsent = writer.status().unsent;
    // One phone alone writes one after the other: what is not acknowledged is at the end.
    kept.iter()
        .take(kept.len() - unsent)
        .map(|change| change.hash)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_relay_is_killed() -> Result<()> {
    let data = tempfile::tempdir()?;
    let space = DocumentId::from_entropy(random()?);
    let mut relay = Relay::start(data.path()).await?;
    let mut promised = Vec::new();
    for _ in 0..POWER_CUTS {
        let (again, id, acknowledged) = written_until_power_cut(relay, space).await?;
        relay = again;
        promised.push((id, acknowledged));
    }
    assert_kept(&relay, promised).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_relay_is_killed_while_it_gives_back_room()
-> Result<()> {
    let data = tempfile::tempdir()?;
    let folder = data.path().to_str().context("not Unicode")?.to_owned();
    let space = DocumentId::from_entropy(random()?);
    let mut relay = Relay::start(data.path()).await?;
    let mut promised = Vec::new();
    for _ in 0..POWER_CUTS {
        let folder = folder.clone();
        let compacting = tokio::spawn(async move {
            // Until the relay is killed in the middle of it.
            while relay::run(&["compact", "--data", &folder])
                .await?
                .status
                .success()
            {}
            anyhow::Ok(())
        });
        let (again, id, acknowledged) = written_until_power_cut(relay, space).await?;
        compacting.abort();
        relay = again;
        promised.push((id, acknowledged));
    }
    assert_kept(&relay, promised).await
}

/// Every one of these changes is at the relay, whose disk alone can answer: the writers are gone. Earlier sheets have survived later
/// kills, too.
async fn assert_kept(
    relay: &Relay,
    promised: Vec<(DocumentId, BTreeSet<ChangeHash>)>,
) -> Result<()> {
    let reader = Device::start(&relay.sync_url())?;
    for (id, acknowledged) in promised {
        reader.find(id).await?;
        let there: BTreeSet<ChangeHash> = reader.read(id, |document| {
            document
                .changes()
                .iter()
                .map(|change| change.hash)
                .collect()
        })?;
        let lost: Vec<&ChangeHash> = acknowledged.difference(&there).collect();
        assert!(
            lost.is_empty(),
            "{} of {} acknowledged changes are lost",
            lost.len(),
            acknowledged.len()
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_sends_again_what_the_killed_relay_had_not_acknowledged() -> Result<()> {
    let data = tempfile::tempdir()?;
    let relay = Relay::start(data.path()).await?;
    let writer = Device::start(&relay.sync_url())?;
    let id = sheet::create(&writer, DocumentId::from_entropy(random()?), "Atelier", "")?;
    writer.all_sent().await?;
    let stopped = relay.kill().await?;
    for number in 0..50 {
        sheet::append(&writer, id, Section::Tasks, &format!("{number} "))?;
    }
    assert_eq!(writer.status().unsent, 50);
    let relay = stopped.start().await?;
    writer.all_sent().await?;

    let reader = Device::start(&relay.sync_url())?;
    reader.find(id).await?;
    eventually("another phone has all of it", async || {
        let (theirs, ours) = (reader.heads(id), writer.heads(id));
        when(theirs == ours, format!("{theirs:?}, {ours:?}"))
    })
    .await
}

/// A small disk in memory, which only root can make; `None`, said aloud, where that is not possible.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn mount() -> Result<Option<Self>> {
        let folder = tempfile::tempdir()?;
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"])
            .arg(folder.path())
            .status();
        if mounted.is_ok_and(|status| status.success()) {
            return Ok(Some(Self(folder)));
        }
        eprintln!("SKIPPED: no small disk can be mounted here; this story needs Linux and root");
        Ok(None)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    /// Leaves no byte free.
    fn fill(&self) -> Result<()> {
        let mut filler = File::create(self.filler())?;
        for size in [1 << 20, 4096, 1] {
            while filler.write_all(&vec![7; size]).is_ok() {}
        }
        Ok(())
    }

    fn make_room(&self) -> Result<()> {
        Ok(fs::remove_file(self.filler())?)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // What stays mounted goes with the machine.
        let _ = Command::new("umount")
            .arg("--lazy")
            .arg(self.path())
            .status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_people_read_and_what_they_write_is_sent_once_there_is_room() -> Result<()> {
    let Some(disk) = SmallDisk::mount()? else {
        return Ok(());
    };
    let space = DocumentId::from_entropy(random()?);
    let relay = Relay::start(&disk.path().join("data")).await?;
    let writer = Device::start(&relay.sync_url())?;
    let closed = sheet::create(&writer, space, "Atelier", "Ici.")?;
    writer.all_sent().await?;
    drop(writer);
    // Nobody has this sheet open any more; another one is being written.
    let stopped = relay.kill().await?;
    let relay = stopped.start().await?;
    let writer = Device::start(&relay.sync_url())?;
    let id = sheet::create(&writer, space, "Verger", "")?;
    writer.all_sent().await?;

    disk.fill()?;
    eventually("the relay acknowledges nothing more", async || {
        sheet::append(&writer, id, Section::Tasks, &"on plante. ".repeat(400))
            .map_err(|error| error.to_string())?;
        let refused = relay.logged("the store does not take changes");
        when(refused > 0, refused)
    })
    .await?;
    // What was flushed just before may still be acknowledged; what is written from now on may not.
    sheet::append(&writer, id, Section::Tasks, "on attend. ")?;
    let reader = Device::start(&relay.sync_url())?;
    reader.find(closed).await?;
    assert!(
        writer.status().unsent > 0,
        "what the disk did not take was acknowledged"
    );

    disk.make_room()?;
    writer.all_sent().await?;
    reader.find(id).await?;
    eventually("others have all of it", async || {
        let (theirs, ours) = (reader.heads(id), writer.heads(id));
        when(theirs == ours, format!("{theirs:?}, {ours:?}"))
    })
    .await
}
