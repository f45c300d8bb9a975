//! Everything the session knows, without the browser: events in, tasks out.

use super::company::Company;
use super::entrance::Entrance;
use super::erasing::Erased;
use super::members::Known;
use super::myself::Myself;
use super::opening::{Opened, Start, write_acknowledged};
use super::people::People;
use super::tabs::{Told, Word, tell};
use super::task::{Event, Notice, Task};
use super::users::User;
use crate::platform::network::Network;
use crate::platform::storage::Room;
use litemap::LiteMap;
use maillage_shared::ChangeHash;
use maillage_shared::birth;
use maillage_shared::doc::Document;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::PersonId;
use maillage_shared::sync::client::{
    Acknowledged, Client, ClientEffect, ClientEvent, LinkState, Rejection,
};
use maillage_shared::time::UnixMillis;
use std::collections::{BTreeSet, HashSet};

/// What the relay acknowledged is written down this long after the first word of it, in milliseconds.
const REMEMBER_AFTER: i64 = 2_000;
/// Time between two attempts to write who I am, in milliseconds.
const KEEP_AGAIN_AFTER: i64 = 3_000;
/// A connection lost for less is not worth a word, in milliseconds.
const MISS_AFTER: i64 = 1_500;
/// After this time out of sight, in milliseconds, a socket may be dead without a sign: phones freeze hidden pages.
const DOUBT_AFTER: i64 = 60_000;

/// What a machine without clock and dice is given with each event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// The time now.
    pub(crate) now: UnixMillis,
    /// Fresh random bytes.
    pub(crate) entropy: [u8; 16],
}

/// Where the writing of one document, or of all, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Standing {
    /// Changes made here that are not yet durable.
    pub(crate) unkept: usize,
    /// Changes that the relay has not acknowledged, those not yet durable included.
    pub(crate) unsent: usize,
    /// The phone refuses to keep something.
    pub(crate) failing: bool,
    /// The phone keeps nothing at all.
    pub(crate) forgetful: bool,
    /// The relay does not take something that was written here: it will not leave by itself.
    pub(crate) refused: Option<Rejection>,
    /// There is no connection, and there has been none for a while.
    pub(crate) offline: bool,
    /// Since when there has been none, as far as this page knows.
    pub(crate) since: Option<UnixMillis>,
}

/// The state of a session.
#[derive(Default)]
pub(crate) struct State {
    pub(super) client: Client,
    pub(super) company: Company,
    pub(super) people: People,
    pub(super) me: Option<Myself>,
    /// Everyone who uses this phone and was let in.
    pub(super) users: Vec<User>,
    /// Who helps whoever acts, and who acted before them.
    pub(super) helper: Option<PersonId>,
    pub(super) before: Option<PersonId>,
    /// Where this page begins anew once all is kept, and whether it is the one where that was asked for.
    pub(super) handing_over: Option<(String, bool)>,
    pub(super) entrance: Entrance,
    /// Who is who, in each territory of which that was told.
    pub(super) members: LiteMap<DocumentId, Known>,
    /// What this phone remembers of documents that were erased.
    pub(super) erased: Erased,
    /// Documents born here that the territory's index does not list yet.
    pub(super) unlisted: BTreeSet<DocumentId>,
    /// Words that the group did not get, as they are kept.
    pub(super) drafts: LiteMap<String, Vec<u8>>,
    /// Documents to be made anew without what was refused for good.
    pub(super) to_rebuild: BTreeSet<DocumentId>,
    /// The documents beside the sheets of the territory: they are asked for before anyone has stated anything.
    pub(super) beside: BTreeSet<DocumentId>,
    /// The phone keeps nothing: what is written is sent from memory.
    forgetful: bool,
    /// Documents kept on this phone that cannot be opened: what was written there and not sent does not show.
    pub(super) unreadable: usize,
    /// The territory that the mark beside the database names.
    pub(super) forgotten: Option<DocumentId>,
    pub(super) room: Room,
    /// Set while the last attempt to write who I am has failed.
    pub(super) myself_again_at: Option<UnixMillis>,
    /// Changes made here and not yet durable.
    unkept: LiteMap<DocumentId, HashSet<ChangeHash>>,
    /// What the relay acknowledged and was not written down yet.
    acknowledged: LiteMap<DocumentId, Acknowledged>,
    remember_at: Option<UnixMillis>,
    asked_to_persist: bool,
    connected: bool,
    /// The device itself says that there is no network.
    cut_off: bool,
    /// Whether the loss of the connection has been told.
    missed: bool,
    hidden_since: Option<UnixMillis>,
    /// Whether this tab is the one that speaks with the relay.
    pub(super) leading: bool,
    /// This version is too old, as another tab knows.
    pub(super) outgrown: bool,
    /// What the other tabs were told of the relay last.
    pub(super) told: Option<Told>,
}

impl State {
    /// Takes what the phone kept. The connection is for the tab that is given the lead.
    pub(crate) fn open(&mut self, moment: Moment, start: Start) -> Vec<Task> {
        let mut tasks = Vec::new();
        let effects = self.client.rest(moment.now);
        self.absorb(moment, effects, &mut tasks);
        self.me = start.me;
        self.users = start.users;
        self.helper = start.helper;
        self.before = start.before;
        self.people = start.people;
        self.members = start.members;
        self.drafts = start.drafts;
        self.forgetful = start.forgetful;
        self.unreadable = start.unreadable;
        self.forgotten = start.forgotten.filter(|_| !start.forgetful);
        if let Some(me) = self.me.as_ref().filter(|_| !start.forgetful) {
            tasks.extend(me.territory.map(Task::Mark));
            tasks.push(Task::LookAtRoom);
        }
        for Opened {
            id,
            document,
            acknowledged,
            signatures,
        } in self.recall_erased(start.erased, start.documents, &mut tasks)
        {
            // Never sent: the program may have stopped between its birth and its entry in the index.
            let is_listed = self.may_be_listed(&document);
            if acknowledged.heads.is_empty() && self.is_mine(&document) && is_listed {
                self.unlisted.insert(id);
            }
            let effects = self.client.open(id, document, acknowledged);
            self.client.remember_signatures(id, &signatures);
            self.absorb(moment, effects, &mut tasks);
        }
        self.drop_removed(&mut tasks);
        self.tend(moment, &mut tasks);
        tasks.push(Task::Tell(Notice::Ready));
        self.identify(moment, &mut tasks);
        tasks
    }

    /// Takes one event.
    pub(crate) fn handle(&mut self, moment: Moment, event: Event) -> Vec<Task> {
        let mut tasks = Vec::new();
        match event {
            Event::Network(news) => self.network(moment, news, &mut tasks),
            Event::Opened => {
                let entropy = moment.entropy;
                self.client(moment, ClientEvent::Opened { entropy }, &mut tasks);
            }
            Event::Frame(frame) => self.client(moment, ClientEvent::Frame(&frame), &mut tasks),
            Event::Closed => {
                let entropy = draw(moment);
                self.client(moment, ClientEvent::Closed { entropy }, &mut tasks);
            }
            Event::Kept(document, changes) => self.kept(moment, document, &changes, &mut tasks),
            Event::KeepFailed(document) => {
                tasks.push(Task::LookAtRoom);
                self.client(moment, ClientEvent::KeepFailed(document), &mut tasks)
            }
            Event::KeyMade(key) => self.key_made(moment, key, &mut tasks),
            Event::Proved(message, proofs) => {
                let message = &message;
                self.client(moment, ClientEvent::Proved { message, proofs }, &mut tasks);
            }
            Event::Signed(document, word) => {
                self.client(moment, ClientEvent::Signed { document, word }, &mut tasks);
            }
            Event::MyselfKept(kept) => {
                if kept {
                    tasks.push(tell(&Word::Myself));
                    let me = self.me.as_ref().filter(|_| !self.forgetful);
                    let joined = me.and_then(|me| me.territory);
                    tasks.extend(joined.map(Task::Mark));
                }
                self.myself_again_at = (!kept).then(|| moment.now.plus(KEEP_AGAIN_AFTER));
                self.kept_myself(moment, &mut tasks);
                tasks.push(Task::Tell(Notice::Status));
                self.go_when_kept(&mut tasks);
            }
            Event::Room(room) => {
                self.room = room;
                tasks.push(Task::Tell(Notice::Status));
            }
            Event::Rang => self.wake(moment, &mut tasks),
            Event::Leading => self.take_the_lead(moment, &mut tasks),
            Event::Deposed => self.give_up_the_lead(moment, &mut tasks),
            Event::Outgrown => {
                self.outgrown = true;
                tasks.push(Task::Tell(Notice::Status));
            }
            Event::Tab(word) => self.listen(moment, &word, &mut tasks),
            Event::Found(changes) => self.read_again(moment, changes, &mut tasks),
            Event::MyselfRead(entries) => self.read_myself(moment, &entries, &mut tasks),
            Event::DraftsRead(entries) => self.read_drafts(&entries, &mut tasks),
        }
        tasks
    }

    /// What is left to do for a state that nobody needs any longer.
    pub(crate) fn close(self) -> Vec<Task> {
        vec![Task::HangUp]
    }

    /// When [`Event::Rang`] has something to do.
    pub(crate) fn next_wake(&self) -> Option<UnixMillis> {
        let missed = match self.client.status().link {
            LinkState::Offline { since } if !self.missed => Some(since.plus(MISS_AFTER)),
            _ => None,
        };
        [
            self.client.next_wake(),
            self.company.next_wake(),
            self.remember_at,
            self.myself_again_at,
            self.next_knock(),
            missed,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Where the writing of one document stands, or of all of them.
    pub(crate) fn standing(&self, now: UnixMillis, document: Option<DocumentId>) -> Standing {
        let status = document.map_or_else(|| self.client.status(), |id| self.client.status_of(id));
        let unkept = match document {
            Some(id) => self.unkept.get(&id).map_or(0, HashSet::len),
            None => self.unkept.values().map(HashSet::len).sum(),
        };
        Standing {
            unkept,
            unsent: status.unsent + unkept,
            failing: status.keeping_fails || self.myself_again_at.is_some(),
            forgetful: self.forgetful,
            refused: status.refused,
            since: match status.link {
                LinkState::Offline { since } => Some(since),
                LinkState::Starting | LinkState::Online => None,
            },
            offline: match status.link {
                LinkState::Starting => self.cut_off,
                LinkState::Online => false,
                LinkState::Offline { since } => self.cut_off || since.plus(MISS_AFTER) <= now,
            },
        }
    }

    /// Whether all that was written here, and who wrote it, is durable on this phone.
    pub(crate) fn keeps_all(&self) -> bool {
        !self.forgetful
            && self.myself_again_at.is_none()
            && self.unkept.values().all(HashSet::is_empty)
    }

    /// Whether this phone keeps nothing: it cannot be handed over either.
    pub(crate) fn forgets(&self) -> bool {
        self.forgetful
    }

    /// Whether this version is too old: for the relay, or for what a newer tab has made of the phone's storage.
    pub(crate) fn too_old(&self) -> bool {
        self.outgrown || self.client.status().too_old
    }

    /// Whether the page may be loaded anew: nothing that was written would be lost.
    pub(crate) fn may_be_left(&self, now: UnixMillis) -> bool {
        let standing = self.standing(now, None);
        // A forgetful phone comes back without the person, but the group has what they wrote.
        let sent = self.forgetful && standing.unsent == 0 && !standing.offline;
        self.keeps_all() || sent
    }

    /// Hands an event to the client and takes what follows.
    pub(super) fn client(&mut self, moment: Moment, event: ClientEvent<'_>, tasks: &mut Vec<Task>) {
        let effects = self.client.handle(moment.now, event);
        self.absorb(moment, effects, tasks);
    }

    /// Notes changes that were made here.
    pub(super) fn wrote(
        &mut self,
        document: DocumentId,
        changes: impl IntoIterator<Item = ChangeHash>,
    ) {
        self.unkept.entry(document).or_default().extend(changes);
    }

    /// Turns the client's effects into tasks, in their order.
    pub(super) fn absorb(
        &mut self,
        moment: Moment,
        effects: Vec<ClientEffect>,
        tasks: &mut Vec<Task>,
    ) {
        for effect in effects {
            match effect {
                ClientEffect::Dial => tasks.push(Task::Dial),
                ClientEffect::Send(frame) => tasks.push(Task::Send(frame)),
                ClientEffect::HangUp => tasks.push(Task::HangUp),
                ClientEffect::Keep { document, changes } => {
                    tasks.push(Task::Keep(document, changes))
                }
                ClientEffect::Rebuild { document } => {
                    self.to_rebuild.insert(document);
                    tasks.push(Task::Tell(Notice::Status));
                }
                ClientEffect::Replace {
                    document,
                    removed,
                    changes,
                    drafts,
                } => self.replace(moment, document, removed, changes, drafts, tasks),
                ClientEffect::Remember {
                    document,
                    acknowledged,
                } => {
                    self.tell_acknowledged(document, &acknowledged, tasks);
                    self.acknowledged.insert(document, acknowledged);
                    self.remember_at
                        .get_or_insert(moment.now.plus(REMEMBER_AFTER));
                }
                ClientEffect::Changed { document, imported } => {
                    tasks.push(Task::Tell(Notice::Changed(document, imported)));
                    if self.territory() == Some(document) {
                        self.tend(moment, tasks);
                    }
                }
                ClientEffect::StatusChanged => self.status_changed(moment, tasks),
                ClientEffect::Unavailable(document) if self.beside.contains(&document) => {}
                // What stands beside a sheet is begun by whoever states something first.
                ClientEffect::Unavailable(document) if self.beside.contains(&document) => {}
                ClientEffect::Unavailable(document) => {
                    tasks.push(Task::Log(format!(
                        "the relay does not have document {document}"
                    )));
                }
                ClientEffect::Heard { document, data, .. } => {
                    self.hear(moment, document, &data, tasks);
                    tasks.push(tell(&Word::Heard(document, data)));
                }
                ClientEffect::Prove(message) => {
                    tasks.push(Task::Prove(message, self.all_keys()));
                }
                ClientEffect::Sign {
                    document,
                    person,
                    change,
                } => {
                    let keys = self.all_keys();
                    if let Some(key) = keys.into_iter().find(|key| key.person() == person) {
                        tasks.push(Task::Sign {
                            document,
                            change,
                            key,
                        });
                    }
                }
                ClientEffect::KeepSignatures { document, data } => {
                    tasks.push(tell(&Word::Signed(document, data.clone())));
                    tasks.push(Task::KeepSignatures(document, data));
                }
                ClientEffect::Answered { number, answer } => {
                    self.answered(moment, number, answer, tasks);
                }
                ClientEffect::Members { space, data } => self.meet_members(space, data, tasks),
                ClientEffect::Gone { space, data } => self.hear_erased(moment, space, data, tasks),
                ClientEffect::Trouble(words) => tasks.push(Task::Log(words)),
            }
        }
    }

    fn status_changed(&mut self, moment: Moment, tasks: &mut Vec<Task>) {
        let connected = self.client.status().link == LinkState::Online;
        if connected && !self.connected {
            self.company.connected(moment.now);
            self.tell(moment, tasks);
        }
        self.connected = connected;
        self.missed &= !connected;
        if self.leading && self.client.status().too_old {
            tasks.push(tell(&Word::TooOld));
        }
        self.tell_standing(tasks);
        if !tasks
            .iter()
            .any(|task| matches!(task, Task::Tell(Notice::Status)))
        {
            tasks.push(Task::Tell(Notice::Status));
        }
        self.knock(moment, tasks);
    }

    fn kept(
        &mut self,
        moment: Moment,
        document: DocumentId,
        changes: &[ChangeHash],
        tasks: &mut Vec<Task>,
    ) {
        let mut mine = false;
        if let Some(unkept) = self.unkept.get_mut(&document) {
            for change in changes {
                mine |= unkept.remove(change);
            }
            if unkept.is_empty() {
                self.unkept.remove(&document);
            }
        }
        if mine && !self.asked_to_persist && !self.forgetful {
            self.asked_to_persist = true;
            tasks.push(Task::AskToPersist);
        }
        self.client(moment, ClientEvent::Kept(document), tasks);
        self.go_when_kept(tasks);
    }

    fn network(&mut self, moment: Moment, news: Network, tasks: &mut Vec<Task>) {
        match news {
            Network::Online => {
                self.cut_off = false;
                self.dial(moment, tasks);
                tasks.push(Task::Tell(Notice::Status));
            }
            Network::Offline => {
                self.cut_off = true;
                if self.leading {
                    self.client(moment, ClientEvent::Offline, tasks);
                }
                tasks.push(Task::Tell(Notice::Status));
            }
            Network::Visible => {
                let hidden = self.hidden_since.take();
                if hidden.is_some_and(|since| since.plus(DOUBT_AFTER) <= moment.now) {
                    self.doubt(moment, tasks);
                }
                self.dial(moment, tasks);
                self.want_the_lead(tasks);
            }
            Network::Restored => {
                self.doubt(moment, tasks);
                self.dial(moment, tasks);
                self.want_the_lead(tasks);
            }
            Network::Hidden => {
                self.hidden_since = Some(moment.now);
                self.remember(tasks);
                if self.leading {
                    tasks.push(tell(&Word::Free));
                }
            }
            Network::Leaving => {
                self.say_goodbye(moment, tasks);
                self.remember(tasks);
            }
        }
    }

    /// Connects, if that is for this tab to do.
    fn dial(&mut self, moment: Moment, tasks: &mut Vec<Task>) {
        if self.leading {
            self.client(moment, ClientEvent::Online, tasks);
        }
    }

    /// This page may have been frozen: its connection may be dead, and what other tabs have said may not have reached it.
    fn doubt(&mut self, moment: Moment, tasks: &mut Vec<Task>) {
        if self.leading {
            self.client(moment, ClientEvent::Offline, tasks);
        }
        tasks.push(Task::ReadAgain);
        tasks.push(Task::ReadMyself);
    }

    /// Whether the person has this tab before them.
    pub(super) fn is_looked_at(&self) -> bool {
        self.hidden_since.is_none()
    }

    fn wake(&mut self, moment: Moment, tasks: &mut Vec<Task>) {
        self.client(moment, ClientEvent::Wake, tasks);
        self.tell(moment, tasks);
        self.wait_at_the_door(moment, tasks);
        if self.remember_at.is_some_and(|at| at <= moment.now) {
            self.remember(tasks);
        }
        if self.myself_again_at.is_some_and(|at| at <= moment.now) {
            self.myself_again_at = Some(moment.now.plus(KEEP_AGAIN_AFTER));
            self.keep_myself(tasks);
        }
        if let LinkState::Offline { since } = self.client.status().link
            && !self.missed
            && since.plus(MISS_AFTER) <= moment.now
        {
            self.missed = true;
            tasks.push(Task::Tell(Notice::Status));
        }
    }

    pub(super) fn remember(&mut self, tasks: &mut Vec<Task>) {
        self.remember_at = None;
        let heads = std::mem::take(&mut self.acknowledged);
        if !heads.is_empty() {
            let heads = heads
                .into_iter()
                .map(|(id, acknowledged)| (id, write_acknowledged(&acknowledged)))
                .collect();
            tasks.push(Task::KeepHeads(heads));
        }
    }

    /// Forgets what waits to be written about a document.
    pub(super) fn forget_document(&mut self, id: DocumentId) {
        self.unkept.remove(&id);
        self.acknowledged.remove(&id);
        self.unlisted.remove(&id);
    }

    /// A document that was written anew waits until the relay has put it in the place of the old one.
    fn may_be_listed(&self, document: &Document) -> bool {
        let replaced = birth::stands_for(document);
        replaced.is_none_or(|replaced| self.client.is_gone(replaced))
    }

    pub(super) fn is_mine(&self, document: &Document) -> bool {
        let genesis = document
            .changes()
            .into_iter()
            .find(|change| change.deps.is_empty());
        let author = genesis.and_then(|genesis| PersonId::of_actor(&genesis.actor));
        author.is_some() && author == self.me.as_ref().map(|me| me.person)
    }
}

pub(super) fn draw(moment: Moment) -> u32 {
    let [a, b, c, d, ..] = moment.entropy;
    u32::from_le_bytes([a, b, c, d])
}

pub(super) fn first_half(entropy: [u8; 16]) -> [u8; 8] {
    let mut half = [0; 8];
    half.copy_from_slice(&entropy[..8]);
    half
}
