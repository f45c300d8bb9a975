//! A client as strangers would write one: the wire protocol, and automerge's own `sync::State` for one document.

use automerge::sync::{BloomFilter, Have, Message as SyncContent, MessageVersion, State, SyncDoc};
use automerge::transaction::Transactable;
use automerge::{AutoCommit, ChangeHash, ObjType, ROOT, ReadDoc, TextEncoding};
use futures_util::{SinkExt, StreamExt};
use maillage_shared::id::{DocumentId, PeerId};
use maillage_shared::identity::Challenge;
use maillage_shared::limits::RelayLimits;
use maillage_shared::wire::{
    EXTENDED_VERSION, Frame, JoinMessage, Metadata, PROTOCOL_VERSION, SyncMessage,
};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// One connection that speaks the wire protocol.
pub(crate) struct Phone {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) name: PeerId,
    pub(crate) relay: PeerId,
    /// What the relay says it takes, if the phone is one of ours.
    pub(crate) limits: Option<RelayLimits>,
    /// With what the relay asks one of ours who uses it.
    pub(crate) challenge: Option<Challenge>,
}

impl Phone {
    /// Opens a socket and says nothing.
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let (socket, _) = connect_async(format!("ws://{address}/sync")).await.unwrap();
        Self {
            socket,
            name: PeerId::new("nobody").unwrap(),
            relay: PeerId::new("unknown").unwrap(),
            limits: None,
            challenge: None,
        }
    }

    /// Opens a socket and greets.
    pub(crate) async fn join(address: SocketAddr, name: &str) -> Self {
        Self::join_speaking(address, name, &[PROTOCOL_VERSION]).await
    }

    /// Opens a socket and greets as our own phones do.
    pub(crate) async fn join_as_ours(address: SocketAddr, name: &str) -> Self {
        Self::join_speaking(address, name, &[EXTENDED_VERSION, PROTOCOL_VERSION]).await
    }

    /// Opens a socket and greets; the relay must choose the first of these versions.
    pub(crate) async fn join_speaking(address: SocketAddr, name: &str, versions: &[&str]) -> Self {
        let mut phone = Self::connect(address).await;
        phone.name = PeerId::new(name).unwrap();
        phone.send(phone.greeting(versions)).await;
        match phone.next().await {
            Some(Frame::Peer(peer)) => {
                assert_eq!(peer.target, phone.name);
                assert_eq!(peer.version, versions[0]);
                phone.relay = peer.sender;
            }
            other => panic!("no answer to the greeting but {other:?}"),
        }
        if versions[0] == EXTENDED_VERSION {
            match phone.next().await {
                Some(Frame::Limits(limits)) => phone.limits = Some(limits),
                other => panic!("no limits after the greeting but {other:?}"),
            }
            match phone.next().await {
                Some(Frame::Challenge(challenge)) => phone.challenge = Some(challenge),
                other => panic!("nobody asks who is there but {other:?}"),
            }
        }
        phone
    }

    /// The first frame of a client that speaks these versions.
    pub(crate) fn greeting(&self, versions: &[&str]) -> Frame {
        Frame::Join(JoinMessage {
            sender: self.name.clone(),
            versions: versions
                .iter()
                .map(|version| (*version).to_owned())
                .collect(),
            metadata: Metadata::default(),
        })
    }

    /// A sync message about a document, as it goes on the wire.
    pub(crate) fn sync(&self, document: DocumentId, data: Vec<u8>) -> SyncMessage {
        SyncMessage {
            sender: self.name.clone(),
            target: self.relay.clone(),
            document,
            data,
        }
    }

    pub(crate) async fn send(&mut self, frame: Frame) {
        self.send_message(Message::Binary(frame.encode().into()))
            .await;
    }

    pub(crate) async fn send_message(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    /// Sends as far as it goes: a relay that refuses a frame from its head does not take the rest.
    pub(crate) async fn try_send(&mut self, message: Message) {
        let _ = self.socket.send(message).await;
    }

    /// The next frame, or `None` once the socket is closed.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        let next = async {
            loop {
                match self.socket.next().await? {
                    Ok(Message::Binary(bytes)) => return Some(Frame::decode(&bytes).unwrap()),
                    Ok(_) => {}
                    Err(_) => return None,
                }
            }
        };
        // The relay's pings do not count.
        timeout(PATIENCE, next)
            .await
            .expect("the relay says nothing")
    }

    /// Reads until the relay says why it closes; then it must close.
    pub(crate) async fn error(&mut self) -> String {
        loop {
            match self.next().await {
                Some(Frame::Error { message }) => {
                    assert_eq!(self.next().await, None, "the relay goes on after an error");
                    return message;
                }
                Some(_) => {}
                None => panic!("the relay closed without a word"),
            }
        }
    }

    /// Reads on until the relay has closed this connection.
    pub(crate) async fn closed(&mut self) {
        while self.next().await.is_some() {}
    }
}

/// A document on a phone, synchronised by automerge itself.
pub(crate) struct Sheet {
    pub(crate) id: DocumentId,
    document: AutoCommit,
    state: State,
    asked: bool,
}

impl Sheet {
    /// Born here, with one text.
    pub(crate) fn born(number: u8) -> Self {
        Self::born_in(number, DocumentId::from_entropy([200; 16]))
    }

    /// Born here, in this space.
    pub(crate) fn born_in(number: u8, space: DocumentId) -> Self {
        let mut sheet = Self::wanted(number);
        sheet.document.put(ROOT, "kind", "job_sheet").unwrap();
        sheet.document.put(ROOT, "schema", 1).unwrap();
        sheet
            .document
            .put(ROOT, "space", space.to_string())
            .unwrap();
        sheet
            .document
            .put_object(ROOT, "tasks", ObjType::Text)
            .unwrap();
        sheet.document.commit();
        sheet
    }

    /// Written without saying what it is.
    pub(crate) fn without_genesis(number: u8) -> Self {
        let mut sheet = Self::wanted(number);
        sheet.document.put(ROOT, "anything", "at all").unwrap();
        sheet.document.commit();
        sheet
    }

    /// Known by name only.
    pub(crate) fn wanted(number: u8) -> Self {
        Self::named(DocumentId::from_entropy([number; 16]))
    }

    /// Known by name only.
    pub(crate) fn named(id: DocumentId) -> Self {
        Self {
            id,
            document: AutoCommit::new_with_encoding(TextEncoding::Utf16CodeUnit),
            state: State::new(),
            asked: false,
        }
    }

    /// Forgets what the relay has: a new connection begins.
    pub(crate) fn reconnect(&mut self) {
        self.state = State::new();
        self.asked = false;
    }

    /// Writes at the end of the text.
    pub(crate) fn write(&mut self, words: &str) {
        let (_, text) = self.document.get(ROOT, "tasks").unwrap().unwrap();
        let end = self.document.length(&text);
        self.document.splice_text(&text, end, 0, words).unwrap();
        self.document.commit();
    }

    /// Puts bytes that cannot be packed into the document, beside the text.
    pub(crate) fn attach(&mut self, number: u32, length: usize) {
        let mut state = number.wrapping_add(1);
        let bytes = std::iter::repeat_with(|| {
            // Xorshift: noise, the same each time.
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state.to_le_bytes()[0]
        });
        let bytes: Vec<u8> = bytes.take(length).collect();
        self.document.put(ROOT, "attached", bytes).unwrap();
        self.document.commit();
    }

    pub(crate) fn text(&self) -> String {
        match self.document.get(ROOT, "tasks").unwrap() {
            Some((_, text)) => self.document.text(&text).unwrap(),
            None => String::new(),
        }
    }

    /// The last changes here.
    pub(crate) fn heads(&mut self) -> Vec<ChangeHash> {
        self.document.get_heads()
    }

    /// Whether nothing has arrived yet.
    pub(crate) fn is_empty(&mut self) -> bool {
        self.document.get_heads().is_empty()
    }

    /// Whether the relay has said that it holds everything this phone holds.
    pub(crate) fn is_acknowledged(&mut self) -> bool {
        let heads = self.document.get_heads();
        self.state.their_heads.as_ref() == Some(&heads)
    }

    /// The next sync message, as bytes.
    pub(crate) fn message(&mut self) -> Option<Vec<u8>> {
        let message = self
            .document
            .sync()
            .generate_sync_message(&mut self.state)?;
        Some(message.encode())
    }

    /// Sends what automerge has to say. One push may not be enough for a change to arrive: automerge sends only what the relay's filter
    /// does not seem to contain, and the relay asks for the rest.
    pub(crate) async fn push(&mut self, phone: &mut Phone) {
        let empty = self.document.get_heads().is_empty();
        while let Some(data) = self.message() {
            let sync = phone.sync(self.id, data);
            let request = empty && !std::mem::replace(&mut self.asked, true);
            phone
                .send(if request {
                    Frame::Request(sync)
                } else {
                    Frame::Sync(sync)
                })
                .await;
        }
    }

    /// Takes a frame about this document; any other is an error of the test.
    pub(crate) fn take(&mut self, frame: Frame) {
        match frame {
            Frame::Sync(sync) if sync.document == self.id => self.take_bytes(&sync.data),
            Frame::Durable(durable) if durable.document == self.id => {
                self.take_bytes(&in_full(durable.heads));
            }
            other => panic!("unexpected {other:?}"),
        }
    }

    /// Exchanges messages until the relay refuses one, and returns why; then it must close.
    pub(crate) async fn until_refused(&mut self, phone: &mut Phone) -> String {
        self.push(phone).await;
        loop {
            match phone.next().await.expect("the relay closed without a word") {
                Frame::Error { message } => {
                    assert_eq!(phone.next().await, None, "the relay goes on after an error");
                    return message;
                }
                frame => self.take(frame),
            }
            self.push(phone).await;
        }
    }

    /// Takes a sync message as automerge writes it.
    pub(crate) fn take_bytes(&mut self, data: &[u8]) {
        let message = SyncContent::decode(data).unwrap();
        self.document
            .sync()
            .receive_sync_message(&mut self.state, message)
            .unwrap();
    }

    /// Exchanges messages until the condition holds.
    pub(crate) async fn until(&mut self, phone: &mut Phone, condition: impl Fn(&mut Self) -> bool) {
        self.push(phone).await;
        while !condition(self) {
            let frame = phone.next().await.expect("the relay closed");
            self.take(frame);
            self.push(phone).await;
        }
    }
}

/// The sync message that says what `maillage-durable` says in short.
fn in_full(heads: Vec<ChangeHash>) -> Vec<u8> {
    let have = Have {
        last_sync: heads.clone(),
        bloom: BloomFilter::default(),
    };
    let message = SyncContent {
        heads,
        need: Vec::new(),
        have: vec![have],
        changes: Vec::<Vec<u8>>::new().into(),
        flags: None,
        version: MessageVersion::V1,
    };
    message.encode()
}
