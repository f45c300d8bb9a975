//! What the phone keeps, when its browser takes it back or has little room.

use crate::stage::Stage;
use anyhow::Result;
use maillage_tests::browser::{Form, Target};
use serde_json::json;

const TASKS: &str = "Le travail à faire";

fn main() -> Target {
    Target::any("main")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_has_forgotten_everything_says_so_and_finds_it_again() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stage.visitor("Amina").await?;
    amina.create_sheet("Trottinettes").await?;
    amina.write_in(TASKS, None).await?;
    amina.phone.types("On répare.", 0).await?;
    amina.is_sent().await?;
    // As browsers do when room is short: the database goes, small things beside it may stay.
    amina
        .phone
        .devtools(
            "Storage.clearDataForOrigin",
            json!({ "origin": amina.line.url(), "storageTypes": "indexeddb" }),
        )
        .await?;
    amina.go("/#/").await?;
    amina.phone.reload().await?;
    amina
        .phone
        .sees(Target::heading("Ce téléphone a oublié vos textes"))
        .await?;
    assert_eq!(
        amina.phone.accessibility_faults().await?,
        Vec::<String>::new()
    );
    amina.join().await?;
    amina.open_sheet("Trottinettes").await?;
    amina.write_in(TASKS, None).await?;
    amina.reads(TASKS, "On répare.").await
}

/// A browser that has given nearly all the room it gives, and keeps its promises.
const NEARLY_FULL: &str = "
    StorageManager.prototype.estimate = async () => ({ usage: 95, quota: 100 });
    StorageManager.prototype.persist = async () => true;
    StorageManager.prototype.persisted = async () => true;
";

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_with_little_room_left_says_so_before_it_is_full() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stage.stranger("Amina", Form::PHONE).await?;
    amina.phone.prepare(NEARLY_FULL).await?;
    amina.join().await?;
    amina.phone.reload().await?;
    amina
        .shows(main(), "Ce téléphone est presque plein.")
        .await?;
    amina.is_sent().await?;
    amina.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_without_network_says_since_when() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stage.visitor("Amina").await?;
    amina.is_sent().await?;
    amina.line.cut();
    amina.shows(main(), "Pas de réseau depuis").await?;
    amina.line.mend();
    amina.is_sent().await
}
