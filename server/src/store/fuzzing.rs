//! The decoders of what lies on the disk, for bytes that nobody wrote. Outside tests only fuzzing calls this.

use super::manifest::{self, Manifest, Totals};
use super::record::{self, Entry};
use super::seal::{self, KEY_BYTES, Key, Nonces};
use super::{keys, snapshot};
use maillage_shared::id::DocumentId;
use std::io::Write;

/// Decodes bytes as one of the things that a store reads, and panics when what was read is not written back as the same.
///
/// The first byte says as which. Checksums, seals and compression are put around the rest where damage or a stranger would not get past
/// them.
pub fn decode(bytes: &[u8]) {
    let Some((kind, rest)) = bytes.split_first() else {
        return;
    };
    match kind % 7 {
        0 => decode_manifest(rest),
        1 => decode_totals(rest),
        2 => decode_records(rest),
        3 => unpack(rest),
        4 => unpack(&deflated(rest)),
        5 => decode_key(rest),
        _ => decode_places(rest),
    }
}

fn document() -> DocumentId {
    DocumentId::from_entropy([7; 16])
}

fn decode_manifest(content: &[u8]) {
    let key = manifest::key(document());
    if let Some(found) = Manifest::decode(&key, &seal::check(&key, content)) {
        assert_eq!(
            Manifest::decode(&key, &found.encode(&key)).as_ref(),
            Some(&found)
        );
        assert_eq!(found.records().start, found.first);
    }
    assert_eq!(Manifest::decode(&key, content), None);
}

fn decode_totals(content: &[u8]) {
    let value = seal::check(manifest::TOTALS_KEY, content);
    if let Some(found) = Totals::decode(&value) {
        assert_eq!(found.encode(), value);
    }
}

/// The first eight bytes say where the records begin, the next one how many there should be; then come pieces: a length of two bytes,
/// a byte that says how many numbers lie between it and the one before or that it is unreadable, and what is sealed.
fn decode_records(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first_chunk::<8>() else {
        return;
    };
    let Some((count, mut rest)) = rest.split_first() else {
        return;
    };
    let first = u64::from_be_bytes(*first);
    let numbers = first..first.saturating_add(u64::from(*count));
    let secret = Key::from_bytes([3; KEY_BYTES]);
    let Ok(nonces) = Nonces::draw() else {
        return;
    };
    let mut values = Vec::new();
    let mut next = first;
    while let Some((&[high, low, gap], after)) = rest.split_first_chunk::<3>() {
        let length = usize::from(u16::from_be_bytes([high, low])).min(after.len());
        let (text, after) = after.split_at(length);
        rest = after;
        next = next.saturating_add(u64::from(gap & 3));
        if next >= numbers.end {
            break;
        }
        let sealed = secret.seal(&nonces, &record::key(document(), next), text);
        values.push((next, sealed.ok().filter(|_| gap & 4 == 0)));
        next = next.saturating_add(1);
    }
    let whole = record::open(document(), &secret, numbers.clone(), values);
    for (number, entry) in whole.intact {
        assert!(numbers.contains(&number));
        seal_again(&secret, &nonces, &entry);
    }
}

fn seal_again(secret: &Key, nonces: &Nonces, entry: &Entry) {
    let Ok(sealed) = record::seal(document(), secret, nonces, 5, entry) else {
        return;
    };
    let numbers = 5..5 + sealed.len() as u64;
    let values = numbers
        .clone()
        .zip(sealed.into_iter().map(|piece| Some(piece.1)));
    let again = record::open(document(), secret, numbers, values);
    assert_eq!(again.intact.first(), Some(&(5, entry.clone())));
    assert_eq!((again.intact.len(), again.damage), (1, None));
}

/// What a fuzzed pack may be inflated to: a few hundred times its own length.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

fn unpack(packed: &[u8]) {
    if let Some(changes) = snapshot::unpack(packed, MOST_BYTES) {
        let again = snapshot::pack(&changes).ok();
        assert_eq!(
            again.and_then(|packed| snapshot::unpack(&packed, MOST_BYTES)),
            Some(changes)
        );
    }
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    // Writing to a Vec cannot fail.
    let written = writer.write_all(bytes);
    debug_assert!(written.is_ok());
    writer.finish().unwrap_or_default()
}

fn decode_key(bytes: &[u8]) {
    if let Some(entry) = bytes.first_chunk::<{ keys::ENTRY_BYTES }>()
        && let Some((document, key)) = keys::decode(entry)
    {
        assert_eq!(&keys::encode(document, key.as_bytes()), entry);
    }
    if let Some((document, key)) = bytes
        .split_first_chunk::<16>()
        .and_then(|(document, rest)| Some((document, rest.first_chunk::<KEY_BYTES>()?)))
        && let Ok(document) = DocumentId::from_bytes(*document)
    {
        let found = keys::decode(&keys::encode(document, key));
        assert_eq!(found, Some((document, Key::from_bytes(*key))));
    }
}

fn decode_places(key: &[u8]) {
    if let Some((document, number)) = record::place(key) {
        assert_eq!(record::key(document, number), key);
    }
    if let Some(document) = manifest::document(key) {
        assert_eq!(manifest::key(document), key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_decoder_reads_what_is_nothing_at_all() {
        for kind in 0..7 {
            for length in [0, 1, 8, 9, 12, 16, 24, 57, 64, 300] {
                for byte in [0, 1, 0x7f, 0xff] {
                    let mut bytes = vec![byte; length];
                    bytes.insert(0, kind);
                    decode(&bytes);
                }
            }
        }
    }
}
