//! Several tabs and windows of one phone, which share what it keeps.
//!
//! Each has its own documents and writes under its own actor. What one has kept the others hear of and take over; the one that is looked at
//! speaks with the relay, and tells the others what it learns there.

mod word;

use super::myself::{self, Myself};
use super::state::{Moment, State, first_half};
use super::task::{Notice, Task};
use super::users::{self, HOME};
use litemap::LiteMap;
use maillage_shared::change::ChangeRecord;
use maillage_shared::id::DocumentId;
use maillage_shared::store::StoredChange;
use maillage_shared::sync::client::{Acknowledged, LinkState, Rejection};
pub(crate) use word::Word;
pub(super) use word::{code as code_of, rejection as rejection_of};

/// What the tab that speaks with the relay has told the others of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Told {
    link: LinkState,
    refused: LiteMap<DocumentId, Rejection>,
}

impl State {
    /// This tab speaks with the relay from now on.
    pub(super) fn take_the_lead(&mut self, moment: Moment, tasks: &mut Vec<Task>) {
        self.leading = true;
        self.told = None;
        let effects = self.client.lead(moment.now);
        self.absorb(moment, effects, tasks);
    }

    /// Another tab speaks with the relay from now on.
    pub(super) fn give_up_the_lead(&mut self, moment: Moment, tasks: &mut Vec<Task>) {
        self.leading = false;
        self.remember(tasks);
        let effects = self.client.rest(moment.now);
        self.absorb(moment, effects, tasks);
    }

    /// Asks for the lead unless this tab has it: it is looked at.
    pub(super) fn want_the_lead(&self, tasks: &mut Vec<Task>) {
        if !self.leading {
            tasks.push(Task::TakeTheLead);
        }
    }

    /// Tells the other tabs how it stands with the relay, if that is something new.
    pub(super) fn tell_standing(&mut self, tasks: &mut Vec<Task>) {
        if !self.leading {
            return;
        }
        let now = Told {
            link: self.client.status().link,
            refused: self.client.refusals(),
        };
        if self.told.as_ref() != Some(&now) {
            let Told { link, refused } = now.clone();
            tasks.push(tell(&Word::Standing { link, refused }));
            self.told = Some(now);
        }
    }

    /// Tells the other tabs what the relay has acknowledged.
    pub(super) fn tell_acknowledged(
        &self,
        document: DocumentId,
        acknowledged: &Acknowledged,
        tasks: &mut Vec<Task>,
    ) {
        if self.leading {
            let all = vec![(document, acknowledged.clone())];
            tasks.push(tell(&Word::Acknowledged(all)));
        }
    }

    /// Another tab has said something.
    pub(super) fn listen(&mut self, moment: Moment, bytes: &[u8], tasks: &mut Vec<Task>) {
        let Some(word) = Word::decode(bytes) else {
            return;
        };
        match word {
            Word::Hello => self.answer_newcomer(tasks),
            Word::Kept(document, changes) => {
                let changes = changes
                    .iter()
                    .filter_map(|bytes| ChangeRecord::parse(bytes).ok())
                    .collect();
                if !self.adopt(moment, document, changes, tasks) {
                    tasks.push(Task::ReadAgain);
                }
            }
            Word::Acknowledged(all) => {
                for (document, acknowledged) in all {
                    let effects = self.client.learn(document, acknowledged);
                    self.absorb(moment, effects, tasks);
                }
            }
            Word::Standing { link, refused } => {
                let effects = self.client.follow(link, refused);
                self.absorb(moment, effects, tasks);
            }
            Word::Signed(document, data) => self.client.remember_signatures(document, &data),
            // Each tab that speaks with the relay hears this itself.
            Word::Heard(document, data) if !self.leading => {
                self.hear(moment, document, &data, tasks)
            }
            Word::Say(document, data) if self.leading => {
                let effects = self.client.say(document, data);
                self.absorb(moment, effects, tasks);
            }
            Word::Heard(..) | Word::Say(..) => {}
            Word::Erased(space, data) => self.hear_erased(moment, space, data, tasks),
            Word::TooOld => {
                self.outgrown = true;
                tasks.push(Task::Tell(Notice::Status));
            }
            Word::Myself => tasks.push(Task::ReadMyself),
            Word::Replaced {
                document,
                why,
                removed,
                changes,
            } => {
                let changes = changes
                    .iter()
                    .filter_map(|bytes| ChangeRecord::parse(bytes).ok())
                    .collect();
                self.replaced(moment, (document, why), &removed, changes, tasks);
            }
            Word::Drafts => tasks.push(Task::ReadDrafts),
            Word::Gone => {
                tasks.extend(std::mem::take(self).close());
                tasks.push(Task::StartOver(HOME.to_owned()));
            }
            Word::HandedOver => self.was_handed_over(tasks),
            Word::Free => {
                if self.is_looked_at() {
                    self.want_the_lead(tasks);
                }
            }
        }
    }

    /// Changes that were found in the store and are not known here.
    pub(super) fn read_again(
        &mut self,
        moment: Moment,
        found: Vec<(DocumentId, Vec<Vec<u8>>)>,
        tasks: &mut Vec<Task>,
    ) {
        for (document, changes) in found {
            let changes = changes
                .iter()
                .filter_map(|bytes| ChangeRecord::parse(bytes).ok())
                .collect();
            if !self.adopt(moment, document, changes, tasks) {
                tasks.push(Task::Log(format!(
                    "changes of document {document} lack their causes on this phone"
                )));
            }
        }
    }

    /// Whether a change is known here: what is read from the store anew is what is not.
    pub(crate) fn knows(&self, document: DocumentId, change: &maillage_shared::ChangeHash) -> bool {
        self.client.knows(document, change)
    }

    /// Who uses this phone, as another tab has written it.
    pub(super) fn read_myself(
        &mut self,
        moment: Moment,
        entries: &LiteMap<String, Vec<u8>>,
        tasks: &mut Vec<Task>,
    ) {
        self.users = users::read(entries);
        self.helper = myself::person_in(entries, myself::HELPER);
        tasks.push(Task::Tell(Notice::Users));
        let Some(read) = Myself::read(entries, first_half(moment.entropy)) else {
            // Whoever acts here and was never kept does not go by what is kept.
            if self.me.as_ref().is_some_and(|me| self.uses(me.person)) {
                self.was_handed_over(tasks);
            }
            return;
        };
        let me = match &self.me {
            None => {
                // Nothing was opened as long as nobody was here.
                tasks.push(Task::ReadAgain);
                read
            }
            Some(me) if me.person == read.person => me.as_kept(read),
            Some(_) => {
                self.was_handed_over(tasks);
                return;
            }
        };
        self.me = Some(me);
        tasks.push(Task::Tell(Notice::Myself));
        self.identify(moment, tasks);
        self.tend(moment, tasks);
    }

    fn answer_newcomer(&mut self, tasks: &mut Vec<Task>) {
        if self.leading {
            let acknowledged = self.client.acknowledgements();
            let all = acknowledged.map(|(id, acknowledged)| (id, acknowledged.clone()));
            tasks.push(tell(&Word::Acknowledged(all.collect())));
            self.told = None;
            self.tell_standing(tasks);
            if self.client.status().too_old {
                tasks.push(tell(&Word::TooOld));
            }
            if !self.is_looked_at() {
                tasks.push(tell(&Word::Free));
            }
        }
    }

    /// Takes changes that are on the phone already. Returns whether all have found their causes.
    fn adopt(
        &mut self,
        moment: Moment,
        document: DocumentId,
        changes: Vec<ChangeRecord>,
        tasks: &mut Vec<Task>,
    ) -> bool {
        let Some(actor) = self.me.as_ref().map(|me| me.actor.clone()) else {
            // Read with everything else once somebody is here.
            return true;
        };
        let (complete, effects) = self.client.adopt(moment.now, document, &actor, changes);
        self.absorb(moment, effects, tasks);
        complete
    }
}

/// Says something to the other tabs.
pub(super) fn tell(word: &Word) -> Task {
    Task::TellTabs(word.encode())
}

/// What to tell the other tabs of changes that are durable now.
pub(super) fn kept(document: DocumentId, changes: &[StoredChange]) -> Vec<u8> {
    let changes = changes.iter().map(|change| change.bytes.to_vec()).collect();
    Word::Kept(document, changes).encode()
}
