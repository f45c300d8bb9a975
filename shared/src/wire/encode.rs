//! Writing frames. Maps have a definite length and sorted-by-writing-order keys; byte strings are CBOR byte strings.

use super::{EphemeralMessage, Frame, Metadata};
use crate::id::{DocumentId, PeerId};
use crate::limits::RelayLimits;
use minicbor::Encoder;
use minicbor::encode::Error;
use std::convert::Infallible;

type Written = Result<(), Error<Infallible>>;

impl Frame {
    /// The bytes of one binary WebSocket frame.
    pub fn encode(&self) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::with_capacity(256));
        let written = write(self, &mut encoder);
        // Writing to a Vec cannot fail, and the maps below announce as many pairs as they write.
        debug_assert!(written.is_ok());
        encoder.into_writer()
    }
}

/// One message for many peers: only the name of whom a frame is for differs.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// The frame up to the name.
    before: Vec<u8>,
    /// The rest.
    after: Vec<u8>,
}

impl Envelope {
    /// A `sync` frame with these bytes of an encoded `automerge::sync::Message`.
    pub fn sync(sender: &PeerId, document: DocumentId, data: &[u8]) -> Self {
        Self::about_changes("sync", sender, document, data)
    }

    fn about_changes(name: &str, sender: &PeerId, document: DocumentId, data: &[u8]) -> Self {
        Self::new(|before, after| {
            before.map(5)?.str("type")?.str(name)?;
            before.str("senderId")?.str(sender.as_str())?;
            before.str("targetId")?;
            write_document(document, after)?;
            after.str("data")?.bytes(data)?;
            Ok(())
        })
    }

    /// An `ephemeral` frame; the addressee that the message names is left out.
    pub fn ephemeral(message: &EphemeralMessage) -> Self {
        Self::new(|before, after| {
            before.map(7)?.str("type")?.str("ephemeral")?;
            before.str("senderId")?.str(message.sender.as_str())?;
            before.str("targetId")?;
            write_document(message.document, after)?;
            after.str("count")?.u64(message.count)?;
            after.str("sessionId")?.str(&message.session)?;
            after.str("data")?.bytes(&message.data)?;
            Ok(())
        })
    }

    /// The frame for one of them.
    pub fn to(&self, target: &PeerId) -> Vec<u8> {
        let longest_head = 3;
        let length = self.before.len() + longest_head + target.as_str().len() + self.after.len();
        let mut frame = Vec::with_capacity(length);
        frame.extend_from_slice(&self.before);
        let mut encoder = Encoder::new(frame);
        let written = encoder.str(target.as_str()).map(|_| ());
        debug_assert!(written.is_ok());
        let mut frame = encoder.into_writer();
        frame.extend_from_slice(&self.after);
        frame
    }

    fn new(write: impl FnOnce(&mut Encoder<Vec<u8>>, &mut Encoder<Vec<u8>>) -> Written) -> Self {
        let mut before = Encoder::new(Vec::new());
        let mut after = Encoder::new(Vec::new());
        let written = write(&mut before, &mut after);
        debug_assert!(written.is_ok());
        Self {
            before: before.into_writer(),
            after: after.into_writer(),
        }
    }
}

fn write(frame: &Frame, e: &mut Encoder<Vec<u8>>) -> Written {
    match frame {
        Frame::Join(join) => {
            e.map(4)?.str("type")?.str("join")?;
            e.str("senderId")?.str(join.sender.as_str())?;
            e.str("supportedProtocolVersions")?
                .array(join.versions.len() as u64)?;
            for version in &join.versions {
                e.str(version)?;
            }
            write_metadata(&join.metadata, e)
        }
        Frame::Peer(peer) => {
            e.map(5)?.str("type")?.str("peer")?;
            e.str("senderId")?.str(peer.sender.as_str())?;
            e.str("targetId")?.str(peer.target.as_str())?;
            e.str("selectedProtocolVersion")?.str(&peer.version)?;
            write_metadata(&peer.metadata, e)
        }
        Frame::Request(sync) | Frame::Sync(sync) => {
            let envelope =
                Envelope::about_changes(frame.name(), &sync.sender, sync.document, &sync.data);
            e.writer_mut().extend_from_slice(&envelope.to(&sync.target));
            Ok(())
        }
        Frame::Unavailable(message) => {
            e.map(4)?.str("type")?.str("doc-unavailable")?;
            e.str("senderId")?.str(message.sender.as_str())?;
            e.str("targetId")?.str(message.target.as_str())?;
            write_document(message.document, e)
        }
        Frame::Ephemeral(message) => {
            let frame = Envelope::ephemeral(message).to(&message.target);
            e.writer_mut().extend_from_slice(&frame);
            Ok(())
        }
        Frame::Limits(limits) => {
            e.map(2)?.str("type")?.str(frame.name())?;
            write_limits(limits, e)
        }
        Frame::Durable(durable) => {
            e.map(3)?.str("type")?.str(frame.name())?;
            write_document(durable.document, e)?;
            let heads: Vec<u8> = durable.heads.iter().flat_map(|head| head.0).collect();
            e.str("heads")?.bytes(&heads)?;
            Ok(())
        }
        Frame::Refused(refused) => {
            let pairs = 6 + u64::from(!refused.changes.is_empty());
            e.map(pairs)?.str("type")?.str(frame.name())?;
            e.str("senderId")?.str(refused.sender.as_str())?;
            e.str("targetId")?.str(refused.target.as_str())?;
            write_document(refused.document, e)?;
            e.str("reason")?.str(&refused.reason)?;
            e.str("message")?.str(&refused.message)?;
            if !refused.changes.is_empty() {
                let changes: Vec<u8> = refused.changes.iter().flat_map(|hash| hash.0).collect();
                e.str("changes")?.bytes(&changes)?;
            }
            Ok(())
        }
        Frame::Challenge(challenge) => {
            e.map(2)?.str("type")?.str(frame.name())?;
            e.str("data")?.bytes(&challenge.0)?;
            Ok(())
        }
        Frame::Proof(data) => {
            e.map(2)?.str("type")?.str(frame.name())?;
            e.str("data")?.bytes(data)?;
            Ok(())
        }
        Frame::Members { space: id, data }
        | Frame::Gone { space: id, data }
        | Frame::Receipt { document: id, data } => {
            e.map(3)?.str("type")?.str(frame.name())?;
            write_document(*id, e)?;
            e.str("data")?.bytes(data)?;
            Ok(())
        }
        Frame::Signatures {
            document,
            digest,
            data,
        } => {
            e.map(4)?.str("type")?.str(frame.name())?;
            write_document(*document, e)?;
            e.str("digest")?.bytes(digest)?;
            e.str("data")?.bytes(data)?;
            Ok(())
        }
        Frame::Ask { number, data } | Frame::Answer { number, data } => {
            e.map(3)?.str("type")?.str(frame.name())?;
            e.str("count")?.u64(*number)?;
            e.str("data")?.bytes(data)?;
            Ok(())
        }
        Frame::Leave { sender } => {
            e.map(2)?.str("type")?.str("leave")?;
            e.str("senderId")?.str(sender.as_str())?;
            Ok(())
        }
        Frame::Error { message } => {
            e.map(2)?.str("type")?.str("error")?;
            e.str("message")?.str(message)?;
            Ok(())
        }
        Frame::Ignored(name) => {
            e.map(1)?.str("type")?.str(name)?;
            Ok(())
        }
    }
}

fn write_document(document: DocumentId, e: &mut Encoder<Vec<u8>>) -> Written {
    e.str("documentId")?.str(&document.to_string())?;
    Ok(())
}

fn write_limits(limits: &RelayLimits, e: &mut Encoder<Vec<u8>>) -> Written {
    let fields = limits.fields();
    e.str("limits")?.map(fields.len() as u64)?;
    for (name, value) in fields {
        e.str(name)?.u64(value)?;
    }
    Ok(())
}

fn write_metadata(metadata: &Metadata, e: &mut Encoder<Vec<u8>>) -> Written {
    let pairs = 1 + u64::from(metadata.storage.is_some());
    e.str("peerMetadata")?.map(pairs)?;
    if let Some(storage) = &metadata.storage {
        e.str("storageId")?.str(storage)?;
    }
    e.str("isEphemeral")?.bool(metadata.ephemeral)?;
    Ok(())
}
