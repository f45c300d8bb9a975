//! A bare socket to the relay, to say what no client would say.

use crate::until::PATIENCE;
use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, Stream, StreamExt};
use maillage_shared::id::{DocumentId, PeerId};
use maillage_shared::identity::Challenge;
use maillage_shared::wire::{EXTENDED_VERSION, Frame, JoinMessage, Metadata, SyncMessage};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// A socket that has said nothing yet, or only what a story made it say.
#[derive(Debug)]
pub struct RawSocket {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    me: PeerId,
    relay: Option<PeerId>,
}

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Farewell {
    /// What the last `error` frame said, if there was one.
    pub error: Option<String>,
    /// How many `error` frames came.
    pub errors: usize,
}

impl RawSocket {
    /// Opens the socket without a word.
    pub async fn open(sync_url: &str) -> Result<Self> {
        // A client that does not hold itself to any limit.
        let config = WebSocketConfig::default()
            .max_message_size(None)
            .max_frame_size(None);
        let (socket, _) =
            tokio_tungstenite::connect_async_with_config(sync_url, Some(config), false).await?;
        Ok(Self {
            socket,
            me: PeerId::from_entropy(crate::device::random()?),
            relay: None,
        })
    }

    /// Opens the socket, greets and is greeted.
    pub async fn greeted(sync_url: &str) -> Result<Self> {
        let mut socket = Self::open(sync_url).await?;
        socket.join(&["1"]).await?;
        match socket
            .hear()
            .await?
            .context("the relay hung up on a greeting")?
        {
            Frame::Peer(peer) => socket.relay = Some(peer.sender),
            other => bail!("the relay answered a greeting with {other:?}"),
        }
        Ok(socket)
    }

    /// Opens the socket, greets as our own phones do, and returns what the relay asks for as proof of who is there.
    pub async fn challenged(sync_url: &str) -> Result<(Self, Challenge)> {
        let mut socket = Self::open(sync_url).await?;
        socket.join(&[EXTENDED_VERSION]).await?;
        loop {
            match socket.hear().await?.context("the relay hung up")? {
                Frame::Peer(peer) => socket.relay = Some(peer.sender),
                Frame::Challenge(challenge) => return Ok((socket, challenge)),
                _ => {}
            }
        }
    }

    /// What this connection is to sign to prove who is there.
    pub fn to_be_signed(&self, challenge: Challenge) -> Result<Vec<u8>> {
        let relay = self.relay.as_ref().context("not greeted")?;
        Ok(challenge.message(relay, &self.me))
    }

    /// The name this socket gave itself.
    pub fn name(&self) -> &PeerId {
        &self.me
    }

    /// The relay's name, once it has greeted.
    pub fn relay(&self) -> Result<&PeerId> {
        self.relay.as_ref().context("not greeted")
    }

    /// Greets, offering these protocol versions.
    pub async fn join(&mut self, versions: &[&str]) -> Result<()> {
        let join = Frame::Join(JoinMessage {
            sender: self.me.clone(),
            versions: versions
                .iter()
                .map(|version| (*version).to_owned())
                .collect(),
            metadata: Metadata::default(),
        });
        self.say(join.encode()).await
    }

    /// Sends a binary frame.
    pub async fn say(&mut self, bytes: Vec<u8>) -> Result<()> {
        Ok(self.socket.send(Message::binary(bytes)).await?)
    }

    /// Sends a binary frame and listens meanwhile, until the relay closes the connection.
    ///
    /// The relay may hang up while it is still being told: what it says is heard all the same.
    pub async fn say_until_farewell(self, bytes: Vec<u8>) -> Result<Farewell> {
        let (mut sink, mut stream) = self.socket.split();
        let (_, farewell) = tokio::join!(sink.send(Message::binary(bytes)), farewell(&mut stream));
        farewell
    }

    /// Sends a text frame.
    pub async fn say_text(&mut self, text: &str) -> Result<()> {
        Ok(self.socket.send(Message::text(text)).await?)
    }

    /// Sends these bytes as a sync message about a document.
    pub async fn sync(&mut self, document: DocumentId, data: Vec<u8>) -> Result<()> {
        let message = SyncMessage {
            sender: self.me.clone(),
            target: self.relay.clone().context("not greeted")?,
            document,
            data,
        };
        self.say(Frame::Sync(message).encode()).await
    }

    /// The next frame, or `None` when the connection has ended.
    pub async fn hear(&mut self) -> Result<Option<Frame>> {
        hear(&mut self.socket).await
    }

    /// Listens until the relay closes the connection.
    pub async fn farewell(mut self) -> Result<Farewell> {
        farewell(&mut self.socket).await
    }

    /// Whether the connection still answers: a ping comes back.
    pub async fn still_answers(&mut self) -> Result<()> {
        self.socket
            .send(Message::Ping(b"still there?".as_slice().into()))
            .await?;
        loop {
            let message = timeout(PATIENCE, self.socket.next())
                .await
                .context("no answer to a ping")?;
            match message.context("the connection has ended")?? {
                Message::Pong(_) => return Ok(()),
                Message::Close(_) => bail!("the relay closed the connection"),
                _ => {}
            }
        }
    }
}

async fn farewell(
    stream: &mut (impl Stream<Item = Result<Message, Error>> + Unpin),
) -> Result<Farewell> {
    let mut farewell = Farewell {
        error: None,
        errors: 0,
    };
    while let Some(frame) = hear(stream).await? {
        if let Frame::Error { message } = frame {
            farewell.error = Some(message);
            farewell.errors += 1;
        }
    }
    Ok(farewell)
}

async fn hear(
    stream: &mut (impl Stream<Item = Result<Message, Error>> + Unpin),
) -> Result<Option<Frame>> {
    timeout(PATIENCE, next_frame(stream))
        .await
        .context("the relay neither answers nor closes the connection")?
}

async fn next_frame(
    stream: &mut (impl Stream<Item = Result<Message, Error>> + Unpin),
) -> Result<Option<Frame>> {
    loop {
        match stream.next().await {
            Some(Ok(Message::Binary(bytes))) => return Ok(Some(Frame::decode(&bytes)?)),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(None),
            Some(Ok(other)) => bail!("the relay sent {other:?}"),
        }
    }
}
