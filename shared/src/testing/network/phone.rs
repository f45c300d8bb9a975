//! A simulated phone: the client, and the disk that outlives it.

use crate::change::ChangeRecord;
use crate::doc::Document;
use crate::id::DocumentId;
use crate::identity::PersonKey;
use crate::rebuild::Draft;
use crate::roster::Tombstone;
use crate::store::StoredChange;
use crate::sync::client::{Acknowledged, Buried, Client, ClientEffect};
use crate::sync::room::ConnectionId;
use crate::time::UnixMillis;
use automerge::{ActorId, ChangeHash};
use std::collections::BTreeMap;

/// What a phone has on its disk of one document.
#[derive(Debug, Default)]
struct KeptDocument {
    changes: Vec<StoredChange>,
    acknowledged: Acknowledged,
}

#[derive(Debug)]
pub(super) struct Phone {
    number: usize,
    client: Client,
    disk: BTreeMap<DocumentId, KeptDocument>,
    keeping: BTreeMap<DocumentId, Vec<StoredChange>>,
    /// What is noted on the disk of documents that were erased.
    gone: BTreeMap<DocumentId, Option<DocumentId>>,
    pub(super) buried: Vec<Buried>,
    /// What is taken away, and what is left of it, together with what is being kept.
    replacing: BTreeMap<DocumentId, (Vec<ChangeHash>, Vec<Draft>)>,
    drafts: Vec<Draft>,
    pub(super) connection: Option<ConnectionId>,
    /// The socket the client still believes in, whether or not the network has cut it.
    pub(super) last_connection: Option<ConnectionId>,
    pub(super) reachable: bool,
    pub(super) starts: u64,
    pub(super) dials: u64,
    pub(super) alarm: Option<UnixMillis>,
}

impl Phone {
    pub(super) fn new(number: usize) -> Self {
        Self {
            number,
            client: Client::default(),
            disk: BTreeMap::new(),
            keeping: BTreeMap::new(),
            gone: BTreeMap::new(),
            buried: Vec::new(),
            replacing: BTreeMap::new(),
            drafts: Vec::new(),
            connection: None,
            last_connection: None,
            reachable: true,
            starts: 1,
            dials: 0,
            alarm: None,
        }
    }

    pub(super) fn number(&self) -> usize {
        self.number
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn client_mut(&mut self) -> &mut Client {
        &mut self.client
    }

    pub(super) fn actor(&self) -> ActorId {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&(self.number as u64).to_be_bytes());
        PersonKey::from_seed(&seed)
            .person()
            .actor(self.starts.to_be_bytes())
    }

    pub(super) fn begin_keeping(&mut self, document: DocumentId, changes: Vec<StoredChange>) {
        let earlier = self.keeping.insert(document, changes);
        assert!(
            earlier.is_none(),
            "two writes of one document are under way"
        );
    }

    /// The relay says what was erased: that is noted, and what it was leaves the disk.
    pub(super) fn bury(&mut self, space: DocumentId, data: &[u8]) {
        let tombstones = Tombstone::open(data, space, None).unwrap_or_default();
        for tombstone in &tombstones {
            self.gone.insert(tombstone.document, tombstone.replaced_by);
            self.disk.remove(&tombstone.document);
            self.keeping.remove(&tombstone.document);
            self.replacing.remove(&tombstone.document);
        }
        self.buried.extend(self.client.bury(space, tombstones));
    }

    /// Whether anything of a document is on the disk.
    pub(super) fn keeps(&self, document: DocumentId) -> bool {
        self.disk.contains_key(&document) || self.keeping.contains_key(&document)
    }

    pub(super) fn begin_replacing(
        &mut self,
        document: DocumentId,
        removed: Vec<ChangeHash>,
        drafts: Vec<Draft>,
    ) {
        self.replacing.insert(document, (removed, drafts));
    }

    pub(super) fn drafts(&self) -> &[Draft] {
        &self.drafts
    }

    /// A transaction completes.
    pub(super) fn write_down(&mut self, document: DocumentId) {
        // What was under way may have been buried meanwhile.
        let Some(changes) = self.keeping.remove(&document) else {
            return;
        };
        let kept = self.disk.entry(document).or_default();
        if let Some((removed, drafts)) = self.replacing.remove(&document) {
            kept.changes
                .retain(|change| !removed.contains(&change.hash));
            self.drafts.extend(drafts);
        }
        kept.changes.extend(changes);
    }

    pub(super) fn remember(&mut self, document: DocumentId, acknowledged: Acknowledged) {
        if let Some(kept) = self.disk.get_mut(&document) {
            kept.acknowledged = acknowledged;
        }
    }

    /// The app dies and starts again from the disk.
    pub(super) fn restart(&mut self, writes_survive: bool) -> Vec<ClientEffect> {
        let keeping: Vec<DocumentId> = self.keeping.keys().copied().collect();
        for document in keeping {
            if writes_survive {
                self.write_down(document);
            }
        }
        self.keeping.clear();
        self.replacing.clear();
        self.starts += 1;
        self.alarm = None;
        self.last_connection = None;
        let wanted: Vec<DocumentId> = self.client.documents().collect();
        self.client = Client::default();
        let gone = self.gone.iter();
        self.client.know_gone(gone.map(|(id, now)| (*id, *now)));
        let actor = self.actor();
        let mut effects = Vec::new();
        for id in wanted {
            let Some(kept) = self.disk.get(&id) else {
                effects.extend(self.client.want(id, actor.clone()));
                continue;
            };
            let changes: Vec<ChangeRecord> = kept
                .changes
                .iter()
                // What a phone kept is what its guard accepted.
                .filter_map(|change| ChangeRecord::parse(&change.bytes).ok())
                .collect();
            match Document::from_changes(&changes, actor.clone()) {
                Ok(document) => {
                    effects.extend(self.client.open(id, document, kept.acknowledged.clone()))
                }
                Err(error) => panic!("phone {} cannot read its disk: {error}", self.number),
            }
        }
        effects
    }

    /// Online, with everything kept and acknowledged; a phone that is off the network has nothing to settle.
    pub(super) fn is_settled(&self) -> bool {
        let status = self.client.status();
        !self.reachable
            || (self.client.is_online()
                && status.unkept == 0
                && status.unsent == 0
                && self.keeping.is_empty())
    }
}
