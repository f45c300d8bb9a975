//! The page reads itself aloud, with a voice of the phone or through someone who is there.

use crate::stage::{Stage, Visitor};
use anyhow::Result;
use maillage_tests::browser::{Form, Target};
use maillage_tests::until::{eventually, told, when};

/// A speech engine that notes what it is to say, and says it only when told. `speech.voices` are its voices.
const SPEECH: &str = "
    window.speech = { said: [], waiting: [], voices: [] };
    const voice = (lang, localService) => Object.create(SpeechSynthesisVoice.prototype, {
        lang: { value: lang }, localService: { value: localService }, name: { value: lang },
    });
    speech.arrive = (...voices) => {
        speech.voices = voices.map(([lang, local]) => voice(lang, local));
        speechSynthesis.dispatchEvent(new Event('voiceschanged'));
    };
    speech.finish = (lines) => {
        for (const words of speech.waiting.splice(0, lines)) words.onend?.(new Event('end'));
    };
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
    Object.assign(SpeechSynthesis.prototype, {
        getVoices: () => speech.voices,
        speak: (words) => {
            speech.said.push([words.text, words.voice?.lang ?? null]);
            speech.waiting.push(words);
        },
        cancel: () => {
            for (const words of speech.waiting.splice(0)) queueMicrotask(() => words.onerror?.(new Event('error')));
        },
    });
";

const LOCAL_FRENCH: &str = "speech.arrive(['en-GB', true], ['fr-BE', true])";

/// What is said since the last time this was asked, each line with the voice that says it.
async fn said(visitor: &Visitor) -> Result<Vec<(String, Option<String>)>> {
    let said = visitor.phone.evaluate("speech.said.splice(0)").await?;
    Ok(serde_json::from_value(said)?)
}

/// The same, all of it in the Belgian voice.
async fn said_in_french(visitor: &Visitor) -> Result<Vec<String>> {
    let said = said(visitor).await?.into_iter();
    Ok(said
        .map(|(line, voice)| {
            assert_eq!(voice.as_deref(), Some("fr-BE"), "{line:?}");
            line
        })
        .collect())
}

/// What a person sees of something, line by line.
async fn lines(visitor: &Visitor, target: Target) -> Result<Vec<String>> {
    let text = visitor.phone.text(target).await?;
    let lines = text.lines().map(str::trim);
    Ok(lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect())
}

async fn stranger_with_speech(stage: &Stage) -> Result<Visitor> {
    let amina = stage.stranger("Amina", Form::PHONE).await?;
    amina.phone.prepare(SPEECH).await?;
    amina.go(amina.link()).await?;
    amina
        .phone
        .sees(Target::heading("Comment vous appeler"))
        .await?;
    Ok(amina)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_screen_is_read_aloud_in_order_and_stops() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stranger_with_speech(&stage).await?;
    let phone = &amina.phone;
    phone.evaluate(LOCAL_FRENCH).await?;
    phone.tap(Target::button("Continuer")).await?;
    phone.sees(Target::heading("Avant d’entrer")).await?;
    let (listen, stop) = (
        || Target::exactly("button", "Écouter"),
        || Target::exactly("button", "Arrêter la lecture"),
    );

    phone.tap(listen()).await?;
    phone.sees(stop()).await?;
    let read = said_in_french(&amina).await?;
    assert_eq!(read.first().map(String::as_str), Some("Avant d’entrer"));
    let mut shown = lines(&amina, Target::any("main")).await?;
    // Quiet ways out are not read.
    shown.retain(|line| line != "Retour");
    assert_eq!(read, shown);
    // It goes on to the end by itself.
    phone.evaluate("speech.finish(Infinity)").await?;
    phone.sees(listen()).await?;

    // Stopped after its first line, it says no other.
    phone.tap(listen()).await?;
    phone.evaluate("speech.finish(1)").await?;
    phone.tap(stop()).await?;
    phone.sees(listen()).await?;
    assert_eq!(phone.evaluate("speech.waiting.length").await?, 0);
    said(&amina).await?;

    // Whoever goes elsewhere is not read the page that is gone.
    phone.tap(listen()).await?;
    phone.sees(stop()).await?;
    phone.tap(Target::button("Entrer")).await?;
    phone.sees(Target::heading("Bonjour")).await?;
    phone.sees(listen()).await?;
    assert_eq!(phone.evaluate("speech.waiting.length").await?, 0);
    said(&amina).await?;

    // In front of the page, a dialog is what is read.
    amina.go("/#/besoins").await?;
    phone.tap(Target::button("Dire un besoin")).await?;
    phone.tap(listen().within(Target::any("dialog"))).await?;
    let read = said_in_french(&amina).await?;
    assert_eq!(read.first().map(String::as_str), Some("Dire un besoin"));
    assert!(
        !read.iter().any(|line| line == "Besoins du quartier"),
        "{read:?}"
    );
    amina.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_voice_of_its_own_the_phone_offers_a_sentence_to_show() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stranger_with_speech(&stage).await?;
    let phone = &amina.phone;
    let ask = || Target::exactly("button", "Demander à quelqu’un de lire");
    // A voice from elsewhere would carry away what is read; an English one would not be understood.
    phone
        .evaluate("speech.arrive(['fr-FR', false], ['en-GB', true])")
        .await?;
    phone.tap(ask()).await?;
    let dialog = || Target::any("dialog");
    amina
        .shows(
            dialog(),
            "« Pouvez-vous me lire cette page, s’il vous plaît ? »",
        )
        .await?;
    assert_eq!(said(&amina).await?, Vec::new());
    phone
        .tap(Target::button("Revenir à la page").within(dialog()))
        .await?;
    eventually("the dialog is closed", async || {
        let open = phone.count(dialog()).await.map_err(told)?;
        when(open == 0, open)
    })
    .await?;

    // Many browsers find their voices only some time after the page has opened.
    phone.evaluate(LOCAL_FRENCH).await?;
    phone.tap(Target::exactly("button", "Écouter")).await?;
    assert!(!said_in_french(&amina).await?.is_empty());
    amina.has_no_complaint().await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_need_is_read_aloud_by_itself() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let amina = stage.stranger("Amina", Form::PHONE).await?;
    let phone = &amina.phone;
    phone.prepare(SPEECH).await?;
    amina.join().await?;
    phone.evaluate(LOCAL_FRENCH).await?;
    amina.go("/#/besoins").await?;
    let need = |position| {
        Target::any("listitem")
            .within(Target::any("main"))
            .nth(position)
    };
    let listen_to = |position| Target::button("Écouter :").within(need(position));
    let name = phone.text(Target::any("strong").within(need(0))).await?;

    phone.tap(listen_to(0)).await?;
    assert_eq!(said_in_french(&amina).await?, std::slice::from_ref(&name));
    let stop = || Target::exactly("button", "Arrêter la lecture");
    phone.sees(stop()).await?;
    phone.tap(listen_to(1)).await?;
    let read = said_in_french(&amina).await?;
    assert_eq!(read.len(), 1, "{read:?}");
    assert_ne!(read, [name]);
    phone.tap(stop()).await?;
    phone.sees(Target::exactly("button", "Écouter")).await?;
    assert_eq!(phone.evaluate("speech.waiting.length").await?, 0);
    amina.has_no_complaint().await
}
