//! Each kind of bad input is answered with an `error` frame that says why; that connection is closed, and everyone else goes on.

use crate::phone::{Phone, Sheet};
use crate::place::Running;
use maillage_shared::limits::{EPHEMERAL_BYTES, FRAME_BYTES};
use maillage_shared::wire::{EphemeralMessage, Frame, RefusedMessage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

/// A relay with a phone that writes before and after.
struct Scene {
    relay: Running,
    bystander: Phone,
    sheet: Sheet,
}

impl Scene {
    async fn new() -> Self {
        let relay = Running::new().await;
        let mut bystander = Phone::join(relay.address, "bystander").await;
        let mut sheet = Sheet::born(1);
        sheet.until(&mut bystander, Sheet::is_acknowledged).await;
        Self {
            relay,
            bystander,
            sheet,
        }
    }

    async fn offender(&self) -> Phone {
        Phone::join(self.relay.address, "offender").await
    }

    /// Sends these bytes as one frame from a phone that has greeted, and expects a refusal that says this.
    async fn refuses(&mut self, bytes: Vec<u8>, why: &str) {
        let mut offender = self.offender().await;
        offender.try_send(Message::Binary(bytes.into())).await;
        self.expect(offender, why).await;
    }

    /// Sends these bytes as the sync message of the bystander's own document.
    async fn refuses_sync(&mut self, data: Vec<u8>, why: &str) {
        let offender = self.offender().await;
        let frame = Frame::Sync(offender.sync(self.sheet.id, data)).encode();
        drop(offender);
        self.refuses(frame, why).await;
    }

    async fn expect(&mut self, mut offender: Phone, why: &str) {
        let error = offender.error().await;
        assert!(
            error.contains(why),
            "expected {why:?}, the relay says {error:?}"
        );
        self.goes_on().await;
    }

    /// The bystander writes and is answered.
    async fn goes_on(&mut self) {
        self.sheet.write("x");
        self.sheet
            .until(&mut self.bystander, Sheet::is_acknowledged)
            .await;
    }
}

#[tokio::test]
async fn what_is_not_a_message() {
    let mut scene = Scene::new().await;
    scene
        .refuses(vec![0xff, 0x00, 0x13], "not a CBOR message")
        .await;
    scene.refuses(Vec::new(), "not a CBOR message").await;
    // A valid CBOR array.
    scene
        .refuses(vec![0x82, 0x01, 0x02], "not a CBOR message")
        .await;
    // {"type": "dance"}
    scene
        .refuses(
            b"\xa1\x64type\x65dance".to_vec(),
            "unknown message type \"dance\"",
        )
        .await;
    // A map that claims four thousand million pairs.
    scene
        .refuses(vec![0xba, 0xff, 0xff, 0xff, 0xff], "unreadable frame")
        .await;
}

#[tokio::test]
async fn a_greeting_out_of_place() {
    let mut scene = Scene::new().await;
    let mut offender = scene.offender().await;
    offender.send(offender.greeting(&["1"])).await;
    scene.expect(offender, "unexpected `join` frame").await;

    let mut offender = Phone::connect(scene.relay.address).await;
    let early = Frame::Sync(offender.sync(scene.sheet.id, vec![0x42, 0, 0, 0, 0]));
    offender.send(early).await;
    scene.expect(offender, "unexpected `sync` frame").await;

    let mut offender = Phone::connect(scene.relay.address).await;
    offender.send(offender.greeting(&["7"])).await;
    scene
        .expect(offender, "no supported protocol version")
        .await;
}

#[tokio::test]
async fn a_document_id_that_is_none() {
    let mut scene = Scene::new().await;
    let offender = scene.offender().await;
    let name = scene.sheet.id.to_string();
    let mut frame = Frame::Sync(offender.sync(scene.sheet.id, vec![0x42, 0, 0, 0, 0])).encode();
    let at = frame
        .windows(name.len())
        .position(|part| part == name.as_bytes())
        .unwrap();
    frame[at] = if frame[at] == b'2' { b'3' } else { b'2' };
    scene.refuses(frame, "documentId").await;
}

#[tokio::test]
async fn a_text_frame() {
    let mut scene = Scene::new().await;
    let mut offender = scene.offender().await;
    offender.send_message(Message::Text("{}".into())).await;
    scene.expect(offender, "text frames").await;
}

#[tokio::test]
async fn a_frame_over_the_limit() {
    let mut scene = Scene::new().await;
    scene
        .refuses(vec![0; FRAME_BYTES + 1], "over the limit")
        .await;
    // Far over: the relay reads on without keeping anything, so that the phone hears why.
    scene
        .refuses(vec![0; 16 * FRAME_BYTES], "over the limit")
        .await;
}

#[tokio::test]
async fn an_ephemeral_message_over_the_limit() {
    let mut scene = Scene::new().await;
    let mut offender = scene.offender().await;
    let presence = EphemeralMessage {
        sender: offender.name.clone(),
        target: offender.relay.clone(),
        document: scene.sheet.id,
        count: 1,
        session: "s".to_owned(),
        data: vec![0; EPHEMERAL_BYTES + 1],
    };
    offender.send(Frame::Ephemeral(presence)).await;
    scene.expect(offender, "ephemeral message").await;
}

#[tokio::test]
async fn bytes_that_are_no_websocket_frames() {
    let mut scene = Scene::new().await;
    let mut stream = TcpStream::connect(scene.relay.address).await.unwrap();
    let handshake = "GET /sync HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    stream.write_all(handshake.as_bytes()).await.unwrap();
    // A frame without the mask that clients must use.
    stream.write_all(&[0x82, 0x01, 0x00]).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    assert!(answer.contains("broken WebSocket"), "{answer}");
    scene.goes_on().await;
}

#[tokio::test]
async fn a_sync_message_that_is_none() {
    let mut scene = Scene::new().await;
    scene.refuses_sync(vec![1, 2, 3], "sync message").await;
    scene.refuses_sync(Vec::new(), "sync message").await;
    // Heads that are announced and do not come.
    scene.refuses_sync(vec![0x42, 0x7f], "sync message").await;
}

/// A sync message with one filter of these numbers.
fn bloom(entries: &[u8], bits: &[u8], probes: &[u8]) -> Vec<u8> {
    let filter = [entries, bits, probes].concat();
    let mut message = vec![0x42, 0, 0, 1, 0, filter.len() as u8];
    message.extend(filter);
    message.push(0);
    message
}

#[tokio::test]
async fn a_filter_that_would_cost_gigabytes_or_divide_by_zero() {
    let mut scene = Scene::new().await;
    let four_thousand_million = [0xff, 0xff, 0xff, 0xff, 0x0f];
    scene
        .refuses_sync(bloom(&[1], &[10], &four_thousand_million), "refused")
        .await;
    scene
        .refuses_sync(bloom(&four_thousand_million, &[10], &[7]), "refused")
        .await;
    scene.refuses_sync(bloom(&[1], &[0], &[7]), "refused").await;
}

/// A sync message that brings one change of a document, and where its chunk starts.
fn with_change(sheet: &mut Sheet) -> (Vec<u8>, usize) {
    sheet.reconnect();
    // Nothing is known of the relay, so the answer to an empty message brings everything.
    sheet.take_bytes(&[0x42, 0, 0, 1, 0, 0, 0]);
    let message = sheet.message().unwrap();
    let at = message
        .windows(4)
        .position(|part| part == [0x85, 0x6f, 0x4a, 0x83])
        .unwrap();
    (message, at)
}

#[tokio::test]
async fn chunks_that_are_crafted() {
    let mut scene = Scene::new().await;
    let (message, at) = with_change(&mut Sheet::born(2));

    let mut wrong_checksum = message.clone();
    wrong_checksum[at + 4] ^= 1;
    scene.refuses_sync(wrong_checksum, "checksum").await;

    let mut bundle = message.clone();
    bundle[at + 8] = 3;
    scene.refuses_sync(bundle, "chunk type 3").await;

    // The sheet has a genesis already, and it is another one.
    scene.refuses_sync(message, "genesis").await;
}

#[tokio::test]
async fn a_document_without_a_proper_birth() {
    let mut scene = Scene::new().await;
    let mut offender = scene.offender().await;
    let error = Sheet::without_genesis(3).until_refused(&mut offender).await;
    assert!(error.contains("genesis"), "{error}");
    scene.goes_on().await;
}

#[tokio::test]
async fn a_peer_of_our_own_is_told_of_which_document_something_is_refused() {
    let relay = Running::new().await;
    let mut phone = Phone::join_as_ours(relay.address, "ours").await;
    let sheet = Sheet::without_genesis(1);
    let id = sheet.id;
    let mut other = Sheet::born(2);
    other.until(&mut phone, Sheet::is_acknowledged).await;
    let refused = until_refused_by_name(sheet, &mut phone).await;
    assert_eq!(refused.document, id);
    assert_eq!(refused.reason, "genesis");
    assert_eq!(refused.target, phone.name);
    assert!(phone.error().await.contains(&refused.message));
}

async fn until_refused_by_name(mut sheet: Sheet, phone: &mut Phone) -> RefusedMessage {
    loop {
        sheet.push(phone).await;
        match phone.next().await.expect("the relay closed without a word") {
            Frame::Refused(refused) => return refused,
            frame => sheet.take(frame),
        }
    }
}
