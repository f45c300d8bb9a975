//! Bounds attempts to guess a spoken code.
//!
//! A room of thirty behind one address mistypes a few times; a machine that guesses needs 343,000 attempts for one code in the mean.

use maillage_shared::time::UnixMillis;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

/// Over how long attempts are counted, in milliseconds: ten minutes.
const WINDOW: i64 = 600_000;
/// Wrong codes from one address within the window.
const OF_ADDRESS: u32 = 20;
/// Wrong codes from everywhere within the window.
const OF_ALL: u32 = 120;

/// The wrong attempts of the present window.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    since: UnixMillis,
    all: u32,
    /// Never more entries than [`OF_ALL`].
    by_address: HashMap<IpAddr, u32>,
}

impl Attempts {
    /// Whether a code from this address is worth looking up.
    pub(super) fn may_try(&mut self, address: IpAddr, now: UnixMillis) -> bool {
        self.turn(now);
        let wrong = self.by_address.get(&place(address)).copied();
        self.all < OF_ALL && wrong.unwrap_or(0) < OF_ADDRESS
    }

    /// Notes that a code from this address was wrong.
    pub(super) fn failed(&mut self, address: IpAddr, now: UnixMillis) {
        self.turn(now);
        self.all += 1;
        *self.by_address.entry(place(address)).or_insert(0) += 1;
    }

    /// Begins a new window when the present one is over; a clock that leaps back does not prolong it.
    fn turn(&mut self, now: UnixMillis) {
        if now < self.since || self.since.plus(WINDOW) <= now {
            *self = Self {
                since: now,
                ..Self::default()
            };
        }
    }
}

/// Whoever has one address of the newer kind has 2^64 of them.
fn place(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => {
            let bits = u128::from(six) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(bits))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: UnixMillis = UnixMillis(1_790_000_000_000);

    fn address(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    #[test]
    fn one_address_waits_and_the_others_go_on() {
        let mut attempts = Attempts::default();
        for _ in 0..OF_ADDRESS {
            assert!(attempts.may_try(address(1), START));
            attempts.failed(address(1), START);
        }
        assert!(!attempts.may_try(address(1), START));
        assert!(attempts.may_try(address(2), START));
        assert!(attempts.may_try(address(1), START.plus(WINDOW)));
    }

    #[test]
    fn many_addresses_do_not_guess_faster() {
        let mut attempts = Attempts::default();
        for number in 0..OF_ALL {
            attempts.failed(address(number as u8), START);
        }
        assert!(!attempts.may_try(address(200), START.plus(WINDOW - 1)));
        assert!(attempts.by_address.len() <= OF_ALL as usize);
    }

    #[test]
    fn a_whole_network_of_the_newer_kind_is_one_place() {
        let mut attempts = Attempts::default();
        for number in 0..OF_ADDRESS {
            let one: Ipv6Addr = format!("2001:db8:1:2::{number:x}").parse().unwrap();
            attempts.failed(one.into(), START);
        }
        let next: Ipv6Addr = "2001:db8:1:2:ffff::1".parse().unwrap();
        assert!(!attempts.may_try(next.into(), START));
        let elsewhere: Ipv6Addr = "2001:db8:1:3::1".parse().unwrap();
        assert!(attempts.may_try(elsewhere.into(), START));
    }
}
