//! What was done about who may do what, read by the team.

use crate::stage::{Stage, Visitor};
use anyhow::{Context, Result};
use maillage_shared::doc::Document;
use maillage_shared::sync::client::Rejection;
use maillage_tests::browser::Target;
use maillage_tests::sheet::entitle;
use maillage_tests::until::{eventually, when};
use std::fs;

fn main() -> Target {
    Target::any("main")
}

/// Chooses in a list the first choice that begins so.
pub(crate) async fn choose(visitor: &Visitor, list: &str, begins: &str) -> Result<()> {
    let choose = format!(
        "(() => {{
            const list = document.querySelector({list:?});
            const chosen = [...list.options].find(({{ text }}) => text.startsWith({begins:?}));
            list.value = chosen.value;
            list.dispatchEvent(new Event('change', {{ bubbles: true }}));
            return true;
        }})()"
    );
    visitor.phone.evaluate(&choose).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_team_reads_who_did_what_for_one_person_or_all_and_saves_it() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    let luc = stage.visitor_as("volunteer", "Luc").await?;
    let omar = stage.visitor_as("volunteer", "Omar").await?;
    nadia.go("/#/membres").await?;
    nadia.phone.tap(Target::button("Luc")).await?;
    nadia
        .phone
        .tap(Target::button("Retirer Luc du groupe"))
        .await?;
    nadia.phone.sees(Target::button("Garder Luc")).await?;
    nadia
        .phone
        .tap(Target::button("Retirer Luc du groupe"))
        .await?;
    luc.shows(main(), "Vous n’êtes plus membre").await?;
    nadia.phone.tap(Target::link("Journal des accès")).await?;
    nadia.shows(main(), "a retiré Luc (").await?;
    let text = nadia.phone.text(main()).await?.replace('\u{a0}', " ");
    let place = |words: &str| text.find(words).with_context(|| format!("{words}: {text}"));
    assert!(place("a retiré Luc")? < place("entre avec l’invitation")?);
    choose(&nadia, "#qui", "Omar").await?;
    nadia.no_longer_shows(main(), "a retiré Luc").await?;
    nadia.shows(main(), "Omar").await?;
    let saved = nadia
        .phone
        .saves(Target::button("Enregistrer dans un fichier"))
        .await?;
    let table = fs::read_to_string(saved)?;
    assert!(table.contains("\"Quand\";\"Qui\";\"Quoi\"") && table.contains("Omar"));
    assert!(!table.contains("Luc"), "{table}");
    // Opened by its address, too; and nobody else is offered it.
    nadia.go("/#/membres/journal").await?;
    nadia.phone.reload().await?;
    nadia.shows(main(), "a retiré Luc (").await?;
    omar.go("/#/membres").await?;
    omar.shows(main(), "Nadia").await?;
    assert_eq!(
        omar.phone.count(Target::link("Journal des accès")).await?,
        0
    );
    omar.go("/#/membres/journal").await?;
    omar.shows(main(), "Seule l’équipe projet peut faire cela.")
        .await?;
    nadia.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_team_reads_what_nobody_vouches_for_before_it_lets_it_in() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    let id = nadia.create_sheet("Atelier vélo").await?;
    nadia.is_sent().await?;
    // Two companions: what one of them wrote and did not sign, the other carries.
    let (amina, _) = nadia.companion().await?;
    let (luc, _) = nadia.companion().await?;
    amina.find(id).await?;
    luc.find(id).await?;
    amina.go_offline();
    entitle(&amina, id, "Atelier du quartier")?;
    luc.bring(id, amina.read(id, Document::changes)?, Vec::new())?;
    eventually("the relay does not take it", async || {
        let refused = luc.status().refused;
        when(refused == Some(Rejection::Author), format!("{refused:?}"))
    })
    .await?;
    nadia.go("/#/membres").await?;
    nadia.phone.tap(Target::link("Mots en attente")).await?;
    nadia.shows(main(), "Dans la fiche").await?;
    nadia.phone.tap(Target::button("Lire ces mots")).await?;
    nadia.shows(main(), "Atelier du quartier").await?;
    nadia.phone.tap(Target::button("Accepter ces mots")).await?;
    nadia.shows(main(), "Rien n’attend.").await?;
    luc.all_sent().await?;
    nadia.go("/#/fiches").await?;
    nadia.shows(main(), "Atelier du quartier").await?;
    nadia.go("/#/membres/journal").await?;
    nadia.shows(main(), "a accepté des mots apportés").await?;
    nadia.has_no_complaint().await
}
