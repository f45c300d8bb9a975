//! A phone without a screen: our own client machine with a socket, a clock and a store in memory around it.
//!
//! It does what the app's shell does, in Rust: effects are performed in order, and what is to be kept is kept at once.

use crate::until::{eventually, told, when};
use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use maillage_shared::change::ChangeRecord;
use maillage_shared::command::{self, Command};
use maillage_shared::doc::Document;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{Authorship, PersonId, PersonKey, Proof};
use maillage_shared::presence::Face;
use maillage_shared::rebuild::{Draft, rebuild};
use maillage_shared::roster::{Answer, Members, Request, Tombstone};
use maillage_shared::store::StoredChange;
use maillage_shared::sync::client::{
    Acknowledged, Buried, Client, ClientEffect, ClientEvent, Rejection, Status,
};
use maillage_shared::time::UnixMillis;
use maillage_shared::{ActorId, ChangeHash};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

/// A phone. Dropping it is pulling out its battery: nothing is said to the relay.
#[derive(Debug)]
pub struct Device {
    phone: Arc<Phone>,
    /// The person who writes on it.
    key: PersonKey,
    seed: [u8; 32],
    actor: ActorId,
    _clock: JoinSet<()>,
}

#[derive(Debug)]
struct Phone {
    url: String,
    key: PersonKey,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    client: Client,
    kept: BTreeMap<DocumentId, Vec<StoredChange>>,
    socket: Option<Socket>,
    heard: Vec<(DocumentId, Vec<u8>)>,
    unavailable: Vec<DocumentId>,
    troubles: Vec<String>,
    answers: BTreeMap<u64, Option<Answer>>,
    members: BTreeMap<DocumentId, Vec<u8>>,
    remembered: BTreeMap<DocumentId, Acknowledged>,
    buried: Vec<Buried>,
    drafts: Vec<(Rejection, Draft)>,
}

/// The present socket; its tasks end with it.
#[derive(Debug)]
struct Socket {
    number: u64,
    frames: mpsc::UnboundedSender<Vec<u8>>,
    _tasks: JoinSet<()>,
}

impl Device {
    /// A phone of someone new that dials the relay at once.
    pub fn start(sync_url: &str) -> Result<Self> {
        Self::start_of(sync_url, random()?)
    }

    /// A phone of the person with this seed, that dials the relay at once.
    pub fn start_of(sync_url: &str, seed: [u8; 32]) -> Result<Self> {
        let key = PersonKey::from_seed(&seed);
        let phone = Arc::new(Phone {
            url: sync_url.to_owned(),
            key: key.clone(),
            state: Mutex::default(),
            changed: Notify::new(),
        });
        let mut clock = JoinSet::new();
        clock.spawn(keep_time(Arc::clone(&phone)));
        phone.act(|client| client.identify(now()));
        phone.happen(ClientEvent::Online);
        Ok(Self {
            phone,
            actor: key.person().actor(random()?),
            key,
            seed,
            _clock: clock,
        })
    }

    /// Under whose name this phone writes.
    pub fn actor(&self) -> ActorId {
        self.actor.clone()
    }

    /// Another phone with the same key, and nothing else on it.
    pub fn twin(&self, sync_url: &str) -> Result<Self> {
        Self::start_of(sync_url, self.seed)
    }

    /// The documents that are here or were asked for.
    pub fn documents(&self) -> Vec<DocumentId> {
        self.phone.state().client.documents().collect()
    }

    /// Who uses this phone.
    pub fn person(&self) -> PersonId {
        self.key.person()
    }

    /// Asks the relay about who belongs to a territory, as soon as there is a connection, and waits for the answer.
    pub async fn ask(&self, request: &Request) -> Result<Answer> {
        eventually("the relay answers", async || {
            let mut number = None;
            self.phone.act(|client| {
                let asked = client.ask(request);
                number = asked.as_ref().map(|(number, _)| *number);
                asked.map(|(_, effects)| effects).unwrap_or_default()
            });
            let number = number.ok_or("there is no connection")?;
            eventually("the answer comes", async || {
                let answers = &mut self.phone.state().answers;
                answers.remove(&number).ok_or("no answer yet")
            })
            .await
            .map_err(told)?
            .ok_or_else(|| "the connection was lost".to_owned())
        })
        .await
    }

    /// Comes in by an invitation: the end of a link, a whole path with a link at its end, or a code.
    pub async fn join(&self, invitation: &str, name: &str) -> Result<DocumentId> {
        match self.try_to_join(invitation, name).await? {
            Answer::Joined { space } => Ok(space),
            other => bail!("{name} is not let in: {other:?}"),
        }
    }

    /// Asks to be let in.
    pub async fn try_to_join(&self, invitation: &str, name: &str) -> Result<Answer> {
        let invitation = invitation.rsplit('/').next().unwrap_or_default();
        let request = Request::Join {
            invitation: invitation.to_owned(),
            key: self.key.public(),
            face: Face {
                name: name.to_owned(),
                ..Face::default()
            },
        };
        self.ask(&request).await
    }

    /// The question with which this phone becomes another one of somebody's.
    pub fn brings(&self, secret: &str, alone: bool) -> Request {
        Request::Bring {
            secret: secret.to_owned(),
            key: self.key.public(),
            alone,
        }
    }

    /// The last word about who is who in a territory, if its key has signed it.
    pub fn members(&self, space: DocumentId) -> Option<Members> {
        let state = self.phone.state();
        let sealed = state.members.get(&space)?;
        Members::open(sealed, None).ok().map(|(members, _)| members)
    }

    /// Whether this phone knows that a document was erased.
    pub fn is_gone(&self, id: DocumentId) -> bool {
        self.phone.state().client.is_gone(id)
    }

    /// The document that stands for this one, as far as this phone knows.
    pub fn stands_for(&self, id: DocumentId) -> Option<DocumentId> {
        self.phone.state().client.stands_for(id)
    }

    /// The words that people of this phone wrote in erased documents, and that are nowhere else.
    pub fn lost_words(&self) -> Vec<String> {
        let state = self.phone.state();
        let theirs = |actor: &ActorId| PersonId::of_actor(actor) == Some(self.key.person());
        let words = state.buried.iter().flat_map(|buried| buried.words(theirs));
        words.map(|(_, words)| words).collect()
    }

    /// Adds a document that was born on this phone, and returns its new id.
    pub fn create(&self, document: Document, genesis: ChangeRecord) -> Result<DocumentId> {
        let id = DocumentId::from_entropy(random()?);
        self.create_as(id, document, genesis);
        Ok(id)
    }

    /// The same for a document that had to know its id before it was born.
    pub fn create_as(&self, id: DocumentId, document: Document, genesis: ChangeRecord) {
        self.phone
            .act(|client| client.create(id, document, genesis));
    }

    /// Does what a person would do in a document.
    pub fn command(&self, id: DocumentId, command: &Command) -> Result<()> {
        let context = command::Context {
            now: now(),
            entropy: random()?,
        };
        self.edit(id, |document| {
            command
                .apply(document, &context)
                .map(|applied| applied.changes)
        })
    }

    /// Asks the relay for a document.
    pub fn want(&self, id: DocumentId) {
        let actor = self.actor();
        self.phone.act(|client| client.want(id, actor));
    }

    /// Asks the relay for a document and waits until it is here.
    pub async fn find(&self, id: DocumentId) -> Result<()> {
        self.want(id);
        eventually("the document arrives on the phone", async || {
            let status = format!("{:?}, troubles: {:?}", self.status(), self.troubles());
            if self.heads(id).is_empty() {
                Err(status)
            } else {
                Ok(())
            }
        })
        .await
    }

    /// Reads a document that is here.
    pub fn read<T>(&self, id: DocumentId, read: impl FnOnce(&Document) -> T) -> Result<T> {
        let state = self.phone.state();
        Ok(read(
            state
                .client
                .document(id)
                .context("the document is not on this phone")?,
        ))
    }

    /// Writes in a document; `write` returns the changes it made.
    pub fn edit<E>(
        &self,
        id: DocumentId,
        write: impl FnOnce(&mut Document) -> Result<Vec<ChangeRecord>, E>,
    ) -> Result<()>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        let mut outcome = None;
        self.phone.act(|client| {
            match client.edit(id, |document| write(document).map(|changes| ((), changes))) {
                Some(Ok(((), effects))) => {
                    outcome = Some(Ok(()));
                    effects
                }
                Some(Err(error)) => {
                    outcome = Some(Err(error));
                    Vec::new()
                }
                None => Vec::new(),
            }
        });
        Ok(outcome.context("the document is not on this phone")??)
    }

    /// The heads of a document, sorted; none when it is not here.
    pub fn heads(&self, id: DocumentId) -> Vec<ChangeHash> {
        self.read(id, Document::heads).unwrap_or_default()
    }

    /// The changes of a document that are durable on this phone.
    pub fn kept(&self, id: DocumentId) -> Vec<StoredChange> {
        self.phone
            .state()
            .kept
            .get(&id)
            .cloned()
            .unwrap_or_default()
    }

    /// The changes of a document that the relay has told this phone it has on its disk.
    pub fn acknowledged(&self, id: DocumentId) -> Vec<ChangeHash> {
        self.phone.state().client.acknowledged(id)
    }

    /// Waits until the relay has given its word for all that this phone has of a document.
    pub async fn is_vouched_for(&self, id: DocumentId) -> Result<()> {
        eventually("the relay gives its word", async || {
            let mut heads = self.heads(id);
            heads.sort();
            let state = self.phone.state();
            let remembered = state.remembered.get(&id);
            let receipt = remembered.and_then(|remembered| remembered.receipt.as_ref());
            let is_there = receipt.is_some_and(|receipt| receipt.heads == heads);
            when(is_there, format!("{receipt:?}"))
        })
        .await
    }

    /// Takes what a file would carry: changes, and what their authors have signed of them.
    pub fn bring(
        &self,
        id: DocumentId,
        changes: Vec<ChangeRecord>,
        signed: Vec<Authorship>,
    ) -> Result<()> {
        let actor = self.actor();
        let mut outcome = Ok(());
        self.phone
            .act(|client| match client.bring(id, &actor, changes) {
                Ok((_, mut effects)) => {
                    effects.extend(client.bring_signatures(id, signed));
                    effects
                }
                Err(why) => {
                    outcome = Err(why);
                    Vec::new()
                }
            });
        outcome.map_err(anyhow::Error::msg)
    }

    /// What authors have signed of a document, as far as this phone knows.
    pub fn signatures(&self, id: DocumentId) -> Vec<Authorship> {
        self.phone.state().client.signatures(id)
    }

    /// Tells everyone who has the document open something that nobody keeps.
    pub fn say(&self, id: DocumentId, data: Vec<u8>) {
        self.phone.act(|client| client.say(id, data));
    }

    /// What others said about a document so far.
    pub fn heard(&self, id: DocumentId) -> Vec<Vec<u8>> {
        let state = self.phone.state();
        state
            .heard
            .iter()
            .filter(|(about, _)| *about == id)
            .map(|(_, data)| data.clone())
            .collect()
    }

    /// Where all writing stands.
    pub fn status(&self) -> Status {
        self.phone.state().client.status()
    }

    /// The documents the relay said it has not got.
    pub fn unavailable(&self) -> Vec<DocumentId> {
        self.phone.state().unavailable.clone()
    }

    /// What this phone keeps of words that the relay has refused for good, and why it has.
    pub fn drafts(&self) -> Vec<(Rejection, Draft)> {
        self.phone.state().drafts.clone()
    }

    /// Leaves the network until [`Device::go_online`].
    pub fn go_offline(&self) {
        self.phone.happen(ClientEvent::Offline);
    }

    /// Comes back to the network.
    pub fn go_online(&self) {
        self.phone.happen(ClientEvent::Online);
    }

    /// What the relay or this phone's guard refused.
    pub fn troubles(&self) -> Vec<String> {
        self.phone.state().troubles.clone()
    }

    /// Waits until the relay has acknowledged everything written here.
    pub async fn all_sent(&self) -> Result<()> {
        eventually("the relay acknowledges everything", async || {
            let status = self.status();
            let seen = format!("{status:?}, troubles: {:?}", self.troubles());
            if status.unkept + status.unsent == 0 {
                Ok(())
            } else {
                Err(seen)
            }
        })
        .await
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // The tasks of the socket hold the phone: without this it would live on, dial again and bring back what it has.
        self.phone.state().socket = None;
    }
}

impl Phone {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands an event to the client and does what it answers.
    fn happen(self: &Arc<Self>, event: ClientEvent<'_>) {
        let mut state = self.state();
        let effects = state.client.handle(now(), event);
        self.perform(&mut state, effects);
    }

    /// Asks something of the client and does what it answers.
    fn act(self: &Arc<Self>, ask: impl FnOnce(&mut Client) -> Vec<ClientEffect>) {
        let mut state = self.state();
        let effects = ask(&mut state.client);
        self.perform(&mut state, effects);
    }

    fn perform(self: &Arc<Self>, state: &mut State, effects: Vec<ClientEffect>) {
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            match effect {
                ClientEffect::Dial => state.socket = Some(self.dial(state)),
                ClientEffect::HangUp => state.socket = None,
                ClientEffect::Send(frame) => {
                    if let Some(socket) = &state.socket {
                        // A socket that has just closed tells so by itself.
                        let _ = socket.frames.send(frame);
                    }
                }
                ClientEffect::Keep { document, changes } => {
                    state.kept.entry(document).or_default().extend(changes);
                    effects.extend(state.client.handle(now(), ClientEvent::Kept(document)));
                }
                ClientEffect::Rebuild { document } => {
                    // Without randomness the document stays as it is, and so does what was refused.
                    if let Ok(entropy) = random() {
                        let rebuilt = state.client.rebuild(now(), document, entropy, rebuild);
                        effects.extend(rebuilt.1);
                    }
                }
                ClientEffect::Replace {
                    document,
                    removed,
                    changes,
                    drafts,
                } => {
                    let kept = state.kept.entry(document).or_default();
                    kept.retain(|change| !removed.contains(&change.hash));
                    kept.extend(changes);
                    state.drafts.extend(drafts);
                    effects.extend(state.client.handle(now(), ClientEvent::Kept(document)));
                }
                ClientEffect::Heard { document, data, .. } => state.heard.push((document, data)),
                ClientEffect::Unavailable(document) => state.unavailable.push(document),
                ClientEffect::Trouble(what) => state.troubles.push(what),
                ClientEffect::Prove(message) => {
                    let proof = Proof {
                        key: self.key.public(),
                        signature: self.key.sign(&message),
                    };
                    let event = ClientEvent::Proved {
                        message: &message,
                        proofs: vec![proof],
                    };
                    effects.extend(state.client.handle(now(), event));
                }
                ClientEffect::Answered { number, answer } => {
                    state.answers.insert(number, answer);
                }
                ClientEffect::Sign {
                    document,
                    person,
                    change,
                } if person == self.key.person() => {
                    let word = Authorship::sign(document, change, &self.key);
                    let event = ClientEvent::Signed { document, word };
                    effects.extend(state.client.handle(now(), event));
                }
                ClientEffect::Members { space, data } => {
                    state.members.insert(space, data);
                }
                ClientEffect::Gone { space, data } => {
                    let members = state.members.get(&space);
                    let key = members.and_then(|sealed| Members::open(sealed, None).ok());
                    let known = key.map(|(_, key)| key);
                    if let Ok(tombstones) = Tombstone::open(&data, space, known) {
                        for buried in state.client.bury(space, tombstones) {
                            state.kept.remove(&buried.tombstone.document);
                            state.remembered.remove(&buried.tombstone.document);
                            state.buried.push(buried);
                        }
                    }
                }
                ClientEffect::Remember {
                    document,
                    acknowledged,
                } => {
                    state.remembered.insert(document, acknowledged);
                }
                ClientEffect::Changed { .. }
                | ClientEffect::StatusChanged
                | ClientEffect::Sign { .. }
                | ClientEffect::KeepSignatures { .. } => {}
            }
        }
        self.changed.notify_one();
    }

    fn dial(self: &Arc<Self>, state: &State) -> Socket {
        let number = state.socket.as_ref().map_or(0, |socket| socket.number) + 1;
        let (frames, outgoing) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        tasks.spawn(carry(Arc::clone(self), number, outgoing));
        Socket {
            number,
            frames,
            _tasks: tasks,
        }
    }

    /// An event of one socket, unless the client has hung that socket up meanwhile.
    fn happen_on(self: &Arc<Self>, number: u64, event: ClientEvent<'_>) {
        let mut state = self.state();
        if state
            .socket
            .as_ref()
            .is_some_and(|socket| socket.number == number)
        {
            let effects = state.client.handle(now(), event);
            self.perform(&mut state, effects);
        }
    }
}

/// Carries frames both ways over one socket until it closes.
async fn carry(phone: Arc<Phone>, number: u64, mut outgoing: mpsc::UnboundedReceiver<Vec<u8>>) {
    if let Ok((socket, _)) = tokio_tungstenite::connect_async(&phone.url).await
        && let Ok(entropy) = random()
    {
        let (mut sink, mut stream) = socket.split();
        phone.happen_on(number, ClientEvent::Opened { entropy });
        loop {
            tokio::select! {
                frame = outgoing.recv() => {
                    let Some(frame) = frame else { return };
                    if sink.send(Message::binary(frame)).await.is_err() {
                        break;
                    }
                }
                message = stream.next() => match message {
                    Some(Ok(Message::Binary(bytes))) => phone.happen_on(number, ClientEvent::Frame(&bytes)),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    _ => break,
                },
            }
        }
    }
    let entropy = random().map_or(0, u32::from_be_bytes);
    phone.happen_on(number, ClientEvent::Closed { entropy });
}

/// Wakes the client when it has asked for it.
async fn keep_time(phone: Arc<Phone>) {
    loop {
        let wake = phone.state().client.next_wake();
        let wait = wake.map_or(Duration::from_secs(3600), |at| {
            Duration::from_millis(u64::try_from(at.0 - now().0).unwrap_or_default())
        });
        if timeout(wait, phone.changed.notified()).await.is_err() {
            phone.happen(ClientEvent::Wake);
        }
    }
}

/// The wall clock.
pub fn now() -> UnixMillis {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    UnixMillis(i64::try_from(since.as_millis()).unwrap_or_default())
}

/// Random bytes.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).context("this machine gives no randomness")?;
    Ok(bytes)
}
