//! Everyone can use every screen: axe-core finds nothing, nothing is cut off, nothing scrolls sideways.

use crate::screens;
use crate::stage::Stage;
use anyhow::{Result, ensure};
use maillage_tests::browser::{Form, Phone};
use serde_json::json;

/// Plays through all screens of a form and collects what axe-core finds, light and dark.
async fn faults(form: Form) -> Result<Vec<String>> {
    let (stage, _relay) = Stage::open().await?;
    let visitor = stage.stranger("Amina", form).await?;
    let mut faults = Vec::new();
    screens::each(&visitor, async |name: &str, phone: &Phone| {
        for dark in [false, true] {
            phone.dark(dark).await?;
            let found = phone.accessibility_faults().await?;
            let place = if dark { "in the dark" } else { "in daylight" };
            faults.extend(
                found
                    .into_iter()
                    .map(|fault| format!("{name}, {place}: {fault}")),
            );
        }
        phone.dark(false).await
    })
    .await?;
    visitor.has_no_complaint().await?;
    Ok(faults)
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_no_fault_on_a_small_phone() -> Result<()> {
    let faults = faults(Form::PHONE).await?;
    assert!(faults.is_empty(), "{faults:#?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_no_fault_on_a_computer() -> Result<()> {
    let faults = faults(Form::DESK).await?;
    assert!(faults.is_empty(), "{faults:#?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_scrolls_sideways_on_the_narrowest_phone() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let narrow = Form {
        width: 320,
        ..Form::PHONE
    };
    let visitor = stage.stranger("Amina", narrow).await?;
    screens::each(&visitor, async |_: &str, phone: &Phone| {
        stays_in_place(phone).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_scrolls_sideways_with_text_twice_as_large() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let visitor = stage.stranger("Amina", Form::PHONE).await?;
    // What the browser's own setting does: the size of text of a page that asks for none.
    let sizes = json!({ "fontSizes": { "standard": 32, "fixed": 26 } });
    visitor.phone.devtools("Page.setFontSizes", sizes).await?;
    screens::each(&visitor, async |_: &str, phone: &Phone| {
        let size = phone
            .evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
            .await?;
        ensure!(
            size.as_f64().is_some_and(|size| size >= 32.0),
            "the text is not larger: {size}"
        );
        stays_in_place(phone).await
    })
    .await
}

async fn stays_in_place(phone: &Phone) -> Result<()> {
    let sideways = phone.sideways().await?;
    ensure!(
        sideways <= 0,
        "the page is {sideways} px wider than the screen"
    );
    Ok(())
}
