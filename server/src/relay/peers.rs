//! Who is connected under which name.

use super::closing::Closing;
use super::outbound::Outbound;
use maillage_shared::id::PeerId;
use maillage_shared::sync::room::ConnectionId;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The names in use. A name that connects again is a phone that lost its socket without noticing: the newer connection wins.
#[derive(Debug, Default)]
pub(super) struct Peers {
    connected: Mutex<HashMap<PeerId, (ConnectionId, Outbound)>>,
}

impl Peers {
    /// Gives a name to a connection and closes the one that had it.
    pub(super) fn enter(&self, peer: PeerId, connection: ConnectionId, outbound: Outbound) {
        let older = self.connected().insert(peer, (connection, outbound));
        if let Some((_, older)) = older {
            older.close(Closing::Replaced);
        }
    }

    /// Frees a name, unless a newer connection has it by now.
    pub(super) fn leave(&self, peer: &PeerId, connection: ConnectionId) {
        let mut connected = self.connected();
        if connected
            .get(peer)
            .is_some_and(|(holder, _)| *holder == connection)
        {
            connected.remove(peer);
        }
    }

    fn connected(&self) -> MutexGuard<'_, HashMap<PeerId, (ConnectionId, Outbound)>> {
        // Nothing panics while it holds the lock.
        self.connected
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_belongs_to_its_newest_connection() {
        let peers = Peers::default();
        let name = PeerId::new("phone").unwrap();
        let (older, newer) = (Outbound::new(10), Outbound::new(10));
        peers.enter(name.clone(), ConnectionId(1), older.clone());
        peers.enter(name.clone(), ConnectionId(2), newer.clone());
        assert!(older.is_closing());
        // The older one leaving does not free the name.
        peers.leave(&name, ConnectionId(1));
        peers.enter(name, ConnectionId(3), Outbound::new(10));
        assert!(newer.is_closing());
    }
}
