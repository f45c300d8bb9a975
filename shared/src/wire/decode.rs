//! Reading frames. One pass over the outer map keeps the few fields the protocol knows; everything else is skipped unread.

use super::{
    BadFrame, DocumentMessage, DurableMessage, EphemeralMessage, Frame, JoinMessage, Metadata,
    PROTOCOL_VERSION, PeerMessage, RefusedMessage, SyncMessage,
};
use crate::id::{DocumentId, PeerId};
use crate::identity::Challenge;
use crate::limits::{self, Limits, RelayLimits};
use automerge::ChangeHash;
use minicbor::Decoder;
use minicbor::data::{Tag, Type};

/// The typed-array tag under which some JavaScript encoders write a `Uint8Array` (RFC 8746).
const UINT8_ARRAY: u64 = 64;

/// Protocol versions read from one greeting; more are ignored.
const VERSIONS: usize = 16;

/// The fields a frame may have, as far as they were there and had the right type.
#[derive(Default)]
struct Fields<'b> {
    kind: Option<&'b str>,
    sender: Option<&'b str>,
    target: Option<&'b str>,
    document: Option<&'b str>,
    data: Option<&'b [u8]>,
    count: Option<u64>,
    session: Option<&'b str>,
    versions: Vec<&'b str>,
    selected: Option<&'b str>,
    message: Option<&'b str>,
    reason: Option<&'b str>,
    heads: Option<&'b [u8]>,
    digest: Option<&'b [u8]>,
    changes: Option<&'b [u8]>,
    limits: Option<RelayLimits>,
    metadata: Metadata,
}

impl Frame {
    /// Reads one binary WebSocket frame.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadFrame> {
        if bytes.len() > limits::FRAME_BYTES {
            return Err(BadFrame::TooLarge(bytes.len()));
        }
        let mut decoder = Decoder::new(bytes);
        let fields = read_fields(&mut decoder).map_err(|_| BadFrame::NotCbor)?;
        if decoder.position() != bytes.len() {
            return Err(BadFrame::NotCbor);
        }
        fields.into_frame()
    }
}

fn read_fields<'b>(d: &mut Decoder<'b>) -> Result<Fields<'b>, minicbor::decode::Error> {
    let mut fields = Fields::default();
    each_pair(d, |key, d| {
        match key {
            "type" => fields.kind = string(d)?,
            "senderId" => fields.sender = string(d)?,
            "targetId" => fields.target = string(d)?,
            "documentId" => fields.document = string(d)?,
            "sessionId" => fields.session = string(d)?,
            "message" => fields.message = string(d)?,
            "reason" => fields.reason = string(d)?,
            "selectedProtocolVersion" => fields.selected = string(d)?,
            "heads" => fields.heads = byte_string(d)?,
            "digest" => fields.digest = byte_string(d)?,
            "changes" => fields.changes = byte_string(d)?,
            "limits" => fields.limits = relay_limits(d)?,
            "data" => fields.data = byte_string(d)?,
            "count" => fields.count = whole_number(d)?,
            "supportedProtocolVersions" => fields.versions = strings(d)?,
            "peerMetadata" => fields.metadata = metadata(d)?,
            _ => d.skip()?,
        }
        Ok(())
    })?;
    Ok(fields)
}

/// Calls `read` for each pair of the map that starts here; keys that are not strings are skipped with their values.
fn each_pair<'b>(
    d: &mut Decoder<'b>,
    mut read: impl FnMut(&'b str, &mut Decoder<'b>) -> Result<(), minicbor::decode::Error>,
) -> Result<(), minicbor::decode::Error> {
    let mut left = d.map()?;
    loop {
        match left {
            Some(0) => return Ok(()),
            Some(ref mut pairs) => *pairs -= 1,
            None if d.datatype()? == Type::Break => return d.skip(),
            None => {}
        }
        match string(d)? {
            Some(key) => read(key, d)?,
            None => d.skip()?,
        }
    }
}

/// A string, or `None` after skipping anything else (JavaScript peers send `undefined` for fields they leave out).
fn string<'b>(d: &mut Decoder<'b>) -> Result<Option<&'b str>, minicbor::decode::Error> {
    if d.datatype()? == Type::String {
        d.str().map(Some)
    } else {
        d.skip()?;
        Ok(None)
    }
}

fn byte_string<'b>(d: &mut Decoder<'b>) -> Result<Option<&'b [u8]>, minicbor::decode::Error> {
    if d.datatype()? == Type::Tag && d.probe().tag()? == Tag::new(UINT8_ARRAY) {
        d.tag()?;
    }
    if d.datatype()? == Type::Bytes {
        d.bytes().map(Some)
    } else {
        d.skip()?;
        Ok(None)
    }
}

/// A whole number, also when a JavaScript peer wrote it as a float.
fn whole_number(d: &mut Decoder<'_>) -> Result<Option<u64>, minicbor::decode::Error> {
    match d.datatype()? {
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => d.u64().map(Some),
        Type::F16 | Type::F32 | Type::F64 => {
            let number = d.f64()?;
            let whole = number.fract() == 0.0 && (0.0..=9_007_199_254_740_991.0).contains(&number);
            Ok(whole.then_some(number as u64))
        }
        _ => {
            d.skip()?;
            Ok(None)
        }
    }
}

fn strings<'b>(d: &mut Decoder<'b>) -> Result<Vec<&'b str>, minicbor::decode::Error> {
    let mut found = Vec::new();
    if d.datatype()? != Type::Array && d.datatype()? != Type::ArrayIndef {
        d.skip()?;
        return Ok(found);
    }
    let mut left = d.array()?;
    loop {
        match left {
            Some(0) => return Ok(found),
            Some(ref mut items) => *items -= 1,
            None if d.datatype()? == Type::Break => {
                d.skip()?;
                return Ok(found);
            }
            None => {}
        }
        if let Some(text) = string(d)?
            && found.len() < VERSIONS
        {
            found.push(text);
        }
    }
}

fn metadata(d: &mut Decoder<'_>) -> Result<Metadata, minicbor::decode::Error> {
    let mut metadata = Metadata::default();
    if d.datatype()? != Type::Map && d.datatype()? != Type::MapIndef {
        d.skip()?;
        return Ok(metadata);
    }
    each_pair(d, |key, d| {
        match key {
            "storageId" => {
                metadata.storage = string(d)?.filter(|id| id.len() <= 128).map(str::to_owned)
            }
            "isEphemeral" if d.datatype()? == Type::Bool => metadata.ephemeral = d.bool()?,
            _ => d.skip()?,
        }
        Ok(())
    })?;
    Ok(metadata)
}

/// What a relay says it takes. Names that this version does not know are skipped, and what is not said is as at any relay.
fn relay_limits(d: &mut Decoder<'_>) -> Result<Option<RelayLimits>, minicbor::decode::Error> {
    if d.datatype()? != Type::Map && d.datatype()? != Type::MapIndef {
        d.skip()?;
        return Ok(None);
    }
    let mut limits = RelayLimits::default();
    each_pair(d, |key, d| {
        let value = whole_number(d)?;
        if let Some((field, value)) = limits.field(key).zip(value) {
            *field = value;
        }
        Ok(())
    })?;
    Ok(Some(limits))
}

impl Fields<'_> {
    fn into_frame(self) -> Result<Frame, BadFrame> {
        let kind = self
            .kind
            .ok_or_else(|| BadFrame::UnknownType(String::new()))?;
        match kind {
            "join" => Ok(Frame::Join(JoinMessage {
                sender: self.sender()?,
                versions: if self.versions.is_empty() {
                    // Peers older than the negotiation speak version 1.
                    vec![PROTOCOL_VERSION.to_owned()]
                } else {
                    self.versions
                        .iter()
                        .map(|version| (*version).to_owned())
                        .collect()
                },
                metadata: self.metadata,
            })),
            "peer" => Ok(Frame::Peer(PeerMessage {
                sender: self.sender()?,
                target: self.target()?,
                version: self.selected.unwrap_or(PROTOCOL_VERSION).to_owned(),
                metadata: self.metadata,
            })),
            "request" => self.sync().map(Frame::Request),
            "sync" => self.sync().map(Frame::Sync),
            "maillage-limits" => Ok(Frame::Limits(self.limits.ok_or(BadFrame::Field("limits"))?)),
            "maillage-durable" => Ok(Frame::Durable(DurableMessage {
                document: self.document()?,
                heads: hashes(self.heads).ok_or(BadFrame::Field("heads"))?,
            })),
            "maillage-refused" => Ok(Frame::Refused(RefusedMessage {
                sender: self.sender()?,
                target: self.target()?,
                document: self.document()?,
                reason: self.reason.ok_or(BadFrame::Field("reason"))?.to_owned(),
                message: self.message.unwrap_or_default().to_owned(),
                changes: hashes(self.changes).unwrap_or_default(),
            })),
            "maillage-challenge" => Ok(Frame::Challenge(Challenge(
                self.content()?
                    .try_into()
                    .map_err(|_| BadFrame::Field("data"))?,
            ))),
            "maillage-proof" => Ok(Frame::Proof(self.content()?.to_vec())),
            "maillage-members" => Ok(Frame::Members {
                space: self.document()?,
                data: self.content()?.to_vec(),
            }),
            "maillage-gone" => Ok(Frame::Gone {
                space: self.document()?,
                data: self.content()?.to_vec(),
            }),
            "maillage-receipt" => Ok(Frame::Receipt {
                document: self.document()?,
                data: self.content()?.to_vec(),
            }),
            "maillage-signatures" => Ok(Frame::Signatures {
                document: self.document()?,
                digest: self.digest.ok_or(BadFrame::Field("digest"))?.to_vec(),
                data: self.content()?.to_vec(),
            }),
            "maillage-ask" => Ok(Frame::Ask {
                number: self.number()?,
                data: self.content()?.to_vec(),
            }),
            "maillage-answer" => Ok(Frame::Answer {
                number: self.number()?,
                data: self.content()?.to_vec(),
            }),
            "doc-unavailable" => Ok(Frame::Unavailable(DocumentMessage {
                sender: self.sender()?,
                target: self.target()?,
                document: self.document()?,
            })),
            "ephemeral" => Ok(Frame::Ephemeral(EphemeralMessage {
                sender: self.sender()?,
                target: self.target()?,
                document: self.document()?,
                count: self.number()?,
                session: self
                    .session
                    .filter(|session| session.len() <= 128)
                    .ok_or(BadFrame::Field("sessionId"))?
                    .to_owned(),
                data: self.content()?.to_vec(),
            })),
            "leave" => Ok(Frame::Leave {
                sender: self.sender()?,
            }),
            "error" => Ok(Frame::Error {
                message: self.message.unwrap_or_default().chars().take(500).collect(),
            }),
            "remote-subscription-change" => Ok(Frame::Ignored("remote-subscription-change")),
            "remote-heads-changed" => Ok(Frame::Ignored("remote-heads-changed")),
            // What a later version of ours says besides: peers that do not know it go on without it.
            other if other.starts_with("maillage-") => Ok(Frame::Ignored("maillage")),
            other => Err(BadFrame::UnknownType(other.chars().take(40).collect())),
        }
    }

    fn sync(&self) -> Result<SyncMessage, BadFrame> {
        Ok(SyncMessage {
            sender: self.sender()?,
            target: self.target()?,
            document: self.document()?,
            data: self.content()?.to_vec(),
        })
    }

    fn content(&self) -> Result<&[u8], BadFrame> {
        self.data.ok_or(BadFrame::Field("data"))
    }

    fn number(&self) -> Result<u64, BadFrame> {
        self.count.ok_or(BadFrame::Field("count"))
    }

    fn sender(&self) -> Result<PeerId, BadFrame> {
        peer(self.sender).ok_or(BadFrame::Field("senderId"))
    }

    fn target(&self) -> Result<PeerId, BadFrame> {
        peer(self.target).ok_or(BadFrame::Field("targetId"))
    }

    fn document(&self) -> Result<DocumentId, BadFrame> {
        self.document
            .and_then(|text| text.parse().ok())
            .ok_or(BadFrame::Field("documentId"))
    }
}

fn hashes(bytes: Option<&[u8]>) -> Option<Vec<ChangeHash>> {
    let (hashes, rest) = bytes?.as_chunks::<32>();
    let are_hashes = rest.is_empty() && hashes.len() <= Limits::DEFAULT.hashes;
    are_hashes.then(|| hashes.iter().copied().map(ChangeHash).collect())
}

fn peer(name: Option<&str>) -> Option<PeerId> {
    PeerId::new(name?).ok()
}
