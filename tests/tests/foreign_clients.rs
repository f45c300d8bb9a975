//! Three makes of clients write in the same sheets through one relay: ours, a stock automerge-repo in Node, and a stock samod.

use anyhow::{Context, Result};
use automerge::AutomergeError;
use automerge::transaction::Transactable;
use maillage_shared::ChangeHash;
use maillage_shared::doc::Kind;
use maillage_shared::id::DocumentId;
use maillage_shared::records::Section;
use maillage_tests::device::{Device, random};
use maillage_tests::javascript::JavascriptPeer;
use maillage_tests::relay::Relay;
use maillage_tests::samod_peer::{SamodDocument, SamodPeer};
use maillage_tests::sheet;
use maillage_tests::until::{eventually, told, when};
use serde_json::json;
use tempfile::TempDir;

/// One relay and a client of each make, all connected to it.
struct Room {
    relay: Relay,
    ours: Device,
    javascript: JavascriptPeer,
    samod: SamodPeer,
    space: DocumentId,
    _data: TempDir,
}

impl Room {
    async fn open() -> Result<Self> {
        let data = tempfile::tempdir()?;
        let relay = Relay::start(data.path()).await?;
        Ok(Self {
            ours: Device::start(&relay.sync_url())?,
            javascript: JavascriptPeer::start(&relay.sync_url()).await?,
            samod: SamodPeer::start(&relay.sync_url()).await?,
            space: DocumentId::from_entropy(random()?),
            relay,
            _data: data,
        })
    }

    async fn found_by_samod(&self, id: DocumentId) -> Result<SamodDocument> {
        self.samod
            .find(id)
            .await?
            .context("samod does not find the sheet")
    }

    /// Waits until all three have the same heads and the same need, and returns that text.
    async fn converges(&self, id: DocumentId, samod: &SamodDocument) -> Result<String> {
        eventually(
            "all three clients have the same heads and the same text",
            async || {
                let mut ours = self.ours.heads(id);
                ours.sort();
                let heads = [
                    ours,
                    sorted(samod.heads()),
                    self.javascript.heads(id).await.map_err(told)?,
                ];
                let texts = [
                    sheet::read(&self.ours, id)
                        .map_err(told)?
                        .sections
                        .text(Section::Need)
                        .to_owned(),
                    samod
                        .with(|document| sheet::words(document, Section::Need))
                        .map_err(told)?,
                    need(&self.javascript, id).await.map_err(told)?,
                ];
                let same = heads.iter().all(|of| *of == heads[0])
                    && texts.iter().all(|of| *of == texts[0]);
                when(same, format!("{texts:?}, {heads:?}"))?;
                Ok::<_, String>(texts[0].clone())
            },
        )
        .await
    }
}

fn sorted(mut heads: Vec<ChangeHash>) -> Vec<ChangeHash> {
    heads.sort();
    heads
}

async fn need(peer: &JavascriptPeer, id: DocumentId) -> Result<String> {
    let value = peer.value(id).await?;
    Ok(value["sections"]["need"]
        .as_str()
        .context("the need is a text")?
        .to_owned())
}

fn write_with_samod(
    document: &SamodDocument,
    section: Section,
    at: usize,
    words: &str,
) -> Result<()> {
    document.with(|document| -> Result<()> {
        let text = sheet::section(document, section).context("no such section")?;
        document
            .transact::<_, _, AutomergeError>(|transaction| {
                transaction.splice_text(&text, at, 0, words)
            })
            .map_err(|failure| failure.error)?;
        Ok(())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_made_by_our_client_is_read_and_edited_by_the_others() -> Result<()> {
    let room = Room::open().await?;
    let id = sheet::create(
        &room.ours,
        room.space,
        "Réparation de vélos",
        "Des vélos cassés.",
    )?;
    room.ours.all_sent().await?;
    room.javascript.find(id).await?;
    let samod = room.found_by_samod(id).await?;
    assert_eq!(room.converges(id, &samod).await?, "Des vélos cassés.");

    // All three write in the same section without waiting for each other.
    sheet::append(&room.ours, id, Section::Need, " 👩‍🔧 Chez nous.")?;
    room.javascript
        .splice(id, &["sections", "need"], 0, 0, "Ici : ")
        .await?;
    write_with_samod(&samod, Section::Need, 3, " beaux")?;
    let text = room.converges(id, &samod).await?;
    assert_eq!(text, "Ici : Des beaux vélos cassés. 👩‍🔧 Chez nous.");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_made_by_a_javascript_client_is_a_sheet_for_everyone() -> Result<()> {
    let room = Room::open().await?;
    let id = room
        .javascript
        .create(sheet::value(
            room.space,
            "Petite électricité",
            "Une prise lâche.",
        ))
        .await?;
    room.ours.find(id).await?;
    let samod = room.found_by_samod(id).await?;
    room.converges(id, &samod).await?;

    let genesis = room.ours.read(id, |document| document.genesis())??;
    assert_eq!(
        (genesis.kind, genesis.schema, genesis.space),
        (Kind::JobSheet, 1, room.space)
    );
    let read = sheet::read(&room.ours, id)?;
    assert_eq!(read.title.words(), "Petite électricité");

    // A character outside the basic plane: positions count differently in each of the three.
    sheet::append(&room.ours, id, Section::Need, " 🔌 oui")?;
    room.converges(id, &samod).await?;
    room.javascript
        .splice(id, &["sections", "need"], 20, 3, "non")
        .await?;
    let text = room.converges(id, &samod).await?;
    assert_eq!(text, "Une prise lâche. 🔌 non");
    room.javascript
        .put(id, "title", json!("Électricité"))
        .await?;
    eventually("our client reads the new title", async || {
        let title = sheet::read(&room.ours, id)
            .map_err(told)?
            .title
            .words()
            .to_owned();
        when(title == "Électricité", title)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_made_by_samod_is_a_sheet_for_everyone() -> Result<()> {
    let room = Room::open().await?;
    let made = sheet::automerge(room.space, "Déménagement", "Porter à deux.")?;
    let (id, samod) = room.samod.create(made).await?;
    room.ours.find(id).await?;
    room.javascript.find(id).await?;
    room.converges(id, &samod).await?;
    assert_eq!(
        room.ours.read(id, |document| document.genesis())??.kind,
        Kind::JobSheet
    );

    write_with_samod(&samod, Section::Need, 0, "Ici : ")?;
    sheet::append(&room.ours, id, Section::Need, " Sans voiture.")?;
    assert_eq!(
        room.converges(id, &samod).await?,
        "Ici : Porter à deux. Sans voiture."
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn all_three_write_without_a_pause_and_end_equal() -> Result<()> {
    const EDITS: usize = 60;
    let room = Room::open().await?;
    let id = sheet::create(&room.ours, room.space, "Atelier", "")?;
    room.ours.all_sent().await?;
    room.javascript.find(id).await?;
    let samod = room.found_by_samod(id).await?;
    let ours = async {
        for _ in 0..EDITS {
            sheet::append(&room.ours, id, Section::Need, "o")?;
            tokio::task::yield_now().await;
        }
        Ok::<_, anyhow::Error>(())
    };
    let javascript = async {
        for _ in 0..EDITS {
            room.javascript
                .splice(id, &["sections", "need"], 0, 0, "j")
                .await?;
        }
        Ok::<_, anyhow::Error>(())
    };
    let samods = async {
        for _ in 0..EDITS {
            write_with_samod(&samod, Section::Need, 0, "s")?;
            tokio::task::yield_now().await;
        }
        Ok::<_, anyhow::Error>(())
    };
    tokio::try_join!(ours, javascript, samods)?;
    eventually("every letter has arrived everywhere", async || {
        let text = room.converges(id, &samod).await.map_err(told)?;
        let count = |letter| text.matches(letter).count();
        when(
            [count('o'), count('j'), count('s')] == [EDITS; 3],
            text.clone(),
        )
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_nobody_has_is_told_to_be_missing() -> Result<()> {
    let room = Room::open().await?;
    let nowhere = DocumentId::from_entropy(random()?);
    assert!(room.samod.find(nowhere).await?.is_none());
    let refused = room.javascript.find(nowhere).await.map_err(told);
    assert!(
        matches!(&refused, Err(why) if why.contains("unavailable")),
        "{refused:?}"
    );
    room.ours.want(nowhere);
    eventually(
        "our client is told that the document is missing",
        async || {
            let told = room.ours.unavailable();
            when(told == [nowhere], format!("{told:?}"))
        },
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_in_passing_reaches_both_makes() -> Result<()> {
    let room = Room::open().await?;
    let id = sheet::create(&room.ours, room.space, "Jardin", "")?;
    room.ours.all_sent().await?;
    room.javascript.find(id).await?;

    eventually("our client hears the JavaScript client", async || {
        room.javascript
            .say(id, json!("bonjour"))
            .await
            .map_err(told)?;
        let heard = room.ours.heard(id);
        let first = heard
            .first()
            .and_then(|data| minicbor::decode::<&str>(data).ok());
        when(first == Some("bonjour"), format!("{heard:?}"))
    })
    .await?;
    eventually("the JavaScript client hears ours", async || {
        room.ours.say(
            id,
            minicbor::to_vec("salut").map_err(|error| error.to_string())?,
        );
        let heard = room.javascript.heard(id).await.map_err(told)?;
        when(heard.first() == Some(&json!("salut")), format!("{heard:?}"))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn everyone_goes_on_after_the_relay_was_killed() -> Result<()> {
    let Room {
        relay,
        ours,
        javascript,
        samod,
        space,
        _data,
    } = Room::open().await?;
    let id = sheet::create(&ours, space, "Compost", "Un.")?;
    ours.all_sent().await?;
    javascript.find(id).await?;
    let stopped = relay.kill().await?;
    // Everyone writes while there is no relay.
    let document = samod.find(id).await?;
    sheet::append(&ours, id, Section::Need, " Deux.")?;
    javascript
        .splice(id, &["sections", "need"], 0, 0, "Zéro. ")
        .await?;
    let room = Room {
        relay: stopped.start().await?,
        ours,
        javascript,
        samod,
        space,
        _data,
    };
    let samod = match document {
        Some(document) => document,
        None => {
            eventually("samod finds the sheet once the relay is back", async || {
                room.samod
                    .find(id)
                    .await
                    .map_err(told)?
                    .ok_or("not found")
                    .map_err(str::to_owned)
            })
            .await?
        }
    };
    assert_eq!(room.converges(id, &samod).await?, "Zéro. Un. Deux.");
    drop(room.relay);
    Ok(())
}
