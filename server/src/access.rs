//! Who may come in: the record of each territory in the relay's folder, and what is asked about it.
//!
//! What is decided is decided in `maillage_shared::roster`; here it is written down before it counts, attempts are bounded, and the rest of
//! the relay hears what has changed.

mod attempts;
mod book;
mod copies;
mod erasing;
mod quarantine;
mod record;
mod signatures;
#[cfg(test)]
mod tests;

pub(crate) use copies::{AccessFile, files, newest, restore};

use crate::store::files as durable;
use attempts::Attempts;
use book::Book;
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{
    Authorship, Invitation, PersonId, PersonKey, PublicKey, Receipt, Secret,
};
use maillage_shared::roster::{Answer, By, Deed, Denied, Members, Request, Roster, Warrant};
use maillage_shared::rules::access::{Act, may_act};
use maillage_shared::store::{Store, StoreError, StoredChange};
use maillage_shared::time::UnixMillis;
use record::Record;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::collections::btree_map;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard};
use std::time::{SystemTime, UNIX_EPOCH};

/// The folder of the records, in the relay's own.
const FOLDER: &str = "access";
/// The file with the seed of which the keys of all spaces are made.
const KEY: &str = "key";

/// The records of all territories of a relay.
pub struct Registry {
    folder: PathBuf,
    seed: [u8; 32],
    /// What the records say: read by the thread that serves sockets, which must not wait for the disk.
    rosters: RwLock<BTreeMap<DocumentId, Arc<Roster>>>,
    state: Mutex<State>,
    /// Called with each change once it is written down.
    observer: OnceLock<Observer>,
    /// Where the documents are that requests may be about.
    documents: OnceLock<Arc<dyn Store>>,
}

/// Who is told of changes.
type Observer = Box<dyn Fn(&Change) + Send + Sync>;

struct State {
    books: BTreeMap<DocumentId, Book>,
    attempts: Attempts,
}

/// What is different from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// In which territory.
    pub space: DocumentId,
    /// Those who may do more or less than before, by their first keys.
    pub people: Vec<PersonId>,
    /// Tickets that are good no longer.
    pub tickets: Vec<u32>,
    /// Documents that were erased.
    pub erased: Vec<DocumentId>,
}

/// Who asks something over the network.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// The keys that were proved on the connection.
    pub keys: &'a [PublicKey],
    /// Where it comes from.
    pub address: IpAddr,
}

impl Registry {
    /// Opens the records in the folder of a store that this process has locked.
    pub fn open(data: &Path) -> Result<Self, StoreError> {
        let folder = data.join(FOLDER);
        fs::create_dir_all(&folder).map_err(|error| durable::io_error(&error))?;
        let seed = seed(&folder.join(KEY))?;
        let mut books = BTreeMap::new();
        for entry in fs::read_dir(&folder).map_err(|error| durable::io_error(&error))? {
            let path = entry.map_err(|error| durable::io_error(&error))?.path();
            let Some(space) = record::space_of(&path) else {
                continue;
            };
            let (record, entries) = Record::open(&path)?;
            let mut roster = Roster::new(space);
            entries.iter().for_each(|entry| roster.apply(entry));
            let is_erased = |key| {
                roster
                    .member_of(key)
                    .is_some_and(|(_, member)| member.erased)
            };
            let mut shown = entries.iter().filter_map(|entry| entry.deed.shows());
            let book = Book {
                remembers: shown.any(is_erased),
                roster: Arc::new(roster),
                record,
            };
            books.insert(space, book);
        }
        let rosters = books
            .iter()
            .map(|(space, book)| (*space, Arc::clone(&book.roster)))
            .collect();
        Ok(Self {
            rosters: RwLock::new(rosters),
            folder,
            seed,
            state: Mutex::new(State {
                books,
                attempts: Attempts::default(),
            }),
            observer: OnceLock::new(),
            documents: OnceLock::new(),
        })
    }

    /// Tells of changes from now on; the first who asks for that is told.
    pub fn observe(&self, observer: impl Fn(&Change) + Send + Sync + 'static) {
        // There is one relay in a process.
        let _ = self.observer.set(Box::new(observer));
    }

    /// The territories that have a record.
    pub fn spaces(&self) -> Vec<DocumentId> {
        self.rosters().keys().copied().collect()
    }

    /// Begins the record of a territory; one that has a record keeps it.
    pub fn found(&self, space: DocumentId) -> Result<(), StoreError> {
        let mut state = self.state();
        if let btree_map::Entry::Vacant(place) = state.books.entry(space) {
            let record =
                Record::create(&self.folder, space).map_err(|error| durable::io_error(&error))?;
            let book = place.insert(Book {
                roster: Arc::new(Roster::new(space)),
                record,
                remembers: false,
            });
            self.publish(book);
        }
        Ok(())
    }

    /// What those may do who proved these keys.
    pub fn warrant(&self, keys: &[PublicKey]) -> Warrant {
        self.warrant_of(keys.iter().map(PublicKey::person))
    }

    /// The same, by the fingerprints of the keys.
    pub fn warrant_of(&self, keys: impl IntoIterator<Item = PersonId>) -> Warrant {
        Warrant::of_people(keys, self.rosters().values().map(|roster| &**roster))
    }

    /// What a program with this ticket may do, and which ticket of which space it is; `None` when it is not good.
    pub fn ticket(&self, secret: &Secret) -> Option<(DocumentId, u32, Warrant)> {
        let (digest, now) = (secret.digest(), now());
        self.rosters().values().find_map(|roster| {
            let (number, roles) = roster.ticket(&digest, now)?;
            let space = roster.space();
            Some((space, number, Warrant::of_program(space, roles)))
        })
    }

    /// Whether a ticket is good now.
    pub fn has_ticket(&self, space: DocumentId, number: u32) -> bool {
        let roster = self.roster(space);
        roster.is_some_and(|roster| roster.tickets(now()).any(|(other, _)| other == number))
    }

    /// Gives the word of a space for what was accepted of one of its documents.
    pub fn vouch(
        &self,
        space: DocumentId,
        document: DocumentId,
        heads: Vec<ChangeHash>,
    ) -> Receipt {
        Receipt::sign(document, heads, &self.key(space))
    }

    /// What authors have signed of a document, as far as it was kept. Reads from the disk.
    pub fn signatures(&self, document: DocumentId) -> Vec<Authorship> {
        signatures::read(&self.folder, document).unwrap_or_else(|error| {
            tracing::warn!(%document, %error, "what authors have signed cannot be read");
            Vec::new()
        })
    }

    /// Keeps what authors have signed of a document, besides what is kept or in place of it. Writes to the disk.
    pub fn keep_signatures(&self, document: DocumentId, words: &[Authorship], alone: bool) {
        if self.tombstone(document).is_some() {
            return;
        }
        let write = if alone {
            signatures::replace
        } else {
            signatures::append
        };
        if let Err(error) = write(&self.folder, document, words) {
            tracing::warn!(%document, %error, "what authors have signed cannot be kept");
        }
    }

    /// Keeps what somebody has brought of others, for the team to decide on. Writes to the disk.
    pub fn set_aside(
        &self,
        space: DocumentId,
        document: DocumentId,
        by: PersonId,
        changes: &[StoredChange],
    ) {
        let is_here = self.roster(space).is_some();
        if !is_here || self.tombstone(document).is_some() {
            return;
        }
        let place = (space, document, by);
        if let Err(error) = quarantine::keep(&self.folder, place, now(), changes) {
            tracing::warn!(%document, %error, "what nobody vouches for cannot be kept");
        }
    }

    /// It has been decided on what has this SHA-256: what was not let in is not kept again. Writes to the disk.
    pub fn settled(&self, document: DocumentId, by: PersonId, admitted: bool, digest: &[u8; 32]) {
        let settled = quarantine::settle(&self.folder, document, by, admitted, digest);
        if let Err(error) = settled {
            tracing::warn!(%document, %error, "what was decided on is still in quarantine");
        }
    }

    /// Which of these spaces has given this word, if one has.
    pub fn vouched(
        &self,
        spaces: impl IntoIterator<Item = DocumentId>,
        document: DocumentId,
        receipt: &Receipt,
    ) -> Option<DocumentId> {
        spaces
            .into_iter()
            .find(|space| receipt.holds(document, &self.key(*space).public()))
    }

    /// Who is who, sealed for everyone who may see it.
    pub fn members(&self, space: DocumentId) -> Option<Vec<u8>> {
        let roster = self.roster(space)?;
        Some(Members::of(&roster, None).seal(&self.key(space)))
    }

    /// The territories where any of these keys is or was someone's.
    pub fn places(&self, keys: &[PersonId]) -> Vec<DocumentId> {
        let is_known = |roster: &Roster| keys.iter().any(|key| roster.member_of(*key).is_some());
        let rosters = self.rosters();
        let known = rosters.values().filter(|roster| is_known(roster));
        known.map(|roster| roster.space()).collect()
    }

    /// What someone with these keys hears of who is who: all of it, themselves only, or nothing. Whoever was removed hears that.
    pub fn sight(&self, space: DocumentId, keys: &[PersonId]) -> Sight {
        let Some(roster) = self.roster(space) else {
            return Sight::Nothing;
        };
        let mut sight = Sight::Nothing;
        for key in keys {
            if may_act(roster.roles(*key), Act::SeeMembers) {
                return Sight::Everyone;
            }
            if let Some((person, _)) = roster.member_of(*key) {
                sight = Sight::Only(Members::of(&roster, Some(person)).seal(&self.key(space)));
            }
        }
        sight
    }

    /// The first key of whoever holds this one.
    pub fn person_of(&self, space: DocumentId, key: PersonId) -> Option<PersonId> {
        let roster = self.roster(space)?;
        let (person, _) = roster.member_of(key)?;
        Some(person)
    }

    /// Answers what is asked over the network. Writes to the disk: not for a thread that serves sockets.
    ///
    /// Whoever asks hears the answer first; then [`Registry::tell`] has the others hear of the change.
    pub fn ask(
        &self,
        asker: Asker<'_>,
        request: &Request,
        entropy: [u8; 32],
    ) -> (Answer, Option<Change>) {
        let mut state = self.state();
        self.answer(&mut state, asker, request, entropy)
            .unwrap_or_else(|denied| (Answer::Denied(denied), None))
    }

    /// Does what whoever works on this machine asks.
    pub fn operate(&self, request: &Request, entropy: [u8; 32]) -> Result<Answer, Denied> {
        let space = request.space().ok_or(Denied::Unknown)?;
        let (answer, change) = {
            let mut state = self.state();
            let book = state.books.get_mut(&space).ok_or(Denied::Unknown)?;
            let acted = book.act(self, now(), By::Operator, request, entropy)?;
            self.publish(book);
            acted
        };
        self.tell(&change);
        Ok(answer)
    }

    /// Everyone of a territory, as whoever works on this machine may see them.
    pub fn look(&self, space: DocumentId) -> Option<Members> {
        Some(Members::of(&*self.roster(space)?, None))
    }

    /// Erases guests whose last meeting was long ago, sends programs away whose time is over, and forgets what could not be forgotten.
    pub fn tidy(&self) {
        let now = now();
        let mut changes = Vec::new();
        for (space, book) in &mut self.state().books {
            let mut people = book.roster.guests_to_erase(now);
            let tickets = book.roster.tickets_over(now);
            let mut belongings = Vec::new();
            // Whose documents cannot be read now is erased the next time.
            people.retain(|person| {
                let theirs = self.belongings(book, *person);
                theirs.map(|theirs| belongings.extend(theirs)).is_ok()
            });
            let erased = people.iter().map(|person| Deed::Erased { person: *person });
            let erased = erased.chain(belongings);
            let over = tickets
                .iter()
                .map(|number| Deed::Withdrawn { number: *number });
            let deeds: Vec<Deed> = erased.chain(over).collect();
            let erased = book::dropped(&deeds);
            if !deeds.is_empty()
                && let Err(error) = book.write(now, By::Operator, deeds)
            {
                tracing::warn!(%space, %error, "guests and tickets cannot be forgotten yet");
                continue;
            }
            book.forget();
            self.publish(book);
            changes.push(Change {
                space: *space,
                people,
                tickets,
                erased,
            });
        }
        let is_one = |change: &&Change| !change.people.is_empty() || !change.tickets.is_empty();
        changes
            .iter()
            .filter(is_one)
            .for_each(|change| self.tell(change));
    }

    fn answer(
        &self,
        state: &mut State,
        asker: Asker<'_>,
        request: &Request,
        entropy: [u8; 32],
    ) -> Result<(Answer, Option<Change>), Denied> {
        let now = now();
        let acting = asker.keys.first().map(PublicKey::person);
        let book = match request.space() {
            Some(space) => state.books.get_mut(&space).ok_or(Denied::NotAllowed)?,
            None => state.opened(asker.address, request, now)?,
        };
        if let Request::Join { key, .. } | Request::Bring { key, .. } = request
            && !asker.keys.contains(key)
        {
            return Err(Denied::NotAllowed);
        }
        if let Request::Confirm { number, .. } = request
            && book
                .roster
                .has_confirmed(*number, asker.keys.get(1..).unwrap_or_default())
        {
            // Two people who share a phone are one phone.
            return Err(Denied::NotAllowed);
        }
        let by = acting
            .and_then(|key| book.who(key, request))
            .or(match request {
                Request::Join { key, .. } | Request::Bring { key, .. } => {
                    Some(By::Member(key.person()))
                }
                // Nobody is needed to look where an invitation leads.
                Request::Look { .. } => Some(By::Member(PersonKey::from_seed(&[0; 32]).person())),
                _ => None,
            });
        let by = by.ok_or(Denied::NotAllowed)?;
        let (answer, change) = book.act(self, now, by, request, entropy)?;
        self.publish(book);
        Ok((answer, Some(change)))
    }

    /// Has whoever observes hear of a change.
    pub fn tell(&self, change: &Change) {
        if let Some(observer) = self.observer.get() {
            observer(change);
        }
    }

    /// From now on everyone reads what a record says now.
    fn publish(&self, book: &Book) {
        let mut rosters = self.rosters.write().unwrap_or_else(PoisonError::into_inner);
        rosters.insert(book.roster.space(), Arc::clone(&book.roster));
    }

    fn roster(&self, space: DocumentId) -> Option<Arc<Roster>> {
        self.rosters().get(&space).cloned()
    }

    fn rosters(&self) -> RwLockReadGuard<'_, BTreeMap<DocumentId, Arc<Roster>>> {
        // Nothing panics while it holds the lock.
        self.rosters.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key with which a space vouches for its members.
    fn key(&self, space: DocumentId) -> PersonKey {
        let seed = Sha256::new()
            .chain_update(b"maillage space key 1")
            .chain_update(self.seed)
            .chain_update(space.as_bytes())
            .finalize();
        PersonKey::from_seed(&seed.into())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What someone hears of who is who.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// Nothing.
    Nothing,
    /// This sealed snapshot of themselves.
    Only(Vec<u8>),
    /// [`Registry::members`].
    Everyone,
}

impl State {
    /// The territory that an invitation leads to, as far as this address may still try.
    fn opened(
        &mut self,
        address: IpAddr,
        request: &Request,
        now: UnixMillis,
    ) -> Result<&mut Book, Denied> {
        let (Request::Look { invitation }
        | Request::Join { invitation, .. }
        | Request::Bring {
            secret: invitation, ..
        }) = request
        else {
            return Err(Denied::Unknown);
        };
        let invitation: Invitation = invitation.parse().map_err(|_| Denied::NoInvitation)?;
        let is_guessable = matches!(invitation, Invitation::Code(_));
        if is_guessable && !self.attempts.may_try(address, now) {
            return Err(Denied::TooOften);
        }
        let found = self
            .books
            .values_mut()
            .find(|book| book.roster.knows(&invitation, now));
        if found.is_none() && is_guessable {
            self.attempts.failed(address, now);
        }
        found.ok_or(Denied::NoInvitation)
    }
}

/// The wall clock: dates on links are dates for people, and outlive the process.
#[allow(
    clippy::disallowed_methods,
    reason = "only the wall clock outlives the process; nothing is measured with it"
)]
pub(crate) fn now() -> UnixMillis {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    UnixMillis(i64::try_from(since.as_millis()).unwrap_or_default())
}

/// Reads the seed of the spaces' keys and the SHA-256 of it, or draws one: another key would have every phone doubt what it is told.
fn seed(path: &Path) -> Result<[u8; 32], StoreError> {
    let summed = |seed: [u8; 32]| [seed, Sha256::digest(seed).into()].concat();
    if let Some(bytes) = durable::read_if_there(path)? {
        let seed = bytes.first_chunk().copied();
        return seed.filter(|seed| summed(*seed) == bytes).ok_or_else(|| {
            StoreError::Damaged("the key with which it vouches for members".to_owned())
        });
    }
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| StoreError::Io(error.to_string()))?;
    durable::write_privately(path, &summed(seed)).map_err(|error| durable::io_error(&error))?;
    Ok(seed)
}
