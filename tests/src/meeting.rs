//! People who write at once, in one sheet together and each in one of their own, while something happens to the relay or to the network.

use crate::device::{Device, random};
use crate::line::Line;
use crate::relay::Relay;
use crate::samod_peer::{SamodDocument, SamodPeer};
use crate::sheet;
use crate::until::{eventually, when};
use anyhow::{Context, Result, ensure};
use automerge::AutomergeError;
use automerge::transaction::Transactable;
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::records::Section;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::interval;

/// Our own phones in a meeting.
const PHONES: usize = 3;

/// Changes that a phone lets wait before it writes more.
pub const UNDER_WAY: usize = 10;

/// Time between two looks whether it may.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Our phones and a stock peer, each on a line of its own.
pub struct Meeting {
    /// One for each phone, and the guest's.
    lines: Vec<Line>,
    phones: Vec<Arc<Device>>,
    own: Vec<DocumentId>,
    together: DocumentId,
    guest: SamodDocument,
    _guest: SamodPeer,
    writing: JoinSet<Result<()>>,
}

/// The changes that some phones have been told to be on the relay's disk.
#[derive(Debug, Clone, Default)]
pub struct Promised(BTreeMap<DocumentId, BTreeSet<ChangeHash>>);

impl Meeting {
    /// Everyone comes, and has the common sheet.
    pub async fn begin(relay: SocketAddr) -> Result<Self> {
        let space = DocumentId::from_entropy(random()?);
        let (mut lines, mut phones) = (Vec::new(), Vec::new());
        for _ in 0..PHONES {
            let line = Line::to(relay).await?;
            phones.push(Arc::new(Device::start(&line.sync_url())?));
            lines.push(line);
        }
        let line = Line::to(relay).await?;
        let first = phones.first().context("nobody came")?;
        let together = sheet::create(first, space, "Ensemble", "")?;
        first.all_sent().await?;
        let mut own = Vec::new();
        for phone in &phones {
            own.push(sheet::create(phone, space, "Chacun", "")?);
            phone.find(together).await?;
            phone.all_sent().await?;
        }
        let peer = SamodPeer::start(&line.sync_url()).await?;
        lines.push(line);
        let guest = peer
            .find(together)
            .await?
            .context("a guest finds nothing")?;
        Ok(Self {
            lines,
            phones,
            own,
            together,
            guest,
            _guest: peer,
            writing: JoinSet::new(),
        })
    }

    /// Everyone's lines; the last one is the guest's.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Cuts everyone off.
    pub fn cut(&self) {
        self.lines.iter().for_each(Line::cut);
    }

    /// Lets everyone through again.
    pub fn mend(&self) {
        self.lines.iter().for_each(Line::mend);
    }

    /// Our own phones.
    pub fn phones(&self) -> &[Arc<Device>] {
        &self.phones
    }

    /// The sheet that all write in.
    pub fn common_sheet(&self) -> DocumentId {
        self.together
    }

    /// The sheet that the first phone writes alone.
    pub fn first_sheet(&self) -> Result<(&Device, DocumentId)> {
        let first = self.phones.iter().zip(&self.own).next();
        let (phone, own) = first.context("nobody came")?;
        Ok((phone, *own))
    }

    /// Everyone of us writes, as fast as the relay keeps up, until told to stop.
    pub fn start_writing(&mut self) {
        for (phone, own) in self.phones.iter().zip(&self.own) {
            self.writing
                .spawn(write(Arc::clone(phone), [*own, self.together]));
        }
    }

    /// Nobody writes any more; an error if somebody could not write before.
    pub async fn stop_writing(&mut self) -> Result<()> {
        self.writing.abort_all();
        while let Some(ended) = self.writing.join_next().await {
            match ended {
                Ok(result) => result.context("a phone stopped writing")?,
                Err(error) => ensure!(error.is_cancelled(), "a writing phone panicked: {error}"),
            }
        }
        Ok(())
    }

    /// The guest writes a few words in the common sheet.
    pub fn guest_writes(&self, words: &str) -> Result<()> {
        self.guest.with(|document| {
            let text = sheet::section(document, Section::Need).context("no such section")?;
            document
                .transact::<_, _, AutomergeError>(|transaction| {
                    transaction.splice_text(&text, 0, 0, words)
                })
                .map_err(|failure| failure.error)?;
            Ok(())
        })
    }

    /// What our phones have been told to be safe at the relay, up to now.
    pub fn promised(&self) -> Promised {
        let mut promised = Promised::default();
        for (phone, own) in self.phones.iter().zip(&self.own) {
            for document in [*own, self.together] {
                let acknowledged = phone.acknowledged(document);
                let of_document = promised.0.entry(document).or_default();
                of_document.extend(acknowledged);
            }
        }
        promised
    }

    /// How many changes are on their way and not acknowledged.
    pub fn under_way(&self) -> usize {
        self.phones.iter().map(|phone| phone.status().unsent).sum()
    }

    /// Waits until the relay has told our phones that so many changes are safe.
    pub async fn has_been_promised(&self, changes: usize) -> Result<()> {
        eventually("the relay acknowledges what is written", async || {
            let count = self.promised().count();
            when(count >= changes, count)
        })
        .await
    }

    /// Waits until the relay has everything, and everyone has the same as `reader`, who may be new.
    pub async fn converges_with(&self, reader: &Device) -> Result<()> {
        for phone in &self.phones {
            phone.all_sent().await?;
        }
        for (phone, own) in self.phones.iter().zip(&self.own) {
            reader.find(*own).await?;
            same(|| reader.heads(*own), || phone.heads(*own)).await?;
        }
        reader.find(self.together).await?;
        let together = || reader.heads(self.together);
        for phone in &self.phones {
            same(together, || phone.heads(self.together)).await?;
        }
        same(together, || self.guest.heads()).await
    }
}

/// Writes in these sheets in turn for ever, a few changes at each look at what is still on its way.
async fn write(phone: Arc<Device>, sheets: [DocumentId; 2]) -> Result<()> {
    let mut looks = interval(LOOK_EVERY);
    for sheet in sheets.into_iter().cycle() {
        while phone.status().unsent >= UNDER_WAY {
            looks.tick().await;
        }
        sheet::append(&phone, sheet, Section::Tasks, "on répare. ")?;
    }
    Ok(())
}

/// Waits until two have the same heads.
async fn same(
    one: impl Fn() -> Vec<ChangeHash>,
    other: impl Fn() -> Vec<ChangeHash>,
) -> Result<()> {
    eventually("all have the same", async || {
        let [one, other] = [one(), other()].map(BTreeSet::from_iter);
        when(
            one == other && !one.is_empty(),
            format!("{one:?}, {other:?}"),
        )
    })
    .await
}

impl Promised {
    /// How many changes there are.
    pub fn count(&self) -> usize {
        self.0.values().map(BTreeSet::len).sum()
    }

    /// Each document with how many of its changes were promised.
    pub fn documents(&self) -> impl Iterator<Item = (DocumentId, usize)> {
        self.0
            .iter()
            .map(|(document, changes)| (*document, changes.len()))
    }

    /// Takes in what was promised at another time.
    pub fn extend(&mut self, more: Self) {
        for (document, changes) in more.0 {
            self.0.entry(document).or_default().extend(changes);
        }
    }

    /// Fails unless a relay to which nobody brings anything has all of it.
    pub async fn is_kept_by(&self, relay: &Relay) -> Result<()> {
        let reader = Device::start(&relay.sync_url())?;
        for (document, promised) in &self.0 {
            if promised.is_empty() {
                continue;
            }
            reader.find(*document).await?;
            eventually("nothing that was acknowledged is lost", async || {
                let kept = reader.kept(*document);
                let kept = kept.iter().map(|change| change.hash).collect();
                let lost = promised.difference(&kept).count();
                when(
                    lost == 0,
                    format!("{lost} of {} are not there", promised.len()),
                )
            })
            .await?;
        }
        Ok(())
    }
}
