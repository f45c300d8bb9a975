//! Ed25519 keys (RFC 8032): one for each person on each phone, one for each space, one for each relay.

use super::{Code, PersonId};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use std::fmt;

/// Bytes of a signature.
pub const SIGNATURE_BYTES: usize = 64;

/// A key that signs: of one person on one phone, or of a space.
#[derive(Clone)]
pub struct PersonKey(SigningKey);

impl PersonKey {
    /// Makes the key from its 32-byte seed: fresh randomness at first use, the kept seed afterwards.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// The fingerprint of the public half.
    pub fn person(&self) -> PersonId {
        self.public().person()
    }

    /// Signs bytes that say themselves what they are for, so that a signature for one purpose never serves another.
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonKey(of {})", self.person())
    }
}

/// The public half of a key, as it travels: 32 bytes. Whether they are a point of the curve is found out by [`PublicKey::verifies`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Takes the bytes as they are.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Six letters by which people tell two phones apart when they look at both. Other keys with the same letters can be found.
    pub fn letters(&self) -> Code {
        let digest = Sha256::new()
            .chain_update(b"maillage phone letters 1")
            .chain_update(self.0)
            .finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Code::from_entropy(bytes)
    }

    /// The fingerprint: the first 12 bytes of the SHA-256.
    pub fn person(&self) -> PersonId {
        let digest = Sha256::digest(self.0);
        let mut fingerprint = [0; super::FINGERPRINT_LENGTH];
        fingerprint.copy_from_slice(&digest[..super::FINGERPRINT_LENGTH]);
        PersonId(fingerprint)
    }

    /// Whether the holder of this key has signed these bytes. Strict (weak keys and other forms of one signature are refused), so that
    /// every phone and every relay answers the same.
    pub fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", hex::encode(self.0))
    }
}

/// An Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; SIGNATURE_BYTES]);

impl Signature {
    /// Takes the bytes as they are.
    pub fn from_bytes(bytes: [u8; SIGNATURE_BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; SIGNATURE_BYTES] {
        &self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({}…)", hex::encode(&self.0[..4]))
    }
}

as_bytes_in_cbor!(PublicKey, Signature);

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, section 7.1, test 2: made by others than us.
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn signs_as_the_standard_says() {
        let seed = hex::decode("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let key = PersonKey::from_seed(&seed.unwrap().try_into().unwrap());
        let expected = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                        085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
        let signature = key.sign(&[0x72]);
        assert_eq!(hex::encode(signature.as_bytes()), expected);
        assert!(key.public().verifies(&[0x72], &signature));
        assert!(!key.public().verifies(&[0x73], &signature));
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn a_key_of_small_order_proves_nothing() {
        // The neutral element as key verifies every message with this signature, unless one is strict.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut signature = [0; SIGNATURE_BYTES];
        signature[0] = 1;
        let key = PublicKey::from_bytes(neutral);
        assert!(!key.verifies(b"anything", &Signature::from_bytes(signature)));
    }
}
