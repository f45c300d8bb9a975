//! Networks that carry nothing for a while and do not say so: both sides notice, and everyone ends with the same.

use anyhow::{Context, Result, ensure};
use maillage_shared::records::Section;
use maillage_shared::sync::client::LinkState;
use maillage_tests::campaign::{Campaign, Run};
use maillage_tests::device::Device;
use maillage_tests::line::Line;
use maillage_tests::meeting::{Meeting, UNDER_WAY};
use maillage_tests::relay::Relay;
use maillage_tests::sheet;
use maillage_tests::until::{eventually, told, when, within};
use rand::RngExt;
use std::time::Duration;

/// A relay looks after each connection every twenty seconds and gives it up after sixty without a word.
const NOTICED_WITHIN: Duration = Duration::from_secs(60 + 20 + 20);

/// Splits the meeting at drawn lines, in a drawn way and until drawn numbers of changes wait, while everyone writes.
async fn survive(relay: &Relay, run: &mut Run) -> Result<String> {
    let mut meeting = Meeting::begin(relay.address()).await?;
    meeting.start_writing();
    let mut happened = Vec::new();
    for _ in 0..run.dice.random_range(2..6) {
        let mut apart = Vec::new();
        for (number, line) in meeting.lines().iter().enumerate() {
            match run.dice.random_range(0..4) {
                0 => line.cut(),
                1 => line.silence(),
                _ => continue,
            }
            apart.push(number);
        }
        meeting.guest_writes("moi aussi. ")?;
        // They write on, each as much as was drawn, and none of it gets through.
        for phone in apart
            .iter()
            .filter_map(|number| meeting.phones().get(*number))
        {
            let enough = run.dice.random_range(1..UNDER_WAY);
            eventually("who is apart writes on", async || {
                let unsent = phone.status().unsent;
                when(unsent >= enough, unsent)
            })
            .await?;
        }
        happened.extend(apart);
        meeting.mend();
        // Someone gets through again before the next split.
        let before = meeting.promised().count();
        meeting.has_been_promised(before + 1).await?;
    }
    meeting.stop_writing().await?;
    let reader = Device::start(&relay.sync_url())?;
    meeting.converges_with(&reader).await?;
    meeting.promised().is_kept_by(relay).await?;
    Ok(format!("{happened:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn everyone_converges_after_any_split() -> Result<()> {
    let data = tempfile::tempdir()?;
    let relay = Relay::start(data.path()).await?;
    for mut run in Campaign::begin()?.runs() {
        let survived = survive(&relay, &mut run).await;
        eprintln!("run {}, lines split: {}", run.number, run.tell(survived)?);
    }
    ensure!(relay.logged("WARN") == 0, "the relay found something wrong");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_notices_that_nobody_answers_and_comes_back() -> Result<()> {
    let data = tempfile::tempdir()?;
    let relay = Relay::start(data.path()).await?;
    let meeting = Meeting::begin(relay.address()).await?;
    let line = meeting.lines().first().context("there is no line")?;
    let (phone, own) = meeting.first_sheet()?;
    line.silence();
    sheet::append(phone, own, Section::Tasks, "personne ne répond. ")?;
    eventually("the phone doubts its connection", async || {
        let link = phone.status().link;
        when(link != LinkState::Online, format!("{link:?}"))
    })
    .await?;
    // Its first socket stays where it is: only new ones are carried from here on.
    assert_eq!(phone.status().unsent, 1);
    line.mend();
    let reader = Device::start(&relay.sync_url())?;
    meeting.converges_with(&reader).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_notices_that_a_phone_is_gone_and_keeps_those_who_are_only_quiet() -> Result<()> {
    let data = tempfile::tempdir()?;
    let relay = Relay::start(data.path()).await?;
    let meeting = Meeting::begin(relay.address()).await?;
    let line = Line::to(relay.address()).await?;
    let gone = Device::start(&line.sync_url())?;
    gone.find(meeting.common_sheet()).await?;
    let before = relay.figure("maillage_connections").await?;
    line.silence();
    drop(gone);
    // What others write is meant for the phone that is gone, too.
    for phone in meeting.phones() {
        let words = "encore un peu plus. ".repeat(100);
        for _ in 0..10 {
            sheet::append(phone, meeting.common_sheet(), Section::Tasks, &words)?;
        }
    }
    let reader = Device::start(&relay.sync_url())?;
    meeting.converges_with(&reader).await?;
    drop(reader);
    within(
        NOTICED_WITHIN,
        "the phone that is gone is given up",
        async || {
            let now = relay.figure("maillage_connections").await.map_err(told)?;
            when(now < before, now)
        },
    )
    .await?;
    eventually("nothing waits for it any more", async || {
        let name = "maillage_waiting_to_be_sent_bytes";
        let waiting = relay.figure(name).await.map_err(told)?;
        when(waiting == 0.0, waiting)
    })
    .await?;
    assert_eq!(relay.logged("nothing was heard for too long"), 1);
    assert_eq!(relay.figure("maillage_connections").await?, before - 1.0);
    for phone in meeting.phones() {
        assert_eq!(phone.status().link, LinkState::Online);
    }
    let reader = Device::start(&relay.sync_url())?;
    meeting.converges_with(&reader).await
}
