//! Who wrote what is in a document that was written anew without something, and when: its own changes all come from whoever did that.
//!
//! The birth of such a document notes, for each value and record it copies, the author and the time of the original, under the number of
//! the operation that copies it. It is the word of whoever wrote the document anew, and only of what their birth copies.

use super::field::map_at;
use crate::birth::REPLACES;
use crate::doc::string_at;
use crate::identity::PersonId;
use crate::time::UnixMillis;
use automerge::{ActorId, Automerge, ObjId, ROOT, ReadDoc};

/// Under this key at the root, a map from the number of an operation to who and when.
pub(crate) const ORIGINS: &str = "origins";

/// Who wrote something, and when, to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) author: Option<PersonId>,
    pub(crate) at: Option<UnixMillis>,
}

impl Origin {
    /// What the operation itself says, or the birth of a document that was written anew.
    pub(crate) fn of(reader: &Automerge, id: &ObjId) -> Self {
        noted(reader, id).unwrap_or_else(|| Self {
            author: written_by(id),
            at: committed(reader, id),
        })
    }

    /// As it is noted.
    pub(crate) fn words(self) -> String {
        let author = self.author.map(|author| author.to_string());
        let seconds = self.at.map_or(0, UnixMillis::seconds);
        format!("{seconds} {}", author.unwrap_or_default())
    }

    fn read(words: &str) -> Option<Self> {
        let (seconds, author) = words.split_once(' ')?;
        let seconds: i64 = seconds.parse().ok()?;
        Some(Self {
            author: PersonId::parse(author),
            at: (seconds > 0).then(|| UnixMillis(seconds.saturating_mul(1000))),
        })
    }
}

/// The person whose key the actor of an operation carries.
pub(crate) fn written_by(id: &ObjId) -> Option<PersonId> {
    match id {
        ObjId::Root => None,
        ObjId::Id(_, actor, _) => PersonId::of_actor(actor),
    }
}

fn noted(reader: &Automerge, id: &ObjId) -> Option<Origin> {
    let ObjId::Id(counter, actor, _) = id else {
        return None;
    };
    string_at(reader, &ROOT, REPLACES)?;
    let origins = map_at(reader, &ROOT, ORIGINS)?;
    let (value, note) = reader.get(&origins, counter.to_string()).ok()??;
    // The note comes from the change that made the copy, and that change is the birth.
    let by = |actor: &ActorId| matches!(&note, ObjId::Id(_, noted, _) if noted == actor);
    let change = reader.hash_for_opid(id)?;
    let is_its = by(actor) && reader.hash_for_opid(&note)? == change;
    let is_birth = reader.get_change_by_hash(&change)?.deps().is_empty();
    Origin::read(value.as_str()?).filter(|_| is_its && is_birth)
}

fn committed(reader: &Automerge, id: &ObjId) -> Option<UnixMillis> {
    let hash = reader.hash_for_opid(id)?;
    let seconds = reader.get_change_meta_by_hash(&hash)?.timestamp;
    (seconds > 0).then(|| UnixMillis(seconds.saturating_mul(1000)))
}
