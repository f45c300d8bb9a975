//! A room: one document and what all its phones know of it without asking.

use super::board::Stamp;
use crate::device::{now, random};
use crate::sheet;
use anyhow::{Context, Result};
use automerge::transaction::Transactable;
use maillage_shared::ChangeHash;
use maillage_shared::change::ChangeRecord;
use maillage_shared::doc::Document;
use maillage_shared::guard::{self, ScannedChunk};
use maillage_shared::id::DocumentId;
use maillage_shared::identity::PersonKey;
use maillage_shared::limits::Limits;
use maillage_shared::records::{NewJobSheet, Section, job_sheet};
use maillage_shared::rules::text::SECTION_UNITS;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The text that writers write in.
const WRITTEN: Section = Section::Need;

/// What people write at a time, in characters, while a document grows to its size: a few words.
const PIECE: usize = 40;

/// One document, the same at its birth for all phones of the room.
#[derive(Debug)]
pub struct Room {
    id: DocumentId,
    birth: Vec<ChangeRecord>,
    phones: usize,
    stamps: RefCell<HashMap<ChangeHash, Stamp>>,
    read: RefCell<HashMap<Vec<u8>, Rc<[ChangeRecord]>>>,
}

impl Room {
    /// A room for so many phones around a job sheet that holds so many characters: one full section after the other, each change a
    /// few words.
    pub fn new(phones: usize, characters: usize) -> Result<Self> {
        let space = DocumentId::from_entropy(random()?);
        let actor = PersonKey::from_seed(&random()?).person().actor(random()?);
        let new = NewJobSheet {
            title: "Réparer des vélos".to_owned(),
            ..NewJobSheet::default()
        };
        let (mut document, genesis) = job_sheet::birth(space, &new, actor, now())?;
        let mut birth = vec![genesis];
        let sections = [WRITTEN].into_iter();
        let others = Section::ALL
            .into_iter()
            .filter(|section| *section != WRITTEN);
        let full = SECTION_UNITS.max(characters.div_ceil(Section::COUNT));
        let mut left = characters;
        for section in sections.chain(others) {
            let length = left.min(full);
            birth.extend(fill(&mut document, section, length)?);
            left -= length;
        }
        Ok(Self {
            id: DocumentId::from_entropy(random()?),
            birth,
            phones,
            stamps: RefCell::default(),
            read: RefCell::default(),
        })
    }

    /// The document's id.
    pub fn id(&self) -> DocumentId {
        self.id
    }

    /// The changes it was born with, dependencies first.
    pub fn birth(&self) -> &[ChangeRecord] {
        &self.birth
    }

    /// How many phones are in the room besides one.
    pub(super) fn others(&self) -> usize {
        self.phones.saturating_sub(1)
    }

    /// The changes in one entry of a sync message. What one phone has read, the others need not read again.
    pub(super) fn read(&self, chunks: &[u8]) -> Result<Rc<[ChangeRecord]>> {
        if let Some(changes) = self.read.borrow().get(chunks) {
            return Ok(Rc::clone(changes));
        }
        let mut changes = Vec::new();
        for scanned in guard::scan_chunks(chunks, &Limits::DEFAULT)? {
            match scanned {
                ScannedChunk::Change(change) => changes.push(change),
                ScannedChunk::Document(bytes) => {
                    changes.extend(guard::expand_document(&bytes, &Limits::DEFAULT)?);
                }
            }
        }
        let changes: Rc<[ChangeRecord]> = Rc::from(changes);
        let mut read = self.read.borrow_mut();
        read.insert(chunks.to_vec(), Rc::clone(&changes));
        Ok(changes)
    }

    pub(super) fn note(&self, change: ChangeHash, stamp: Stamp) {
        self.stamps.borrow_mut().insert(change, stamp);
    }

    /// When a change was written; `None` for those of the birth.
    pub(super) fn stamp(&self, change: &ChangeHash) -> Option<Stamp> {
        self.stamps.borrow().get(change).copied()
    }
}

/// Writes letters at the end of an empty section.
fn fill(document: &mut Document, section: Section, length: usize) -> Result<Vec<ChangeRecord>> {
    let text = sheet::section(document.reader(), section).context("a sheet has all sections")?;
    let mut changes = Vec::new();
    let letters: Vec<char> = ('a'..='z').cycle().take(length).collect();
    for (number, piece) in letters.chunks(PIECE).enumerate() {
        let piece: String = piece.iter().collect();
        let committed = document.transact(now(), |transaction| {
            transaction.splice_text(&text, number * PIECE, 0, &piece)
        })?;
        changes.extend(committed.change);
    }
    Ok(changes)
}

/// A document held by someone who writes one letter after the other.
#[derive(Debug)]
pub(super) struct Manuscript {
    document: Document,
    /// What others wrote since the last letter written here; taking it in at once costs far less than one by one.
    unread: Vec<ChangeRecord>,
    /// Where the next letter goes.
    at: usize,
}

impl Manuscript {
    /// Starts somewhere in the text of this room: `share` of it, from 0 to 1, lies before.
    pub(super) fn open(room: &Room, share: f64) -> Result<Self> {
        let actor = PersonKey::from_seed(&random()?).person().actor(random()?);
        let mut manuscript = Self {
            document: Document::from_changes(&room.birth, actor)?,
            unread: Vec::new(),
            at: 0,
        };
        manuscript.at = (manuscript.length()? as f64 * share) as usize;
        Ok(manuscript)
    }

    /// Takes what others wrote, to be read before the next letter is written.
    pub(super) fn receive(&mut self, changes: impl IntoIterator<Item = ChangeRecord>) {
        self.unread.extend(changes);
    }

    /// Writes one letter.
    pub(super) fn write(&mut self) -> Result<ChangeRecord> {
        self.document.import(&std::mem::take(&mut self.unread))?;
        let at = self.at.min(self.length()?);
        self.at = at + 1;
        let text = sheet::section(self.document.reader(), WRITTEN).context("the text is here")?;
        let committed = self.document.transact(now(), |transaction| {
            transaction.splice_text(&text, at, 0, "x")
        })?;
        committed.change.context("a letter is a change")
    }

    fn length(&self) -> Result<usize> {
        use automerge::ReadDoc;
        let reader = self.document.reader();
        let text = sheet::section(reader, WRITTEN).context("the text is here")?;
        Ok(reader.length(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_the_size_it_should() {
        for characters in [0, 2_000, 25_000, 100_000] {
            let room = Room::new(3, characters).unwrap();
            let actor = PersonKey::from_seed(&[1; 32]).person().actor([1; 8]);
            let document = Document::from_changes(room.birth(), actor).unwrap();
            let sections = Section::ALL.map(|section| {
                let words = sheet::words(document.reader(), section).unwrap();
                words.len()
            });
            assert_eq!(sections.iter().sum::<usize>(), characters);
        }
    }
}
