//! The signals behind the model, and how they follow the session: at most once a frame.

mod statuses;
mod watched;

use super::shown::{Entrance, Me, Member, Person, Present, SheetSummary};
use super::status::{Status, Steady};
use super::text_binding::Binding;
use crate::platform::storage::Room;
use crate::platform::version::{self, Version};
use crate::session::{Coming, Fate, KeptDraft, Notice, Place, Session, State, Words, now};
use leptos::prelude::*;
use litemap::LiteMap;
use maillage_shared::command::NeedsCommand;
use maillage_shared::doc::{Document, Imported, Kind};
use maillage_shared::id::{DocumentId, RecordId};
use maillage_shared::identity::{Invitation, PersonId, Roles};
use maillage_shared::migrate;
use maillage_shared::order;
use maillage_shared::presence::Face;
use maillage_shared::roster::{Answer, Request};
use maillage_shared::rules::access::{Act, may_act};
use maillage_shared::snapshot::{IndexEntry, JobSheetSnapshot, NeedsSnapshot, TerritorySnapshot};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::{Rc, Weak};
use watched::{Watched, put};

/// Time for snapshots within one frame, in milliseconds; the rest waits for the next.
const FRAME_SHARE: i64 = 8;

/// Is told the relay's answer, or that the connection was lost before.
type Hearer = Box<dyn FnOnce(Option<Answer>)>;

/// Signals, and what makes them.
pub(crate) struct Board {
    session: Session,
    this: Weak<Board>,
    pub(super) opening: ArcRwSignal<bool>,
    pub(super) blocked: ArcRwSignal<bool>,
    pub(super) me: ArcRwSignal<Option<Me>>,
    users: ArcTrigger,
    pub(super) territory: ArcRwSignal<Option<TerritorySnapshot>>,
    pub(super) needs: ArcRwSignal<Option<NeedsSnapshot>>,
    pub(super) sheets: ArcRwSignal<Vec<SheetSummary>>,
    pub(super) status: ArcRwSignal<Status>,
    pub(super) unreadable: ArcRwSignal<usize>,
    pub(super) room: ArcRwSignal<Room>,
    pub(super) version: ArcRwSignal<Version>,
    pub(super) too_old: ArcRwSignal<bool>,
    pub(super) introduced: ArcRwSignal<bool>,
    pub(super) newer: ArcRwSignal<bool>,
    pub(super) entrance: ArcRwSignal<Entrance>,
    pub(super) members: ArcRwSignal<Option<Vec<Member>>>,
    pub(super) roles: ArcRwSignal<Option<Roles>>,
    pub(super) drafts: ArcRwSignal<Vec<KeptDraft>>,
    pub(super) to_rebuild: ArcRwSignal<bool>,
    people: ArcTrigger,
    /// Which documents were erased, and what is left of what was written there.
    erased: ArcTrigger,
    /// Who waits for an answer of the relay, by the question's number.
    asked: RefCell<LiteMap<u64, Hearer>>,
    steady: Cell<Steady>,
    watched: RefCell<LiteMap<DocumentId, Rc<Watched>>>,
    /// What the sheets on this phone say of themselves, for lists.
    summaries: RefCell<LiteMap<DocumentId, SheetSummary>>,
    bindings: RefCell<Vec<Weak<Binding>>>,
    stale: RefCell<BTreeSet<DocumentId>>,
    frame_asked: Cell<bool>,
    steady_asked: Cell<bool>,
}

impl Board {
    /// Starts the session and listens to it.
    pub(super) fn start() -> Rc<Self> {
        Rc::new_cyclic(|this: &Weak<Self>| {
            let listener = this.clone();
            Self {
                session: Session::start(move |notice| {
                    if let Some(board) = listener.upgrade() {
                        board.hear(notice);
                    }
                }),
                this: this.clone(),
                opening: ArcRwSignal::new(true),
                blocked: ArcRwSignal::new(false),
                me: ArcRwSignal::new(None),
                users: ArcTrigger::new(),
                territory: ArcRwSignal::new(None),
                needs: ArcRwSignal::new(None),
                sheets: ArcRwSignal::new(Vec::new()),
                status: ArcRwSignal::new(Status::Sent),
                unreadable: ArcRwSignal::new(0),
                room: ArcRwSignal::new(Room::default()),
                version: ArcRwSignal::new(Version::Newest),
                too_old: ArcRwSignal::new(false),
                introduced: ArcRwSignal::new(false),
                newer: ArcRwSignal::new(false),
                entrance: ArcRwSignal::new(Entrance::default()),
                members: ArcRwSignal::new(None),
                roles: ArcRwSignal::new(None),
                drafts: ArcRwSignal::new(Vec::new()),
                to_rebuild: ArcRwSignal::new(false),
                people: ArcTrigger::new(),
                erased: ArcTrigger::new(),
                asked: RefCell::default(),
                steady: Cell::new(Steady::new(Status::Sent)),
                watched: RefCell::default(),
                summaries: RefCell::default(),
                bindings: RefCell::default(),
                stale: RefCell::default(),
                frame_asked: Cell::new(false),
                steady_asked: Cell::new(false),
            }
        })
    }

    /// Follows what becomes of the program itself.
    pub(super) fn follow_versions(&self) {
        let this = self.this.clone();
        version::watch(move |version| {
            if let Some(board) = this.upgrade() {
                put(&board.version, version);
                board.renew();
            }
        });
    }

    /// Loads the page anew if a newer version has taken over and all that was written is kept.
    fn renew(&self) {
        let replaced = self
            .version
            .with_untracked(|version| *version == Version::Replaced);
        if replaced && self.session.read(|state| state.may_be_left(now())) {
            version::reload();
        }
    }

    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    pub(super) fn look(&self, invitation: Invitation) {
        self.session
            .act(|state, moment| state.look(moment, invitation));
    }

    pub(super) fn come_in(&self, invitation: Invitation, face: Face, coming: Coming) {
        self.session
            .act(|state, _| state.come_in(face, invitation, coming));
    }

    pub(super) fn give_up(&self) {
        self.session.act(|state, _| state.give_up());
    }

    /// Asks the relay; `hearer` is told nothing when there is no connection, or none any longer.
    pub(super) fn ask(&self, request: &Request, hearer: Hearer) {
        let mut hearer = Some(hearer);
        self.session.act(|state, moment| {
            let (number, tasks) = state.ask(moment, request);
            if let Some((number, hearer)) = number.and_then(|number| Some((number, hearer.take()?)))
            {
                self.asked.borrow_mut().insert(number, hearer);
            }
            tasks
        });
        if let Some(hearer) = hearer {
            hearer(None);
        }
    }

    fn territory_id(&self) -> Option<DocumentId> {
        self.session.read(|state| state.territory())
    }

    /// The signal of a sheet, up to date from now until [`Board::unfollow`] was called as often.
    pub(super) fn follow(&self, id: DocumentId) -> ArcRwSignal<Option<JobSheetSnapshot>> {
        let watched = self.watch(id);
        if watched.followers.get() == 0 {
            let sheet = self
                .session
                .read(|state| state.document(id).map(JobSheetSnapshot::read));
            put(&watched.sheet, sheet);
        }
        watched.followers.set(watched.followers.get() + 1);
        watched.sheet.clone()
    }

    /// Has whoever calls hear of it when a sheet changes.
    pub(super) fn watch_sheet(&self, id: DocumentId) {
        self.watch(id).sheet.track();
    }

    pub(super) fn unfollow(&self, id: DocumentId) {
        let watched = self.watch(id);
        watched
            .followers
            .set(watched.followers.get().saturating_sub(1));
    }

    /// The others in a document; this person is there too until [`Board::leave`] was called as often.
    pub(super) fn enter(&self, id: DocumentId) -> ArcRwSignal<Vec<Present>> {
        let watched = self.watch(id);
        watched.visitors.set(watched.visitors.get() + 1);
        if watched.visitors.get() == 1 {
            self.session.act(|state, moment| state.enter(moment, id));
            self.show_company(id, &watched);
        }
        watched.company.clone()
    }

    pub(super) fn leave(&self, id: DocumentId) {
        let watched = self.watch(id);
        watched
            .visitors
            .set(watched.visitors.get().saturating_sub(1));
        if watched.visitors.get() == 0 {
            self.session.act(|state, moment| state.leave(moment, id));
        }
    }

    /// Tells the others where the caret is, in a document that is open.
    pub(super) fn place(&self, id: DocumentId, place: Place) {
        self.session
            .act(|state, moment| state.place(moment, id, place));
    }

    /// Grows with each change of a document, for those who read it themselves.
    pub(super) fn revision_of(&self, id: DocumentId) -> ArcRwSignal<u32> {
        self.watch(id).revision.clone()
    }

    pub(super) fn status_of(&self, id: DocumentId) -> ArcRwSignal<Status> {
        self.watch(id).status.clone()
    }

    /// Reads who uses this phone. Tracked.
    pub(super) fn read_users<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        self.users.track();
        self.session.read(read)
    }

    pub(super) fn person(&self, id: PersonId) -> Option<Person> {
        self.people.track();
        if let Some(me) = self.me.get().filter(|me| me.id == id) {
            return Some(Person {
                name: me.name,
                picture: me.picture,
                colour: me.colour,
            });
        }
        self.session.read(|state| state.face(id).map(Person::from))
    }

    /// What became of a document; `None` while it is there.
    pub(super) fn fate(&self, id: DocumentId) -> Option<Fate> {
        self.erased.track();
        self.session.read(|state| state.fate(id))
    }

    /// Words that were written here in documents that others stand for now: the old one, the new one, and the words.
    pub(super) fn kept_words(&self) -> Vec<(DocumentId, DocumentId, Words)> {
        self.erased.track();
        self.session.read(State::kept_words)
    }

    /// The document that stands for this one, if any does.
    fn now(&self, id: DocumentId) -> Option<DocumentId> {
        match self.session.read(|state| state.fate(id)) {
            None => Some(id),
            Some(Fate::Replaced(now)) => Some(now),
            Some(Fate::Erased { .. }) => None,
        }
    }

    /// The document a command about needs is for: the one that holds the need it names, or the first. Nothing when the territory
    /// lists none at all.
    pub(super) fn needs_document(&self, command: &NeedsCommand) -> Option<DocumentId> {
        named(command)
            .and_then(|need| self.session.read(|state| state.holder_of(need)))
            .or_else(|| self.documents(Kind::Needs).first().copied())
    }

    /// Tells a binding what others write, as long as it lives.
    pub(super) fn tell(&self, binding: &Rc<Binding>) {
        let mut bindings = self.bindings.borrow_mut();
        bindings.retain(|binding| binding.strong_count() > 0);
        bindings.push(Rc::downgrade(binding));
    }

    fn documents(&self, kind: Kind) -> Vec<DocumentId> {
        self.territory.with_untracked(|territory| {
            let index = territory.iter().flat_map(|territory| &territory.index);
            index
                .filter(|entry| entry.kind == kind)
                .map(|entry| entry.id)
                .collect()
        })
    }

    fn watch(&self, id: DocumentId) -> Rc<Watched> {
        let known = self.watched.borrow().get(&id).cloned();
        known.unwrap_or_else(|| {
            let status = self.status_now(Some(id));
            let watched = Rc::new(Watched {
                sheet: ArcRwSignal::new(None),
                followers: Cell::new(0),
                company: ArcRwSignal::new(Vec::new()),
                visitors: Cell::new(0),
                status: ArcRwSignal::new(status),
                steady: Cell::new(Steady::new(status)),
                revision: ArcRwSignal::new(0),
            });
            self.watched.borrow_mut().insert(id, Rc::clone(&watched));
            watched
        })
    }

    fn hear(&self, notice: Notice) {
        match notice {
            Notice::Blocked => put(&self.blocked, true),
            Notice::Ready => {
                self.show_me();
                self.show_members();
                put(&self.entrance, self.session.read(Entrance::of));
                put(&self.unreadable, self.session.read(State::unreadable));
                self.all_stale();
                self.refresh();
                self.opening.set(false);
            }
            Notice::Myself => {
                self.show_me();
                self.show_members();
                put(&self.entrance, self.session.read(Entrance::of));
                self.all_stale();
                self.ask_for_frame();
            }
            Notice::Changed(id, imported) => {
                self.tell_bindings(id, &imported);
                self.grow_stale(id);
            }
            Notice::Written(id) => self.grow_stale(id),
            Notice::Status => self.ask_for_frame(),
            Notice::Company(id) => {
                let watched = self.watched.borrow().get(&id).cloned();
                if let Some(watched) = watched.filter(|watched| watched.visitors.get() > 0) {
                    self.show_company(id, &watched);
                }
            }
            Notice::Users => self.users.notify(),
            Notice::People => self.people.notify(),
            Notice::Members => {
                self.show_me();
                self.show_members();
                self.users.notify();
                self.people.notify();
            }
            Notice::Erased => {
                let session = &self.session;
                let is_here = |id: &DocumentId| session.read(|state| state.fate(*id)).is_none();
                self.summaries.borrow_mut().retain(|id, _| is_here(id));
                let watched = self.watched.borrow().clone();
                for (_, watched) in watched.into_iter().filter(|(id, _)| !is_here(id)) {
                    put(&watched.sheet, None);
                }
                self.all_stale();
                self.ask_for_frame();
                self.erased.notify();
            }
            Notice::Entrance => put(&self.entrance, self.session.read(Entrance::of)),
            Notice::Answered(number, answer) => {
                let hearer = self.asked.borrow_mut().remove(&number);
                if let Some(hearer) = hearer {
                    hearer(answer);
                }
            }
        }
    }

    fn show_me(&self) {
        put(
            &self.me,
            self.session.read(|state| {
                let (id, face) = state.myself()?;
                Some(Me::new(id, state.my_phones(), face))
            }),
        );
        self.users.notify();
    }

    fn show_members(&self) {
        put(&self.roles, self.session.read(State::roles));
        let members = self.session.read(|state| {
            let cards = state.members()?;
            let me = state.myself().map(|(person, _)| person);
            let roles = state.roles().unwrap_or(Roles::NONE);
            // Those who were removed concern themselves, and those who may let them in again.
            let sees_all = may_act(roles, Act::Steward);
            let is_seen =
                |member: &Member| sees_all || !member.roles.is_empty() || Some(member.id) == me;
            let waiting = state.waiting();
            let members = cards.iter().filter_map(|card| Member::of(card, waiting));
            let mut members: Vec<Member> = members.filter(is_seen).collect();
            order::by_key(&mut members, |member| {
                (member.roles.is_empty(), member.number)
            });
            Some(members)
        });
        put(&self.members, members);
    }

    fn show_company(&self, id: DocumentId, watched: &Watched) {
        put(
            &watched.company,
            self.session
                .read(|state| state.company(id).map(Present::from).collect()),
        );
    }

    fn tell_bindings(&self, id: DocumentId, imported: &Imported) {
        let bindings: Vec<Rc<Binding>> = self
            .bindings
            .borrow()
            .iter()
            .filter_map(Weak::upgrade)
            .collect();
        for binding in bindings.iter().filter(|binding| binding.is_about(id)) {
            binding.remote(imported);
        }
    }

    fn all_stale(&self) {
        let all: Vec<DocumentId> = self.session.read(|state| state.documents().collect());
        self.stale.borrow_mut().extend(all);
    }

    fn grow_stale(&self, id: DocumentId) {
        self.stale.borrow_mut().insert(id);
        self.ask_for_frame();
    }

    fn ask_for_frame(&self) {
        if !self.frame_asked.replace(true) {
            let this = self.this.clone();
            request_animation_frame(move || {
                if let Some(board) = this.upgrade() {
                    board.frame_asked.set(false);
                    board.refresh();
                }
            });
        }
    }

    /// Brings every signal up to date with the session; what takes long waits for the next frame.
    fn refresh(&self) {
        let start = now();
        let territory = self.territory_id();
        let moved = territory.is_some_and(|id| self.stale.borrow_mut().remove(&id));
        if let Some(id) = territory.filter(|_| moved) {
            let territory = self
                .session
                .read(|state| state.document(id).map(TerritorySnapshot::read));
            put(&self.territory, territory);
        }
        let needs = self.documents(Kind::Needs);
        let stale = needs
            .iter()
            .filter(|id| self.stale.borrow_mut().remove(id))
            .count();
        if moved || stale > 0 {
            put(&self.needs, self.read_needs(&needs));
        }
        // The sheets on screen first.
        let followed: Vec<DocumentId> = {
            let watched = self.watched.borrow();
            watched
                .iter()
                .filter(|(_, watched)| watched.followers.get() > 0)
                .map(|(id, _)| *id)
                .collect()
        };
        for id in followed {
            if self.stale.borrow_mut().remove(&id) {
                self.read_sheet(id);
            }
        }
        while now().0 - start.0 < FRAME_SHARE {
            let next = self.stale.borrow_mut().pop_first();
            match next {
                Some(id) => self.read_sheet(id),
                None => break,
            }
        }
        self.show_sheets(territory);
        self.show_statuses();
        self.renew();
        if !self.stale.borrow().is_empty() {
            self.ask_for_frame();
        }
    }

    /// The needs of all documents that hold some. A territory that lists no such document has no need yet.
    fn read_needs(&self, documents: &[DocumentId]) -> Option<NeedsSnapshot> {
        if documents.is_empty() {
            let here = self.territory.with_untracked(Option::is_some);
            return here.then(NeedsSnapshot::default);
        }
        let read = |id: &DocumentId| {
            self.session
                .read(|state| state.document(*id).map(NeedsSnapshot::read))
        };
        let mut all = documents.iter().filter_map(read);
        let mut needs = all.next()?;
        for more in all {
            needs.needs.extend(more.needs);
        }
        for need in &mut needs.needs {
            let mut covered: Vec<DocumentId> = Vec::new();
            for sheet in need.covered_by.drain(..).filter_map(|id| self.now(id)) {
                if !covered.contains(&sheet) {
                    covered.push(sheet);
                }
            }
            need.covered_by = covered;
        }
        Some(needs)
    }

    fn read_sheet(&self, id: DocumentId) {
        let watched = self.watched.borrow().get(&id).cloned();
        if let Some(watched) = &watched {
            watched
                .revision
                .update(|revision| *revision = revision.wrapping_add(1));
        }
        let is_sheet = |document: &&Document| {
            let Ok(genesis) = document.genesis() else {
                return false;
            };
            if genesis.schema > migrate::schema(genesis.kind) {
                put(&self.newer, true);
            }
            genesis.kind == Kind::JobSheet
        };
        let sheet = self.session.read(|state| {
            state
                .document(id)
                .filter(is_sheet)
                .map(JobSheetSnapshot::read)
        });
        let Some(sheet) = sheet else {
            // Its birth was refused, and it is no more.
            self.summaries.borrow_mut().remove(&id);
            return;
        };
        self.summaries
            .borrow_mut()
            .insert(id, SheetSummary::of(id, &sheet));
        if let Some(watched) = watched {
            put(&watched.sheet, Some(sheet));
        }
    }

    /// What the index lists, in its order, then what was born here and is not listed yet; each as the sheet itself says, if it is here.
    fn show_sheets(&self, territory: Option<DocumentId>) {
        let unlisted: Vec<DocumentId> = self.session.read(|state| state.unlisted().collect());
        let summaries = self.summaries.borrow();
        let sheets = self.territory.with_untracked(|snapshot| {
            let mut shown = BTreeSet::new();
            let listed = snapshot.iter().flat_map(TerritorySnapshot::job_sheets);
            let listed = listed.filter_map(|entry| {
                let id = self.now(entry.id)?;
                let entry = IndexEntry {
                    id,
                    ..entry.clone()
                };
                shown.insert(id).then_some(entry)
            });
            let listed = listed.map(|entry| {
                summaries
                    .get(&entry.id)
                    .cloned()
                    .unwrap_or_else(|| (&entry).into())
            });
            listed
                .chain(unlisted.iter().filter_map(|id| summaries.get(id).cloned()))
                .collect()
        });
        drop(summaries);
        if territory.is_some() {
            put(&self.sheets, sheets);
        }
    }
}

/// The need a command names.
fn named(command: &NeedsCommand) -> Option<&RecordId> {
    match command {
        NeedsCommand::Add(_) => None,
        NeedsCommand::Set { need, .. }
        | NeedsCommand::Cover { need, .. }
        | NeedsCommand::Uncover { need, .. }
        | NeedsCommand::Choose { need, .. }
        | NeedsCommand::Remove(need)
        | NeedsCommand::Echo(need)
        | NeedsCommand::WithdrawEcho { need, .. } => Some(need),
    }
}
