//! Letting people into a meeting: for one organisation, on a large screen, by the camera, and until it is closed.

use crate::journal::choose;
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
async fn a_meeting_has_a_code_on_a_large_screen_until_it_is_closed() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    nadia.go("/#/membres/inviter").await?;
    nadia
        .phone
        .tap(Target::button("Préparer l’invitation"))
        .await?;
    nadia
        .phone
        .sees(Target::heading("Le code de la salle"))
        .await?;
    nadia
        .phone
        .tap(Target::button("Une autre invitation"))
        .await?;
    nadia
        .phone
        .tap(Target::exactly("radio", "Oui, une rencontre"))
        .await?;
    nadia
        .phone
        .tap(Target::button("Préparer l’invitation"))
        .await?;
    nadia.shows(main(), "Donnez un nom à la rencontre.").await?;
    nadia
        .phone
        .fill(
            Target::field("Le nom de la rencontre"),
            "Assemblée de Droixhe",
        )
        .await?;
    let end = "(() => {
        const end = document.querySelector('#fin');
        end.value = '23:59';
        end.dispatchEvent(new Event('input', { bubbles: true }));
        return true;
    })()";
    nadia.phone.evaluate(end).await?;
    nadia
        .phone
        .tap(Target::button("Préparer l’invitation"))
        .await?;
    nadia
        .shows(main(), "jusqu’à la fin de la rencontre")
        .await?;
    let link = shown_link(&nadia).await?;
    // For everyone in the room.
    nadia
        .phone
        .tap(Target::button("À montrer en grand"))
        .await?;
    let large = || Target::named("dialog", "Assemblée de Droixhe");
    nadia.shows(large(), "Entrez avec votre téléphone").await?;
    nadia
        .phone
        .sees(Target::named("img", "Code carré").within(large()))
        .await?;
    nadia
        .phone
        .tap(Target::button("Fermer").within(large()))
        .await?;
    let lea = stage.stranger("Léa", Form::PHONE).await?;
    lea.moves_to(&link).await?;
    let open = || Target::named("region", "Invitations ouvertes");
    nadia.shows(open(), "Assemblée de Droixhe").await?;
    nadia
        .phone
        .tap(Target::button("Fermer la rencontre").within(main()).nth(0))
        .await?;
    nadia.shows(main(), "La rencontre est fermée.").await?;
    nadia
        .no_longer_shows(open(), "Assemblée de Droixhe")
        .await?;
    let luc = stage.stranger("Luc", Form::PHONE).await?;
    luc.go(&link).await?;
    luc.phone
        .sees(Target::heading("Ce lien ne marche plus"))
        .await?;
    lea.has_no_complaint().await?;
    nadia.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_invited_for_an_organisation_speaks_for_it() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    nadia.is_sent().await?;
    nadia.go("/#/membres/inviter").await?;
    nadia
        .phone
        .tap(Target::exactly("radio", "Partenaire"))
        .await?;
    choose(&nadia, "#organisation", "CPAS").await?;
    nadia
        .phone
        .tap(Target::button("Préparer l’invitation"))
        .await?;
    nadia
        .phone
        .sees(Target::heading("Le code de la salle"))
        .await?;
    let link = shown_link(&nadia).await?;
    let open = || Target::named("region", "Invitations ouvertes");
    nadia.shows(open(), "CPAS").await?;
    let basile = stage.stranger("Basile", Form::PHONE).await?;
    basile.moves_to(&link).await?;
    nadia.go("/#/membres").await?;
    nadia
        .shows(Target::button("Basile").within(main()), "CPAS")
        .await?;
    nadia.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn open_invitations_are_listed_when_the_page_is_opened_by_its_address() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    nadia.go("/#/membres/inviter").await?;
    nadia.phone.reload().await?;
    let open = || Target::named("region", "Invitations ouvertes");
    nadia.shows(open(), "places").await?;
    nadia.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_becomes_a_member_and_keeps_what_they_said() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    let lea = stage.visitor_as("guest", "Léa").await?;
    lea.go("/#/besoins").await?;
    lea.phone.tap(Target::button("Dire un besoin")).await?;
    lea.phone
        .fill(Target::field("Ce qui manque"), "Un abri pour les vélos")
        .await?;
    lea.phone.tap(Target::button("Ajouter ce besoin")).await?;
    lea.shows(main(), "Un abri pour les vélos").await?;
    lea.is_sent().await?;
    nadia.go("/#/membres").await?;
    nadia.phone.tap(Target::button("Léa")).await?;
    for role in ["Invité", "Volontaire Veut"] {
        nadia.phone.tap(Target::named("checkbox", role)).await?;
    }
    nadia.phone.tap(Target::button("Garder ces rôles")).await?;
    nadia
        .shows(Target::button("Léa").within(main()), "Volontaire")
        .await?;
    // At once, on the page that is open.
    lea.phone
        .sees(Target::link("En faire une fiche").nth(0))
        .await?;
    lea.shows(main(), "Un abri pour les vélos").await?;
    lea.create_sheet("Abri pour vélos").await?;
    lea.is_sent().await?;
    lea.go("/#/membres").await?;
    lea.shows(main(), "Léa (vous)").await?;
    lea.has_no_complaint().await?;
    nadia.has_no_complaint().await
}

/// A browser that reads square codes, with a camera that sees this one, or that is refused.
fn camera(code: Option<&str>) -> String {
    let stream = match code {
        Some(_) => "moving()",
        None => "Promise.reject(new DOMException('no', 'NotAllowedError'))",
    };
    let code = code.unwrap_or_default();
    format!(
        "const moving = () => {{
             const canvas = document.createElement('canvas');
             const context = canvas.getContext('2d');
             setInterval(() => context.fillRect(0, 0, 9, 9), 50);
             return canvas.captureStream();
         }};
         window.BarcodeDetector = class {{ async detect() {{ return [{{ rawValue: {code:?} }}]; }} }};
         navigator.mediaDevices.getUserMedia = async () => {stream};"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_camera_reads_an_invitation_where_the_browser_can() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let scan = || Target::link("Scanner avec l’appareil photo");
    // Where it cannot, nothing is offered.
    let plain = stage.stranger("Basile", Form::PHONE).await?;
    plain.phone.prepare("delete window.BarcodeDetector").await?;
    plain.go("/").await?;
    plain
        .phone
        .sees(Target::field("code de six lettres"))
        .await?;
    assert_eq!(plain.phone.count(scan()).await?, 0);

    let amina = stage.stranger("Amina", Form::PHONE).await?;
    let link = format!("{}{}", amina.line.url(), stage.link);
    amina.phone.prepare(&camera(Some(&link))).await?;
    amina.go("/").await?;
    amina.phone.tap(scan()).await?;
    amina
        .shows(main(), "Vous entrez dans l’équipe projet.")
        .await?;
    amina.comes_in().await?;
    amina.phone.sees(Target::heading("Bonjour Amina")).await?;

    let luc = stage.stranger("Luc", Form::PHONE).await?;
    luc.phone
        .prepare(&camera(Some("https://exemple.be/#/rejoindre/BADOMI")))
        .await?;
    luc.go("/").await?;
    luc.phone.tap(scan()).await?;
    luc.shows(main(), "Ce code ne mène pas ici.").await?;

    let omar = stage.stranger("Omar", Form::PHONE).await?;
    omar.phone.prepare(&camera(None)).await?;
    omar.go("/").await?;
    omar.phone.tap(scan()).await?;
    omar.shows(main(), "L’appareil photo est refusé.").await?;
    omar.phone
        .tap(Target::link("Fermer l’appareil photo"))
        .await?;
    omar.phone
        .sees(Target::field("code de six lettres"))
        .await?;
    omar.has_no_complaint().await?;
    amina.has_no_complaint().await
}
