//! What is said now and then to phones that keep it: the relay's word for what it has accepted, and what authors have signed.

use super::batch::Inbound;
use super::{ConnectionId, Member, Room, RoomEffect, Signed};
use crate::id::DocumentId;
use crate::identity::{Authorship, MOST_AUTHORSHIPS, Receipt};
use crate::roster::Warrant;
use crate::wire::{Dialect, Frame};
use automerge::ChangeHash;
use std::sync::Arc;

impl Room {
    /// The space of this document, and heads for which the relay has not given its word yet; `None` when there are none, or nobody who would
    /// keep it.
    pub fn unvouched(&self) -> Option<(DocumentId, Vec<ChangeHash>)> {
        let space = self.genesis?.space;
        let mut members = self.members.values();
        let would_keep = members.any(|member| member.dialect == Dialect::Extended);
        let heads = self.graph.heads();
        let is_new = self.receipt.as_ref().is_none_or(|receipt| {
            receipt.heads.len() != heads.len() || !self.graph.has_heads(&receipt.heads)
        });
        (would_keep && is_new && !heads.is_empty()).then_some((space, heads))
    }

    /// Everyone hears it who can keep it and is not far behind; the others hear the next one.
    pub(super) fn vouched(&mut self, receipt: Receipt, effects: &mut Vec<RoomEffect>) {
        self.receipt = Some(receipt);
        let mut connections = Vec::new();
        for (connection, member) in &mut self.members {
            member.has_receipt = false;
            connections.push(*connection);
        }
        for connection in connections {
            self.give_receipt(connection, effects);
        }
    }

    /// Gives a member who has all that the receipt is about the receipt, once.
    pub(super) fn give_receipt(&mut self, connection: ConnectionId, effects: &mut Vec<RoomEffect>) {
        let Some((member, receipt)) = self.members.get_mut(&connection).zip(self.receipt.as_ref())
        else {
            return;
        };
        if member.has_receipt
            || member.dialect != Dialect::Extended
            || !member.exchange.has_all(&self.graph)
        {
            return;
        }
        member.has_receipt = true;
        let frame = Frame::Receipt {
            document: self.document,
            data: receipt.encode(),
        };
        effects.push(RoomEffect::Send {
            connection,
            frame: frame.encode(),
            changes: 0,
        });
    }

    /// Beside the document, the store had what authors have signed of it.
    pub fn remember_signatures(&mut self, words: impl IntoIterator<Item = Authorship>) {
        self.signatures.believe(&self.graph, words);
    }

    /// The latest that each author has signed, in the order in which it came.
    pub fn signatures(&self) -> Vec<Authorship> {
        self.signatures.since(0)
    }

    /// What all signatures come to.
    #[cfg(test)]
    pub(super) fn signatures_digest(&self) -> [u8; crate::sync::signatures::DIGEST_BYTES] {
        self.signatures.digest()
    }

    /// Whether authors have signed something that somebody here who would keep it has not heard of.
    pub fn has_signatures_to_pass(&self) -> bool {
        let taken = self.signatures.taken();
        self.members.values().any(|member| {
            member.dialect == Dialect::Extended
                && member.signatures_given.is_some_and(|given| given < taken)
        })
    }

    /// Somebody brings what authors have signed. What is about changes that are not here yet counts for what they send next, where it is
    /// said what the authors may do.
    pub(super) fn signed(
        &mut self,
        connection: ConnectionId,
        words: Vec<Authorship>,
        authors: Arc<Warrant>,
        digest: &[u8],
        effects: &mut Vec<RoomEffect>,
    ) {
        if !self.members.contains_key(&connection) {
            return;
        }
        let (here, to_come) = words
            .into_iter()
            .partition(|word: &Authorship| self.graph.contains(&word.change));
        self.take_words(here, effects);
        let wants_more = !digest.is_empty() && digest != self.signatures.digest();
        let Some(member) = self.members.get_mut(&connection) else {
            return;
        };
        if !to_come.is_empty() && !authors.is_empty() {
            member.signed = Some(Signed {
                words: to_come,
                authors,
            });
        }
        if wants_more {
            member.signatures_given = Some(0);
            self.give_signatures(connection, effects);
        }
    }

    /// What came with changes that are here now.
    pub(super) fn take_signed(&mut self, inbound: &[Inbound], effects: &mut Vec<RoomEffect>) {
        for signed in inbound
            .iter()
            .filter_map(|entry| entry.visitor.signed.as_ref())
        {
            self.take_words(signed.words.clone(), effects);
        }
    }

    fn take_words(&mut self, words: Vec<Authorship>, effects: &mut Vec<RoomEffect>) {
        let before = self.signatures.taken();
        self.signatures.believe(&self.graph, words);
        let new = self.signatures.since(before);
        if !new.is_empty() {
            effects.push(RoomEffect::KeepSignatures(new));
        }
    }

    /// A member who has just come in step hears what the signatures here come to, where any may be.
    pub(super) fn tell_of_signatures(
        &mut self,
        connection: ConnectionId,
        effects: &mut Vec<RoomEffect>,
    ) {
        let is_new = |member: &Member| member.signatures_given.is_none();
        if self.receipt.is_some() && self.members.get(&connection).is_some_and(is_new) {
            self.give_signatures(connection, effects);
        }
    }

    /// Everyone who keeps it hears what authors have signed since they heard of that last.
    pub(super) fn pass_signatures(&mut self, effects: &mut Vec<RoomEffect>) {
        let connections: Vec<ConnectionId> = self.members.keys().copied().collect();
        for connection in connections {
            self.give_signatures(connection, effects);
        }
    }

    /// Tells a member who has all changes what authors have signed since it heard of that last; at first only what all of it comes to, since
    /// a phone that was here before has most of it.
    fn give_signatures(&mut self, connection: ConnectionId, effects: &mut Vec<RoomEffect>) {
        let taken = self.signatures.taken();
        let Some(member) = self.members.get_mut(&connection) else {
            return;
        };
        if member.signatures_given == Some(taken)
            || member.dialect != Dialect::Extended
            || !member.exchange.has_all(&self.graph)
        {
            return;
        }
        let given = member.signatures_given.replace(taken);
        let new = given.map_or_else(Vec::new, |given| self.signatures.since(given));
        let digest = self.signatures.digest().to_vec();
        let mut portions = new.chunks(MOST_AUTHORSHIPS).peekable();
        loop {
            let portion = portions.next().unwrap_or_default();
            // All of them are there with the last portion.
            let is_last = portions.peek().is_none();
            let frame = Frame::Signatures {
                document: self.document,
                digest: if is_last { digest.clone() } else { Vec::new() },
                data: Authorship::encode_all(portion),
            };
            effects.push(RoomEffect::Send {
                connection,
                frame: frame.encode(),
                changes: 0,
            });
            if is_last {
                return;
            }
        }
    }
}
