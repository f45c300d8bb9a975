//! One phone goes from hand to hand: each writes under their own name, and finds nothing of whoever had it before.

use crate::stage::{Stage, Visitor};
use anyhow::{Result, ensure};
use maillage_tests::browser::{Form, Target};
use maillage_tests::until::{eventually, told, when};

fn main() -> Target {
    Target::any("main")
}

fn who_writes() -> Target {
    Target::heading("Qui écrit maintenant")
}

const USERS: &str = "/#/telephone/personnes";
const SECRET: &str = "Un mot que personne ne doit lire";

/// All that a page holds: its words, what is in its fields, its title and address, and what its tab keeps.
const PAGE: &str = "[
    document.body.innerText, document.title, location.href, JSON.stringify({ ...sessionStorage }),
    ...[...document.querySelectorAll('input, textarea')].map((field) => field.value),
].join('\\n')";

/// Nothing of these words is in the page.
async fn holds_nothing_of(visitor: &Visitor, words: &[&str]) -> Result<()> {
    let page = visitor.phone.evaluate(PAGE).await?;
    let page = page.as_str().unwrap_or_default();
    for word in words {
        ensure!(!page.contains(word), "{word:?} is still in {page:?}");
    }
    Ok(())
}

/// Whoever acts hands the phone over; nobody acts then.
async fn hands_over(visitor: &Visitor) -> Result<()> {
    visitor.go(USERS).await?;
    visitor
        .phone
        .tap(Target::button("Passer le téléphone"))
        .await?;
    visitor.phone.sees(who_writes()).await
}

/// The phone goes to someone who uses it already.
async fn goes_to(visitor: Visitor, name: &str) -> Result<Visitor> {
    hands_over(&visitor).await?;
    let next = visitor.called(name);
    takes(&next).await?;
    Ok(next)
}

/// Someone taps their picture.
async fn takes(visitor: &Visitor) -> Result<()> {
    visitor.phone.tap(Target::button(&visitor.name)).await?;
    greets(visitor).await
}

async fn greets(visitor: &Visitor) -> Result<()> {
    let hello = format!("Bonjour {}", visitor.name);
    visitor.phone.sees(Target::heading(&hello)).await
}

/// Someone is added to the phone by whoever acts, and comes in at once.
async fn adds(visitor: Visitor, how: &str, name: &str) -> Result<Visitor> {
    visitor.go(USERS).await?;
    visitor.phone.tap(Target::button(how)).await?;
    let next = visitor.called(name);
    let begun = next.phone.value(Target::field("Mon prénom")).await?;
    ensure!(begun.is_empty(), "{begun:?} was already there");
    next.comes_in().await?;
    greets(&next).await?;
    Ok(next)
}

async fn says_a_need(visitor: &Visitor, need: &str) -> Result<()> {
    visitor.go("/#/besoins").await?;
    visitor.phone.tap(Target::button("Dire un besoin")).await?;
    visitor
        .phone
        .fill(Target::field("Ce qui manque"), need)
        .await?;
    visitor
        .phone
        .tap(Target::button("Ajouter ce besoin"))
        .await?;
    visitor.shows(main(), need).await
}

/// What another phone says of a need.
async fn is_said(watcher: &Visitor, need: &str, words: &str) -> Result<()> {
    let row = Target::any("listitem").within(main()).with_words(need);
    watcher.shows(row, words).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_phone_serves_four_people_and_each_is_the_author_of_their_words() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    nadia.go("/#/besoins").await?;

    let phone = stage.visitor("Amina").await?;
    says_a_need(&phone, "Un kiosque").await?;
    let phone = adds(phone, "Ajouter un volontaire", "Luc").await?;
    says_a_need(&phone, "Une rampe").await?;
    let phone = goes_to(phone, "Amina").await?;
    let phone = adds(phone, "Ajouter un invité", "Fatou").await?;
    says_a_need(&phone, "Un arbre").await?;
    // Fatou may invite nobody: the fourth comes by a link.
    phone.go(USERS).await?;
    assert_eq!(phone.phone.count(Target::button("Ajouter un")).await?, 0);
    phone
        .phone
        .tap(Target::button("Avec un lien ou un code reçu"))
        .await?;
    phone
        .phone
        .sees(Target::field("code de six lettres"))
        .await?;
    let phone = phone.called("Samir");
    phone.join().await?;
    says_a_need(&phone, "Un four").await?;
    phone.is_sent().await?;

    for (need, author) in [
        ("Un kiosque", "dit par Amina"),
        ("Une rampe", "dit par Luc"),
        ("Un arbre", "dit par Fatou"),
        ("Un four", "dit par Samir"),
    ] {
        is_said(&nadia, need, author).await?;
    }
    phone.go(USERS).await?;
    for name in ["Amina", "Luc", "Fatou", "Samir (vous)"] {
        phone.shows(main(), name).await?;
    }
    assert_eq!(
        phone.phone.accessibility_faults().await?,
        Vec::<String>::new()
    );
    hands_over(&phone).await?;
    assert_eq!(
        phone.phone.accessibility_faults().await?,
        Vec::<String>::new()
    );
    assert_eq!(phone.phone.controls_under(48).await?, Vec::<String>::new());
    assert_eq!(phone.phone.sideways().await?, Vec::<String>::new());
    phone.has_no_complaint().await?;
    nadia.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_whoever_had_the_phone_stays_in_any_tab() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let phone = stage.visitor("Amina").await?;
    let phone = adds(phone, "Ajouter un volontaire", "Luc").await?;
    let amina = goes_to(phone, "Amina").await?;
    amina.create_sheet("Trottinettes").await?;
    let tab = amina.beside("other tab").await?;
    tab.go("/#/besoins").await?;
    tab.phone.tap(Target::button("Dire un besoin")).await?;
    let field = || Target::field("Ce qui manque");
    tab.phone.fill(field(), SECRET).await?;
    amina.go("/#/besoins").await?;
    amina.phone.tap(Target::button("Dire un besoin")).await?;
    amina.phone.fill(field(), SECRET).await?;
    hands_over(&amina).await?;
    tab.phone.sees(who_writes()).await?;
    for page in [&amina, &tab] {
        holds_nothing_of(page, &[SECRET, "Bonjour", "Trottinettes"]).await?;
    }

    let luc = amina.called("Luc");
    takes(&luc).await?;
    holds_nothing_of(&luc, &[SECRET, "Amina", "Trottinettes"]).await?;
    // The other tab is his by now too.
    let tab = tab.called("Luc");
    greets(&tab).await?;
    luc.go("/#/besoins").await?;
    luc.phone.tap(Target::button("Dire un besoin")).await?;
    assert_eq!(luc.phone.value(field()).await?, "");
    // The way back does not lead to where Amina was.
    for _ in 0..3 {
        luc.phone.evaluate("history.back()").await?;
    }
    eventually("Luc is at his home", async || {
        let heading = luc.phone.text(main()).await.map_err(told)?;
        when(heading.contains("Bonjour Luc"), heading)
    })
    .await?;
    holds_nothing_of(&luc, &[SECRET, "Amina", "Trottinettes"]).await?;
    // A page that goes while it connects is told so by the browser.
    luc.complains_of_the_network_only().await
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_wait_for_the_network_leave_under_the_name_of_their_author() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    nadia.go("/#/besoins").await?;
    let phone = stage.visitor("Amina").await?;
    let phone = adds(phone, "Ajouter un volontaire", "Luc").await?;
    phone.is_sent().await?;
    phone.can_open_offline().await?;
    phone.goes_offline().await?;
    says_a_need(&phone, "Une rampe").await?;
    let phone = goes_to(phone, "Amina").await?;
    says_a_need(&phone, "Un kiosque").await?;
    phone.comes_online().await?;
    phone.is_sent().await?;
    is_said(&nadia, "Une rampe", "dit par Luc").await?;
    is_said(&nadia, "Un kiosque", "dit par Amina").await?;
    phone.complains_of_the_network_only().await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_helps_is_named_beside_the_author() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    nadia.go("/#/besoins").await?;
    let phone = stage.visitor("Amina").await?;
    let phone = adds(phone, "Ajouter un volontaire", "Luc").await?;
    let phone = goes_to(phone, "Amina").await?;
    hands_over(&phone).await?;
    phone
        .phone
        .tap(Target::named("checkbox", "Amina aide à écrire"))
        .await?;
    let luc = phone.called("Luc");
    takes(&luc).await?;
    luc.shows(main(), "Amina vous aide à écrire.").await?;
    says_a_need(&luc, "Une rampe").await?;
    luc.is_sent().await?;
    is_said(&nadia, "Une rampe", "dit par Luc").await?;
    is_said(&nadia, "Une rampe", "aide : Amina").await?;
    // Alone again.
    let phone = goes_to(luc, "Amina").await?;
    says_a_need(&phone, "Un kiosque").await?;
    phone.is_sent().await?;
    is_said(&nadia, "Un kiosque", "dit par Amina").await?;
    let row = Target::any("listitem")
        .within(main())
        .with_words("Un kiosque");
    nadia.no_longer_shows(row, "aide :").await?;
    phone.has_no_complaint().await
}

async fn types_code(visitor: &Visitor, code: &str) -> Result<()> {
    // A password has no role.
    let field = "document.getElementById('quatre-chiffres').focus()";
    visitor.phone.evaluate(field).await?;
    visitor.phone.types(code, 0).await?;
    visitor.phone.presses("Enter").await
}

/// Types a code, and waits until it was looked at and this is said.
async fn is_told(visitor: &Visitor, code: &str, words: &str) -> Result<()> {
    types_code(visitor, code).await?;
    visitor.no_longer_shows(main(), "Un instant").await?;
    visitor.shows(main(), words).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_code_guards_a_page_and_wrong_ones_are_soon_too_many() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let phone = stage.visitor("Amina").await?;
    let phone = adds(phone, "Ajouter un volontaire", "Luc").await?;
    let amina = goes_to(phone, "Amina").await?;
    amina.go(USERS).await?;
    amina.phone.sees(Target::heading("Mon code secret")).await?;
    is_told(&amina, "48", "Il faut quatre chiffres.").await?;
    is_told(&amina, "21", "Votre code est mis.").await?;
    amina.phone.reload().await?;
    amina.phone.sees(who_writes()).await?;

    let heading = || Target::heading("Code secret");
    amina.phone.tap(Target::button("Amina")).await?;
    amina.phone.sees(heading()).await?;
    assert_eq!(
        amina.phone.accessibility_faults().await?,
        Vec::<String>::new()
    );
    is_told(&amina, "1111", "Ce n’est pas le bon code.").await?;
    types_code(&amina, "4821").await?;
    // She is where she was.
    amina.phone.sees(Target::heading("Mon code secret")).await?;

    hands_over(&amina).await?;
    amina.phone.tap(Target::button("Amina")).await?;
    amina.phone.sees(heading()).await?;
    for _ in 0..4 {
        is_told(&amina, "1111", "Ce n’est pas le bon code.").await?;
    }
    let too_many = "Trop d’essais. Réessayez dans 1 minute.";
    is_told(&amina, "1111", too_many).await?;
    // Neither the right code nor a new page helps now.
    amina.phone.reload().await?;
    amina.phone.tap(Target::button("Amina")).await?;
    amina.phone.sees(heading()).await?;
    is_told(&amina, "4821", too_many).await?;
    amina.phone.tap(Target::button("Ce n’est pas moi")).await?;
    let luc = amina.called("Luc");
    takes(&luc).await?;
    luc.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_removed_from_the_territory_vanishes_from_the_phone() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let nadia = stage.visitor("Nadia").await?;
    let phone = stage.visitor("Amina").await?;
    let phone = adds(phone, "Ajouter un volontaire", "Luc").await?;
    phone.is_sent().await?;
    let phone = goes_to(phone, "Amina").await?;
    phone.go(USERS).await?;
    phone.shows(main(), "Luc").await?;
    nadia.go("/#/membres").await?;
    nadia.phone.tap(Target::button("Luc")).await?;
    let remove = || Target::button("Retirer Luc du groupe");
    nadia.phone.tap(remove()).await?;
    nadia.phone.sees(Target::button("Garder Luc")).await?;
    nadia.phone.tap(remove()).await?;
    phone.no_longer_shows(main(), "Luc").await?;
    phone.phone.reload().await?;
    phone.go(USERS).await?;
    phone.shows(main(), "Amina (vous)").await?;
    phone.no_longer_shows(main(), "Luc").await?;
    let kept = "new Promise((resolve) => {
        const opening = indexedDB.open('maillage');
        opening.onsuccess = () => {
            const names = opening.result.transaction('me').objectStore('me').getAllKeys();
            names.onsuccess = () => {
                opening.result.close();
                resolve(names.result.filter((name) => name.endsWith(' key')).length);
            };
        };
    })";
    assert_eq!(phone.phone.evaluate(kept).await?, 1);
    phone.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_takes_nothing_from_those_who_stay_on_the_phone() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let phone = stage.stranger("Amina", Form::PHONE).await?;
    phone.join().await?;
    let luc = adds(phone, "Ajouter un volontaire", "Luc").await?;
    luc.is_sent().await?;
    luc.go("/#/membres").await?;
    luc.phone.tap(Target::button("Luc")).await?;
    luc.phone
        .tap(Target::button("Quitter le territoire"))
        .await?;
    luc.phone.tap(Target::button("Quitter et effacer")).await?;
    luc.phone.sees(who_writes()).await?;
    assert_eq!(luc.phone.count(Target::button("Luc")).await?, 0);
    let amina = luc.called("Amina");
    takes(&amina).await?;
    says_a_need(&amina, "Un kiosque").await?;
    amina.is_sent().await?;
    amina.has_no_complaint().await
}
