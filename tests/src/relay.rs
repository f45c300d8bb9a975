//! The built relay as a process: started on a port of its own, killed or asked to stop, started again on the same store.

use crate::built;
use crate::http;
use crate::until::{PATIENCE, eventually};
use anyhow::{Context, Result, bail};
use std::env;
use std::ffi::OsStr;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// Has the relay ask nobody who they are.
pub const OPEN: &str = "--open";

/// A running relay. It is killed when the value is dropped.
#[derive(Debug)]
pub struct Relay {
    process: Child,
    address: SocketAddr,
    data: PathBuf,
    arguments: Vec<String>,
    log: Log,
}

/// How a command of the program ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// All it wrote on standard output.
    pub output: String,
    /// All it wrote on standard error.
    pub errors: String,
}

impl Relay {
    /// Starts a relay that asks nobody who they are, on a free port of this machine.
    pub async fn start(data: &Path) -> Result<Self> {
        Self::start_with(data, &[OPEN]).await
    }

    /// Starts a relay on a free port of this machine that lets in only who was invited.
    pub async fn start_asking(data: &Path) -> Result<Self> {
        Self::start_with(data, &[]).await
    }

    /// Starts the relay on a free port of this machine with these arguments.
    pub async fn start_with(data: &Path, arguments: &[&str]) -> Result<Self> {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self::start_as(data, listen, arguments, &[]).await
    }

    /// Starts a relay that asks nobody who they are at an address; with port 0 the system chooses.
    pub async fn start_at(data: &Path, listen: SocketAddr) -> Result<Self> {
        Self::start_as(data, listen, &[OPEN], &[]).await
    }

    /// Starts the relay at an address with these arguments and these variables in its environment.
    pub async fn start_as(
        data: &Path,
        listen: SocketAddr,
        arguments: &[&str],
        environment: &[(&str, &OsStr)],
    ) -> Result<Self> {
        let mut process = program()?
            .args(["serve", "--listen", &listen.to_string(), "--data"])
            .arg(data)
            .args(arguments)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("the relay cannot be started")?;
        let errors = process
            .stderr
            .take()
            .context("the relay has no standard error")?;
        let output = process
            .stdout
            .take()
            .context("the relay has no standard output")?;
        // Shown by the test runner when the story fails.
        let log = echo("relay", errors);
        let address = timeout(PATIENCE, first_address(output))
            .await
            .context("the relay did not tell its address")??;
        Ok(Self {
            process,
            address,
            data: data.to_path_buf(),
            arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
            log,
        })
    }

    /// Writes the demonstration into a folder, starts a relay on it that asks everyone who they are, and returns it with the part of the joining link that
    /// follows the address.
    pub async fn with_demonstration(data: &Path) -> Result<(Self, String)> {
        let path = demonstration(data).await?;
        Ok((Self::start_asking(data).await?, path))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where clients open their sockets.
    pub fn sync_url(&self) -> String {
        format!("ws://{}/sync", self.address)
    }

    /// Its process id.
    pub fn process_id(&self) -> Result<u32> {
        self.process.id().context("the relay has ended")
    }

    /// How many lines of its log hold these words so far.
    pub fn logged(&self, words: &str) -> usize {
        self.log.count(words)
    }

    /// How many warnings and errors it has logged so far.
    pub fn warnings(&self) -> usize {
        self.log.count(" WARN ") + self.log.count("ERROR ")
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> Result<bool> {
        Ok(self.process.try_wait()?.is_none())
    }

    /// The most memory it has ever held, in KiB, as Linux counts it (`VmHWM`).
    pub fn peak_memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process_id()?))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        number
            .context("no VmHWM line")?
            .parse()
            .context("VmHWM is no number")
    }

    /// One of the figures that it counts, by its name at `/metrics`.
    pub async fn figure(&self, name: &str) -> Result<f64> {
        let text = http::get(self.address, "/metrics", &[]).await?.text()?;
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let line = line.with_context(|| format!("{name} is not counted"))?;
        Ok(line.trim().parse()?)
    }

    /// Asks it to read its files again (SIGHUP).
    pub async fn hang_up(&self) -> Result<()> {
        signal("HUP", self.process_id()?).await
    }

    /// Ends it at once, as a power cut would (SIGKILL), and returns what is needed to start it again.
    pub async fn kill(mut self) -> Result<Stopped> {
        self.process.start_kill()?;
        self.process.wait().await?;
        Ok(self.into_stopped())
    }

    /// Asks it to stop (SIGTERM) and waits at most `deadline`.
    pub async fn terminate(mut self, deadline: Duration) -> Result<(ExitStatus, Stopped)> {
        ask_to_stop(self.process_id()?).await?;
        let status = timeout(deadline, self.process.wait())
            .await
            .with_context(|| format!("the relay did not stop within {} s", deadline.as_secs()))??;
        Ok((status, self.into_stopped()))
    }

    fn into_stopped(self) -> Stopped {
        Stopped {
            address: self.address,
            data: self.data,
            arguments: self.arguments,
        }
    }
}

/// What remains of a relay that has ended: its store and its address.
#[derive(Debug)]
pub struct Stopped {
    address: SocketAddr,
    data: PathBuf,
    arguments: Vec<String>,
}

impl Stopped {
    /// Starts it again at the same address, on the same store, with the same arguments.
    pub async fn start(self) -> Result<Relay> {
        eventually("the relay starts again on its store", async || {
            let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
            Relay::start_as(&self.data, self.address, &arguments, &[])
                .await
                .map_err(|error| format!("{error:#}"))
        })
        .await
    }
}

/// Writes the demonstration territory and returns the part of the joining link that follows the address (`/#/rejoindre/…`).
pub async fn demonstration(data: &Path) -> Result<String> {
    let folder = data.to_str().context("a folder's name is not Unicode")?;
    let ended = run(&["demo", "--data", folder]).await?;
    if !ended.status.success() {
        bail!("`maillage demo` failed: {}", ended.errors);
    }
    let last = ended.output.lines().rfind(|line| !line.trim().is_empty());
    let last = last.context("`maillage demo` printed nothing")?.trim();
    if !last.starts_with("/#/") {
        bail!("`maillage demo` printed no joining link but {last:?}");
    }
    Ok(last.to_owned())
}

/// Runs a command of the program to its end.
pub async fn run(arguments: &[&str]) -> Result<Ended> {
    let ending = program()?.args(arguments).stdin(Stdio::null()).output();
    let ended = timeout(PATIENCE, ending)
        .await
        .with_context(|| format!("`maillage {}` does not end", arguments.join(" ")))??;
    Ok(Ended {
        status: ended.status,
        output: String::from_utf8_lossy(&ended.stdout).into_owned(),
        errors: String::from_utf8_lossy(&ended.stderr).into_owned(),
    })
}

/// Asks a process to stop (SIGTERM).
pub async fn ask_to_stop(process: u32) -> Result<()> {
    signal("TERM", process).await
}

/// Sends a signal to a process.
async fn signal(name: &str, process: u32) -> Result<()> {
    let sent = Command::new("sh")
        .args(["-c", "kill -\"$0\" \"$1\"", name, &process.to_string()])
        .status()
        .await?;
    if !sent.success() {
        bail!("the process cannot be sent SIG{name}");
    }
    Ok(())
}

/// The program, told nothing by the environment of whoever runs the tests.
fn program() -> Result<Command> {
    let mut command = Command::new(built::relay()?);
    for (variable, _) in env::vars_os() {
        let name = variable.to_string_lossy();
        if name.starts_with("MAILLAGE_") || name == "RUST_LOG" {
            command.env_remove(variable);
        }
    }
    command.kill_on_drop(true);
    Ok(command)
}

/// Reads the first line of output, which holds the address; the rest is echoed.
pub async fn first_address(output: ChildStdout) -> Result<SocketAddr> {
    let mut lines = BufReader::new(output).lines();
    let first = lines
        .next_line()
        .await?
        .context("the relay ended without a word")?;
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    let first = first.trim();
    let host = first
        .strip_prefix("http://")
        .or_else(|| first.strip_prefix("https://"))
        .map(|rest| rest.trim_end_matches('/'));
    host.and_then(|host| host.parse().ok())
        .with_context(|| format!("the first line is no address: {first:?}"))
}

/// The lines that a process wrote on standard error so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn push(&self, line: String) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line);
    }

    fn count(&self, words: &str) -> usize {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().filter(|line| line.contains(words)).count()
    }
}

/// Repeats lines of a process for whoever reads the report of a failed story, and keeps them.
pub(crate) fn echo(name: &'static str, lines: impl AsyncRead + Unpin + Send + 'static) -> Log {
    let log = Log::default();
    let kept = log.clone();
    let mut lines = BufReader::new(lines).lines();
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            eprintln!("{name}: {line}");
            kept.push(line);
        }
    });
    log
}
