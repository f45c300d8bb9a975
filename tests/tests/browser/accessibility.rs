//! Everyone can use every screen: axe-core finds nothing, nothing scrolls sideways, every control is large enough for a thumb.

use crate::screens;
use crate::stage::{NO_PART, Stage, Visitor};
use anyhow::{Result, ensure};
use maillage_tests::browser::{Form, Phone};
use serde_json::json;

/// The smallest side of a control, in CSS pixels, as the design asks.
const THUMB: u32 = 48;

/// Walks through all screens and fails with everything that `look` finds on any of them.
async fn expect_no_fault(
    visitor: &Visitor,
    mut look: impl AsyncFnMut(&Phone) -> Result<Vec<String>>,
) -> Result<()> {
    let mut faults = Vec::new();
    screens::each(visitor, async |name: &str, phone: &Phone| {
        let found = look(phone).await?;
        faults.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
        Ok(())
    })
    .await?;
    ensure!(faults.is_empty(), "{faults:#?}");
    // One of the screens waits for a territory that nobody has.
    visitor
        .complains_of_the_network_and(&["the relay does not have document", NO_PART])
        .await
}

/// What axe-core finds, in daylight and in the dark.
async fn axe(phone: &Phone) -> Result<Vec<String>> {
    let mut faults = phone.accessibility_faults().await?;
    phone.dark(true).await?;
    let in_the_dark = phone.accessibility_faults().await?;
    faults.extend(
        in_the_dark
            .iter()
            .map(|fault| format!("in the dark: {fault}")),
    );
    phone.dark(false).await?;
    Ok(faults)
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_no_fault_on_a_small_phone() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let visitor = stage.stranger("Amina", Form::PHONE).await?;
    expect_no_fault(&visitor, axe).await
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_no_fault_on_a_computer() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let visitor = stage.stranger("Amina", Form::DESK).await?;
    expect_no_fault(&visitor, axe).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_control_is_large_enough_for_a_thumb() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let visitor = stage.stranger("Amina", Form::PHONE).await?;
    expect_no_fault(&visitor, async |phone: &Phone| {
        phone.controls_under(THUMB).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_scrolls_sideways_on_the_narrowest_phone() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let narrow = Form {
        width: 320,
        ..Form::PHONE
    };
    let visitor = stage.stranger("Amina", narrow).await?;
    expect_no_fault(&visitor, async |phone: &Phone| phone.sideways().await).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_scrolls_sideways_with_text_twice_as_large() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let visitor = stage.stranger("Amina", Form::PHONE).await?;
    // What the browser's own setting does: the size of text of a page that asks for none.
    let sizes = json!({ "fontSizes": { "standard": 32, "fixed": 26 } });
    visitor.phone.devtools("Page.setFontSizes", sizes).await?;
    expect_no_fault(&visitor, async |phone: &Phone| {
        let size = phone
            .evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
            .await?;
        ensure!(
            size.as_f64() >= Some(32.0),
            "the text is not larger: {size}"
        );
        phone.sideways().await
    })
    .await
}
