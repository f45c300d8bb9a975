//! What is left of documents that were erased: their names, sealed by the key of their space, so that phones forget only what it says.

use crate::id::DocumentId;
use crate::identity::{PersonKey, PublicKey, Signature};
use crate::limits::Limits;
use automerge::ChangeHash;
use minicbor::{Decode, Decoder, Encode, Encoder};
use std::convert::Infallible;

/// The longest list that is read, in bytes: room for all documents a space may have had.
const TOMBSTONES_BYTES: usize = 1024 * 1024;

const PURPOSE: &[u8] = b"maillage gone 1";

/// What is left of one document.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Tombstone {
    /// Which one it was.
    #[n(0)]
    pub document: DocumentId,
    /// The document that says the same without what was struck out, if there is one.
    #[n(1)]
    pub replaced_by: Option<DocumentId>,
    /// Up to where the other document says the same.
    #[n(2)]
    pub heads: Heads,
}

/// Heads of a document, as they travel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heads(pub Vec<ChangeHash>);

/// Bytes that are no list of erased documents of this space which its key has signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the erased documents of this territory, or not signed by its key")]
pub struct BadTombstones;

impl Tombstone {
    /// Seals some of a space: the key of the space, its signature, and what it has signed.
    pub fn seal(space: DocumentId, tombstones: &[Self], key: &PersonKey) -> Vec<u8> {
        // Writing to a Vec cannot fail.
        let content = minicbor::to_vec((space, tombstones)).unwrap_or_default();
        let signature = key.sign(&signed(&content));
        let mut encoder = Encoder::new(Vec::new());
        let write = |e: &mut Encoder<Vec<u8>>| -> Result<(), minicbor::encode::Error<Infallible>> {
            e.array(3)?.encode(key.public())?.encode(signature)?;
            e.bytes(&content)?.ok()
        };
        let written = write(&mut encoder);
        debug_assert!(written.is_ok());
        encoder.into_writer()
    }

    /// Reads what [`Tombstone::seal`] wrote about a space. A phone gives the key that it has met first; without one, any is taken.
    pub fn open(
        bytes: &[u8],
        space: DocumentId,
        known: Option<PublicKey>,
    ) -> Result<Vec<Self>, BadTombstones> {
        read(bytes)
            .filter(|(of, key, _)| *of == space && known.is_none_or(|known| known == *key))
            .map(|(_, _, tombstones)| tombstones)
            .ok_or(BadTombstones)
    }
}

fn read(bytes: &[u8]) -> Option<(DocumentId, PublicKey, Vec<Tombstone>)> {
    if bytes.len() > TOMBSTONES_BYTES {
        return None;
    }
    let mut d = Decoder::new(bytes);
    d.array().ok()?.filter(|length| *length == 3)?;
    let key: PublicKey = d.decode().ok()?;
    let signature: Signature = d.decode().ok()?;
    let content = d.bytes().ok()?;
    let is_true = key.verifies(&signed(content), &signature) && d.position() == bytes.len();
    let (space, tombstones) = minicbor::decode(content).ok()?;
    is_true.then_some((space, key, tombstones))
}

fn signed(content: &[u8]) -> Vec<u8> {
    [PURPOSE, content].concat()
}

impl<C> Encode<C> for Heads {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let heads: Vec<u8> = self.0.iter().flat_map(|head| head.0).collect();
        e.bytes(&heads)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Heads {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let (heads, rest) = d.bytes()?.as_chunks::<32>();
        if !rest.is_empty() || heads.len() > Limits::DEFAULT.hashes {
            return Err(minicbor::decode::Error::message("no heads"));
        }
        Ok(Self(heads.iter().copied().map(ChangeHash).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> DocumentId {
        DocumentId::from_entropy([number; 16])
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn only_what_the_key_of_the_space_has_signed_is_gone() {
        let (key, other) = (
            PersonKey::from_seed(&[1; 32]),
            PersonKey::from_seed(&[2; 32]),
        );
        let gone = vec![Tombstone {
            document: id(1),
            replaced_by: Some(id(2)),
            heads: Heads(vec![ChangeHash([3; 32])]),
        }];
        let sealed = Tombstone::seal(id(9), &gone, &key);
        assert_eq!(
            Tombstone::open(&sealed, id(9), Some(key.public())),
            Ok(gone.clone())
        );
        assert_eq!(Tombstone::open(&sealed, id(9), None), Ok(gone));
        for (space, known) in [(id(9), Some(other.public())), (id(8), None)] {
            assert_eq!(Tombstone::open(&sealed, space, known), Err(BadTombstones));
        }
        for position in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[position] ^= 1;
            assert_eq!(
                Tombstone::open(&altered, id(9), Some(key.public())),
                Err(BadTombstones)
            );
        }
    }
}
