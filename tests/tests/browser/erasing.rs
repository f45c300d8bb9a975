//! Words are struck out of a sheet, and sheets are erased: on every phone, without losing what others write meanwhile.

use crate::stage::{Stage, Visitor};
use anyhow::Result;
use maillage_tests::browser::Target;
use maillage_tests::until::{eventually, told, when};

const TASKS: &str = "Le travail à faire";
/// A list may name a sheet a moment before the relay has it.
const NOT_YET: &str = "the relay does not have document";
const NAME: &str = "Zulmira Quettehou";

fn main() -> Target {
    Target::any("main")
}

/// Waits until the phone stands on another sheet than before.
async fn follows(visitor: &Visitor, before: &str) -> Result<String> {
    eventually("the phone follows to the new sheet", async || {
        let url = visitor.phone.url().await.map_err(told)?;
        let is_sheet = url.contains("/#/fiches/") && !url.ends_with("/rayer");
        when(is_sheet && !url.contains(before), &url)?;
        Ok::<_, String>(url)
    })
    .await
}

/// How many entries of the phone's database name this document as one that is there.
async fn kept_changes(visitor: &Visitor, id: &str) -> Result<u64> {
    let count = format!(
        "new Promise((resolve) => {{
            const opening = indexedDB.open('maillage');
            opening.onsuccess = () => {{
                const database = opening.result;
                const keys = database.transaction('changes').objectStore('changes').getAllKeys();
                keys.onsuccess = () => {{
                    database.close();
                    resolve(keys.result.filter(([document]) => document === '{id}').length);
                }};
            }};
        }})"
    );
    let count = visitor.phone.evaluate(&count).await?;
    Ok(count.as_u64().unwrap_or(u64::MAX))
}

async fn has_forgotten(visitor: &Visitor, id: &str) -> Result<()> {
    eventually("the phone keeps nothing of the old sheet", async || {
        let count = kept_changes(visitor, id).await.map_err(told)?;
        when(count == 0, count)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_struck_the_others_follow_and_words_written_offline_are_kept() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    let amina = stage.visitor_as("volunteer", "Amina").await?;
    let luc = stage.visitor_as("volunteer", "Luc").await?;
    let old = nadia.create_sheet("Atelier couture").await?.to_string();
    nadia.write_in(TASKS, None).await?;
    nadia.phone.types(&format!("Demander à {NAME}."), 0).await?;
    nadia.is_sent().await?;
    for visitor in [&amina, &luc] {
        visitor.open_sheet("Atelier couture").await?;
        visitor.shows(main(), NAME).await?;
    }
    // Another tab of the one who follows.
    let beside = amina.beside("Amina 2").await?;
    beside.open_sheet("Atelier couture").await?;
    luc.can_open_offline().await?;
    luc.goes_offline().await?;
    luc.write_in(TASKS, None).await?;
    luc.phone.types(" Le mardi.", 0).await?;
    luc.phone.status_says("Pas de réseau").await?;

    nadia
        .phone
        .tap(Target::link("Rayer des mots ou effacer"))
        .await?;
    nadia.phone.sees(Target::heading("Rayer des mots")).await?;
    let field = || Target::field("Quels mots faut-il rayer");
    nadia.phone.fill(field(), "Personne d’ici").await?;
    nadia
        .shows(main(), "Ces mots ne sont pas dans la fiche.")
        .await?;
    nadia.phone.fill(field(), "zulmira quettehou").await?;
    nadia.shows(main(), "1 fois dans la fiche.").await?;
    nadia.phone.tap(Target::button("Rayer ces mots")).await?;
    nadia
        .shows(main(), "On ne saura plus qui a écrit quelle phrase.")
        .await?;
    nadia
        .phone
        .tap(Target::button("Rayer pour toujours"))
        .await?;

    let there = follows(&nadia, &old).await?;
    for visitor in [&amina, &beside] {
        let url = follows(visitor, &old).await?;
        assert_eq!(url.rsplit('/').next(), there.rsplit('/').next());
        visitor.shows(main(), "Demander à [rayé].").await?;
        visitor
            .shows(main(), "L’équipe a rayé des mots de cette fiche.")
            .await?;
        visitor.no_longer_shows(main(), NAME).await?;
        has_forgotten(visitor, &old).await?;
    }
    nadia.is_sent().await?;
    // The list has one sheet of that name, and it is the new one.
    amina.go("/#/fiches").await?;
    let listed = || Target::link("Atelier couture").within(main());
    amina.phone.sees(listed()).await?;
    assert_eq!(amina.phone.count(listed()).await?, 1);
    amina.open_sheet("Atelier couture").await?;
    amina.shows(main(), "Demander à [rayé].").await?;

    luc.comes_online().await?;
    follows(&luc, &old).await?;
    luc.shows(main(), "Vos mots gardés").await?;
    luc.shows(main(), "Le mardi.").await?;
    luc.no_longer_shows(main(), NAME).await?;
    has_forgotten(&luc, &old).await?;
    // They are there after a restart, and said on the first screen.
    luc.go("/#/").await?;
    luc.phone.reload().await?;
    luc.phone.tap(Target::link("Voir mes mots")).await?;
    luc.shows(main(), "Le mardi.").await?;
    luc.phone
        .tap(Target::button("Je n’en ai plus besoin"))
        .await?;
    luc.no_longer_shows(main(), "Vos mots gardés").await?;
    luc.complains_of_the_network_and(&[NOT_YET]).await?;
    amina.complains_of_the_network_and(&[NOT_YET]).await?;
    nadia.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_that_is_erased_is_gone_from_every_phone_and_nobody_else_can_erase_one()
-> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    let amina = stage.visitor_as("volunteer", "Amina").await?;
    let old = nadia.create_sheet("Atelier couture").await?.to_string();
    nadia.is_sent().await?;
    amina.open_sheet("Atelier couture").await?;
    let link = || Target::link("Rayer des mots ou effacer");
    assert_eq!(amina.phone.count(link()).await?, 0);
    nadia.phone.tap(link()).await?;
    nadia.phone.tap(Target::button("Effacer la fiche")).await?;
    nadia
        .shows(main(), "On ne peut pas revenir en arrière.")
        .await?;
    nadia
        .phone
        .tap(Target::button("Effacer pour toujours"))
        .await?;
    for visitor in [&nadia, &amina] {
        visitor
            .shows(main(), "Ce document a été effacé par l’équipe.")
            .await?;
        has_forgotten(visitor, &old).await?;
    }
    amina.phone.tap(Target::link("Voir les fiches")).await?;
    amina.phone.sees(Target::heading("Fiches emploi")).await?;
    let listed = || Target::link("Atelier couture");
    assert_eq!(amina.phone.count(listed()).await?, 0);
    // An old link says what became of it, after a restart too.
    amina.go(&format!("/#/fiches/{old}")).await?;
    amina.phone.reload().await?;
    amina
        .shows(main(), "Ce document a été effacé par l’équipe.")
        .await?;
    // Whoever is not of the team finds no way by the address either.
    amina.go(&format!("/#/fiches/{old}/rayer")).await?;
    assert_eq!(
        amina
            .phone
            .count(Target::button("Effacer la fiche"))
            .await?,
        0
    );
    amina.complains_of_the_network_and(&[NOT_YET]).await?;
    nadia.has_no_complaint().await
}
