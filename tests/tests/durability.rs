//! What the relay has acknowledged is on its disk, and what it has not is sent again. Kills at any moment are in `kills.rs`.

use anyhow::Result;
use automerge::transaction::Transactable;
use automerge::{AutomergeError, ROOT};
use maillage_shared::id::DocumentId;
use maillage_shared::records::Section;
use maillage_tests::device::{Device, now, random};
use maillage_tests::relay::Relay;
use maillage_tests::sheet;
use maillage_tests::until::{eventually, when};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

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

/// Writes one value that cannot be packed: the room that the relay has taken beforehand is soon used up.
fn write_much(writer: &Device, id: DocumentId) -> Result<()> {
    let bytes: [u8; 20_000] = random()?;
    let letters: String = bytes
        .map(|byte| char::from(b'a' + byte % 26))
        .iter()
        .collect();
    writer.edit(id, |document| {
        let committed = document.transact(now(), |transaction| {
            transaction.put(ROOT, "much", letters.as_str())
        })?;
        Ok::<_, AutomergeError>(committed.change.into_iter().collect())
    })
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
        write_much(&writer, id).map_err(|error| error.to_string())?;
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
