//! The territory: its keys, its birth, and how it is read.

use super::container::Container;
use super::field::{field, map_at, set, time_of, value};
use super::{hire, index_entry, neighbourhood, partner};
use crate::change::ChangeRecord;
use crate::command::CommandError;
use crate::doc::{Document, Genesis, Kind};
use crate::id::DocumentId;
use crate::rules::text;
use crate::snapshot::{Goals, TerritorySnapshot};
use crate::time::UnixMillis;
use automerge::{ActorId, ROOT, ReadDoc};

pub(crate) const NAME: &str = "name";
pub(crate) const EXAMPLE: &str = "example";
pub(crate) const POPULATION: &str = "population";
pub(crate) const PEOPLE_IN_PATH: &str = "people_in_path";
pub(crate) const JOBS_AIMED: &str = "jobs_aimed";
pub(crate) const PHASE: &str = "phase";
pub(crate) const NEIGHBOURHOODS: &str = "neighbourhoods";
pub(crate) const PARTNERS: &str = "partners";
pub(crate) const HIRES: &str = "hires";
pub(crate) const INDEX: &str = "index";

/// What a territory of schema 1 is born with. Frozen: later versions add lists of their own.
pub(crate) fn containers() -> Vec<Container> {
    [NEIGHBOURHOODS, PARTNERS, HIRES, INDEX]
        .map(Container::map)
        .to_vec()
}

/// Creates a territory. Its id is drawn by the caller, because a territory names itself as its space.
pub fn birth(
    id: DocumentId,
    name: &str,
    actor: ActorId,
    now: UnixMillis,
) -> Result<(Document, ChangeRecord), CommandError> {
    let name = text::line(name)?;
    let genesis = Genesis {
        kind: Kind::Territory,
        schema: crate::migrate::schema(Kind::Territory),
        space: id,
    };
    Ok(Document::birth(genesis, actor, now, |transaction| {
        crate::migrate::create_containers(transaction, Kind::Territory)?;
        set(transaction, &ROOT, NAME, &name.to_owned())
    })?)
}

impl TerritorySnapshot {
    /// Copies a territory out of its document.
    pub fn read(document: &Document) -> Self {
        let reader = document.reader();
        let container = |key| map_at(reader, &ROOT, key);
        Self {
            name: field(reader, &ROOT, NAME),
            example: value(reader, &ROOT, EXAMPLE).unwrap_or(false),
            neighbourhoods: neighbourhood::read_all(reader, container(NEIGHBOURHOODS).as_ref()),
            population: field(reader, &ROOT, POPULATION),
            goals: Goals {
                people_in_path: field(reader, &ROOT, PEOPLE_IN_PATH),
                jobs_aimed: field(reader, &ROOT, JOBS_AIMED),
            },
            hires: hire::read_all(reader, container(HIRES).as_ref()),
            phase: field(reader, &ROOT, PHASE),
            partners: partner::read_all(reader, container(PARTNERS).as_ref()),
            index: index_entry::read_all(reader, container(INDEX).as_ref()),
            created: created(document),
        }
    }
}

/// When a document was born, to the second: when the change that holds its kind was made.
pub(crate) fn created(document: &Document) -> Option<UnixMillis> {
    let (_, id) = document.reader().get(ROOT, "kind").ok()??;
    time_of(document.reader(), &id)
}

/// When a document was last changed, to the second, by the latest clock among its heads.
pub(crate) fn modified(document: &Document) -> Option<UnixMillis> {
    let reader = document.reader();
    document
        .heads()
        .iter()
        .filter_map(|hash| reader.get_change_meta_by_hash(hash))
        .map(|change| change.timestamp)
        .max()
        .filter(|seconds| *seconds > 0)
        .map(|seconds| UnixMillis(seconds.saturating_mul(1000)))
}
