//! The relay's word for what it has accepted, given now and then to phones that keep it.

use super::{ConnectionId, Room, RoomEffect};
use crate::id::DocumentId;
use crate::identity::Receipt;
use crate::wire::{Dialect, Frame};
use automerge::ChangeHash;

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
}
