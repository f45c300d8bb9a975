//! A whole room in one thread: phones, a relay, a disk each, and a network that delays, cuts, repeats and restarts, all from one
//! seed.
//!
//! A connection delivers in order, as TCP does; connections overtake each other, and what is under way when one is cut is lost.

mod agenda;
mod phone;
mod relay;
mod wires;

use crate::change::ChangeRecord;
use crate::doc::Document;
use crate::guard::Refusal;
use crate::id::DocumentId;
use crate::rebuild::{Draft, rebuild};
use crate::roster::Warrant;
use crate::store::{Store, StoredChange};
use crate::sync::client::{Buried, Client, ClientEffect, ClientEvent};
use crate::sync::room::ConnectionId;
use crate::testing::MemoryStore;
use crate::time::UnixMillis;
use agenda::{Agenda, Event};
use automerge::{ActorId, ChangeHash};
use phone::Phone;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use relay::Relay;
use std::collections::BTreeMap;
use wires::Wire;

/// How often the network misbehaves.
#[derive(Debug, Clone, Copy)]
pub struct Weather {
    /// Longest time a frame travels, in milliseconds.
    pub delay: u32,
    /// Probability that a frame arrives twice.
    pub duplicate: f64,
    /// Probability that sending a frame cuts its connection.
    pub cut: f64,
}

impl Weather {
    /// A good network.
    pub const CALM: Self = Self {
        delay: 40,
        duplicate: 0.0,
        cut: 0.0,
    };
    /// A network nobody would wish on a meeting.
    pub const STORM: Self = Self {
        delay: 900,
        duplicate: 0.05,
        cut: 0.03,
    };
}

/// A relay and its phones.
pub struct Simulation {
    random: ChaCha8Rng,
    now: UnixMillis,
    weather: Weather,
    phones: Vec<Phone>,
    relay: Relay,
    store: MemoryStore,
    /// Those that are alive.
    connections: BTreeMap<ConnectionId, Wire>,
    agenda: Agenda,
    refusals: Vec<Refusal>,
}

impl Simulation {
    /// A relay with an empty store and some phones that have nothing yet, all connected soon.
    pub fn new(seed: u64, phones: usize, weather: Weather) -> Self {
        let mut simulation = Self {
            random: ChaCha8Rng::seed_from_u64(seed),
            now: UnixMillis(1_700_000_000_000),
            weather,
            phones: Vec::new(),
            relay: Relay::default(),
            store: MemoryStore::default(),
            connections: BTreeMap::new(),
            agenda: Agenda::default(),
            refusals: Vec::new(),
        };
        for number in 0..phones {
            simulation.phones.push(Phone::new(number));
            simulation.phone_event(number, ClientEvent::Online);
        }
        simulation
    }

    /// The simulated time.
    pub fn now(&self) -> UnixMillis {
        self.now
    }

    /// The simulation's own randomness, for stories that draw from the same seed.
    pub fn random(&mut self) -> &mut impl Rng {
        &mut self.random
    }

    /// Changes the weather from now on.
    pub fn set_weather(&mut self, weather: Weather) {
        self.weather = weather;
    }

    /// The actor under which a phone writes since its last start.
    pub fn actor(&self, phone: usize) -> ActorId {
        self.phones[phone].actor()
    }

    /// The client of a phone, to be looked at.
    pub fn client(&self, phone: usize) -> &Client {
        self.phones[phone].client()
    }

    /// What the relay has on its disk.
    pub fn store(&self) -> &MemoryStore {
        &self.store
    }

    /// Everything the relay refused so far.
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// Gives birth to a document on a phone.
    pub fn create(
        &mut self,
        phone: usize,
        id: DocumentId,
        document: Document,
        genesis: ChangeRecord,
    ) {
        let effects = self.phones[phone]
            .client_mut()
            .create(id, document, genesis);
        self.perform(phone, effects);
    }

    /// Has a phone ask for a document it does not have.
    pub fn want(&mut self, phone: usize, id: DocumentId) {
        let actor = self.actor(phone);
        let effects = self.phones[phone].client_mut().want(id, actor);
        self.perform(phone, effects);
    }

    /// Writes on a phone, if it has the document; returns whether it could.
    pub fn edit<E: std::fmt::Debug>(
        &mut self,
        phone: usize,
        id: DocumentId,
        write: impl FnOnce(&mut Document) -> Result<Vec<ChangeRecord>, E>,
    ) -> bool {
        let has_genesis = self
            .client(phone)
            .document(id)
            .is_some_and(|document| document.genesis().is_ok());
        if !has_genesis {
            return false;
        }
        match self.phones[phone]
            .client_mut()
            .edit(id, |document| write(document).map(|changes| ((), changes)))
        {
            Some(Ok(((), effects))) => {
                self.perform(phone, effects);
                true
            }
            Some(Err(error)) => panic!("the edit failed: {error:?}"),
            None => false,
        }
    }

    /// The relay erases a document, and says so in this frame to whoever has it open or comes for it.
    pub fn erase(&mut self, id: DocumentId, gone: Vec<u8>) {
        let outcomes = self.relay.erase(id, gone, &self.store);
        self.relay_outcomes(outcomes);
    }

    /// The documents that have left a phone.
    pub fn buried(&self, phone: usize) -> &[Buried] {
        &self.phones[phone].buried
    }

    /// Whether a phone has anything of a document, in memory or on its disk.
    pub fn holds(&self, phone: usize, id: DocumentId) -> bool {
        let phone = &self.phones[phone];
        phone.keeps(id) || phone.client().document(id).is_some()
    }

    /// What the relay takes from this phone from now on; its connection ends, as at a relay that learns of it.
    pub fn entitle(&mut self, phone: usize, warrant: Warrant) {
        self.relay.entitle(phone, warrant);
        self.cut(phone);
    }

    /// What a phone keeps of words that the relay has refused.
    pub fn drafts(&self, phone: usize) -> &[Draft] {
        self.phones[phone].drafts()
    }

    /// Cuts a phone's connection: frames under way are lost.
    pub fn cut(&mut self, phone: usize) {
        if let Some(connection) = self.phones[phone].connection.take() {
            self.drop_connection(connection);
            self.schedule(1, Event::Closed { phone, connection });
        }
    }

    /// Takes a phone off the network until [`Simulation::go_online`].
    pub fn go_offline(&mut self, phone: usize) {
        self.phones[phone].reachable = false;
        self.cut(phone);
        self.phone_event(phone, ClientEvent::Offline);
    }

    /// Brings a phone back to the network.
    pub fn go_online(&mut self, phone: usize) {
        self.phones[phone].reachable = true;
        self.phone_event(phone, ClientEvent::Online);
    }

    /// Kills the app on a phone and starts it again with what was kept: a write under way is kept or lost by chance.
    pub fn restart_phone(&mut self, phone: usize) {
        if let Some(connection) = self.phones[phone].connection.take() {
            self.drop_connection(connection);
        }
        let survives = self.random.random_bool(0.5);
        let effects = self.phones[phone].restart(survives);
        self.perform(phone, effects);
        self.phone_event(phone, ClientEvent::Online);
    }

    /// Kills the relay and starts it again on its store: an append under way is written or lost by chance.
    pub fn restart_relay(&mut self) {
        let survives = self.random.random_bool(0.5);
        self.relay.restart(&self.store, survives);
        self.close_connections();
    }

    /// Kills the relay and starts it on an older copy of its store, which has the same name.
    pub fn restore_relay(&mut self, backup: MemoryStore) {
        self.relay.restart(&self.store, false);
        self.store = backup;
        self.close_connections();
    }

    fn close_connections(&mut self) {
        let connections: Vec<(ConnectionId, usize)> = self
            .connections
            .iter()
            .map(|(id, wire)| (*id, wire.phone))
            .collect();
        for (connection, phone) in connections {
            self.connections.remove(&connection);
            if self.phones[phone].connection == Some(connection) {
                self.phones[phone].connection = None;
                self.schedule(5, Event::Closed { phone, connection });
            }
        }
    }

    /// Lets time pass.
    pub fn run_for(&mut self, milliseconds: i64) {
        let end = self.now.plus(milliseconds);
        while let Some((at, event)) = self.agenda.take_until(end) {
            self.now = self.now.max(at);
            self.happen(event);
        }
        self.now = end;
    }

    /// Lets time pass until every phone that is online has everything kept and acknowledged; panics after an hour.
    pub fn run_until_settled(&mut self) {
        let deadline = self.now.plus(3_600_000);
        // Acknowledgements come at most 200 ms late: a calm second means that nobody has anything left to say.
        loop {
            self.run_for(1_000);
            let settled = self.phones.iter().all(Phone::is_settled);
            if settled && !self.agenda.is_moving() {
                return;
            }
            assert!(self.now < deadline, "the network never settles");
        }
    }

    /// Every change that a phone shows as sent to the group is on the relay's disk.
    pub fn assert_acknowledged_is_durable(&self) {
        for phone in &self.phones {
            for id in phone.client().documents() {
                let stored = self.store.load(id).ok().flatten().unwrap_or_default();
                let stored: std::collections::HashSet<ChangeHash> =
                    stored.iter().map(|change| change.hash).collect();
                for hash in phone.client().acknowledged(id) {
                    assert!(
                        stored.contains(&hash),
                        "phone {} was told that {hash} is safe",
                        phone.number()
                    );
                }
            }
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Opened { phone, connection } => {
                if self.phones[phone].connection == Some(connection) {
                    let mut entropy = [0; 16];
                    self.random.fill_bytes(&mut entropy);
                    self.phone_event(phone, ClientEvent::Opened { entropy });
                }
            }
            Event::DialFailed { phone, dial } => {
                if self.phones[phone].dials == dial && self.phones[phone].connection.is_none() {
                    let entropy = self.random.next_u32();
                    self.phone_event(phone, ClientEvent::Closed { entropy });
                }
            }
            Event::Closed { phone, connection } => {
                // A phone that has dialled again since has forgotten the old socket.
                if self.phones[phone].last_connection == Some(connection) {
                    let entropy = self.random.next_u32();
                    self.phone_event(phone, ClientEvent::Closed { entropy });
                }
            }
            Event::ToRelay { connection, bytes } => {
                if self.connections.contains_key(&connection) {
                    let outcomes = self.relay.receive(connection, &bytes, &self.store);
                    self.relay_outcomes(outcomes);
                }
            }
            Event::ToPhone { connection, bytes } => {
                if let Some(wire) = self.connections.get(&connection) {
                    let phone = wire.phone;
                    self.phone_event(phone, ClientEvent::Frame(&bytes));
                }
            }
            Event::Left { connection } => {
                let outcomes = self.relay.left(connection);
                self.relay_outcomes(outcomes);
            }
            Event::Kept {
                phone,
                start,
                document,
            } => {
                if self.phones[phone].starts == start {
                    self.phones[phone].write_down(document);
                    self.phone_event(phone, ClientEvent::Kept(document));
                }
            }
            Event::Wake { phone, start } => {
                if self.phones[phone].starts == start {
                    self.phones[phone].alarm = None;
                    self.phone_event(phone, ClientEvent::Wake);
                }
            }
            Event::Flushed {
                start,
                document,
                batch,
            } => {
                let outcomes = self.relay.flush(start, document, batch, &self.store);
                self.relay_outcomes(outcomes);
            }
            Event::RetryFlush {
                start,
                document,
                batch,
            } => {
                let outcomes = self.relay.retry(start, document, batch);
                self.relay_outcomes(outcomes);
            }
        }
    }

    fn phone_event(&mut self, phone: usize, event: ClientEvent<'_>) {
        let now = self.now;
        let effects = self.phones[phone].client_mut().handle(now, event);
        self.perform(phone, effects);
    }

    fn perform(&mut self, phone: usize, effects: Vec<ClientEffect>) {
        for effect in effects {
            match effect {
                ClientEffect::Dial => self.dial(phone),
                ClientEffect::Send(bytes) => self.send_to_relay(phone, bytes),
                ClientEffect::HangUp => {
                    if let Some(connection) = self.phones[phone].connection.take() {
                        self.drop_connection(connection);
                        self.phones[phone].last_connection = None;
                    }
                }
                ClientEffect::Keep { document, changes } => {
                    self.begin_keeping(phone, document, changes);
                }
                ClientEffect::Rebuild { document } => {
                    let mut entropy = [0; 8];
                    self.random.fill_bytes(&mut entropy);
                    let now = self.now;
                    let client = self.phones[phone].client_mut();
                    let (_, effects) = client.rebuild(now, document, entropy, rebuild);
                    self.perform(phone, effects);
                }
                ClientEffect::Replace {
                    document,
                    removed,
                    changes,
                    drafts,
                } => {
                    let drafts = drafts.into_iter().map(|(_, draft)| draft).collect();
                    self.phones[phone].begin_replacing(document, removed, drafts);
                    self.begin_keeping(phone, document, changes);
                }
                ClientEffect::Remember {
                    document,
                    acknowledged,
                } => self.phones[phone].remember(document, acknowledged),
                ClientEffect::Gone { space, data } => self.phones[phone].bury(space, &data),
                ClientEffect::Changed { .. }
                | ClientEffect::StatusChanged
                | ClientEffect::Unavailable(_)
                | ClientEffect::Heard { .. }
                // Nobody proves who they are here, and nobody asks.
                | ClientEffect::Prove(_)
                | ClientEffect::Sign { .. }
                | ClientEffect::KeepSignatures { .. }
                | ClientEffect::Answered { .. }
                | ClientEffect::Members { .. }
                | ClientEffect::Trouble(_) => {}
            }
        }
        self.set_alarm(phone);
    }

    fn begin_keeping(&mut self, phone: usize, document: DocumentId, changes: Vec<StoredChange>) {
        self.phones[phone].begin_keeping(document, changes);
        let start = self.phones[phone].starts;
        let after = self.random.random_range(1..60u32);
        self.schedule(
            i64::from(after),
            Event::Kept {
                phone,
                start,
                document,
            },
        );
    }

    /// One wake-up per phone, moved forward when something earlier comes up.
    fn set_alarm(&mut self, phone: usize) {
        let Some(at) = self.phones[phone].client().next_wake() else {
            return;
        };
        let at = at.max(self.now.plus(1));
        if self.phones[phone].alarm.is_none_or(|alarm| at < alarm) {
            self.phones[phone].alarm = Some(at);
            let start = self.phones[phone].starts;
            self.schedule(at.0 - self.now.0, Event::Wake { phone, start });
        }
    }

    fn relay_outcomes(&mut self, outcomes: Vec<relay::Outcome>) {
        for outcome in outcomes {
            match outcome {
                relay::Outcome::Send { connection, frame } => self.send_to_phone(connection, frame),
                relay::Outcome::FlushLater {
                    start,
                    document,
                    batch,
                } => {
                    let after = self.random.random_range(1..40u32);
                    self.schedule(
                        i64::from(after),
                        Event::Flushed {
                            start,
                            document,
                            batch,
                        },
                    );
                }
                relay::Outcome::RetryLater {
                    start,
                    document,
                    batch,
                } => {
                    self.schedule(
                        1_000,
                        Event::RetryFlush {
                            start,
                            document,
                            batch,
                        },
                    );
                }
                relay::Outcome::Close {
                    connection,
                    refusal,
                } => {
                    self.refusals.extend(refusal);
                    if let Some(wire) = self.connections.get(&connection) {
                        let phone = wire.phone;
                        self.cut(phone);
                    }
                }
            }
        }
    }
}
