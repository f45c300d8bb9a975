//! Two people carry a sheet from its first word to a decision, each on a small phone.

use crate::stage::{Stage, Visitor};
use anyhow::Result;
use maillage_tests::browser::Target;

const TASKS: &str = "Le travail à faire";
const FOR_WHOM: &str = "Pour qui";
const PRICE: &str = "Le prix";
const STATE: &str = "État de la fiche";
const HISTORY: &str = "Ce qui s’est passé";

/// A part of the sheet, by its title.
fn part(title: &str) -> Target {
    Target::named("region", title)
}

/// The open dialog.
fn dialog() -> Target {
    Target::any("dialog")
}

/// Both people see these words in a part of the sheet.
async fn both_see(people: [&Visitor; 2], title: &str, words: &str) -> Result<()> {
    for person in people {
        person.shows(part(title), words).await?;
    }
    Ok(())
}

async fn set_price(person: &Visitor, price: &str) -> Result<()> {
    let button = |word| Target::button(word).within(part(PRICE));
    person.phone.tap(button("Changer")).await?;
    person.phone.fill(Target::field(PRICE), price).await?;
    person.phone.tap(button("Fini")).await?;
    person.shows(part(PRICE), price).await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_carry_a_sheet_from_an_idea_to_a_decision() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let (amina, luc) = (stage.visitor("Amina").await?, stage.visitor("Luc").await?);
    let both = [&amina, &luc];
    amina.create_sheet("Atelier couture").await?;
    amina.is_sent().await?;
    luc.open_sheet("Atelier couture").await?;

    each_sees_where_the_other_is(&amina, &luc).await?;
    luc_notes_a_point(&amina, &luc).await?;

    amina.phone.tap(Target::button("Changer l’état")).await?;
    amina
        .phone
        .tap(Target::exactly("radio", "Brouillon").within(dialog()))
        .await?;
    amina.phone.tap(Target::button("Passer à")).await?;
    both_see(both, STATE, "État : brouillon.").await?;
    both_see(both, HISTORY, "Idée → Brouillon").await?;

    amina_asks_the_partners(&amina).await?;
    both_see(both, STATE, "État : avis des partenaires.").await?;
    for words in [
        "Brouillon → Avis des partenaires",
        "Par Amina, aujourd’hui",
        "Pourquoi : On veut l’avis du CPAS.",
        "Amina s’en occupe",
    ] {
        both_see(both, HISTORY, words).await?;
    }

    the_group_chooses_a_price(&amina, &luc).await?;
    amina.is_sent().await?;
    luc.is_sent().await?;
    amina.has_no_complaint().await?;
    luc.complains_of_the_network_only().await
}

async fn each_sees_where_the_other_is(amina: &Visitor, luc: &Visitor) -> Result<()> {
    amina.shows(Target::any("main"), "Sont ici : Luc").await?;
    luc.shows(Target::any("main"), "Sont ici : Amina").await?;
    amina.write_in(TASKS, None).await?;
    luc.shows(part(TASKS), "Amina écrit ici aussi").await?;
    luc.write_in(FOR_WHOM, None).await?;
    amina.shows(part(FOR_WHOM), "Luc écrit ici aussi").await?;
    // She joins him: he is told under the text in which he writes himself.
    amina.phone.types("On coud.", 0).await?;
    amina.write_in(FOR_WHOM, None).await?;
    luc.shows(part(FOR_WHOM), "Amina écrit ici aussi").await?;
    luc.no_longer_shows(part(TASKS), "écrit ici aussi").await?;
    luc.shows(part(TASKS), "On coud.").await
}

async fn luc_notes_a_point(amina: &Visitor, luc: &Visitor) -> Result<()> {
    luc.phone
        .tap(Target::button("Assurance").within(part("À vérifier")))
        .await?;
    luc.phone
        .tap(Target::exactly("radio", "Oui").within(dialog()))
        .await?;
    luc.phone
        .fill(Target::field("Comment on le sait"), "Police 12-34")
        .await?;
    luc.phone
        .tap(Target::exactly("button", "Noter").within(dialog()))
        .await?;
    let point = || {
        Target::any("listitem")
            .with_words("Assurance")
            .within(part("À vérifier"))
    };
    for person in [amina, luc] {
        person.shows(point(), "Oui").await?;
        person.shows(point(), "Police 12-34").await?;
    }
    Ok(())
}

/// Points are still open: the move needs a reason and someone who takes care.
async fn amina_asks_the_partners(amina: &Visitor) -> Result<()> {
    let phone = &amina.phone;
    phone.tap(Target::button("Changer l’état")).await?;
    phone
        .tap(Target::exactly("radio", "Avis des partenaires").within(dialog()))
        .await?;
    let go = || Target::button("Passer à");
    phone.tap(go()).await?;
    amina
        .shows(
            Target::any("alert").within(dialog()),
            "Dites d’abord pourquoi.",
        )
        .await?;
    phone
        .fill(Target::field("Pourquoi"), "On veut l’avis du CPAS.")
        .await?;
    phone.tap(go()).await?;
    amina
        .shows(
            Target::any("alert").within(dialog()),
            "Dites d’abord qui s’en occupe.",
        )
        .await?;
    phone
        .tap(Target::exactly("radio", "Moi").within(dialog()))
        .await?;
    phone.tap(go()).await
}

async fn the_group_chooses_a_price(amina: &Visitor, luc: &Visitor) -> Result<()> {
    luc.goes_offline().await?;
    luc.phone.status_says("Pas de réseau").await?;
    set_price(luc, "5 € la pièce").await?;
    set_price(amina, "Gratuit").await?;
    amina.is_sent().await?;
    luc.comes_online().await?;
    let both = [amina, luc];
    for words in [
        "Deux versions existent. Rien n’est perdu.",
        "5 € la pièce",
        "Luc, aujourd’hui",
        "Gratuit",
        "Amina, aujourd’hui",
    ] {
        both_see(both, PRICE, words).await?;
    }
    luc.phone
        .tap(Target::button("Choisir « Gratuit »").within(part(PRICE)))
        .await?;
    for person in both {
        person.no_longer_shows(part(PRICE), "Deux versions").await?;
        person.no_longer_shows(part(PRICE), "5 €").await?;
        person.shows(part(PRICE), "Gratuit").await?;
    }
    Ok(())
}
