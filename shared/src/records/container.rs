//! The maps and texts that a document is born with.

use super::field::{Stored, map_at};
use automerge::transaction::{Transactable, Transaction};
use automerge::{AutomergeError, ObjId, ObjType, ROOT, ReadDoc, Value};

/// What a container is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Fields or records under keys.
    Map,
    /// A text that people write together.
    Text,
}

/// One container, at the root of its document or in a map at the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Container {
    /// The key of the map it stands in; `None` for the root.
    parent: Option<&'static str>,
    /// Its key.
    key: &'static str,
    /// What it is.
    form: Form,
}

impl Container {
    /// A map at the root.
    pub(crate) const fn map(key: &'static str) -> Self {
        Self {
            parent: None,
            key,
            form: Form::Map,
        }
    }

    /// A container in a map at the root, which is listed before it.
    pub(crate) const fn inside(parent: &'static str, key: &'static str, form: Form) -> Self {
        Self {
            parent: Some(parent),
            key,
            form,
        }
    }

    /// Whether it stands where it should.
    pub(crate) fn stands_in(&self, reader: &impl ReadDoc) -> bool {
        self.parent(reader)
            .is_some_and(|parent| self.is_at(reader, &parent))
    }

    fn parent(&self, reader: &impl ReadDoc) -> Option<ObjId> {
        match self.parent {
            None => Some(ROOT),
            Some(key) => map_at(reader, &ROOT, key),
        }
    }

    fn is_at(&self, reader: &impl ReadDoc, parent: &ObjId) -> bool {
        matches!(
            (reader.get(parent, self.key), self.form),
            (Ok(Some((Value::Object(ObjType::Map), _))), Form::Map)
                | (Ok(Some((Value::Object(ObjType::Text), _))), Form::Text)
        )
    }
}

/// Creates those containers that do not stand yet, parents first. A string where a text should stand becomes that text.
pub(crate) fn create_missing(
    transaction: &mut Transaction<'_>,
    containers: &[Container],
) -> Result<(), AutomergeError> {
    for container in containers {
        let Some(parent) = container.parent(transaction) else {
            continue;
        };
        if container.is_at(transaction, &parent) {
            continue;
        }
        match container.form {
            Form::Map => {
                transaction.put_object(&parent, container.key, ObjType::Map)?;
            }
            Form::Text => {
                let words = match transaction.get(&parent, container.key)? {
                    Some((value, id)) => Stored::of(transaction, &value, &id),
                    None => None,
                };
                let text = transaction.put_object(&parent, container.key, ObjType::Text)?;
                if let Some(Stored::Words(words)) = words {
                    transaction.splice_text(&text, 0, 0, &words)?;
                }
            }
        }
    }
    Ok(())
}
