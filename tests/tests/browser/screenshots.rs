//! Pictures of every screen in `target/screenshots`, for people to look at.

use crate::screens;
use crate::stage::Stage;
use anyhow::Result;
use maillage_tests::browser::{Form, Phone};
use maillage_tests::built;
use std::fs;

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_has_its_picture() -> Result<()> {
    let folder = built::screenshots();
    fs::create_dir_all(&folder)?;
    let (stage, _relay) = Stage::open().await?;
    let mut pictures = Vec::new();
    for (size, form) in [("360x640", Form::PHONE), ("1280x800", Form::DESK)] {
        let visitor = stage.stranger(&format!("Amina-{size}"), form).await?;
        screens::each(&visitor, async |name: &str, phone: &Phone| {
            for (light, dark) in [("light", false), ("dark", true)] {
                phone.dark(dark).await?;
                let picture = folder.join(format!("{name}-{size}-{light}.png"));
                phone.screenshot(&picture, false).await?;
                phone
                    .screenshot(
                        &folder.join(format!("{name}-{size}-{light}-full.png")),
                        true,
                    )
                    .await?;
                pictures.push(picture);
            }
            phone.dark(false).await
        })
        .await?;
    }
    for picture in pictures {
        assert!(
            fs::metadata(&picture)?.len() > 1_000,
            "{} is empty",
            picture.display()
        );
    }
    Ok(())
}
