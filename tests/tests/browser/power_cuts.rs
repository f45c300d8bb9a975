//! The relay is killed in the middle of typing.

use crate::stage::{Stage, Visitor};
use anyhow::{Context, Result};
use maillage_shared::records::Section;
use maillage_tests::device::Device;
use maillage_tests::sheet;
use maillage_tests::until::{eventually, told, when};
use std::convert::Infallible;
use std::sync::Mutex;

const TASKS: &str = "Le travail à faire";

/// The status in the bar and the text of the field as both were painted together, if the text stayed the same meanwhile.
async fn status_and_text(visitor: &Visitor) -> Result<Option<(String, String)>> {
    // The status follows in the frame that paints what was typed: so a whole frame is let pass between two looks at the text.
    let expression = "(async () => {
        const frame = () => new Promise(requestAnimationFrame);
        const text = () => document.querySelector('textarea').value;
        const before = text();
        await frame();
        await frame();
        const status = document.querySelector('header [role=status]').innerText;
        return before === text() ? [status, before] : null;
    })()";
    Ok(serde_json::from_value(
        visitor.phone.evaluate(expression).await?,
    )?)
}

/// Types one sentence after the other, each when the text so far shows as sent to the group; every such text is noted.
async fn types_on_and_on(visitor: &Visitor, sent: &Mutex<Vec<String>>) -> Result<Infallible> {
    loop {
        visitor
            .phone
            .types("on ponce, on cloue, on peint. ", 20)
            .await?;
        let text = eventually(
            "the text so far shows as sent",
            async || match status_and_text(visitor).await.map_err(told)? {
                Some((status, text)) if status.contains("Envoyé au groupe") => Ok(text),
                seen => Err(format!("{seen:?}")),
            },
        )
        .await?;
        let mut sent = sent.lock().ok().context("nobody panicked while noting")?;
        sent.push(text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_showed_two_ticks_is_missing_after_the_relay_was_killed() -> Result<()> {
    let (stage, mut relay) = Stage::open().await?;
    let amina = stage.visitor("Amina").await?;
    let id = amina.create_sheet("Menuiserie").await?;
    amina.write_in(TASKS, None).await?;
    amina.is_sent().await?;
    let sent = Mutex::new(Vec::new());
    let count = || sent.lock().map_or(0, |sent| sent.len());
    // The relay dies three times in the middle of typing, each time after something new showed as sent.
    for round in 0..3 {
        let before = count();
        let cut = async {
            eventually(
                "something new shows as sent while someone types",
                async || when(count() > before + 1, count()),
            )
            .await?;
            relay.kill().await
        };
        let stopped = tokio::select! {
            stopped = cut => stopped?,
            typed = types_on_and_on(&amina, &sent) => match typed? {},
        };
        relay = stopped.start().await?;
        // After the last time the phone is gone before it could send again.
        if round < 2 {
            amina.is_sent().await?;
        }
    }
    let reader = Device::start(&relay.sync_url())?;
    reader.join(&stage.link, "Bernard").await?;
    drop((amina, stage));

    reader.find(id).await?;
    let there = sheet::read(&reader, id)?
        .sections
        .text(Section::Tasks)
        .to_owned();
    let sent = sent.into_inner()?;
    let longest = sent
        .iter()
        .max_by_key(|text| text.len())
        .context("nothing ever showed as sent")?;
    // She wrote at the end only: what showed as sent is how the text began.
    assert!(
        there.starts_with(longest.as_str()),
        "showed as sent: {longest:?}; on the relay: {there:?}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn people_write_on_while_the_relay_is_away_and_meet_again() -> Result<()> {
    let (stage, relay) = Stage::open().await?;
    let (amina, luc) = (stage.visitor("Amina").await?, stage.visitor("Luc").await?);
    amina.create_sheet("Petits travaux").await?;
    amina.write_in(TASKS, None).await?;
    amina.phone.types("On peint.", 0).await?;
    amina.is_sent().await?;
    luc.open_sheet("Petits travaux").await?;
    luc.write_in(TASKS, Some(0)).await?;
    luc.reads(TASKS, "On peint.").await?;
    luc.phone.presses("Control+Home").await?;

    let stopped = relay.kill().await?;
    let (one, other) = tokio::join!(
        amina.phone.types(" Puis on range.", 10),
        luc.phone.types("Lundi : ", 10)
    );
    one.and(other)?;
    amina.phone.status_says("Pas de réseau").await?;
    let _relay = stopped.start().await?;
    let all = "Lundi : On peint. Puis on range.";
    amina.reads(TASKS, all).await?;
    luc.reads(TASKS, all).await?;
    amina.is_sent().await?;
    luc.is_sent().await
}
