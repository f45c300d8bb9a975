//! Writing frames. Maps have a definite length and sorted-by-writing-order keys; byte strings are CBOR byte strings.

use super::{Frame, Metadata, SyncMessage};
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
        Frame::Request(sync) | Frame::Sync(sync) => write_sync(frame.name(), sync, e),
        Frame::Unavailable(message) => {
            e.map(4)?.str("type")?.str("doc-unavailable")?;
            e.str("senderId")?.str(message.sender.as_str())?;
            e.str("targetId")?.str(message.target.as_str())?;
            e.str("documentId")?.str(&message.document.to_string())?;
            Ok(())
        }
        Frame::Ephemeral(message) => {
            e.map(7)?.str("type")?.str("ephemeral")?;
            e.str("senderId")?.str(message.sender.as_str())?;
            e.str("targetId")?.str(message.target.as_str())?;
            e.str("documentId")?.str(&message.document.to_string())?;
            e.str("count")?.u64(message.count)?;
            e.str("sessionId")?.str(&message.session)?;
            e.str("data")?.bytes(&message.data)?;
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

fn write_sync(name: &str, sync: &SyncMessage, e: &mut Encoder<Vec<u8>>) -> Written {
    e.map(5)?.str("type")?.str(name)?;
    e.str("senderId")?.str(sync.sender.as_str())?;
    e.str("targetId")?.str(sync.target.as_str())?;
    e.str("documentId")?.str(&sync.document.to_string())?;
    e.str("data")?.bytes(&sync.data)?;
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
