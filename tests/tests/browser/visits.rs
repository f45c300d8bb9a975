//! The first visit and the next ones.

use crate::stage::{NO_PART, Stage, Visitor};
use anyhow::Result;
use maillage_tests::browser::{Form, Target};
use maillage_tests::until::{eventually, told, when};

/// Whether a path is that of a file which is cached for ever.
fn is_heavy(path: &str, kind: &str) -> bool {
    path.ends_with(kind) && path.contains('-')
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_visit_downloads_no_asset() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stage.visitor("Amina").await?;
    amina.is_sent().await?;
    amina.can_open_offline().await?;
    let first = amina.line.requests();
    // Nor does the first visit download anything heavy twice.
    for kind in [".wasm", ".js", ".css"] {
        let mut files: Vec<&String> = first.iter().filter(|path| is_heavy(path, kind)).collect();
        assert!(!files.is_empty(), "no {kind} came over the line: {first:?}");
        files.sort();
        let asked = files.len();
        files.dedup();
        assert_eq!(asked, files.len(), "asked for more than once: {first:?}");
    }

    amina.phone.leave().await?;
    amina.line.requests();
    amina.go("/").await?;
    amina.phone.sees(Target::heading("Bonjour Amina")).await?;
    amina.is_sent().await?;
    // The browser may look whether there is a newer service worker.
    let mut second = amina.line.requests();
    second.retain(|path| path != "/sync" && path != "/sw.js");
    assert!(second.is_empty(), "downloaded again: {second:?}");
    amina.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_opens_cold_without_network() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stage.visitor("Amina").await?;
    amina.is_sent().await?;
    amina.can_open_offline().await?;
    // What has not reached the phone yet cannot be there without network.
    amina.go("/#/besoins").await?;
    sees_the_needs(&amina).await?;
    // What she adds is sent once it is kept, and kept after what came before it.
    amina.phone.tap(Target::button("Moi aussi").nth(0)).await?;
    amina.is_sent().await?;
    amina.phone.leave().await?;
    amina.goes_offline().await?;
    amina.go("/").await?;
    amina.phone.sees(Target::heading("Bonjour Amina")).await?;
    amina.phone.status_says("Pas de réseau").await?;
    amina.go("/#/besoins").await?;
    sees_the_needs(&amina).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_screen_opens_for_the_first_time_without_network() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stage.visitor("Amina").await?;
    amina.is_sent().await?;
    amina.can_open_offline().await?;
    amina.phone.leave().await?;
    amina.goes_offline().await?;
    amina.go("/").await?;
    amina.phone.sees(Target::heading("Bonjour Amina")).await?;
    amina.create_sheet("Atelier couture").await?;
    amina.phone.status_says("Pas de réseau").await?;
    amina.complains_of_the_network_only().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_screen_that_is_not_on_the_phone_says_so_and_opens_with_the_network() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stage.visitor("Amina").await?;
    amina.is_sent().await?;
    amina.can_open_offline().await?;
    amina.goes_offline().await?;
    amina.loses_the_late_parts().await?;
    amina.go("/#/fiches/nouvelle").await?;
    let missing = || Target::heading("Cette page n’est pas encore sur ce téléphone");
    amina.phone.sees(missing()).await?;
    amina.phone.tap(Target::button("Essayer encore")).await?;
    amina.phone.sees(missing()).await?;
    amina.phone.tap(Target::link("Accueil")).await?;
    amina.phone.sees(Target::heading("Bonjour Amina")).await?;
    amina.go("/#/fiches/nouvelle").await?;
    amina.phone.sees(missing()).await?;

    amina.comes_online().await?;
    amina.phone.tap(Target::button("Essayer encore")).await?;
    amina.phone.sees(Target::field("Le nom du travail")).await?;
    amina.complains_of_the_network_and(&[NO_PART]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_screen_asks_to_wait_while_it_comes() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stage.stranger("Amina", Form::PHONE).await?;
    // As on a page without https: nothing is kept of the program.
    amina
        .phone
        .prepare("delete Navigator.prototype.serviceWorker")
        .await?;
    amina.join().await?;
    amina.is_sent().await?;
    amina.phone.hold(".wasm").await?;
    amina.go("/#/fiches/nouvelle").await?;
    let wait = Target::any("status").with_words("Un instant…");
    amina.phone.sees(wait).await?;
    amina.phone.release().await?;
    amina.phone.sees(Target::field("Le nom du travail")).await?;
    amina.has_no_complaint().await
}

async fn sees_the_needs(visitor: &Visitor) -> Result<()> {
    eventually("the needs are on the phone", async || {
        let rows = visitor
            .phone
            .count(Target::button("Moi aussi"))
            .await
            .map_err(told)?;
        when(rows >= 8, rows)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_says_that_it_is_one_and_shows_what_it_holds() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stage.visitor("Amina").await?;
    amina.is_sent().await?;
    let main = || Target::any("main");
    let partners = || Target::any("listitem").within(Target::named("region", "Partenaires"));
    eventually(
        "the home screen shows the example with its counts",
        async || {
            let text = amina.phone.text(main()).await.map_err(told)?;
            let all = ["Exemple.", "5 personnes en parcours", "40 emplois visés"];
            let missing: Vec<&str> = all
                .into_iter()
                .filter(|words| !text.contains(words))
                .collect();
            let counted = amina.phone.count(partners()).await.map_err(told)?;
            when(
                missing.is_empty() && counted >= 8,
                format!("{missing:?} missing, {counted} partners in {text:?}"),
            )
        },
    )
    .await?;
    amina.go("/#/fiches").await?;
    eventually("the sheets of the example are listed", async || {
        let sheets = Target::any("listitem").within(main());
        let counted = amina.phone.count(sheets).await.map_err(told)?;
        when(counted >= 6, counted)
    })
    .await?;
    amina.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_need_said_on_one_phone_is_echoed_on_another() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let (amina, luc) = (stage.visitor("Amina").await?, stage.visitor("Luc").await?);
    amina.go("/#/besoins").await?;
    luc.go("/#/besoins").await?;
    amina.phone.tap(Target::button("Dire un besoin")).await?;
    amina
        .phone
        .fill(Target::field("Ce qui manque"), "Un banc à l’arrêt du bus")
        .await?;
    amina.phone.tap(Target::button("Ajouter ce besoin")).await?;
    let echo = || {
        let need = Target::any("listitem").with_words("Un banc à l’arrêt du bus");
        Target::button("Moi aussi").within(need)
    };
    luc.phone.tap(echo()).await?;
    eventually(
        "the echo is counted on the phone of the one who said it",
        async || {
            let words = amina.phone.text(echo()).await.map_err(told)?;
            when(words.contains('1'), words)
        },
    )
    .await?;
    luc.has_no_complaint().await?;
    amina.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_link_says_what_to_do() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let stranger = stage.stranger("Luc", Form::PHONE).await?;
    let link = stranger.link().to_owned();
    stranger.go(&link[..link.len() - 3]).await?;
    stranger
        .phone
        .sees(Target::heading("Ce lien ne marche pas"))
        .await?;
    stranger.go("/").await?;
    stranger
        .phone
        .sees(Target::heading("Il faut un lien pour entrer"))
        .await?;
    stranger.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_slips_into_the_page_does_not_run() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stage.visitor("Amina").await?;
    amina.has_no_complaint().await?;
    let slipped = "(() => {
        const script = document.createElement('script');
        script.textContent = 'window.slipped = true';
        document.body.append(script);
        return window.slipped === true;
    })()";
    assert_eq!(amina.phone.evaluate(slipped).await?, false);
    eventually("the page complains of it", async || {
        let problems = amina.phone.problems().await.map_err(told)?;
        let noted = problems
            .iter()
            .any(|problem| problem.contains("security policy"));
        when(noted, format!("{problems:?}"))
    })
    .await
}
