//! Texts in Yjs's format: what a room starts with, what a writer holds, and what a reader remembers.

use crate::device::random;
use crate::load::board::Stamp;
use anyhow::Result;
use std::cell::RefCell;
use std::collections::HashMap;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{ClientID, Doc, IdSet, ReadTxn, StateVector, Text, TextRef, Transact, Update};

/// One letter: who wrote it, and its number among the letters of that writer.
pub(super) type Letter = (ClientID, u32);

/// How many letters of each writer are here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Clocks(HashMap<ClientID, u32>);

impl Clocks {
    /// Notes what an update brings and returns the letters that are new.
    pub(super) fn take(&mut self, insertions: &IdSet) -> Vec<Letter> {
        let mut new = Vec::new();
        for client in insertions.client_ids() {
            let end = insertions
                .get(&client)
                .and_then(|ranges| ranges.clock_end());
            let clock = self.0.entry(client).or_default();
            let known = *clock;
            *clock = known.max(end.unwrap_or(0));
            new.extend((known..*clock).map(|number| (client, number)));
        }
        new
    }

    /// Notes a letter written here.
    pub(super) fn reach(&mut self, (client, number): Letter) {
        self.0.insert(client, number + 1);
    }

    /// Whether all that the others have is here.
    pub(super) fn include(&self, others: &Self) -> bool {
        let known = |client| self.0.get(client).copied().unwrap_or(0);
        others
            .0
            .iter()
            .all(|(client, clock)| known(client) >= *clock)
    }
}

/// One document, the same at its birth for all phones of the room.
#[derive(Debug)]
pub(super) struct Room {
    name: String,
    birth: Vec<u8>,
    clocks: Clocks,
    phones: usize,
    stamps: RefCell<HashMap<Letter, Stamp>>,
}

impl Room {
    /// A room for so many phones around a text of so many characters.
    pub(super) fn new(phones: usize, characters: usize) -> Result<Self> {
        let (document, text) = document()?;
        let mut transaction = document.transact_mut();
        let letters: String = ('a'..='z').cycle().take(characters).collect();
        text.insert(&mut transaction, 0, &letters);
        let birth = transaction.encode_update_v1();
        drop(transaction);
        let mut clocks = Clocks::default();
        clocks.take(&Update::decode_v1(&birth)?.insertions(true));
        Ok(Self {
            name: format!("sheet-{:016x}", u64::from_be_bytes(random()?)),
            birth,
            clocks,
            phones,
            stamps: RefCell::default(),
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What everybody has at the start.
    pub(super) fn clocks(&self) -> Clocks {
        self.clocks.clone()
    }

    pub(super) fn others(&self) -> usize {
        self.phones.saturating_sub(1)
    }

    pub(super) fn note(&self, letter: Letter, stamp: Stamp) {
        self.stamps.borrow_mut().insert(letter, stamp);
    }

    pub(super) fn stamp(&self, letter: &Letter) -> Option<Stamp> {
        self.stamps.borrow().get(letter).copied()
    }
}

/// A document held by someone who writes one letter after the other.
pub(super) struct Manuscript {
    document: Doc,
    text: TextRef,
    /// Where the next letter goes.
    at: u32,
}

impl std::fmt::Debug for Manuscript {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Manuscript").finish_non_exhaustive()
    }
}

impl Manuscript {
    /// Starts somewhere in the text of this room: `share` of it, from 0 to 1, lies before.
    pub(super) fn open(room: &Room, share: f64) -> Result<Self> {
        let (document, text) = document()?;
        let mut manuscript = Self {
            document,
            text,
            at: 0,
        };
        manuscript.import(Update::decode_v1(&room.birth)?)?;
        manuscript.at = (f64::from(manuscript.length()) * share) as u32;
        Ok(manuscript)
    }

    /// Takes in what others wrote.
    pub(super) fn import(&self, update: Update) -> Result<()> {
        Ok(self.document.transact_mut().apply_update(update)?)
    }

    /// Writes one letter; returns it and the update that tells of it.
    pub(super) fn write(&mut self) -> (Letter, Vec<u8>) {
        let at = self.at.min(self.length());
        self.at = at + 1;
        let mut transaction = self.document.transact_mut();
        let client = self.document.client_id();
        let number = transaction.state_vector().get(&client);
        self.text.insert(&mut transaction, at, "x");
        ((client, number), transaction.encode_update_v1())
    }

    /// What is here, encoded.
    pub(super) fn state(&self) -> Vec<u8> {
        self.document.transact().state_vector().encode_v1()
    }

    /// An update with what is here beyond a state.
    pub(super) fn since(&self, state: &[u8]) -> Result<Vec<u8>> {
        let state = StateVector::decode_v1(state)?;
        Ok(self.document.transact().encode_state_as_update_v1(&state))
    }

    fn length(&self) -> u32 {
        self.text.len(&self.document.transact())
    }
}

/// The state of who has nothing.
pub(super) fn nothing() -> Vec<u8> {
    StateVector::default().encode_v1()
}

/// An update that says nothing.
pub(super) fn no_update() -> Vec<u8> {
    Update::new().encode_v1()
}

/// An empty document of a new writer. JavaScript draws such names from 32 bits.
fn document() -> Result<(Doc, TextRef)> {
    let document = Doc::with_client_id(u64::from(u32::from_be_bytes(random()?)));
    let text = document.get_or_insert_text("need");
    Ok((document, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_sees_each_letter_once() {
        let room = Room::new(2, 100).unwrap();
        let mut writer = Manuscript::open(&room, 0.5).unwrap();
        let mut clocks = room.clocks();
        let (letter, update) = writer.write();
        let insertions = Update::decode_v1(&update).unwrap().insertions(true);
        assert_eq!(clocks.take(&insertions), [letter]);
        assert_eq!(clocks.take(&insertions), []);
        assert!(clocks.include(&room.clocks()) && !room.clocks().include(&clocks));
        assert_eq!(writer.length(), 101);
    }
}
