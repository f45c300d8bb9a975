//! Every screen, one after the other, for what must hold on all of them.

use crate::stage::Visitor;
use anyhow::{Context, Result};
use maillage_shared::doc::Kind;
use maillage_shared::id::DocumentId;
use maillage_tests::browser::{Phone, Target};
use maillage_tests::device::{Device, random};
use maillage_tests::line::Line;
use maillage_tests::{house, sheet, territory};

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
    visitor.go("/#/rejoindre/badomi").await?;
    see("no-such-code", "Ce code ne marche pas").await?;
    visitor.go(visitor.link()).await?;
    see("join", "Comment vous appeler").await?;
    // Browsers in tests have no voice.
    phone.tap(Target::button("Demander à quelqu’un")).await?;
    see("ask-to-read", "Demander à quelqu’un").await?;
    phone.tap(Target::button("Revenir à la page")).await?;
    phone
        .fill(Target::field("Mon prénom"), &visitor.name)
        .await?;
    phone.tap(Target::button("Continuer")).await?;
    see("notice", "Avant d’entrer").await?;
    visitor.goes_offline().await?;
    phone.tap(Target::button("Entrer")).await?;
    visitor.shows(Target::any("main"), "Pas de réseau").await?;
    see("entering", "On vous inscrit").await?;
    visitor.comes_online().await?;
    phone.sees(Target::heading("Bonjour")).await?;
    visitor.is_sent().await?;
    phone.sees(Target::heading("Partenaires")).await?;
    see("home", "Bonjour").await?;
    visitor.goes_offline().await?;
    visitor
        .shows(Target::any("main"), "Pas de réseau. Vous pouvez continuer.")
        .await?;
    see("home-offline", "Bonjour").await?;
    visitor.comes_online().await?;
    visitor.is_sent().await?;
    let newer = "document.documentElement.dataset.version = 'waits';
        window.dispatchEvent(new Event('maillage:version'))";
    phone.evaluate(newer).await?;
    phone.sees(Target::button("Plus tard")).await?;
    see("home-update", "Bonjour").await?;
    phone.tap(Target::button("Plus tard")).await?;

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
    visitor.can_open_offline().await?;
    visitor.goes_offline().await?;
    visitor.loses_the_late_parts().await?;
    visitor.go("/#/fiches/nouvelle").await?;
    see("late-missing", "Cette page n’est pas encore").await?;
    visitor.comes_online().await?;
    visitor.is_sent().await?;
    phone.tap(Target::button("Essayer encore")).await?;
    see("new-sheet", "Quel travail").await?;
    visitor.go("/#/telephone").await?;
    see("phone", "Ce téléphone").await?;
    users(visitor, &mut see).await?;
    visitor.go("/#/telephone/ajouter").await?;
    phone.tap(Target::button("Montrer le code")).await?;
    see("add-phone", "Le code à viser").await?;
    visitor.go("/#/telephone/carte").await?;
    phone.tap(Target::button("Préparer ma carte")).await?;
    see("recovery-card", "Carte de secours").await?;
    visitor.go("/#/rejoindre/carte").await?;
    phone.fill(Target::field("Mot 1"), "citr").await?;
    phone.tap(Target::exactly("button", "citron")).await?;
    phone.fill(Target::field("Mot 2"), "sitron").await?;
    phone.sees(Target::exactly("button", "citron")).await?;
    see("card-words", "Les huit mots").await?;

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
    phone.tap(Target::button(": Le contrat")).await?;
    phone.sees(Target::field("Employeur")).await?;
    see("sheet-facts", "Le contrat").await?;
    phone.tap(Target::button(": Assurance")).await?;
    see("sheet-note", "Assurance").await?;
    phone.tap(Target::button("Fermer")).await?;
    phone.tap(Target::button("Ajouter un point")).await?;
    see("sheet-add-point", "Ajouter un point").await?;
    phone.tap(Target::button("Fermer")).await?;

    visitor
        .go(&format!("/#/fiches/{}", contested(visitor).await?))
        .await?;
    phone.sees(Target::button("Choisir").nth(0)).await?;
    see("sheet-versions", "Le prix").await?;
    striking(visitor, &mut see).await?;
    statements(visitor, &mut see).await?;
    people(visitor, &mut see).await?;

    let unknown = || Ok::<_, anyhow::Error>(DocumentId::from_entropy(random()?));
    visitor.go(&format!("/#/fiches/{}", unknown()?)).await?;
    visitor
        .shows(Target::any("main"), "Pas encore sur ce téléphone")
        .await?;
    see("sheet-not-here", "Fiche sans nom").await?;

    let new = house::invite(visitor.data(), &["--name", "Sclessin"]).await?;
    visitor.moves_to(&new).await?;
    visitor.go("/#/besoins").await?;
    visitor
        .shows(Target::any("main"), "Aucun besoin pour le moment.")
        .await?;
    see("needs-empty", "Besoins du quartier").await?;
    visitor.go("/#/fiches").await?;
    visitor
        .shows(Target::any("main"), "Aucune fiche pour le moment.")
        .await?;
    see("sheets-empty", "Fiches emploi").await?;
    let lost = unknown()?.to_string();
    let to_lost = house::invite(visitor.data(), &["--space", &lost]).await?;
    visitor.moves_to(&to_lost).await?;
    visitor
        .shows(
            Target::any("main"),
            "Le territoire arrive sur ce téléphone.",
        )
        .await?;
    see("home-loading", "Bonjour").await?;

    visitor.go("/#/ailleurs").await?;
    see("nowhere", "Cette page n’existe pas").await?;
    // What the program says when it breaks down.
    phone
        .evaluate("window.dispatchEvent(new Event('maillage:panic'))")
        .await?;
    see("stopped", "Maillage s’est arrêté").await
}

/// Who uses the phone, and who takes it: somebody with a secret code, which is taken away again.
async fn users(
    visitor: &Visitor,
    see: &mut impl AsyncFnMut(&str, &str) -> Result<()>,
) -> Result<()> {
    let phone = &visitor.phone;
    let types_code = async || -> Result<()> {
        // A field for passwords has no role.
        let focus = "document.getElementById('quatre-chiffres').focus()";
        phone.evaluate(focus).await?;
        phone.types("4821", 0).await?;
        phone.presses("Enter").await
    };
    visitor.go("/#/telephone/personnes").await?;
    see("users", "Qui utilise ce téléphone").await?;
    types_code().await?;
    phone.sees(Target::button("Enlever mon code")).await?;
    phone.reload().await?;
    see("users-picker", "Qui écrit maintenant").await?;
    phone.tap(Target::button(&visitor.name)).await?;
    see("users-code", "Code secret").await?;
    types_code().await?;
    phone.sees(Target::button("Enlever mon code")).await?;
    phone.tap(Target::button("Enlever mon code")).await?;
    phone.sees(Target::button("Mettre ce code")).await
}

/// The screens and dialogs about who belongs to the territory.
async fn people(
    visitor: &Visitor,
    see: &mut impl AsyncFnMut(&str, &str) -> Result<()>,
) -> Result<()> {
    let phone = &visitor.phone;
    visitor.go("/#/membres").await?;
    phone.sees(Target::button("Claude").nth(0)).await?;
    see("members", "Personnes et rôles").await?;
    phone.tap(Target::button("Claude").nth(0)).await?;
    see("roles", "Les rôles de Claude").await?;
    phone.tap(Target::button("Retirer Claude")).await?;
    phone.sees(Target::button("Garder Claude")).await?;
    see("remove", "Les rôles de Claude").await?;
    phone.tap(Target::button("Effacer Claude")).await?;
    phone.sees(Target::button("Effacer pour toujours")).await?;
    see("erase-person", "Les rôles de Claude").await?;
    phone.tap(Target::button("Fermer")).await?;
    phone.tap(Target::button("(vous)")).await?;
    see("my-card", "Ma carte").await?;
    phone.tap(Target::button("Quitter le territoire")).await?;
    phone.sees(Target::button("Rester")).await?;
    see("leave", "Ma carte").await?;
    phone.tap(Target::button("Fermer")).await?;
    visitor.go("/#/membres/inviter").await?;
    phone.sees(Target::button("Arrêter").nth(0)).await?;
    see("invite", "Inviter").await?;
    phone.tap(Target::button("Préparer l’invitation")).await?;
    see("invited", "Le code de la salle").await?;
    phone.tap(Target::button("À montrer en grand")).await?;
    phone.sees(Target::any("dialog")).await?;
    see("projector", "Trois quartiers de Liège").await?;
    phone.tap(Target::button("Fermer")).await?;
    visitor.go("/#/membres/journal").await?;
    phone.sees(Target::any("listitem").nth(0)).await?;
    see("journal", "Journal des accès").await
}

/// The screens about striking words out of the sheet that is open, and about erasing it.
async fn striking(
    visitor: &Visitor,
    see: &mut impl AsyncFnMut(&str, &str) -> Result<()>,
) -> Result<()> {
    let phone = &visitor.phone;
    let sheet = phone.url().await?;
    phone.tap(Target::link("Rayer des mots ou effacer")).await?;
    see("strike", "Rayer des mots").await?;
    phone
        .fill(Target::field("Quels mots faut-il rayer"), "couture")
        .await?;
    phone.tap(Target::button("Rayer ces mots")).await?;
    phone.sees(Target::button("Ne rien rayer")).await?;
    see("strike-question", "Rayer des mots").await?;
    phone.tap(Target::button("Effacer la fiche")).await?;
    phone.sees(Target::button("Garder la fiche")).await?;
    see("erase-question", "Rayer des mots").await?;
    phone.tap(Target::button("Rayer pour toujours")).await?;
    visitor
        .shows(
            Target::any("main"),
            "L’équipe a rayé des mots de cette fiche.",
        )
        .await?;
    see("sheet-struck", "Atelier [rayé]").await?;
    visitor.go(&format!("/#/{}", fragment(&sheet)?)).await?;
    phone.tap(Target::link("Rayer des mots ou effacer")).await?;
    phone.tap(Target::button("Effacer la fiche")).await?;
    phone.tap(Target::button("Effacer pour toujours")).await?;
    see("sheet-erased", "Fiche effacée").await
}

fn fragment(url: &str) -> Result<String> {
    let (_, fragment) = url.split_once("/#/").context("no screen's address")?;
    Ok(fragment.to_owned())
}

/// A sheet with two prices, each as long as people write them.
async fn contested(visitor: &Visitor) -> Result<DocumentId> {
    let title = "Atelier couture";
    let prices = [
        "12,50 € l’heure, matériel compris",
        "Gratuit pour les habitants, 20 € pour les commerces",
    ];
    let (one, space) = visitor.companion().await?;
    let other_line = Line::to(visitor.line.address()).await?;
    let other = Device::start(&other_line.sync_url())?;
    other.join(visitor.link(), "Claude").await?;
    let id = sheet::contested(&one, (&other, &other_line), space, title, prices).await?;
    one.find(space).await?;
    territory::list(&one, space, id, Kind::JobSheet, title)?;
    one.all_sent().await?;
    Ok(id)
}

/// What is stated about a sheet: who is asked, and the decision.
async fn statements(
    visitor: &Visitor,
    see: &mut impl AsyncFnMut(&str, &str) -> Result<()>,
) -> Result<()> {
    let phone = &visitor.phone;
    // Of this visitor's own: another who walks here finds theirs undecided too.
    visitor.create_sheet("Réparer des vélos").await?;
    phone.tap(Target::link("Les avis des partenaires")).await?;
    let shop = ": Magasin de vélos du boulevard";
    phone.sees(Target::button(shop).nth(0)).await?;
    see("opinions", "Les avis des partenaires").await?;
    phone.tap(Target::button(shop).nth(1)).await?;
    see("opinions-answer", "La réponse de Magasin").await?;
    phone.tap(Target::named("radio", "Objection")).await?;
    let why = "Nous vendons aussi des pièces. Votre atelier prend nos clients.";
    phone.fill(Target::field("Pourquoi"), why).await?;
    phone
        .tap(Target::button("Noter").within(Target::any("dialog")))
        .await?;
    visitor.shows(Target::any("main"), "Vérifié").await?;
    see("opinions-answered", "Les avis des partenaires").await?;
    phone
        .tap(Target::button("Noter une demande").nth(0))
        .await?;
    see("opinions-ask", "Demander à").await?;
    phone.tap(Target::button("Fermer")).await?;
    phone.tap(Target::link("Retour")).await?;
    phone.tap(Target::link("La décision")).await?;
    see("decision-none", "La décision").await?;
    phone
        .tap(Target::button("Proposer la fiche à la décision"))
        .await?;
    phone.sees(Target::button("Envoyer ma position")).await?;
    see("decision", "La décision").await?;
    phone.tap(Target::named("radio", "Objection")).await?;
    phone
        .fill(Target::field("Pourquoi"), "Le prix est trop bas.")
        .await?;
    phone.tap(Target::button("Envoyer ma position")).await?;
    visitor
        .shows(Target::any("main"), "Votre position : Objection")
        .await?;
    see("decision-position", "La décision").await?;
    phone.tap(Target::button("Noter une position")).await?;
    see("decision-note", "Noter une position").await?;
    phone.tap(Target::button("Fermer")).await?;
    phone.tap(Target::button("Noter la décision")).await?;
    phone.tap(Target::exactly("radio", "Reportée")).await?;
    see("decision-conclude", "Noter la décision").await?;
    phone.tap(Target::button("Signer la décision")).await?;
    visitor.shows(Target::any("main"), "Vérifié\nSigné").await?;
    see("decision-signed", "La décision").await
}
