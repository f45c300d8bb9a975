//! The keys of those who use this phone: how they are kept, and signing with them. Everything else knows people by their public halves.

use super::myself::{self, Myself};
use crate::platform::kept::{KeepError, Kept, Mine};
use crate::platform::log;
use crate::platform::signing::DeviceKey;
use maillage_shared::identity::{PersonId, PersonKey, PublicKey, Signature};
use maillage_shared::order;
use std::cell::RefCell;
use wasm_bindgen::JsValue;

/// The keys of this phone.
#[derive(Default)]
pub(super) struct Keys(RefCell<Vec<Held>>);

struct Held {
    person: PersonId,
    key: DeviceKey,
    /// It will be there after a restart.
    is_kept: bool,
}

/// What became of a key that was given to the browser to keep.
enum Outcome {
    /// It came back, and signs.
    Kept,
    /// There may be room for it another time.
    NotNow,
    /// The browser cannot keep keys of this kind.
    Never,
}

impl Keys {
    /// Takes the keys that were kept, and moves over who was kept with a seed in the clear: `mine` then says who it is.
    pub(super) async fn open(&self, kept: &Kept, mine: &mut Mine) {
        self.learn(mine);
        if let Some((me, seed)) = Myself::read_former(&mine.entries, [0; 8]) {
            let entries = me.entries();
            if !self.has(me.person) {
                self.settle(Some(kept), seed, &entries).await;
            }
            let is_kept = |held: &Held| held.person == me.person && held.is_kept;
            if self.0.borrow().iter().any(is_kept) {
                // Not before the other form is durable and was seen to sign.
                let former = myself::FORMER.map(str::to_owned);
                warn_of(&kept.put_mine(&[], &entries, &former).await);
            }
            order::add(&mut mine.entries, entries);
        }
    }

    /// Takes the keys that another tab has kept.
    pub(super) fn learn(&self, mine: &Mine) {
        for (name, record) in &mine.keys {
            if let Some((person, key)) = myself::holder_of(name).zip(DeviceKey::read(record))
                && !self.has(person)
            {
                self.hold(person, key, true);
            }
        }
    }

    /// Makes a key for someone, and returns its public half. It is kept, if it can be.
    pub(super) async fn make(&self, kept: Option<&Kept>) -> PublicKey {
        let (key, public) = DeviceKey::make().await;
        match try_to_keep(kept, &key, &public, &[]).await {
            Outcome::Never => {
                let seed = crate::platform::entropy::bytes();
                self.settle(kept, seed, &[]).await;
                PersonKey::from_seed(&seed).public()
            }
            outcome => {
                self.hold(public.person(), key, matches!(outcome, Outcome::Kept));
                public
            }
        }
    }

    /// Keeps these values about people, and the keys that could not be kept before.
    pub(super) async fn keep_with(
        &self,
        kept: &Kept,
        entries: &[(String, Vec<u8>)],
    ) -> Result<(), KeepError> {
        let unkept: Vec<(String, JsValue)> = {
            let all = self.0.borrow();
            let unkept = all.iter().filter(|held| !held.is_kept);
            let record = |held: &Held| (myself::key_of(held.person), held.key.record());
            unkept.map(record).collect()
        };
        kept.put_mine(&unkept, entries, &[]).await?;
        for held in self.0.borrow_mut().iter_mut() {
            let name = myself::key_of(held.person);
            held.is_kept |= unkept.iter().any(|(kept, _)| *kept == name);
        }
        Ok(())
    }

    /// Lets go of someone's key.
    pub(super) fn drop(&self, person: PersonId) {
        self.0.borrow_mut().retain(|held| held.person != person);
    }

    /// Whether someone's key is here.
    pub(super) fn has(&self, person: PersonId) -> bool {
        self.0.borrow().iter().any(|held| held.person == person)
    }

    /// Signs with someone's key. `None` for those whose key is not here, or when the browser refuses.
    pub(super) async fn sign(&self, person: PersonId, message: &[u8]) -> Option<Signature> {
        let key = {
            let all = self.0.borrow();
            all.iter().find(|held| held.person == person)?.key.clone()
        };
        key.sign(message).await
    }

    /// Takes a seed over in the best way that this browser can also keep, together with these values.
    async fn settle(&self, kept: Option<&Kept>, seed: [u8; 32], entries: &[(String, Vec<u8>)]) {
        let public = PersonKey::from_seed(&seed).public();
        let mut key = DeviceKey::from_seed(seed).await;
        let mut outcome = try_to_keep(kept, &key, &public, entries).await;
        while let Outcome::Never = outcome
            && let Some(weaker) = key.weaker(seed).await
        {
            key = weaker;
            outcome = try_to_keep(kept, &key, &public, entries).await;
        }
        self.hold(public.person(), key, matches!(outcome, Outcome::Kept));
    }

    fn hold(&self, person: PersonId, key: DeviceKey, is_kept: bool) {
        self.drop(person);
        let held = Held {
            person,
            key,
            is_kept,
        };
        self.0.borrow_mut().push(held);
    }
}

/// Keeps a key, and sees whether what comes back signs: browsers learnt to sign with keys before they learnt to keep them.
async fn try_to_keep(
    kept: Option<&Kept>,
    key: &DeviceKey,
    public: &PublicKey,
    entries: &[(String, Vec<u8>)],
) -> Outcome {
    let Some(kept) = kept else {
        // On a phone that keeps nothing every kind will do.
        return Outcome::NotNow;
    };
    let name = myself::key_of(public.person());
    let keys = [(name.clone(), key.record())];
    match kept.put_mine(&keys, entries, &[]).await {
        Ok(()) => {}
        Err(KeepError::Full | KeepError::Absent) => return Outcome::NotNow,
        Err(KeepError::Failed(_)) => return Outcome::Never,
    }
    let back = kept.mine().await.ok();
    let back = back.and_then(|mine| {
        let (_, record) = mine.keys.iter().find(|(kept, _)| *kept == name)?;
        DeviceKey::read(record)
    });
    match back {
        Some(back) if back.signs_for(public).await => Outcome::Kept,
        _ => Outcome::Never,
    }
}

fn warn_of(outcome: &Result<(), KeepError>) {
    if let Err(problem) = outcome {
        log::warn(&problem.to_string());
    }
}
