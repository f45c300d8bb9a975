//! A relay that lets in only who was invited, with a territory in it and people who came in.

use crate::device::Device;
use crate::relay::{self, Relay};
use anyhow::{Context, Result, ensure};
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{Role, Roles};
use maillage_shared::roster::{Answer, Request};
use std::path::Path;
use tempfile::TempDir;

/// The relay, the first of its team, and their territory.
#[derive(Debug)]
pub struct House {
    /// The relay.
    pub relay: Relay,
    /// Someone of the team.
    pub host: Device,
    /// The territory they began.
    pub space: DocumentId,
    data: TempDir,
}

/// An invitation, as whoever made it sees it.
#[derive(Debug, Clone)]
pub struct Invited {
    /// Its number.
    pub number: u32,
    /// The secret for the end of a link.
    pub link: String,
    /// The code to be spoken.
    pub code: String,
}

impl House {
    /// Begins a territory as people do: the operator makes the first invitation, and someone follows it.
    pub async fn open() -> Result<Self> {
        let data = tempfile::tempdir()?;
        let relay = Relay::start_asking(data.path()).await?;
        let host = Device::start(&relay.sync_url())?;
        let link = invite(data.path(), &["--name", "Droixhe"]).await?;
        let space = host.join(&link, "Nadia").await?;
        host.find(space).await?;
        Ok(Self {
            relay,
            host,
            space,
            data,
        })
    }

    /// The same after its relay was killed and started again.
    pub async fn after_a_kill(self) -> Result<Self> {
        let relay = self.relay.kill().await?.start().await?;
        Ok(Self { relay, ..self })
    }

    /// The relay and the host's phone, without the folder.
    pub fn into_relay_and_host(self) -> (Relay, Device) {
        (self.relay, self.host)
    }

    /// The relay's folder.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// A phone of someone who was let in with this role.
    pub async fn with(&self, role: Role, name: &str) -> Result<Device> {
        let device = Device::start(&self.relay.sync_url())?;
        let invited = self.invite(role, 1).await?;
        let space = device.join(&invited.link, name).await?;
        ensure!(space == self.space, "{name} came into another territory");
        Ok(device)
    }

    /// Has the host make an invitation for an hour.
    pub async fn invite(&self, role: Role, uses: u32) -> Result<Invited> {
        let request = Request::Invite {
            space: self.space,
            role: role.code().to_owned(),
            uses,
            minutes: 60,
            partner: None,
            code: true,
            meeting: None,
        };
        match self.host.ask(&request).await? {
            Answer::Invited { number, link, code } => Ok(Invited {
                number,
                link,
                code: code.context("no code")?,
            }),
            other => anyhow::bail!("no invitation but {other:?}"),
        }
    }

    /// Has the host give someone these roles and no others.
    pub async fn make(&self, device: &Device, roles: Roles) -> Result<()> {
        let request = Request::Become {
            space: self.space,
            person: device.person(),
            roles,
            partner: None,
        };
        let answer = self.host.ask(&request).await?;
        ensure!(answer == Answer::Done, "{answer:?}");
        Ok(())
    }
}

/// Runs `maillage invite` on a folder, and returns the path it prints last.
pub async fn invite(data: &Path, arguments: &[&str]) -> Result<String> {
    let lines = lines(data, &[&["invite"], arguments].concat()).await?;
    lines
        .last()
        .cloned()
        .context("`maillage invite` printed nothing")
}

/// Runs a command of the program on a folder, which must end well, and returns the lines it prints.
pub async fn lines(data: &Path, command: &[&str]) -> Result<Vec<String>> {
    let folder = data.to_str().context("a folder's name is not Unicode")?;
    let ended = relay::run(&[command, &["--data", folder]].concat()).await?;
    ensure!(ended.status.success(), "{ended:?}");
    Ok(ended.output.lines().map(str::to_owned).collect())
}
