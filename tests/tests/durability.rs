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
use std::time::{Duration, Instant};

/// How often the relay is killed.
const POWER_CUTS: usize = 5;

/// Writes without a pause while the relay is killed in the middle of it, and returns the sheet with every change that had been
/// acknowledged at the moment of the kill. The writer and all it holds are gone when this returns.
async fn written_until_power_cut(
    relay: Relay,
    space: DocumentId,
) -> Result<(Relay, DocumentId, BTreeSet<ChangeHash>)> {
    let writer = Device::start(&relay.sync_url())?;
    let id = sheet::create(&writer, space, "Atelier", "")?;
    writer.all_sent().await?;
    let started = Instant::now();
    let mut acknowledged = BTreeSet::new();
    let mut rounds = 0;
    // Until enough is acknowledged, and then on until something is under way: that is the middle of it.
    while rounds < 40 || writer.status().unsent == 0 {
        sheet::append(&writer, id, Section::Tasks, "on répare. ")?;
        let status = writer.status();
        if status.unkept + status.unsent == 0 {
            acknowledged = writer.kept(id).iter().map(|change| change.hash).collect();
        }
        rounds += 1;
        tokio::task::yield_now().await;
        anyhow::ensure!(
            started.elapsed() < Duration::from_secs(30),
            "the relay acknowledged {acknowledged:?} only"
        );
    }
    let under_way = writer.status();
    acknowledged.extend(acknowledged_of(&writer, id));
    let stopped = relay.kill().await?;
    assert!(
        under_way.unsent > 0,
        "the relay was not killed in the middle of writing"
    );
    drop(writer);
    Ok((stopped.start().await?, id, acknowledged))
}

/// The changes of a sheet that the phone believes to be safe at the relay.
fn acknowledged_of(writer: &Device, id: DocumentId) -> BTreeSet<ChangeHash> {
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
        assert!(
            acknowledged.len() > 1,
            "nothing but the birth of the sheet was acknowledged"
        );
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
