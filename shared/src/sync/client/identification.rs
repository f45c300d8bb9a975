//! Telling the relay who uses this phone, before anything else, and asking it who belongs where.

use super::{Client, ClientEffect};
use crate::identity::{self, Proof};
use crate::roster::Request;
use crate::time::UnixMillis;
use crate::wire::Frame;

/// How far telling the relay who uses this phone has got, on the present connection.
#[derive(Debug, Default, PartialEq)]
pub(super) enum Identification {
    /// The relay has not asked yet.
    #[default]
    Waiting,
    /// It has, with a message to be signed.
    Asked(Vec<u8>),
    /// It has been told, or does not ask.
    Done,
}

impl Client {
    /// From now on somebody uses this phone, or others do: they prove it to relays that ask, before anything is said about documents.
    pub fn identify(&mut self, now: UnixMillis) -> Vec<ClientEffect> {
        let mut effects = Vec::new();
        let were_others = std::mem::replace(&mut self.has_person, true);
        match &self.identification {
            Identification::Asked(message) => effects.push(ClientEffect::Prove(message.clone())),
            // What others may have is found out on a connection of their own.
            Identification::Done if were_others && self.is_online() => {
                self.link.offline(now, &mut effects);
                self.forget_connection(&mut effects);
                self.link.dial(now, &mut effects);
            }
            Identification::Waiting | Identification::Done => {}
        }
        effects
    }

    /// Asks the relay about who belongs to a territory; [`ClientEffect::Answered`] names the number. `None` without a connection.
    pub fn ask(&mut self, request: &Request) -> Option<(u64, Vec<ClientEffect>)> {
        if !self.is_introduced() {
            return None;
        }
        self.last_asked += 1;
        let number = self.last_asked;
        self.asked.insert(number);
        // Writing to a Vec cannot fail.
        let data = minicbor::to_vec(request).unwrap_or_default();
        let frame = Frame::Ask { number, data };
        Some((number, vec![ClientEffect::Send(frame.encode())]))
    }

    /// Whether the relay knows who uses this phone, as far as anyone does.
    pub fn is_introduced(&self) -> bool {
        self.is_online() && (!self.has_person || self.identification == Identification::Done)
    }

    /// What was asked on a connection that is lost is not answered on another.
    pub(super) fn forget_connection(&mut self, effects: &mut Vec<ClientEffect>) {
        self.identification = Identification::Waiting;
        let asked = std::mem::take(&mut self.asked);
        effects.extend(asked.into_iter().map(|number| ClientEffect::Answered {
            number,
            answer: None,
        }));
    }

    /// The people of this phone have signed what the relay asked for: now documents may be spoken about.
    pub(super) fn proved(
        &mut self,
        now: UnixMillis,
        message: &[u8],
        proofs: &[Proof],
        effects: &mut Vec<ClientEffect>,
    ) {
        if !matches!(&self.identification, Identification::Asked(asked) if asked == message) {
            return;
        }
        self.people = proofs.iter().map(|proof| proof.key.person()).collect();
        let frame = Frame::Proof(identity::write_proofs(proofs));
        effects.push(ClientEffect::Send(frame.encode()));
        self.introduced(now, effects);
    }

    /// The relay knows with whom it speaks.
    pub(super) fn introduced(&mut self, now: UnixMillis, effects: &mut Vec<ClientEffect>) {
        self.identification = Identification::Done;
        effects.push(ClientEffect::StatusChanged);
        self.speak_about_all(now, effects);
    }
}
