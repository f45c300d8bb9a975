//! The person who uses this phone.

use maillage_shared::ActorId;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{PersonId, PersonKey};
use maillage_shared::presence::Face;
use std::collections::BTreeMap;

const SEED: &str = "seed";
const FACE: &str = "face";
const TERRITORY: &str = "territory";

/// Who writes on this phone, and in which territory.
#[derive(Clone)]
pub(crate) struct Myself {
    /// What the key is made from.
    seed: [u8; 32],
    /// The name of the key.
    pub(crate) person: PersonId,
    /// Under which everything is written until this tab is closed.
    pub(crate) actor: ActorId,
    /// How the others see them.
    pub(crate) face: Face,
    /// The territory they have joined.
    pub(crate) territory: DocumentId,
}

impl Myself {
    /// Someone with this key; `entropy` is fresh for each tab and each start.
    pub(crate) fn new(seed: [u8; 32], entropy: [u8; 8], face: Face, territory: DocumentId) -> Self {
        let person = PersonKey::from_seed(&seed).person();
        Self {
            seed,
            person,
            actor: person.actor(entropy),
            face,
            territory,
        }
    }

    /// The same person with another face or in another territory.
    pub(crate) fn joining(&self, face: Face, territory: DocumentId) -> Self {
        Self {
            face,
            territory,
            ..self.clone()
        }
    }

    /// Reads what [`Myself::entries`] gave to keep; `None` when nobody has joined on this phone.
    pub(crate) fn read(kept: &BTreeMap<String, Vec<u8>>, entropy: [u8; 8]) -> Option<Self> {
        let seed: [u8; 32] = kept.get(SEED)?.as_slice().try_into().ok()?;
        let face = Face::decode(kept.get(FACE)?).ok()?;
        let territory: [u8; 16] = kept.get(TERRITORY)?.as_slice().try_into().ok()?;
        let territory = DocumentId::from_bytes(territory).ok()?;
        Some(Self::new(seed, entropy, face, territory))
    }

    /// What to keep, all of it in one transaction.
    pub(crate) fn entries(&self) -> Vec<(&'static str, Vec<u8>)> {
        vec![
            (SEED, self.seed.to_vec()),
            (FACE, self.face.encode()),
            (TERRITORY, self.territory.as_bytes().to_vec()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_person_writes_under_another_actor_after_a_restart() {
        let face = Face {
            name: "Amina".to_owned(),
            picture: 3,
            colour: 1,
        };
        let before = Myself::new([5; 32], [1; 8], face, DocumentId::from_entropy([9; 16]));
        let kept = before
            .entries()
            .into_iter()
            .map(|(key, bytes)| (key.to_owned(), bytes))
            .collect();
        let after = Myself::read(&kept, [2; 8]).unwrap();
        assert_eq!(after.person, before.person);
        assert_eq!(after.face, before.face);
        assert_eq!(after.territory, before.territory);
        assert_ne!(after.actor, before.actor);
    }

    #[test]
    fn a_phone_on_which_nobody_joined_has_nobody() {
        assert!(Myself::read(&BTreeMap::new(), [0; 8]).is_none());
    }
}
