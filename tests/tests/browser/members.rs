//! Who belongs to the territory: known without network too, invited from a phone, removed on a phone.

use crate::stage::{Stage, Visitor};
use anyhow::{Context, Result};
use maillage_tests::browser::{Form, Target};

fn main() -> Target {
    Target::any("main")
}

/// The path of the link that a phone shows.
async fn shown_link(visitor: &Visitor) -> Result<String> {
    let text = visitor.phone.text(main()).await?;
    let link = text
        .split_whitespace()
        .find_map(|word| word.split_once("/#/rejoindre/"));
    let (_, secret) = link.context("no link is shown")?;
    Ok(format!("/#/rejoindre/{secret}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn someone_invited_from_a_phone_comes_in_until_the_invitation_is_stopped() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    nadia.is_sent().await?;
    nadia.phone.tap(Target::link("Personnes")).await?;
    nadia.phone.tap(Target::link("Inviter quelqu’un")).await?;
    nadia
        .phone
        .tap(Target::exactly("radio", "Volontaire"))
        .await?;
    nadia.phone.tap(Target::exactly("radio", "10")).await?;
    nadia
        .phone
        .tap(Target::button("Préparer l’invitation"))
        .await?;
    nadia
        .phone
        .sees(Target::heading("Le code de la salle"))
        .await?;
    nadia.phone.sees(Target::named("img", "Code carré")).await?;
    let link = shown_link(&nadia).await?;

    let amina = stage.stranger("Amina", Form::PHONE).await?;
    amina.go(&link).await?;
    amina.shows(main(), "Vous entrez comme volontaire.").await?;
    amina.moves_to(&link).await?;
    amina.is_sent().await?;
    nadia.go("/#/membres").await?;
    nadia.shows(main(), "Amina").await?;

    nadia.go("/#/membres/inviter").await?;
    let open = || Target::named("region", "Invitations ouvertes");
    nadia.shows(open(), "9 places").await?;
    nadia
        .phone
        .tap(Target::button("Volontaire").within(open()))
        .await?;
    nadia.no_longer_shows(open(), "Volontaire").await?;
    let luc = stage.stranger("Luc", Form::PHONE).await?;
    luc.go(&link).await?;
    luc.phone
        .sees(Target::heading("Ce lien ne marche plus"))
        .await?;
    luc.has_no_complaint().await?;
    nadia.has_no_complaint().await?;
    amina.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_can_invite_without_network_and_the_screen_says_so() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    nadia.is_sent().await?;
    nadia.goes_offline().await?;
    nadia.go("/#/membres/inviter").await?;
    nadia
        .shows(main(), "Il faut le réseau pour inviter.")
        .await?;
    nadia
        .phone
        .tap(Target::button("Préparer l’invitation"))
        .await?;
    nadia
        .shows(main(), "Essayez encore avec le réseau.")
        .await?;
    nadia.comes_online().await?;
    nadia
        .no_longer_shows(main(), "Il faut le réseau pour inviter.")
        .await?;
    nadia
        .phone
        .tap(Target::button("Préparer l’invitation"))
        .await?;
    nadia
        .phone
        .sees(Target::heading("Le code de la salle"))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn someone_who_is_removed_is_told_at_once_and_can_still_read() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    let luc = stage.visitor_as("volunteer", "Luc").await?;
    luc.is_sent().await?;
    nadia.go("/#/membres").await?;
    nadia.phone.tap(Target::button("Luc")).await?;
    nadia
        .phone
        .sees(Target::heading("Les rôles de Luc"))
        .await?;
    let remove = || Target::button("Retirer Luc du groupe");
    nadia.phone.tap(remove()).await?;
    nadia.phone.sees(Target::button("Garder Luc")).await?;
    nadia.phone.tap(remove()).await?;
    luc.shows(main(), "Vous n’êtes plus membre de ce territoire.")
        .await?;
    luc.go("/#/fiches").await?;
    luc.shows(main(), "Vous n’êtes plus membre de ce territoire.")
        .await?;
    let sheets = || Target::any("list").within(main()).nth(0);
    luc.phone
        .sees(Target::any("link").within(sheets()).nth(0))
        .await?;
    assert_eq!(luc.phone.count(Target::link("Écrire une fiche")).await?, 0);
    nadia.shows(main(), "N’est plus membre").await?;
    nadia.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_roles_are_known_after_a_restart_without_network() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let _luc = stage.visitor_as("volunteer", "Luc").await?;
    let lea = stage.visitor_as("guest", "Léa").await?;
    lea.is_sent().await?;
    lea.go("/#/membres").await?;
    lea.shows(main(), "Luc").await?;
    lea.can_open_offline().await?;
    lea.phone.leave().await?;
    lea.goes_offline().await?;
    lea.go("/#/membres").await?;
    lea.shows(main(), "Luc").await?;
    lea.shows(main(), "Volontaire").await?;
    lea.go("/#/fiches").await?;
    lea.phone.sees(Target::heading("Fiches emploi")).await?;
    assert_eq!(lea.phone.count(Target::link("Écrire une fiche")).await?, 0);
    lea.complains_of_the_network_only().await
}

#[tokio::test(flavor = "multi_thread")]
async fn someone_changes_their_name_then_leaves_and_nothing_of_them_stays() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    let luc = stage.visitor_as("volunteer", "Luc").await?;
    luc.is_sent().await?;
    nadia.go("/#/membres").await?;
    nadia.shows(main(), "Luc").await?;
    luc.go("/#/membres").await?;
    luc.phone.tap(Target::button("Luc")).await?;
    luc.phone
        .fill(Target::field("Mon prénom"), "Renard")
        .await?;
    luc.phone.tap(Target::exactly("button", "Garder")).await?;
    nadia.shows(main(), "Renard").await?;
    luc.phone.tap(Target::button("Renard")).await?;
    luc.phone
        .tap(Target::button("Quitter le territoire"))
        .await?;
    luc.phone.sees(Target::button("Rester")).await?;
    luc.phone.tap(Target::button("Quitter et effacer")).await?;
    luc.phone
        .sees(Target::heading("Il faut un lien pour entrer"))
        .await?;
    nadia.no_longer_shows(main(), "Renard").await?;
    luc.phone.reload().await?;
    luc.phone
        .sees(Target::heading("Il faut un lien pour entrer"))
        .await?;
    nadia.has_no_complaint().await
}
