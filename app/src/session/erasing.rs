//! Documents that the team has erased, or written anew without something: they leave this phone. What was written here meanwhile, and is in
//! no other document, stays as plain words where another document took the place of the old one.

use super::State;
use super::opening::Opened;
use super::state::Moment;
use super::tabs::{Word, tell};
use super::task::{Notice, Task};
use litemap::LiteMap;
use maillage_shared::command::RemoveIndexEntry;
use maillage_shared::doc::Document;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::PersonId;
use maillage_shared::order;
use maillage_shared::roster::Tombstone;
use maillage_shared::rules::access::{Act, may_act};
use maillage_shared::snapshot::IndexEntry;
use maillage_shared::sync::client::Buried;

/// How what is left of an erased document is called among what is kept about documents.
const GONE: &str = "gone ";
/// How words are called there that were written in one.
const WORDS: &str = "words ";

/// Words that were written in some places of a document, by the keys that lead there.
pub(crate) type Words = Vec<(Vec<String>, String)>;

/// What became of a document that is not here any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Another one says the same, without something.
    Replaced(DocumentId),
    /// It was erased.
    Erased {
        /// With it went what was written here and had not reached the group.
        unsaid: bool,
    },
}

/// What this phone remembers of erased documents beside their names.
#[derive(Debug, Default)]
pub(crate) struct Erased {
    /// What stands for each, and whether something unsaid went with it.
    gone: LiteMap<DocumentId, (Option<DocumentId>, bool)>,
    /// What was written in those that were replaced.
    words: LiteMap<DocumentId, Words>,
}

impl Erased {
    /// Reads what is kept.
    pub(crate) fn read(kept: &LiteMap<String, Vec<u8>>) -> Self {
        let mut erased = Self::default();
        for (name, bytes) in kept {
            if let Some(id) = named(name, GONE) {
                let gone = minicbor::decode(bytes).ok();
                order::add(&mut erased.gone, gone.map(|gone| (id, gone)));
            } else if let Some(id) = named(name, WORDS) {
                let words: Option<Words> = minicbor::decode(bytes).ok();
                let words = words.filter(|words| !words.is_empty());
                order::add(&mut erased.words, words.map(|words| (id, words)));
            }
        }
        erased
    }
}

fn named(name: &str, prefix: &str) -> Option<DocumentId> {
    name.strip_prefix(prefix)?.parse().ok()
}

fn kept_as<T: minicbor::Encode<()>>(prefix: &str, id: DocumentId, value: &T) -> (String, Vec<u8>) {
    // Writing to a Vec cannot fail.
    (
        format!("{prefix}{id}"),
        minicbor::to_vec(value).unwrap_or_default(),
    )
}

impl State {
    /// What became of a document; `None` while it is there, as far as this phone knows.
    pub(crate) fn fate(&self, id: DocumentId) -> Option<Fate> {
        if !self.client.is_gone(id) {
            return None;
        }
        Some(match self.client.stands_for(id) {
            Some(now) => Fate::Replaced(now),
            None => Fate::Erased {
                unsaid: self.erased.gone.get(&id).is_some_and(|(_, unsaid)| *unsaid),
            },
        })
    }

    /// Words of this phone that an erased document has not taken with it, and the document that stands for it.
    pub(crate) fn kept_words(&self) -> Vec<(DocumentId, DocumentId, Words)> {
        let words = self.erased.words.iter();
        let words = words.filter_map(|(id, words)| {
            let now = self.client.stands_for(*id)?;
            Some((*id, now, words.clone()))
        });
        words.collect()
    }

    /// The person needs these words no longer.
    pub(crate) fn drop_words(&mut self, id: DocumentId) -> Vec<Task> {
        if self.erased.words.remove(&id).is_none() {
            return Vec::new();
        }
        // Nothing is taken out of a table, but these are no words.
        let entry = kept_as(WORDS, id, &Words::new());
        vec![
            Task::Bury(Vec::new(), vec![entry]),
            Task::Tell(Notice::Erased),
        ]
    }

    /// Names under which something is kept about erased documents.
    pub(crate) fn names_of_erased(&self) -> Vec<String> {
        let gone = self.erased.gone.keys().map(|id| format!("{GONE}{id}"));
        let words = self.erased.words.keys();
        gone.chain(words.map(|id| format!("{WORDS}{id}"))).collect()
    }

    /// Takes what was kept of erased documents, before the others are opened. Returns the documents without those that were erased and are
    /// on the phone still, because the program stopped on the way.
    pub(super) fn recall_erased(
        &mut self,
        erased: Erased,
        documents: Vec<Opened>,
        tasks: &mut Vec<Task>,
    ) -> Vec<Opened> {
        let gone = erased.gone.iter();
        self.client
            .know_gone(gone.map(|(id, (now, _))| (*id, *now)));
        self.erased = erased;
        let (left, documents): (Vec<Opened>, Vec<Opened>) = documents
            .into_iter()
            .partition(|opened| self.client.is_gone(opened.id));
        if !left.is_empty() {
            let left = left.iter().map(|opened| opened.id).collect();
            tasks.push(Task::Bury(left, Vec::new()));
        }
        documents
    }

    /// The relay, or another tab, says which documents of a territory were erased.
    pub(super) fn hear_erased(
        &mut self,
        moment: Moment,
        space: DocumentId,
        data: Vec<u8>,
        tasks: &mut Vec<Task>,
    ) {
        let key = self.members.get(&space).map(|known| known.key);
        let Ok(tombstones) = Tombstone::open(&data, space, key) else {
            tasks.push(Task::Log(format!(
                "what was erased in {space} is not vouched for by its key"
            )));
            return;
        };
        let is_news = |tombstone: &Tombstone| !self.client.is_gone(tombstone.document);
        let mut news: Vec<Tombstone> = tombstones.into_iter().filter(is_news).collect();
        let buried = self.client.bury(space, news.iter().cloned());
        news.retain(|tombstone| self.client.is_gone(tombstone.document));
        if news.is_empty() {
            return;
        }
        let mut entries = Vec::new();
        for tombstone in &news {
            let id = tombstone.document;
            let was = buried.iter().find(|buried| buried.tombstone.document == id);
            let gone = (
                tombstone.replaced_by,
                was.is_some_and(|was| !was.lost.is_empty()),
            );
            entries.push(kept_as(GONE, id, &gone));
            self.erased.gone.insert(id, gone);
            if let Some(words) = was.and_then(|was| self.words_of(was)) {
                entries.push(kept_as(WORDS, id, &words));
                self.erased.words.insert(id, words);
            }
            self.forget_document(id);
        }
        if self.leading {
            tasks.push(tell(&Word::Erased(space, data)));
        }
        let documents = news.iter().map(|tombstone| tombstone.document).collect();
        tasks.push(Task::Bury(documents, entries));
        tasks.push(Task::Tell(Notice::Erased));
        tasks.push(Task::Tell(Notice::Status));
        self.tend(moment, tasks);
    }

    /// What whoever uses this phone wrote in a document that another one stands for now, and that is not in that one.
    fn words_of(&self, buried: &Buried) -> Option<Words> {
        buried.tombstone.replaced_by?;
        let me = self.me.as_ref()?.person;
        let words = buried.words(|actor| PersonId::of_actor(actor) == Some(me));
        (!words.is_empty()).then_some(words)
    }

    /// Has the territory's index say what stands for erased documents; needs that name one lead there by themselves. Only the team does
    /// this, and for a document that was written anew, whoever did that.
    pub(super) fn settle_erased(
        &mut self,
        moment: Moment,
        index: &[IndexEntry],
        tasks: &mut Vec<Task>,
    ) {
        let is_team = self
            .roles()
            .is_some_and(|roles| may_act(roles, Act::Steward));
        let gone = index.iter().map(|entry| entry.id);
        let gone: Vec<DocumentId> = gone.filter(|id| self.client.is_gone(*id)).collect();
        let Some(territory) = self.territory().filter(|_| is_team) else {
            return;
        };
        for id in gone {
            if let Some(now) = self.client.stands_for(id) {
                let is_mine = |document: &Document| self.is_mine(document);
                if !self.document(now).is_some_and(is_mine) {
                    continue;
                }
                self.list(moment, now, tasks);
            }
            if let Err(problem) = self.apply(moment, territory, &RemoveIndexEntry(id), tasks) {
                tasks.push(Task::Log(format!(
                    "document {id} cannot be taken off the list: {problem}"
                )));
            }
        }
    }
}
