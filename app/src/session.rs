//! The shell around the state of a session: what happens in the browser goes in, and what the state asks for is done.
//!
//! Everything runs in one thread. Nothing is borrowed while the browser or the model is called: what happens meanwhile waits in a
//! queue, and is taken when the work at hand is done.

mod company;
mod drafts;
mod entrance;
mod erasing;
mod file;
mod handing;
mod keys;
mod meeting;
mod members;
mod myself;
mod opening;
mod people;
mod state;
mod statements;
mod striking;
mod tabs;
mod task;
#[cfg(test)]
mod tests;
mod users;
mod writing;

use crate::platform::kept::{Kept, Loaded, Table};
use crate::platform::network::Network;
use crate::platform::socket::{Socket, SocketEvent};
use crate::platform::storage::Room;
use crate::platform::tabs::{TabEvent, Tabs};
use crate::platform::timer::WakeUp;
use crate::platform::{clock, entropy, log, network, page, panic, storage};
use drafts::Replacement;
use keys::Keys;
use litemap::LiteMap;
use maillage_shared::doc::Document;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{Authorship, PersonId, Proof, Signature};
use maillage_shared::presence::{Face, Presence};
use maillage_shared::store::StoredChange;
use maillage_shared::time::UnixMillis;
use myself::Myself;
use opening::Start;
use people::People;
use state::Moment;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::rc::Rc;
use task::{Event, Task};
use wasm_bindgen_futures::spawn_local;

pub(crate) use company::Place;
pub(crate) use drafts::{Kept as KeptDraft, read as read_draft, write as write_draft};
pub(crate) use entrance::Found;
pub(crate) use erasing::{Fate, Words};
pub(crate) use file::{NotTaken, Taken};
pub(crate) use handing::Unlocked;
pub(crate) use myself::Coming;
pub(crate) use state::{Standing, State};
pub(crate) use task::Notice;
pub(crate) use users::{HOME, User};
pub(crate) use writing::Refused;

/// A session: the documents of this phone, and the conversation with the relay about them. It lives as long as the page.
#[derive(Clone)]
pub(crate) struct Session(Rc<Shell>);

struct Shell {
    state: RefCell<State>,
    tasks: RefCell<VecDeque<Task>>,
    events: RefCell<VecDeque<Event>>,
    working: Cell<bool>,
    socket: RefCell<Option<Socket>>,
    /// Counts sockets, so that nothing of an old one is heard.
    dialled: Cell<u32>,
    timer: WakeUp,
    tabs: Tabs,
    keys: Keys,
    /// Set once what the phone kept has been read; nothing inside on a phone that keeps nothing.
    storage: OnceCell<Option<Kept>>,
    observer: Box<dyn Fn(Notice)>,
}

impl Session {
    /// Reads what the phone kept, then connects. `observer` is told what screens may show, and may call the session back.
    pub(crate) fn start(observer: impl Fn(Notice) + 'static) -> Self {
        let session = Self(Rc::new_cyclic(|shell: &std::rc::Weak<Shell>| {
            let (among, shell) = (shell.clone(), shell.clone());
            let tabs = Tabs::new(move |event| {
                if let Some(shell) = among.upgrade() {
                    Self(shell).among_tabs(event);
                }
            });
            let timer = WakeUp::new(move || {
                if let Some(shell) = shell.upgrade() {
                    shell.timer.rang();
                    Self(shell).happened(Event::Rang);
                }
            });
            Shell {
                state: RefCell::default(),
                tasks: RefCell::default(),
                events: RefCell::default(),
                working: Cell::new(false),
                socket: RefCell::default(),
                dialled: Cell::new(0),
                timer,
                tabs,
                keys: Keys::default(),
                storage: OnceCell::new(),
                observer: Box::new(observer),
            }
        }));
        let watching = session.clone();
        network::watch(move |news: Network| watching.happened(Event::Network(news)));
        // The lead is on its way while the phone's own data is read.
        session.0.tabs.tell(&tabs::Word::Hello.encode());
        if network::is_hidden() {
            session.0.tabs.queue();
        } else {
            session.0.tabs.take();
        }
        let opening = session.clone();
        spawn_local(async move { opening.open().await });
        session
    }

    /// Reads from the state. `read` must not call the session.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.0.state.borrow())
    }

    /// Changes the state and does what follows; `change` must not call the session.
    pub(crate) fn act(&self, change: impl FnOnce(&mut State, Moment) -> Vec<Task>) {
        let moment = moment();
        let tasks = change(&mut self.0.state.borrow_mut(), moment);
        self.work(tasks);
    }

    /// As [`Session::act`], for what may be refused.
    pub(crate) fn attempt<T, E>(
        &self,
        change: impl FnOnce(&mut State, Moment) -> Result<(T, Vec<Task>), E>,
    ) -> Result<T, E> {
        let moment = moment();
        // Should the program stop in the middle, what was being written is not kept.
        panic::note_kept(false);
        let changed = change(&mut self.0.state.borrow_mut(), moment);
        let (outcome, tasks) = match changed {
            Ok((value, tasks)) => (Ok(value), tasks),
            Err(refused) => (Err(refused), Vec::new()),
        };
        self.work(tasks);
        outcome
    }

    /// Signs bytes that say themselves what they are for, with the key of someone who uses this phone. `None` for those whose key is
    /// not on it, or when the browser refuses.
    pub(crate) async fn sign(&self, person: PersonId, message: &[u8]) -> Option<Signature> {
        self.0.keys.sign(person, message).await
    }

    async fn open(&self) {
        let shell = Rc::downgrade(&self.0);
        let blocked = move || {
            if let Some(shell) = shell.upgrade() {
                (shell.observer)(Notice::Blocked);
            }
        };
        let session = self.clone();
        let closed = move || session.happened(Event::Outgrown);
        let (kept, mut loaded) = match read_all(blocked, closed).await {
            Ok((kept, loaded)) => (Some(kept), loaded),
            Err(problem) => {
                log::warn(&format!("nothing is kept on this phone: {problem}"));
                (None, Loaded::default())
            }
        };
        let forgetful = kept.is_none();
        if let Some(kept) = &kept {
            self.0.keys.open(kept, &mut loaded.me).await;
        }
        // Only this function sets it, and it runs once.
        let _ = self.0.storage.set(kept);
        let me = Myself::read(&loaded.me.entries, entropy::bytes());
        // A phone of which someone types a code asks who it is, whoever acted last.
        let is_guarded = users::read(&loaded.me.entries)
            .iter()
            .any(|user| user.guard.is_some());
        let start = self.start_of(loaded, me.filter(|_| !is_guarded), forgetful);
        self.act(|state, moment| state.open(moment, start));
        if network::is_hidden() {
            self.happened(Event::Network(Network::Hidden));
        }
    }

    /// What a phone starts with, when this person acts.
    fn start_of(&self, loaded: Loaded, me: Option<Myself>, forgetful: bool) -> Start {
        let me = me.filter(|me| self.0.keys.has(me.person));
        let (documents, problems) = match &me {
            Some(me) => opening::documents(&loaded, &me.actor),
            None => Default::default(),
        };
        problems.iter().for_each(|problem| log::warn(problem));
        let mut users = users::read(&loaded.me.entries);
        users.retain(|user| self.0.keys.has(user.person));
        Start {
            me,
            users,
            helper: myself::person_in(&loaded.me.entries, myself::HELPER),
            before: myself::person_in(&loaded.me.entries, myself::BEFORE),
            documents,
            unreadable: problems.len(),
            people: People::read(&loaded.people),
            forgotten: storage::marked(),
            members: members::read(&loaded.documents),
            erased: erasing::Erased::read(&loaded.documents),
            drafts: drafts::among(&loaded.documents),
            forgetful,
        }
    }

    /// Something happened among the tabs. Until the phone's own data is read, it waits.
    fn among_tabs(&self, event: TabEvent) {
        let event = match event {
            TabEvent::Heard(word) => Event::Tab(word),
            TabEvent::Leading => Event::Leading,
            TabEvent::Deposed => Event::Deposed,
        };
        self.0.events.borrow_mut().push_back(event);
        if self.0.storage.get().is_some() {
            self.work(Vec::new());
        }
    }

    /// Something happened. Before the phone's own data is read, nothing else matters.
    fn happened(&self, event: Event) {
        if self.0.storage.get().is_some() {
            self.0.events.borrow_mut().push_back(event);
            self.work(Vec::new());
        }
    }

    /// Does these tasks, then what follows from them. Called again meanwhile, it only queues: the outer call does the rest.
    fn work(&self, tasks: Vec<Task>) {
        let shell = &*self.0;
        shell.tasks.borrow_mut().extend(tasks);
        if shell.working.replace(true) {
            return;
        }
        while !panic::has_stopped() {
            let task = shell.tasks.borrow_mut().pop_front();
            if let Some(task) = task {
                self.perform(task);
                continue;
            }
            let event = shell.events.borrow_mut().pop_front();
            let Some(event) = event else {
                break;
            };
            let moment = moment();
            let tasks = shell.state.borrow_mut().handle(moment, event);
            shell.tasks.borrow_mut().extend(tasks);
        }
        shell.working.set(false);
        let state = shell.state.borrow();
        panic::note_kept(state.keeps_all());
        let next = state.next_wake();
        drop(state);
        shell.timer.set(next);
    }

    fn perform(&self, task: Task) {
        let shell = &*self.0;
        match task {
            Task::Dial => self.dial(),
            Task::Send(frame) => {
                if let Some(socket) = &*shell.socket.borrow() {
                    socket.send(&frame);
                }
            }
            Task::HangUp => {
                let socket = shell.socket.take();
                drop(socket);
            }
            Task::Keep(document, changes) => self.keep(document, changes),
            Task::MakeKey => {
                let session = self.clone();
                self.store(move |kept| async move {
                    let key = session.0.keys.make(kept.as_ref()).await;
                    session.happened(Event::KeyMade(key));
                });
            }
            Task::Prove(message, people) => {
                let session = self.clone();
                spawn_local(async move {
                    let mut proofs = Vec::new();
                    for key in people {
                        match session.sign(key.person(), &message).await {
                            Some(signature) => proofs.push(Proof { key, signature }),
                            None => log::warn("the browser does not sign with a key of this phone"),
                        }
                    }
                    // Without an answer the relay ends the connection, and the next one asks again.
                    if !proofs.is_empty() {
                        session.happened(Event::Proved(message, proofs));
                    }
                });
            }
            Task::Sign {
                document,
                change,
                key,
            } => {
                let session = self.clone();
                spawn_local(async move {
                    let message = Authorship::message(document, change);
                    // What is not signed now is at the next start.
                    if let Some(signature) = session.sign(key.person(), &message).await {
                        let word = Authorship::new(key, change, signature);
                        session.happened(Event::Signed(document, word));
                    }
                });
            }
            Task::Replace(replacement) => self.replace(replacement),
            Task::KeepDraft(name, bytes) => {
                let session = self.clone();
                self.store(move |kept| async move {
                    let Some(kept) = kept else {
                        return;
                    };
                    let outcome = match bytes {
                        Some(bytes) => kept.put(Table::Documents, &[(&name, bytes)]).await,
                        None => kept.remove(Table::Documents, &name).await,
                    };
                    warn_of(&outcome);
                    session.perform(tabs::tell(&tabs::Word::Drafts));
                });
            }
            Task::ReadDrafts => self.read_table(Table::Documents, Event::DraftsRead),
            Task::KeepMyself(entries) => {
                let session = self.clone();
                self.store(move |kept| async move {
                    let outcome = match &kept {
                        Some(kept) => session.0.keys.keep_with(kept, &entries).await,
                        None => Ok(()),
                    };
                    warn_of(&outcome);
                    session.happened(Event::MyselfKept(outcome.is_ok()));
                });
            }
            Task::KeepPerson(person, bytes) => self.store(move |kept| async move {
                if let Some(kept) = kept {
                    warn_of(
                        &kept
                            .put(Table::People, &[(&person.to_string(), bytes)])
                            .await,
                    );
                }
            }),
            Task::KeepMembers(space, data) => self.store(move |kept| async move {
                if let Some(kept) = kept {
                    let name = members::kept_as(space);
                    // What is lost here is told again at the next connection.
                    warn_of(&kept.put(Table::Documents, &[(&name, data)]).await);
                }
            }),
            Task::KeepSignatures(document, data) => self.store(move |kept| async move {
                if let Some(kept) = kept {
                    let name = opening::signatures_kept_as(document);
                    // What is lost here is signed again, or told again by the relay.
                    warn_of(&kept.put(Table::Documents, &[(&name, data)]).await);
                }
            }),
            Task::KeepHeads(heads) => self.store(move |kept| async move {
                if let Some(kept) = kept {
                    let names: Vec<String> = heads.iter().map(|(id, _)| id.to_string()).collect();
                    let entries: Vec<(&str, Vec<u8>)> = names
                        .iter()
                        .map(String::as_str)
                        .zip(heads.into_iter().map(|(_, bytes)| bytes))
                        .collect();
                    // What is lost here is only found out again from the relay.
                    warn_of(&kept.put(Table::Documents, &entries).await);
                }
            }),
            Task::Bury(documents, entries) => self.store(move |kept| async move {
                if let Some(kept) = kept {
                    // What is left here is taken away at the next start.
                    let beside = documents.iter().copied().map(opening::signatures_kept_as);
                    let beside: Vec<String> = beside.collect();
                    warn_of(&kept.bury(&documents, &beside, &entries).await);
                }
            }),
            Task::TellTabs(word) => shell.tabs.tell(&word),
            Task::TakeTheLead => shell.tabs.take(),
            Task::ReadAgain => {
                let session = self.clone();
                self.store(move |kept| async move {
                    let Some(kept) = kept else {
                        return;
                    };
                    let is_known = |document, hash: &str| {
                        let hash = hash.parse();
                        session.read(|state| hash.is_ok_and(|hash| state.knows(document, &hash)))
                    };
                    match kept.read_unknown(is_known).await {
                        Ok(found) => session.happened(Event::Found(found)),
                        Err(problem) => log::warn(&problem.to_string()),
                    }
                });
            }
            Task::ReadMyself => {
                let session = self.clone();
                self.store(move |kept| async move {
                    if let Some(kept) = kept {
                        match kept.mine().await {
                            Ok(mine) => {
                                session.0.keys.learn(&mine);
                                session.happened(Event::MyselfRead(mine.entries));
                            }
                            Err(problem) => log::warn(&problem.to_string()),
                        }
                    }
                });
            }
            Task::AskToPersist => {
                let session = self.clone();
                spawn_local(async move {
                    storage::persist().await;
                    session.happened(Event::Room(storage::room().await));
                });
            }
            Task::LookAtRoom => {
                let session = self.clone();
                spawn_local(async move { session.happened(Event::Room(storage::room().await)) });
            }
            Task::Mark(territory) => storage::mark(territory),
            Task::HandOver(person, address) => {
                let session = self.clone();
                self.store(move |kept| async move {
                    session.note_hand_over(kept, person).await;
                    page::start_over(&address);
                });
            }
            Task::StartOver(address) => page::start_over(&address),
            Task::DropUser(person) => {
                self.0.keys.drop(person);
                self.store(move |kept| async move {
                    if let Some(kept) = kept {
                        let all = myself::all_of(person);
                        warn_of(&kept.put_mine(&[], &[], &all).await);
                    }
                });
            }
            Task::Log(words) => log::warn(&words),
            Task::Tell(notice) => (shell.observer)(notice),
        }
    }

    fn dial(&self) {
        let shell = &*self.0;
        let number = shell.dialled.get().wrapping_add(1);
        shell.dialled.set(number);
        let session = self.clone();
        let socket = Socket::dial(move |event| {
            if session.0.dialled.get() == number {
                session.happened(match event {
                    SocketEvent::Opened => Event::Opened,
                    SocketEvent::Frame(frame) => Event::Frame(frame),
                    SocketEvent::Closed => Event::Closed,
                });
            }
        });
        if socket.is_none() {
            shell.events.borrow_mut().push_back(Event::Closed);
        }
        let before = shell.socket.replace(socket);
        drop(before);
    }

    /// Writes changes, and says that they are kept only when their transaction is complete.
    fn keep(&self, document: DocumentId, changes: Vec<StoredChange>) {
        let session = self.clone();
        self.store(move |kept| async move {
            let outcome = match &kept {
                Some(kept) => kept.append(document, &changes).await,
                // Nothing can be kept: the person is told so, and the relay may have it all the same.
                None => Ok(()),
            };
            warn_of(&outcome);
            if outcome.is_ok() {
                session.0.tabs.tell(&tabs::kept(document, &changes));
            }
            session.happened(match outcome {
                Ok(()) => Event::Kept(document, changes.iter().map(|change| change.hash).collect()),
                Err(_) => Event::KeepFailed(document),
            });
        });
    }

    /// Takes changes away and writes others with what remains of the former, and says that this is done only when it is durable.
    fn replace(&self, replacement: Replacement) {
        let session = self.clone();
        self.store(move |kept| async move {
            let outcome = match &kept {
                Some(kept) => {
                    let Replacement {
                        document,
                        removed,
                        changes,
                        drafts,
                        ..
                    } = &replacement;
                    kept.replace(*document, removed, changes, drafts).await
                }
                None => Ok(()),
            };
            warn_of(&outcome);
            let document = replacement.document;
            session.happened(match outcome {
                Ok(()) => {
                    session.perform(replacement.told());
                    let written = replacement.changes.iter().map(|change| change.hash);
                    Event::Kept(document, written.chain(replacement.removed).collect())
                }
                Err(_) => Event::KeepFailed(document),
            });
        });
    }

    /// Reads a table anew.
    fn read_table(&self, table: Table, event: fn(LiteMap<String, Vec<u8>>) -> Event) {
        let session = self.clone();
        self.store(move |kept| async move {
            if let Some(kept) = kept {
                match kept.read(table).await {
                    Ok(entries) => session.happened(event(entries)),
                    Err(problem) => log::warn(&problem.to_string()),
                }
            }
        });
    }

    fn store<F: Future<Output = ()> + 'static>(&self, write: impl FnOnce(Option<Kept>) -> F) {
        spawn_local(write(self.0.storage.get().cloned().flatten()));
    }
}

/// What the model reads.
impl State {
    /// A document that is here, to be read; `None` as long as it was only asked for.
    pub(crate) fn document(&self, id: DocumentId) -> Option<&Document> {
        self.client
            .document(id)
            .filter(|document| !document.heads().is_empty())
    }

    /// Every document that is here or was asked for.
    pub(crate) fn documents(&self) -> impl Iterator<Item = DocumentId> {
        self.client.documents()
    }

    /// The territory that this phone had joined before its browser cleared everything; nothing once somebody is here.
    pub(crate) fn forgotten(&self) -> Option<DocumentId> {
        self.forgotten.filter(|_| self.me.is_none())
    }

    /// How it stands with the room on this phone.
    pub(crate) fn room(&self) -> Room {
        self.room
    }

    /// How many documents this phone keeps that cannot be opened.
    pub(crate) fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// Documents born here that the territory's index does not list yet.
    pub(crate) fn unlisted(&self) -> impl Iterator<Item = DocumentId> {
        self.unlisted.iter().copied()
    }

    /// The territory joined.
    pub(crate) fn territory(&self) -> Option<DocumentId> {
        self.me.as_ref()?.territory
    }

    /// Who uses this phone, once they have joined a territory.
    pub(crate) fn myself(&self) -> Option<(PersonId, &Face)> {
        let me = self.me.as_ref().filter(|me| me.territory.is_some())?;
        Some((self.person()?, &me.face))
    }

    /// How someone looks: as the territory knows them, or else as this phone has met them.
    pub(crate) fn face(&self, person: PersonId) -> Option<&Face> {
        match self.card(person) {
            // Of someone who was erased, nothing is shown.
            Some(card) => card.face.as_ref(),
            None => self.people.face(person),
        }
    }

    /// The others in a document.
    pub(crate) fn company(&self, id: DocumentId) -> impl Iterator<Item = &Presence> {
        self.company.others(id)
    }
}

async fn read_all(
    blocked: impl Fn() + 'static,
    closed: impl Fn() + 'static,
) -> Result<(Kept, Loaded), crate::platform::kept::KeepError> {
    let kept = Kept::open(blocked, closed).await?;
    let loaded = kept.load().await?;
    Ok((kept, loaded))
}

fn warn_of<E: std::fmt::Display>(outcome: &Result<(), E>) {
    if let Err(problem) = outcome {
        log::warn(&problem.to_string());
    }
}

fn moment() -> Moment {
    Moment {
        now: clock::now(),
        entropy: entropy::bytes(),
    }
}

/// The time now, for what is shown.
pub(crate) fn now() -> UnixMillis {
    clock::now()
}
