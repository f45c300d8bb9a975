//! What partners say of a sheet, and what is decided: signed on one phone, verified on the others without network, and shown as false where
//! someone has forged it.

use crate::stage::{Stage, Visitor};
use anyhow::{Context, Result};
use maillage_shared::id::DocumentId;
use maillage_shared::identity::PersonKey;
use maillage_shared::records::statements::beside;
use maillage_shared::statement::Answer;
use maillage_tests::browser::Target;
use maillage_tests::device::random;
use maillage_tests::statements::{opinion, put, statement};
use maillage_tests::until::eventually;

const SHOP: &str = "Magasin de vélos du boulevard";

fn main() -> Target {
    Target::any("main")
}

/// Has someone of the team say for which organisation someone speaks.
async fn speaks_for(nadia: &Visitor, name: &str, organisation: &str) -> Result<()> {
    nadia.go("/#/membres").await?;
    nadia.phone.tap(Target::button(name)).await?;
    let organisation = Target::exactly("radio", organisation);
    nadia.phone.tap(organisation).await?;
    nadia.phone.tap(Target::button("Garder ces rôles")).await
}

async fn sheet_before(visitor: &Visitor) -> Result<DocumentId> {
    let url = visitor.phone.url().await?;
    let id = url.split("/fiches/").nth(1).context("no sheet")?;
    let id = id.split('/').next().unwrap_or_default();
    id.parse().with_context(|| format!("{url} names no sheet"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opinion_in_three_taps_is_verified_elsewhere_without_network_and_a_forged_one_is_false()
-> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    let luc = stage.visitor_as("partner", "Luc").await?;
    let amina = stage.visitor_as("volunteer", "Amina").await?;
    amina.can_open_offline().await?;
    let title = "Réparation de vélos";
    luc.open_sheet(title).await?;
    let sheet = sheet_before(&luc).await?;
    speaks_for(&nadia, "Luc", SHOP).await?;

    luc.phone.tap(Target::link("Donner mon avis")).await?;
    luc.phone
        .tap(Target::named("radio", "D’accord si…"))
        .await?;
    let condition = Target::field("D’accord, à quelle condition");
    luc.phone.fill(condition, "pas de vélos neufs").await?;
    luc.phone.tap(Target::button("Envoyer mon avis")).await?;
    luc.shows(main(), "pas de vélos neufs").await?;
    luc.shows(main(), "Vérifié\nSigné par Luc").await?;
    luc.is_sent().await?;

    let opinions = format!("/#/fiches/{sheet}/avis");
    amina.go(&opinions).await?;
    amina.shows(main(), "Vérifié\nSigné par Luc").await?;
    amina.goes_offline().await?;
    amina.phone.reload().await?;
    amina.shows(main(), "pas de vélos neufs").await?;
    amina.shows(main(), "Vérifié\nSigné par Luc").await?;
    // What the sheet says changes on another phone, and everyone sees since when.
    amina.comes_online().await?;
    nadia.open_sheet(title).await?;
    nadia.write_in("Le travail à faire", None).await?;
    nadia.phone.types(" Et des vélos neufs.", 5).await?;
    nadia.is_sent().await?;
    amina
        .shows(main(), "La fiche a changé depuis cet avis.")
        .await?;

    let (bernard, space) = nadia.companion().await?;
    bernard.find(sheet).await?;
    bernard.find(beside(sheet)).await?;
    let members = eventually("the forger knows who is who", async || {
        bernard.members(space).ok_or("nobody is known")
    })
    .await?;
    let luc_card = members.people.iter().find(|card| {
        let face = card.face.as_ref();
        face.is_some_and(|face| face.name == "Luc")
    });
    let luc_card = luc_card.context("Luc is a member")?;
    let partner = luc_card
        .partner
        .clone()
        .context("Luc speaks for the shop")?;
    let hand = PersonKey::from_seed(&random()?);
    let content = opinion(&partner, Answer::None);
    let forged = statement(space, sheet, bernard.heads(sheet), content)?;
    let signature = hand.sign(&forged.clone().draft()?.message());
    // The key is Luc's, the signature is not.
    let key = luc_card.keys.first().context("Luc has a key")?;
    let forged = forged.draft()?.signed(*key, signature)?;
    put(&bernard, sheet, forged)?;
    bernard.all_sent().await?;
    for visitor in [&amina, &luc] {
        visitor.go(&opinions).await?;
        let false_one = "Signature fausse. N’en tenez pas compte.";
        visitor.shows(main(), false_one).await?;
        visitor.shows(main(), "pas de vélos neufs").await?;
        visitor.shows(main(), "Vérifié\nSigné par Luc").await?;
    }
    luc.has_no_complaint().await?;
    nadia.has_no_complaint().await?;
    amina.complains_of_the_network_only().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_taken_on_a_frozen_version_by_phone_and_by_hand() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    let amina = stage.visitor_as("guest", "Amina").await?;
    let luc = stage.visitor_as("volunteer", "Luc").await?;
    luc.is_sent().await?;
    let sheet = nadia.create_sheet("Un potager").await?;
    nadia.is_sent().await?;
    let decision = format!("/#/fiches/{sheet}/decision");
    nadia.go(&decision).await?;
    let open = Target::button("Proposer la fiche à la décision");
    nadia.phone.tap(open).await?;
    nadia.shows(main(), "Comprendre").await?;

    // A guest has not understood, then objects, and an objection says why.
    amina.go(&decision).await?;
    let next = Target::button("Passer au tour « Réagir »");
    nadia.phone.tap(next).await?;
    amina.shows(main(), "Chacun dit ce qu’il en pense.").await?;
    let choose = |word: &str| Target::named("radio", word);
    amina.phone.tap(choose("Je n’ai pas compris")).await?;
    amina
        .phone
        .tap(Target::button("Envoyer ma position"))
        .await?;
    nadia.shows(main(), "Quelqu’un n’a pas compris.").await?;
    amina
        .phone
        .tap(Target::button("Changer ma position"))
        .await?;
    amina.phone.tap(choose("Objection")).await?;
    amina
        .phone
        .tap(Target::button("Envoyer ma position"))
        .await?;
    amina
        .shows(main(), "Dites-le d’abord en quelques mots.")
        .await?;
    amina
        .phone
        .fill(Target::field("Pourquoi"), "Il manque de l’eau")
        .await?;
    amina
        .phone
        .tap(Target::button("Envoyer ma position"))
        .await?;
    nadia.shows(main(), "Il manque de l’eau").await?;

    // As long as someone objects, nothing is accepted.
    nadia.phone.tap(Target::button("Noter la décision")).await?;
    let dialog = || Target::named("dialog", "Noter la décision");
    nadia.shows(dialog(), "1 objection reste.").await?;
    assert_eq!(
        nadia
            .phone
            .count(Target::exactly("radio", "Acceptée").within(dialog()))
            .await?,
        0
    );
    nadia
        .phone
        .tap(Target::button("Fermer").within(dialog()))
        .await?;
    amina
        .phone
        .tap(Target::button("Changer ma position"))
        .await?;
    amina
        .phone
        .tap(Target::exactly("radio", "D’accord"))
        .await?;
    amina
        .phone
        .tap(Target::button("Envoyer ma position"))
        .await?;
    amina.shows(main(), "Votre position : D’accord").await?;

    // Luc has raised his hand.
    nadia
        .phone
        .tap(Target::button("Noter une position"))
        .await?;
    let noting = || Target::named("dialog", "Noter une position");
    nadia
        .phone
        .tap(Target::exactly("radio", "Luc").within(noting()))
        .await?;
    nadia
        .phone
        .tap(Target::exactly("radio", "D’accord").within(noting()))
        .await?;
    nadia
        .phone
        .tap(Target::button("Noter").within(noting()))
        .await?;
    nadia.phone.tap(Target::button("Noter la décision")).await?;
    nadia
        .phone
        .tap(Target::exactly("radio", "Acceptée").within(dialog()))
        .await?;
    nadia
        .phone
        .tap(Target::button("Signer la décision"))
        .await?;
    for visitor in [&nadia, &amina, &luc] {
        visitor.go(&decision).await?;
        visitor.shows(main(), "Acceptée").await?;
        visitor.shows(main(), "Vérifié\nSigné par Nadia").await?;
    }

    // Whoever writes on changes the sheet, and not what was decided.
    luc.open_sheet("Un potager").await?;
    luc.write_in("Le travail à faire", None).await?;
    luc.phone.types("Arroser", 5).await?;
    luc.is_sent().await?;
    amina.shows(main(), "Modifiée depuis la décision").await?;
    amina
        .phone
        .tap(Target::any("group").with_words("Voir ce qui a changé"))
        .await?;
    amina.shows(main(), "Arroser").await?;
    nadia.has_no_complaint().await?;
    luc.has_no_complaint().await?;
    amina.has_no_complaint().await
}
