//! What a relay counts, in the text format of Prometheus.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Upper ends of the classes of times, in seconds.
const SECONDS: [f64; 10] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0, 10.0];

/// The counters of one relay. Counting is cheap enough for every frame.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    /// Changes written to the disk.
    pub(crate) changes: Counter,
    /// Changes sent to phones: one change to one phone is one delivery.
    pub(crate) deliveries: Counter,
    /// From the first change that waits to the end of the flush, in seconds.
    pub(crate) flushes: Histogram,
    /// From reading a document on the disk to serving it, in seconds.
    pub(crate) openings: Histogram,
    /// Connections closed by the relay, by reason.
    pub(crate) refusals: Family<Reason, Counter>,
    /// Payload of frames received, in bytes.
    pub(crate) received: Counter,
    /// Payload of frames sent, in bytes.
    pub(crate) sent: Counter,
    connections: Gauge,
    documents: Gauge,
    waiting_to_be_sent: Gauge,
    waiting_to_be_written: Gauge,
}

/// Why a connection was closed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Reason {
    /// A short name that does not change between versions.
    pub(crate) reason: &'static str,
}

/// What is measured at the moment somebody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Present {
    /// Open connections.
    pub(crate) connections: usize,
    /// Open documents.
    pub(crate) documents: usize,
    /// Bytes that phones have not read yet.
    pub(crate) waiting_to_be_sent: usize,
    /// Bytes received that are not proved and written yet.
    pub(crate) waiting_to_be_written: usize,
}

impl Metrics {
    /// Nothing has been counted yet.
    pub(crate) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("maillage"),
            changes: Counter::default(),
            deliveries: Counter::default(),
            flushes: Histogram::new(SECONDS),
            openings: Histogram::new(SECONDS),
            refusals: Family::default(),
            received: Counter::default(),
            sent: Counter::default(),
            connections: Gauge::default(),
            documents: Gauge::default(),
            waiting_to_be_sent: Gauge::default(),
            waiting_to_be_written: Gauge::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "changes",
            "Changes written to the disk",
            self.changes.clone(),
        );
        registry.register(
            "deliveries",
            "Changes sent to phones, once for each phone",
            self.deliveries.clone(),
        );
        registry.register_with_unit(
            "flush",
            "Time to write changes to the disk",
            Unit::Seconds,
            self.flushes.clone(),
        );
        registry.register_with_unit(
            "opening",
            "Time to read and prove a document that nobody had open",
            Unit::Seconds,
            self.openings.clone(),
        );
        registry.register(
            "refusals",
            "Connections closed by the relay",
            self.refusals.clone(),
        );
        registry.register_with_unit(
            "received",
            "Payload of frames received",
            Unit::Bytes,
            self.received.clone(),
        );
        registry.register_with_unit(
            "sent",
            "Payload of frames sent",
            Unit::Bytes,
            self.sent.clone(),
        );
        registry.register("connections", "Open connections", self.connections.clone());
        registry.register("documents", "Open documents", self.documents.clone());
        registry.register_with_unit(
            "waiting_to_be_sent",
            "What phones have not read yet",
            Unit::Bytes,
            self.waiting_to_be_sent.clone(),
        );
        registry.register_with_unit(
            "waiting_to_be_written",
            "What was received and is not written yet",
            Unit::Bytes,
            self.waiting_to_be_written.clone(),
        );
    }

    /// Everything as text, in the OpenMetrics format that Prometheus reads.
    pub(crate) fn text(&self, present: Present) -> String {
        let set = |gauge: &Gauge, value: usize| {
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        };
        set(&self.connections, present.connections);
        set(&self.documents, present.documents);
        set(&self.waiting_to_be_sent, present.waiting_to_be_sent);
        set(&self.waiting_to_be_written, present.waiting_to_be_written);
        let mut text = String::new();
        // Writing to a string does not fail.
        let written = encode(&mut text, &self.registry);
        debug_assert!(written.is_ok());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_in_the_text() {
        let metrics = Metrics::new();
        metrics.changes.inc_by(3);
        metrics.flushes.observe(0.003);
        metrics.openings.observe(0.25);
        metrics
            .refusals
            .get_or_create(&Reason { reason: "checksum" })
            .inc();
        let present = Present {
            connections: 2,
            documents: 1,
            waiting_to_be_sent: 0,
            waiting_to_be_written: 7,
        };
        let text = metrics.text(present);
        for line in [
            "maillage_changes_total 3",
            "maillage_flush_seconds_bucket{le=\"0.005\"} 1",
            "maillage_opening_seconds_sum 0.25",
            "maillage_refusals_total{reason=\"checksum\"} 1",
            "maillage_connections 2",
            "maillage_waiting_to_be_written_bytes 7",
        ] {
            assert!(
                text.lines().any(|found| found == line),
                "{line} is not in {text}"
            );
        }
    }
}
