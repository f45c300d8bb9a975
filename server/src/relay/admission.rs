//! How many connections each address has.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The door of a relay. A whole room of phones may share one address, so the limit is far above one household's.
#[derive(Debug, Clone)]
pub(super) struct Door {
    inside: Arc<Mutex<HashMap<IpAddr, usize>>>,
    limit: usize,
}

/// The place of one connection, given back when dropped.
#[derive(Debug)]
pub struct Admission {
    door: Door,
    address: IpAddr,
}

impl Door {
    /// Nobody is inside; each address may have so many connections.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            inside: Arc::default(),
            limit,
        }
    }

    /// A place for one connection more from this address, if there is one.
    pub(super) fn admit(&self, address: IpAddr) -> Option<Admission> {
        let mut inside = self.inside();
        let count = inside.entry(address).or_default();
        if *count >= self.limit {
            return None;
        }
        *count += 1;
        Some(Admission {
            door: self.clone(),
            address,
        })
    }

    fn inside(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        // Nothing panics while it holds the lock.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        let mut inside = self.door.inside();
        if let Some(count) = inside.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                inside.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_own_places_and_gives_them_back() {
        let door = Door::new(2);
        let [here, there] = ["192.0.2.1", "192.0.2.2"].map(|address| address.parse().unwrap());
        let first = door.admit(here);
        let second = door.admit(here);
        assert!(first.is_some() && second.is_some());
        assert!(door.admit(here).is_none());
        assert!(door.admit(there).is_some());
        drop(first);
        assert!(door.admit(here).is_some());
        drop(second);
        assert!(door.inside().is_empty());
    }
}
