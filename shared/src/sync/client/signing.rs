//! What the people of this phone, and other authors, have signed of its documents.
//!
//! Some seconds after somebody has written, their latest change is signed; the relay hears of it once it has the change, and passes it on
//! to the other phones. Whoever sends what others wrote sends along what these have signed.

use super::replica::Replica;
use super::{Client, ClientEffect};
use crate::change::ChangeRecord;
use crate::id::DocumentId;
use crate::identity::{Authorship, MOST_AUTHORSHIPS, PersonId};
use crate::sync::graph::Graph;
use crate::sync::signatures::{Signatures, Unsigned};
use crate::time::UnixMillis;
use crate::wire::Frame;
use automerge::{ActorId, ChangeHash};
use std::collections::HashSet;

/// Time between a change and its signature, in milliseconds: what is written meanwhile is signed with it.
const SIGN_AFTER: i64 = 3_000;
/// Signatures that came before their changes were kept here, per document.
const MOST_EARLY: usize = 4 * MOST_AUTHORSHIPS;

/// What was signed of one document, and what is still to be.
#[derive(Debug, Default)]
pub(super) struct Signing {
    signatures: Signatures,
    unsigned: Unsigned,
    sign_at: Option<UnixMillis>,
    /// Came before their changes were kept.
    early: Vec<Authorship>,
    /// How many of `signatures` the relay has heard of on this connection, or is believed to know.
    told: u64,
    /// The relay was asked for all that it has.
    asked: bool,
    /// It was told everything on this connection.
    told_all: bool,
    /// Said along with changes of others, on this connection.
    sent_along: HashSet<ChangeHash>,
}

impl Signing {
    /// Begins with what was kept: `data` as in [`ClientEffect::KeepSignatures`]. What was not signed before the last end is due at once.
    pub(super) fn restore(&mut self, writer: &ActorId, graph: &Graph, data: &[u8]) {
        let words = Authorship::decode_all(data).unwrap_or_default();
        self.signatures.believe(graph, words);
        self.told = self.signatures.taken();
        self.unsigned.drop_signed(graph, &self.signatures);
        self.note(UnixMillis(0), writer, graph.changes());
    }

    /// Changes are gone from the graph: what was signed of them says nothing any more.
    pub(super) fn moved(&mut self, writer: &ActorId, graph: &Graph) {
        let words = self.signatures.since(0);
        self.signatures = Signatures::default();
        self.signatures.believe(graph, words);
        self.told = self.signatures.taken();
        self.unsigned = Unsigned::default();
        self.note(UnixMillis(0), writer, graph.changes());
    }

    fn note<'a>(
        &mut self,
        at: UnixMillis,
        writer: &ActorId,
        changes: impl IntoIterator<Item = &'a ChangeRecord>,
    ) {
        if let Some(person) = PersonId::of_actor(writer) {
            for change in changes {
                self.unsigned.note(person, change, &self.signatures);
            }
            if !self.unsigned.is_empty() && self.sign_at.is_none() {
                self.sign_at = Some(at);
            }
        }
    }

    /// Changes are durable here. Returns whether more is signed now.
    pub(super) fn kept<'a>(
        &mut self,
        now: UnixMillis,
        document: DocumentId,
        writer: &ActorId,
        graph: &Graph,
        changes: impl IntoIterator<Item = &'a ChangeRecord>,
    ) -> bool {
        self.note(now.plus(SIGN_AFTER), writer, changes);
        let early = std::mem::take(&mut self.early);
        !early.is_empty() && self.take(document, graph, early)
    }

    /// Takes what holds; what is about changes that are not kept yet waits for them. Returns whether something is new.
    fn take(&mut self, document: DocumentId, graph: &Graph, words: Vec<Authorship>) -> bool {
        let (here, early) = words
            .into_iter()
            .partition::<Vec<_>, _>(|word| graph.contains(&word.change));
        let room = MOST_EARLY.saturating_sub(self.early.len());
        self.early.extend(early.into_iter().take(room));
        let is_new = !self.signatures.take(document, graph, here).is_empty();
        self.unsigned.drop_signed(graph, &self.signatures);
        is_new
    }

    /// The next change to be signed, once its time has come.
    pub(super) fn due(&mut self, now: UnixMillis) -> Option<ChangeHash> {
        self.sign_at.filter(|at| *at <= now)?;
        let change = self.unsigned.take();
        // One document asks for one signature a second at most.
        self.sign_at = (!self.unsigned.is_empty()).then(|| now.plus(1_000));
        change
    }

    /// When [`Signing::due`] has something.
    pub(super) fn next(&self) -> Option<UnixMillis> {
        self.sign_at
    }

    /// All of it.
    pub(super) fn all(&self) -> Vec<Authorship> {
        self.signatures.since(0)
    }

    /// A new connection: what is here the relay is believed to know until it says otherwise.
    pub(super) fn resume(&mut self) {
        self.told = self.signatures.taken();
        self.asked = false;
        self.told_all = false;
        self.sent_along.clear();
    }

    /// Whether the relay knows, or is believed to know, all that is here.
    fn has_told_all(&self) -> bool {
        self.told == self.signatures.taken()
    }

    /// What is here comes from the relay.
    fn is_known(&mut self) {
        self.told = self.signatures.taken();
    }

    /// What the relay has not heard of and may know what it is about, in portions to be sent.
    fn news(
        &mut self,
        document: DocumentId,
        graph: &Graph,
        acknowledged: &[ChangeHash],
    ) -> Vec<Frame> {
        if self.has_told_all() {
            return Vec::new();
        }
        let new = self.signatures.since(self.told);
        let unsent: HashSet<ChangeHash> = graph
            .since(acknowledged)
            .iter()
            .map(|change| change.hash)
            .collect();
        if new.iter().any(|word| unsent.contains(&word.change)) {
            return Vec::new();
        }
        self.told = self.signatures.taken();
        frames(document, &new, Vec::new())
    }

    /// The relay says what all it has comes to. Where that is something else, it is asked for what it has; where it still is after that, it
    /// lacks something that is here. Returns what to answer.
    fn compare(&mut self, document: DocumentId, digest: &[u8]) -> Vec<Frame> {
        let own = self.signatures.digest();
        if digest.is_empty() || !self.early.is_empty() {
            return Vec::new();
        }
        let is_level = *digest == own;
        let was_asked = std::mem::replace(&mut self.asked, !is_level);
        if is_level {
            Vec::new()
        } else if !was_asked {
            frames(document, &[], own.to_vec())
        } else if !std::mem::replace(&mut self.told_all, true) {
            self.told = self.signatures.taken();
            frames(document, &self.signatures.since(0), own.to_vec())
        } else {
            Vec::new()
        }
    }

    /// What others have signed of these changes, unless it was said on this connection.
    fn along_with<'a>(
        &mut self,
        writer: &ActorId,
        changes: impl IntoIterator<Item = &'a ChangeRecord>,
    ) -> Vec<Authorship> {
        let me = PersonId::of_actor(writer);
        let mut words = Vec::new();
        for change in changes {
            if PersonId::of_actor(&change.actor) != me
                && let Some(word) = self.signatures.of(&change.actor)
                && self.sent_along.insert(word.change)
            {
                words.push(*word);
            }
        }
        words
    }

    /// Whether others have signed something of these changes.
    pub(super) fn has_words_for<'a>(
        &self,
        writer: &ActorId,
        changes: impl IntoIterator<Item = &'a ChangeRecord>,
    ) -> bool {
        let me = PersonId::of_actor(writer);
        changes.into_iter().any(|change| {
            PersonId::of_actor(&change.actor) != me && self.signatures.of(&change.actor).is_some()
        })
    }
}

fn frames(document: DocumentId, words: &[Authorship], digest: Vec<u8>) -> Vec<Frame> {
    let portions: Vec<&[Authorship]> = words.chunks(MOST_AUTHORSHIPS).collect();
    let last = portions.len().saturating_sub(1);
    let each = portions
        .iter()
        .enumerate()
        .map(|(at, portion)| Frame::Signatures {
            document,
            digest: if at == last {
                digest.clone()
            } else {
                Vec::new()
            },
            data: Authorship::encode_all(*portion),
        });
    let mut frames: Vec<Frame> = each.collect();
    if frames.is_empty() && !digest.is_empty() {
        frames.push(Frame::Signatures {
            document,
            digest,
            data: Vec::new(),
        });
    }
    frames
}

impl Replica {
    /// Asks for a signature, if it is time for one.
    pub(super) fn sign(
        &mut self,
        now: UnixMillis,
        id: DocumentId,
        effects: &mut Vec<ClientEffect>,
    ) {
        let (signing, _, writer, _) = self.signing();
        if let Some((person, change)) = PersonId::of_actor(writer).zip(signing.due(now)) {
            effects.push(ClientEffect::Sign {
                document: id,
                person,
                change,
            });
        }
    }

    /// Takes what authors have signed.
    pub(super) fn take_signatures(
        &mut self,
        id: DocumentId,
        words: Vec<Authorship>,
        effects: &mut Vec<ClientEffect>,
    ) {
        let (signing, graph, _, _) = self.signing();
        if signing.take(id, graph, words) {
            effects.push(self.keep_signatures(id));
        }
    }

    pub(super) fn keep_signatures(&mut self, id: DocumentId) -> ClientEffect {
        ClientEffect::KeepSignatures {
            document: id,
            data: Authorship::encode_all(&self.signatures()),
        }
    }

    /// What the relay should hear of what was signed.
    fn signature_news(&mut self, id: DocumentId) -> Vec<Frame> {
        let (signing, graph, _, acknowledged) = self.signing();
        signing.news(id, graph, acknowledged)
    }

    /// What goes before changes that others wrote.
    pub(super) fn words_for_what_is_sent(&mut self, id: DocumentId) -> Vec<Frame> {
        let (signing, graph, writer, acknowledged) = self.signing();
        let words = signing.along_with(writer, graph.since(acknowledged));
        frames(id, &words, Vec::new())
    }
}

impl Client {
    /// Beside a document, this was kept: see [`ClientEffect::KeepSignatures`].
    pub fn remember_signatures(&mut self, id: DocumentId, data: &[u8]) {
        if let Some(replica) = self.replicas.get_mut(&id) {
            let (signing, graph, writer, _) = replica.signing();
            signing.restore(writer, graph, data);
        }
    }

    /// Takes what authors have signed from elsewhere than the relay, in a file: what holds is kept, and goes along with the changes.
    pub fn bring_signatures(
        &mut self,
        id: DocumentId,
        words: Vec<Authorship>,
    ) -> Vec<ClientEffect> {
        let mut effects = Vec::new();
        if let Some(replica) = self.replicas.get_mut(&id) {
            replica.take_signatures(id, words, &mut effects);
        }
        effects
    }

    /// What authors have signed of a document, as far as it is known here.
    pub fn signatures(&self, id: DocumentId) -> Vec<Authorship> {
        let replica = self.replicas.get(&id);
        replica.map_or_else(Vec::new, Replica::signatures)
    }

    /// Somebody here has signed what they wrote.
    pub(super) fn signed(
        &mut self,
        id: DocumentId,
        word: Authorship,
        effects: &mut Vec<ClientEffect>,
    ) {
        if let Some(replica) = self.replicas.get_mut(&id) {
            replica.take_signatures(id, vec![word], effects);
        }
        self.tell_signatures(id, effects);
    }

    /// Tells the relay what was signed, once it has what that is about.
    pub(super) fn tell_signatures(&mut self, id: DocumentId, effects: &mut Vec<ClientEffect>) {
        if self.is_introduced()
            && self.relay_limits.is_some()
            && let Some(replica) = self.replicas.get_mut(&id)
        {
            effects.extend(replica.signature_news(id).iter().map(send));
        }
    }

    /// The relay passes on what authors have signed, and says what all of it comes to.
    pub(super) fn hear_signatures(
        &mut self,
        id: DocumentId,
        digest: &[u8],
        data: &[u8],
        effects: &mut Vec<ClientEffect>,
    ) {
        let words = Authorship::decode_all(data).filter(|words| words.len() <= MOST_AUTHORSHIPS);
        let (Some(replica), Some(words)) = (self.replicas.get_mut(&id), words) else {
            return;
        };
        let had_told_all = replica.signing().0.has_told_all();
        replica.take_signatures(id, words, effects);
        let (signing, ..) = replica.signing();
        if had_told_all {
            signing.is_known();
        }
        effects.extend(signing.compare(id, digest).iter().map(send));
    }
}

/// Sends a frame.
pub(super) fn send(frame: &Frame) -> ClientEffect {
    ClientEffect::Send(frame.encode())
}
