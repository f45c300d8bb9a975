//! What the app says when the network or the phone's storage fails, and that it never says more than is true.

use crate::stage::{Stage, Visitor};
use anyhow::Result;
use maillage_tests::browser::{Form, Target};
use maillage_tests::until::{eventually, told, when};

const TASKS: &str = "Le travail à faire";
const UNKEPT: &str = "Pas gardé ici";

/// Notes every status that shows, each time it changes.
const NOTES_STATUSES: &str = "
    window.statuses = [];
    const last = new WeakMap();
    new MutationObserver(() => {
        for (const status of document.querySelectorAll('.sync')) {
            const text = status.textContent;
            if (last.get(status) !== text) {
                last.set(status, text);
                window.statuses.push(text);
            }
        }
    }).observe(document, { subtree: true, childList: true, characterData: true });
";

/// A browser that forbids IndexedDB, as some do in private windows.
const FORBIDS_STORAGE: &str = "
    IDBFactory.prototype.open = () => { throw new DOMException('not here', 'SecurityError'); };
";

/// A phone that is full from `window.full = true` on.
const MAY_BE_FULL: &str = "
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...entry) {
        if (window.full) throw new DOMException('no room', 'QuotaExceededError');
        return put.apply(this, entry);
    };
";

/// Every status that showed since the last time this was asked.
async fn statuses(visitor: &Visitor) -> Result<Vec<String>> {
    let noted = visitor.phone.evaluate("window.statuses.splice(0)").await?;
    Ok(serde_json::from_value(noted)?)
}

async fn never_said(visitor: &Visitor, words: &[&str]) -> Result<()> {
    let statuses = statuses(visitor).await?;
    assert!(!statuses.is_empty(), "no status was noted");
    let said = statuses
        .iter()
        .find(|status| words.iter().any(|words| status.contains(words)));
    assert_eq!(said, None, "said by {}: {statuses:?}", visitor.name);
    Ok(())
}

/// The home screen's content, where the banner is.
fn main() -> Target {
    Target::any("main")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_line_shows_a_banner_that_counts_what_waits_and_goes_away() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stage.visitor("Amina").await?;
    amina.is_sent().await?;
    amina.go("/#/besoins").await?;
    amina.phone.sees(Target::button("Moi aussi").nth(0)).await?;
    amina.go("/#/").await?;
    // The browser still believes that there is a network.
    amina.line.cut();
    let title = "Pas de réseau. Vous pouvez continuer.";
    amina.shows(main(), title).await?;
    amina
        .shows(
            main(),
            "Tout ce que vous écrivez est gardé sur ce téléphone.",
        )
        .await?;
    amina.go("/#/besoins").await?;
    amina.phone.tap(Target::button("Moi aussi").nth(0)).await?;
    amina.go("/#/").await?;
    amina
        .shows(
            main(),
            "1 changement est gardé sur ce téléphone. Il partira tout seul.",
        )
        .await?;
    amina.phone.status_says("Pas de réseau").await?;
    amina.line.mend();
    amina.no_longer_shows(main(), title).await?;
    amina.is_sent().await?;
    amina.complains_of_the_network_only().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_may_keep_nothing_never_says_that_it_kept_something() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = writer_with(&stage, FORBIDS_STORAGE).await?;
    // The group has it: that is true, and may be said.
    amina.is_sent().await?;
    never_said(&amina, &["Gardé"]).await?;

    amina.goes_offline().await?;
    amina.phone.status_says(UNKEPT).await?;
    amina.phone.types(" Sans réseau.", 20).await?;
    amina.go("/#/").await?;
    amina
        .shows(main(), "Ce téléphone n’arrive pas à garder vos textes.")
        .await?;
    amina.shows(main(), "Laissez cette page ouverte.").await?;
    amina
        .no_longer_shows(main(), "gardé sur ce téléphone")
        .await?;
    never_said(&amina, &["Gardé", "Envoyé"]).await?;

    amina.comes_online().await?;
    amina.is_sent().await?;
    amina
        .no_longer_shows(main(), "n’arrive pas à garder")
        .await?;
    never_said(&amina, &["Gardé"]).await?;
    amina
        .complains_of_the_network_and(&["nothing is kept"])
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_phone_says_so_at_once_and_keeps_everything_when_there_is_room_again() -> Result<()>
{
    let (stage, _relay) = Stage::open().await?;
    let amina = writer_with(&stage, MAY_BE_FULL).await?;
    amina.is_sent().await?;
    statuses(&amina).await?;

    amina.phone.evaluate("window.full = true").await?;
    amina.phone.types(" Plein.", 20).await?;
    amina.phone.status_says(UNKEPT).await?;
    amina.phone.types(" Toujours.", 20).await?;
    amina.go("/#/").await?;
    amina
        .shows(main(), "Ce téléphone n’arrive pas à garder vos textes.")
        .await?;
    amina.phone.status_says(UNKEPT).await?;
    never_said(&amina, &["Gardé", "Envoyé"]).await?;

    amina.phone.evaluate("window.full = false").await?;
    amina.is_sent().await?;
    amina
        .no_longer_shows(main(), "n’arrive pas à garder")
        .await?;
    // Kept indeed: a visit without network finds it.
    amina.can_open_offline().await?;
    amina.phone.leave().await?;
    amina.goes_offline().await?;
    amina.open_sheet("Couture").await?;
    amina.write_in(TASKS, None).await?;
    amina.reads(TASKS, "On coud. Plein. Toujours.").await?;
    amina
        .complains_of_the_network_and(&["storage is full"])
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shell_is_painted_before_the_program_arrives() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stage.stranger("Amina", Form::PHONE).await?;
    amina.phone.hold(".wasm").await?;
    let wait = || Target::any("status").with_words("Un instant…");
    let meanwhile = async {
        amina.phone.sees(wait()).await?;
        amina.shows(Target::any("banner"), "Maillage").await?;
        eventually("the shell is painted", async || {
            let painted = "performance.getEntriesByName('first-contentful-paint').length";
            let painted = amina.phone.evaluate(painted).await.map_err(told)?;
            when(painted == 1, painted)
        })
        .await?;
        // Nothing of the program is here yet.
        assert_eq!(amina.phone.count(Target::any("button")).await?, 0);
        let requests = amina.line.requests();
        let program = requests.iter().find(|path| path.ends_with(".wasm"));
        assert_eq!(program, None, "the program is on its way");
        amina.phone.sees(wait()).await?;
        amina.phone.release().await
    };
    tokio::try_join!(amina.go(amina.link()), meanwhile)?;
    amina
        .phone
        .sees(Target::heading("Comment vous appeler"))
        .await?;
    assert_eq!(amina.phone.count(wait()).await?, 0);
    amina.has_no_complaint().await
}

/// Someone who writes a sheet on a phone whose storage was tampered with, and whose every status is noted.
async fn writer_with(stage: &Stage, tampering: &str) -> Result<Visitor> {
    let amina = stage.stranger("Amina", Form::PHONE).await?;
    amina.phone.prepare(NOTES_STATUSES).await?;
    amina.phone.prepare(tampering).await?;
    amina.join().await?;
    amina.create_sheet("Couture").await?;
    amina.write_in(TASKS, None).await?;
    amina.phone.types("On coud.", 20).await?;
    Ok(amina)
}
