//! What no honest client says: the relay answers with the reason, closes that connection only, and everyone else goes on.

use anyhow::{Context, Result};
use automerge::{Automerge, Change};
use maillage_shared::id::{DocumentId, PeerId};
use maillage_shared::limits::FRAME_BYTES;
use maillage_shared::records::{NewJobSheet, Section, job_sheet};
use maillage_shared::wire::Frame;
use maillage_tests::crafted::{self, Forgeries};
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
    /// Why the relay refused something, each time it did.
    refusals: Vec<String>,
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
            refusals: Vec::new(),
            _data: data,
        })
    }

    /// The relay runs, the honest phone writes on over the connection it has, and each refusal so far is one line of the log.
    async fn goes_on(&mut self) -> Result<()> {
        assert!(self.relay.is_running()?, "the relay has ended");
        sheet::append(&self.honest, self.sheet, Section::Need, " Encore.")?;
        self.honest.all_sent().await?;
        let troubles = self.honest.troubles();
        assert!(
            troubles.is_empty(),
            "the honest phone was disturbed: {troubles:?}"
        );
        self.each_refusal_is_logged_once().await
    }

    async fn each_refusal_is_logged_once(&mut self) -> Result<()> {
        // What was logged before a line that is here is here too: after this one, no other line about the past can follow.
        let last = format!("last-{}", self.refusals.len());
        let mut socket = self.greeted().await?;
        let mut frame = minicbor::Encoder::new(Vec::new());
        frame.map(1)?.str("type")?.str(&last)?;
        socket.say(frame.into_writer()).await?;
        self.refuses(socket, &last).await?;
        eventually("the last refusal is logged", async || {
            when(self.relay.logged(&last) > 0, "nothing")
        })
        .await?;
        for refusal in &self.refusals {
            let told = self.refusals.iter().filter(|other| *other == refusal);
            let logged = self.relay.logged(refusal);
            assert_eq!(logged, told.count(), "lines that say {refusal:?}");
        }
        let warnings = self.relay.warnings();
        assert_eq!(warnings, self.refusals.len(), "warnings and errors in all");
        Ok(())
    }

    async fn greeted(&self) -> Result<RawSocket> {
        RawSocket::greeted(&self.relay.sync_url()).await
    }

    /// The relay closes this connection with exactly one reason, which holds these words.
    async fn refuses(&mut self, socket: RawSocket, words: &str) -> Result<()> {
        let farewell = socket.farewell().await?;
        self.refused(farewell, words)
    }

    /// The same for a sync message about the honest phone's sheet.
    async fn refuses_sync(&mut self, data: Vec<u8>, words: &str) -> Result<()> {
        let mut socket = self.greeted().await?;
        socket.sync(self.sheet, data).await?;
        self.refuses(socket, words).await
    }

    fn refused(&mut self, farewell: Farewell, words: &str) -> Result<()> {
        assert_eq!(farewell.errors, 1, "one reason, once");
        let reason = farewell
            .error
            .context("the relay closed the connection without a reason")?;
        assert!(reason.contains(words), "{reason:?} does not say {words:?}");
        self.refusals.push(reason);
        Ok(())
    }

    /// The honest phone's sheet, as a stock client has it.
    fn document(&self) -> Result<Automerge> {
        let changes = self.honest.kept(self.sheet).into_iter();
        let changes: Vec<Change> = changes
            .map(|change| Change::from_bytes(change.bytes.to_vec()))
            .collect::<Result<_, _>>()?;
        let mut document = Automerge::new();
        document.apply_changes(changes)?;
        Ok(document)
    }
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
        room.refuses(socket, "CBOR").await?;
    }
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_frame_is_refused() -> Result<()> {
    let mut room = Room::open().await?;
    let mut socket = room.greeted().await?;
    socket.say_text("{\"type\":\"join\"}").await?;
    room.refuses(socket, "text").await?;
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_message_is_refused() -> Result<()> {
    let mut room = Room::open().await?;
    let mut socket = room.greeted().await?;
    socket
        .say(Frame::Ignored("give-me-everything").encode())
        .await?;
    room.refuses(socket, "give-me-everything").await?;
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_nobody_speaks_is_refused() -> Result<()> {
    let mut room = Room::open().await?;
    let mut socket = RawSocket::open(&room.relay.sync_url()).await?;
    socket.join(&["99"]).await?;
    room.refuses(socket, "version").await?;
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
    room.refuses(socket, "leave").await?;
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
        room.refuses(socket, "documentId").await?;
    }
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_sync_message_are_refused() -> Result<()> {
    let mut room = Room::open().await?;
    room.refuses_sync(vec![7; 100], "sync message").await?;
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_of_changes_is_refused() -> Result<()> {
    let mut room = Room::open().await?;
    let message = crafted::message_with(&[crafted::bundle()]);
    room.refuses_sync(message, "chunk type 3").await?;
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
    room.refuses_sync(message, "checksum").await?;
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_does_not_say_what_it_is_is_refused() -> Result<()> {
    let mut room = Room::open().await?;
    let mut socket = room.greeted().await?;
    let message = crafted::message_with(&[crafted::claims_operations(2)]);
    socket
        .sync(DocumentId::from_entropy(random()?), message)
        .await?;
    room.refuses(socket, "genesis").await?;
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_ask_for_endless_work_cost_neither_time_nor_memory() -> Result<()> {
    let mut room = Room::open().await?;
    room.goes_on().await?;
    let before = room.relay.peak_memory()?;
    let started = Instant::now();
    room.refuses_sync(crafted::many_probes(4_000_000_000), "probes")
        .await?;
    let walking = crafted::message_with(&[crafted::claims_operations(100_000_000)]);
    room.refuses_sync(walking, "operations").await?;
    let inflating = crafted::message_with(&[crafted::inflates_to(1 << 30)]);
    assert!(inflating.len() < FRAME_BYTES / 2);
    room.refuses_sync(inflating, "inflated").await?;
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
    room.refuses(socket, "limit").await?;
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_over_the_limit_closes_its_connection_and_is_not_held_in_memory() -> Result<()> {
    let mut room = Room::open().await?;
    let before = room.relay.peak_memory()?;
    for _ in 0..4 {
        let socket = room.greeted().await?;
        let farewell = socket.say_until_farewell(vec![0; FRAME_BYTES * 16]).await?;
        room.refused(farewell, "limit")?;
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
    room.refuses(socket, "CBOR").await?;
    neighbour.still_answers().await?;
    room.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_that_would_crash_peers_are_refused() -> Result<()> {
    none_is_let_in(crafted::crashes_peers).await
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_that_would_spoil_what_is_saved_are_refused() -> Result<()> {
    none_is_let_in(crafted::spoils_documents).await
}

/// Each of the forged changes is refused, each on its own connection, and the document stays as it was.
async fn none_is_let_in(forge: fn(&Automerge) -> Result<Forgeries>) -> Result<()> {
    let mut room = Room::open().await?;
    for (what, change) in forge(&room.document()?)? {
        let message = crafted::message_with(&[change]);
        room.refuses_sync(message, "these changes do not apply")
            .await
            .context(what)?;
    }
    room.goes_on().await?;
    is_whole_for_a_newcomer(&room).await
}

/// Someone who comes later gets what the honest phone has, and nothing else.
async fn is_whole_for_a_newcomer(room: &Room) -> Result<()> {
    let newcomer = Device::start(&room.relay.sync_url())?;
    newcomer.find(room.sheet).await?;
    assert_eq!(newcomer.heads(room.sheet), room.honest.heads(room.sheet));
    Ok(())
}
