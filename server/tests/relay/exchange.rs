use crate::phone::{Phone, Sheet};
use crate::place::{Running, get};
use maillage_server::relay::Options;
use maillage_shared::store::{Store, StoreError};
use maillage_shared::testing::MemoryStore;
use maillage_shared::wire::{EphemeralMessage, Frame};
use std::time::Duration;

#[tokio::test]
async fn a_change_travels_to_another_phone_and_back() {
    let relay = Running::new().await;
    let mut first = Phone::join(relay.address, "first").await;
    let mut second = Phone::join(relay.address, "second").await;
    let mut here = Sheet::born(1);
    here.until(&mut first, Sheet::is_acknowledged).await;
    let mut there = Sheet::wanted(1);
    there.until(&mut second, Sheet::is_acknowledged).await;

    here.write("Réparer les vélos 🚲");
    tokio::join!(
        here.until(&mut first, Sheet::is_acknowledged),
        there.until(&mut second, |sheet| sheet.text() == "Réparer les vélos 🚲")
    );
    there.write(", le samedi");
    let all = "Réparer les vélos 🚲, le samedi";
    tokio::join!(
        there.until(&mut second, Sheet::is_acknowledged),
        here.until(&mut first, |sheet| sheet.text() == all)
    );
}

#[tokio::test]
async fn two_phones_that_write_at_once_end_with_the_same_text() {
    let relay = Running::new().await;
    let mut first = Phone::join(relay.address, "first").await;
    let mut second = Phone::join(relay.address, "second").await;
    let mut here = Sheet::born(1);
    here.until(&mut first, Sheet::is_acknowledged).await;
    let mut there = Sheet::wanted(1);
    there.until(&mut second, Sheet::is_acknowledged).await;
    for word in ["un ", "deux ", "trois "] {
        here.write(word);
        here.push(&mut first).await;
        there.write("four ");
        there.push(&mut second).await;
    }
    let all = "un deux trois ".len() + 3 * "four ".len();
    // Both at the same time: what one of them still has to say, the other waits for.
    let complete = |sheet: &mut Sheet| sheet.text().len() == all && sheet.is_acknowledged();
    tokio::join!(
        here.until(&mut first, complete),
        there.until(&mut second, complete)
    );
    assert_eq!(here.text(), there.text());
}

#[tokio::test]
async fn a_document_nobody_has_is_unavailable_until_somebody_brings_it() {
    let relay = Running::new().await;
    let mut first = Phone::join(relay.address, "first").await;
    let mut wanted = Sheet::wanted(1);
    wanted.push(&mut first).await;
    assert!(
        matches!(first.next().await, Some(Frame::Unavailable(answer)) if answer.document == wanted.id)
    );

    let mut second = Phone::join(relay.address, "second").await;
    let mut born = Sheet::born(1);
    born.write("voilà");
    born.until(&mut second, Sheet::is_acknowledged).await;
    wanted
        .until(&mut first, |sheet| sheet.text() == "voilà")
        .await;
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Running::in_folder(folder.path()).await;
    let mut phone = Phone::join(relay.address, "phone").await;
    let name = phone.relay.clone();
    let mut sheet = Sheet::born(1);
    for line in 0..20 {
        sheet.write(&format!("ligne {line}\n"));
        sheet.until(&mut phone, Sheet::is_acknowledged).await;
    }
    tokio::join!(relay.stop(), phone.closed());

    let relay = Running::in_folder(folder.path()).await;
    let mut phone = Phone::join(relay.address, "another phone").await;
    assert_eq!(phone.relay, name);
    let mut copy = Sheet::wanted(1);
    copy.until(&mut phone, |copy| copy.text() == sheet.text())
        .await;
    // The phone that wrote goes on where it was.
    let mut first = Phone::join(relay.address, "phone").await;
    sheet.reconnect();
    sheet.write("et encore");
    sheet.until(&mut first, Sheet::is_acknowledged).await;
    copy.until(&mut phone, |copy| copy.text().ends_with("et encore"))
        .await;
}

#[tokio::test]
async fn nothing_is_acknowledged_before_the_store_has_it() {
    let store = MemoryStore::default();
    let options = Options {
        retry_time: Duration::from_millis(1),
        ..Options::default()
    };
    let relay = Running::on(store.clone(), options).await;
    let mut writer = Phone::join(relay.address, "writer").await;
    let mut reader = Phone::join(relay.address, "reader").await;
    let mut sheet = Sheet::born(1);
    sheet.until(&mut writer, Sheet::is_acknowledged).await;
    let mut copy = Sheet::wanted(1);
    copy.until(&mut reader, Sheet::is_acknowledged).await;

    store.set_failure(Some(StoreError::Full));
    sheet.write("perdu ?");
    let tried_twice = async {
        while store.refusals() < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = sheet.until(&mut writer, Sheet::is_acknowledged) => panic!("acknowledged and not written"),
        () = tried_twice => {}
    }
    assert_eq!(get(relay.address, "/healthz", &[]).await.status, 503);
    // The answer to another question comes after everything that was sent before it.
    let mut other = Sheet::wanted(2);
    for phone in [&mut writer, &mut reader] {
        other.reconnect();
        other.push(phone).await;
        assert!(matches!(phone.next().await, Some(Frame::Unavailable(_))));
    }

    store.set_failure(None);
    sheet.until(&mut writer, Sheet::is_acknowledged).await;
    copy.until(&mut reader, |copy| copy.text() == "perdu ?")
        .await;
    assert_eq!(store.load(sheet.id).unwrap().unwrap().len(), 2);
}

#[tokio::test]
async fn presence_reaches_the_others_in_the_document_and_nobody_else() {
    let relay = Running::new().await;
    let mut here = Phone::join(relay.address, "here").await;
    let mut there = Phone::join(relay.address, "there").await;
    let mut elsewhere = Phone::join(relay.address, "elsewhere").await;
    let mut sheet = Sheet::born(1);
    sheet.until(&mut here, Sheet::is_acknowledged).await;
    let mut copy = Sheet::wanted(1);
    copy.until(&mut there, Sheet::is_acknowledged).await;
    let mut other = Sheet::born(2);
    other.until(&mut elsewhere, Sheet::is_acknowledged).await;

    let presence = EphemeralMessage {
        sender: here.name.clone(),
        target: here.relay.clone(),
        document: sheet.id,
        count: 1,
        session: "s".to_owned(),
        data: vec![1, 2, 3],
    };
    here.send(Frame::Ephemeral(presence.clone())).await;
    let expected = EphemeralMessage {
        target: there.name.clone(),
        ..presence
    };
    assert_eq!(there.next().await, Some(Frame::Ephemeral(expected)));
    // The next thing the third phone hears of is its own question.
    let mut unknown = Sheet::wanted(3);
    unknown.push(&mut elsewhere).await;
    assert!(matches!(
        elsewhere.next().await,
        Some(Frame::Unavailable(_))
    ));
}

#[tokio::test]
async fn a_room_that_closed_opens_again() {
    let store = MemoryStore::default();
    let options = Options {
        idle_time: Duration::from_millis(1),
        ..Options::default()
    };
    let relay = Running::on(store, options).await;
    let mut sheet = Sheet::born(1);
    for time in 1..20 {
        let mut phone = Phone::join(relay.address, "phone").await;
        sheet.reconnect();
        sheet.write("x");
        sheet.until(&mut phone, Sheet::is_acknowledged).await;
        phone
            .send(Frame::Leave {
                sender: phone.name.clone(),
            })
            .await;
        phone.closed().await;
        assert_eq!(sheet.text().len(), time);
    }
}
