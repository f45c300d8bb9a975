//! A newer version of the app arrives while people work.

use crate::stage::{Stage, Visitor};
use anyhow::{Context, Result};
use maillage_tests::browser::{Form, Target};
use maillage_tests::until::{eventually, told, when};

const TASKS: &str = "Le travail à faire";
const OFFER: &str = "Une nouvelle version est prête.";

/// The name of the version that runs in a tab; nothing in the first.
async fn version(visitor: &Visitor) -> Result<String> {
    let name = "document.querySelector('meta[name=version]')?.content ?? ''";
    let name = visitor.phone.evaluate(name).await?;
    Ok(name.as_str().context("a name is a text")?.to_owned())
}

async fn runs(visitor: &Visitor, name: &str) -> Result<()> {
    eventually("the tab runs the newer version", async || {
        // While the page is being loaded anew, it cannot be asked.
        let running = version(visitor).await.map_err(told)?;
        when(running == name, running)
    })
    .await
}

/// Has the service worker look for a newer version, as it does each hour.
async fn looks_for_a_newer_version(visitor: &Visitor) -> Result<()> {
    let look = "navigator.serviceWorker.ready.then((registration) => registration.update()).then(() => true)";
    visitor.phone.evaluate(look).await.map(|_| ())
}

/// Waits until a newer version is on the phone.
async fn has_a_newer_version(visitor: &Visitor) -> Result<()> {
    eventually("the newer version waits", async || {
        let waits = "document.documentElement.dataset.version === 'waits'";
        let waits = visitor.phone.evaluate(waits).await.map_err(told)?;
        when(waits == true, waits)
    })
    .await
}

/// Waits until this page knows that a newer version has taken over.
async fn is_replaced(visitor: &Visitor) -> Result<()> {
    eventually("the newer version has taken over", async || {
        let replaced = "document.documentElement.dataset.version === 'replaced'";
        let replaced = visitor.phone.evaluate(replaced).await.map_err(told)?;
        when(replaced == true, replaced)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_arrives_while_someone_types_waits_and_loses_nothing() -> Result<()> {
    let (stage, _relay, app) = Stage::open_to_upgrades().await?;
    let amina = stage.visitor("Amina").await?;
    amina.can_open_offline().await?;
    // The first page of all is not in the hands of the service worker from its beginning.
    amina.phone.reload().await?;
    amina.create_sheet("Trottinettes").await?;
    let second = amina.beside("second tab").await?;
    second.open_sheet("Trottinettes").await?;
    amina.write_in(TASKS, None).await?;
    amina.phone.types("On répare", 0).await?;
    second.write_in(TASKS, None).await?;
    second.reads(TASKS, "On répare").await?;

    app.renew("second")?;
    let (typed, looked) = tokio::join!(
        amina.phone.types(" les freins, les roues", 20),
        looks_for_a_newer_version(&amina)
    );
    typed.and(looked)?;
    has_a_newer_version(&amina).await?;
    amina
        .reads(TASKS, "On répare les freins, les roues")
        .await?;
    assert_eq!(version(&amina).await?, "");

    // Offered where nobody types; accepted there, it takes over in all tabs, but not under the hands of whoever writes in another.
    amina.go("/#/").await?;
    amina.shows(Target::any("main"), OFFER).await?;
    assert_eq!(version(&amina).await?, "");
    amina.phone.tap(Target::button("Mettre à jour")).await?;
    runs(&amina, "second").await?;
    amina.phone.sees(Target::heading("Bonjour Amina")).await?;
    amina.no_longer_shows(Target::any("main"), OFFER).await?;
    is_replaced(&second).await?;
    second.phone.presses("Control+End").await?;
    second.phone.types(" et les lampes.", 10).await?;
    let all = "On répare les freins, les roues et les lampes.";
    second.reads(TASKS, all).await?;
    assert_eq!(version(&second).await?, "");
    second.phone.tap(Target::button("Fini")).await?;
    runs(&second, "second").await?;
    second.write_in(TASKS, None).await?;
    second.reads(TASKS, all).await?;
    second.is_sent().await?;
    amina.complains_of_the_network_only().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_can_wait_and_comes_with_the_next_visit() -> Result<()> {
    let (stage, _relay, app) = Stage::open_to_upgrades().await?;
    let amina = stage.visitor("Amina").await?;
    amina.can_open_offline().await?;
    amina.phone.reload().await?;
    amina.phone.sees(Target::heading("Bonjour Amina")).await?;
    app.renew("second")?;
    looks_for_a_newer_version(&amina).await?;
    amina.shows(Target::any("main"), OFFER).await?;
    amina.phone.tap(Target::button("Plus tard")).await?;
    amina.no_longer_shows(Target::any("main"), OFFER).await?;
    assert_eq!(version(&amina).await?, "");
    amina.phone.leave().await?;
    amina.go("/").await?;
    amina.phone.sees(Target::heading("Bonjour Amina")).await?;
    runs(&amina, "second").await
}

/// A phone whose program offers only versions of the protocol that no relay speaks any more.
const OFFERS_OLD_VERSIONS: &str = "
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (frame) {
        if (window.old !== false) {
            const text = new TextDecoder('latin1').decode(frame);
            const at = text.indexOf('maillage-1');
            if (at > 0 && text.includes('supportedProtocolVersions')) {
                frame = new Uint8Array(frame);
                frame[at + 9] = 48;
                frame[at + 11] = 48;
            }
        }
        return send.call(this, frame);
    };
";

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_too_old_for_the_relay_says_what_to_do_and_reads_on() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stage.stranger("Amina", Form::PHONE).await?;
    amina.join().await?;
    amina.is_sent().await?;
    amina.phone.prepare(OFFERS_OLD_VERSIONS).await?;
    amina.phone.reload().await?;
    amina
        .phone
        .sees(Target::heading("Il faut mettre Maillage à jour"))
        .await?;
    amina
        .shows(Target::any("main"), "Rien n’est perdu.")
        .await?;
    assert_eq!(
        amina.phone.accessibility_faults().await?,
        Vec::<String>::new()
    );
    amina
        .phone
        .tap(Target::button("Lire sans mettre à jour"))
        .await?;
    amina.phone.sees(Target::heading("Bonjour Amina")).await?;
    // The relay is upgraded, or was asked too early: nothing more is said.
    amina.phone.evaluate("window.old = false").await?;
    amina.is_sent().await?;
    amina
        .complains_of_the_network_and(&["no supported protocol version"])
        .await
}
