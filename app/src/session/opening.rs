//! From the bytes a phone kept to documents.

use super::erasing::Erased;
use super::members::Known;
use super::myself::Myself;
use super::people::People;
use super::users::User;
use crate::platform::kept::Loaded;
use litemap::LiteMap;
use maillage_shared::change::ChangeRecord;
use maillage_shared::doc::Document;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{PersonId, Receipt};
use maillage_shared::sync::client::Acknowledged;
use maillage_shared::{ActorId, ChangeHash};
use minicbor::{Decoder, Encoder};
use std::convert::Infallible;

/// The keys of the relay's name, of its heads and of its word for them in what is kept about a document.
const RELAY: &str = "relay";
const RELAY_HEADS: &str = "relayHeads";
const RECEIPT: &str = "receipt";
/// Heads read of one document; nobody writes more at a time.
const HEADS: u64 = 10_000;

/// What a phone starts with.
#[derive(Default)]
pub(crate) struct Start {
    /// Who uses it, once someone has joined.
    pub(crate) me: Option<Myself>,
    /// Everyone who uses it, who helps whoever acts, and who acted before.
    pub(crate) users: Vec<User>,
    pub(crate) helper: Option<PersonId>,
    pub(crate) before: Option<PersonId>,
    /// What it keeps.
    pub(crate) documents: Vec<Opened>,
    /// How many documents it keeps that cannot be opened.
    pub(crate) unreadable: usize,
    /// Whom it has met.
    pub(crate) people: People,
    /// The territory that it had joined before its browser cleared everything.
    pub(crate) forgotten: Option<DocumentId>,
    /// Who is who in its territories.
    pub(crate) members: LiteMap<DocumentId, Known>,
    /// What it remembers of documents that were erased.
    pub(crate) erased: Erased,
    /// What it keeps of words that the group did not get, by name.
    pub(crate) drafts: LiteMap<String, Vec<u8>>,
    /// It has kept nothing and will keep nothing.
    pub(crate) forgetful: bool,
}

/// A document as it was kept.
#[derive(Debug)]
pub(crate) struct Opened {
    /// Its name.
    pub(crate) id: DocumentId,
    /// All its changes, applied.
    pub(crate) document: Document,
    /// What the relay had acknowledged.
    pub(crate) acknowledged: Acknowledged,
    /// What authors had signed.
    pub(crate) signatures: Vec<u8>,
}

/// The name under which what authors have signed of a document is kept.
pub(crate) fn signatures_kept_as(id: DocumentId) -> String {
    format!("signatures {id}")
}

/// Rebuilds every document from its changes. A document that cannot be rebuilt is left out, with the reason: its changes stay on
/// the phone, and the relay's copy is asked for as if it had never been here.
pub(crate) fn documents(loaded: &Loaded, actor: &ActorId) -> (Vec<Opened>, Vec<String>) {
    let mut opened = Vec::new();
    let mut problems = Vec::new();
    for (id, changes) in &loaded.changes {
        let rebuilt = changes
            .iter()
            .map(|bytes| ChangeRecord::parse(bytes).map_err(|problem| problem.to_string()))
            .collect::<Result<Vec<_>, _>>()
            .and_then(|changes| {
                Document::from_changes(&changes, actor.clone())
                    .map_err(|problem| problem.to_string())
            });
        match rebuilt {
            Ok(document) => opened.push(Opened {
                id: *id,
                document,
                acknowledged: acknowledged(&loaded.documents, *id),
                signatures: loaded
                    .documents
                    .get(&signatures_kept_as(*id))
                    .cloned()
                    .unwrap_or_default(),
            }),
            Err(problem) => problems.push(format!("document {id} cannot be opened: {problem}")),
        }
    }
    (opened, problems)
}

fn acknowledged(kept: &LiteMap<String, Vec<u8>>, id: DocumentId) -> Acknowledged {
    kept.get(&id.to_string())
        .and_then(|bytes| read_acknowledged(bytes))
        .unwrap_or_default()
}

/// What to keep about a document beside its changes.
pub(crate) fn write_acknowledged(acknowledged: &Acknowledged) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    let write = |e: &mut Encoder<Vec<u8>>| -> Result<(), minicbor::encode::Error<Infallible>> {
        e.map(2 + u64::from(acknowledged.receipt.is_some()))?;
        if let Some(receipt) = &acknowledged.receipt {
            e.str(RECEIPT)?.bytes(&receipt.encode())?;
        }
        e.str(RELAY)?.encode(&acknowledged.relay)?;
        e.str(RELAY_HEADS)?.array(acknowledged.heads.len() as u64)?;
        for head in &acknowledged.heads {
            e.bytes(&head.0)?;
        }
        Ok(())
    };
    let written = write(&mut encoder);
    // Writing to a Vec cannot fail.
    debug_assert!(written.is_ok());
    encoder.into_writer()
}

/// Reads what [`write_acknowledged`] wrote.
pub(crate) fn read_acknowledged(bytes: &[u8]) -> Option<Acknowledged> {
    let mut d = Decoder::new(bytes);
    let mut acknowledged = Acknowledged::default();
    for _ in 0..d.map().ok()?? {
        match d.str().ok()? {
            RECEIPT => acknowledged.receipt = Receipt::decode(d.bytes().ok()?),
            RELAY => acknowledged.relay = d.decode().ok()?,
            RELAY_HEADS => {
                let count = d.array().ok()?.filter(|count| *count <= HEADS)?;
                acknowledged.heads = (0..count)
                    .map(|_| Some(ChangeHash(d.bytes().ok()?.try_into().ok()?)))
                    .collect::<Option<_>>()?;
            }
            _ => d.skip().ok()?,
        }
    }
    Some(acknowledged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use maillage_shared::identity::PersonKey;
    use maillage_shared::records::territory;
    use maillage_shared::time::UnixMillis;

    fn actor() -> ActorId {
        PersonKey::from_seed(&[1; 32]).person().actor([1; 8])
    }

    #[test]
    fn a_document_comes_back_from_its_changes_in_any_order() {
        let id = DocumentId::from_entropy([1; 16]);
        let (document, genesis) =
            territory::birth(id, "Droixhe", actor(), UnixMillis(1_000)).unwrap();
        let mut loaded = Loaded::default();
        loaded.changes.insert(id, vec![genesis.bytes.to_vec()]);
        let acknowledged = Acknowledged {
            relay: Some("relay".to_owned()),
            heads: document.heads(),
            receipt: Some(Receipt::sign(
                id,
                document.heads(),
                &PersonKey::from_seed(&[2; 32]),
            )),
        };
        loaded
            .documents
            .insert(id.to_string(), write_acknowledged(&acknowledged));
        let (opened, problems) = documents(&loaded, &actor());
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(opened[0].document.heads(), document.heads());
        assert_eq!(opened[0].acknowledged, acknowledged);
    }

    #[test]
    fn a_damaged_document_is_left_out_and_the_others_open() {
        let id = DocumentId::from_entropy([1; 16]);
        let (_, genesis) = territory::birth(id, "Droixhe", actor(), UnixMillis(1_000)).unwrap();
        let mut loaded = Loaded::default();
        loaded.changes.insert(id, vec![genesis.bytes.to_vec()]);
        loaded
            .changes
            .insert(DocumentId::from_entropy([2; 16]), vec![vec![1, 2, 3]]);
        let (opened, problems) = documents(&loaded, &actor());
        assert_eq!(opened.len(), 1);
        assert_eq!(problems.len(), 1);
    }

    #[test]
    fn heads_that_make_no_sense_are_none() {
        assert_eq!(read_acknowledged(b""), None);
        assert_eq!(read_acknowledged(&[0xa1, 0x61, b'a']), None);
        let nothing = Acknowledged::default();
        assert_eq!(
            read_acknowledged(&write_acknowledged(&nothing)),
            Some(nothing)
        );
    }
}
