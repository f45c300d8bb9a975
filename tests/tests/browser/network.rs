//! The network goes away and comes back.

use crate::stage::{Stage, same_text};
use anyhow::Result;
use maillage_tests::browser::Target;

const TASKS: &str = "Le travail à faire";

#[tokio::test(flavor = "multi_thread")]
async fn someone_without_network_writes_on_reloads_and_loses_nothing() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let (amina, luc) = (stage.visitor("Amina").await?, stage.visitor("Luc").await?);
    amina.create_sheet("Atelier couture").await?;
    amina.write_in(TASKS, None).await?;
    amina.phone.types("On coud.", 0).await?;
    amina.is_sent().await?;
    luc.open_sheet("Atelier couture").await?;
    luc.write_in(TASKS, None).await?;
    luc.reads(TASKS, "On coud.").await?;
    luc.can_open_offline().await?;

    luc.goes_offline().await?;
    luc.phone.types(" Sans réseau.", 10).await?;
    luc.phone.status_says("Pas de réseau").await?;
    amina.phone.presses("Control+Home").await?;
    amina.phone.types("Le jeudi. ", 10).await?;
    amina.is_sent().await?;

    // The phone's browser threw the page away.
    luc.phone.reload().await?;
    luc.phone.sees(Target::heading("Atelier couture")).await?;
    luc.phone.status_says("Pas de réseau").await?;
    luc.write_in(TASKS, None).await?;
    luc.reads(TASKS, "On coud. Sans réseau.").await?;
    luc.phone.types(" Encore.", 10).await?;
    luc.reads(TASKS, "On coud. Sans réseau. Encore.").await?;

    luc.comes_online().await?;
    let all = "Le jeudi. On coud. Sans réseau. Encore.";
    assert_eq!(
        same_text(&amina, &luc, TASKS, |text| text == all).await?,
        all
    );
    luc.is_sent().await?;
    luc.complains_of_the_network_only().await?;
    amina.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_made_without_network_reaches_the_others_later() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let (amina, luc) = (stage.visitor("Amina").await?, stage.visitor("Luc").await?);
    amina.is_sent().await?;
    amina.can_open_offline().await?;
    amina.goes_offline().await?;
    amina.phone.reload().await?;
    amina.create_sheet("Jardin partagé").await?;
    amina.write_in(TASKS, None).await?;
    amina.phone.types("On plante.", 0).await?;
    amina.phone.status_says("Pas de réseau").await?;
    amina.comes_online().await?;
    amina.is_sent().await?;
    luc.open_sheet("Jardin partagé").await?;
    luc.write_in(TASKS, None).await?;
    luc.reads(TASKS, "On plante.").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_breaks_again_and_again_loses_nothing() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let (amina, luc) = (stage.visitor("Amina").await?, stage.visitor("Luc").await?);
    amina.create_sheet("Compost").await?;
    amina.write_in(TASKS, None).await?;
    amina.phone.types("Fin.", 0).await?;
    amina.is_sent().await?;
    luc.open_sheet("Compost").await?;
    luc.write_in(TASKS, Some(0)).await?;
    luc.reads(TASKS, "Fin.").await?;
    luc.phone.presses("Control+Home").await?;
    let (mut hers, mut his) = (String::new(), String::new());
    for round in 0..5 {
        amina.line.cut();
        let (plus, minus) = (format!(" a{round}"), format!("b{round} "));
        let (one, other) = tokio::join!(amina.phone.types(&plus, 10), luc.phone.types(&minus, 10));
        one.and(other)?;
        amina.line.mend();
        hers.push_str(&plus);
        his.push_str(&minus);
    }
    let all = format!("{his}Fin.{hers}");
    same_text(&amina, &luc, TASKS, |text| text == all).await?;
    amina.is_sent().await?;
    luc.is_sent().await
}
