//! A relay's word that it has accepted a document up to some heads, and with these all that they build upon.
//!
//! Whoever holds one can give the relay back what it has lost, whoever wrote it: the hashes of the heads cover their past.

use super::{PersonKey, PublicKey, Signature};
use crate::id::DocumentId;
use crate::limits::Limits;
use automerge::ChangeHash;
use minicbor::{Decoder, Encoder};
use std::convert::Infallible;

const PURPOSE: &[u8] = b"maillage receipt 1";

/// What a space's key has signed about one of its documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The heads, sorted.
    pub heads: Vec<ChangeHash>,
    signature: Signature,
}

impl Receipt {
    /// Signs that a document was accepted up to these heads.
    pub fn sign(document: DocumentId, mut heads: Vec<ChangeHash>, key: &PersonKey) -> Self {
        heads.sort();
        let signature = key.sign(&message(document, &heads));
        Self { heads, signature }
    }

    /// Whether the holder of this key has signed it for this document.
    pub fn holds(&self, document: DocumentId, key: &PublicKey) -> bool {
        key.verifies(&message(document, &self.heads), &self.signature)
    }

    /// The bytes that travel, and that a phone keeps.
    pub fn encode(&self) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::new());
        let write = |e: &mut Encoder<Vec<u8>>| -> Result<(), minicbor::encode::Error<Infallible>> {
            let heads: Vec<u8> = self.heads.iter().flat_map(|head| head.0).collect();
            e.array(2)?.bytes(&heads)?.encode(self.signature)?.ok()
        };
        let written = write(&mut encoder);
        // Writing to a Vec cannot fail.
        debug_assert!(written.is_ok());
        encoder.into_writer()
    }

    /// Reads what [`Receipt::encode`] wrote.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut d = Decoder::new(bytes);
        d.array().ok()?.filter(|length| *length == 2)?;
        let (heads, rest) = d.bytes().ok()?.as_chunks::<32>();
        let are_heads = rest.is_empty() && heads.len() <= Limits::DEFAULT.hashes;
        let receipt = Self {
            heads: heads.iter().copied().map(ChangeHash).collect(),
            signature: d.decode().ok()?,
        };
        (are_heads && d.position() == bytes.len()).then_some(receipt)
    }
}

fn message(document: DocumentId, heads: &[ChangeHash]) -> Vec<u8> {
    let heads = heads.iter().flat_map(|head| head.0);
    let named = PURPOSE.iter().chain(document.as_bytes()).copied();
    named.chain(heads).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(number: u8) -> DocumentId {
        DocumentId::from_entropy([number; 16])
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn a_receipt_is_for_its_document_and_heads_only() {
        let (key, other) = (
            PersonKey::from_seed(&[1; 32]),
            PersonKey::from_seed(&[2; 32]),
        );
        let heads = vec![ChangeHash([9; 32]), ChangeHash([3; 32])];
        let receipt = Receipt::sign(document(1), heads, &key);
        assert_eq!(Receipt::decode(&receipt.encode()), Some(receipt.clone()));
        assert!(receipt.holds(document(1), &key.public()));
        assert!(!receipt.holds(document(2), &key.public()));
        assert!(!receipt.holds(document(1), &other.public()));
        let mut more = receipt.clone();
        more.heads.push(ChangeHash([4; 32]));
        assert!(!more.holds(document(1), &key.public()));
        assert_eq!(Receipt::decode(&receipt.encode()[1..]), None);
    }
}
