//! Sync messages: every count is held against the bytes that are there before automerge believes it.

use super::budget::Budget;
use super::chunk::{SMALLEST_CHUNK, scan_into};
use super::crash::contain;
use super::reader::{Reader, malformed, too_large};
use super::{Refusal, ScannedMessage};
use crate::limits::Limits;
use automerge::sync::Message;

/// The first byte of a message in the first and the second form of automerge's sync protocol.
const KINDS: [u8; 2] = [0x42, 0x43];

/// automerge describes what a peer has once; a few more are harmless.
const MOST_HAVES: usize = 16;

/// automerge uses 10 bits and 7 probes; what goes far beyond only costs time.
const MOST_BITS_PER_ENTRY: u64 = 64;
const MOST_PROBES: u64 = 32;

/// Checks a sync message and everything in it, and decodes it.
///
/// All its chunks together share the limits of inflated size, operations and changes.
pub fn scan_message(bytes: &[u8], limits: &Limits) -> Result<ScannedMessage, Refusal> {
    let entries = scan_fields(bytes, limits)?;
    let mut budget = Budget::new(limits);
    let mut chunks = Vec::new();
    for entry in entries {
        scan_into(entry, &mut budget, &mut chunks)?;
    }
    let message = contain(|| Message::decode(bytes))?
        .map_err(|error| malformed("sync message", error.to_string()))?;
    Ok(ScannedMessage {
        heads: message.heads,
        need: message.need,
        have: message.have,
        flags: message.flags,
        chunks,
    })
}

/// Bounds the fields of the message and returns its chunk list.
fn scan_fields<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Vec<&'a [u8]>, Refusal> {
    let mut reader = Reader::new("sync message", bytes);
    if !KINDS.contains(&reader.byte()?) {
        return Err(reader.malformed("it is of another kind"));
    }
    skip_hashes(&mut reader, "heads", limits)?;
    skip_hashes(&mut reader, "needed changes", limits)?;
    for _ in 0..reader.count("descriptions of what a peer has", 2, MOST_HAVES)? {
        skip_hashes(&mut reader, "last common heads", limits)?;
        scan_filter(reader.prefixed()?, limits)?;
    }
    // An empty entry would cost automerge more memory than the byte that announces it.
    let count = reader.count("chunks", SMALLEST_CHUNK, limits.changes)?;
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        let entry = reader.prefixed()?;
        if entry.len() < SMALLEST_CHUNK {
            return Err(reader.malformed("a chunk is too short to be one"));
        }
        entries.push(entry);
    }
    // Flags, and whatever a later version adds after them, as automerge reads it.
    if !reader.is_empty() {
        reader.prefixed()?;
    }
    Ok(entries)
}

fn skip_hashes(
    reader: &mut Reader<'_>,
    what: &'static str,
    limits: &Limits,
) -> Result<(), Refusal> {
    let count = reader.count(what, 32, limits.hashes)?;
    reader.take(32 * count as u64).map(|_| ())
}

/// A Bloom filter: nothing at all when it is empty, else entries, bits per entry, probes, and exactly as many bits as these say.
fn scan_filter(bytes: &[u8], limits: &Limits) -> Result<(), Refusal> {
    if bytes.is_empty() {
        return Ok(());
    }
    let mut reader = Reader::new("Bloom filter", bytes);
    let entries = reader.unsigned()?;
    let bits_per_entry = reader.unsigned()?;
    let probes = reader.unsigned()?;
    if entries > u64::from(limits.bloom_entries) {
        return Err(too_large(
            "entries of a Bloom filter",
            entries,
            u64::from(limits.bloom_entries),
        ));
    }
    if bits_per_entry > MOST_BITS_PER_ENTRY {
        return Err(too_large(
            "bits per entry of a Bloom filter",
            bits_per_entry,
            MOST_BITS_PER_ENTRY,
        ));
    }
    if probes > MOST_PROBES {
        return Err(too_large("probes of a Bloom filter", probes, MOST_PROBES));
    }
    if entries == 0 || bits_per_entry == 0 || probes == 0 {
        return Err(reader.malformed("it has no entries, no bits or no probes"));
    }
    if (entries * bits_per_entry).div_ceil(8) == reader.left() as u64 {
        Ok(())
    } else {
        Err(reader.malformed("it is not as long as its header says"))
    }
}
