//! Several tabs of one phone share what it keeps, and one connection.

use crate::stage::{Stage, Visitor, same_text};
use anyhow::Result;
use maillage_tests::until::{eventually, told, when};

const TASKS: &str = "Le travail à faire";

/// One person with two tabs on one sheet, writing in the same section, which holds these words. The second tab was opened last.
async fn two_tabs(stage: &Stage, words: &str) -> Result<(Visitor, Visitor)> {
    let first = stage.visitor("Amina").await?;
    first.create_sheet("Trottinettes").await?;
    first.write_in(TASKS, None).await?;
    first.phone.types(words, 0).await?;
    first.is_sent().await?;
    let second = first.beside("second tab").await?;
    second.open_sheet("Trottinettes").await?;
    second.write_in(TASKS, Some(0)).await?;
    second.reads(TASKS, words).await?;
    second.phone.presses("Control+Home").await?;
    Ok((first, second))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_write_in_one_field_and_no_letter_is_lost() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let (first, second) = two_tabs(&stage, "On répare. ").await?;
    let (end, start) = ("On prête des outils. 🔧", "Tous les mardis : ");
    let (one, other) = tokio::join!(first.phone.types(end, 15), second.phone.types(start, 25));
    one.and(other)?;
    let all = format!("{start}On répare. {end}");
    same_text(&first, &second, TASKS, |text| text == all).await?;
    first.is_sent().await?;
    second.is_sent().await?;
    let luc = stage.visitor("Luc").await?;
    luc.open_sheet("Trottinettes").await?;
    luc.write_in(TASKS, Some(0)).await?;
    luc.reads(TASKS, &all).await?;
    // What comes from elsewhere reaches both tabs.
    luc.phone.presses("Control+End").await?;
    luc.phone.types(" Luc aussi.", 10).await?;
    let all = format!("{all} Luc aussi.");
    same_text(&first, &second, TASKS, |text| text == all).await?;
    first.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn text_travels_between_tabs_without_network() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let (first, second) = two_tabs(&stage, "On répare.").await?;
    first.goes_offline().await?;
    first.phone.status_says("Pas de réseau").await?;
    second.phone.status_says("Pas de réseau").await?;
    let (one, other) = tokio::join!(
        first.phone.types(" Sans réseau.", 10),
        second.phone.types("Lundi : ", 10)
    );
    one.and(other)?;
    let all = "Lundi : On répare. Sans réseau.";
    same_text(&first, &second, TASKS, |text| text == all).await?;
    first.comes_online().await?;
    first.is_sent().await?;
    second.is_sent().await?;
    let luc = stage.visitor("Luc").await?;
    luc.open_sheet("Trottinettes").await?;
    luc.write_in(TASKS, None).await?;
    luc.reads(TASKS, all).await?;
    first.complains_of_the_network_only().await
}

/// Whether a tab has an open socket, as the page itself knows it.
async fn speaks(visitor: &Visitor) -> Result<bool> {
    let open = "window.sockets.some((socket) => socket.readyState === WebSocket.OPEN)";
    Ok(visitor.phone.evaluate(open).await? == true)
}

/// Waits until one tab is connected and the other is not.
async fn one_speaks(speaking: &Visitor, silent: &Visitor) -> Result<()> {
    eventually(
        "one tab speaks with the relay, the other does not",
        async || {
            let open = (
                speaks(speaking).await.map_err(told)?,
                speaks(silent).await.map_err(told)?,
            );
            when(open == (true, false), format!("{open:?}"))
        },
    )
    .await
}

/// Notes every socket that a page opens.
const NOTES_SOCKETS: &str = "
    window.sockets = [];
    const Native = WebSocket;
    window.WebSocket = class extends Native {
        constructor(...details) {
            super(...details);
            window.sockets.push(this);
        }
    };
";

#[tokio::test(flavor = "multi_thread")]
async fn the_tab_that_is_looked_at_has_the_connection_and_hands_it_over() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stage
        .stranger("Amina", maillage_tests::browser::Form::PHONE)
        .await?;
    amina.phone.prepare(NOTES_SOCKETS).await?;
    amina.join().await?;
    amina.create_sheet("Trottinettes").await?;
    amina.write_in(TASKS, None).await?;
    amina.phone.types("On répare.", 0).await?;
    amina.is_sent().await?;
    let second = amina.beside("second tab").await?;
    second.open_sheet("Trottinettes").await?;
    second.write_in(TASKS, None).await?;
    one_speaks(&second, &amina).await?;

    // Both are in sight; the one that has the connection goes out of it.
    second.phone.hide(true).await?;
    one_speaks(&amina, &second).await?;
    amina.phone.hide(true).await?;
    second.phone.hide(false).await?;
    one_speaks(&second, &amina).await?;
    amina.phone.hide(false).await?;
    one_speaks(&amina, &second).await?;

    // The tab without connection writes, and goes at once.
    second.phone.types(" Le soir.", 0).await?;
    second.is_sent().await?;
    amina.reads(TASKS, "On répare. Le soir.").await?;

    // The tab with the connection goes while both write.
    let third = amina.beside("third tab").await?;
    third.open_sheet("Trottinettes").await?;
    one_speaks(&third, &amina).await?;
    amina.phone.types(" Dehors.", 0).await?;
    third.phone.shut().await?;
    second.phone.types(" Dedans.", 0).await?;
    amina.is_sent().await?;
    second.is_sent().await?;
    // A socket may be closed again before it is open.
    amina.complains_of_the_network_only().await
}
