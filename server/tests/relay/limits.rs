//! What the relay takes of each, just under the limit and just over it.

use crate::phone::{Phone, Sheet};
use crate::place::Running;
use maillage_server::relay::Options;
use maillage_shared::id::DocumentId;
use maillage_shared::limits::{FRAME_BYTES, RelayLimits};
use maillage_shared::store::Store;
use maillage_shared::testing::MemoryStore;
use maillage_shared::wire::{Frame, RefusedMessage};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn a_peer_of_our_own_is_told_what_the_relay_takes() {
    let options = Options {
        documents: 3,
        documents_per_space: 5,
        messages_per_second: 7,
        ..Options::default()
    };
    let relay = Running::on(MemoryStore::default(), options).await;
    let ours = Phone::join_as_ours(relay.address, "ours").await;
    let expected = RelayLimits {
        documents_per_connection: 3,
        documents_per_space: 5,
        messages_per_second: 7,
        ..RelayLimits::DEFAULT
    };
    assert_eq!(ours.limits, Some(expected));
    let mut stock = Phone::join(relay.address, "stock").await;
    let mut sheet = Sheet::wanted(1);
    sheet.push(&mut stock).await;
    // Its first frame after the greeting is one it knows.
    assert!(matches!(stock.next().await, Some(Frame::Unavailable(_))));
}

#[tokio::test]
async fn a_peer_of_our_own_hears_in_short_that_its_change_is_durable() {
    let relay = Running::new().await;
    let mut ours = Phone::join_as_ours(relay.address, "ours").await;
    let mut stock = Phone::join(relay.address, "stock").await;
    let mut sheet = Sheet::born(1);
    sheet.until(&mut ours, Sheet::is_acknowledged).await;
    let mut copy = Sheet::wanted(1);
    copy.until(&mut stock, Sheet::is_acknowledged).await;
    sheet.write("a");
    sheet.push(&mut ours).await;
    let Some(Frame::Durable(durable)) = ours.next().await else {
        panic!("not told in short");
    };
    let short = Frame::Durable(durable.clone());
    assert_eq!(durable.document, sheet.id);
    sheet.take(short.clone());
    assert!(sheet.is_acknowledged());
    copy.until(&mut stock, |copy| copy.text() == "a").await;
    // A stock peer that writes is answered with a message of automerge's own.
    copy.write("b");
    copy.push(&mut stock).await;
    let Some(full @ Frame::Sync(_)) = stock.next().await else {
        panic!("not answered as automerge would");
    };
    let (short, full) = (short.encode().len(), full.encode().len());
    assert!(short + 50 < full, "{short} and {full} bytes");
    let Some(Frame::Sync(_)) = ours.next().await else {
        panic!("what others write comes with its bytes");
    };
}

#[tokio::test]
async fn bytes_of_one_frame() {
    let relay = Running::new().await;
    let mut phone = Phone::join(relay.address, "phone").await;
    phone.try_send(padded(FRAME_BYTES)).await;
    // It was read, and the connection goes on.
    let mut sheet = Sheet::born(1);
    sheet.until(&mut phone, Sheet::is_acknowledged).await;
    phone.try_send(padded(FRAME_BYTES + 1)).await;
    assert!(phone.error().await.contains("over the limit"));
}

/// A message of the protocol that relays have no use for, of so many bytes.
fn padded(length: usize) -> Message {
    // {"type": "remote-heads-changed", "x": the rest}, whose length takes four bytes.
    let mut frame = b"\xa2\x64type\x74remote-heads-changed\x61x\x5a".to_vec();
    let rest = length - frame.len() - 4;
    frame.extend((rest as u32).to_be_bytes());
    frame.resize(length, 0);
    Message::Binary(frame.into())
}

#[tokio::test]
async fn documents_on_one_connection() {
    let options = Options {
        documents: 3,
        ..Options::default()
    };
    let relay = Running::on(MemoryStore::default(), options).await;
    let mut phone = Phone::join(relay.address, "phone").await;
    for number in 1..=3 {
        Sheet::wanted(number).push(&mut phone).await;
        assert!(matches!(phone.next().await, Some(Frame::Unavailable(_))));
    }
    Sheet::wanted(4).push(&mut phone).await;
    assert!(phone.error().await.contains("more than 3 documents"));
}

/// A relay that takes three documents of a space, with so many in it, and its store.
async fn relay_with(sheets: u8) -> (Running, MemoryStore) {
    let store = MemoryStore::default();
    let relay = three_a_space(&store).await;
    let mut phone = Phone::join(relay.address, "phone").await;
    for number in 1..=sheets {
        let mut sheet = Sheet::born(number);
        sheet.until(&mut phone, Sheet::is_acknowledged).await;
    }
    (relay, store)
}

async fn three_a_space(store: &MemoryStore) -> Running {
    let options = Options {
        documents_per_space: 3,
        ..Options::default()
    };
    Running::on(store.clone(), options).await
}

async fn until_declined(sheet: &mut Sheet, phone: &mut Phone) -> Frame {
    loop {
        sheet.push(phone).await;
        match phone.next().await.expect("the relay closed") {
            frame @ (Frame::Refused(_) | Frame::Unavailable(_)) => return frame,
            frame => sheet.take(frame),
        }
    }
}

#[tokio::test]
async fn documents_of_one_space_as_a_peer_of_our_own_sees_it() {
    let (relay, _) = relay_with(2).await;
    let mut phone = Phone::join_as_ours(relay.address, "ours").await;
    let mut third = Sheet::born(3);
    third.until(&mut phone, Sheet::is_acknowledged).await;
    let mut fourth = Sheet::born(4);
    let Frame::Refused(refused) = until_declined(&mut fourth, &mut phone).await else {
        panic!("not told why");
    };
    let expected = RefusedMessage {
        sender: phone.relay.clone(),
        target: phone.name.clone(),
        document: fourth.id,
        reason: "space-full".to_owned(),
        message: "no room for another document: its space has 3 already".to_owned(),
        changes: Vec::new(),
    };
    assert_eq!(refused, expected);
    // The same connection goes on, and so do the documents that are there.
    third.write("encore");
    third.until(&mut phone, Sheet::is_acknowledged).await;
    let mut elsewhere = Sheet::born_in(5, DocumentId::from_entropy([201; 16]));
    elsewhere.until(&mut phone, Sheet::is_acknowledged).await;
}

#[tokio::test]
async fn documents_of_one_space_as_a_stock_peer_sees_it() {
    let (relay, store) = relay_with(3).await;
    let mut phone = Phone::join(relay.address, "stock").await;
    let mut fourth = Sheet::born(4);
    let answer = until_declined(&mut fourth, &mut phone).await;
    assert!(matches!(answer, Frame::Unavailable(about) if about.document == fourth.id));
    let mut third = Sheet::wanted(3);
    third.until(&mut phone, Sheet::is_acknowledged).await;
    third.write("encore");
    third.until(&mut phone, Sheet::is_acknowledged).await;
    drop(phone);
    // Nothing of it was kept, and whoever asks for it hears that it is not here.
    assert_eq!(store.load(fourth.id).unwrap(), None);
    let mut other = Phone::join(relay.address, "other").await;
    let answer = until_declined(&mut Sheet::wanted(4), &mut other).await;
    assert!(matches!(answer, Frame::Unavailable(_)));
}

#[tokio::test]
async fn documents_of_one_space_are_still_known_after_a_restart() {
    let (relay, store) = relay_with(2).await;
    relay.stop().await;
    let relay = three_a_space(&store).await;
    let mut phone = Phone::join_as_ours(relay.address, "ours").await;
    for number in [5, 6, 7] {
        let mut elsewhere = Sheet::born_in(number, DocumentId::from_entropy([201; 16]));
        elsewhere.until(&mut phone, Sheet::is_acknowledged).await;
    }
    let mut third = Sheet::born(3);
    third.until(&mut phone, Sheet::is_acknowledged).await;
    for mut fourth in [
        Sheet::born(4),
        Sheet::born_in(8, DocumentId::from_entropy([201; 16])),
    ] {
        let answer = until_declined(&mut fourth, &mut phone).await;
        assert!(matches!(answer, Frame::Refused(_)));
    }
}
