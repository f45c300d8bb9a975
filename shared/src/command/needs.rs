//! What people do to the needs.

use super::write::{choose, container, create, record, remove, set_words};
use super::{CommandError, Context, Intent};
use crate::doc::Kind;
use crate::id::{DocumentId, RecordId};
use crate::identity::PersonId;
use crate::records::field::set;
use crate::records::need;
use crate::records::needs::{COVERS, ECHOES, NEEDS, pair};
use crate::rules::text;
use crate::snapshot::VersionId;
use automerge::transaction::{Transactable, Transaction};
use automerge::{ObjId, ReadDoc};

/// An intent about the needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NeedsCommand {
    /// Says what is missing.
    Add(NewNeed),
    /// Changes one thing about a need.
    Set {
        /// Which need.
        need: RecordId,
        /// What is new.
        value: NeedValue,
    },
    /// Removes a need, with its echoes.
    Remove(RecordId),
    /// "Moi aussi."
    Echo(RecordId),
    /// Takes one's own "moi aussi" back.
    WithdrawEcho {
        /// Of which need.
        need: RecordId,
        /// The author's other phones, by the fingerprints of their keys: it may have been said there.
        phones: Vec<PersonId>,
    },
    /// Says that a job sheet answers a need.
    Cover {
        /// Which need.
        need: RecordId,
        /// Which sheet.
        sheet: DocumentId,
    },
    /// Says that a job sheet no longer answers a need.
    Uncover {
        /// Which need.
        need: RecordId,
        /// Which sheet.
        sheet: DocumentId,
    },
    /// Settles a field on one of its versions.
    Choose {
        /// Which need.
        need: RecordId,
        /// Which field.
        field: NeedField,
        /// Which version.
        version: VersionId,
    },
}

/// A need to add. Everything but its text may stay empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNeed {
    /// What is missing.
    pub text: String,
    /// Where, in free words.
    pub neighbourhood: String,
    /// Who said it, in words that name nobody ("Une habitante"), when someone else types it.
    pub expressed_by: String,
}

/// A field of a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NeedField {
    /// What is missing.
    Text,
    /// Where.
    Neighbourhood,
    /// Who said it.
    ExpressedBy,
}

/// A new value for one field of a need; empty words empty the field, except the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NeedValue {
    /// What is missing.
    Text(String),
    /// Where.
    Neighbourhood(String),
    /// Who said it.
    ExpressedBy(String),
}

impl Intent for NeedsCommand {
    fn kind(&self) -> Kind {
        Kind::Needs
    }

    fn write(
        &self,
        transaction: &mut Transaction<'_>,
        context: &Context,
        author: PersonId,
    ) -> Result<Option<RecordId>, CommandError> {
        match self {
            Self::Add(new) => {
                let (id, need) = create(transaction, NEEDS, context)?;
                new.write(transaction, &need)?;
                return Ok(Some(id));
            }
            Self::Set { need, value } => {
                let need = record(transaction, NEEDS, need)?;
                value.write(transaction, &need)?;
            }
            Self::Remove(need) => {
                remove(transaction, NEEDS, need)?;
                remove_pairs(transaction, ECHOES, need)?;
                remove_pairs(transaction, COVERS, need)?;
            }
            Self::Echo(need) => {
                record(transaction, NEEDS, need)?;
                let echoes = container(transaction, ECHOES)?;
                transaction.put(&echoes, pair(need, &author), true)?;
            }
            Self::WithdrawEcho { need, phones } => {
                let echoes = container(transaction, ECHOES)?;
                for phone in phones.iter().chain([&author]) {
                    transaction.delete(&echoes, pair(need, phone))?;
                }
            }
            Self::Cover { need, sheet } => {
                record(transaction, NEEDS, need)?;
                let covers = container(transaction, COVERS)?;
                transaction.put(&covers, pair(need, sheet), true)?;
            }
            Self::Uncover { need, sheet } => {
                let covers = container(transaction, COVERS)?;
                transaction.delete(&covers, pair(need, sheet))?;
            }
            Self::Choose {
                need,
                field,
                version,
            } => {
                let need = record(transaction, NEEDS, need)?;
                choose(transaction, &need, field.key(), version)?;
            }
        }
        Ok(None)
    }
}

impl NeedField {
    fn key(self) -> &'static str {
        match self {
            Self::Text => need::TEXT,
            Self::Neighbourhood => need::NEIGHBOURHOOD,
            Self::ExpressedBy => need::EXPRESSED_BY,
        }
    }
}

impl NeedValue {
    fn write(&self, transaction: &mut Transaction<'_>, record: &ObjId) -> Result<(), CommandError> {
        match self {
            Self::Text(words) => Ok(set(
                transaction,
                record,
                need::TEXT,
                &text::note(words)?.to_owned(),
            )?),
            Self::Neighbourhood(words) => {
                set_words(transaction, record, need::NEIGHBOURHOOD, words)
            }
            Self::ExpressedBy(words) => set_words(transaction, record, need::EXPRESSED_BY, words),
        }
    }
}

impl NewNeed {
    fn write(&self, transaction: &mut Transaction<'_>, record: &ObjId) -> Result<(), CommandError> {
        let values = [
            NeedValue::Text(self.text.clone()),
            NeedValue::Neighbourhood(self.neighbourhood.clone()),
            NeedValue::ExpressedBy(self.expressed_by.clone()),
        ];
        values
            .iter()
            .try_for_each(|value| value.write(transaction, record))
    }
}

/// Takes everything that was said about a need out of one of the flat sets.
fn remove_pairs(
    transaction: &mut Transaction<'_>,
    key: &'static str,
    need: &RecordId,
) -> Result<(), CommandError> {
    let set = container(transaction, key)?;
    let start = format!("{need}:");
    let pairs: Vec<_> = transaction
        .keys(&set)
        .filter(|pair| pair.starts_with(&start))
        .collect();
    for pair in pairs {
        transaction.delete(&set, pair)?;
    }
    Ok(())
}
