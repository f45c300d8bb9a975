//! Who helped to write something: a note in the change itself, beside its time, so that its hash and its author's signature cover it.

use crate::identity::PersonId;
use automerge::{Automerge, ObjId};

/// What comes before the helper's id in a change's message.
const HELPED_BY: &str = "helped by ";

/// The message of a change that this person has helped to write.
pub(crate) fn by(helper: PersonId) -> String {
    format!("{HELPED_BY}{helper}")
}

/// Who helped to write an operation, in the words of whoever wrote it.
pub(crate) fn helper_of(reader: &Automerge, id: &ObjId) -> Option<PersonId> {
    let hash = reader.hash_for_opid(id)?;
    let change = reader.get_change_meta_by_hash(&hash)?;
    PersonId::parse(change.message.as_deref()?.strip_prefix(HELPED_BY)?)
}
