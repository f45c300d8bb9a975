//! The servers that are measured, each a process with a folder of its own.

use super::usage::Usage;
use crate::built;
use crate::relay::first_address;
use crate::until::PATIENCE;
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// A program that relays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Our relay.
    Maillage,
}

impl Program {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Maillage => "maillage",
        }
    }

    fn command(self, data: &Path) -> Result<Command> {
        let mut command = match self {
            Self::Maillage => {
                let mut command = Command::new(built::relay()?);
                command.args(["serve", "--listen", "127.0.0.1:0", "--data"]);
                command.env_remove("MAILLAGE_LISTEN");
                command.env_remove("MAILLAGE_DATA");
                command.env("RUST_LOG", "warn,automerge=off");
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
    process: Child,
    address: SocketAddr,
    data: TempDir,
}

impl Server {
    /// Starts a program on an empty folder inside `folder`.
    pub async fn start(program: Program, folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        Self::start_on(program, tempfile::tempdir_in(folder)?).await
    }

    async fn start_on(program: Program, data: TempDir) -> Result<Self> {
        let mut process = program
            .command(data.path())?
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
            process,
            address,
            data,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it and its children use.
    pub fn usage(&self) -> Result<Usage> {
        Usage::of_tree(self.process.id().context("the server has ended")?)
    }

    /// Ends it.
    pub async fn end(mut self) -> Result<()> {
        self.process.kill().await?;
        self.data.close()?;
        Ok(())
    }
}
