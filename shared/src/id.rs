//! Names of documents, peers and the records inside documents.

use minicbor::{Decode, Decoder, Encode, Encoder};
use std::fmt;
use std::str::FromStr;

/// The name of a document: a version-4 UUID, written as base58check, as automerge-repo writes it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId([u8; 16]);

impl DocumentId {
    /// Makes an id from 16 random bytes; the six bits that mark a version-4 UUID are overwritten, because JavaScript peers refuse others.
    pub fn from_entropy(mut bytes: [u8; 16]) -> Self {
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        Self(bytes)
    }

    /// The 16 bytes of the UUID.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads the 16 bytes of a UUID, as a store keeps them.
    pub fn from_bytes(bytes: [u8; 16]) -> Result<Self, BadDocumentId> {
        if bytes[6] >> 4 == 4 && bytes[8] >> 6 == 0b10 {
            Ok(Self(bytes))
        } else {
            Err(BadDocumentId)
        }
    }
}

/// A text that is not the base58check form of a version-4 UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a document id: expected the base58check form of a version-4 UUID")]
pub struct BadDocumentId;

impl FromStr for DocumentId {
    type Err = BadDocumentId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // 16 bytes and a checksum of 4 never need more than 28 digits in base 58.
        if text.len() > 28 {
            return Err(BadDocumentId);
        }
        let bytes = bs58::decode(text)
            .with_check(None)
            .into_vec()
            .map_err(|_| BadDocumentId)?;
        let bytes: [u8; 16] = bytes.try_into().map_err(|_| BadDocumentId)?;
        Self::from_bytes(bytes)
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&bs58::encode(self.0).with_check().into_string())
    }
}

impl fmt::Debug for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocumentId({self})")
    }
}

impl<C> Encode<C> for DocumentId {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for DocumentId {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        d.bytes()?
            .try_into()
            .ok()
            .and_then(|bytes| Self::from_bytes(bytes).ok())
            .ok_or_else(|| minicbor::decode::Error::message("not a document id"))
    }
}

/// The name a peer gives itself for one connection (`senderId`): 1 to 128 bytes, unique among the peers of one relay.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(String);

/// A peer name that is empty or longer than 128 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a peer id has between 1 and 128 bytes")]
pub struct BadPeerId;

impl PeerId {
    /// Checks the length of a peer name.
    pub fn new(name: impl Into<String>) -> Result<Self, BadPeerId> {
        let name = name.into();
        if name.is_empty() || name.len() > 128 {
            return Err(BadPeerId);
        }
        Ok(Self(name))
    }

    /// A name made of 16 random bytes, for our own clients and relays.
    pub fn from_entropy(bytes: [u8; 16]) -> Self {
        Self(hex::encode(bytes))
    }

    /// The name as it goes on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of one record inside a document (a need, a point to check, a move): 16 hexadecimal digits drawn at its creation, so
/// that two phones never create different records under one key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(String);

impl RecordId {
    /// Makes an id from 8 random bytes.
    pub fn from_entropy(bytes: [u8; 8]) -> Self {
        Self(hex::encode(bytes))
    }

    /// Takes a key met in a document as it is: foreign clients may have used another form.
    pub fn from_key(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// The key under which the record stands in its document.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn a_document_id_survives_its_text_form() {
        let id = DocumentId::from_entropy([7; 16]);
        assert_eq!(id.to_string().parse::<DocumentId>().unwrap(), id);
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn a_uuid_of_another_version_is_refused() {
        let text = bs58::encode([0u8; 16]).with_check().into_string();
        assert_eq!(text.parse::<DocumentId>(), Err(BadDocumentId));
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn a_wrong_checksum_is_refused() {
        let mut text = DocumentId::from_entropy([9; 16]).to_string();
        let last = if text.ends_with('1') { '2' } else { '1' };
        text.pop();
        text.push(last);
        assert_eq!(text.parse::<DocumentId>(), Err(BadDocumentId));
    }
}
