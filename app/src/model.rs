//! What screens read, as signals made from plain snapshots, and what they can do.

mod board;
mod shown;
mod statements;
mod status;
mod text_binding;

use crate::platform::calendar::today;
use crate::platform::storage::Room;
use crate::platform::{files, log};
use crate::session::{Coming, Refused, State, now};
pub(crate) use crate::session::{Fate, KeptDraft, NotTaken, Taken, Words, read_draft, write_draft};
use board::Board;
use leptos::html;
use leptos::prelude::*;
use maillage_shared::birth;
use maillage_shared::command::{Intent, JobSheetCommand, NeedsCommand};
use maillage_shared::doc::{Document, Kind};
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{Invitation, PersonId, PublicKey, Roles};
use maillage_shared::rebuild::Rebuild;
use maillage_shared::records::{NewJobSheet, Section, needs};
use maillage_shared::roster::{Answer, Heads, Request};
use maillage_shared::rules::access::{self, Act, Right};
use maillage_shared::snapshot::{JobSheetSnapshot, NeedsSnapshot, TerritorySnapshot};
use maillage_shared::strike::{Passage, Strike};
use maillage_shared::sync::client::Rejection;
use send_wrapper::SendWrapper;
use std::rc::Rc;

pub(crate) use crate::platform::version::Version;
pub(crate) use crate::session::Unlocked;
pub(crate) use shown::{Entrance, Me, Member, OnPhone, Person, Present, SheetSummary, User};
pub(crate) use status::Status;
pub(crate) use text_binding::TextBinding;

/// The model, to be copied wherever it is needed. There is one for the whole page.
#[derive(Clone, Copy)]
pub(crate) struct Model {
    /// Whether what the phone kept is still being read: nothing else is known then.
    pub(crate) opening: Signal<bool>,
    /// Whether it cannot be read as long as another tab, of an older version, is open.
    pub(crate) blocked: Signal<bool>,
    /// Who uses this phone; nobody before joining.
    pub(crate) me: Signal<Option<Me>>,
    /// The territory they have joined, once it is here.
    pub(crate) territory: Signal<Option<TerritorySnapshot>>,
    /// The needs of the territory, once they are here.
    pub(crate) needs: Signal<Option<NeedsSnapshot>>,
    /// The job sheets of the territory, here or not.
    pub(crate) sheets: Signal<Vec<SheetSummary>>,
    /// Where everything written on this phone is.
    pub(crate) status: Signal<Status>,
    /// How many documents this phone keeps that cannot be opened.
    pub(crate) unreadable: Signal<usize>,
    /// How it stands with the room on this phone.
    pub(crate) room: Signal<Room>,
    /// Whether a newer version of the program is on this phone.
    pub(crate) version: Signal<Version>,
    /// Whether this version is too old to go on.
    pub(crate) too_old: Signal<bool>,
    /// Whether the relay knows who uses this phone, and can be asked.
    pub(crate) introduced: Signal<bool>,
    /// Whether something here was written with a newer version: not all of it shows.
    pub(crate) newer: Signal<bool>,
    /// Whether the person has said that they will see to a newer version later.
    pub(crate) later: RwSignal<bool>,
    /// How far coming in has got.
    pub(crate) entrance: Signal<Entrance>,
    /// Everyone of the territory, by their numbers, once that is known.
    pub(crate) members: Signal<Option<Vec<Member>>>,
    /// What this person is there; nothing when they were removed, `None` before that is known.
    pub(crate) roles: Signal<Option<Roles>>,
    /// What this person wrote that the group did not get.
    pub(crate) drafts: Signal<Vec<KeptDraft>>,
    /// Whether documents wait to be made anew without what was refused for good: see [`Model::rebuild`].
    pub(crate) to_rebuild: Signal<bool>,
    board: StoredValue<Rc<Board>, LocalStorage>,
}

impl Model {
    /// Starts the session. The model lives as long as the current owner, which must be that of the page.
    pub(crate) fn start() -> Self {
        let board = Board::start();
        board.follow_versions();
        Self {
            opening: board.opening.clone().into(),
            blocked: board.blocked.clone().into(),
            me: board.me.clone().into(),
            territory: board.territory.clone().into(),
            needs: board.needs.clone().into(),
            sheets: board.sheets.clone().into(),
            status: board.status.clone().into(),
            unreadable: board.unreadable.clone().into(),
            room: board.room.clone().into(),
            version: board.version.clone().into(),
            too_old: board.too_old.clone().into(),
            introduced: board.introduced.clone().into(),
            newer: board.newer.clone().into(),
            later: RwSignal::new(false),
            entrance: board.entrance.clone().into(),
            members: board.members.clone().into(),
            roles: board.roles.clone().into(),
            drafts: board.drafts.clone().into(),
            to_rebuild: board.to_rebuild.clone().into(),
            board: StoredValue::new_local(board),
        }
    }

    /// Finds out where an invitation leads, as soon as there is a connection.
    pub(crate) fn look(self, invitation: Invitation) {
        self.board().look(invitation);
    }

    /// Asks to be let in, as someone who looks so.
    pub(crate) fn come_in(self, invitation: Invitation, person: &Person) {
        self.board().come_in(invitation, person.into(), Coming::In);
    }

    /// Asks to be let in as whoever the invitation brings another phone for, who looks so. `alone`: their phones of before are lost.
    pub(crate) fn come_back(self, invitation: Invitation, person: &Person, alone: bool) {
        self.board()
            .come_in(invitation, person.into(), Coming::Back { alone });
    }

    /// The key of whoever uses this phone, there or on the way in. Not tracked.
    pub(crate) fn key(self) -> Option<PublicKey> {
        self.board().session().read(State::key)
    }

    /// No longer asks to be let in.
    pub(crate) fn give_up(self) {
        self.board().give_up();
    }

    /// Asks the relay about who belongs to the territory; `hearer` is told nothing when there is no connection.
    pub(crate) fn ask(self, request: &Request, hearer: impl FnOnce(Option<Answer>) + 'static) {
        self.board().ask(request, Box::new(hearer));
    }

    /// The territory joined.
    pub(crate) fn space(self) -> Option<DocumentId> {
        self.board().session().read(|state| state.territory())
    }

    /// From now on this person looks so; the relay has been told.
    pub(crate) fn look_like(self, person: &Person) {
        let face = person.into();
        self.board().session().act(|state, _| state.look_like(face));
    }

    /// Everyone who uses this phone. Tracked.
    pub(crate) fn on_phone(self) -> OnPhone {
        self.board().read_users(OnPhone::of)
    }

    /// Whether anyone who was let in uses this phone. Tracked.
    pub(crate) fn is_used(self) -> bool {
        let board = self.board();
        board.read_users(|state| state.users().next().is_some())
    }

    /// Who helps whoever acts. Tracked.
    pub(crate) fn helper(self) -> Option<PersonId> {
        self.board().read_users(State::helper)
    }

    /// Hands the phone over: once all is kept, the page begins anew at this address, and nobody acts.
    pub(crate) fn hand_over(self, address: String) {
        self.board()
            .session()
            .act(|state, _| state.hand_over(address));
    }

    /// Someone takes the phone, on which nobody acts; this person helps them, if anyone does. Their code was right, if they have one.
    pub(crate) async fn take(self, person: PersonId, helper: Option<PersonId>) {
        self.board().session().take(person, helper).await;
    }

    /// Someone types their code.
    pub(crate) async fn unlock(self, person: PersonId, typed: &str) -> Unlocked {
        self.board().session().unlock(person, typed).await
    }

    /// From now on whoever acts types this code before they write, or none. Returns whether this browser can do that.
    pub(crate) async fn set_code(self, code: Option<&str>) -> bool {
        match self.me.with_untracked(|me| me.as_ref().map(|me| me.id)) {
            Some(me) => self.board().session().set_code(me, code).await,
            None => false,
        }
    }

    /// Takes someone who does not act off this phone.
    pub(crate) fn drop_user(self, person: PersonId) {
        self.board().session().act(|state, _| {
            let mut tasks = Vec::new();
            state.drop_user(person, &mut tasks);
            tasks
        });
    }

    /// Forgets this person and the territory on this phone, then calls back.
    pub(crate) fn forget(self, then: impl FnOnce() + 'static) {
        self.board().session().forget(then);
    }

    /// Whether this person may do this with documents of a kind. Tracked. Before that is known, the relay will say; what is on the phone
    /// of someone who was removed stays readable.
    pub(crate) fn may(self, kind: Kind, right: Right) -> bool {
        self.roles.get().is_none_or(|roles| {
            access::may(roles, kind, right) || (roles.is_empty() && right == Right::Read)
        })
    }

    /// Whether this person may do this beside documents. Tracked; nobody may before that is known.
    pub(crate) fn may_act(self, act: Act) -> bool {
        self.roles
            .get()
            .is_some_and(|roles| access::may_act(roles, act))
    }

    /// The territory that this phone had joined before its browser cleared everything. Not tracked.
    pub(crate) fn forgotten(self) -> bool {
        self.board()
            .session()
            .read(|state| state.forgotten().is_some())
    }

    /// Offers everything that is kept on this phone to the person, as a file.
    pub(crate) fn save_file(self) {
        if let Some(bytes) = self.board().session().read(|state| state.write_file()) {
            let day = today();
            let name = format!(
                "maillage-{}-{:02}-{:02}.maillage",
                day.year, day.month, day.day
            );
            files::save(&name, &bytes);
        }
    }

    /// Takes in what another phone has saved.
    pub(crate) fn take_file(self, bytes: &[u8]) -> Result<Taken, NotTaken> {
        self.board()
            .session()
            .attempt(|state, moment| state.take_file(moment, bytes))
    }

    /// How many changes wait to be sent; nothing when some may not be kept on this phone. Not tracked.
    pub(crate) fn unsent(self) -> Option<usize> {
        self.board().session().read(|state| {
            let standing = state.standing(now(), None);
            let kept = !standing.failing && !standing.forgetful;
            kept.then_some(standing.unsent)
        })
    }

    /// Makes the documents anew that wait for it.
    pub(crate) fn rebuild(self, with: Rebuild) {
        self.board()
            .session()
            .act(|state, moment| state.rebuild(moment, with));
    }

    /// What of a document waits for somebody else becomes a draft, and the rest goes on.
    pub(crate) fn go_on_without(self, id: DocumentId) {
        self.board()
            .session()
            .act(|state, moment| state.go_on_without(moment, id));
    }

    /// Documents of which something does not leave, and why. Tracked with the status.
    pub(crate) fn refusals(self) -> Vec<(DocumentId, Rejection)> {
        self.status.track();
        self.board().session().read(State::refusals)
    }

    /// Keeps a draft that has become another, or none.
    pub(crate) fn change_draft(self, name: String, bytes: Option<Vec<u8>>) {
        self.board()
            .session()
            .act(|state, _| state.change_draft(name, bytes));
    }

    /// Reads from a document; nothing when it is not here.
    pub(crate) fn read<T>(self, id: DocumentId, read: impl FnOnce(&Document) -> T) -> Option<T> {
        self.board()
            .session()
            .read(|state| state.document(id).map(read))
    }

    /// One job sheet, once it is here; followed as long as the current owner lives.
    pub(crate) fn sheet(self, id: DocumentId) -> Signal<Option<JobSheetSnapshot>> {
        let board = self.board();
        let signal = board.follow(id);
        on_cleanup({
            let board = SendWrapper::new(board);
            move || board.unfollow(id)
        });
        signal.into()
    }

    /// Where what was written in one document is.
    pub(crate) fn status_of(self, id: DocumentId) -> Signal<Status> {
        self.board().status_of(id).into()
    }

    /// The others who have a document open. As long as the current owner lives, they see this person there too.
    pub(crate) fn presence_of(self, id: DocumentId) -> Signal<Vec<Present>> {
        let board = self.board();
        let signal = board.enter(id);
        on_cleanup({
            let board = SendWrapper::new(board);
            move || board.leave(id)
        });
        signal.into()
    }

    /// What became of a document; `None` while it is there, as far as this phone knows. Tracked.
    pub(crate) fn fate(self, id: DocumentId) -> Option<Fate> {
        self.board().fate(id)
    }

    /// Words that were written here in documents that were written anew since, and that are nowhere else: the old document, the new one,
    /// and the words. Tracked.
    pub(crate) fn kept_words(self) -> Vec<(DocumentId, DocumentId, Words)> {
        self.board().kept_words()
    }

    /// Whether a document was written anew without something. Tracked.
    pub(crate) fn is_written_anew(self, id: DocumentId) -> bool {
        let board = self.board();
        board.watch_sheet(id);
        let stands_for = |state: &State| state.document(id).and_then(birth::stands_for);
        board.session().read(stands_for).is_some()
    }

    /// The person needs the words of this old document no longer.
    pub(crate) fn drop_words(self, id: DocumentId) {
        self.board().session().act(|state, _| state.drop_words(id));
    }

    /// Every place in a document where some words stand.
    pub(crate) fn passages(self, id: DocumentId, strike: &Strike) -> Vec<Passage> {
        let read = |state: &State| state.document(id).map(|document| strike.passages(document));
        self.board().session().read(read).unwrap_or_default()
    }

    /// Writes a document anew without some words, to be put in the place of the old one, and from which heads it was made.
    pub(crate) fn write_anew(
        self,
        id: DocumentId,
        strike: &Strike,
    ) -> Result<(DocumentId, Heads), Refused> {
        let session = self.board();
        let session = session.session();
        session.attempt(|state, moment| state.write_anew(moment, id, strike))
    }

    /// How someone looks, if this phone has met them. Tracked.
    pub(crate) fn person(self, person: PersonId) -> Option<Person> {
        self.board().person(person)
    }

    /// Creates a job sheet, as an idea, and notes the needs it answers as covered.
    pub(crate) fn create_sheet(self, new: &NewJobSheet) -> Result<DocumentId, Refused> {
        self.board()
            .session()
            .attempt(|state, moment| state.create_sheet(moment, new))
    }

    /// Changes a job sheet; `false` when nothing was done.
    pub(crate) fn change_sheet(self, id: DocumentId, command: JobSheetCommand) -> bool {
        self.done(id, &command)
    }

    /// Changes the needs; `false` when nothing was done.
    pub(crate) fn change_needs(self, command: NeedsCommand) -> bool {
        let id = match self.board().needs_document(&command) {
            Some(id) => Ok(id),
            // The first need of a territory brings the document that holds them.
            None => self.board().session().attempt(|state, moment| {
                state.create(moment, |space, actor| {
                    needs::birth(space, actor, moment.now)
                })
            }),
        };
        match id {
            Ok(id) => self.done(id, &command),
            Err(refused) => {
                log::warn(&refused.to_string());
                false
            }
        }
    }

    /// Does what a person wants in one document.
    pub(crate) fn dispatch(self, id: DocumentId, intent: &dyn Intent) -> Result<(), Refused> {
        self.board()
            .session()
            .attempt(|state, moment| state.command(moment, id, intent))
            .map(|_| ())
    }

    /// Binds a text area to one text of a sheet, as long as the current owner lives: what is typed goes into the document, and what
    /// others write appears in the area without moving the caret or disturbing a composition in progress.
    pub(crate) fn text_section(
        self,
        id: DocumentId,
        section: Section,
        node: NodeRef<html::Textarea>,
    ) -> TextBinding {
        text_binding::bind(self, id, section, node)
    }

    fn done(self, id: DocumentId, intent: &dyn Intent) -> bool {
        match self.dispatch(id, intent) {
            Ok(()) => true,
            Err(refused) => {
                log::warn(&refused.to_string());
                false
            }
        }
    }

    fn board(self) -> Rc<Board> {
        self.board.get_value()
    }
}
