//! Who writes: keys, fingerprints, the actor ids that carry them, and what people prove with their keys.

/// Lets wrapped arrays travel as CBOR byte strings of their exact length.
macro_rules! as_bytes_in_cbor {
    ($($kind:ident),*) => {$(
        impl<C> minicbor::Encode<C> for $kind {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $kind {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                d.bytes()?
                    .try_into()
                    .map(Self)
                    .map_err(|_| minicbor::decode::Error::message("bytes of another length"))
            }
        }
    )*};
}

mod authorship;
mod card_words;
mod invitation;
mod key;
mod proof;
mod receipt;
mod role;

pub use authorship::{AUTHORSHIP_BYTES, Authorship, MOST_AUTHORSHIPS};
pub use card_words::{CARD_BYTES, CARD_WORDS, CardWord, CardWords};
pub use invitation::{BadInvitation, CODE_LETTERS, Code, Invitation, Secret};
pub use key::{PersonKey, PublicKey, SIGNATURE_BYTES, Signature};
pub use proof::{Challenge, MOST_PROOFS, Proof, read_proofs, write_proofs};
pub use receipt::Receipt;
pub use role::{Role, Roles};

use automerge::ActorId;
use std::fmt;

/// Bytes of the fingerprint that every actor id starts with.
pub const FINGERPRINT_LENGTH: usize = 12;
/// Random bytes that end an actor id, new for each tab and each start of the app.
pub const ACTOR_ENTROPY_LENGTH: usize = 8;

/// An opaque name for a person on one phone: the first 12 bytes of the SHA-256 of their public key.
///
/// Shared documents hold nothing else about people, so that erasing the person's own data unlinks the rest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId([u8; FINGERPRINT_LENGTH]);

impl PersonId {
    /// Reads the 24 hexadecimal digits that [`PersonId`]'s `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = hex::decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// The person whose key an actor id carries, or `None` for the actor of a foreign client or a migration.
    pub fn of_actor(actor: &ActorId) -> Option<Self> {
        let bytes = actor.to_bytes();
        if bytes.len() != FINGERPRINT_LENGTH + ACTOR_ENTROPY_LENGTH {
            return None;
        }
        let (fingerprint, _) = bytes.split_at(FINGERPRINT_LENGTH);
        fingerprint.try_into().ok().map(Self)
    }

    /// The actor under which this person writes in one tab, from 8 random bytes drawn at each start.
    ///
    /// A start never reuses an actor: a change that was shown but lost before it reached the disk can then not come back as a
    /// different change with the same sequence number.
    pub fn actor(&self, entropy: [u8; ACTOR_ENTROPY_LENGTH]) -> ActorId {
        let mut bytes = self.0.to_vec();
        bytes.extend_from_slice(&entropy);
        ActorId::from(bytes)
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonId({self})")
    }
}

as_bytes_in_cbor!(PersonId);

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn an_actor_id_names_its_person() {
        let person = PersonKey::from_seed(&[3; 32]).person();
        let actor = person.actor([1; 8]);
        assert_eq!(PersonId::of_actor(&actor), Some(person));
        assert_eq!(PersonId::parse(&person.to_string()), Some(person));
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn a_foreign_actor_names_nobody() {
        assert_eq!(PersonId::of_actor(&ActorId::from(vec![1; 16])), None);
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn two_starts_are_two_actors() {
        let person = PersonKey::from_seed(&[3; 32]).person();
        assert_ne!(person.actor([1; 8]), person.actor([2; 8]));
    }
}
