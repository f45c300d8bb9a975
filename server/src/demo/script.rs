//! Plays commands of invented people, with a clock and an entropy that are the same at each run.

use super::DemoError;
use maillage_shared::ActorId;
use maillage_shared::command::{Command, Context};
use maillage_shared::doc::Document;
use maillage_shared::id::{DocumentId, RecordId};
use maillage_shared::identity::{PersonId, PersonKey};
use maillage_shared::store::StoredChange;
use maillage_shared::time::UnixMillis;
use sha2::{Digest, Sha256};

/// Names this edition of the script. Texts that change need a new name, so that no change of an older edition is met again
/// with other content.
const EDITION: &str = "maillage demonstration 1";
/// When the first command is played: Monday 9 November 2026, 8:00 in universal time.
const START: UnixMillis = UnixMillis(1_794_211_200_000);
/// How long the invented people think between two commands, in milliseconds.
const PAUSE: i64 = 9 * 60 * 1000;

/// The people of the script. They have numbers only: shared documents name nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Person(u8);

impl Person {
    pub(super) const NADIA: Self = Self(1);
    pub(super) const FATOU: Self = Self(2);
    pub(super) const LUC: Self = Self(3);
    pub(super) const MEHMET: Self = Self(4);

    /// The first few of the group.
    pub(super) fn first(count: u8) -> impl Iterator<Item = Self> {
        (1..=count).map(Self)
    }

    pub(super) fn id(self) -> PersonId {
        PersonKey::from_seed(&bytes(&format!("person {}", self.0))).person()
    }

    pub(super) fn actor(self) -> ActorId {
        let digest: [u8; 32] = bytes(&format!("actor {}", self.0));
        let mut entropy = [0; 8];
        entropy.copy_from_slice(&digest[..8]);
        self.id().actor(entropy)
    }
}

/// The clock and the entropy.
#[derive(Debug)]
pub(super) struct Script {
    played: u32,
}

impl Script {
    pub(super) fn new() -> Self {
        Self { played: 0 }
    }

    /// The id of a document, from its name in the script.
    pub(super) fn document_id(&self, name: &str) -> DocumentId {
        DocumentId::from_entropy(half(&bytes(&format!("document {name}"))))
    }

    /// The time now; a little later at each call.
    pub(super) fn now(&mut self) -> UnixMillis {
        self.played += 1;
        START.plus(i64::from(self.played) * PAUSE)
    }

    /// Plays a command, and returns the record it made, if it made one.
    pub(super) fn play(
        &mut self,
        draft: &mut Draft,
        person: Person,
        command: impl Into<Command>,
    ) -> Result<Option<RecordId>, DemoError> {
        let context = Context {
            now: self.now(),
            entropy: half(&bytes(&format!("command {}", self.played))),
        };
        draft.document.set_actor(person.actor());
        Ok(command.into().apply(&mut draft.document, &context)?.created)
    }
}

impl Script {
    /// Plays a command that makes a record.
    pub(super) fn add(
        &mut self,
        draft: &mut Draft,
        person: Person,
        command: impl Into<Command>,
    ) -> Result<RecordId, DemoError> {
        self.play(draft, person, command)?
            .ok_or(DemoError::NothingMade)
    }
}

/// A document of the demonstration while it is being written.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) id: DocumentId,
    pub(super) document: Document,
}

impl Draft {
    /// Takes what somebody else has written in a copy at the same time.
    pub(super) fn merge(&mut self, other: &Self) -> Result<(), DemoError> {
        self.document.import(&other.document.changes())?;
        Ok(())
    }

    /// Its changes, as a store keeps them.
    pub(super) fn stored(&self) -> Vec<StoredChange> {
        self.document
            .changes()
            .iter()
            .map(StoredChange::from)
            .collect()
    }
}

fn bytes(name: &str) -> [u8; 32] {
    Sha256::digest(format!("{EDITION}: {name}")).into()
}

fn half(bytes: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&bytes[..16]);
    half
}
