//! A Node script that answers requests, one line of JSON each way. Several requests may be under way at once.

use crate::built;
use crate::relay::echo;
use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Longer than anything a script waits for by itself.
const ANSWER_WITHIN: Duration = Duration::from_secs(90);

/// How long a script may take to end what it started, once nobody can ask it anything more.
const ENDS_WITHIN: Duration = Duration::from_secs(5);

/// A running script. It ends when the value is dropped, and everything it started with it.
#[derive(Debug)]
pub struct Script {
    name: &'static str,
    /// `None` while it ends.
    stdin: tokio::sync::Mutex<Option<ChildStdin>>,
    next: AtomicU64,
    waiting: Arc<Waiting>,
    /// Closed once the script has ended and nothing more can come from it.
    ended: Mutex<mpsc::Receiver<()>>,
    /// Killed when it is dropped.
    _process: Child,
    /// Where it puts its temporary files; removed after it has ended.
    _temporary: TempDir,
}

/// Who waits for which answer; `None` once the script has ended.
type Waiting = Mutex<Option<HashMap<u64, oneshot::Sender<Value>>>>;

impl Script {
    /// Starts `tests/js/<name>` with arguments.
    pub async fn start(name: &'static str, arguments: &[&str]) -> Result<Self> {
        let temporary = tempfile::tempdir()?;
        let mut process = Command::new("node")
            .arg(built::scripts().join(name))
            .args(arguments)
            .env("MAILLAGE_NODE_MODULES", built::node_modules()?)
            .env("TMPDIR", temporary.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context(
                "Node cannot be started; it is needed for the JavaScript peers and the browser",
            )?;
        let stdin = process.stdin.take().context("no standard input")?;
        let stdout = process.stdout.take().context("no standard output")?;
        echo(name, process.stderr.take().context("no standard error")?);
        let waiting = Arc::new(Mutex::new(Some(HashMap::new())));
        let (alive, ended) = mpsc::channel();
        tokio::spawn(answer(stdout, Arc::clone(&waiting), alive));
        Ok(Self {
            name,
            stdin: tokio::sync::Mutex::new(Some(stdin)),
            next: AtomicU64::new(1),
            waiting,
            ended: Mutex::new(ended),
            _process: process,
            _temporary: temporary,
        })
    }

    /// Asks the script to do something and returns its answer.
    pub async fn ask(&self, what: &str, mut details: Value) -> Result<Value> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        details["id"] = json!(id);
        details["do"] = json!(what);
        let (tell, told) = oneshot::channel();
        match self
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_mut()
        {
            Some(waiting) => waiting.insert(id, tell),
            None => bail!("{} has ended", self.name),
        };
        let mut stdin = self.stdin.lock().await;
        if let Some(stdin) = stdin.as_mut() {
            stdin.write_all(format!("{details}\n").as_bytes()).await?;
            stdin.flush().await?;
        }
        drop(stdin);
        let answer = timeout(ANSWER_WITHIN, told)
            .await
            .with_context(|| format!("{} does not answer {details}", self.name))?
            .with_context(|| format!("{} ended instead of answering {details}", self.name))?;
        match answer.get("error") {
            None => Ok(answer["ok"].clone()),
            Some(error) => Err(anyhow!(
                "{}",
                error.as_str().unwrap_or("an error without words")
            ))
            .with_context(|| format!("{} cannot {what}", self.name)),
        }
    }
}

impl Drop for Script {
    /// Waits for its end, because a browser that is still ending writes into the folder that is removed next. A script that
    /// does not end is killed.
    fn drop(&mut self) {
        drop(self.stdin.get_mut().take());
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        // Nothing is ever sent: the channel closes, or the time is over and the script is killed.
        let _ = ended.recv_timeout(ENDS_WITHIN);
    }
}

/// Hands out answers until the script has ended; `_alive` goes with it.
async fn answer(stdout: ChildStdout, waiting: Arc<Waiting>, _alive: mpsc::Sender<()>) {
    let mut lines = BufReader::new(stdout).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let Ok(answer) = serde_json::from_str::<Value>(&line) else {
            eprintln!("script: {line}");
            continue;
        };
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = answer["id"]
            .as_u64()
            .and_then(|id| waiting.as_mut()?.remove(&id));
        if let Some(tell) = asked {
            // Whoever asked may have given up.
            let _ = tell.send(answer);
        }
    }
    *waiting.lock().unwrap_or_else(PoisonError::into_inner) = None;
}
