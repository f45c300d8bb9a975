//! The people this phone has met: shared documents hold opaque ids, and only presence tells their names.

use litemap::LiteMap;
use maillage_shared::identity::PersonId;
use maillage_shared::order;
use maillage_shared::presence::Face;
use maillage_shared::time::UnixMillis;
use minicbor::{Decoder, Encoder};
use std::convert::Infallible;

/// People remembered; more are not noted.
const PEOPLE: usize = 5_000;
/// How stale the last meeting may stand on the phone, in milliseconds: a day, so that seeing someone all afternoon is one write.
const NOTE_AFTER: i64 = 86_400_000;

/// Names, pictures and colours by person.
#[derive(Debug, Default)]
pub(crate) struct People {
    known: LiteMap<PersonId, Known>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    face: Face,
    seen: UnixMillis,
}

impl People {
    /// Reads what [`People::meet`] gave to keep; entries that make no sense are left out.
    pub(crate) fn read<'a>(kept: impl IntoIterator<Item = (&'a String, &'a Vec<u8>)>) -> Self {
        let known = kept
            .into_iter()
            .filter_map(|(key, bytes)| Some((PersonId::parse(key)?, decode(bytes)?)));
        Self {
            known: order::map(known),
        }
    }

    /// How someone looks, if this phone has met them.
    pub(crate) fn face(&self, person: PersonId) -> Option<&Face> {
        self.known.get(&person).map(|known| &known.face)
    }

    /// Someone was erased. Returns whether this phone had met them.
    pub(crate) fn forget(&mut self, person: PersonId) -> bool {
        self.known.remove(&person).is_some()
    }

    /// Someone was met. Returns what to keep under their id when it says something new.
    pub(crate) fn meet(
        &mut self,
        now: UnixMillis,
        person: PersonId,
        face: &Face,
    ) -> Option<Vec<u8>> {
        let known = self.known.get(&person);
        if known.is_none() && self.known.len() >= PEOPLE {
            return None;
        }
        if known.is_some_and(|known| known.face == *face && known.seen.plus(NOTE_AFTER) > now) {
            return None;
        }
        let known = Known {
            face: face.clone(),
            seen: now,
        };
        let bytes = encode(&known);
        self.known.insert(person, known);
        Some(bytes)
    }
}

fn encode(known: &Known) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    let write = |e: &mut Encoder<Vec<u8>>| -> Result<(), minicbor::encode::Error<Infallible>> {
        e.array(2)?.i64(known.seen.0)?.bytes(&known.face.encode())?;
        Ok(())
    };
    let written = write(&mut encoder);
    // Writing to a Vec cannot fail.
    debug_assert!(written.is_ok());
    encoder.into_writer()
}

fn decode(bytes: &[u8]) -> Option<Known> {
    let mut decoder = Decoder::new(bytes);
    decoder
        .array()
        .ok()
        .flatten()
        .filter(|length| *length >= 2)?;
    Some(Known {
        seen: UnixMillis(decoder.i64().ok()?),
        face: Face::decode(decoder.bytes().ok()?).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use maillage_shared::identity::PersonKey;

    const START: UnixMillis = UnixMillis(1_700_000_000_000);

    fn face(name: &str) -> Face {
        Face {
            name: name.to_owned(),
            picture: 1,
            colour: 2,
        }
    }

    fn person(seed: u8) -> PersonId {
        PersonKey::from_seed(&[seed; 32]).person()
    }

    #[test]
    fn someone_met_is_known_after_a_restart() {
        let mut people = People::default();
        let kept = people.meet(START, person(1), &face("Luc")).unwrap();
        let again = People::read([
            (&person(1).to_string(), &kept),
            (&"nobody".to_owned(), &Vec::new()),
        ]);
        assert_eq!(again.face(person(1)), Some(&face("Luc")));
        assert_eq!(again.face(person(2)), None);
    }

    #[test]
    fn meeting_someone_all_afternoon_is_one_write() {
        let mut people = People::default();
        assert!(people.meet(START, person(1), &face("Luc")).is_some());
        assert!(
            people
                .meet(START.plus(60_000), person(1), &face("Luc"))
                .is_none()
        );
        assert!(
            people
                .meet(START.plus(60_000), person(1), &face("Lucie"))
                .is_some()
        );
        assert!(
            people
                .meet(START.plus(NOTE_AFTER + 60_000), person(1), &face("Lucie"))
                .is_some()
        );
    }
}
