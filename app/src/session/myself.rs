//! The person who uses this phone.

use maillage_shared::ActorId;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{Invitation, PersonId, PersonKey, Proof, PublicKey};
use maillage_shared::presence::Face;
use minicbor::{Decoder, Encoder};
use std::collections::BTreeMap;
use std::convert::Infallible;

const SEED: &str = "seed";
const FACE: &str = "face";
const TERRITORY: &str = "territory";
const ENTERING: &str = "entering";

/// Who writes on this phone, and in which territory.
#[derive(Clone)]
pub(crate) struct Myself {
    /// What the key is made from.
    seed: [u8; 32],
    key: PersonKey,
    /// The name of the key.
    pub(crate) person: PersonId,
    /// Under which everything is written until this tab is closed.
    pub(crate) actor: ActorId,
    /// How the others see them.
    pub(crate) face: Face,
    /// The territory they have joined.
    pub(crate) territory: Option<DocumentId>,
    /// What they asked to be let in with, until the relay has answered.
    pub(crate) entering: Option<Wish>,
}

/// To be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    /// With this.
    pub(crate) invitation: Invitation,
    /// Looking so from then on.
    pub(crate) face: Face,
    /// As whom.
    pub(crate) coming: Coming,
}

/// As whom one is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coming {
    /// As somebody new, or as whoever this phone's key is.
    In,
    /// As whoever the invitation brings another phone for. Whether their phones of before are lost.
    Back { alone: bool },
}

impl Myself {
    /// Someone with this key; `entropy` is fresh for each tab and each start.
    pub(crate) fn new(seed: [u8; 32], entropy: [u8; 8], face: Face) -> Self {
        let key = PersonKey::from_seed(&seed);
        let person = key.person();
        Self {
            seed,
            key,
            person,
            actor: person.actor(entropy),
            face,
            territory: None,
            entering: None,
        }
    }

    /// The public half of the key.
    pub(crate) fn public(&self) -> PublicKey {
        self.key.public()
    }

    /// Signs what a relay asks for.
    pub(crate) fn prove(&self, message: &[u8]) -> Proof {
        Proof {
            key: self.public(),
            signature: self.key.sign(message),
        }
    }

    /// The same person in this tab, as another tab has kept them.
    pub(crate) fn as_kept(&self, kept: Self) -> Self {
        Self {
            actor: self.actor.clone(),
            ..kept
        }
    }

    /// Reads what [`Myself::entries`] gave to keep; `None` when nobody uses this phone.
    pub(crate) fn read(kept: &BTreeMap<String, Vec<u8>>, entropy: [u8; 8]) -> Option<Self> {
        let seed: [u8; 32] = kept.get(SEED)?.as_slice().try_into().ok()?;
        let face = Face::decode(kept.get(FACE)?).ok()?;
        let territory = kept.get(TERRITORY).and_then(|bytes| {
            let bytes: [u8; 16] = bytes.as_slice().try_into().ok()?;
            DocumentId::from_bytes(bytes).ok()
        });
        let entering = kept.get(ENTERING).and_then(|bytes| Wish::decode(bytes));
        Some(Self {
            territory,
            entering,
            ..Self::new(seed, entropy, face)
        })
    }

    /// What to keep, all of it in one transaction. What there is none of is kept as no bytes, since nothing is taken out of a table.
    pub(crate) fn entries(&self) -> Vec<(&'static str, Vec<u8>)> {
        let territory = self.territory.map(|id| id.as_bytes().to_vec());
        let entering = self.entering.as_ref().map(Wish::encode);
        vec![
            (SEED, self.seed.to_vec()),
            (FACE, self.face.encode()),
            (TERRITORY, territory.unwrap_or_default()),
            (ENTERING, entering.unwrap_or_default()),
        ]
    }
}

impl Wish {
    fn encode(&self) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::new());
        let write = |e: &mut Encoder<Vec<u8>>| -> Result<(), minicbor::encode::Error<Infallible>> {
            e.array(3)?.str(&self.invitation.to_string())?;
            e.bytes(&self.face.encode())?;
            match self.coming {
                Coming::In => e.null()?.ok(),
                Coming::Back { alone } => e.bool(alone)?.ok(),
            }
        };
        let written = write(&mut encoder);
        // Writing to a Vec cannot fail.
        debug_assert!(written.is_ok());
        encoder.into_writer()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut d = Decoder::new(bytes);
        d.array().ok()?.filter(|length| *length == 3)?;
        Some(Self {
            invitation: d.str().ok()?.parse().ok()?,
            face: Face::decode(d.bytes().ok()?).ok()?,
            coming: d
                .decode::<Option<bool>>()
                .ok()?
                .map_or(Coming::In, |alone| Coming::Back { alone }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maillage_shared::identity::Secret;

    fn again(me: &Myself) -> Myself {
        let kept = me.entries().into_iter();
        let kept = kept.map(|(key, bytes)| (key.to_owned(), bytes)).collect();
        Myself::read(&kept, [2; 8]).unwrap()
    }

    #[test]
    fn the_same_person_writes_under_another_actor_after_a_restart() {
        let face = Face {
            name: "Amina".to_owned(),
            picture: 3,
            colour: 1,
        };
        let mut before = Myself::new([5; 32], [1; 8], face);
        before.territory = Some(DocumentId::from_entropy([9; 16]));
        let after = again(&before);
        assert_eq!(after.person, before.person);
        assert_eq!(after.face, before.face);
        assert_eq!(after.territory, before.territory);
        assert_eq!(after.entering, None);
        assert_ne!(after.actor, before.actor);
    }

    #[test]
    fn what_was_asked_for_is_still_wanted_after_a_restart() {
        let mut before = Myself::new([5; 32], [1; 8], Face::default());
        before.entering = Some(Wish {
            invitation: Invitation::Link(Secret::from_entropy([3; 16])),
            face: Face::default(),
            coming: Coming::Back { alone: true },
        });
        let after = again(&before);
        assert_eq!((after.territory, &after.entering), (None, &before.entering));
    }

    #[test]
    fn a_phone_on_which_nobody_joined_has_nobody() {
        assert!(Myself::read(&BTreeMap::new(), [0; 8]).is_none());
    }
}
