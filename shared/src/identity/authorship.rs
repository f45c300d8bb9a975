//! An author's own word for a change: whoever holds it can bring that change, and what the same actor wrote before it, to a relay that has
//! never seen their author.
//!
//! A change names its causes by their hashes, so one signature over the latest change of an actor covers all that this actor wrote before.

use super::{PersonId, PersonKey, PublicKey, SIGNATURE_BYTES, Signature};
use crate::change::ChangeRecord;
use crate::id::DocumentId;
use automerge::ChangeHash;

const PURPOSE: &[u8] = b"maillage authorship 1";
/// Bytes of one as it travels: key, change, signature.
pub const AUTHORSHIP_BYTES: usize = 32 + 32 + SIGNATURE_BYTES;
/// As many travel in one message at most.
pub const MOST_AUTHORSHIPS: usize = 256;

/// What a person's key has signed about one change of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authorship {
    /// Whose it is.
    pub key: PublicKey,
    /// The change.
    pub change: ChangeHash,
    signature: Signature,
}

impl Authorship {
    /// What to sign: that the holder of the key has written this change of this document.
    pub fn message(document: DocumentId, change: ChangeHash) -> Vec<u8> {
        let parts = [PURPOSE, document.as_bytes(), &change.0];
        parts.concat()
    }

    /// From a key and what it made of [`Authorship::message`], wherever that was signed.
    pub fn new(key: PublicKey, change: ChangeHash, signature: Signature) -> Self {
        Self {
            key,
            change,
            signature,
        }
    }

    /// Signs that the holder of this key has written a change.
    pub fn sign(document: DocumentId, change: ChangeHash, key: &PersonKey) -> Self {
        let signature = key.sign(&Self::message(document, change));
        Self::new(key.public(), change, signature)
    }

    /// Whether the key's holder has signed it for this document. Whose change it is, [`Authorship::is_of`] tells.
    pub fn holds(&self, document: DocumentId) -> bool {
        let message = Self::message(document, self.change);
        self.key.verifies(&message, &self.signature)
    }

    /// Whether this change is the one it is about, written under an actor of the key that signed.
    pub fn is_of(&self, change: &ChangeRecord) -> bool {
        self.change == change.hash && PersonId::of_actor(&change.actor) == Some(self.key.person())
    }

    /// Several, one after the other, each of [`AUTHORSHIP_BYTES`].
    pub fn encode_all<'a>(all: impl IntoIterator<Item = &'a Self>) -> Vec<u8> {
        let mut bytes = Vec::new();
        for each in all {
            bytes.extend_from_slice(each.key.as_bytes());
            bytes.extend_from_slice(&each.change.0);
            bytes.extend_from_slice(each.signature.as_bytes());
        }
        bytes
    }

    /// Reads what [`Authorship::encode_all`] wrote; `None` for bytes of another length.
    pub fn decode_all(bytes: &[u8]) -> Option<Vec<Self>> {
        let (all, rest) = bytes.as_chunks::<AUTHORSHIP_BYTES>();
        rest.is_empty()
            .then(|| all.iter().filter_map(Self::decode).collect())
    }

    fn decode(bytes: &[u8; AUTHORSHIP_BYTES]) -> Option<Self> {
        let (key, rest) = bytes.split_first_chunk::<32>()?;
        let (change, signature) = rest.split_first_chunk::<32>()?;
        Some(Self::new(
            PublicKey::from_bytes(*key),
            ChangeHash(*change),
            Signature::from_bytes(signature.try_into().ok()?),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::territory;
    use crate::time::UnixMillis;

    fn document(number: u8) -> DocumentId {
        DocumentId::from_entropy([number; 16])
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn it_holds_for_its_document_change_and_author_only() {
        let [key, other] = [1, 2].map(|seed| PersonKey::from_seed(&[seed; 32]));
        let actor = key.person().actor([1; 8]);
        let (_, born) = territory::birth(document(1), "Droixhe", actor, UnixMillis(0)).unwrap();
        let word = Authorship::sign(document(1), born.hash, &key);
        assert!(word.holds(document(1)) && word.is_of(&born));
        assert!(!word.holds(document(2)));
        let elsewhere = Authorship {
            change: ChangeHash([9; 32]),
            ..word
        };
        assert!(!elsewhere.holds(document(1)) && !elsewhere.is_of(&born));
        // Someone else's signature over the same change is good, and says nothing about who wrote it.
        let stolen = Authorship::sign(document(1), born.hash, &other);
        assert!(stolen.holds(document(1)) && !stolen.is_of(&born));
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn several_survive_the_wire_and_half_of_one_does_not() {
        let key = PersonKey::from_seed(&[1; 32]);
        let all: Vec<_> = (0..3)
            .map(|number| Authorship::sign(document(1), ChangeHash([number; 32]), &key))
            .collect();
        let bytes = Authorship::encode_all(&all);
        assert_eq!(bytes.len(), 3 * AUTHORSHIP_BYTES);
        assert_eq!(Authorship::decode_all(&bytes), Some(all));
        assert_eq!(Authorship::decode_all(&bytes[1..]), None);
        assert_eq!(Authorship::decode_all(&[]), Some(Vec::new()));
    }
}
