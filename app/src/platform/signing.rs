//! Keys that sign for the people of this phone, and that nobody can read out of the browser.
//!
//! Needs Ed25519 in WebCrypto (Chrome 137, Firefox 129, Safari 17): the browser then makes the key, signs with it, and never shows its
//! private half. Where Ed25519 is missing, a seed is made here and kept encrypted under an AES key that the browser never shows; it is in
//! the clear in memory only while it signs. Where WebCrypto is missing as a whole, as over plain http, the seed is kept in the clear. What
//! a browser can do is found out by trying: each way is used only after a signature made by it was verified.

use super::entropy;
use maillage_shared::identity::{PersonKey, PublicKey, SIGNATURE_BYTES, Signature};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Bytes of a seed.
const SEED_BYTES: usize = 32;
/// Bytes of a nonce of AES-GCM.
const NONCE_BYTES: usize = 12;
/// What comes before the seed in a private Ed25519 key as WebCrypto imports it: PKCS#8 (RFC 8410, section 7).
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
/// What is signed to find out whether a way to sign works.
const TRIAL: &[u8] = b"maillage trial of a key";

/// The names of the parts of what is kept.
const PRIVATE: &str = "private";
const WRAPPING: &str = "wrapping";
const NONCE: &str = "nonce";
const SEALED: &str = "sealed";
const SEED: &str = "seed";

/// A key of one person on this phone.
#[derive(Debug, Clone)]
pub(crate) struct DeviceKey(Held);

#[derive(Debug, Clone)]
enum Held {
    /// The browser signs, with this `CryptoKey`.
    Browser(JsValue),
    /// A seed that a `CryptoKey` of the browser has encrypted.
    Wrapped {
        wrapping: JsValue,
        nonce: js_sys::Uint8Array,
        sealed: js_sys::Uint8Array,
    },
    /// A seed, where the browser has nothing to hide it with.
    Clear([u8; SEED_BYTES]),
}

impl DeviceKey {
    /// Makes a key, and returns its public half beside it.
    pub(crate) async fn make() -> (Self, PublicKey) {
        match made_by_browser().await {
            Some(made) => made,
            None => {
                let seed = entropy::bytes();
                let key = Self::wrapped_or_clear(seed).await;
                (key, PersonKey::from_seed(&seed).public())
            }
        }
    }

    /// Takes a seed over in the best way that this browser has. The key stays the same.
    pub(crate) async fn from_seed(seed: [u8; SEED_BYTES]) -> Self {
        match imported(&seed).await {
            Some(key) => key,
            None => Self::wrapped_or_clear(seed).await,
        }
    }

    /// The next best way for this seed, for a browser that can sign in the present one and not keep it.
    pub(crate) async fn weaker(&self, seed: [u8; SEED_BYTES]) -> Option<Self> {
        match self.0 {
            Held::Browser(_) => Some(Self::wrapped_or_clear(seed).await),
            Held::Wrapped { .. } => Some(Self(Held::Clear(seed))),
            Held::Clear(_) => None,
        }
    }

    async fn wrapped_or_clear(seed: [u8; SEED_BYTES]) -> Self {
        let wrapped = wrapped(&seed).await.map(Self);
        let public = PersonKey::from_seed(&seed).public();
        match wrapped {
            Some(key) if key.signs_for(&public).await => key,
            _ => Self(Held::Clear(seed)),
        }
    }

    /// Signs bytes that say themselves what they are for. `None` when the browser refuses.
    pub(crate) async fn sign(&self, message: &[u8]) -> Option<Signature> {
        match &self.0 {
            Held::Browser(private) => {
                let message = js_sys::Uint8Array::from(message);
                let signed = ask("sign", &[&ed25519(), private, &message]).await?;
                let signature: [u8; SIGNATURE_BYTES] = bytes(&signed).try_into().ok()?;
                Some(Signature::from_bytes(signature))
            }
            Held::Wrapped { .. } | Held::Clear(_) => {
                let seed = self.seed().await?;
                Some(PersonKey::from_seed(&seed).sign(message))
            }
        }
    }

    /// Whether its signatures are those of this public half.
    pub(crate) async fn signs_for(&self, public: &PublicKey) -> bool {
        let signature = self.sign(TRIAL).await;
        signature.is_some_and(|signature| public.verifies(TRIAL, &signature))
    }

    /// What to keep in the browser's database: [`DeviceKey::read`] reads it.
    pub(crate) fn record(&self) -> JsValue {
        match &self.0 {
            Held::Browser(private) => object(&[(PRIVATE, private)]),
            Held::Wrapped {
                wrapping,
                nonce,
                sealed,
            } => object(&[(WRAPPING, wrapping), (NONCE, nonce), (SEALED, sealed)]),
            Held::Clear(seed) => object(&[(SEED, &js_sys::Uint8Array::from(&seed[..]))]),
        }
    }

    /// Reads what was kept; `None` for anything else.
    pub(crate) fn read(record: &JsValue) -> Option<Self> {
        let part = |name| {
            let part = js_sys::Reflect::get(record, &JsValue::from_str(name)).ok()?;
            part.is_object().then_some(part)
        };
        let held = if let Some(private) = part(PRIVATE) {
            Held::Browser(private)
        } else if let Some(wrapping) = part(WRAPPING) {
            Held::Wrapped {
                wrapping,
                nonce: part(NONCE)?.dyn_into().ok()?,
                sealed: part(SEALED)?.dyn_into().ok()?,
            }
        } else {
            Held::Clear(bytes(&part(SEED)?).try_into().ok()?)
        };
        Some(Self(held))
    }

    /// The seed, unless the browser alone has it.
    async fn seed(&self) -> Option<[u8; SEED_BYTES]> {
        match &self.0 {
            Held::Browser(_) => None,
            Held::Wrapped {
                wrapping,
                nonce,
                sealed,
            } => {
                let seed = ask("decrypt", &[&aes_gcm(nonce), wrapping, sealed]).await?;
                bytes(&seed).try_into().ok()
            }
            Held::Clear(seed) => Some(*seed),
        }
    }
}

/// A key that the browser has made and does not show; `None` where it knows no Ed25519.
async fn made_by_browser() -> Option<(DeviceKey, PublicKey)> {
    let uses = strings(&["sign", "verify"]);
    let pair = ask("generateKey", &[&ed25519(), &JsValue::FALSE, &uses]).await?;
    let half = |name| js_sys::Reflect::get(&pair, &JsValue::from_str(name)).ok();
    let key = DeviceKey(Held::Browser(half("privateKey")?));
    let raw = JsValue::from_str("raw");
    let public = ask("exportKey", &[&raw, &half("publicKey")?]).await?;
    let public = PublicKey::from_bytes(bytes(&public).try_into().ok()?);
    key.signs_for(&public).await.then_some((key, public))
}

/// A seed given to the browser, which does not show it again; `None` where it knows no Ed25519.
async fn imported(seed: &[u8; SEED_BYTES]) -> Option<DeviceKey> {
    let mut private = PKCS8.to_vec();
    private.extend_from_slice(seed);
    let private = js_sys::Uint8Array::from(&private[..]);
    let pkcs8 = JsValue::from_str("pkcs8");
    let uses = strings(&["sign"]);
    let asked = [&pkcs8, &private, &ed25519(), &JsValue::FALSE, &uses];
    let key = DeviceKey(Held::Browser(ask("importKey", &asked).await?));
    // The browser has a copy of its own by now.
    private.fill(0, 0, private.length());
    let public = PersonKey::from_seed(seed).public();
    key.signs_for(&public).await.then_some(key)
}

/// A seed encrypted under a new key that the browser does not show; `None` where it knows no AES-GCM.
async fn wrapped(seed: &[u8; SEED_BYTES]) -> Option<Held> {
    let algorithm = object(&[
        ("name", &JsValue::from_str("AES-GCM")),
        ("length", &JsValue::from(256)),
    ]);
    let uses = strings(&["encrypt", "decrypt"]);
    let wrapping = ask("generateKey", &[&algorithm, &JsValue::FALSE, &uses]).await?;
    let nonce = js_sys::Uint8Array::from(&entropy::bytes::<NONCE_BYTES>()[..]);
    let seed = js_sys::Uint8Array::from(&seed[..]);
    let sealed = ask("encrypt", &[&aes_gcm(&nonce), &wrapping, &seed]).await?;
    seed.fill(0, 0, seed.length());
    Some(Held::Wrapped {
        wrapping,
        nonce,
        sealed: js_sys::Uint8Array::new(&sealed),
    })
}

/// Asks WebCrypto. `None` where there is none, or when it refuses.
pub(super) async fn ask(what: &str, with: &[&JsValue]) -> Option<JsValue> {
    let window = leptos::web_sys::window()?;
    let crypto = window.crypto().ok()?;
    let subtle = js_sys::Reflect::get(&crypto, &JsValue::from_str("subtle")).ok()?;
    let question = js_sys::Reflect::get(&subtle, &JsValue::from_str(what)).ok()?;
    let question: &js_sys::Function = question.dyn_ref()?;
    let with: js_sys::Array = with.iter().copied().collect();
    let answer: js_sys::Promise = question.apply(&subtle, &with).ok()?.dyn_into().ok()?;
    JsFuture::from(answer).await.ok()
}

fn ed25519() -> JsValue {
    JsValue::from_str("Ed25519")
}

fn aes_gcm(nonce: &JsValue) -> JsValue {
    object(&[("name", &JsValue::from_str("AES-GCM")), ("iv", nonce)])
}

pub(super) fn strings(words: &[&str]) -> JsValue {
    let words = words.iter().map(|word| JsValue::from_str(word));
    words.collect::<js_sys::Array>().into()
}

pub(super) fn object(parts: &[(&str, &JsValue)]) -> JsValue {
    let object = js_sys::Object::new();
    for (name, value) in parts {
        // Refused only for objects that cannot be changed.
        let _ = js_sys::Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object.into()
}

/// The bytes of an `ArrayBuffer` or of a typed array.
pub(super) fn bytes(from: &JsValue) -> Vec<u8> {
    js_sys::Uint8Array::new(from).to_vec()
}
