//! Encryption at rest: every document has a key of its own, and nothing of it reaches the disk in any other form.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use maillage_shared::store::StoreError;
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of a key.
pub(super) const KEY_BYTES: usize = 32;

const NONCE_BYTES: usize = 24;
const CHECKSUM_BYTES: usize = 8;

/// The key of one document.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key([u8; KEY_BYTES]);

impl Key {
    /// A key that nobody has had before.
    pub(super) fn draw() -> Result<Self, StoreError> {
        entropy().map(Self)
    }

    /// The key kept in these bytes.
    pub(super) fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes to keep.
    pub(super) fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Encrypts: a nonce of 24 bytes, the text, a tag of 16 bytes over it and over the place it is meant for.
    pub(super) fn seal(
        &self,
        nonces: &Nonces,
        place: &[u8],
        text: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let nonce = nonces.next();
        let message = Payload {
            msg: text,
            aad: place,
        };
        let sealed = XChaCha20Poly1305::new(&self.0.into())
            .encrypt(&XNonce::from(nonce), message)
            .map_err(|_| StoreError::Io("it cannot be encrypted".to_owned()))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// The text, if these bytes were sealed under this key for this place and are intact.
    pub(super) fn open(&self, place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let message = Payload {
            msg: rest,
            aad: place,
        };
        XChaCha20Poly1305::new(&self.0.into())
            .decrypt(&XNonce::from(*nonce), message)
            .ok()
    }
}

impl fmt::Debug for Key {
    /// Keys never reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// Gives every sealing a nonce that no other had: 16 random bytes drawn at each start, then a count.
///
/// Sequence numbers would not do: after a power cut the same one may be given to something else.
#[derive(Debug)]
pub(super) struct Nonces {
    start: [u8; 16],
    count: AtomicU64,
}

impl Nonces {
    /// To be drawn once for each opening of a store.
    pub(super) fn draw() -> Result<Self, StoreError> {
        Ok(Self {
            start: entropy()?,
            count: AtomicU64::new(0),
        })
    }

    fn next(&self) -> [u8; NONCE_BYTES] {
        let mut nonce = [0; NONCE_BYTES];
        nonce[..16].copy_from_slice(&self.start);
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        nonce[16..].copy_from_slice(&count.to_be_bytes());
        nonce
    }
}

/// Bytes nobody can guess.
pub(super) fn entropy<const LENGTH: usize>() -> Result<[u8; LENGTH], StoreError> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Io(error.to_string()))?;
    Ok(bytes)
}

/// Puts 8 bytes of a SHA-256 over the place and the content before the content, for what need not be secret.
pub(super) fn check(place: &[u8], content: &[u8]) -> Vec<u8> {
    let mut value = checksum(place, content).to_vec();
    value.extend_from_slice(content);
    value
}

/// The content, if it is intact and in its place.
pub(super) fn checked<'a>(place: &[u8], value: &'a [u8]) -> Option<&'a [u8]> {
    let (found, content) = value.split_first_chunk::<CHECKSUM_BYTES>()?;
    (*found == checksum(place, content)).then_some(content)
}

fn checksum(place: &[u8], content: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let digest = Sha256::new()
        .chain_update(place)
        .chain_update(content)
        .finalize();
    let mut checksum = [0; CHECKSUM_BYTES];
    checksum.copy_from_slice(&digest[..CHECKSUM_BYTES]);
    checksum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_under_its_key_and_in_its_place_only() {
        let (key, nonces) = (Key::draw().unwrap(), Nonces::draw().unwrap());
        let sealed = key.seal(&nonces, b"here", b"words").unwrap();
        assert_eq!(key.open(b"here", &sealed).as_deref(), Some(&b"words"[..]));
        assert_eq!(key.open(b"there", &sealed), None);
        assert_eq!(Key::draw().unwrap().open(b"here", &sealed), None);
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert_eq!(key.open(b"here", &damaged), None);
        }
        assert_eq!(key.open(b"here", &sealed[..10]), None);
    }

    #[test]
    fn no_two_sealings_share_a_nonce() {
        let (key, nonces) = (Key::draw().unwrap(), Nonces::draw().unwrap());
        let seal = || key.seal(&nonces, b"", b"the same").unwrap();
        assert_ne!(seal(), seal());
    }
}
