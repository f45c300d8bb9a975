//! How much anyone may ask of a peer. Each limit is checked before the memory or the time it protects is spent.

/// The largest WebSocket frame a relay reads or writes, in bytes.
pub const FRAME_BYTES: usize = 4 * 1024 * 1024;

/// The largest ephemeral payload (who is here, which field), in bytes.
pub const EPHEMERAL_BYTES: usize = 4 * 1024;

/// What a peer puts into one sync message, in bytes of changes; a larger change travels alone. Far below [`FRAME_BYTES`], so that a phone
/// on a slow network (150 kbit/s) gets it through before it doubts the connection, and a broken one loses little.
pub const MESSAGE_BYTES: usize = 256 * 1024;

/// What a peer puts into one sync message, in operations: the guard on the other side counts them over the whole message, and a run
/// of equal letters is a few bytes long however many operations it holds.
pub const MESSAGE_OPERATIONS: u64 = 50_000;

/// A phone's bare acknowledgement waits this long for more to acknowledge, in milliseconds. The relay needs it for nothing but a shorter
/// answer to what the phone writes next: frames arrive in order, so what was sent is known.
pub const ACKNOWLEDGE_AFTER: i64 = 10_000;

/// Changes that wait for a missing dependency, per document.
pub const ORPHAN_CHANGES: usize = 4096;

/// What the guard lets one chunk, and one document, cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one chunk as it arrives.
    pub chunk_bytes: usize,
    /// Bytes of one chunk once every deflated part of it is inflated.
    pub inflated_bytes: usize,
    /// Operations in one chunk, counted from the run lengths before anything is expanded.
    pub operations: u64,
    /// Changes in one document.
    pub changes: usize,
    /// Hashes in one list of a sync message (heads, need, last sync).
    pub hashes: usize,
    /// Entries a Bloom filter may claim.
    pub bloom_entries: u32,
}

impl Limits {
    /// What the relay and the phones accept: far above what a territory writes, far below what hurts a phone.
    pub const DEFAULT: Self = Self {
        chunk_bytes: 2 * 1024 * 1024,
        inflated_bytes: 8 * 1024 * 1024,
        operations: 200_000,
        changes: 100_000,
        hashes: 10_000,
        bloom_entries: 1_000_000,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
