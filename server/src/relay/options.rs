//! What may be set about a relay. The defaults are meant for everyone; tests shorten the times.

use maillage_shared::limits::{FRAME_BYTES, Limits, RelayLimits};
use std::time::Duration;

/// Times and bounds of a relay.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the guard lets chunks and documents cost.
    pub limits: Limits,
    /// How long proving one submission may take.
    pub proving_time: Duration,
    /// How long proving all that is stored of one document may take.
    pub opening_time: Duration,
    /// Time between two pings to a peer.
    pub ping_every: Duration,
    /// After this long without a frame or a pong, a peer is taken for gone.
    pub silence: Duration,
    /// How long a peer may take to greet.
    pub greeting_time: Duration,
    /// How long a connection that closes may take to send what waits, and again to say goodbye.
    pub goodbye_time: Duration,
    /// How long a room with nobody in it stays open.
    pub idle_time: Duration,
    /// How long after something new was accepted phones get the relay's word for it, to bring back what it loses.
    pub vouching_time: Duration,
    /// How long to wait before a failed write is tried again.
    pub retry_time: Duration,
    /// Bytes that may wait to be sent on one connection.
    pub outbound_bytes: usize,
    /// Bytes received on one connection that may wait to be proved and written.
    pub inbound_bytes: usize,
    /// The same for all connections together.
    pub relay_inbound_bytes: usize,
    /// Documents one connection may have open.
    pub documents: usize,
    /// Documents of one space that the relay keeps, the territory's own among them.
    pub documents_per_space: usize,
    /// Messages one connection may send at once: as many as it may open documents, and their answers.
    pub messages_at_once: u32,
    /// Messages a second that one connection may send from then on.
    pub messages_per_second: u32,
    /// Connections from one address: a room of phones behind one router, and many rooms behind one proxy that is not trusted.
    pub connections_per_address: usize,
}

impl Options {
    /// What peers of our own are told of them.
    pub(super) fn told(&self) -> RelayLimits {
        RelayLimits {
            frame_bytes: FRAME_BYTES as u64,
            change_bytes: self.limits.chunk_bytes as u64,
            document_bytes: self.limits.inflated_bytes as u64,
            document_operations: self.limits.operations,
            document_changes: self.limits.changes as u64,
            documents_per_connection: self.documents as u64,
            documents_per_space: self.documents_per_space as u64,
            messages_per_second: self.messages_per_second.into(),
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limits: Limits::DEFAULT,
            proving_time: Duration::from_secs(10),
            opening_time: Duration::from_secs(60),
            ping_every: Duration::from_secs(20),
            silence: Duration::from_secs(60),
            greeting_time: Duration::from_secs(15),
            goodbye_time: Duration::from_secs(3),
            idle_time: Duration::from_secs(60),
            vouching_time: Duration::from_secs(10),
            retry_time: Duration::from_secs(1),
            outbound_bytes: 8 * 1024 * 1024,
            inbound_bytes: 8 * 1024 * 1024,
            relay_inbound_bytes: 256 * 1024 * 1024,
            documents: RelayLimits::DEFAULT.documents_per_connection as usize,
            documents_per_space: RelayLimits::DEFAULT.documents_per_space as usize,
            messages_at_once: 16_384,
            messages_per_second: RelayLimits::DEFAULT.messages_per_second as u32,
            connections_per_address: 4096,
        }
    }
}
