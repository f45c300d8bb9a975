//! The phone goes from hand to hand: what is read and written when someone takes it, hands it over, or leaves for good.

use super::myself::{self, Myself};
use super::tabs::{Word, tell};
use super::users::{Guard, guard_entries};
use super::{Session, State, members, now, opening, warn_of};
use crate::platform::kept::{Kept, Loaded};
use crate::platform::{code, entropy, storage};
use maillage_shared::id::DocumentId;
use maillage_shared::identity::PersonId;
use maillage_shared::time::UnixMillis;

/// What became of a code that someone typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unlocked {
    /// It was right.
    Yes,
    /// It was wrong.
    No,
    /// Nothing is looked at before then.
    Later(UnixMillis),
}

impl Session {
    /// Someone takes the phone, on which nobody acts; this person helps them, if anyone does. Nobody's code is asked for here.
    pub(crate) async fn take(&self, person: PersonId, helper: Option<PersonId>) {
        let kept = self.0.storage.get().cloned().flatten();
        let Some(kept) = kept else {
            // Nobody is found on a phone that keeps nothing.
            return;
        };
        let entries = [
            myself::acts(Some(person)),
            myself::person_as(myself::HELPER, helper),
        ];
        warn_of(&kept.put_mine(&[], &entries, &[]).await);
        let loaded = match kept.load().await {
            Ok(loaded) => loaded,
            Err(problem) => {
                warn_of(&Err(problem));
                Loaded::default()
            }
        };
        let me = Myself::read_one(&loaded.me.entries, person, entropy::bytes());
        let mut start = self.start_of(loaded, me, false);
        start.helper = helper;
        self.act(|state, moment| state.take_over(moment, start));
    }

    /// Someone types their code. The attempt is written down before the code is looked at.
    pub(crate) async fn unlock(&self, person: PersonId, typed: &str) -> Unlocked {
        let Some(mut guard) = self.guard_of(person) else {
            return Unlocked::Yes;
        };
        if let Some(until) = guard.waits_until(now()) {
            return Unlocked::Later(until);
        }
        guard.tried(now());
        self.keep_guard(person, Some(guard.clone())).await;
        if !code::opens(&guard.lock, typed).await {
            let later = guard.waits_until(now());
            return later.map_or(Unlocked::No, Unlocked::Later);
        }
        self.keep_guard(person, Some(Guard::new(guard.lock))).await;
        Unlocked::Yes
    }

    /// From now on someone types this code before they write, or none. Returns whether the browser can do that.
    pub(crate) async fn set_code(&self, person: PersonId, code: Option<&str>) -> bool {
        let guard = match code {
            Some(code) => match code::lock(code).await {
                Some(lock) => Some(Guard::new(lock)),
                None => return false,
            },
            None => None,
        };
        self.keep_guard(person, guard).await;
        true
    }

    /// Takes the key of whoever acts off this phone, and the documents of their territory unless others who use the phone are in it, then
    /// calls back. Nothing else is done afterwards.
    pub(crate) fn forget(&self, then: impl FnOnce() + 'static) {
        let (me, gone, others) = self.read(|state| {
            let me = state.me.as_ref().map(|me| me.person);
            let others: Vec<DocumentId> = state
                .users()
                .filter(|user| Some(user.person) != me)
                .map(|user| user.territory)
                .collect();
            let territory = state.territory();
            let is_theirs = |id: &DocumentId| {
                let document = state.document(*id);
                let genesis = document.and_then(|document| document.genesis().ok());
                genesis.is_none_or(|genesis| Some(genesis.space) == territory)
            };
            let gone = state.documents().filter(is_theirs).chain(territory);
            let is_shared = territory.is_some_and(|territory| others.contains(&territory));
            let gone: Vec<DocumentId> = gone.filter(|_| !is_shared).collect();
            (me, gone, others)
        });
        let drafts: Vec<String> = self.read(|state| state.drafts_kept().collect());
        // What is known to be erased goes with the last who was there.
        let erased = match others.is_empty() {
            true => self.read(State::names_of_erased),
            false => Vec::new(),
        };
        self.act(|state, _| std::mem::take(state).close());
        let session = self.clone();
        self.store(move |kept| async move {
            if let Some(kept) = kept {
                let beside =
                    |id: &DocumentId| [members::kept_as(*id), opening::signatures_kept_as(*id)];
                let names = gone.iter().flat_map(beside).chain(erased).chain(drafts);
                let names: Vec<String> = names.collect();
                warn_of(&kept.forget(&gone, &names).await);
                if others.is_empty() {
                    warn_of(&kept.forget_people().await);
                } else if let Some(me) = me {
                    let nobody = [myself::acts(None), myself::person_as(myself::BEFORE, None)];
                    let all = myself::all_of(me);
                    warn_of(&kept.put_mine(&[], &nobody, &all).await);
                }
            }
            match others.first() {
                Some(territory) => storage::mark(*territory),
                None => storage::unmark(),
            }
            session.perform(tell(&Word::Gone));
            then();
        });
    }

    /// Nobody acts any longer on this phone.
    pub(super) async fn note_hand_over(&self, kept: Option<Kept>, person: Option<PersonId>) {
        if let Some(kept) = kept {
            let entries = [
                myself::acts(None),
                myself::person_as(myself::HELPER, None),
                myself::person_as(myself::BEFORE, person),
            ];
            warn_of(&kept.put_mine(&[], &entries, &[]).await);
        }
        self.perform(tell(&Word::HandedOver));
    }

    fn guard_of(&self, person: PersonId) -> Option<Guard> {
        self.read(|state| {
            let mut users = state.users();
            users.find(|user| user.person == person)?.guard.clone()
        })
    }

    async fn keep_guard(&self, person: PersonId, guard: Option<Guard>) {
        let entries = guard_entries(person, guard.as_ref());
        self.act(|state, _| state.guard(person, guard));
        if let Some(kept) = self.0.storage.get().cloned().flatten() {
            warn_of(&kept.put_mine(&[], &entries, &[]).await);
        }
    }
}
