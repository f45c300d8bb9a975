//! Words that the group did not get: kept on this phone for whoever wrote them, and for nobody else.

use super::state::{Moment, State, first_half};
use super::tabs::{Word, code_of, rejection_of, tell};
use super::task::{Notice, Task};
use litemap::LiteMap;
use maillage_shared::ChangeHash;
use maillage_shared::doc::Imported;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::PersonId;
use maillage_shared::order;
use maillage_shared::rebuild::{Draft, Rebuild};
use maillage_shared::store::StoredChange;
use maillage_shared::sync::client::Rejection;
use maillage_shared::time::UnixMillis;
use minicbor::{Decoder, Encoder};
use std::convert::Infallible;

/// How drafts are called among what is kept about documents.
const PREFIX: &str = "draft ";

/// A draft as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Its name among what is kept about documents.
    pub(crate) name: String,
    /// The document that it was written in.
    pub(crate) document: DocumentId,
    /// What [`read`] reads.
    pub(crate) bytes: Vec<u8>,
}

/// What is to be written in one go when a document was made anew.
#[derive(Debug)]
pub(crate) struct Replacement {
    /// The document.
    pub(crate) document: DocumentId,
    /// Why.
    pub(crate) why: Rejection,
    /// Changes to take away.
    pub(crate) removed: Vec<ChangeHash>,
    /// Changes to add.
    pub(crate) changes: Vec<StoredChange>,
    /// Drafts to keep, by name.
    pub(crate) drafts: Vec<(String, Vec<u8>)>,
}

/// Those among what is kept about documents.
pub(crate) fn among(kept: &LiteMap<String, Vec<u8>>) -> LiteMap<String, Vec<u8>> {
    let drafts = kept.iter().filter(|(name, _)| name.starts_with(PREFIX));
    order::map(drafts.map(|(name, bytes)| (name.clone(), bytes.clone())))
}

/// Why the group did not get it, when that was, and the draft; nothing when the bytes make no sense.
pub(crate) fn read(bytes: &[u8]) -> Option<(Rejection, UnixMillis, Draft)> {
    let mut d = Decoder::new(bytes);
    d.array().ok()?.filter(|length| *length >= 3)?;
    let why = rejection_of(d.u8().ok()?)?;
    Some((why, UnixMillis(d.i64().ok()?), d.decode().ok()?))
}

/// What [`read`] reads.
pub(crate) fn write(why: Rejection, at: UnixMillis, draft: &Draft) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    let write = |e: &mut Encoder<Vec<u8>>| -> Result<(), minicbor::encode::Error<Infallible>> {
        e.array(3)?.u8(code_of(why))?.i64(at.0)?.encode(draft)?;
        Ok(())
    };
    let written = write(&mut encoder);
    // Writing to a Vec cannot fail.
    debug_assert!(written.is_ok());
    encoder.into_writer()
}

impl State {
    /// The drafts of whoever uses this phone.
    pub(crate) fn drafts(&self) -> Vec<Kept> {
        let me = self.me.as_ref().map(|me| me.person.to_string());
        let mine = self.drafts.iter().filter_map(|(name, bytes)| {
            let mut parts = name.strip_prefix(PREFIX)?.split(' ');
            let document = parts.next()?.parse().ok()?;
            (parts.next() == me.as_deref()).then(|| Kept {
                name: name.clone(),
                document,
                bytes: bytes.clone(),
            })
        });
        mine.collect()
    }

    /// The names of all drafts on this phone: whoever leaves takes theirs along.
    pub(super) fn drafts_kept(&self) -> impl Iterator<Item = String> + '_ {
        self.drafts.keys().cloned()
    }

    /// Whether documents wait to be made anew without what was refused for good.
    pub(crate) fn waits_for_rebuilding(&self) -> bool {
        !self.to_rebuild.is_empty()
    }

    /// Makes these documents anew.
    pub(crate) fn rebuild(&mut self, moment: Moment, with: Rebuild) -> Vec<Task> {
        let mut tasks = Vec::new();
        for id in std::mem::take(&mut self.to_rebuild) {
            let entropy = first_half(moment.entropy);
            let (written, effects) = self.client.rebuild(moment.now, id, entropy, with);
            if !written.is_empty() {
                self.wrote(id, written);
            }
            if self.document(id).is_none() {
                self.unlisted.remove(&id);
            }
            self.absorb(moment, effects, &mut tasks);
            let anew = Imported {
                changed: true,
                ..Imported::default()
            };
            tasks.push(Task::Tell(Notice::Changed(id, anew)));
        }
        tasks.push(Task::Tell(Notice::Status));
        tasks
    }

    /// What of a document waits for somebody else becomes a draft, and the rest goes on.
    pub(crate) fn go_on_without(&mut self, moment: Moment, id: DocumentId) -> Vec<Task> {
        let mut tasks = Vec::new();
        let effects = self.client.go_on_without(id);
        self.absorb(moment, effects, &mut tasks);
        tasks
    }

    /// Documents of which something does not leave, and why.
    pub(crate) fn refusals(&self) -> Vec<(DocumentId, Rejection)> {
        let refused = |id| Some((id, self.client.status_of(id).refused?));
        self.client.documents().filter_map(refused).collect()
    }

    /// Keeps a draft that has become another, or none.
    pub(crate) fn change_draft(&mut self, name: String, bytes: Option<Vec<u8>>) -> Vec<Task> {
        match &bytes {
            Some(bytes) => self.drafts.insert(name.clone(), bytes.clone()),
            None => self.drafts.remove(&name),
        };
        vec![Task::KeepDraft(name, bytes), Task::Tell(Notice::Status)]
    }

    /// A document was made anew: its changes and what remains of those that are gone are to be kept together.
    pub(super) fn replace(
        &mut self,
        moment: Moment,
        document: DocumentId,
        removed: Vec<ChangeHash>,
        changes: Vec<StoredChange>,
        drafts: Vec<(Rejection, Draft)>,
        tasks: &mut Vec<Task>,
    ) {
        let why = drafts
            .first()
            .map_or(Rejection::NotAccepted, |(why, _)| *why);
        let me = self.me.as_ref().map(|me| me.person);
        let drafts: Vec<(String, Vec<u8>)> = drafts
            .into_iter()
            .filter(|(_, draft)| !draft.is_empty())
            .filter_map(|(why, draft)| {
                let name = name(document, me?, &draft);
                Some((name, write(why, moment.now, &draft)))
            })
            .collect();
        order::add(&mut self.drafts, drafts.iter().cloned());
        tasks.push(Task::Replace(Replacement {
            document,
            why,
            removed,
            changes,
            drafts,
        }));
    }

    /// Another tab has made a document anew.
    pub(super) fn replaced(
        &mut self,
        moment: Moment,
        (document, why): (DocumentId, Rejection),
        removed: &[ChangeHash],
        changes: Vec<maillage_shared::change::ChangeRecord>,
        tasks: &mut Vec<Task>,
    ) {
        tasks.push(Task::ReadDrafts);
        let Some(actor) = self.me.as_ref().map(|me| me.actor.clone()) else {
            return;
        };
        let (complete, effects) = self
            .client
            .replaced(moment.now, document, &actor, why, removed, changes);
        self.absorb(moment, effects, tasks);
        if !complete {
            tasks.push(Task::ReadAgain);
        }
    }

    /// The drafts as they are kept now.
    pub(super) fn read_drafts(&mut self, kept: &LiteMap<String, Vec<u8>>, tasks: &mut Vec<Task>) {
        self.drafts = among(kept);
        tasks.push(Task::Tell(Notice::Status));
    }
}

impl Replacement {
    /// What to tell the other tabs once it is kept.
    pub(super) fn told(&self) -> Task {
        let changes = self.changes.iter().map(|change| change.bytes.to_vec());
        tell(&Word::Replaced {
            document: self.document,
            why: self.why,
            removed: self.removed.clone(),
            changes: changes.collect(),
        })
    }
}

/// The same words are kept once, however many tabs have been told that they were refused.
fn name(document: DocumentId, person: PersonId, draft: &Draft) -> String {
    // FNV-1a, <http://www.isthe.com/chongo/tech/comp/fnv/>: nobody gains by two drafts of one name.
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    let parts = draft.parts.iter();
    let words = parts.flat_map(|part| {
        let path = part.path.iter();
        path.chain(&part.before).chain(&part.after)
    });
    for byte in words.flat_map(|words| words.bytes().chain([0xff])) {
        digest = (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{PREFIX}{document} {person} {digest:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use maillage_shared::rebuild::DraftPart;

    #[test]
    fn a_draft_is_kept_as_it_is_and_the_same_one_once() {
        let part = DraftPart {
            path: vec!["sections".to_owned(), "tasks".to_owned()],
            before: None,
            after: Some("Réparer des vélos".to_owned()),
        };
        let draft = Draft { parts: vec![part] };
        let bytes = write(Rejection::NotAllowed, UnixMillis(7), &draft);
        let expected = (Rejection::NotAllowed, UnixMillis(7), draft.clone());
        assert_eq!(read(&bytes), Some(expected));
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end]), None);
        }
        let id = DocumentId::from_entropy([1; 16]);
        let person = maillage_shared::identity::PersonKey::from_seed(&[1; 32]).person();
        assert_eq!(name(id, person, &draft), name(id, person, &draft));
        assert_ne!(
            name(id, person, &draft),
            name(id, person, &Draft::default())
        );
    }
}
