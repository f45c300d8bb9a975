//! What the commands of every kind of document share.

use super::{CommandError, Context};
use crate::id::RecordId;
use crate::records::field::{self, FieldValue, map_at};
use crate::rules::text;
use crate::snapshot::VersionId;
use automerge::transaction::{Transactable, Transaction};
use automerge::{ObjId, ObjType, ROOT, ReadDoc};

/// The map at the root that every document of this kind was born with.
pub(super) fn container(reader: &impl ReadDoc, key: &'static str) -> Result<ObjId, CommandError> {
    map_at(reader, &ROOT, key).ok_or(CommandError::Misshapen(key))
}

/// A record in one of those maps.
pub(super) fn record(
    reader: &impl ReadDoc,
    key: &'static str,
    id: &RecordId,
) -> Result<ObjId, CommandError> {
    let container = container(reader, key)?;
    map_at(reader, &container, id.as_str()).ok_or_else(|| CommandError::NoSuchRecord(id.clone()))
}

/// A new record in one of those maps, under a fresh id.
pub(super) fn create(
    transaction: &mut Transaction<'_>,
    key: &'static str,
    context: &Context,
) -> Result<(RecordId, ObjId), CommandError> {
    let container = container(transaction, key)?;
    let id = context.record();
    let record = transaction.put_object(&container, id.as_str(), ObjType::Map)?;
    Ok((id, record))
}

/// Removes a record, if it is still there.
pub(super) fn remove(
    transaction: &mut Transaction<'_>,
    key: &'static str,
    id: &RecordId,
) -> Result<(), CommandError> {
    let container = container(transaction, key)?;
    Ok(transaction.delete(&container, id.as_str())?)
}

/// Sets a short text, or empties its field.
pub(super) fn set_words(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    key: &str,
    words: &str,
) -> Result<(), CommandError> {
    let words = text::optional_line(words)?;
    if words.is_empty() {
        return Ok(transaction.delete(object, key)?);
    }
    Ok(field::set(transaction, object, key, &words.to_owned())?)
}

/// Sets a longer text, or empties its field.
pub(super) fn set_note(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    key: &str,
    words: &str,
) -> Result<(), CommandError> {
    let words = text::optional_note(words)?;
    if words.is_empty() {
        return Ok(transaction.delete(object, key)?);
    }
    Ok(field::set(transaction, object, key, &words.to_owned())?)
}

/// Sets a field, or empties it.
pub(super) fn set_optional(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    key: &str,
    value: Option<&impl FieldValue>,
) -> Result<(), CommandError> {
    match value {
        Some(value) => Ok(field::set(transaction, object, key, value)?),
        None => Ok(transaction.delete(object, key)?),
    }
}

/// Settles a field on one of its versions.
pub(super) fn choose(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    key: &str,
    version: &VersionId,
) -> Result<(), CommandError> {
    if field::choose(transaction, object, key, version)? {
        Ok(())
    } else {
        Err(CommandError::VersionGone)
    }
}
