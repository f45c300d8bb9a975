//! Everyone who uses this phone: who acts now, who else may, and handing it over.
//!
//! Whoever hands it over leaves nothing in the page: each tab waits until what was written is kept, and begins anew. What is kept, and so
//! is what is still to be sent, stays: every key of the phone is proved to the relay, and each writes with its own rights.

use super::myself::{self, Myself};
use super::opening::Start;
use super::state::{Moment, State};
use super::tabs::{Word, tell};
use super::task::{Notice, Task};
use litemap::LiteMap;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{MOST_PROOFS, PersonId, PublicKey};
use maillage_shared::presence::Face;
use maillage_shared::time::UnixMillis;

/// Where a page begins anew.
pub(crate) const HOME: &str = "#/";
/// Wrong codes before one has to wait.
const FREE_TRIES: u8 = 5;
/// The first wait, in milliseconds; each further wrong code doubles it.
const FIRST_WAIT: i64 = 60_000;
/// How often it doubles: the longest wait is a little more than an hour.
const MOST_DOUBLINGS: u8 = 6;

/// Someone who uses this phone and was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    /// The public half of their key.
    pub(crate) public: PublicKey,
    /// What shared documents call them.
    pub(crate) person: PersonId,
    /// The territory they have joined.
    pub(crate) territory: DocumentId,
    /// How they looked last.
    pub(crate) face: Face,
    /// The code that they type before they write, if they want one.
    pub(crate) guard: Option<Guard>,
}

/// A code of four digits, as far as it is known here, and the attempts to guess it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Guard {
    /// Random bytes, and what the code gives with them.
    pub(crate) lock: Vec<u8>,
    /// Wrong codes in a row.
    pub(crate) wrong: u8,
    /// When the last of them was typed.
    pub(crate) last: UnixMillis,
}

impl Guard {
    /// A code that nobody has tried to guess.
    pub(crate) fn new(lock: Vec<u8>) -> Self {
        Self {
            lock,
            wrong: 0,
            last: UnixMillis(0),
        }
    }

    /// Until when no code is looked at.
    pub(crate) fn waits_until(&self, now: UnixMillis) -> Option<UnixMillis> {
        let doublings = self.wrong.checked_sub(FREE_TRIES)?.min(MOST_DOUBLINGS);
        let wait = FIRST_WAIT << doublings;
        // A clock that was set back does not make it longer.
        let until = self.last.0.min(now.0).saturating_add(wait);
        (until > now.0).then_some(UnixMillis(until))
    }

    /// A code is tried now: it counts as wrong until it has been right.
    pub(crate) fn tried(&mut self, now: UnixMillis) {
        self.wrong = self.wrong.saturating_add(1);
        self.last = now;
    }

    fn read(lock: &[u8], tries: Option<&Vec<u8>>) -> Self {
        let mut guard = Self::new(lock.to_vec());
        if let Some((wrong, last)) = tries.and_then(|tries| tries.split_first()) {
            guard.wrong = *wrong;
            guard.last = UnixMillis(last.try_into().map_or(i64::MAX, i64::from_be_bytes));
        }
        guard
    }

    fn tries(&self) -> Vec<u8> {
        let mut tries = vec![self.wrong];
        tries.extend_from_slice(&self.last.0.to_be_bytes());
        tries
    }
}

/// What to keep of the code of someone who uses this phone.
pub(crate) fn guard_entries(person: PersonId, guard: Option<&Guard>) -> Vec<(String, Vec<u8>)> {
    let lock = guard.map(|guard| guard.lock.clone()).unwrap_or_default();
    let tries = guard.map(Guard::tries).unwrap_or_default();
    vec![
        (myself::name(person, myself::LOCK), lock),
        (myself::name(person, myself::TRIES), tries),
    ]
}

/// Everyone who uses this phone, as it was kept, in the order of their ids.
pub(crate) fn read(kept: &LiteMap<String, Vec<u8>>) -> Vec<User> {
    let people = kept.keys().filter_map(|name| myself::named_by(name));
    let users = people.filter_map(|person| {
        let me = Myself::read_one(kept, person, [0; 8])?;
        let territory = me.territory?;
        let lock = kept.get(&myself::name(person, myself::LOCK));
        let tries = kept.get(&myself::name(person, myself::TRIES));
        let lock = lock.filter(|lock| !lock.is_empty());
        Some(User {
            public: me.public,
            person,
            territory,
            face: me.face,
            guard: lock.map(|lock| Guard::read(lock, tries)),
        })
    });
    users.collect()
}

impl State {
    /// Everyone who uses this phone, except whom the relay has removed meanwhile; whoever acts is told that they were.
    pub(crate) fn users(&self) -> impl Iterator<Item = &User> {
        let acts = self.me.as_ref().map(|me| me.person);
        let stays = move |user: &&User| Some(user.person) == acts || !self.was_removed(user.person);
        self.users.iter().filter(stays)
    }

    /// Whether someone uses this phone.
    pub(super) fn uses(&self, person: PersonId) -> bool {
        self.users.iter().any(|user| user.person == person)
    }

    /// Whether one more person may use this phone.
    pub(crate) fn has_room_for_another(&self) -> bool {
        self.users().count() < MOST_PROOFS
    }

    /// Who helps whoever acts.
    pub(crate) fn helper(&self) -> Option<PersonId> {
        self.helper
    }

    /// Who had the phone before, and may help whoever has it now.
    pub(crate) fn before(&self) -> Option<PersonId> {
        self.before
    }

    /// Whose keys are proved to the relay: of whoever acts first of all.
    pub(super) fn all_keys(&self) -> Vec<PublicKey> {
        let me = self.me.as_ref().map(|me| me.public);
        let others = self.users().map(|user| user.public);
        let others = others.filter(|key| Some(*key) != me);
        me.into_iter().chain(others).take(MOST_PROOFS).collect()
    }

    /// Whoever acts hands the phone over: as soon as all that was written is kept, this page begins anew there.
    pub(crate) fn hand_over(&mut self, address: String) -> Vec<Task> {
        let mut tasks = Vec::new();
        if self.me.is_some() && !self.forgets() {
            self.handing_over = Some((address, true));
            self.go_when_kept(&mut tasks);
        }
        tasks
    }

    /// Another tab has seen the phone handed over.
    pub(super) fn was_handed_over(&mut self, tasks: &mut Vec<Task>) {
        self.handing_over
            .get_or_insert_with(|| (HOME.to_owned(), false));
        self.go_when_kept(tasks);
    }

    /// Leaves the page, if that was asked for and loses nothing.
    pub(super) fn go_when_kept(&mut self, tasks: &mut Vec<Task>) {
        if !self.keeps_all() {
            return;
        }
        if let Some((address, is_first)) = self.handing_over.take() {
            self.remember(tasks);
            let person = self.me.as_ref().map(|me| me.person);
            tasks.extend(std::mem::take(self).close());
            if is_first {
                tasks.push(Task::HandOver(person, address));
            } else {
                tasks.push(Task::StartOver(address));
            }
        }
    }

    /// Someone takes the phone, on which nobody acts.
    pub(crate) fn take_over(&mut self, moment: Moment, start: Start) -> Vec<Task> {
        self.entrance = Default::default();
        let mut tasks = self.open(moment, start);
        if self.leading {
            self.take_the_lead(moment, &mut tasks);
        }
        tasks.push(tell(&Word::Myself));
        tasks
    }

    /// Those who use the phone, besides whoever acts, and were removed: nothing of them stays on it.
    pub(super) fn drop_removed(&mut self, tasks: &mut Vec<Task>) {
        let stay: Vec<PersonId> = self.users().map(|user| user.person).collect();
        let is_gone = |user: &User| !stay.contains(&user.person);
        let gone: Vec<PersonId> = self
            .users
            .iter()
            .filter(|user| is_gone(user))
            .map(|user| user.person)
            .collect();
        for person in gone {
            self.drop_user(person, tasks);
        }
    }

    /// Whoever acts was let in, or looks otherwise.
    pub(super) fn note_myself(&mut self) {
        let Some((me, territory)) = self.me.as_ref().and_then(|me| Some((me, me.territory?)))
        else {
            return;
        };
        let before = self.users.iter().position(|user| user.person == me.person);
        let guard = before.and_then(|before| self.users.remove(before).guard);
        self.users.push(User {
            public: me.public,
            person: me.person,
            territory,
            face: me.face.clone(),
            guard,
        });
    }

    /// Takes someone off this phone.
    pub(crate) fn drop_user(&mut self, person: PersonId, tasks: &mut Vec<Task>) {
        self.users.retain(|user| user.person != person);
        tasks.push(Task::DropUser(person));
        tasks.push(Task::Tell(Notice::Users));
    }

    /// The code of whoever is named changed, or was tried.
    pub(crate) fn guard(&mut self, person: PersonId, guard: Option<Guard>) -> Vec<Task> {
        for user in self.users.iter_mut().filter(|user| user.person == person) {
            user.guard.clone_from(&guard);
        }
        vec![Task::Tell(Notice::Users)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_codes_make_one_wait_longer_and_longer() {
        let mut guard = Guard::new(vec![1]);
        let now = UnixMillis(1_000);
        for _ in 0..FREE_TRIES {
            assert_eq!(guard.waits_until(now), None);
            guard.tried(now);
        }
        assert_eq!(guard.waits_until(now), Some(now.plus(FIRST_WAIT)));
        assert_eq!(guard.waits_until(now.plus(FIRST_WAIT)), None);
        guard.tried(now);
        assert_eq!(guard.waits_until(now), Some(now.plus(2 * FIRST_WAIT)));
        for _ in 0..300 {
            guard.tried(now);
        }
        assert_eq!(guard.waits_until(now), Some(now.plus(64 * FIRST_WAIT)));
        // The phone's clock was set back a day.
        let before = UnixMillis(now.0 - 86_400_000);
        assert_eq!(
            guard.waits_until(before),
            Some(before.plus(64 * FIRST_WAIT))
        );
    }
}
