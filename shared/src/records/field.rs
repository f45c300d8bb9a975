//! Fields with one value: how a value is stored, and how every version of it is read.

use super::origin::Origin;
use crate::date::Day;
use crate::id::DocumentId;
use crate::identity::PersonId;
use crate::snapshot::{Field, Known, Version, VersionId};
use crate::time::UnixMillis;
use automerge::transaction::{Transactable, Transaction};
use automerge::{ActorId, Automerge, AutomergeError, ObjId, ObjType, ReadDoc, ScalarValue, Value};

/// A stored value in one of the few forms that fields use, whoever wrote it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stored {
    /// A string, written as a scalar or, by JavaScript clients, as a text.
    Words(String),
    /// A whole number, written as an integer, a timestamp or, by JavaScript clients, a float.
    Whole(i64),
    /// True or false.
    Truth(bool),
    /// An explicit nothing.
    Null,
}

impl Stored {
    /// Takes a value met in a document, unless no field has that form.
    pub(crate) fn of(reader: &impl ReadDoc, value: &Value<'_>, object: &ObjId) -> Option<Self> {
        match value {
            Value::Object(ObjType::Text) => reader.text(object).ok().map(Self::Words),
            Value::Object(_) => None,
            Value::Scalar(scalar) => match scalar.as_ref() {
                ScalarValue::Str(words) => Some(Self::Words(words.to_string())),
                ScalarValue::Int(number) | ScalarValue::Timestamp(number) => {
                    Some(Self::Whole(*number))
                }
                ScalarValue::Uint(number) => i64::try_from(*number).ok().map(Self::Whole),
                // Beyond 2^53 a float no longer names one whole number.
                ScalarValue::F64(number)
                    if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 =>
                {
                    Some(Self::Whole(*number as i64))
                }
                ScalarValue::Boolean(truth) => Some(Self::Truth(*truth)),
                ScalarValue::Null => Some(Self::Null),
                _ => None,
            },
        }
    }

    /// The words, when they are words that say something.
    pub(crate) fn words(&self) -> Option<&str> {
        match self {
            Self::Words(words) if !words.trim().is_empty() => Some(words),
            _ => None,
        }
    }
}

/// A value that fits into one field.
pub(crate) trait FieldValue: Sized + PartialEq {
    /// Reads it; `None` for a value of the wrong type or without meaning.
    fn read(stored: &Stored) -> Option<Self>;

    /// The form it is stored in.
    fn write(&self) -> ScalarValue;
}

impl FieldValue for String {
    fn read(stored: &Stored) -> Option<Self> {
        stored.words().map(str::to_owned)
    }

    fn write(&self) -> ScalarValue {
        self.as_str().into()
    }
}

impl FieldValue for u32 {
    fn read(stored: &Stored) -> Option<Self> {
        match stored {
            Stored::Whole(number) => Self::try_from(*number).ok(),
            _ => None,
        }
    }

    fn write(&self) -> ScalarValue {
        i64::from(*self).into()
    }
}

impl FieldValue for bool {
    fn read(stored: &Stored) -> Option<Self> {
        match stored {
            Stored::Truth(truth) => Some(*truth),
            _ => None,
        }
    }

    fn write(&self) -> ScalarValue {
        (*self).into()
    }
}

impl FieldValue for DocumentId {
    fn read(stored: &Stored) -> Option<Self> {
        stored.words().and_then(|words| words.parse().ok())
    }

    fn write(&self) -> ScalarValue {
        self.to_string().into()
    }
}

impl FieldValue for Day {
    fn read(stored: &Stored) -> Option<Self> {
        stored.words().and_then(|words| words.parse().ok())
    }

    fn write(&self) -> ScalarValue {
        self.to_string().into()
    }
}

/// "Pas encore connu" is stored as null, so that it differs from a field nobody has filled.
impl<T: FieldValue> FieldValue for Known<T> {
    fn read(stored: &Stored) -> Option<Self> {
        match stored {
            Stored::Null => Some(Self::NotYet),
            other => T::read(other).map(Self::Known),
        }
    }

    fn write(&self) -> ScalarValue {
        match self {
            Self::NotYet => ScalarValue::Null,
            Self::Known(value) => value.write(),
        }
    }
}

/// Reads every version of a field. Equal values set twice are one version; values that make no sense are none.
pub(crate) fn field<T: FieldValue>(reader: &Automerge, object: &ObjId, key: &str) -> Field<T> {
    let mut versions: Vec<Version<T>> = Vec::new();
    // automerge lists the winner last.
    for (value, id) in reader
        .get_all(object, key)
        .unwrap_or_default()
        .into_iter()
        .rev()
    {
        let read = Stored::of(reader, &value, &id).and_then(|stored| T::read(&stored));
        if let Some(value) = read
            && versions.iter().all(|version| version.value != value)
        {
            versions.push(Version {
                value,
                author: author_of(reader, &id),
                at: time_of(reader, &id),
                id: version_id(&id),
            });
        }
    }
    let mut versions = versions.into_iter();
    Field {
        current: versions.next(),
        others: versions.collect(),
    }
}

/// Reads the value that wins, without its other versions.
pub(crate) fn value<T: FieldValue>(reader: &impl ReadDoc, object: &ObjId, key: &str) -> Option<T> {
    let (value, id) = reader.get(object, key).ok()??;
    Stored::of(reader, &value, &id).and_then(|stored| T::read(&stored))
}

/// Sets a field, which settles its versions.
pub(crate) fn set(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    key: &str,
    value: &impl FieldValue,
) -> Result<(), AutomergeError> {
    transaction.put(object, key, value.write())
}

/// Settles a field on one of its versions; `false` when that version is no longer there.
pub(crate) fn choose(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    key: &str,
    version: &VersionId,
) -> Result<bool, AutomergeError> {
    let chosen = transaction
        .get_all(object, key)?
        .into_iter()
        .find(|(_, id)| version_id(id) == *version)
        .and_then(|(value, id)| match value {
            Value::Scalar(scalar) => Some(scalar.into_owned()),
            Value::Object(_) => transaction.text(&id).ok().map(ScalarValue::from),
        });
    match chosen {
        Some(value) => transaction.put(object, key, value).map(|()| true),
        None => Ok(false),
    }
}

/// The map under a key, if a map is what stands there.
pub(crate) fn map_at(reader: &impl ReadDoc, object: &ObjId, key: &str) -> Option<ObjId> {
    match reader.get(object, key) {
        Ok(Some((Value::Object(ObjType::Map), id))) => Some(id),
        _ => None,
    }
}

/// The records of a container, a map under each key, sorted by key.
pub(crate) fn records(reader: &impl ReadDoc, container: Option<&ObjId>) -> Vec<(String, ObjId)> {
    let Some(container) = container else {
        return Vec::new();
    };
    reader
        .keys(container)
        .filter_map(|key| map_at(reader, container, &key).map(|id| (key, id)))
        .collect()
}

/// The keys of a container whose value is not false, null or zero: a set, as phones of any make write one.
pub(crate) fn members(reader: &impl ReadDoc, container: Option<&ObjId>) -> Vec<String> {
    let Some(container) = container else {
        return Vec::new();
    };
    reader
        .keys(container)
        .filter(|key| match reader.get(container, key.as_str()) {
            Ok(Some((value, id))) => !matches!(
                Stored::of(reader, &value, &id),
                Some(Stored::Truth(false) | Stored::Null | Stored::Whole(0))
            ),
            _ => false,
        })
        .collect()
}

/// The person whose key the actor of an operation carries; in a document that was written anew, whoever wrote the original.
pub(crate) fn author_of(reader: &Automerge, id: &ObjId) -> Option<PersonId> {
    Origin::of(reader, id).author
}

/// Sorts records from the oldest on, causes before effects, alike on every phone: wall clocks differ, operation counters do not.
pub(crate) fn age(id: &ObjId) -> (u64, Option<ActorId>) {
    match id {
        ObjId::Root => (0, None),
        ObjId::Id(counter, actor, _) => (*counter, Some(actor.clone())),
    }
}

/// When an operation was committed, to the second; a change without a time says nothing.
pub(crate) fn time_of(reader: &Automerge, id: &ObjId) -> Option<UnixMillis> {
    Origin::of(reader, id).at
}

fn version_id(id: &ObjId) -> VersionId {
    VersionId(id.to_string())
}
