//! How a document's changes lie in sled: entries, cut into pieces, each sealed. Format 2.
//!
//! - The key of a piece is `r`, the document's 16 bytes and the piece's number, 8 bytes, big-endian. Numbers have no gaps from the first to
//!   the last one that the document's manifest names.
//! - A value is sealed under the document's key for the place that its own key names. Inside are the piece's position in its entry and the
//!   number of pieces of that entry, 4 bytes each, big-endian, and the piece's bytes.
//! - An entry is one byte for its kind and then: 0, a change: its hash and its chunk; 1, many changes: deflated, see [`super::snapshot`];
//!   2, many changes in a file of their own: that file's hash.
//!
//! Entries are cut into pieces so that no page of sled's grows to an eighth of a mebibyte: beyond that, sled moves it to a file of its own,
//! which it never makes durable.

use super::seal::{Key, Nonces};
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::store::{StoreError, StoredChange};
use std::ops::Range;
use std::sync::Arc;

/// Bytes of an entry in one piece. A leaf page of sled's holds some 16 pieces.
const PIECE_BYTES: usize = 4096;

const PREFIX: u8 = b'r';
const HASH_BYTES: usize = 32;

/// The SHA-256 that names a file of changes.
pub(super) type FileHash = [u8; HASH_BYTES];

/// A piece as a key and a value of sled's.
pub(super) type Sealed = (Vec<u8>, Vec<u8>);

/// A piece's number and its value, `None` when sled cannot read it.
pub(super) type Found = (u64, Option<Vec<u8>>);

/// What a document's history is kept as, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// One change.
    Change(StoredChange),
    /// Many changes, as [`super::snapshot`] packs them.
    Packed(Vec<u8>),
    /// The same in a file outside sled.
    File(FileHash),
}

impl Entry {
    fn encode(&self) -> Vec<u8> {
        match self {
            Self::Change(change) => [&[0], &change.hash.0[..], &change.bytes].concat(),
            Self::Packed(bytes) => [&[1], &bytes[..]].concat(),
            Self::File(hash) => [&[2], &hash[..]].concat(),
        }
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        match kind {
            0 => {
                let (hash, bytes) = rest.split_first_chunk::<HASH_BYTES>()?;
                Some(Self::Change(StoredChange {
                    hash: ChangeHash(*hash),
                    bytes: Arc::from(bytes),
                }))
            }
            1 => Some(Self::Packed(rest.to_vec())),
            2 => rest.try_into().ok().map(Self::File),
            _ => None,
        }
    }
}

/// The key of a piece.
pub(super) fn key(document: DocumentId, number: u64) -> Vec<u8> {
    [&[PREFIX], &document.as_bytes()[..], &number.to_be_bytes()].concat()
}

/// The document and the number that the key of a piece names.
pub(super) fn place(key: &[u8]) -> Option<(DocumentId, u64)> {
    let (document, number) = key.strip_prefix(&[PREFIX])?.split_first_chunk::<16>()?;
    let document = DocumentId::from_bytes(*document).ok()?;
    Some((document, u64::from_be_bytes(number.try_into().ok()?)))
}

/// The pieces of an entry from a number on, as keys and values of sled.
pub(super) fn seal(
    document: DocumentId,
    secret: &Key,
    nonces: &Nonces,
    first: u64,
    entry: &Entry,
) -> Result<Vec<Sealed>, StoreError> {
    let bytes = entry.encode();
    let pieces = bytes.chunks(PIECE_BYTES);
    let count = pieces.len() as u32;
    let sealed = pieces.zip(0u32..).map(|(piece, position)| {
        let key = key(document, first + u64::from(position));
        let text = [&position.to_be_bytes(), &count.to_be_bytes(), piece].concat();
        let value = secret.seal(nonces, &key, &text)?;
        Ok((key, value))
    });
    sealed.collect()
}

/// What could be read of a range of pieces.
#[derive(Debug, Default)]
pub(super) struct Entries {
    /// Every entry of which all pieces are intact, with the number of its first piece.
    pub(super) intact: Vec<(u64, Entry)>,
    /// What is wrong with the others: the first thing met, and how many more there are.
    pub(super) damage: Option<String>,
}

/// Puts the entries together again whose pieces have these numbers. Whatever is missing or damaged is left out.
pub(super) fn open(
    document: DocumentId,
    secret: &Key,
    numbers: Range<u64>,
    values: impl IntoIterator<Item = Found>,
) -> Entries {
    let mut intact = Vec::new();
    let mut first_damage = None;
    let mut further = 0u64;
    let mut begun: Option<Begun> = None;
    let mut expected = numbers.start;
    let mut damage = |number: u64, what: &str| match &first_damage {
        Some(_) => further += 1,
        None => first_damage = Some(format!("record {number} {what}")),
    };
    for (number, value) in values {
        if number != expected {
            damage(expected, "is missing");
            begun = None;
        }
        expected = number + 1;
        let piece = value
            .and_then(|value| secret.open(&key(document, number), &value))
            .and_then(|text| Piece::decode(&text));
        let Some(piece) = piece else {
            damage(number, "cannot be read");
            begun = None;
            continue;
        };
        let whole = match begun.take() {
            Some(begun) if begun.continues(number, &piece) => Some(begun.with(&piece.bytes)),
            before => {
                if let Some(before) = before {
                    damage(before.first, "has no end");
                }
                if piece.position != 0 {
                    damage(number, "has no beginning");
                }
                (piece.position == 0).then_some(Begun {
                    first: number,
                    pieces: piece.count,
                    bytes: piece.bytes,
                })
            }
        };
        match whole {
            Some(whole) if number - whole.first + 1 == u64::from(whole.pieces) => {
                match Entry::decode(&whole.bytes) {
                    Some(entry) => intact.push((whole.first, entry)),
                    None => damage(whole.first, "is of an unknown kind"),
                }
            }
            whole => begun = whole,
        }
    }
    if expected != numbers.end {
        damage(expected, "is missing");
    } else if let Some(begun) = begun {
        damage(begun.first, "has no end");
    }
    let damage = match (first_damage, further) {
        (Some(first), 1..) => Some(format!("{first}, and {further} more are damaged")),
        (first, _) => first,
    };
    Entries { intact, damage }
}

struct Begun {
    first: u64,
    pieces: u32,
    bytes: Vec<u8>,
}

impl Begun {
    fn continues(&self, number: u64, piece: &Piece) -> bool {
        piece.count == self.pieces && number - self.first == u64::from(piece.position)
    }

    fn with(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }
}

struct Piece {
    position: u32,
    count: u32,
    bytes: Vec<u8>,
}

impl Piece {
    fn decode(text: &[u8]) -> Option<Self> {
        let (position, rest) = text.split_first_chunk::<4>()?;
        let (count, bytes) = rest.split_first_chunk::<4>()?;
        Some(Self {
            position: u32::from_be_bytes(*position),
            count: u32::from_be_bytes(*count),
            bytes: bytes.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maillage_shared::testing::contract::document;

    #[test]
    fn pieces_that_would_lie_beyond_the_last_number_are_damage() {
        let (secret, nonces) = (Key::draw().unwrap(), Nonces::draw().unwrap());
        let number = u64::MAX - 1;
        for count in [0, 9, u32::MAX] {
            let text = [&[0; 4], &count.to_be_bytes(), &[2][..]].concat();
            let key = key(document(1), number);
            let value = secret.seal(&nonces, &key, &text).unwrap();
            let values = [(number, Some(value))];
            let read = open(document(1), &secret, number..u64::MAX, values);
            assert_eq!(read.intact, []);
            assert!(read.damage.is_some());
        }
    }

    #[test]
    fn an_entry_without_its_end_or_its_beginning_is_damage_and_counted() {
        let (secret, nonces) = (Key::draw().unwrap(), Nonces::draw().unwrap());
        let long = Entry::Packed(vec![7; 3 * PIECE_BYTES]);
        let short = Entry::File([9; HASH_BYTES]);
        let mut sealed = Vec::new();
        for entry in [&long, &short, &long] {
            let first = sealed.len() as u64;
            let pieces = seal(document(1), &secret, &nonces, first, entry).unwrap();
            sealed.extend(pieces.into_iter().map(|(_, value)| value));
        }
        let numbers = 0..sealed.len() as u64;
        let read = |left_out: &[usize]| {
            let values = sealed.iter().enumerate().map(|(number, value)| {
                let value = (!left_out.contains(&number)).then(|| value.clone());
                (number as u64, value)
            });
            open(document(1), &secret, numbers.clone(), values)
        };
        assert_eq!(read(&[]).damage, None);
        // Each of the long entries lies in four pieces, the short one between them.
        for (left_out, damage) in [
            (&[3][..], "record 3 cannot be read"),
            (&[0], "record 0 cannot be read, and 3 more are damaged"),
            (&[8], "record 8 cannot be read"),
        ] {
            let read = read(left_out);
            assert_eq!(read.damage.as_deref(), Some(damage));
            assert_eq!(read.intact.len(), 2);
        }
        // One that stops in the middle because something else was written in its place.
        let resealed = |number: u64, entry: &Entry| {
            let pieces = seal(document(1), &secret, &nonces, number, entry).unwrap();
            pieces
                .into_iter()
                .map(|(_, value)| Some(value))
                .next()
                .unwrap()
        };
        let values = [(0, Some(sealed[0].clone())), (1, resealed(1, &short))];
        let read = open(document(1), &secret, 0..2, values);
        assert_eq!(read.intact, [(1, short)]);
        assert_eq!(read.damage.as_deref(), Some("record 0 has no end"));
    }
}
