//! Who may come in: the record of each territory in the relay's folder, and what is asked about it.
//!
//! What is decided is decided in `maillage_shared::roster`; here it is written down before it counts, attempts are bounded, and the rest of
//! the relay hears what has changed.

mod attempts;
mod copies;
mod record;
#[cfg(test)]
mod tests;

pub(crate) use copies::{AccessFile, files, restore};

use crate::store::files as durable;
use attempts::Attempts;
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{Invitation, PersonId, PersonKey, PublicKey, Receipt, Secret};
use maillage_shared::roster::{Answer, By, Deed, Denied, Entry, Members, Request, Roster, Warrant};
use maillage_shared::rules::access::{Act, may_act};
use maillage_shared::store::StoreError;
use maillage_shared::time::UnixMillis;
use record::Record;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// The folder of the records, in the relay's own.
const FOLDER: &str = "access";
/// The file with the seed of which the keys of all spaces are made.
const KEY: &str = "key";

/// The records of all territories of a relay.
pub struct Registry {
    folder: PathBuf,
    seed: [u8; 32],
    state: Mutex<State>,
    /// Called with each change once it is written down.
    observer: OnceLock<Box<dyn Fn(&Change) + Send + Sync>>,
}

struct State {
    books: BTreeMap<DocumentId, Book>,
    attempts: Attempts,
}

struct Book {
    roster: Roster,
    record: Record,
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
            books.insert(space, Book { roster, record });
        }
        Ok(Self {
            folder,
            seed,
            state: Mutex::new(State {
                books,
                attempts: Attempts::default(),
            }),
            observer: OnceLock::new(),
        })
    }

    /// Tells of changes from now on; the first who asks for that is told.
    pub fn observe(&self, observer: impl Fn(&Change) + Send + Sync + 'static) {
        let observer: Box<dyn Fn(&Change) + Send + Sync> = Box::new(observer);
        // There is one relay in a process.
        let _ = self.observer.set(observer);
    }

    /// The territories that have a record.
    pub fn spaces(&self) -> Vec<DocumentId> {
        self.state().books.keys().copied().collect()
    }

    /// Begins the record of a territory; one that has a record keeps it.
    pub fn found(&self, space: DocumentId) -> Result<(), StoreError> {
        let mut state = self.state();
        if !state.books.contains_key(&space) {
            let record =
                Record::create(&self.folder, space).map_err(|error| durable::io_error(&error))?;
            let roster = Roster::new(space);
            state.books.insert(space, Book { roster, record });
        }
        Ok(())
    }

    /// What those may do who proved these keys.
    pub fn warrant(&self, keys: &[PublicKey]) -> Warrant {
        let keys = keys.iter().map(PublicKey::person).collect();
        let state = self.state();
        Warrant::of_people(keys, state.books.values().map(|book| &book.roster))
    }

    /// What a program with this ticket may do, and which ticket of which space it is; `None` when it is not good.
    pub fn ticket(&self, secret: &Secret) -> Option<(DocumentId, u32, Warrant)> {
        let (digest, now) = (secret.digest(), now());
        self.state().books.values().find_map(|book| {
            let (number, roles) = book.roster.ticket(&digest, now)?;
            let space = book.roster.space();
            Some((space, number, Warrant::of_program(space, roles)))
        })
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
        let state = self.state();
        let roster = &state.books.get(&space)?.roster;
        Some(Members::of(roster, None).seal(&self.key(space)))
    }

    /// What someone with these keys hears of who is who: all of it, themselves only, or nothing.
    pub fn sight(&self, space: DocumentId, keys: &[PersonId]) -> Sight {
        let state = self.state();
        let Some(book) = state.books.get(&space) else {
            return Sight::Nothing;
        };
        let roster = &book.roster;
        let present = keys.iter().filter(|key| !roster.roles(**key).is_empty());
        let mut sight = Sight::Nothing;
        for key in present {
            if may_act(roster.roles(*key), Act::SeeMembers) {
                return Sight::Everyone;
            }
            if let Some((person, _)) = roster.member_of(*key) {
                sight = Sight::Only(Members::of(roster, Some(person)).seal(&self.key(space)));
            }
        }
        sight
    }

    /// The first key of whoever holds this one.
    pub fn person_of(&self, space: DocumentId, key: PersonId) -> Option<PersonId> {
        let state = self.state();
        let (person, _) = state.books.get(&space)?.roster.member_of(key)?;
        Some(person)
    }

    /// Answers what is asked over the network. Writes to the disk: not for a thread that serves sockets.
    pub fn ask(&self, asker: Asker<'_>, request: &Request, entropy: [u8; 32]) -> Answer {
        let (answer, change) = {
            let mut state = self.state();
            match self.answer(&mut state, asker, request, entropy) {
                Ok((answer, change)) => (answer, change),
                Err(denied) => (Answer::Denied(denied), None),
            }
        };
        self.tell(change);
        answer
    }

    /// Does what whoever works on this machine asks.
    pub fn operate(&self, request: &Request, entropy: [u8; 32]) -> Result<Answer, Denied> {
        let space = request.space().ok_or(Denied::Unknown)?;
        let (answer, change) = {
            let mut state = self.state();
            let book = state.books.get_mut(&space).ok_or(Denied::Unknown)?;
            book.act(now(), By::Operator, request, entropy)?
        };
        self.tell(Some(change));
        Ok(answer)
    }

    /// Everyone of a territory, as whoever works on this machine may see them.
    pub fn look(&self, space: DocumentId) -> Option<Members> {
        Some(Members::of(&self.state().books.get(&space)?.roster, None))
    }

    /// Erases guests whose last meeting was long ago.
    pub fn tidy(&self) {
        let now = now();
        let mut changes = Vec::new();
        for (space, book) in &mut self.state().books {
            for person in book.roster.guests_to_erase(now) {
                let erased = vec![Deed::Erased { person }];
                match book.write(now, By::Operator, erased) {
                    Ok(()) => changes.push(Change {
                        space: *space,
                        people: vec![person],
                        tickets: Vec::new(),
                    }),
                    Err(error) => {
                        tracing::warn!(%space, %error, "a guest cannot be erased yet");
                    }
                }
            }
        }
        changes
            .into_iter()
            .for_each(|change| self.tell(Some(change)));
    }

    fn answer(
        &self,
        state: &mut State,
        asker: Asker<'_>,
        request: &Request,
        entropy: [u8; 32],
    ) -> Result<(Answer, Option<Change>), Denied> {
        let now = now();
        let book = match request.space() {
            Some(space) => state.books.get_mut(&space).ok_or(Denied::NotAllowed)?,
            None => state.opened(asker.address, request, now)?,
        };
        if let Request::Join { key, .. } = request
            && !asker.keys.contains(key)
        {
            return Err(Denied::NotAllowed);
        }
        let by = book.who(asker.keys).or(match request {
            Request::Join { key, .. } => Some(By::Member(key.person())),
            // Nobody is needed to look where an invitation leads.
            Request::Look { .. } => Some(By::Member(PersonKey::from_seed(&[0; 32]).person())),
            _ => None,
        });
        let by = by.ok_or(Denied::NotAllowed)?;
        let (answer, change) = book.act(now, by, request, entropy)?;
        Ok((answer, Some(change)))
    }

    fn tell(&self, change: Option<Change>) {
        if let Some((change, observer)) = change.as_ref().zip(self.observer.get()) {
            observer(change);
        }
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
        let (Request::Look { invitation } | Request::Join { invitation, .. }) = request else {
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

impl Book {
    /// The member among those who proved these keys.
    fn who(&self, keys: &[PublicKey]) -> Option<By> {
        keys.iter()
            .filter(|key| !self.roster.roles(key.person()).is_empty())
            .find_map(|key| self.roster.member_of(key.person()))
            .map(|(person, _)| By::Member(person))
    }

    /// Decides, writes down, and only then counts.
    fn act(
        &mut self,
        now: UnixMillis,
        by: By,
        request: &Request,
        entropy: [u8; 32],
    ) -> Result<(Answer, Change), Denied> {
        let decision = self.roster.decide(now, by, request, entropy)?;
        let (mut people, mut tickets) = (Vec::new(), Vec::new());
        for deed in &decision.deeds {
            match deed {
                Deed::Became { person, .. } | Deed::Erased { person } => people.push(*person),
                Deed::Withdrawn { number } => tickets.push(*number),
                _ => {}
            }
        }
        let space = self.roster.space();
        if !decision.deeds.is_empty() {
            self.write(now, by, decision.deeds).map_err(|error| {
                tracing::warn!(%space, %error, "the record of a territory cannot be written");
                Denied::NotKept
            })?;
        }
        let answer = match request {
            Request::Record { .. } => Answer::Record(self.record.entries().map_err(|error| {
                tracing::warn!(%space, %error, "the record of a territory cannot be read");
                Denied::NotKept
            })?),
            _ => decision.answer,
        };
        let change = Change {
            space,
            people,
            tickets,
        };
        Ok((answer, change))
    }

    fn write(&mut self, at: UnixMillis, by: By, deeds: Vec<Deed>) -> io::Result<()> {
        let entries: Vec<Entry> = deeds
            .into_iter()
            .map(|deed| Entry { at, by, deed })
            .collect();
        self.record.append(&entries)?;
        entries.iter().for_each(|entry| self.roster.apply(entry));
        let is_erasing = |entry: &Entry| matches!(entry.deed, Deed::Erased { .. });
        if entries.iter().any(is_erasing) {
            let erased: Vec<PersonId> = self
                .roster
                .members()
                .filter(|(_, member)| member.erased)
                .map(|(person, _)| person)
                .collect();
            self.record.forget(|person| erased.contains(&person))?;
        }
        Ok(())
    }
}

/// The wall clock.
fn now() -> UnixMillis {
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
