//! A relay to test: in this process, on a port of its own.

use maillage_server::http::{self, Settings};
use maillage_server::relay::{Options, Relay};
use maillage_server::store::SledStore;
use maillage_shared::id::PeerId;
use maillage_shared::store::Store;
use maillage_shared::testing::MemoryStore;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A relay that runs until it is stopped or dropped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Running {
    /// On a store that the test keeps a hand on.
    pub(crate) async fn on(store: MemoryStore, options: Options) -> Self {
        Self::start(Arc::new(store), PeerId::new("the-relay").unwrap(), options).await
    }

    /// On an empty store in memory.
    pub(crate) async fn new() -> Self {
        Self::on(MemoryStore::default(), Options::default()).await
    }

    /// On the disk.
    pub(crate) async fn in_folder(path: &Path) -> Self {
        let store = SledStore::open(path).unwrap();
        let name = store.relay().clone();
        Self::start(Arc::new(store), name, Options::default()).await
    }

    async fn start(store: Arc<dyn Store>, name: PeerId, options: Options) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let relay = Relay::start(store, name, options, None).unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(http::serve(listener, relay, Settings::default(), async {
            let _ = stopped.await;
        }));
        Self {
            address,
            stop,
            serving,
        }
    }

    /// Stops as a signal would, and returns when the relay has ended.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        self.serving.await.unwrap();
    }
}

/// The status, the head and the body of an answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// Asks for a path over a connection of its own, with further header lines.
pub(crate) async fn get(address: SocketAddr, path: &str, headers: &[&str]) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut request = format!("GET {path} HTTP/1.1\r\n");
    for header in headers {
        request.push_str(header);
        request.push_str("\r\n");
    }
    if !headers.iter().any(|header| header.starts_with("Host:")) {
        request.push_str(&format!("Host: {address}\r\n"));
    }
    if !headers
        .iter()
        .any(|header| header.starts_with("Connection:"))
    {
        request.push_str("Connection: close\r\n");
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}
