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

/// What one relay takes, as it tells our own phones after the greeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelayLimits {
    /// Bytes of one WebSocket frame.
    pub frame_bytes: u64,
    /// Bytes of one change as it is sent.
    pub change_bytes: u64,
    /// Bytes of all changes of a document, inflated.
    pub document_bytes: u64,
    /// Operations of all changes of a document.
    pub document_operations: u64,
    /// Changes of a document.
    pub document_changes: u64,
    /// Documents open on one connection.
    pub documents_per_connection: u64,
    /// Documents of one space, the territory's own among them.
    pub documents_per_space: u64,
    /// Messages a second on one connection, in the long run.
    pub messages_per_second: u64,
}

/// The names of a relay's limits on the wire.
const NAMES: [&str; 8] = [
    "frameBytes",
    "changeBytes",
    "documentBytes",
    "documentOperations",
    "documentChanges",
    "documentsPerConnection",
    "documentsPerSpace",
    "messagesPerSecond",
];

impl RelayLimits {
    /// What a relay takes unless it is told otherwise.
    pub const DEFAULT: Self = Self {
        frame_bytes: FRAME_BYTES as u64,
        change_bytes: Limits::DEFAULT.chunk_bytes as u64,
        document_bytes: Limits::DEFAULT.inflated_bytes as u64,
        document_operations: Limits::DEFAULT.operations,
        document_changes: Limits::DEFAULT.changes as u64,
        documents_per_connection: 4096,
        documents_per_space: 10_000,
        messages_per_second: 200,
    };

    /// Each limit and its name on the wire.
    pub fn fields(&self) -> [(&'static str, u64); 8] {
        let mut limits = *self;
        NAMES.map(|name| (name, limits.field(name).map_or(0, |value| *value)))
    }

    /// The limit of this name on the wire.
    pub fn field(&mut self, name: &str) -> Option<&mut u64> {
        Some(match name {
            "frameBytes" => &mut self.frame_bytes,
            "changeBytes" => &mut self.change_bytes,
            "documentBytes" => &mut self.document_bytes,
            "documentOperations" => &mut self.document_operations,
            "documentChanges" => &mut self.document_changes,
            "documentsPerConnection" => &mut self.documents_per_connection,
            "documentsPerSpace" => &mut self.documents_per_space,
            "messagesPerSecond" => &mut self.messages_per_second,
            _ => return None,
        })
    }
}

impl Default for RelayLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
