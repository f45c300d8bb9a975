//! Several phones of one person: shown by the old one, brought by a card, confirmed by the team, and lost.

use crate::stage::{Stage, Visitor};
use anyhow::{Context, Result};
use maillage_tests::browser::{Form, Target};
use maillage_tests::until::{eventually, told, when};

fn main() -> Target {
    Target::any("main")
}

/// The path of the link that a phone shows.
async fn shown_link(visitor: &Visitor, at: Target) -> Result<String> {
    let text = visitor.phone.text(at).await?;
    let link = text
        .split_whitespace()
        .find_map(|word| word.split_once("/#/rejoindre/"));
    let (_, secret) = link.context("no link is shown")?;
    Ok(format!("/#/rejoindre/{secret}"))
}

/// Makes a recovery card, and returns its words.
async fn card_of(visitor: &Visitor) -> Result<Vec<String>> {
    visitor.go("/#/telephone/carte").await?;
    visitor
        .phone
        .tap(Target::button("Préparer ma carte"))
        .await?;
    let words = || Target::named("list", "Les huit mots");
    visitor.phone.sees(words()).await?;
    let text = visitor.phone.text(words()).await?;
    Ok(text.split_whitespace().map(str::to_owned).collect())
}

/// Types words one by one, the first with a slip, and asks what they open.
async fn types_words(visitor: &Visitor, words: &[String]) -> Result<()> {
    visitor.go("/#/rejoindre").await?;
    visitor
        .phone
        .tap(Target::link("J’ai une carte de secours"))
        .await?;
    for (word, place) in words.iter().zip(1..) {
        let field = || Target::field(&format!("Mot {place} sur 8"));
        visitor.phone.sees(field()).await?;
        if place == 1 {
            let cut: String = word.chars().take(4).collect();
            visitor.phone.fill(field(), &cut.to_uppercase()).await?;
            visitor.phone.tap(Target::exactly("button", word)).await?;
        } else {
            visitor.phone.fill(field(), word).await?;
            visitor.phone.tap(Target::button("Mot suivant")).await?;
        }
    }
    visitor
        .phone
        .tap(Target::button("Revenir avec ces huit mots"))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_phone_shows_a_code_and_the_new_one_is_the_same_person() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let old = stage.visitor_as("volunteer", "Amina").await?;
    old.create_sheet("Un vélo pour tous").await?;
    old.is_sent().await?;
    old.go("/#/telephone").await?;
    old.phone.tap(Target::link("Ajouter un téléphone")).await?;
    old.phone.tap(Target::button("Montrer le code")).await?;
    old.shows(main(), "Ce code marche une fois, jusqu’à")
        .await?;
    let link = shown_link(&old, main()).await?;

    let new = stage.stranger("Amina’s new phone", Form::PHONE).await?;
    new.go(&link).await?;
    new.phone.sees(Target::heading("Vous êtes Amina")).await?;
    new.phone.tap(Target::button("Oui, c’est moi")).await?;
    new.phone.sees(Target::heading("Bonjour Amina")).await?;
    new.is_sent().await?;
    old.shows(main(), "Votre autre téléphone est là").await?;
    // Both write, as one person.
    new.go("/#/membres").await?;
    new.shows(main(), "Amina (vous)").await?;
    new.open_sheet("Un vélo pour tous").await?;
    new.create_sheet("Un vélo de plus").await?;
    new.is_sent().await?;
    old.open_sheet("Un vélo de plus").await?;
    // The code served once.
    let thief = stage.stranger("Mallory", Form::PHONE).await?;
    thief.go(&link).await?;
    thief
        .phone
        .sees(Target::heading("Ce lien ne marche plus"))
        .await?;
    // One of them is lost: told from the other, it is shut out at once.
    new.go("/#/telephone").await?;
    new.phone
        .tap(Target::button("Il est perdu : Téléphone 1"))
        .await?;
    new.phone
        .sees(Target::button("Garder ce téléphone"))
        .await?;
    new.phone.tap(Target::button("Oui, il est perdu")).await?;
    new.shows(main(), "Perdu. Il ne lit").await?;
    old.shows(main(), "Ce téléphone n’a plus accès au groupe.")
        .await?;
    new.go("/#/fiches").await?;
    new.phone.sees(Target::link("Écrire une fiche")).await?;
    new.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_words_bring_someone_back_and_end_their_old_phone() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let old = stage.visitor_as("volunteer", "Amina").await?;
    old.create_sheet("Un vélo pour tous").await?;
    old.is_sent().await?;
    let former = card_of(&old).await?;
    old.phone
        .tap(Target::button("Faire une autre carte"))
        .await?;
    let words = card_of(&old).await?;
    assert_eq!(words.len(), 8);
    assert_ne!(former, words);

    let new = stage.stranger("Amina’s new phone", Form::PHONE).await?;
    // The former card is void; so are words in another order, or words that are none.
    types_words(&new, &former).await?;
    new.shows(main(), "Ces huit mots n’ouvrent rien").await?;
    new.phone.tap(Target::button("Recommencer")).await?;
    new.phone
        .fill(Target::field("Mot 1 sur 8"), "hippopotame")
        .await?;
    new.phone.tap(Target::button("Mot suivant")).await?;
    new.shows(main(), "Ce mot n’est sur aucune carte.").await?;
    types_words(&new, &words).await?;
    new.phone.sees(Target::heading("Vous êtes Amina")).await?;
    new.phone
        .sees(Target::exactly("radio", "Perdus ou cassés"))
        .await?;
    new.phone.tap(Target::button("Oui, c’est moi")).await?;
    // A card that has served is followed by another.
    new.phone.sees(Target::button("Préparer ma carte")).await?;
    new.open_sheet("Un vélo pour tous").await?;
    new.is_sent().await?;
    old.shows(main(), "Ce téléphone n’a plus accès au groupe.")
        .await?;
    // Whoever finds the card opens nothing with it.
    let thief = stage.stranger("Mallory", Form::PHONE).await?;
    types_words(&thief, &words).await?;
    thief.shows(main(), "Ces huit mots n’ouvrent rien").await?;
    thief.has_no_complaint().await?;
    new.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_both_comes_back_when_two_of_the_team_confirm_and_not_before() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stage.visitor_as("volunteer", "Amina").await?;
    amina.create_sheet("Un vélo pour tous").await?;
    amina.is_sent().await?;
    let nadia = stage.visitor("Nadia").await?;
    let luc = stage.visitor_as("team", "Luc").await?;
    let omar = stage.visitor_as("facilitator", "Omar").await?;
    omar.go("/#/membres").await?;
    omar.phone.tap(Target::button("Amina")).await?;
    omar.phone.sees(Target::heading("Aider Amina")).await?;
    omar.phone.tap(Target::button("Préparer le code")).await?;
    let dialog = || Target::any("dialog");
    omar.shows(dialog(), "Amina vise ce code").await?;
    let link = shown_link(&omar, dialog()).await?;

    let new = stage.stranger("Amina’s new phone", Form::PHONE).await?;
    new.go(&link).await?;
    new.shows(main(), "Deux personnes de l’équipe projet")
        .await?;
    new.phone.tap(Target::button("Oui, c’est moi")).await?;
    new.phone
        .sees(Target::heading("L’équipe doit confirmer"))
        .await?;
    let letters = eventually("the new phone shows its letters", async || {
        let text = new.phone.text(main()).await.map_err(told)?;
        let mut words = text.split_whitespace();
        let letters = words
            .find(|word| word.len() == 6 && word.chars().all(|letter| letter.is_ascii_uppercase()));
        letters.map(str::to_owned).ok_or(text)
    })
    .await?;
    let waits = || Target::named("region", "Un nouveau téléphone dit être Amina");
    for member in [&nadia, &luc] {
        member.go("/#/membres").await?;
        member.shows(waits(), &letters).await?;
    }
    // Whoever is not of the team sees it, and cannot confirm it.
    omar.go("/#/membres").await?;
    omar.phone.sees(waits()).await?;
    let yes = || Target::button("Oui, c’est bien Amina");
    assert_eq!(omar.phone.count(yes()).await?, 0);
    nadia.phone.tap(yes()).await?;
    nadia.shows(waits(), "Vous avez confirmé.").await?;
    luc.shows(waits(), "Une personne a confirmé.").await?;
    // The new phone asks again by itself, also after its page was thrown away.
    new.phone.reload().await?;
    new.phone
        .sees(Target::heading("L’équipe doit confirmer"))
        .await?;
    luc.phone.tap(yes()).await?;
    eventually("Amina is back", async || {
        let text = new.phone.text(main()).await.map_err(told)?;
        when(text.contains("Bonjour Amina"), text)
    })
    .await?;
    new.open_sheet("Un vélo pour tous").await?;
    new.is_sent().await?;
    amina
        .shows(main(), "Ce téléphone n’a plus accès au groupe.")
        .await?;
    new.has_no_complaint().await?;
    nadia.has_no_complaint().await?;
    luc.has_no_complaint().await
}
