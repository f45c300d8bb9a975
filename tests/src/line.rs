//! The line between a phone and the relay, which can be cut and mended, and which remembers what was asked for through it.
//!
//! A browser told to be "offline" leaves its open sockets alive; a line that is cut does not.

use anyhow::Result;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A TCP line to one relay address. Connections end when the value is dropped.
#[derive(Debug)]
pub struct Line {
    address: SocketAddr,
    whole: watch::Sender<bool>,
    asked: Arc<Mutex<Vec<String>>>,
    _listening: JoinSet<()>,
}

impl Line {
    /// Opens a line that leads to `relay`, at an address of its own.
    pub async fn to(relay: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (whole, watching) = watch::channel(true);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let mut listening = JoinSet::new();
        listening.spawn(listen(listener, relay, watching, Arc::clone(&asked)));
        Ok(Self {
            address,
            whole,
            asked,
            _listening: listening,
        })
    }

    /// Where the phone connects.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as a browser writes it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where clients open their sockets.
    pub fn sync_url(&self) -> String {
        format!("ws://{}/sync", self.address)
    }

    /// Breaks every connection and refuses new ones.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// Lets connections through again.
    pub fn mend(&self) {
        self.whole.send_replace(true);
    }

    /// The paths of all HTTP requests since the last time this was asked.
    pub fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *locked(&self.asked))
    }
}

type Asked = Arc<Mutex<Vec<String>>>;

async fn listen(
    listener: TcpListener,
    relay: SocketAddr,
    whole: watch::Receiver<bool>,
    asked: Asked,
) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((phone, _)) = listener.accept().await else {
            return;
        };
        if *whole.borrow() {
            connections.spawn(carry(phone, relay, whole.clone(), Arc::clone(&asked)));
        }
        while connections.try_join_next().is_some() {}
    }
}

/// Carries bytes both ways until one side ends or the line is cut.
async fn carry(
    phone: TcpStream,
    relay: SocketAddr,
    mut whole: watch::Receiver<bool>,
    asked: Asked,
) {
    let Ok(server) = TcpStream::connect(relay).await else {
        return;
    };
    let (from_phone, to_phone) = phone.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = pump(from_phone, to_server, Some(asked)) => {}
        () = pump(from_server, to_phone, None) => {}
        _ = whole.wait_for(|whole| !whole) => {}
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, asked: Option<Asked>) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let bytes = &buffer[..length];
        if let Some(asked) = &asked
            && let Some(path) = requested(bytes)
        {
            locked(asked).push(path);
        }
        if to.write_all(bytes).await.is_err() {
            return;
        }
    }
}

/// The path of a request that starts with these bytes; browsers write the head of a request in one piece.
fn requested(bytes: &[u8]) -> Option<String> {
    let rest = bytes.strip_prefix(b"GET ")?;
    let end = rest.iter().position(|byte| *byte == b' ')?;
    Some(String::from_utf8_lossy(&rest[..end]).into_owned())
}

/// A list of requests is never left half written.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_request_is_read_from_its_first_line() {
        assert_eq!(
            requested(b"GET /boot.js HTTP/1.1\r\n").as_deref(),
            Some("/boot.js")
        );
        assert_eq!(requested(&[0x82, 0xfe, 0x47, 0x45, 0x54]), None);
    }

    #[tokio::test]
    async fn a_cut_line_breaks_open_connections_and_refuses_new_ones() -> Result<()> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let line = Line::to(listener.local_addr()?).await?;
        let mut phone = TcpStream::connect(line.address()).await?;
        phone.write_all(b"GET /a HTTP/1.1\r\n").await?;
        let (mut relay, _) = listener.accept().await?;
        let mut letter = [0; 1];
        relay.read_exact(&mut letter).await?;
        line.cut();
        let broken = phone.read(&mut letter).await;
        assert!(matches!(broken, Ok(0) | Err(_)), "{broken:?}");
        let mut refused = TcpStream::connect(line.address()).await?;
        let answer = refused.read(&mut letter).await;
        assert!(matches!(answer, Ok(0) | Err(_)), "{answer:?}");
        line.mend();
        let mut phone = TcpStream::connect(line.address()).await?;
        phone.write_all(b"b").await?;
        let (mut relay, _) = listener.accept().await?;
        relay.read_exact(&mut letter).await?;
        assert_eq!((&letter, line.requests()), (b"b", vec!["/a".to_owned()]));
        Ok(())
    }
}
