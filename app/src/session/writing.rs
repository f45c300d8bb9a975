//! What people do, and the documents it makes: births, commands, and the territory's index of them.

use super::state::{Moment, State};
use super::task::{Notice, Task};
use maillage_shared::change::ChangeRecord;
use maillage_shared::command::{CommandError, Context, Intent, NeedsCommand, PutIndexEntry};
use maillage_shared::doc::{Document, Kind};
use maillage_shared::id::{DocumentId, RecordId};
use maillage_shared::records::{NewJobSheet, job_sheet};
use maillage_shared::snapshot::{IndexEntry, JobSheetSnapshot, NeedsSnapshot, TerritorySnapshot};
use maillage_shared::{ActorId, ChangeHash};

/// Documents of one territory that a phone asks for; an index that lists more is not followed further.
const DOCUMENTS: usize = 2_000;

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// Nobody has joined on this phone.
    #[error("nobody has joined on this phone")]
    Nobody,
    /// The document is not on this phone.
    #[error("the document is not on this phone")]
    NotHere,
    /// The command says why.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl State {
    /// Does what a person wants, and returns the record it made, if it made one.
    pub(crate) fn command(
        &mut self,
        moment: Moment,
        id: DocumentId,
        intent: &dyn Intent,
    ) -> Result<(Option<RecordId>, Vec<Task>), Refused> {
        let mut tasks = Vec::new();
        let created = self.apply(moment, id, intent, &mut tasks)?;
        if intent.is_listed() {
            self.list(moment, id, &mut tasks);
        }
        Ok((created, tasks))
    }

    /// Brings a document into the world; `birth` is given who writes it and its territory.
    pub(crate) fn create(
        &mut self,
        moment: Moment,
        birth: impl FnOnce(DocumentId, ActorId) -> Result<(Document, ChangeRecord), CommandError>,
    ) -> Result<(DocumentId, Vec<Task>), Refused> {
        let me = self.me.as_ref().ok_or(Refused::Nobody)?;
        let id = DocumentId::from_entropy(moment.entropy);
        let territory = me.territory.ok_or(Refused::Nobody)?;
        let (document, genesis) = birth(territory, me.actor.clone())?;
        let mut tasks = vec![Task::Tell(Notice::Written(id))];
        self.wrote(id, [genesis.hash]);
        let effects = self.client.create(id, document, genesis);
        self.absorb(moment, effects, &mut tasks);
        self.unlisted.insert(id);
        self.tend(moment, &mut tasks);
        Ok((id, tasks))
    }

    /// Brings a job sheet into the world, and says of each need it answers that it does.
    pub(crate) fn create_sheet(
        &mut self,
        moment: Moment,
        new: &NewJobSheet,
    ) -> Result<(DocumentId, Vec<Task>), Refused> {
        let (sheet, mut tasks) = self.create(moment, |space, actor| {
            job_sheet::birth(space, new, actor, moment.now)
        })?;
        for need in &new.needs {
            let Some(document) = self.holder_of(need) else {
                // The sheet names the need all the same.
                continue;
            };
            let need = need.clone();
            let cover = NeedsCommand::Cover { need, sheet };
            if let Err(problem) = self.apply(moment, document, &cover, &mut tasks) {
                tasks.push(Task::Log(format!(
                    "sheet {sheet} cannot be noted with its need: {problem}"
                )));
            }
        }
        Ok((sheet, tasks))
    }

    /// The document of this territory that holds a need.
    pub(crate) fn holder_of(&self, need: &RecordId) -> Option<DocumentId> {
        let territory = self.territory()?;
        let holds = |id: &DocumentId| {
            self.document(*id).is_some_and(|document| {
                document
                    .genesis()
                    .is_ok_and(|genesis| genesis.kind == Kind::Needs && genesis.space == territory)
                    && NeedsSnapshot::read(document).need(need).is_some()
            })
        };
        self.documents().find(holds)
    }

    /// Asks for what is missing on this phone: the territory, and every document its index lists. Lists there what was born here.
    pub(super) fn tend(&mut self, moment: Moment, tasks: &mut Vec<Task>) {
        let here = self.me.as_ref().map(|me| (me.territory, me.actor.clone()));
        let Some((Some(territory), actor)) = here else {
            return;
        };
        let effects = self.client.want(territory, actor.clone());
        self.absorb(moment, effects, tasks);
        let Some(index) = self.index() else {
            return;
        };
        for entry in index.iter().take(DOCUMENTS) {
            let Some(now) = self.client.stands_for(entry.id) else {
                continue;
            };
            let effects = self.client.want(now, actor.clone());
            self.absorb(moment, effects, tasks);
            if entry.kind == Kind::JobSheet {
                self.want_beside(moment, entry.id, &actor, tasks);
            }
        }
        for id in std::mem::take(&mut self.unlisted) {
            self.list(moment, id, tasks);
            // Others may state something about it from now on.
            if self
                .entry(id)
                .is_some_and(|entry| entry.kind == Kind::JobSheet)
            {
                self.want_beside(moment, id, &actor, tasks);
            }
        }
        self.settle_erased(moment, &index, tasks);
    }

    /// Notes in the territory's index what it should say about a document. Does nothing when it says so already.
    pub(super) fn list(&mut self, moment: Moment, id: DocumentId, tasks: &mut Vec<Task>) {
        let (Some(territory), Some(entry)) = (self.territory(), self.entry(id)) else {
            return;
        };
        let Some(index) = self.index() else {
            // It is listed as soon as the territory is here.
            self.unlisted.insert(id);
            return;
        };
        if index.contains(&entry) {
            return;
        }
        let put = PutIndexEntry(entry);
        if let Err(problem) = self.apply(moment, territory, &put, tasks) {
            tasks.push(Task::Log(format!(
                "document {id} cannot be listed: {problem}"
            )));
        }
    }

    pub(super) fn apply(
        &mut self,
        moment: Moment,
        id: DocumentId,
        intent: &dyn Intent,
        tasks: &mut Vec<Task>,
    ) -> Result<Option<RecordId>, Refused> {
        let context = Context {
            now: moment.now,
            entropy: moment.entropy,
        };
        let helper = self.helper;
        let written = self.client.edit(id, |document| {
            document.set_helper(helper);
            intent.apply(document, &context).map(|applied| {
                let hashes: Vec<ChangeHash> =
                    applied.changes.iter().map(|change| change.hash).collect();
                ((applied.created, hashes), applied.changes)
            })
        });
        let ((created, hashes), effects) = written.ok_or(Refused::NotHere)??;
        if !hashes.is_empty() {
            self.wrote(id, hashes);
            tasks.push(Task::Tell(Notice::Written(id)));
        }
        self.absorb(moment, effects, tasks);
        Ok(created)
    }

    /// What the territory's index says, once the territory is here.
    fn index(&self) -> Option<Vec<IndexEntry>> {
        let territory = self.client.document(self.territory()?)?;
        // A document that was only asked for has no change yet.
        (!territory.heads().is_empty()).then(|| TerritorySnapshot::read(territory).index)
    }

    /// What the index should say about a document of this territory.
    fn entry(&self, id: DocumentId) -> Option<IndexEntry> {
        let document = self.client.document(id)?;
        let genesis = document.genesis().ok()?;
        if genesis.space != self.territory()? || genesis.kind == Kind::Territory {
            return None;
        }
        let mut entry = IndexEntry {
            id,
            kind: genesis.kind,
            title: String::new(),
            trade: None,
            state: None,
        };
        if genesis.kind == Kind::JobSheet {
            let sheet = JobSheetSnapshot::read(document);
            entry.title = sheet.title.words().to_owned();
            entry.trade = sheet.trade.value().cloned();
            entry.state = Some(sheet.state());
        }
        Some(entry)
    }
}
