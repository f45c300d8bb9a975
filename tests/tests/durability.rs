//! What the relay has acknowledged is on its disk, whatever happens to it.

use anyhow::Result;
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::records::Section;
use maillage_tests::device::{Device, random};
use maillage_tests::relay::Relay;
use maillage_tests::sheet;
use maillage_tests::until::{eventually, when};
use std::collections::BTreeSet;

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
    // The writers are gone: only the relay's disk can answer. Earlier sheets have survived later kills, too.
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
