//! What every story starts with: the demonstration on a relay, and people who come with a phone.

use anyhow::{Context, Result, ensure};
use maillage_shared::id::DocumentId;
use maillage_tests::browser::{Browser, Form, Phone, Target};
use maillage_tests::device::Device;
use maillage_tests::house;
use maillage_tests::line::Line;
use maillage_tests::published::Published;
use maillage_tests::relay::Relay;
use maillage_tests::until::{eventually, told, when};
use serde_json::json;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

/// What the browser says of a part of the program that could not be loaded.
pub(crate) const NO_PART: &str = "Failed to fetch";

/// Two cores play one browser story at a time.
static STAGE: Mutex<()> = Mutex::const_new(());

/// A relay with the demonstration, and a browser.
pub(crate) struct Stage {
    browser: Browser,
    /// Where the relay listens, also after it was killed and started again.
    pub(crate) address: SocketAddr,
    /// The part of the joining link that follows the address.
    pub(crate) link: String,
    data: TempDir,
    _turn: MutexGuard<'static, ()>,
}

/// Someone with a phone on a line of its own.
pub(crate) struct Visitor {
    pub(crate) name: String,
    pub(crate) phone: Phone,
    pub(crate) line: Arc<Line>,
    link: String,
    data: PathBuf,
}

impl Stage {
    /// The relay is given apart, because some stories kill it.
    pub(crate) async fn open() -> Result<(Self, Relay)> {
        let turn = STAGE.lock().await;
        let data = tempfile::tempdir()?;
        let (relay, link) = Relay::with_demonstration(data.path()).await?;
        let stage = Self {
            browser: Browser::start().await?,
            address: relay.address(),
            link,
            data,
            _turn: turn,
        };
        Ok((stage, relay))
    }

    /// The same with a relay that serves an app which can be renewed while it runs.
    pub(crate) async fn open_to_upgrades() -> Result<(Self, Relay, Published)> {
        let (stage, relay) = Self::open().await?;
        let app = Published::copy_of(stage.address).await?;
        relay.kill().await?;
        let folder = app
            .folder()
            .to_str()
            .context("a folder's name is Unicode")?;
        let arguments = ["--app", folder];
        let relay = Relay::start_as(stage.data.path(), stage.address, &arguments, &[]).await?;
        Ok((stage, relay, app))
    }

    /// Someone who has not joined yet.
    pub(crate) async fn stranger(&self, name: &str, form: Form) -> Result<Visitor> {
        Ok(Visitor {
            name: name.to_owned(),
            phone: self.browser.phone(name, form).await?,
            line: Arc::new(Line::to(self.address).await?),
            link: self.link.clone(),
            data: self.data.path().to_owned(),
        })
    }

    /// Has the relay's operator make an invitation, and returns the path of its link.
    pub(crate) async fn invites(&self, arguments: &[&str]) -> Result<String> {
        house::invite(self.data.path(), arguments).await
    }

    /// The relay's folder.
    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    /// Someone with a small phone who has come in with this role and stands on the home screen.
    pub(crate) async fn visitor_as(&self, role: &str, name: &str) -> Result<Visitor> {
        let visitor = self.stranger(name, Form::PHONE).await?;
        let link = self.invites(&["--role", role]).await?;
        visitor.moves_to(&link).await?;
        Ok(visitor)
    }

    /// Someone with a small phone who has joined and stands on the home screen.
    pub(crate) async fn visitor(&self, name: &str) -> Result<Visitor> {
        let visitor = self.stranger(name, Form::PHONE).await?;
        visitor.join().await?;
        Ok(visitor)
    }
}

impl Visitor {
    /// Follows the joining link to the home screen.
    pub(crate) async fn join(&self) -> Result<()> {
        self.moves_to(&self.link).await
    }

    /// Follows a joining link, perhaps to another territory than before, to the home screen.
    pub(crate) async fn moves_to(&self, link: &str) -> Result<()> {
        self.go(link).await?;
        self.comes_in().await?;
        self.phone
            .sees(Target::heading(&format!("Bonjour {}", self.name)))
            .await
    }

    /// Says who they are, reads what is to be known, and asks to be let in.
    pub(crate) async fn comes_in(&self) -> Result<()> {
        self.phone
            .fill(Target::field("Mon prénom"), &self.name)
            .await?;
        self.phone.tap(Target::button("Continuer")).await?;
        self.phone.sees(Target::heading("Avant d’entrer")).await?;
        self.phone.tap(Target::button("Entrer")).await
    }

    /// A phone without a screen, on the same line, of someone who has followed the same link; and the territory it leads to.
    pub(crate) async fn companion(&self) -> Result<(Device, DocumentId)> {
        let device = Device::start(&self.line.sync_url())?;
        let space = device.join(&self.link, "Bernard").await?;
        Ok((device, space))
    }

    /// The relay's folder.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// The same person in another tab of the same phone.
    pub(crate) async fn beside(&self, tab: &str) -> Result<Self> {
        Ok(Self {
            name: self.name.clone(),
            phone: self.phone.beside(tab).await?,
            line: Arc::clone(&self.line),
            link: self.link.clone(),
            data: self.data.clone(),
        })
    }

    /// The same phone in the hands of someone else.
    pub(crate) fn called(self, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..self
        }
    }

    /// The joining link's path.
    pub(crate) fn link(&self) -> &str {
        &self.link
    }

    /// Opens an address of the program, such as `/#/fiches`.
    pub(crate) async fn go(&self, path: &str) -> Result<()> {
        self.phone.goto(&format!("{}{path}", self.line.url())).await
    }

    /// Creates a sheet and stays on it.
    pub(crate) async fn create_sheet(&self, title: &str) -> Result<DocumentId> {
        self.go("/#/fiches/nouvelle").await?;
        self.phone
            .fill(Target::field("Le nom du travail"), title)
            .await?;
        self.phone.tap(Target::button("Créer la fiche")).await?;
        self.phone.sees(Target::exactly("heading", title)).await?;
        let url = self.phone.url().await?;
        let id = url.rsplit('/').next().context("an address has parts")?;
        id.parse()
            .with_context(|| format!("{url} is not the address of a sheet"))
    }

    /// Finds a sheet in the list and opens it.
    pub(crate) async fn open_sheet(&self, title: &str) -> Result<()> {
        self.go("/#/fiches").await?;
        self.phone.tap(Target::link(title)).await?;
        self.phone.sees(Target::exactly("heading", title)).await
    }

    /// Waits until something says these words; spaces that do not break a line count as spaces.
    pub(crate) async fn shows(&self, at: Target, words: &str) -> Result<()> {
        self.look(at, words, true).await
    }

    /// Waits until something no longer says these words.
    pub(crate) async fn no_longer_shows(&self, at: Target, words: &str) -> Result<()> {
        self.look(at, words, false).await
    }

    async fn look(&self, at: Target, words: &str, there: bool) -> Result<()> {
        let what = format!(
            "{} {} {words:?}",
            self.name,
            if there { "sees" } else { "no longer sees" }
        );
        eventually(&what, async || {
            let text = self.phone.text(at.clone()).await.map_err(told)?;
            let text = text.replace('\u{a0}', " ");
            when(text.contains(words) == there, format!("{text:?}"))
        })
        .await
    }

    /// Opens a section to write in, with the caret at the end or at a position in UTF-16 units.
    pub(crate) async fn write_in(&self, section: &str, at: Option<usize>) -> Result<()> {
        self.phone.tap(Target::button(section)).await?;
        self.phone.sees(Target::field(section)).await?;
        self.phone.caret(Target::field(section), at).await
    }

    /// What a section's field holds.
    pub(crate) async fn written(&self, section: &str) -> Result<String> {
        self.phone.value(Target::field(section)).await
    }

    /// Waits until a section's field holds exactly this.
    pub(crate) async fn reads(&self, section: &str, text: &str) -> Result<()> {
        let what = format!("{} reads {text:?} under {section:?}", self.name);
        eventually(&what, async || {
            let written = self.written(section).await.map_err(told)?;
            when(written == text, format!("{written:?}"))
        })
        .await
    }

    /// Waits until everything is with the group.
    pub(crate) async fn is_sent(&self) -> Result<()> {
        self.phone.status_says("Envoyé au groupe").await
    }

    /// Takes the network away, as the browser and as the wire know it.
    pub(crate) async fn goes_offline(&self) -> Result<()> {
        self.line.cut();
        self.phone.offline(true).await
    }

    /// Gives the network back.
    pub(crate) async fn comes_online(&self) -> Result<()> {
        self.line.mend();
        self.phone.offline(false).await
    }

    /// Waits until the app can open without network, with every screen of it.
    pub(crate) async fn can_open_offline(&self) -> Result<()> {
        let kept = "navigator.serviceWorker.ready.then(({ active }) => new Promise((resolve) => {
            const answer = new MessageChannel();
            answer.port1.onmessage = ({ data }) => resolve(data);
            active.postMessage({ type: 'keep' }, [answer.port2]);
        }))";
        ensure!(
            self.phone.evaluate(kept).await? == true,
            "the late parts are not kept"
        );
        Ok(())
    }

    /// The parts of the program that were kept for later are gone, as if the network had been taken away before they arrived.
    pub(crate) async fn loses_the_late_parts(&self) -> Result<()> {
        let lose = "caches.keys().then(async (names) => {
            let lost = 0;
            for (const name of names) {
                const cache = await caches.open(name);
                for (const { url } of await cache.keys()) {
                    if (new URL(url).pathname.startsWith('/part-') && (await cache.delete(url))) lost += 1;
                }
            }
            return lost;
        })";
        ensure!(
            self.phone.evaluate(lose).await? != 0,
            "no late part was kept"
        );
        self.phone
            .devtools("Network.clearBrowserCache", json!({}))
            .await?;
        Ok(())
    }

    /// The page has complained of nothing: no error, no warning, nothing that the security policy forbids.
    pub(crate) async fn has_no_complaint(&self) -> Result<()> {
        self.complains_only_of(&[]).await
    }

    /// The same where the network was taken away: what the browser itself says about that does not count.
    pub(crate) async fn complains_of_the_network_only(&self) -> Result<()> {
        self.complains_of_the_network_and(&[]).await
    }

    /// The same where something else was made to fail, about which something is rightly said.
    pub(crate) async fn complains_of_the_network_and(&self, also: &[&str]) -> Result<()> {
        self.complains_only_of(&[&["net::ERR_", "WebSocket connection"], also].concat())
            .await
    }

    async fn complains_only_of(&self, expected: &[&str]) -> Result<()> {
        let mut problems = self.phone.problems().await?;
        problems.retain(|problem| expected.iter().all(|words| !problem.contains(words)));
        ensure!(
            problems.is_empty(),
            "the page of {} complains: {problems:#?}",
            self.name
        );
        Ok(())
    }
}

/// Waits until two people read the same under a section, and returns it.
pub(crate) async fn same_text(
    one: &Visitor,
    other: &Visitor,
    section: &str,
    complete: impl Fn(&str) -> bool,
) -> Result<String> {
    let what = format!(
        "{} and {} read the same under {section:?}, and all of it",
        one.name, other.name
    );
    eventually(&what, async || {
        let texts = [
            one.written(section).await.map_err(told)?,
            other.written(section).await.map_err(told)?,
        ];
        when(
            texts[0] == texts[1] && complete(&texts[0]),
            format!("{texts:#?}"),
        )?;
        Ok::<_, String>(texts[0].clone())
    })
    .await
}
