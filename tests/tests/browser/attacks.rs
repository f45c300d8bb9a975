//! Words that would be orders to a browser that took them for markup: in every field that others read.

use crate::stage::Stage;
use anyhow::{Result, ensure};
use maillage_tests::browser::{Form, Target};

/// Runs as a script, as an event handler, and out of an attribute, where markup is not made harmless. Short enough for a name.
const SPIKED: &str = "\"><img src=x onerror=s()><b>x";

/// What the spike calls.
const TRAP: &str = "window.s = () => { window.slipped = true; };";

#[tokio::test(flavor = "multi_thread")]
async fn what_looks_like_a_script_is_read_as_words_by_everyone() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let mallory = stage.stranger(SPIKED, Form::PHONE).await?;
    mallory.join().await?;
    let luc = stage.stranger("Luc", Form::PHONE).await?;
    luc.phone.prepare(TRAP).await?;
    luc.join().await?;

    mallory.go("/#/besoins").await?;
    mallory.phone.tap(Target::button("Dire un besoin")).await?;
    mallory
        .phone
        .fill(Target::field("Ce qui manque"), SPIKED)
        .await?;
    mallory
        .phone
        .tap(Target::button("Ajouter ce besoin"))
        .await?;
    mallory.create_sheet(SPIKED).await?;
    mallory.write_in("Le travail à faire", None).await?;
    mallory.phone.types(SPIKED, 0).await?;
    mallory.is_sent().await?;

    luc.go("/#/besoins").await?;
    luc.shows(Target::any("main"), SPIKED).await?;
    luc.open_sheet(SPIKED).await?;
    luc.shows(Target::any("main"), SPIKED).await?;
    luc.go("/#/membres").await?;
    luc.shows(Target::any("main"), SPIKED).await?;
    for what in ["img[src='x']", "b"] {
        let found = format!("document.querySelectorAll(\"{what}\").length");
        ensure!(luc.phone.evaluate(&found).await? == 0, "{what} is markup");
    }
    ensure!(
        luc.phone.evaluate("window.slipped === undefined").await? == true,
        "the script has run"
    );
    luc.has_no_complaint().await
}
