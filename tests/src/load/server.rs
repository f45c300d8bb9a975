//! The servers that are measured, each a process with a folder of its own.

use super::usage::Usage;
use crate::built;
use crate::http;
use crate::relay::{self, first_address};
use crate::until::PATIENCE;
use anyhow::{Context, Result};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// A program that relays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Program {
    /// Our relay, on sled
    #[value(skip)]
    Maillage,
    /// samod and axum, on files
    Samod,
    /// automerge-repo in Node, on files
    AutomergeRepo,
    /// Hocuspocus in Node, on files through its database extension
    Hocuspocus,
    /// y-websocket's server in Node, on LevelDB
    YWebsocket,
}

impl Program {
    /// Those ours is compared with.
    pub const OTHERS: [Self; 4] = [
        Self::Samod,
        Self::AutomergeRepo,
        Self::Hocuspocus,
        Self::YWebsocket,
    ];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Maillage => "maillage",
            Self::Samod => "samod",
            Self::AutomergeRepo => "automerge-repo",
            Self::Hocuspocus => "hocuspocus",
            Self::YWebsocket => "y-websocket",
        }
    }

    /// How it is started on a folder; only ours can be told where to listen, the others take a free port.
    fn command(self, data: &Path, listen: SocketAddr) -> Result<Command> {
        let mut command = match self {
            Self::Maillage => {
                let mut command = Command::new(built::relay()?);
                command.args(["serve", "--open", "--listen", &listen.to_string(), "--data"]);
                command.env("RUST_LOG", "warn,automerge=off");
                command
            }
            Self::Samod => Command::new(std::env::current_exe()?.with_file_name("samod_relay")),
            Self::AutomergeRepo | Self::Hocuspocus | Self::YWebsocket => {
                let mut command = Command::new("node");
                command.arg(built::bench_scripts()?.join(format!("{}.mjs", self.name())));
                command.env("NODE_ENV", "production");
                command
            }
        };
        command.arg(data);
        Ok(command)
    }
}

/// A running server. It is killed when the value is dropped, and its folder removed.
#[derive(Debug)]
pub struct Server {
    program: Program,
    process: Child,
    address: SocketAddr,
    data: TempDir,
    boot: Duration,
}

impl Server {
    /// Starts a program on an empty folder inside `folder`.
    pub async fn start(program: Program, folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self::start_on(program, tempfile::tempdir_in(folder)?, listen).await
    }

    async fn start_on(program: Program, data: TempDir, listen: SocketAddr) -> Result<Self> {
        let started = Instant::now();
        let mut process = program
            .command(data.path(), listen)?
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} cannot be started", program.name()))?;
        let output = process.stdout.take().context("it has no standard output")?;
        let address = timeout(PATIENCE, first_address(output))
            .await
            .with_context(|| format!("{} did not tell its address", program.name()))??;
        Ok(Self {
            program,
            process,
            address,
            data,
            boot: started.elapsed(),
        })
    }

    /// How long it took from its start to its address.
    pub fn boot(&self) -> Duration {
        self.boot
    }

    /// Ends our relay as a power cut would and starts it again, on the same folder and at the same address.
    pub async fn restart_after_power_cut(mut self) -> Result<Self> {
        self.process.kill().await?;
        Self::start_on(self.program, self.data, self.address).await
    }

    /// Asks our relay to stop and starts it again, on the same folder and at the same address.
    pub async fn restart(mut self) -> Result<Self> {
        let id = self.process.id().context("the server has ended")?;
        relay::ask_to_stop(id).await?;
        timeout(PATIENCE, self.process.wait())
            .await
            .context("the relay does not stop")??;
        Self::start_on(self.program, self.data, self.address).await
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it and its children use.
    pub fn usage(&self) -> Result<Usage> {
        Usage::of_tree(self.process.id().context("the server has ended")?)
    }

    /// What our relay counts under this name.
    pub async fn metric(&self, name: &str) -> Result<f64> {
        let text = http::get(self.address, "/metrics", &[]).await?.text()?;
        let value = text.lines().find_map(|line| {
            let (found, value) = line.split_once(' ')?;
            (found == name).then_some(value)
        });
        let value = value.with_context(|| format!("the relay does not count {name}"))?;
        Ok(value.parse()?)
    }

    /// Ends it.
    pub async fn end(mut self) -> Result<()> {
        self.process.kill().await?;
        self.data.close()?;
        Ok(())
    }
}
