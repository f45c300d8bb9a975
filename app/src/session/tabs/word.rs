//! What tabs of one phone say to each other, as bytes.
//!
//! Tabs may run different versions of the program for a while: what one does not understand it passes over.

use crate::session::opening::{read_acknowledged, write_acknowledged};
use litemap::LiteMap;
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::order;
use maillage_shared::sync::client::{Acknowledged, LinkState, Rejection};
use maillage_shared::time::UnixMillis;
use minicbor::{Decoder, Encoder};
use std::convert::Infallible;

/// Something that one tab says to all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word {
    /// I have just started: whoever speaks with the relay, tell me how that stands.
    Hello,
    /// These changes are durable on this phone.
    Kept(DocumentId, Vec<Vec<u8>>),
    /// The relay has acknowledged this.
    Acknowledged(Vec<(DocumentId, Acknowledged)>),
    /// I speak with the relay, and this is how it stands.
    Standing {
        /// The connection.
        link: LinkState,
        /// What the relay does not take.
        refused: LiteMap<DocumentId, Rejection>,
    },
    /// What authors have signed of a document, all of it, is kept on this phone.
    Signed(DocumentId, Vec<u8>),
    /// Someone elsewhere has said this about a document.
    Heard(DocumentId, Vec<u8>),
    /// Say this about a document to everyone elsewhere.
    Say(DocumentId, Vec<u8>),
    /// Who uses this phone, or which territory, has changed.
    Myself,
    /// I speak with the relay and am out of sight: whoever is looked at may take over.
    Free,
    /// The relay finds this version of the program too old.
    TooOld,
    /// Whoever acted has handed the phone over: nothing of theirs is to stay in any tab.
    HandedOver,
    /// The relay says which documents of a territory were erased.
    Erased(DocumentId, Vec<u8>),
    /// A document was made anew without what was refused for good: these changes are gone from this phone, those have come.
    Replaced {
        /// Which document.
        document: DocumentId,
        /// Why.
        why: Rejection,
        /// The names of the changes that are gone.
        removed: Vec<ChangeHash>,
        /// Those that have come.
        changes: Vec<Vec<u8>>,
    },
    /// Some draft is another now, or no more.
    Drafts,
    /// Whoever used this phone has left: nothing of theirs is to be written any more.
    Gone,
}

const HELLO: u8 = 0;
const KEPT: u8 = 1;
const ACKNOWLEDGED: u8 = 2;
const STANDING: u8 = 3;
const HEARD: u8 = 4;
const SAY: u8 = 5;
const MYSELF: u8 = 6;
const FREE: u8 = 7;
const TOO_OLD: u8 = 8;
const GONE: u8 = 9;
const HANDED_OVER: u8 = 10;
const SIGNED: u8 = 11;
const ERASED: u8 = 12;
const REPLACED: u8 = 13;
const DRAFTS: u8 = 14;

type Written = Result<(), minicbor::encode::Error<Infallible>>;

impl Word {
    /// The bytes that [`Word::decode`] reads.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::new());
        let written = self.write(&mut encoder);
        // Writing to a Vec cannot fail.
        debug_assert!(written.is_ok());
        encoder.into_writer()
    }

    fn write(&self, e: &mut Encoder<Vec<u8>>) -> Written {
        match self {
            Self::Hello => e.array(1)?.u8(HELLO)?,
            Self::Myself => e.array(1)?.u8(MYSELF)?,
            Self::Free => e.array(1)?.u8(FREE)?,
            Self::TooOld => e.array(1)?.u8(TOO_OLD)?,
            Self::Gone => e.array(1)?.u8(GONE)?,
            Self::HandedOver => e.array(1)?.u8(HANDED_OVER)?,
            Self::Drafts => e.array(1)?.u8(DRAFTS)?,
            Self::Replaced {
                document,
                why,
                removed,
                changes,
            } => {
                e.array(5)?.u8(REPLACED)?.bytes(document.as_bytes())?;
                e.u8(code(*why))?;
                let removed: Vec<u8> = removed.iter().flat_map(|hash| hash.0).collect();
                e.bytes(&removed)?.array(changes.len() as u64)?;
                for change in changes {
                    e.bytes(change)?;
                }
                e
            }
            Self::Kept(id, changes) => {
                e.array(3)?.u8(KEPT)?.bytes(id.as_bytes())?;
                e.array(changes.len() as u64)?;
                for change in changes {
                    e.bytes(change)?;
                }
                e
            }
            Self::Acknowledged(all) => {
                e.array(2)?.u8(ACKNOWLEDGED)?.map(all.len() as u64)?;
                for (id, acknowledged) in all {
                    e.bytes(id.as_bytes())?
                        .bytes(&write_acknowledged(acknowledged))?;
                }
                e
            }
            Self::Standing { link, refused } => {
                e.array(3)?.u8(STANDING)?;
                match link {
                    LinkState::Starting => e.null()?,
                    LinkState::Online => e.bool(true)?,
                    LinkState::Offline { since } => e.i64(since.0)?,
                };
                e.map(refused.len() as u64)?;
                for (id, why) in refused {
                    e.bytes(id.as_bytes())?.u8(code(*why))?;
                }
                e
            }
            Self::Signed(id, data) => e.array(3)?.u8(SIGNED)?.bytes(id.as_bytes())?.bytes(data)?,
            Self::Heard(id, data) => e.array(3)?.u8(HEARD)?.bytes(id.as_bytes())?.bytes(data)?,
            Self::Say(id, data) => e.array(3)?.u8(SAY)?.bytes(id.as_bytes())?.bytes(data)?,
            Self::Erased(id, data) => e.array(3)?.u8(ERASED)?.bytes(id.as_bytes())?.bytes(data)?,
        };
        Ok(())
    }

    /// Reads what another tab said; `None` for what makes no sense here.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut d = Decoder::new(bytes);
        d.array().ok()??;
        Some(match d.u8().ok()? {
            HELLO => Self::Hello,
            MYSELF => Self::Myself,
            GONE => Self::Gone,
            HANDED_OVER => Self::HandedOver,
            FREE => Self::Free,
            TOO_OLD => Self::TooOld,
            KEPT => Self::Kept(document(&mut d)?, changes(&mut d)?),
            DRAFTS => Self::Drafts,
            REPLACED => {
                let document = document(&mut d)?;
                let why = rejection(d.u8().ok()?)?;
                let (removed, rest) = d.bytes().ok()?.as_chunks::<32>();
                rest.is_empty().then_some(())?;
                Self::Replaced {
                    document,
                    why,
                    removed: removed.iter().copied().map(ChangeHash).collect(),
                    changes: changes(&mut d)?,
                }
            }
            ACKNOWLEDGED => {
                Self::Acknowledged(pairs(&mut d, |d| read_acknowledged(d.bytes().ok()?))?)
            }
            STANDING => {
                let link = match d.datatype().ok()? {
                    minicbor::data::Type::Null => {
                        d.null().ok()?;
                        LinkState::Starting
                    }
                    minicbor::data::Type::Bool => d.bool().ok()?.then_some(LinkState::Online)?,
                    _ => LinkState::Offline {
                        since: UnixMillis(d.i64().ok()?),
                    },
                };
                let refused = pairs(&mut d, |d| rejection(d.u8().ok()?))?;
                Self::Standing {
                    link,
                    refused: order::map(refused),
                }
            }
            SIGNED => Self::Signed(document(&mut d)?, d.bytes().ok()?.to_vec()),
            HEARD => Self::Heard(document(&mut d)?, d.bytes().ok()?.to_vec()),
            ERASED => Self::Erased(document(&mut d)?, d.bytes().ok()?.to_vec()),
            SAY => Self::Say(document(&mut d)?, d.bytes().ok()?.to_vec()),
            _ => return None,
        })
    }
}

fn document(d: &mut Decoder<'_>) -> Option<DocumentId> {
    DocumentId::from_bytes(d.bytes().ok()?.try_into().ok()?).ok()
}

fn changes(d: &mut Decoder<'_>) -> Option<Vec<Vec<u8>>> {
    let changes = d.array_iter::<&minicbor::bytes::ByteSlice>().ok()?;
    let changes = changes.map(|change| Some(change.ok()?.to_vec()));
    changes.collect()
}

fn pairs<T>(
    d: &mut Decoder<'_>,
    mut value: impl FnMut(&mut Decoder<'_>) -> Option<T>,
) -> Option<Vec<(DocumentId, T)>> {
    let count = d.map().ok()??;
    (0..count)
        .map(|_| Some((document(d)?, value(d)?)))
        .collect()
}

/// The number that stands for a reason.
pub(crate) fn code(why: Rejection) -> u8 {
    match why {
        Rejection::NotAccepted => 0,
        Rejection::SpaceFull => 1,
        Rejection::TooLarge => 2,
        Rejection::NotAllowed => 3,
        Rejection::Author => 4,
    }
}

/// What [`code`] stands for.
pub(crate) fn rejection(code: u8) -> Option<Rejection> {
    match code {
        0 => Some(Rejection::NotAccepted),
        1 => Some(Rejection::SpaceFull),
        2 => Some(Rejection::TooLarge),
        3 => Some(Rejection::NotAllowed),
        4 => Some(Rejection::Author),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_understood_and_no_part_of_one() {
        let id = DocumentId::from_entropy([1; 16]);
        let acknowledged = Acknowledged {
            relay: Some("disk".to_owned()),
            heads: vec![ChangeHash([3; 32])],
            receipt: None,
        };
        let standing = |link| Word::Standing {
            link,
            refused: LiteMap::from_iter([(id, Rejection::TooLarge)]),
        };
        let words = [
            Word::Hello,
            Word::Kept(id, vec![vec![1, 2], vec![]]),
            Word::Acknowledged(vec![(id, acknowledged)]),
            standing(LinkState::Starting),
            standing(LinkState::Online),
            standing(LinkState::Offline {
                since: UnixMillis(7),
            }),
            Word::Signed(id, vec![6]),
            Word::Heard(id, vec![4]),
            Word::Say(id, vec![5]),
            Word::Erased(id, vec![6]),
            Word::Myself,
            Word::Free,
            Word::TooOld,
            Word::Gone,
            Word::HandedOver,
            Word::Drafts,
            Word::Replaced {
                document: id,
                why: Rejection::NotAllowed,
                removed: vec![ChangeHash([4; 32])],
                changes: vec![vec![1]],
            },
        ];
        for word in words {
            let bytes = word.encode();
            assert_eq!(Word::decode(&bytes), Some(word));
            for end in 0..bytes.len() {
                assert_eq!(Word::decode(&bytes[..end]), None);
            }
        }
        assert_eq!(Word::decode(&[0x81, 0x18, 0x63]), None, "of a newer tab");
    }
}
