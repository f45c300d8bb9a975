//! Coming in: by a link, by a code that was said aloud, over a network that goes away; and what is said when one may not.

use crate::stage::Stage;
use anyhow::{Context, Result};
use maillage_shared::identity::Secret;
use maillage_tests::browser::{Form, Target};
use maillage_tests::device::random;
use maillage_tests::house;

fn main() -> Target {
    Target::any("main")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_said_aloud_lets_someone_in() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let command = ["invite", "--role", "guest", "--code"];
    let lines = house::lines(stage.data(), &command).await?;
    let code = lines.first().context("no code")?.to_lowercase();
    let amina = stage.stranger("Amina", Form::PHONE).await?;
    amina.go("/").await?;
    let field = || Target::field("code de six lettres");
    amina.phone.fill(field(), &code[..5]).await?;
    amina.phone.tap(Target::button("Continuer")).await?;
    amina.shows(main(), "Vérifiez chaque lettre.").await?;
    // As people write what they hear.
    let heard = format!("{} {}-{}", &code[..2], &code[2..4], &code[4..]);
    amina.phone.fill(field(), &heard).await?;
    amina.phone.tap(Target::button("Continuer")).await?;
    amina.shows(main(), "Vous entrez comme invité.").await?;
    amina.comes_in().await?;
    amina.phone.sees(Target::heading("Bonjour Amina")).await?;
    amina.is_sent().await?;
    amina.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_with_a_link_that_is_over_is_told_what_to_do() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let link = stage
        .invites(&["--role", "volunteer", "--uses", "1"])
        .await?;
    let luc = stage.stranger("Luc", Form::PHONE).await?;
    luc.moves_to(&link).await?;
    let amina = stage.stranger("Amina", Form::PHONE).await?;
    amina.go(&link).await?;
    amina.shows(main(), "Ce lien a déjà servi.").await?;
    amina.comes_in().await?;
    amina
        .phone
        .sees(Target::heading("Ce lien a déjà servi"))
        .await?;
    amina.shows(main(), "Demandez un nouveau lien").await?;
    amina
        .phone
        .tap(Target::button("Taper un autre code"))
        .await?;
    amina
        .phone
        .sees(Target::field("code de six lettres"))
        .await?;

    let unknown = Secret::from_entropy(random()?);
    amina.go(&format!("/#/rejoindre/{unknown}")).await?;
    amina
        .phone
        .sees(Target::heading("Ce lien ne marche plus"))
        .await?;
    amina.shows(main(), "Demandez un nouveau lien").await?;
    // Whoever used it may come back by it.
    luc.moves_to(&link).await?;
    luc.has_no_complaint().await?;
    amina.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_lost_while_entering_costs_no_step() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stage.stranger("Amina", Form::PHONE).await?;
    amina.go(amina.link()).await?;
    amina
        .shows(main(), "Vous entrez dans l’équipe projet.")
        .await?;
    amina.can_open_offline().await?;
    amina.goes_offline().await?;
    amina.comes_in().await?;
    let waits = || Target::heading("On vous inscrit");
    amina.phone.sees(waits()).await?;
    amina
        .shows(main(), "Pas de réseau : cela se fera tout seul.")
        .await?;
    // The phone's browser threw the page away.
    amina.phone.reload().await?;
    amina.phone.sees(waits()).await?;
    // She follows the link once more.
    amina.go(amina.link()).await?;
    amina.phone.sees(waits()).await?;
    amina.comes_online().await?;
    amina.go("/#/").await?;
    amina.phone.sees(Target::heading("Bonjour Amina")).await?;
    amina.is_sent().await?;
    amina.complains_of_the_network_only().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_reads_sheets_and_adds_needs_and_sees_no_other_control() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let lea = stage.visitor_as("guest", "Léa").await?;
    lea.is_sent().await?;
    lea.go("/#/fiches").await?;
    let sheet = || {
        let sheets = Target::any("list").within(main()).nth(0);
        Target::any("link").within(sheets).nth(0)
    };
    lea.phone.sees(sheet()).await?;
    assert_eq!(lea.phone.count(Target::link("Écrire une fiche")).await?, 0);
    lea.phone.tap(sheet()).await?;
    lea.phone
        .sees(Target::heading("Le travail à faire"))
        .await?;
    for control in ["Écrire", "Changer", "Noter", "Ajouter un point"] {
        let count = lea.phone.count(Target::button(control)).await?;
        assert_eq!(count, 0, "a guest is offered {control:?}");
    }
    lea.go("/#/besoins").await?;
    lea.phone.tap(Target::button("Dire un besoin")).await?;
    lea.phone
        .fill(Target::field("Ce qui manque"), "Un abri pour les vélos")
        .await?;
    lea.phone.tap(Target::button("Ajouter ce besoin")).await?;
    lea.shows(main(), "Un abri pour les vélos").await?;
    lea.is_sent().await?;
    assert_eq!(
        lea.phone.count(Target::link("En faire une fiche")).await?,
        0
    );
    lea.go("/#/fiches/nouvelle").await?;
    lea.phone
        .sees(Target::heading("Cette page n’est pas pour votre rôle"))
        .await?;
    lea.has_no_complaint().await
}
