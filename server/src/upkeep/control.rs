//! The socket through which a running relay is asked to look after its store. It lies in the store's folder; only its owner can open it.
//!
//! Whoever asks sends one word and a newline. The answer is a sequence of frames: one byte for the kind, the length (4 bytes, big-endian),
//! and the bytes. `d` is a part of what the task writes; the last frame is the sentence at the end: `w` when all is well, `b` when
//! documents are damaged, `e` when the task could not be done.

use super::{Report, Task, UpkeepError, perform_on};
use crate::access::Registry;
use crate::stewardship::Order;
use crate::store::SledStore;
use maillage_shared::store::StoreError;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UnixListener;

const NAME: &str = "control";

/// The longest path that every system takes for a socket, in bytes.
const PATH_BYTES: usize = 100;

/// How long one read or write may take before the other side is taken for gone.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest request that is read, in bytes.
const WORDS_BYTES: u64 = 16 * 1024;

/// Bytes of what a task writes that travel in one frame.
const FRAME_BYTES: usize = 64 * 1024;

/// The relay's end.
#[derive(Debug)]
pub struct Control {
    listener: UnixListener,
    path: PathBuf,
}

impl Control {
    /// Listens in the folder of a store that this process has open; must be called inside a tokio runtime.
    pub fn listen(data: &Path) -> io::Result<Self> {
        let path = data.join(NAME);
        // One that was left by a killed relay: the store is ours now.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = Short::of(data)?.with(|short| UnixListener::bind(short))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        Ok(Self { listener, path })
    }

    /// Does what is asked, one thing at a time, until it is dropped.
    pub async fn serve(self, store: Arc<SledStore>, registry: Arc<Registry>) {
        loop {
            let stream = match self.listener.accept().await {
                Ok((stream, _)) => stream.into_std(),
                Err(error) => {
                    tracing::warn!(%error, "the control socket cannot be used any more");
                    return;
                }
            };
            let (store, registry) = (Arc::clone(&store), Arc::clone(&registry));
            let answered =
                tokio::task::spawn_blocking(move || answer(stream?, &store, &registry)).await;
            if let Ok(Err(error)) = answered {
                tracing::info!(%error, "an answer on the control socket was not heard to its end");
            }
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // The next relay removes it otherwise.
        let _ = fs::remove_file(&self.path);
    }
}

/// Has the relay do it that runs on this folder.
pub(crate) fn ask(data: &Path, words: &str, output: &mut dyn Write) -> Result<Report, UpkeepError> {
    // Another program than a relay holds the store, or a relay that is starting or stopping.
    let gone = |_| StoreError::Locked;
    let mut stream = Short::of(data)
        .and_then(|short| short.with(|path| UnixStream::connect(path)))
        .map_err(gone)?;
    let lost = |error: io::Error| UpkeepError::Relay(format!("nothing any more ({error})"));
    writeln!(stream, "{words}").map_err(lost)?;
    let mut frames = BufReader::new(stream);
    loop {
        let mut head = [0; 5];
        frames.read_exact(&mut head).map_err(lost)?;
        let [kind, length @ ..] = head;
        let mut content = Vec::new();
        let length = u32::from_be_bytes(length);
        (&mut frames)
            .take(length.into())
            .read_to_end(&mut content)
            .map_err(lost)?;
        let words = || String::from_utf8_lossy(&content).into_owned();
        match kind {
            b'd' => output.write_all(&content)?,
            b'w' | b'b' => {
                return Ok(Report {
                    sentence: words(),
                    is_well: kind == b'w',
                });
            }
            _ => return Err(UpkeepError::Relay(words())),
        }
    }
}

fn answer(stream: UnixStream, store: &SledStore, registry: &Registry) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut word = String::new();
    BufReader::new((&stream).take(WORDS_BYTES)).read_line(&mut word)?;
    let word = word.trim_end();
    let task = Task::ALL.into_iter().find(|task| task.word() == word);
    let mut output = BufWriter::with_capacity(FRAME_BYTES, Frames(&stream));
    let result = match (task, Order::read(word)) {
        (Some(task), _) => {
            tracing::info!(task = task.word(), "asked to look after the store");
            perform_on(store, task, &mut output)
        }
        (None, Some(order)) => {
            tracing::info!("asked about who may come in");
            order.carry_out(registry, store, &mut output)
        }
        (None, None) => return write_frame(&stream, b'e', b"it does not know what is asked of it"),
    };
    output.flush()?;
    match result {
        Ok(report) => {
            let kind = if report.is_well { b'w' } else { b'b' };
            write_frame(&stream, kind, report.sentence.as_bytes())
        }
        Err(error) => write_frame(&stream, b'e', error.to_string().as_bytes()),
    }
}

/// Sends what is written as frames.
struct Frames<'a>(&'a UnixStream);

impl Write for Frames<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let part = &bytes[..bytes.len().min(FRAME_BYTES)];
        write_frame(self.0, b'd', part)?;
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_frame(mut stream: &UnixStream, kind: u8, content: &[u8]) -> io::Result<()> {
    let length = u32::try_from(content.len()).map_err(io::Error::other)?;
    stream.write_all(&[kind])?;
    stream.write_all(&length.to_be_bytes())?;
    stream.write_all(content)
}

/// A short path to the socket: systems bound its length, but not the length of a folder's.
struct Short {
    path: PathBuf,
    /// Keeps the short path valid.
    _folder: File,
}

impl Short {
    fn of(data: &Path) -> io::Result<Self> {
        let folder = File::open(data)?;
        let path = data.join(NAME);
        let path = if path.as_os_str().len() > PATH_BYTES {
            PathBuf::from(format!("/proc/self/fd/{}/{NAME}", folder.as_raw_fd()))
        } else {
            path
        };
        Ok(Self {
            path,
            _folder: folder,
        })
    }

    fn with<T>(&self, act: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
        act(&self.path)
    }
}
