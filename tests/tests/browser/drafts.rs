//! Words that the group does not get: kept on the phone, shown, copied, put back or erased.

use crate::stage::{Stage, Visitor};
use anyhow::Result;
use maillage_tests::browser::Target;
use maillage_tests::built;
use std::fs;

const TASKS: &str = "Le travail à faire";
const KEPT: &str = "Des mots n’ont pas été envoyés au groupe.";

fn main() -> Target {
    Target::any("main")
}

/// A role, and the first word of what is said about it.
const VOLUNTEER: (&str, &str) = ("Volontaire", "Veut");
const MENTOR: (&str, &str) = ("Mentor", "Accompagne");

/// Nadia gives Luc one role in the place of another.
async fn changes_the_role(nadia: &Visitor, from: (&str, &str), to: (&str, &str)) -> Result<()> {
    let checkbox = |(role, about)| Target::named("checkbox", &format!("{role} {about}"));
    nadia.go("/#/membres").await?;
    nadia.phone.tap(Target::button("Luc")).await?;
    nadia.phone.tap(checkbox(to)).await?;
    nadia.phone.tap(checkbox(from)).await?;
    nadia.phone.tap(Target::button("Garder ces rôles")).await?;
    nadia.no_longer_shows(main(), "Garder ces rôles").await?;
    nadia.shows(main(), to.0).await
}

#[tokio::test(flavor = "multi_thread")]
async fn words_written_after_the_role_was_taken_away_are_kept_and_come_back_with_it() -> Result<()>
{
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    let luc = stage.visitor_as("volunteer", "Luc").await?;
    luc.create_sheet("Atelier couture").await?;
    luc.write_in(TASKS, None).await?;
    luc.phone.types("On coud.", 0).await?;
    luc.is_sent().await?;
    luc.can_open_offline().await?;
    let beside = luc.beside("Luc, à côté").await?;
    beside.open_sheet("Atelier couture").await?;
    beside.phone.hide(true).await?;

    luc.goes_offline().await?;
    luc.phone
        .types(" Et on répare aussi les sacs du quartier.", 0)
        .await?;
    luc.phone.status_says("Pas de réseau").await?;
    beside.shows(main(), "les sacs du quartier").await?;
    changes_the_role(&nadia, VOLUNTEER, MENTOR).await?;
    luc.comes_online().await?;

    luc.shows(main(), KEPT).await?;
    luc.no_longer_shows(main(), "les sacs du quartier").await?;
    beside
        .no_longer_shows(main(), "les sacs du quartier")
        .await?;
    luc.is_sent().await?;
    // The others are heard as before.
    nadia.open_sheet("Atelier couture").await?;
    nadia.write_in(TASKS, None).await?;
    nadia.phone.types(" Le lundi.", 0).await?;
    luc.shows(main(), "Le lundi.").await?;

    luc.phone.tap(Target::link("Voir ces mots")).await?;
    luc.phone
        .sees(Target::heading("Pas envoyé au groupe"))
        .await?;
    luc.shows(main(), "Et on répare aussi les sacs du quartier.")
        .await?;
    luc.shows(main(), "Vous ne pouvez plus écrire ici.").await?;
    assert_eq!(luc.phone.count(Target::button("Remettre")).await?, 0);
    let folder = built::screenshots();
    fs::create_dir_all(&folder)?;
    luc.phone
        .screenshot(&folder.join("drafts-360x640-light.png"), false)
        .await?;
    assert_eq!(
        luc.phone.accessibility_faults().await?,
        Vec::<String>::new()
    );
    assert_eq!(luc.phone.controls_under(48).await?, Vec::<String>::new());
    assert_eq!(luc.phone.sideways().await?, Vec::<String>::new());

    // They are there after a restart, and on the home screen.
    luc.phone.reload().await?;
    luc.shows(main(), "les sacs du quartier.").await?;
    luc.go("/#/").await?;
    luc.shows(main(), KEPT).await?;
    luc.phone
        .screenshot(&folder.join("drafts-home-360x640-light.png"), false)
        .await?;

    changes_the_role(&nadia, MENTOR, VOLUNTEER).await?;
    luc.go("/#/pas-envoye").await?;
    luc.phone
        .tap(Target::button("Remettre dans le texte"))
        .await?;
    luc.shows(main(), "Il n’y a rien ici.").await?;
    luc.is_sent().await?;
    nadia.open_sheet("Atelier couture").await?;
    nadia.shows(main(), "les sacs du quartier.").await?;
    luc.go("/#/").await?;
    luc.no_longer_shows(main(), KEPT).await?;
    nadia.has_no_complaint().await?;
    luc.complains_of_the_network_and(&["is refused"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_words_are_erased_only_when_asked_twice() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    let luc = stage.visitor_as("volunteer", "Luc").await?;
    luc.create_sheet("Atelier couture").await?;
    luc.is_sent().await?;
    luc.can_open_offline().await?;
    luc.goes_offline().await?;
    luc.write_in(TASKS, None).await?;
    luc.phone.types("On coud.", 0).await?;
    luc.phone.status_says("Pas de réseau").await?;
    changes_the_role(&nadia, VOLUNTEER, MENTOR).await?;
    luc.comes_online().await?;
    luc.shows(main(), KEPT).await?;
    luc.go("/#/pas-envoye").await?;
    let dialog = || Target::any("dialog");
    luc.phone.tap(Target::button("Effacer")).await?;
    luc.shows(dialog(), "Ils seront perdus.").await?;
    luc.phone.tap(Target::button("Garder ces mots")).await?;
    luc.shows(main(), "On coud.").await?;
    luc.phone.tap(Target::button("Effacer")).await?;
    luc.phone
        .tap(Target::button("Effacer pour toujours").within(dialog()))
        .await?;
    luc.shows(main(), "Il n’y a rien ici.").await?;
    luc.phone.reload().await?;
    luc.shows(main(), "Il n’y a rien ici.").await?;
    luc.complains_of_the_network_and(&["is refused"]).await
}
