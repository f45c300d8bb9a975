//! Who is on which connection: told who is who, and sent away when what they may do has changed.

use super::closing::Closing;
use super::outbound::Outbound;
use crate::access::{Change, Registry, Sight};
use maillage_shared::id::DocumentId;
use maillage_shared::identity::PersonId;
use maillage_shared::sync::room::ConnectionId;
use maillage_shared::wire::Frame;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::yield_now;
use tokio::time::sleep;

/// How long a change waits for others before everyone hears of it, so that a room of people who come in one after the other is not told
/// thirty times: this much, and for large territories more.
const GATHERING_TIME: Duration = Duration::from_millis(300);
/// Bytes of a snapshot for which a second more is waited.
const BYTES_A_SECOND: u32 = 4_000;

/// Connections whose users are known.
#[derive(Debug, Default)]
pub(super) struct Present {
    connections: Mutex<HashMap<ConnectionId, Entry>>,
    changed: Mutex<BTreeSet<DocumentId>>,
    news: Notify,
}

#[derive(Debug)]
struct Entry {
    user: User,
    outbound: Outbound,
}

/// Who uses a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum User {
    /// People, by the fingerprints of the keys they proved.
    People(Vec<PersonId>),
    /// A program, by the number of its ticket.
    Program(DocumentId, u32),
}

impl Present {
    /// From now on a connection is used by these.
    pub(super) fn enter(&self, connection: ConnectionId, user: User, outbound: Outbound) {
        self.connections()
            .insert(connection, Entry { user, outbound });
    }

    /// A connection has ended.
    pub(super) fn leave(&self, connection: ConnectionId) {
        self.connections().remove(&connection);
    }

    /// Sends away those who may do more or less than they could, so that they begin anew, and has everyone told who is who.
    pub(super) fn hear(&self, registry: &Registry, change: &Change) {
        let is_concerned = |user: &User| match user {
            User::People(keys) => keys.iter().any(|key| {
                let person = registry.person_of(change.space, *key);
                person.is_some_and(|person| change.people.contains(&person))
            }),
            User::Program(space, ticket) => {
                *space == change.space && change.tickets.contains(ticket)
            }
        };
        if !change.people.is_empty() || !change.tickets.is_empty() {
            for entry in self.connections().values() {
                if is_concerned(&entry.user) {
                    entry.outbound.close(Closing::Changed);
                }
            }
        }
        self.changed().insert(change.space);
        self.news.notify_one();
    }

    /// Tells everyone who may hear of them that these documents were erased.
    pub(super) fn tell_erased(&self, registry: &Registry, documents: &[DocumentId]) {
        for entry in self.connections().values() {
            let User::People(keys) = &entry.user else {
                continue;
            };
            let warrant = registry.warrant_of(keys.iter().copied());
            for frame in registry.tell_erased(&warrant, Some(documents)) {
                entry.outbound.send(frame);
            }
        }
    }

    /// Tells everyone who is who whenever that has changed; never returns.
    pub(super) async fn tell(&self, registry: &Registry) {
        loop {
            self.news.notified().await;
            sleep(GATHERING_TIME).await;
            let spaces = std::mem::take(&mut *self.changed());
            for space in spaces {
                let Some(sealed) = registry.members(space) else {
                    continue;
                };
                let length = u32::try_from(sealed.len()).unwrap_or(u32::MAX);
                self.tell_space(registry, space, sealed);
                yield_now().await;
                sleep(Duration::from_secs(1) * length / BYTES_A_SECOND).await;
            }
        }
    }

    fn tell_space(&self, registry: &Registry, space: DocumentId, sealed: Vec<u8>) {
        let frame = Frame::Members {
            space,
            data: sealed,
        };
        let frame = frame.encode();
        for entry in self.connections().values() {
            let User::People(keys) = &entry.user else {
                continue;
            };
            match registry.sight(space, keys) {
                Sight::Nothing => {}
                Sight::Only(data) => entry.outbound.send(Frame::Members { space, data }.encode()),
                Sight::Everyone => entry.outbound.send(frame.clone()),
            }
        }
    }

    fn connections(&self) -> MutexGuard<'_, HashMap<ConnectionId, Entry>> {
        // Nothing panics while it holds the lock.
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) -> MutexGuard<'_, BTreeSet<DocumentId>> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
