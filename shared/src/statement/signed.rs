//! A statement as it stands in its document: whose key, its signature, and the bytes that were signed.

use super::{Content, Statement, StatementId};
use crate::id::DocumentId;
use crate::identity::{PublicKey, Signature};
use crate::time::UnixMillis;
use automerge::ChangeHash;
use minicbor::{Decode, Decoder, Encode, Encoder};

/// The longest statement with its signature, in bytes: room for the longest text and for every position of a large room.
pub const STATEMENT_BYTES: usize = 48 * 1024;
/// Heads that a statement may name: a document has as many as people wrote at the same time.
pub const MOST_HEADS: usize = 512;

/// What signatures are for; the number goes up should the bytes ever mean something else.
const PURPOSE: &[u8] = b"maillage statement 1";

/// Bytes that are no statement of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a statement, or not in the one form it has")]
pub struct BadStatement;

/// A statement before it is signed: bytes of which there is one form for each statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    content: Vec<u8>,
}

/// A statement that someone has signed, or claims to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The key it is said to be signed with.
    pub key: PublicKey,
    /// What it says.
    pub statement: Statement,
    signature: Signature,
    content: Vec<u8>,
}

/// The bytes that are signed: CBOR with definite lengths and the shortest numbers, in this order.
#[derive(Encode, Decode)]
struct Form {
    #[n(0)]
    id: StatementId,
    #[n(1)]
    space: DocumentId,
    #[n(2)]
    sheet: DocumentId,
    #[cbor(n(3), with = "minicbor::bytes")]
    heads: Vec<u8>,
    #[n(4)]
    at: UnixMillis,
    #[n(5)]
    content: Content,
}

impl Statement {
    /// Makes it ready to be signed. Its heads are sorted here. Fails when it does not say what it must, or too much.
    pub fn draft(mut self) -> Result<Draft, BadStatement> {
        self.heads.sort();
        self.heads.dedup();
        let content = self.encode();
        // Read as everyone will read it.
        Self::decode(&content)?;
        Ok(Draft { content })
    }

    fn encode(&self) -> Vec<u8> {
        let form = Form {
            id: self.id,
            space: self.space,
            sheet: self.sheet,
            heads: self.heads.iter().flat_map(|head| head.0).collect(),
            at: self.at,
            content: self.content.clone(),
        };
        // Writing to a Vec cannot fail.
        minicbor::to_vec(&form).unwrap_or_default()
    }

    fn decode(content: &[u8]) -> Result<Self, BadStatement> {
        if content.len() > STATEMENT_BYTES {
            return Err(BadStatement);
        }
        let form: Form = minicbor::decode(content).map_err(|_| BadStatement)?;
        let (heads, rest) = form.heads.as_chunks::<32>();
        let statement = Self {
            id: form.id,
            space: form.space,
            sheet: form.sheet,
            heads: heads.iter().copied().map(ChangeHash).collect(),
            at: form.at,
            content: form.content,
        };
        let heads = &statement.heads;
        let is_sorted = heads.is_sorted_by(|one, next| one < next);
        let are_heads = rest.is_empty() && is_sorted && (1..=MOST_HEADS).contains(&heads.len());
        // Whatever else reads as the same statement is refused: one statement, one form.
        let is_canonical = statement.encode() == content;
        if are_heads && is_canonical && statement.content.is_complete() {
            Ok(statement)
        } else {
            Err(BadStatement)
        }
    }
}

impl Draft {
    /// The bytes to sign: they say themselves what they are for.
    pub fn message(&self) -> Vec<u8> {
        message(&self.content)
    }

    /// The statement with its signature.
    pub fn signed(self, key: PublicKey, signature: Signature) -> Result<Signed, BadStatement> {
        Ok(Signed {
            statement: Statement::decode(&self.content)?,
            key,
            signature,
            content: self.content,
        })
    }
}

impl Signed {
    /// Whether the holder of its key has signed exactly these bytes.
    pub fn is_true(&self) -> bool {
        self.key.verifies(&message(&self.content), &self.signature)
    }

    /// The bytes that stand in the document.
    pub fn encode(&self) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::new());
        let written = encoder
            .array(3)
            .and_then(|e| e.encode(self.key))
            .and_then(|e| e.encode(self.signature))
            .and_then(|e| e.bytes(&self.content)?.ok());
        // Writing to a Vec cannot fail.
        debug_assert!(written.is_ok());
        encoder.into_writer()
    }

    /// Reads what [`Signed::encode`] wrote. Whether it is true is another question.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadStatement> {
        Self::read(bytes)
            .filter(|signed| signed.encode() == bytes)
            .ok_or(BadStatement)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut d = Decoder::new(bytes);
        d.array().ok()?.filter(|length| *length == 3)?;
        let (key, signature) = (d.decode().ok()?, d.decode().ok()?);
        let content = d.bytes().ok()?;
        let statement = Statement::decode(content).ok()?;
        (d.position() == bytes.len()).then(|| Self {
            key,
            statement,
            signature,
            content: content.to_vec(),
        })
    }
}

fn message(content: &[u8]) -> Vec<u8> {
    [PURPOSE, content].concat()
}
