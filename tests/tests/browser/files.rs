//! All that a phone keeps goes to another in a file, where there is no network.

use crate::stage::{Stage, Visitor, same_text};
use anyhow::Result;
use maillage_tests::browser::Target;
use std::path::{Path, PathBuf};

const TASKS: &str = "Le travail à faire";

async fn saves(visitor: &Visitor) -> Result<PathBuf> {
    visitor.go("/#/telephone").await?;
    let save = Target::button("Tout mettre dans un fichier");
    visitor.phone.saves(save).await
}

async fn chooses(visitor: &Visitor, file: &Path) -> Result<()> {
    visitor.go("/#/telephone").await?;
    visitor.phone.chooses("Choisir le fichier", file).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_carries_texts_between_phones_without_network_and_all_converge_later() -> Result<()>
{
    let (stage, _relay) = Stage::open().await?;
    let amina = stage.visitor("Amina").await?;
    amina.create_sheet("Trottinettes").await?;
    amina.write_in(TASKS, None).await?;
    amina.phone.types("On répare.", 0).await?;
    amina.is_sent().await?;
    let luc = stage.visitor("Luc").await?;
    luc.open_sheet("Trottinettes").await?;
    luc.write_in(TASKS, Some(0)).await?;
    luc.reads(TASKS, "On répare.").await?;
    for visitor in [&amina, &luc] {
        visitor.can_open_offline().await?;
        visitor.goes_offline().await?;
        visitor.phone.status_says("Pas de réseau").await?;
    }
    amina.phone.types(" Le soir.", 0).await?;
    luc.phone.presses("Control+Home").await?;
    luc.phone.types("Lundi : ", 0).await?;

    let file = saves(&amina).await?;
    chooses(&luc, &file).await?;
    // How much of the territory had reached his phone before is not for this story to say.
    luc.shows(Target::any("main"), "reçu du nouveau.").await?;
    // A file met again brings nothing, and one that is damaged says so and brings nothing either.
    chooses(&luc, &file).await?;
    luc.shows(Target::any("main"), "Tout était déjà là.")
        .await?;
    let mut bytes = std::fs::read(&file)?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let folder = tempfile::tempdir()?;
    let damaged = folder.path().join("damaged.maillage");
    std::fs::write(&damaged, bytes)?;
    chooses(&luc, &damaged).await?;
    luc.shows(Target::any("main"), "Ce fichier est abîmé.")
        .await?;
    assert_eq!(
        luc.phone.accessibility_faults().await?,
        Vec::<String>::new()
    );
    luc.open_sheet("Trottinettes").await?;
    luc.write_in(TASKS, None).await?;
    let all = "Lundi : On répare. Le soir.";
    luc.reads(TASKS, all).await?;

    for visitor in [&amina, &luc] {
        visitor.comes_online().await?;
    }
    amina.open_sheet("Trottinettes").await?;
    amina.write_in(TASKS, None).await?;
    same_text(&amina, &luc, TASKS, |text| text == all).await?;
    amina.is_sent().await?;
    luc.is_sent().await?;
    // Until her phone had sent it, what Amina wrote could not come in from his.
    luc.complains_of_the_network_and(&["written by somebody else"])
        .await
}
