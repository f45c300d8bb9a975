//! The person who uses this phone. What signs for them is not known here, but to `keys.rs`.

use litemap::LiteMap;
use maillage_shared::ActorId;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{Invitation, PersonId, PersonKey, PublicKey};
use maillage_shared::presence::Face;
use minicbor::{Decoder, Encoder};
use std::convert::Infallible;

/// The name of who uses this phone among what is kept; everything else is kept under the name of its person.
const WHO: &str = "who";
const KEY: &str = "key";
const PUBLIC: &str = "public";
const FACE: &str = "face";
const TERRITORY: &str = "territory";
const ENTERING: &str = "entering";
/// The code that someone types before they write, and the attempts to guess it.
pub(crate) const LOCK: &str = "lock";
pub(crate) const TRIES: &str = "tries";
/// The names of who helps whoever acts, and of who acted before.
pub(crate) const HELPER: &str = "helper";
pub(crate) const BEFORE: &str = "before";
const SEED: &str = "seed";
/// What was kept as long as a phone had one person, whose seed lay in the clear.
pub(crate) const FORMER: [&str; 4] = [SEED, FACE, TERRITORY, ENTERING];

/// Who writes on this phone, and in which territory.
#[derive(Debug, Clone)]
pub(crate) struct Myself {
    /// The public half of the key.
    pub(crate) public: PublicKey,
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
    /// The holder of this key; `entropy` is fresh for each tab and each start.
    pub(crate) fn new(public: PublicKey, entropy: [u8; 8], face: Face) -> Self {
        let person = public.person();
        Self {
            public,
            person,
            actor: person.actor(entropy),
            face,
            territory: None,
            entering: None,
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
    pub(crate) fn read(kept: &LiteMap<String, Vec<u8>>, entropy: [u8; 8]) -> Option<Self> {
        Self::read_one(kept, person_in(kept, WHO)?, entropy)
    }

    /// The same of one of those who use this phone.
    pub(crate) fn read_one(
        kept: &LiteMap<String, Vec<u8>>,
        person: PersonId,
        entropy: [u8; 8],
    ) -> Option<Self> {
        let public = public_of(kept, person)?;
        Self::read_parts(public, entropy, |what| kept.get(&name(person, what)))
    }

    /// Reads what was kept as long as a phone had one person: who they are, and the seed of their key.
    pub(crate) fn read_former(
        kept: &LiteMap<String, Vec<u8>>,
        entropy: [u8; 8],
    ) -> Option<(Self, [u8; 32])> {
        let seed: [u8; 32] = kept.get(SEED)?.as_slice().try_into().ok()?;
        let public = PersonKey::from_seed(&seed).public();
        let me = Self::read_parts(public, entropy, |what| kept.get(what))?;
        Some((me, seed))
    }

    fn read_parts<'k>(
        public: PublicKey,
        entropy: [u8; 8],
        part: impl Fn(&str) -> Option<&'k Vec<u8>>,
    ) -> Option<Self> {
        let face = Face::decode(part(FACE)?).ok()?;
        let territory = part(TERRITORY).and_then(|bytes| {
            let bytes: [u8; 16] = bytes.as_slice().try_into().ok()?;
            DocumentId::from_bytes(bytes).ok()
        });
        Some(Self {
            territory,
            entering: part(ENTERING).and_then(|bytes| Wish::decode(bytes)),
            ..Self::new(public, entropy, face)
        })
    }

    /// What to keep, all of it in one transaction. What there is none of is kept as no bytes.
    pub(crate) fn entries(&self) -> Vec<(String, Vec<u8>)> {
        let territory = self.territory.map(|id| id.as_bytes().to_vec());
        let entering = self.entering.as_ref().map(Wish::encode);
        let part = |what, bytes| (name(self.person, what), bytes);
        vec![
            acts(Some(self.person)),
            part(PUBLIC, self.public.as_bytes().to_vec()),
            part(FACE, self.face.encode()),
            part(TERRITORY, territory.unwrap_or_default()),
            part(ENTERING, entering.unwrap_or_default()),
        ]
    }
}

/// What to keep when this person acts from now on, or nobody.
pub(crate) fn acts(person: Option<PersonId>) -> (String, Vec<u8>) {
    person_as(WHO, person)
}

/// What to keep of a person under a name that is nobody's own.
pub(crate) fn person_as(name: &str, person: Option<PersonId>) -> (String, Vec<u8>) {
    let person = person.map(|person| person.to_string().into_bytes());
    (name.to_owned(), person.unwrap_or_default())
}

/// Who is kept under such a name.
pub(crate) fn person_in(kept: &LiteMap<String, Vec<u8>>, name: &str) -> Option<PersonId> {
    PersonId::parse(std::str::from_utf8(kept.get(name)?).ok()?)
}

/// Whose public half is kept under this name.
pub(crate) fn named_by(name: &str) -> Option<PersonId> {
    PersonId::parse(name.strip_suffix(PUBLIC)?.strip_suffix(' ')?)
}

/// All that is kept under someone's name.
pub(crate) fn all_of(person: PersonId) -> Vec<String> {
    let all = [KEY, PUBLIC, FACE, TERRITORY, ENTERING, LOCK, TRIES];
    all.map(|what| name(person, what)).into()
}

/// The name under which someone's key is kept.
pub(crate) fn key_of(person: PersonId) -> String {
    name(person, KEY)
}

/// Whose key is kept under this name.
pub(crate) fn holder_of(name: &str) -> Option<PersonId> {
    PersonId::parse(name.strip_suffix(KEY)?.strip_suffix(' ')?)
}

/// The public half of someone's key among what is kept.
pub(crate) fn public_of(kept: &LiteMap<String, Vec<u8>>, person: PersonId) -> Option<PublicKey> {
    let bytes = kept.get(&name(person, PUBLIC))?.as_slice();
    let public = PublicKey::from_bytes(bytes.try_into().ok()?);
    (public.person() == person).then_some(public)
}

/// The name of something that is kept about someone.
pub(crate) fn name(person: PersonId, what: &str) -> String {
    format!("{person} {what}")
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

    fn someone(entropy: u8) -> Myself {
        let public = PersonKey::from_seed(&[5; 32]).public();
        Myself::new(public, [entropy; 8], Face::default())
    }

    fn again(me: &Myself) -> Myself {
        let kept = me.entries().into_iter().collect();
        Myself::read(&kept, [2; 8]).unwrap()
    }

    #[test]
    fn the_same_person_writes_under_another_actor_after_a_restart() {
        let face = Face {
            name: "Amina".to_owned(),
            picture: 3,
            colour: 1,
        };
        let mut before = Myself { face, ..someone(1) };
        before.territory = Some(DocumentId::from_entropy([9; 16]));
        let after = again(&before);
        assert_eq!(after.person, before.person);
        assert_eq!(after.public, before.public);
        assert_eq!(after.face, before.face);
        assert_eq!(after.territory, before.territory);
        assert_eq!(after.entering, None);
        assert_ne!(after.actor, before.actor);
    }

    #[test]
    fn what_was_asked_for_is_still_wanted_after_a_restart() {
        let mut before = someone(1);
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
        assert!(Myself::read(&LiteMap::new(), [0; 8]).is_none());
        assert!(Myself::read_former(&LiteMap::new(), [0; 8]).is_none());
    }

    #[test]
    fn who_was_kept_with_a_seed_in_the_clear_is_still_known() {
        let face = Face::default().encode();
        let territory = DocumentId::from_entropy([9; 16]);
        let kept = [
            (SEED.to_owned(), vec![5; 32]),
            (FACE.to_owned(), face),
            (TERRITORY.to_owned(), territory.as_bytes().to_vec()),
            (ENTERING.to_owned(), Vec::new()),
        ];
        let (me, seed) = Myself::read_former(&LiteMap::from_iter(kept), [2; 8]).unwrap();
        assert_eq!(
            (me.person, me.territory),
            (someone(1).person, Some(territory))
        );
        assert_eq!((me.entering, seed), (None, [5; 32]));
    }

    #[test]
    fn nobody_is_read_by_the_key_of_another() {
        let me = someone(1);
        let mut kept: LiteMap<_, _> = me.entries().into_iter().collect();
        assert_eq!(public_of(&kept, me.person), Some(me.public));
        kept.insert(name(me.person, PUBLIC), vec![1; 32]);
        assert_eq!(public_of(&kept, me.person), None);
        assert!(Myself::read(&kept, [0; 8]).is_none());
        assert_eq!(holder_of(&key_of(me.person)), Some(me.person));
    }
}
