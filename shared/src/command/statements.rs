//! What people add to the statements beside a sheet.

use super::write::container;
use super::{CommandError, Context, Intent};
use crate::doc::Kind;
use crate::id::RecordId;
use crate::identity::PersonId;
use crate::records::statements::STATEMENTS;
use crate::statement::Signed;
use automerge::ScalarValue;
use automerge::transaction::{Transactable, Transaction};

/// An intent about statements. There is one only: nothing that was stated is changed or taken out, a later statement says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementsCommand {
    /// States something that was signed.
    Add(Box<Signed>),
}

impl Intent for StatementsCommand {
    fn kind(&self) -> Kind {
        Kind::Statements
    }

    fn write(
        &self,
        transaction: &mut Transaction<'_>,
        _context: &Context,
        _author: PersonId,
    ) -> Result<Option<RecordId>, CommandError> {
        let Self::Add(signed) = self;
        let statements = container(transaction, STATEMENTS)?;
        let id = RecordId::from_key(signed.statement.id.to_string());
        let bytes = ScalarValue::Bytes(signed.encode());
        transaction.put(&statements, id.as_str(), bytes)?;
        Ok(Some(id))
    }
}
