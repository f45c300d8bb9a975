use crate::phone::{Phone, Sheet};
use crate::place::{Running, get};
use maillage_server::relay::Options;
use maillage_shared::id::DocumentId;
use maillage_shared::store::{Store, StoreError};
use maillage_shared::testing::MemoryStore;
use maillage_shared::testing::contract::change;
use maillage_shared::wire::{EphemeralMessage, Frame};
use std::net::SocketAddr;
use std::time::Duration;

#[tokio::test]
async fn the_newer_of_two_connections_with_one_name_wins() {
    let relay = Running::new().await;
    let mut older = Phone::join(relay.address, "phone").await;
    let mut newer = Phone::join(relay.address, "phone").await;
    assert!(older.error().await.contains("newer connection"));
    Sheet::born(1)
        .until(&mut newer, Sheet::is_acknowledged)
        .await;
}

#[tokio::test]
async fn a_peer_that_stays_silent_is_given_up() {
    let options = Options {
        ping_every: Duration::from_millis(5),
        silence: Duration::ZERO,
        ..Options::default()
    };
    let relay = Running::on(MemoryStore::default(), options).await;
    let mut phone = Phone::connect(relay.address).await;
    assert!(phone.error().await.contains("nothing was heard"));
}

#[tokio::test]
async fn a_peer_that_answers_pings_is_kept() {
    let options = Options {
        ping_every: Duration::from_millis(5),
        silence: Duration::from_secs(60),
        ..Options::default()
    };
    let relay = Running::on(MemoryStore::default(), options).await;
    let mut phone = Phone::join(relay.address, "phone").await;
    Sheet::born(1)
        .until(&mut phone, Sheet::is_acknowledged)
        .await;
}

#[tokio::test]
async fn a_peer_that_does_not_greet_is_given_up() {
    let options = Options {
        greeting_time: Duration::from_millis(5),
        ..Options::default()
    };
    let relay = Running::on(MemoryStore::default(), options).await;
    let mut phone = Phone::connect(relay.address).await;
    assert!(phone.error().await.contains("no `join` frame"));
}

#[tokio::test]
async fn a_peer_that_leaves_is_let_go_without_an_error() {
    let relay = Running::new().await;
    let mut phone = Phone::join(relay.address, "phone").await;
    phone
        .send(Frame::Leave {
            sender: phone.name.clone(),
        })
        .await;
    assert_eq!(phone.next().await, None);
}

#[tokio::test]
async fn a_relay_that_stops_says_goodbye_after_it_has_acknowledged() {
    let relay = Running::new().await;
    let mut phone = Phone::join(relay.address, "phone").await;
    let name = phone.relay.clone();
    let mut sheet = Sheet::born(1);
    sheet.until(&mut phone, Sheet::is_acknowledged).await;
    let ((), goodbye) = tokio::join!(relay.stop(), phone.next());
    assert_eq!(goodbye, Some(Frame::Leave { sender: name }));
    assert_eq!(phone.next().await, None);
}

#[tokio::test]
async fn a_reader_too_slow_is_told_to_start_over_and_holds_up_nobody() {
    let options = Options {
        outbound_bytes: 20_000,
        goodbye_time: Duration::from_secs(20),
        ..Options::default()
    };
    let relay = Running::on(MemoryStore::default(), options).await;
    let mut writer = Phone::join(relay.address, "writer").await;
    let mut slow = Phone::join(relay.address, "slow").await;
    let mut sheets = [1, 2, 3, 4].map(Sheet::born);
    for (sheet, mut copy) in sheets.iter_mut().zip([1, 2, 3, 4].map(Sheet::wanted)) {
        sheet.until(&mut writer, Sheet::is_acknowledged).await;
        copy.until(&mut slow, Sheet::is_acknowledged).await;
    }
    // More than sockets hold while nothing is read there. The writer's words are answered: no room waits for the slow one.
    for number in 0..240 {
        let sheet = &mut sheets[number % 4];
        sheet.attach(number as u32, 100_000);
        sheet.until(&mut writer, Sheet::is_acknowledged).await;
        // A single frame may be larger than the limit.
        let waiting = waiting_to_be_sent(relay.address).await;
        assert!(waiting < 20_000 + 101_000, "{waiting} bytes");
    }
    assert!(slow.error().await.contains("resync"));
    assert_eq!(waiting_to_be_sent(relay.address).await, 0);
    let mut again = Phone::join(relay.address, "slow").await;
    for sheet in &mut sheets {
        let mut copy = Sheet::named(sheet.id);
        let heads = sheet.heads();
        copy.until(&mut again, |copy| copy.heads() == heads).await;
    }
}

/// Bytes that the relay holds for phones that have not read them.
async fn waiting_to_be_sent(relay: SocketAddr) -> usize {
    let counted = get(relay, "/metrics", &[]).await.body;
    let line = counted
        .lines()
        .find_map(|line| line.strip_prefix("maillage_waiting_to_be_sent_bytes "));
    line.unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_damaged_document_is_unavailable_and_the_others_go_on() {
    let store = MemoryStore::default();
    let mut damaged = Sheet::wanted(1);
    store
        .append(&[(damaged.id, vec![change(b"not a change at all")])])
        .unwrap();
    let relay = Running::on(store, Options::default()).await;
    let mut phone = Phone::join(relay.address, "phone").await;
    damaged.push(&mut phone).await;
    assert!(
        matches!(phone.next().await, Some(Frame::Unavailable(answer)) if answer.document == damaged.id)
    );
    Sheet::born(2)
        .until(&mut phone, Sheet::is_acknowledged)
        .await;
}

#[tokio::test]
async fn a_document_that_cannot_be_read_is_unavailable_until_it_can() {
    let store = MemoryStore::default();
    store.set_failure(Some(StoreError::Damaged("for a test".to_owned())));
    let options = Options {
        idle_time: Duration::from_millis(1),
        retry_time: Duration::from_millis(1),
        ..Options::default()
    };
    let relay = Running::on(store.clone(), options).await;
    let mut phone = Phone::join(relay.address, "phone").await;
    let mut sheet = Sheet::born(1);
    sheet.push(&mut phone).await;
    assert!(matches!(phone.next().await, Some(Frame::Unavailable(_))));
    store.set_failure(None);
    // Each attempt is answered; sooner or later one is by a room that opened.
    loop {
        sheet.reconnect();
        sheet.push(&mut phone).await;
        match phone.next().await.unwrap() {
            Frame::Unavailable(_) => {}
            frame => {
                sheet.take(frame);
                break;
            }
        }
    }
    sheet.until(&mut phone, Sheet::is_acknowledged).await;
}

#[tokio::test]
async fn what_takes_too_long_to_prove_is_refused_and_the_document_goes_on() {
    let options = Options {
        proving_time: Duration::ZERO,
        ..Options::default()
    };
    let relay = Running::on(MemoryStore::default(), options).await;
    let mut author = Phone::join(relay.address, "author").await;
    let mut sheet = Sheet::born(1);
    // Long enough for single changes to be sent as such, and not as whole documents.
    for _ in 0..4 {
        sheet.write("ok");
        sheet.until(&mut author, Sheet::is_acknowledged).await;
    }
    let mut phone = Phone::join(relay.address, "other").await;
    let mut copy = Sheet::wanted(1);
    copy.until(&mut phone, Sheet::is_acknowledged).await;
    // Too much for the connections' thread, so that it goes to another one, and no time there.
    copy.write(&"a".repeat(20_000));
    let error = copy.until_refused(&mut phone).await;
    assert!(error.contains("time to apply"), "{error}");
    // The author is still there, and so is the document.
    sheet.write("ok");
    sheet.until(&mut author, Sheet::is_acknowledged).await;
    assert_eq!(sheet.text(), "okokokokok");
}

#[tokio::test]
async fn one_connection_too_many_from_an_address_is_told_to_come_back_later() {
    let options = Options {
        connections_per_address: 2,
        ..Options::default()
    };
    let relay = Running::on(MemoryStore::default(), options).await;
    let first = Phone::join(relay.address, "first").await;
    let mut second = Phone::join(relay.address, "second").await;
    let handshake = [
        "Connection: upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    let answer = get(relay.address, "/sync", &handshake).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("retry-after"), Some("60"));
    // Those who are there go on.
    Sheet::born(1)
        .until(&mut second, Sheet::is_acknowledged)
        .await;
    drop(first);
}

#[tokio::test]
async fn a_flood_of_messages_ends_its_own_connection_only() {
    let options = Options {
        messages_at_once: 50,
        messages_per_second: 1,
        ..Options::default()
    };
    let relay = Running::on(MemoryStore::default(), options).await;
    let mut other = Phone::join(relay.address, "other").await;
    let mut sheet = Sheet::born(1);
    let mut phone = Phone::join(relay.address, "flood").await;
    let greeting_and_words = 50;
    for count in 1..greeting_and_words {
        phone.send(presence(&phone, sheet.id, count)).await;
    }
    // All of these were taken.
    sheet.until(&mut other, Sheet::is_acknowledged).await;
    phone.send(presence(&phone, sheet.id, 100)).await;
    let error = phone.error().await;
    assert!(error.contains("messages a second"), "{error}");
    sheet.write("toujours là");
    sheet.until(&mut other, Sheet::is_acknowledged).await;
}

fn presence(phone: &Phone, document: DocumentId, count: u64) -> Frame {
    Frame::Ephemeral(EphemeralMessage {
        sender: phone.name.clone(),
        target: phone.relay.clone(),
        document,
        count,
        session: "s".to_owned(),
        data: vec![1],
    })
}
