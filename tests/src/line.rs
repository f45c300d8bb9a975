//! The line between a phone and the relay, which can be cut, silenced and mended, and which remembers what was asked for through it.
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Whole,
    Cut,
    Silent,
}

/// A TCP line to one relay address. Connections end when the value is dropped.
#[derive(Debug)]
pub struct Line {
    address: SocketAddr,
    state: watch::Sender<State>,
    asked: Arc<Mutex<Vec<String>>>,
    _listening: JoinSet<()>,
}

impl Line {
    /// Opens a line that leads to `relay`, at an address of its own.
    pub async fn to(relay: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (state, watching) = watch::channel(State::Whole);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let mut listening = JoinSet::new();
        listening.spawn(listen(listener, relay, watching, Arc::clone(&asked)));
        Ok(Self {
            address,
            state,
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
        self.state.send_replace(State::Cut);
    }

    /// Carries nothing more either way, not even that one side has closed its socket; new connections are taken and not carried either.
    pub fn silence(&self) {
        self.state.send_replace(State::Silent);
    }

    /// Lets connections through again. What was sent into the silence arrives, as after a network that was away for a while.
    pub fn mend(&self) {
        self.state.send_replace(State::Whole);
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
    state: watch::Receiver<State>,
    asked: Asked,
) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((phone, _)) = listener.accept().await else {
            return;
        };
        if *state.borrow() != State::Cut {
            connections.spawn(carry(phone, relay, state.clone(), Arc::clone(&asked)));
        }
        while connections.try_join_next().is_some() {}
    }
}

/// Carries bytes both ways until one side ends or the line is cut.
async fn carry(phone: TcpStream, relay: SocketAddr, state: watch::Receiver<State>, asked: Asked) {
    let (mut cut, mut speaking) = (state.clone(), state);
    let carried = async {
        speaks(&mut speaking).await;
        let Ok(server) = TcpStream::connect(relay).await else {
            return;
        };
        let (from_phone, to_phone) = phone.into_split();
        let (from_server, to_server) = server.into_split();
        tokio::select! {
            () = pump(from_phone, to_server, speaking.clone(), Some(asked)) => {}
            () = pump(from_server, to_phone, speaking, None) => {}
        }
    };
    tokio::select! {
        () = carried => {}
        _ = cut.wait_for(|state| *state == State::Cut) => {}
    }
}

/// Ready as long as the line is not silent.
async fn speaks(state: &mut watch::Receiver<State>) {
    // The line itself is gone: its connections end with it.
    let _ = state.wait_for(|state| *state != State::Silent).await;
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut state: watch::Receiver<State>,
    asked: Option<Asked>,
) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await;
        // Also the end of one side goes no further in a silence.
        speaks(&mut state).await;
        let Ok(length @ 1..) = read else {
            return;
        };
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

    #[tokio::test]
    async fn a_silent_line_keeps_sockets_open_and_carries_nothing_until_it_is_mended() -> Result<()>
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let line = Line::to(listener.local_addr()?).await?;
        let mut phone = TcpStream::connect(line.address()).await?;
        let (mut relay, _) = listener.accept().await?;
        line.silence();
        phone.write_all(b"a").await?;
        drop(phone);
        let mut newcomer = TcpStream::connect(line.address()).await?;
        newcomer.write_all(b"b").await?;
        let mut letter = [0; 1];
        let silence = std::time::Duration::from_millis(100);
        let heard = tokio::time::timeout(silence, relay.read(&mut letter)).await;
        assert!(heard.is_err(), "{heard:?}");
        line.mend();
        relay.read_exact(&mut letter).await?;
        assert_eq!((&letter, relay.read(&mut [0]).await?), (b"a", 0));
        let (mut relay, _) = listener.accept().await?;
        relay.read_exact(&mut letter).await?;
        assert_eq!(&letter, b"b");
        Ok(())
    }
}
