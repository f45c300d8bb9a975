//! A phone's WebSocket, with small buffers: hundreds of them live in one process.

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Message};

/// What a socket keeps ready for reading and for writing.
const BUFFER_BYTES: usize = 4 * 1024;

/// An open socket.
#[derive(Debug)]
pub(super) struct Socket(WebSocketStream<TcpStream>);

/// Sockets from one address: relays let only so many in.
const SOCKETS_OF_AN_ADDRESS: usize = 1000;

/// Addresses of this machine in turn, with a free port.
fn source() -> SocketAddr {
    static OPENED: AtomicUsize = AtomicUsize::new(0);
    let number = OPENED.fetch_add(1, Ordering::Relaxed) / SOCKETS_OF_AN_ADDRESS;
    SocketAddr::from(([127, 0, 0, 1 + (number % 250) as u8], 0))
}

impl Socket {
    /// Opens a socket at an address and a path that starts with a slash.
    pub(super) async fn open(server: SocketAddr, path: &str) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(source())?;
        let stream = socket.connect(server).await;
        let stream = stream.context("the server cannot be reached")?;
        stream.set_nodelay(true)?;
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER_BYTES)
            .write_buffer_size(BUFFER_BYTES);
        let url = format!("ws://{server}{path}");
        let opening = tokio_tungstenite::client_async_with_config(url, stream, Some(config));
        let (socket, _) = opening.await.context("the server refuses a WebSocket")?;
        Ok(Self(socket))
    }

    /// Sends a binary message.
    pub(super) async fn say(&mut self, bytes: Vec<u8>) -> Result<()> {
        Ok(self.0.send(Message::binary(bytes)).await?)
    }

    /// The next binary message; an error when the connection ends. May be dropped and called again.
    pub(super) async fn hear(&mut self) -> Result<Bytes> {
        loop {
            match self.0.next().await.context("the server has hung up")?? {
                Message::Binary(bytes) => return Ok(bytes),
                Message::Close(frame) => anyhow::bail!("the server has closed: {frame:?}"),
                _ => {}
            }
        }
    }
}
