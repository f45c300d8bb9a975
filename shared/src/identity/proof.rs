//! Proving to a relay who uses a connection: it asks with a challenge, and each person's key signs it.
//!
//! The signed bytes name the relay and the peer, so that a proof serves on this connection only: another relay cannot pass it on, and
//! nobody can replay it.

use super::{PublicKey, Signature};
use crate::id::PeerId;
use minicbor::{Decoder, Encoder};
use std::convert::Infallible;

/// People who may use one connection at once: one phone serves a few.
pub const MOST_PROOFS: usize = 8;

const PURPOSE: &[u8] = b"maillage proof 1";

/// What a relay asks each connection to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenge(pub [u8; 32]);

impl Challenge {
    /// The bytes to sign, for a connection of `peer` with `relay`.
    pub fn message(&self, relay: &PeerId, peer: &PeerId) -> Vec<u8> {
        let mut message = PURPOSE.to_vec();
        for part in [relay.as_str().as_bytes(), peer.as_str().as_bytes(), &self.0] {
            // Names have at most 128 bytes.
            message.push(part.len() as u8);
            message.extend_from_slice(part);
        }
        message
    }
}

/// A key, and what it signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// Whose.
    pub key: PublicKey,
    /// Over the challenge's message.
    pub signature: Signature,
}

/// The proofs of one connection as they travel.
pub fn write_proofs(proofs: &[Proof]) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    let write = |e: &mut Encoder<Vec<u8>>| -> Result<(), minicbor::encode::Error<Infallible>> {
        e.array(2 * proofs.len() as u64)?;
        for proof in proofs {
            e.encode(proof.key)?.encode(proof.signature)?;
        }
        Ok(())
    };
    let written = write(&mut encoder);
    // Writing to a Vec cannot fail.
    debug_assert!(written.is_ok());
    encoder.into_writer()
}

/// Reads what [`write_proofs`] wrote; `None` for anything else, and for more than [`MOST_PROOFS`].
pub fn read_proofs(bytes: &[u8]) -> Option<Vec<Proof>> {
    let mut d = Decoder::new(bytes);
    let count = d.array().ok()??;
    if count % 2 != 0 || count > 2 * MOST_PROOFS as u64 {
        return None;
    }
    let proofs = (0..count / 2)
        .map(|_| {
            Some(Proof {
                key: d.decode().ok()?,
                signature: d.decode().ok()?,
            })
        })
        .collect::<Option<_>>()?;
    (d.position() == bytes.len()).then_some(proofs)
}

#[cfg(test)]
mod tests {
    use super::super::PersonKey;
    use super::*;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn a_proof_serves_on_its_own_connection_only() {
        let (relay, peer) = (PeerId::new("relay").unwrap(), PeerId::new("a").unwrap());
        let other = PeerId::new("b").unwrap();
        let key = PersonKey::from_seed(&[1; 32]);
        let challenge = Challenge([7; 32]);
        let signature = key.sign(&challenge.message(&relay, &peer));
        let verifies = |message: Vec<u8>| key.public().verifies(&message, &signature);
        assert!(verifies(challenge.message(&relay, &peer)));
        assert!(!verifies(challenge.message(&relay, &other)));
        assert!(!verifies(challenge.message(&other, &peer)));
        assert!(!verifies(Challenge([8; 32]).message(&relay, &peer)));
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn proofs_survive_the_wire_and_too_many_do_not() {
        let key = PersonKey::from_seed(&[1; 32]);
        let proof = Proof {
            key: key.public(),
            signature: key.sign(b"x"),
        };
        let most = vec![proof; MOST_PROOFS];
        assert_eq!(read_proofs(&write_proofs(&most)), Some(most));
        assert_eq!(read_proofs(&write_proofs(&[proof; MOST_PROOFS + 1])), None);
        assert_eq!(read_proofs(b"nonsense"), None);
    }
}
