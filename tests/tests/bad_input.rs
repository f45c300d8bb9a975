//! What no honest client says: the relay answers with the reason, closes that connection only, and everyone else goes on.

use anyhow::{Context, Result};
use maillage_shared::id::{DocumentId, PeerId};
use maillage_shared::limits::FRAME_BYTES;
use maillage_shared::records::{NewJobSheet, Section, job_sheet};
use maillage_shared::wire::Frame;
use maillage_tests::crafted;
use maillage_tests::device::{Device, now, random};
use maillage_tests::raw::{Farewell, RawSocket};
use maillage_tests::relay::Relay;
use maillage_tests::sheet;
use maillage_tests::until::{eventually, when};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How much more memory the relay may ever have held for all that it was sent, in KiB.
const MEMORY: u64 = 96 * 1024;

/// A relay and an honest phone on it.
struct Room {
    relay: Relay,
    honest: Device,
    sheet: DocumentId,
    _data: TempDir,
}

impl Room {
    async fn open() -> Result<Self> {
        let data = tempfile::tempdir()?;
        let relay = Relay::start(data.path()).await?;
        let honest = Device::start(&relay.sync_url())?;
        let sheet = sheet::create(
            &honest,
            DocumentId::from_entropy(random()?),
            "Atelier",
            "Un besoin.",
        )?;
        honest.all_sent().await?;
        Ok(Self {
            relay,
            honest,
            sheet,
            _data: data,
        })
    }

    /// The relay runs, and the honest phone writes on over the connection it has.
    async fn goes_on(&mut self) -> Result<()> {
        assert!(self.relay.is_running()?, "the relay has ended");
        sheet::append(&self.honest, self.sheet, Section::Need, " Encore.")?;
        self.honest.all_sent().await?;
        let troubles = self.honest.troubles();
        assert!(
            troubles.is_empty(),
            "the honest phone was disturbed: {troubles:?}"
        );
        Ok(())
    }

    async fn greeted(&self) -> Result<RawSocket> {
        RawSocket::greeted(&self.relay.sync_url()).await
    }

    /// Sends a sync message about the honest phone's sheet and returns the relay's last words.
    async fn sync_refused(&self, data: Vec<u8>) -> Result<String> {
        let mut socket = self.greeted().await?;
        socket.sync(self.sheet, data).await?;
        reason(socket).await
    }
}

/// What the relay said before it closed the connection: exactly one reason.
async fn reason(socket: RawSocket) -> Result<String> {
    let Farewell { error, errors } = socket.farewell().await?;
    assert_eq!(errors, 1, "one reason, once");
    error.context("the relay closed the connection without a reason")
}

fn assert_says(reason: &str, words: &str) {
    assert!(reason.contains(words), "{reason:?} does not say {words:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_is_not_cbor_is_refused() -> Result<()> {
    let mut room = Room::open().await?;
    for bytes in [
        vec![0xff, 0xff, 0xff],
        b"GET / HTTP/1.1".to_vec(),
        Vec::new(),
    ] {
        let mut socket = room.greeted().await?;
        socket.say(bytes).await?;
        assert_says(&reason(socket).await?, "CBOR");
    }
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_frame_is_refused() -> Result<()> {
    let mut room = Room::open().await?;
    let mut socket = room.greeted().await?;
    socket.say_text("{\"type\":\"join\"}").await?;
    assert_says(&reason(socket).await?, "text");
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_message_is_refused() -> Result<()> {
    let mut room = Room::open().await?;
    let mut socket = room.greeted().await?;
    socket
        .say(Frame::Ignored("give-me-everything").encode())
        .await?;
    assert_says(&reason(socket).await?, "give-me-everything");
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_nobody_speaks_is_refused() -> Result<()> {
    let mut room = Room::open().await?;
    let mut socket = RawSocket::open(&room.relay.sync_url()).await?;
    socket.join(&["99"]).await?;
    assert_says(&reason(socket).await?, "version");
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_before_the_greeting_is_refused() -> Result<()> {
    let mut room = Room::open().await?;
    let mut socket = RawSocket::open(&room.relay.sync_url()).await?;
    socket
        .say(
            Frame::Leave {
                sender: PeerId::new("someone")?,
            }
            .encode(),
        )
        .await?;
    assert_says(&reason(socket).await?, "leave");
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_no_document_id_is_refused() -> Result<()> {
    let mut room = Room::open().await?;
    for id in ["", "not-base58-0OIl", "4NMNnkMhL8jXrdJ9jamS58PAVdXv"] {
        let mut socket = room.greeted().await?;
        let mut frame = minicbor::Encoder::new(Vec::new());
        frame
            .map(5)?
            .str("type")?
            .str("sync")?
            .str("senderId")?
            .str("a")?
            .str("targetId")?
            .str("b")?;
        frame
            .str("documentId")?
            .str(id)?
            .str("data")?
            .bytes(&crafted::message_with(&[]))?;
        socket.say(frame.into_writer()).await?;
        assert_says(&reason(socket).await?, "documentId");
    }
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_sync_message_are_refused() -> Result<()> {
    let mut room = Room::open().await?;
    assert_says(&room.sync_refused(vec![7; 100]).await?, "sync message");
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_of_changes_is_refused() -> Result<()> {
    let mut room = Room::open().await?;
    let refusal = room
        .sync_refused(crafted::message_with(&[crafted::bundle()]))
        .await?;
    assert_says(&refusal, "chunk type 3");
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_with_a_wrong_checksum_is_refused() -> Result<()> {
    let mut room = Room::open().await?;
    let new = NewJobSheet {
        title: "Faux".to_owned(),
        ..NewJobSheet::default()
    };
    let (_, genesis) = job_sheet::birth(room.sheet, &new, room.honest.actor(), now())?;
    let message = crafted::message_with(&[crafted::wrong_checksum(&genesis)]);
    assert_says(&room.sync_refused(message).await?, "checksum");
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_does_not_say_what_it_is_is_refused() -> Result<()> {
    let mut room = Room::open().await?;
    let mut socket = room.greeted().await?;
    let message = crafted::message_with(&[crafted::claims_operations(1)]);
    socket
        .sync(DocumentId::from_entropy(random()?), message)
        .await?;
    assert_says(&reason(socket).await?, "genesis");
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_ask_for_endless_work_cost_neither_time_nor_memory() -> Result<()> {
    let mut room = Room::open().await?;
    room.goes_on().await?;
    let before = room.relay.peak_memory()?;
    let started = Instant::now();
    let refusal = room
        .sync_refused(crafted::many_probes(4_000_000_000))
        .await?;
    assert_says(&refusal, "probes");
    let refusal = room
        .sync_refused(crafted::message_with(&[crafted::claims_operations(
            100_000_000,
        )]))
        .await?;
    assert_says(&refusal, "operations");
    let inflating = crafted::message_with(&[crafted::inflates_to(1 << 30)]);
    assert!(inflating.len() < FRAME_BYTES / 2);
    assert_says(&room.sync_refused(inflating).await?, "inflated");
    let took = started.elapsed();
    room.goes_on().await?;
    let grown = room.relay.peak_memory()? - before;
    assert!(
        took < Duration::from_secs(10),
        "three refusals took {took:?}"
    );
    assert!(grown < MEMORY, "the relay's memory grew by {grown} KiB");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_just_over_the_limit_is_refused() -> Result<()> {
    let mut room = Room::open().await?;
    let mut socket = room.greeted().await?;
    socket.say(vec![0; FRAME_BYTES + 1]).await?;
    assert_says(&reason(socket).await?, "limit");
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_over_the_limit_closes_its_connection_and_is_not_held_in_memory() -> Result<()> {
    let mut room = Room::open().await?;
    let before = room.relay.peak_memory()?;
    for _ in 0..4 {
        let mut socket = room.greeted().await?;
        // The relay may hang up while it is still being told.
        let _ = socket.say(vec![0; FRAME_BYTES * 16]).await;
        let farewell = socket.farewell().await?;
        assert!(farewell.errors <= 1);
    }
    room.goes_on().await?;
    let grown = room.relay.peak_memory()? - before;
    assert!(grown < MEMORY, "the relay's memory grew by {grown} KiB");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_connection_that_misbehaved_is_closed() -> Result<()> {
    let mut room = Room::open().await?;
    let mut neighbour = room.greeted().await?;
    let mut socket = room.greeted().await?;
    socket.say(vec![0xff]).await?;
    reason(socket).await?;
    neighbour.still_answers().await?;
    room.goes_on().await?;
    eventually("the relay logs the refusal, and logs it once", async || {
        let times = room.relay.logged("CBOR");
        when(times == 1, times)
    })
    .await
}
