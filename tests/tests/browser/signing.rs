//! Keys: made and held by the browser where it can, wrapped where it cannot, and never to be read by a script.

use crate::stage::{Stage, Visitor};
use anyhow::{Context, Result, ensure};
use maillage_shared::identity::{PersonId, PersonKey, PublicKey};
use maillage_shared::presence::Face;
use maillage_tests::browser::{Form, Target};
use maillage_tests::device::{Device, random};
use serde::Deserialize;
use serde_json::json;

const TASKS: &str = "Le travail à faire";

/// A browser whose WebCrypto knows no Ed25519.
const WITHOUT_ED25519: &str = "
    for (const name of ['generateKey', 'importKey', 'sign']) {
        const asked = SubtleCrypto.prototype[name];
        SubtleCrypto.prototype[name] = function (...given) {
            const named = given.some((it) => (it?.name ?? it) === 'Ed25519');
            const refused = () => Promise.reject(new DOMException('', 'NotSupportedError'));
            return named ? refused() : asked.apply(this, given);
        };
    }
";

/// A page that did not come over https.
const WITHOUT_WEBCRYPTO: &str =
    "Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined });";

/// A browser that signs with Ed25519 and cannot keep such keys.
const UNKEEPABLE: &str = "
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (value, ...rest) {
        if (value?.private) throw new DOMException('', 'DataCloneError');
        return put.call(this, value, ...rest);
    };
";

/// Everything that the phone keeps about its people: bytes, and keys with what the browser says when asked to show them.
const LOOK: &str = "new Promise((resolve, reject) => {
    const opening = indexedDB.open('maillage');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
        const store = opening.result.transaction('me').objectStore('me');
        const [names, values] = [store.getAllKeys(), store.getAll()];
        values.onsuccess = async () => {
            opening.result.close();
            const found = { bytes: [], keys: [] };
            const look = async (name, value) => {
                if (value instanceof CryptoKey) {
                    const shows = (form) => crypto.subtle.exportKey(form, value).then(() => true, () => false);
                    const shown = await Promise.all(['raw', 'pkcs8', 'jwk'].map(shows));
                    found.keys.push({ name, algorithm: value.algorithm.name, shown: shown.includes(true) });
                } else if (ArrayBuffer.isView(value)) {
                    found.bytes.push({ name, bytes: [...value] });
                } else {
                    for (const [part, inner] of Object.entries(value)) await look(`${name} ${part}`, inner);
                }
            };
            for (const [at, value] of values.result.entries()) await look(names.result[at], value);
            resolve(found);
        };
    };
})";

#[derive(Debug, Deserialize)]
struct Found {
    bytes: Vec<Bytes>,
    keys: Vec<Key>,
}

#[derive(Debug, Deserialize)]
struct Bytes {
    name: String,
    bytes: Vec<u8>,
}

#[derive(Debug, Deserialize)]
struct Key {
    name: String,
    algorithm: String,
    /// The browser has shown it to the script that asked.
    shown: bool,
}

impl Found {
    async fn on(visitor: &Visitor) -> Result<Self> {
        let found = visitor.phone.evaluate(LOOK).await?;
        serde_json::from_value(found).context("what the phone keeps")
    }

    fn entry(&self, name: &str) -> Option<&[u8]> {
        let found = self.bytes.iter().find(|entry| entry.name == name)?;
        Some(&found.bytes)
    }

    /// Who acts on this phone.
    fn who(&self) -> Result<PublicKey> {
        let who = self.entry("who").context("nobody uses the phone")?;
        let who = std::str::from_utf8(who)?;
        let public = self.entry(&format!("{who} public")).context("no key")?;
        let public = PublicKey::from_bytes(public.try_into()?);
        ensure!(PersonId::parse(who) == Some(public.person()));
        Ok(public)
    }

    /// The names under which 32 bytes stand from which this key can be made.
    fn seeds(&self, of: PublicKey) -> Vec<&str> {
        let is_seed = |bytes: &[u8]| {
            let seed = bytes.try_into();
            seed.is_ok_and(|seed| PersonKey::from_seed(seed).public() == of)
        };
        let holding = self
            .bytes
            .iter()
            .filter(|entry| entry.bytes.windows(32).any(is_seed));
        holding.map(|entry| entry.name.as_str()).collect()
    }

    /// The algorithms of the keys that the browser holds for its page, none of which it shows.
    fn hidden(&self) -> Result<Vec<&str>> {
        let shown: Vec<&Key> = self.keys.iter().filter(|key| key.shown).collect();
        ensure!(shown.is_empty(), "the browser shows {shown:?}");
        let ours = self.keys.iter().all(|key| key.name.contains(" key "));
        ensure!(ours, "keys of nobody: {:?}", self.keys);
        Ok(self.keys.iter().map(|key| &*key.algorithm).collect())
    }
}

/// Someone joins in such a browser, writes, comes back, and writes as the same person. Returns what their phone keeps then.
async fn writes_before_and_after_a_reload(stage: &Stage, browser: &str) -> Result<Found> {
    let amina = stage.stranger("Amina", Form::PHONE).await?;
    if !browser.is_empty() {
        amina.phone.prepare(browser).await?;
    }
    amina.join().await?;
    amina.create_sheet("Trottinettes").await?;
    amina.write_in(TASKS, None).await?;
    amina.phone.types("On répare.", 0).await?;
    amina.is_sent().await?;
    let before = Found::on(&amina).await?.who()?;
    amina.phone.reload().await?;
    amina.open_sheet("Trottinettes").await?;
    amina.write_in(TASKS, None).await?;
    amina.phone.types(" On prête.", 0).await?;
    amina.is_sent().await?;
    let found = Found::on(&amina).await?;
    ensure!(found.who()? == before, "someone else came back");
    let luc = stage.visitor("Luc").await?;
    luc.open_sheet("Trottinettes").await?;
    luc.write_in(TASKS, None).await?;
    luc.reads(TASKS, "On répare. On prête.").await?;
    amina.has_no_complaint().await?;
    Ok(found)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_knows_ed25519_makes_the_key_and_shows_it_to_nobody() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let found = writes_before_and_after_a_reload(&stage, "").await?;
    assert_eq!(found.seeds(found.who()?), Vec::<&str>::new());
    assert_eq!(found.hidden()?, ["Ed25519"]);
    Ok(())
}

/// In such a browser, no script reads the seed, and the key that hides it.
async fn wraps_the_seed(browser: &str) -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let found = writes_before_and_after_a_reload(&stage, browser).await?;
    assert_eq!(found.seeds(found.who()?), Vec::<&str>::new());
    assert_eq!(found.hidden()?, ["AES-GCM"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_without_ed25519_keeps_the_seed_where_no_script_reads_it() -> Result<()> {
    wraps_the_seed(WITHOUT_ED25519).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_cannot_keep_ed25519_keys_wraps_a_seed_instead() -> Result<()> {
    wraps_the_seed(UNKEEPABLE).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_webcrypto_keeps_the_seed_in_the_clear_and_works() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    let found = writes_before_and_after_a_reload(&stage, WITHOUT_WEBCRYPTO).await?;
    assert_eq!(found.seeds(found.who()?).len(), 1);
    assert_eq!(found.hidden()?, Vec::<&str>::new());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_that_lay_in_the_clear_is_moved_over_and_the_person_stays() -> Result<()> {
    let (stage, _relay) = Stage::open().await?;
    for (browser, algorithm) in [("", "Ed25519"), (WITHOUT_ED25519, "AES-GCM")] {
        let amina = stage.stranger("Amina", Form::PHONE).await?;
        let seed: [u8; 32] = random()?;
        let before = Device::start_of(&amina.line.sync_url(), seed)?;
        let space = before.join(&stage.link, "Amina").await?;
        if !browser.is_empty() {
            amina.phone.prepare(browser).await?;
        }
        amina.go("/").await?;
        amina.phone.sees(Target::heading("Il faut un lien")).await?;
        let face = Face {
            name: "Amina".to_owned(),
            ..Face::default()
        };
        let former = json!({
            "seed": seed,
            "face": face.encode(),
            "territory": space.as_bytes(),
            "entering": [],
        });
        let put = format!(
            "new Promise((resolve, reject) => {{
                const opening = indexedDB.open('maillage');
                opening.onsuccess = () => {{
                    const writing = opening.result.transaction('me', 'readwrite');
                    for (const [name, bytes] of Object.entries({former})) {{
                        writing.objectStore('me').put(new Uint8Array(bytes), name);
                    }}
                    writing.onabort = () => reject(writing.error);
                    writing.oncomplete = () => {{ opening.result.close(); resolve(true); }};
                }};
            }})"
        );
        amina.phone.evaluate(&put).await?;
        amina.phone.reload().await?;
        amina.phone.sees(Target::heading("Bonjour Amina")).await?;
        amina
            .create_sheet(&format!("Trottinettes {algorithm}"))
            .await?;
        amina.is_sent().await?;
        let found = Found::on(&amina).await?;
        let public = PersonKey::from_seed(&seed).public();
        assert_eq!(found.who()?, public);
        assert_eq!(found.seeds(public), Vec::<&str>::new());
        assert_eq!(found.hidden()?, [algorithm]);
        for name in ["seed", "face", "territory", "entering"] {
            assert_eq!(found.entry(name), None, "{name} is still there");
        }
        amina.has_no_complaint().await?;
    }
    Ok(())
}
