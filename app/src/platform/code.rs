//! Codes of four digits that people type before they write on a phone which several use: a guard of the screen, and no more.
//!
//! Needs PBKDF2 in WebCrypto, and so https or localhost. Ten thousand codes are soon tried by a program that reads what is kept here.

use super::entropy;
use super::signing::{ask, bytes, object, strings};
use wasm_bindgen::JsValue;

/// Random bytes in front of each lock.
const SALT_BYTES: usize = 16;
/// Rounds of PBKDF2: about a third of a second on a small phone.
const ROUNDS: u32 = 200_000;
/// Bits of what a code gives.
const BITS: u32 = 256;

/// What to keep of a code; `None` where the browser cannot.
pub(crate) async fn lock(code: &str) -> Option<Vec<u8>> {
    let salt = entropy::bytes::<SALT_BYTES>();
    let given = derived(code, &salt).await?;
    Some([&salt[..], &given].concat())
}

/// Whether this is the code of which that was kept.
pub(crate) async fn opens(lock: &[u8], code: &str) -> bool {
    match lock.split_at_checked(SALT_BYTES) {
        Some((salt, expected)) => derived(code, salt).await.is_some_and(|it| it == expected),
        None => false,
    }
}

async fn derived(code: &str, salt: &[u8]) -> Option<Vec<u8>> {
    let text = |words| JsValue::from_str(words);
    let code = js_sys::Uint8Array::from(code.as_bytes());
    let uses = strings(&["deriveBits"]);
    let imported = [&text("raw"), &code, &text("PBKDF2"), &JsValue::FALSE, &uses];
    let key = ask("importKey", &imported).await?;
    let algorithm = object(&[
        ("name", &text("PBKDF2")),
        ("hash", &text("SHA-256")),
        ("salt", &js_sys::Uint8Array::from(salt)),
        ("iterations", &JsValue::from(ROUNDS)),
    ]);
    let given = ask("deriveBits", &[&algorithm, &key, &JsValue::from(BITS)]).await?;
    Some(bytes(&given))
}
