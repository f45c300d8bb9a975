//! Writing in the sections of a sheet: two people at once, much at once, from the right.

use crate::stage::{Stage, Visitor, same_text};
use anyhow::Result;
use maillage_tests::browser::Target;
use serde_json::json;

const TASKS: &str = "Le travail à faire";

/// Two people on one new sheet, both writing in the same section, which holds these words.
async fn two_in_one_section(stage: &Stage, words: &str) -> Result<(Visitor, Visitor)> {
    let (amina, luc) = (stage.visitor("Amina").await?, stage.visitor("Luc").await?);
    amina.create_sheet("Réparation de trottinettes").await?;
    amina.write_in(TASKS, None).await?;
    amina.phone.types(words, 0).await?;
    amina.is_sent().await?;
    luc.open_sheet("Réparation de trottinettes").await?;
    luc.write_in(TASKS, Some(0)).await?;
    luc.reads(TASKS, words).await?;
    Ok((amina, luc))
}

/// Whether all letters of `part` stand in `whole` in their order.
fn holds(whole: &str, part: &str) -> bool {
    let mut letters = whole.chars();
    part.chars()
        .all(|wanted| letters.any(|letter| letter == wanted))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_write_at_both_ends_of_a_section_at_the_same_time() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let (amina, luc) = two_in_one_section(&stage, "On répare. ").await?;
    luc.phone.presses("Control+Home").await?;
    let (end, start) = (
        "On prête des outils à tout le quartier. 🔧",
        "Tous les mardis : ",
    );
    let (one, other) = tokio::join!(amina.phone.types(end, 15), luc.phone.types(start, 35));
    one.and(other)?;
    // Neither caret was moved by what the other wrote.
    let expected = format!("{start}On répare. {end}");
    amina.reads(TASKS, &expected).await?;
    luc.reads(TASKS, &expected).await?;
    amina.is_sent().await?;
    luc.is_sent().await?;
    amina.has_no_complaint().await?;
    luc.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_write_at_the_same_place_and_no_letter_is_lost_or_doubled() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let (amina, luc) = two_in_one_section(&stage, "On répare. ").await?;
    luc.phone.presses("Control+End").await?;
    let (hers, his) = (
        "aaaa bbbb cccc dddd eeee ffff",
        "1111 2222 3333 4444 5555 6666",
    );
    let (one, other) = tokio::join!(amina.phone.types(hers, 20), luc.phone.types(his, 20));
    one.and(other)?;
    let length = "On répare. ".chars().count() + hers.len() + his.len();
    let text = same_text(&amina, &luc, TASKS, |text| text.chars().count() == length).await?;
    assert!(text.starts_with("On répare. "), "{text:?}");
    assert!(holds(&text, hers) && holds(&text, his), "{text:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_composition_is_neither_doubled_nor_cut_while_someone_else_writes() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let (amina, luc) = two_in_one_section(&stage, "On ").await?;
    let composed = ["r", "ré", "rép", "répa", "répar", "répare", "réparer"];
    let composing = async {
        for step in composed {
            let end = step.encode_utf16().count();
            let details = json!({ "text": step, "selectionStart": end, "selectionEnd": end });
            amina
                .phone
                .devtools("Input.imeSetComposition", details)
                .await?;
            // The other one's letter travels in the middle of the composition.
            luc.phone.types("x", 30).await?;
        }
        amina
            .phone
            .devtools("Input.insertText", json!({ "text": "réparera " }))
            .await?;
        Ok::<_, anyhow::Error>(())
    };
    composing.await?;
    amina.phone.types("demain.", 10).await?;
    let expected = "xxxxxxxOn réparera demain.";
    amina.reads(TASKS, expected).await?;
    luc.reads(TASKS, expected).await?;
    amina.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_composition_and_typing_go_on_at_full_speed_side_by_side() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let (amina, luc) = two_in_one_section(&stage, "Fin.").await?;
    let words = ["vélo ", "roue ", "frein ", "chaîne ", "selle "];
    let composing = async {
        for word in words {
            for (end, _) in word.char_indices().skip(1) {
                let part = &word[..end];
                let length = part.encode_utf16().count();
                let details =
                    json!({ "text": part, "selectionStart": length, "selectionEnd": length });
                amina
                    .phone
                    .devtools("Input.imeSetComposition", details)
                    .await?;
            }
            amina
                .phone
                .devtools("Input.insertText", json!({ "text": word }))
                .await?;
        }
        Ok::<_, anyhow::Error>(())
    };
    let (one, other) = tokio::join!(
        composing,
        luc.phone
            .types("0123456789012345678901234567890123456789", 12)
    );
    one.and(other)?;
    let expected = "0123456789012345678901234567890123456789Fin.vélo roue frein chaîne selle ";
    amina.reads(TASKS, expected).await?;
    luc.reads(TASKS, expected).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_corrected_by_the_keyboard_replaces_the_typed_one_only() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let (amina, luc) = two_in_one_section(&stage, "On repar ").await?;
    // The keyboard takes the typed word back into composition, as autocorrection does, while the other one writes before it.
    let correction = json!({
        "text": "répare", "selectionStart": 6, "selectionEnd": 6, "replacementStart": 3, "replacementEnd": 8,
    });
    amina
        .phone
        .devtools("Input.imeSetComposition", correction)
        .await?;
    luc.phone.types("Ici : ", 10).await?;
    amina
        .phone
        .devtools("Input.insertText", json!({ "text": "répare" }))
        .await?;
    let expected = "Ici : On répare ";
    amina.reads(TASKS, expected).await?;
    luc.reads(TASKS, expected).await
}

/// Puts words where the caret is, all at once, as pasting does.
async fn pastes(visitor: &Visitor, words: &str) -> Result<()> {
    let script = format!(
        "document.execCommand('insertText', false, {})",
        json!(words)
    );
    visitor.phone.evaluate(&script).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_text_goes_in_whole_or_the_person_hears_why_not() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stage.visitor("Amina").await?;
    amina.create_sheet("Déménagement").await?;
    amina.write_in(TASKS, None).await?;
    let refused = "Votre ajout n’est pas entré.";
    let most = "On porte. ".repeat(1_000);
    pastes(&amina, &most).await?;
    amina.is_sent().await?;
    amina.reads(TASKS, &most).await?;

    pastes(&amina, "Encore.").await?;
    amina.shows(Target::any("alert"), refused).await?;
    amina.reads(TASKS, &most).await?;

    amina.phone.presses("Backspace").await?;
    amina.no_longer_shows(Target::any("main"), refused).await?;
    amina.reads(TASKS, most.trim_end()).await?;
    amina.is_sent().await?;
    amina.complains_of_the_network_and(&["UTF-16 units"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn arabic_is_written_and_read_from_the_right() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stage.visitor("Amina").await?;
    amina.create_sheet("Réparation de vélos").await?;
    amina.write_in(TASKS, None).await?;
    let words = "نصلح الدراجات في الحي.";
    pastes(&amina, words).await?;
    amina.is_sent().await?;
    amina.reads(TASKS, words).await?;
    let direction =
        |of: &str| format!("getComputedStyle(document.querySelector('{of}')).direction");
    let phone = &amina.phone;
    assert_eq!(phone.evaluate(&direction(".editor textarea")).await?, "rtl");
    phone.tap(Target::button("Fini")).await?;
    phone
        .sees(Target::any("paragraph").within(Target::any("main")).nth(0))
        .await?;
    assert_eq!(phone.evaluate(&direction(".section-text")).await?, "rtl");
    amina.has_no_complaint().await
}
