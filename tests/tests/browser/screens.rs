//! Every screen, one after the other, for what must hold on all of them.

use crate::stage::Visitor;
use anyhow::{Context, Result};
use maillage_tests::browser::{Phone, Target};

/// Walks from the doorway through every screen and dialog, and calls `look` on each with a name for it.
pub(crate) async fn each(
    visitor: &Visitor,
    mut look: impl AsyncFnMut(&str, &Phone) -> Result<()>,
) -> Result<()> {
    let phone = &visitor.phone;
    let mut see = async |name: &str, heading: &str| -> Result<()> {
        phone.sees(Target::heading(heading)).await?;
        look(name, phone)
            .await
            .with_context(|| format!("on the screen {name:?}"))
    };

    visitor.go("/").await?;
    see("no-link", "Il faut un lien pour entrer").await?;
    visitor.go("/#/rejoindre/abc").await?;
    see("broken-link", "Ce lien ne marche pas").await?;
    visitor.go(visitor.link()).await?;
    see("join", "Comment vous appeler").await?;
    phone
        .fill(Target::field("Mon prénom"), &visitor.name)
        .await?;
    phone.tap(Target::button("Continuer")).await?;
    see("notice", "Avant d’entrer").await?;
    phone.tap(Target::button("Entrer")).await?;
    visitor.is_sent().await?;
    phone.sees(Target::heading("Partenaires")).await?;
    see("home", "Bonjour").await?;

    visitor.go("/#/besoins").await?;
    phone.sees(Target::button("Moi aussi").nth(0)).await?;
    see("needs", "Besoins du quartier").await?;
    phone.tap(Target::button("Dire un besoin")).await?;
    see("say-need", "Dire un besoin").await?;
    phone.tap(Target::button("Fermer")).await?;

    visitor.go("/#/fiches").await?;
    let sheets = || Target::any("list").within(Target::any("main")).nth(0);
    phone
        .sees(Target::any("link").within(sheets()).nth(0))
        .await?;
    see("sheets", "Fiches emploi").await?;
    visitor.go("/#/fiches/nouvelle").await?;
    see("new-sheet", "Quel travail").await?;

    visitor.go("/#/fiches").await?;
    phone
        .tap(Target::any("link").within(sheets()).nth(0))
        .await?;
    see("sheet", "Le travail à faire").await?;
    phone.tap(Target::button("Le travail à faire")).await?;
    phone.sees(Target::field("Le travail à faire")).await?;
    see("sheet-writing", "Le travail à faire").await?;
    phone.tap(Target::button("Changer l’état")).await?;
    see("sheet-state", "Changer l’état").await?;
    phone.tap(Target::button("Fermer")).await?;
    phone.tap(Target::button("Noter un point")).await?;
    see("sheet-trial", "Avant l’essai").await?;
    phone.tap(Target::button("Fermer")).await?;

    visitor.go("/#/ailleurs").await?;
    see("nowhere", "Cette page n’existe pas").await?;
    // What the program says when it breaks down.
    phone
        .evaluate("window.dispatchEvent(new Event('maillage:panic'))")
        .await?;
    see("stopped", "Maillage s’est arrêté").await
}
