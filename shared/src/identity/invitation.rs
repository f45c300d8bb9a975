//! What lets someone in: the secret of a link, or a code that is spoken aloud.

use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Letters of a spoken code.
pub const CODE_LETTERS: usize = 6;

/// Letters that are heard apart in French, over a bad loudspeaker too: no C or H (mute), no K, Q, W, X, Y.
const CONSONANTS: &[u8; 14] = b"BDFGJLMNPRSTVZ";
const VOWELS: &[u8; 5] = b"AEIOU";

/// The 128 bits that a joining link or a ticket carries. Relays keep the hash only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Secret([u8; 16]);

impl Secret {
    /// Takes 16 random bytes.
    pub fn from_entropy(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The name under which a relay knows it.
    pub fn digest(&self) -> [u8; 32] {
        digest(b"maillage secret 1", &self.0)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&bs58::encode(self.0).with_check().into_string())
    }
}

impl fmt::Debug for Secret {
    /// Secrets do not get into logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// A text that is neither the secret of a link nor a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither the end of a joining link nor a code of {CODE_LETTERS} letters")]
pub struct BadInvitation;

impl FromStr for Secret {
    type Err = BadInvitation;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // 16 bytes and a checksum of 4 never need more than 28 digits in base 58.
        if text.len() > 28 {
            return Err(BadInvitation);
        }
        let bytes = bs58::decode(text).with_check(None).into_vec();
        let bytes = bytes.map_err(|_| BadInvitation)?;
        bytes.try_into().map(Self).map_err(|_| BadInvitation)
    }
}

/// A code of six letters, consonant and vowel in turn, so that it can be said like a word: one of 343,000. Short enough to be guessed
/// by a machine: relays bound the attempts, and the time for which it is good.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Code([u8; CODE_LETTERS]);

impl Code {
    /// Draws a code.
    pub fn from_entropy(bytes: [u8; 16]) -> Self {
        let mut left = u128::from_le_bytes(bytes);
        let mut draw = |letters: &[u8]| {
            let count = letters.len() as u128;
            let letter = letters[(left % count) as usize];
            left /= count;
            letter
        };
        let mut letters = [0; CODE_LETTERS];
        for pair in letters.chunks_exact_mut(2) {
            pair[0] = draw(CONSONANTS);
            pair[1] = draw(VOWELS);
        }
        Self(letters)
    }

    /// The name under which a relay knows it.
    pub fn digest(&self) -> [u8; 32] {
        digest(b"maillage code 1", &self.0)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code")
    }
}

impl FromStr for Code {
    type Err = BadInvitation;

    /// Reads a code as people write it: in small letters, with spaces, hyphens or dots.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > 40 {
            return Err(BadInvitation);
        }
        let letters: Vec<u8> = text
            .bytes()
            .filter(|byte| !b" -.\t".contains(byte))
            .map(|byte| byte.to_ascii_uppercase())
            .collect();
        let letters: [u8; CODE_LETTERS] = letters.try_into().map_err(|_| BadInvitation)?;
        let is_code = letters
            .chunks_exact(2)
            .all(|pair| CONSONANTS.contains(&pair[0]) && VOWELS.contains(&pair[1]));
        is_code.then_some(Self(letters)).ok_or(BadInvitation)
    }
}

/// What someone joins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invitation {
    /// The secret of a link.
    Link(Secret),
    /// A spoken code.
    Code(Code),
}

impl Invitation {
    /// The name under which a relay knows it.
    pub fn digest(&self) -> [u8; 32] {
        match self {
            Self::Link(secret) => secret.digest(),
            Self::Code(code) => code.digest(),
        }
    }
}

impl fmt::Display for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link(secret) => secret.fmt(f),
            Self::Code(code) => code.fmt(f),
        }
    }
}

impl FromStr for Invitation {
    type Err = BadInvitation;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse()
            .map(Self::Link)
            .or_else(|_| text.parse().map(Self::Code))
    }
}

fn digest(purpose: &[u8], bytes: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(purpose)
        .chain_update(bytes)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::properties;
    use proptest::prelude::*;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn a_code_is_read_as_people_write_it() {
        let code: Code = "BADOMI".parse().unwrap();
        for text in ["badomi", "BA DO MI", " ba-do-mi ", "Ba.Do.Mi"] {
            assert_eq!(text.parse(), Ok(code));
        }
        for text in ["", "BADOM", "BADOMIR", "BADDMI", "CADOMI", "BADOMÉ"] {
            assert_eq!(text.parse::<Code>(), Err(BadInvitation), "{text}");
        }
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn neither_secret_nor_code_is_printed_by_accident() {
        let link = Invitation::Link(Secret::from_entropy([7; 16]));
        assert_eq!(format!("{link:?}"), "Link(Secret)");
    }

    proptest! {
        #![proptest_config(properties::cases(64))]

        #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
        #[test]
        fn invitations_survive_their_text_form(bytes: [u8; 16]) {
            let link = Invitation::Link(Secret::from_entropy(bytes));
            prop_assert_eq!(link.to_string().parse(), Ok(link));
            let code = Invitation::Code(Code::from_entropy(bytes));
            prop_assert_eq!(code.to_string().parse(), Ok(code));
        }
    }
}
