//! The needs of a territory: their keys, their birth, and how they are read.

use super::container::Container;
use super::field::{map_at, members};
use super::need;
use crate::change::ChangeRecord;
use crate::command::CommandError;
use crate::doc::{Document, Genesis, Kind};
use crate::id::{DocumentId, RecordId};
use crate::identity::PersonId;
use crate::order;
use crate::snapshot::NeedsSnapshot;
use crate::time::UnixMillis;
use automerge::{ActorId, ROOT};
use std::fmt::Display;

pub(crate) const NEEDS: &str = "needs";
/// "Moi aussi": a set of `need:person`. One flat set, so that an echo never has to create a container.
pub(crate) const ECHOES: &str = "echoes";
/// Which sheets answer which needs: a set of `need:document`.
pub(crate) const COVERS: &str = "covers";

/// What the needs of schema 1 are born with. Frozen: later versions add lists of their own.
pub(crate) fn containers() -> Vec<Container> {
    [NEEDS, ECHOES, COVERS].map(Container::map).to_vec()
}

/// Creates the needs of a territory.
pub fn birth(
    space: DocumentId,
    actor: ActorId,
    now: UnixMillis,
) -> Result<(Document, ChangeRecord), CommandError> {
    let genesis = Genesis {
        kind: Kind::Needs,
        schema: crate::migrate::schema(Kind::Needs),
        space,
    };
    Ok(Document::birth(genesis, actor, now, |transaction| {
        crate::migrate::create_containers(transaction, Kind::Needs)
    })?)
}

/// The key under which a pair stands in one of the flat sets.
pub(crate) fn pair(need: &RecordId, other: &impl Display) -> String {
    format!("{need}:{other}")
}

impl NeedsSnapshot {
    /// Copies the needs out of their document.
    pub fn read(document: &Document) -> Self {
        let reader = document.reader();
        let container = |key| map_at(reader, &ROOT, key);
        let mut needs = need::read_all(reader, container(NEEDS).as_ref());
        for key in members(reader, container(ECHOES).as_ref()) {
            // A person's id holds no colon, a record of another make of client might.
            if let Some((id, person)) = key.rsplit_once(':')
                && let Some(need) = needs.iter_mut().find(|need| need.id.as_str() == id)
            {
                match PersonId::parse(person) {
                    Some(person) => need.echoed_by.push(person),
                    None => need.other_echoes += 1,
                }
            }
        }
        for key in members(reader, container(COVERS).as_ref()) {
            if let Some((id, sheet)) = key.rsplit_once(':')
                && let Ok(sheet) = sheet.parse()
                && let Some(need) = needs.iter_mut().find(|need| need.id.as_str() == id)
            {
                need.covered_by.push(sheet);
            }
        }
        // A stable sort: needs with as many echoes keep the order in which they were said.
        order::by_key(&mut needs, |need| std::cmp::Reverse(need.echoes()));
        Self { needs }
    }
}
