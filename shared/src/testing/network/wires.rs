//! Connections: how long a frame travels, and when one is cut.

use super::Simulation;
use super::agenda::Event;
use crate::sync::room::ConnectionId;
use crate::time::UnixMillis;
use rand::RngExt;

/// A connection that is alive.
pub(super) struct Wire {
    /// Which phone it serves.
    pub(super) phone: usize,
    /// When the last frame to the relay arrives.
    to_relay: UnixMillis,
    /// When the last frame to the phone arrives.
    to_phone: UnixMillis,
}

#[derive(Clone, Copy)]
enum Direction {
    ToRelay,
    ToPhone,
}

impl Simulation {
    pub(super) fn dial(&mut self, phone: usize) {
        self.phones[phone].dials += 1;
        self.phones[phone].last_connection = None;
        let delay = self.travel();
        if !self.phones[phone].reachable {
            let dial = self.phones[phone].dials;
            self.schedule(delay, Event::DialFailed { phone, dial });
            return;
        }
        let connection = self.relay.accept(phone);
        self.phones[phone].connection = Some(connection);
        self.phones[phone].last_connection = Some(connection);
        let opened = self.now.plus(delay);
        self.connections.insert(
            connection,
            Wire {
                phone,
                to_relay: opened,
                to_phone: opened,
            },
        );
        self.schedule(delay, Event::Opened { phone, connection });
    }

    pub(super) fn send_to_relay(&mut self, phone: usize, bytes: Vec<u8>) {
        if let Some(connection) = self.phones[phone].connection {
            self.send(connection, bytes, Direction::ToRelay);
        }
    }

    pub(super) fn send_to_phone(&mut self, connection: ConnectionId, bytes: Vec<u8>) {
        self.send(connection, bytes, Direction::ToPhone);
    }

    fn send(&mut self, connection: ConnectionId, bytes: Vec<u8>, direction: Direction) {
        let travel = self.travel();
        let now = self.now;
        let Some(wire) = self.connections.get_mut(&connection) else {
            return;
        };
        let phone = wire.phone;
        let last = match direction {
            Direction::ToRelay => &mut wire.to_relay,
            Direction::ToPhone => &mut wire.to_phone,
        };
        *last = (*last).max(now.plus(travel));
        let after = last.0 - now.0;
        let arrival = |bytes| match direction {
            Direction::ToRelay => Event::ToRelay { connection, bytes },
            Direction::ToPhone => Event::ToPhone { connection, bytes },
        };
        if self.random.random_bool(self.weather.duplicate) {
            self.schedule(after, arrival(bytes.clone()));
        }
        self.schedule(after, arrival(bytes));
        if self.random.random_bool(self.weather.cut) {
            self.cut(phone);
        }
    }

    pub(super) fn drop_connection(&mut self, connection: ConnectionId) {
        if self.connections.remove(&connection).is_some() {
            self.schedule(1, Event::Left { connection });
        }
    }

    fn travel(&mut self) -> i64 {
        i64::from(self.random.random_range(1..=self.weather.delay))
    }

    pub(super) fn schedule(&mut self, after: i64, event: Event) {
        self.agenda.put(self.now.plus(after.max(0)), event);
    }
}
