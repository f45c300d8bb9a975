//! One territory: what its record says, and how something is added to it.

use super::record::Record;
use super::{Change, Registry, erasing, quarantine};
use maillage_shared::id::DocumentId;
use maillage_shared::identity::PersonId;
use maillage_shared::roster::{Answer, By, Deed, Denied, Entry, Packed, Phone, Request, Roster};
use maillage_shared::time::UnixMillis;
use std::io;
use std::sync::Arc;

/// Entries of a record that are shown at a time, the newest: as many as go into one frame.
const ENTRIES_SHOWN: usize = 5_000;

/// A roster and the file it follows from.
pub(super) struct Book {
    pub(super) roster: Arc<Roster>,
    pub(super) record: Record,
    /// The record still says how someone looked who was erased.
    pub(super) remembers: bool,
}

/// The documents that these deeds erase.
pub(super) fn dropped(deeds: &[Deed]) -> Vec<DocumentId> {
    let dropped = |deed: &Deed| match deed {
        Deed::Dropped { document, .. } => Some(*document),
        _ => None,
    };
    deeds.iter().filter_map(dropped).collect()
}

impl Book {
    /// The member who acts with this key. Whoever was removed can still have themselves erased.
    pub(super) fn who(&self, key: PersonId, request: &Request) -> Option<By> {
        let (person, member) = self.roster.member_of(key)?;
        let is_lost = |phone: &Phone| phone.key.person() == key && phone.lost;
        let goes = matches!(request, Request::Erase { person: who, .. } if *who == person);
        let may =
            !self.roster.roles(key).is_empty() || (goes && !member.phones.iter().any(is_lost));
        may.then_some(By::Member(person))
    }

    /// Decides, writes down, and only then counts.
    pub(super) fn act(
        &mut self,
        registry: &Registry,
        now: UnixMillis,
        by: By,
        request: &Request,
        entropy: [u8; 32],
    ) -> Result<(Answer, Change), Denied> {
        let births = |document| registry.birth(document);
        let mut decision = match self.roster.decide_erasing(by, request, births) {
            Some(decision) => decision?,
            None => self.roster.decide(now, by, request, entropy)?,
        };
        if let Request::Erase { person, .. } = request {
            let belongings = registry.belongings(self, *person)?;
            decision.deeds.extend(belongings);
        }
        let erased = dropped(&decision.deeds);
        let waiting = self.waiting(request)?;
        let (mut people, mut tickets) = (Vec::new(), Vec::new());
        for deed in &decision.deeds {
            match deed {
                Deed::Became { person, .. }
                | Deed::Erased { person }
                | Deed::Lost { person, .. } => people.push(*person),
                Deed::Brought {
                    number,
                    alone: true,
                    ..
                } => people.extend(self.roster.bringer(*number)),
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
            Request::Record { .. } => {
                let mut entries = self.record.entries().map_err(|error| {
                    tracing::warn!(%space, %error, "the record of a territory cannot be read");
                    Denied::NotKept
                })?;
                let newest = entries.split_off(entries.len().saturating_sub(ENTRIES_SHOWN));
                Answer::Record(Packed::new(&newest))
            }
            _ => waiting.unwrap_or(decision.answer),
        };
        let change = Change {
            space,
            people,
            tickets,
            erased,
        };
        Ok((answer, change))
    }

    /// What the relay answers of its quarantine, where it is asked about that; an error where there is nothing of this name.
    fn waiting(&self, request: &Request) -> Result<Option<Answer>, Denied> {
        let folder = self.record.folder();
        let found = match request {
            Request::Quarantine { space } => quarantine::list(folder, *space)
                .map(|waiting| Some(Answer::Quarantine(Packed::new(&waiting)))),
            Request::Examine {
                space,
                document,
                by,
            } => quarantine::chunks(folder, *space, *document, *by)
                .map(|chunks| chunks.map(Answer::Chunks)),
            Request::Settle {
                space,
                document,
                by,
                ..
            } => quarantine::chunks(folder, *space, *document, *by)
                .map(|chunks| chunks.map(|_| Answer::Done)),
            _ => return Ok(None),
        };
        let space = self.roster.space();
        let found = found.map_err(|error| {
            tracing::warn!(%space, %error, "the quarantine of a territory cannot be read");
            Denied::NotKept
        })?;
        found.ok_or(Denied::Unknown).map(Some)
    }

    pub(super) fn write(&mut self, at: UnixMillis, by: By, deeds: Vec<Deed>) -> io::Result<()> {
        let entries: Vec<Entry> = deeds
            .into_iter()
            .map(|deed| Entry { at, by, deed })
            .collect();
        self.record.append(&entries)?;
        let roster = Arc::make_mut(&mut self.roster);
        entries.iter().for_each(|entry| roster.apply(entry));
        let gone = entries.iter().filter_map(|entry| match entry.deed {
            Deed::Dropped { document, .. } => Some(document),
            _ => None,
        });
        self.forget_beside(&gone.collect::<Vec<DocumentId>>());
        let is_erasing = |entry: &Entry| matches!(entry.deed, Deed::Erased { .. });
        self.remembers |= entries.iter().any(is_erasing);
        self.forget();
        Ok(())
    }

    /// Takes away what was kept beside documents that were erased. What is left now goes at the next start.
    fn forget_beside(&self, documents: &[DocumentId]) {
        if let Err(error) = erasing::forget_beside(self.record.folder(), documents) {
            tracing::warn!(%error, "what was kept beside erased documents is still there");
        }
    }

    /// Writes the record anew without those who were erased, now or, when that fails, at the next occasion: they are erased all the same.
    pub(super) fn forget(&mut self) {
        if !self.remembers {
            return;
        }
        let roster = Arc::clone(&self.roster);
        let is_erased = |key| {
            roster
                .member_of(key)
                .is_some_and(|(_, member)| member.erased)
        };
        match self.record.forget(is_erased) {
            Ok(()) => self.remembers = false,
            Err(error) => {
                let space = self.roster.space();
                tracing::warn!(%space, %error, "the record still names someone who was erased");
            }
        }
    }
}
