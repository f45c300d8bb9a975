//! The end of a room whose document is erased.

use super::{Room, RoomEffect};
use crate::wire::Dialect;

impl Room {
    /// The document is erased: everyone here is told so in `gone`, a whole frame, or as stock peers understand it. What was under way is
    /// dropped, and the room has nothing left; whoever comes later is not its affair.
    pub fn erase(&mut self, gone: &[u8]) -> Vec<RoomEffect> {
        let members = std::mem::take(&mut self.members);
        let told = members.into_iter().map(|(connection, member)| {
            let frame = match member.dialect {
                Dialect::Extended => gone.to_vec(),
                Dialect::Stock => self.unavailable(member.peer).encode(),
            };
            RoomEffect::Send {
                connection,
                frame,
                changes: 0,
            }
        });
        let told = told.collect();
        *self = Self::open(self.document, self.relay.clone(), []);
        told
    }
}
