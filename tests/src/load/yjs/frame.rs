//! Messages of y-protocols, version 1: numbers of variable length and byte strings behind their length.

use anyhow::{Context, Result};

const SYNC: u64 = 0;
const AUTHENTICATION: u64 = 2;
/// Hocuspocus: an answer to a question, otherwise like [`SYNC`].
const SYNC_REPLY: u64 = 4;

const ASK: u64 = 0;
const ANSWER: u64 = 1;
const UPDATE: u64 = 2;

const TOKEN: u64 = 0;
const DENIED: u64 = 1;

/// What stands before every message: nothing, or the name of a document.
#[derive(Debug, Clone, Default)]
pub(super) struct Envelope(Vec<u8>);

/// What a relay says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said<'a> {
    /// It has this state, encoded, and wants the rest.
    Asked(&'a [u8]),
    /// An encoded update.
    Update(&'a [u8]),
    /// It lets nobody in.
    Refused(String),
    /// Something else.
    Other,
}

impl Envelope {
    pub(super) fn about(document: &str) -> Self {
        let mut bytes = Vec::new();
        put_bytes(document.as_bytes(), &mut bytes);
        Self(bytes)
    }

    /// The greeting of a relay that asks nobody who they are.
    pub(super) fn token(&self) -> Vec<u8> {
        self.write(AUTHENTICATION, TOKEN, b"anyone")
    }

    pub(super) fn ask(&self, state: &[u8]) -> Vec<u8> {
        self.write(SYNC, ASK, state)
    }

    pub(super) fn answer(&self, update: &[u8]) -> Vec<u8> {
        self.write(SYNC, ANSWER, update)
    }

    pub(super) fn tell(&self, update: &[u8]) -> Vec<u8> {
        self.write(SYNC, UPDATE, update)
    }

    fn write(&self, kind: u64, about: u64, payload: &[u8]) -> Vec<u8> {
        let mut bytes = self.0.clone();
        put_number(kind, &mut bytes);
        put_number(about, &mut bytes);
        put_bytes(payload, &mut bytes);
        bytes
    }

    pub(super) fn read<'a>(&self, bytes: &'a [u8]) -> Result<Said<'a>> {
        let mut rest = bytes
            .strip_prefix(self.0.as_slice())
            .context("a message about another document")?;
        let kind = number(&mut rest)?;
        if ![SYNC, SYNC_REPLY, AUTHENTICATION].contains(&kind) {
            return Ok(Said::Other);
        }
        let about = number(&mut rest)?;
        let payload = byte_string(&mut rest)?;
        Ok(match (kind, about) {
            (AUTHENTICATION, DENIED) => {
                Said::Refused(String::from_utf8_lossy(payload).into_owned())
            }
            (AUTHENTICATION, _) => Said::Other,
            (_, ASK) => Said::Asked(payload),
            (_, ANSWER | UPDATE) => Said::Update(payload),
            _ => Said::Other,
        })
    }
}

/// Seven bits a byte, the lowest first; the eighth says that more follow.
fn put_number(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn put_bytes(payload: &[u8], bytes: &mut Vec<u8>) {
    put_number(payload.len() as u64, bytes);
    bytes.extend_from_slice(payload);
}

fn number(rest: &mut &[u8]) -> Result<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first().context("a message ends early")?;
        *rest = after;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    anyhow::bail!("a number is too long")
}

fn byte_string<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8]> {
    let length = usize::try_from(number(rest)?)?;
    let (payload, after) = rest
        .split_at_checked(length)
        .context("a message ends early")?;
    *rest = after;
    Ok(payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_the_same() {
        let long = vec![7; 300];
        for envelope in [Envelope::default(), Envelope::about("a sheet")] {
            assert_eq!(
                envelope.read(&envelope.ask(&long)).unwrap(),
                Said::Asked(&long)
            );
            assert_eq!(
                envelope.read(&envelope.tell(&[1])).unwrap(),
                Said::Update(&[1])
            );
            assert_eq!(envelope.read(&envelope.token()).unwrap(), Said::Other);
        }
    }

    #[test]
    fn a_message_that_ends_early_is_no_message() {
        let bytes = Envelope::default().tell(&[1, 2, 3]);
        assert!(Envelope::default().read(&bytes[..4]).is_err());
    }
}
