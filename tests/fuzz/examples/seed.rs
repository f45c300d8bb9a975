//! Writes the inputs that fuzzing starts from into `corpus/`, from real documents: `cargo xtask fuzz --seed`. The same ones at each run.

use automerge::marks::{ExpandMark, Mark};
use automerge::sync::{State, SyncDoc};
use automerge::transaction::{Transactable, Transaction};
use automerge::{
    ActorId, Automerge, AutomergeError, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value,
};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use maillage_fuzz::change::{CHANGE, Chunk, DEFLATED, Message, Parts};
use maillage_fuzz::sheet::{SHEET, document_id, reader};
use maillage_shared::change::ChangeRecord;
use maillage_shared::doc::Document;
use maillage_shared::id::PeerId;
use maillage_shared::testing::fixtures;
use maillage_shared::time::UnixMillis;
use maillage_shared::wire::{
    DocumentMessage, EphemeralMessage, Frame, JoinMessage, Metadata, PeerMessage, RefusedMessage,
    SyncMessage,
};
use minicbor::Encoder;
use minicbor::data::Tag;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;

const NEEDS: &[u8] = fixtures::NEEDS_1;
const TERRITORY: &[u8] = fixtures::TERRITORY_1;

/// What is longer teaches libFuzzer nothing more and slows it down.
const LONGEST: usize = 1024;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    keep("wire", wire()?)?;
    keep("message", messages()?)?;
    keep("chunk", chunks()?)?;
    keep("store", stored()?)
}

fn keep(target: &str, inputs: Vec<Vec<u8>>) -> Outcome<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut kept = 0;
    for input in inputs.iter().filter(|input| input.len() <= LONGEST) {
        kept += 1;
        fs::write(folder.join(format!("{kept:02}")), input)?;
    }
    println!("{target}: {kept} inputs of {}", inputs.len());
    Ok(())
}

fn wire() -> Outcome<Vec<Vec<u8>>> {
    let (sender, target) = (PeerId::new("phone")?, PeerId::new("relay")?);
    let document = document_id();
    let sync = SyncMessage {
        sender: sender.clone(),
        target: target.clone(),
        document,
        data: vec![0x42, 0, 0, 0, 0],
    };
    let frames = [
        Frame::Join(JoinMessage {
            sender: sender.clone(),
            versions: vec!["1".to_owned(), "maillage-1".to_owned()],
            metadata: Metadata {
                storage: Some("3f2a".to_owned()),
                ephemeral: false,
            },
        }),
        Frame::Peer(PeerMessage {
            sender: target.clone(),
            target: sender.clone(),
            version: "1".to_owned(),
            metadata: Metadata::default(),
        }),
        Frame::Request(sync.clone()),
        Frame::Sync(sync),
        Frame::Unavailable(DocumentMessage {
            sender: target.clone(),
            target: sender.clone(),
            document,
        }),
        Frame::Refused(RefusedMessage {
            sender: target.clone(),
            target: sender.clone(),
            document,
            reason: "checksum".to_owned(),
            message: "wrong checksum".to_owned(),
            changes: Vec::new(),
        }),
        Frame::Ephemeral(EphemeralMessage {
            sender: sender.clone(),
            target,
            document,
            count: 7,
            session: "s1".to_owned(),
            data: vec![0xa0],
        }),
        Frame::Leave { sender },
        Frame::Error {
            message: "frame is too large".to_owned(),
        },
        Frame::Ignored("remote-heads-changed"),
    ];
    let mut inputs: Vec<_> = frames.iter().map(Frame::encode).collect();
    inputs.push(as_javascript_writes_it()?);
    Ok(inputs)
}

/// A map without a length, numbers as floats, fields that are there and undefined, and typed arrays.
fn as_javascript_writes_it() -> Outcome<Vec<u8>> {
    let mut e = Encoder::new(Vec::new());
    e.begin_map()?.str("type")?.str("ephemeral")?;
    e.str("senderId")?
        .str("stock")?
        .str("targetId")?
        .str("relay")?;
    e.str("documentId")?.str(&document_id().to_string())?;
    e.str("count")?.f64(3.0)?.str("sessionId")?.str("s")?;
    e.str("peerMetadata")?.undefined()?;
    e.str("data")?.tag(Tag::new(64))?.bytes(&[1, 2])?;
    e.str("supportedProtocolVersions")?
        .begin_array()?
        .str("1")?
        .end()?
        .end()?;
    Ok(e.into_writer())
}

/// Edits of every kind to a sheet that everyone has, each as one message, then several together, and those that a real exchange begins
/// with.
fn messages() -> Outcome<Vec<Vec<u8>>> {
    let mut sheet = Document::load(SHEET, actor(1))?;
    let text = first_text(sheet.reader()).ok_or("the sheet has no text")?;
    let known = sheet.changes().len();
    let mut edits = Vec::new();
    edit(&mut sheet, &mut edits, |t| {
        t.splice_text(&text, 0, 0, "Vélo ")
    })?;
    edit(&mut sheet, &mut edits, |t| t.splice_text(&text, 1, 2, "🚲"))?;
    edit(&mut sheet, &mut edits, |t| {
        let bold = Mark::new("bold".into(), true, 0, 3);
        t.mark(&text, bold, ExpandMark::Both)
    })?;
    edit(&mut sheet, &mut edits, |t| {
        let list = t.put_object(ROOT, "list", ObjType::List)?;
        t.insert(&list, 0, 1.5)?;
        t.insert(&list, 1, ScalarValue::counter(3))?;
        t.insert_object(&list, 2, ObjType::Map).map(|_| ())
    })?;
    let list = sheet.reader().get(ROOT, "list")?.ok_or("no list")?.1;
    let mut elsewhere = sheet.clone();
    elsewhere.set_actor(actor(2));
    edit(&mut sheet, &mut edits, |t| t.put(&list, 0, "one"))?;
    edit(&mut elsewhere, &mut edits, |t| t.put(&list, 0, 2))?;
    edit(&mut elsewhere, &mut edits, |t| t.increment(&list, 1, -2))?;
    edit(&mut sheet, &mut edits, |t| t.delete(&list, 1))?;
    sheet.import(&elsewhere.changes())?;
    edit(&mut sheet, &mut edits, |t| {
        t.put(&list, 0, ScalarValue::Timestamp(5))
    })?;
    edit(&mut sheet, &mut edits, |t| {
        t.put(ROOT, "bytes", vec![0, 1, 2])?;
        t.delete(ROOT, "bytes")?;
        t.put(ROOT, "null", ())
    })?;
    let chunk = |change: &ChangeRecord| change.bytes.to_vec();
    let mut inputs: Vec<_> = edits
        .iter()
        .map(|edit| carrying(vec![chunk(edit)]))
        .collect();
    for end in 2..=edits.len() {
        inputs.push(carrying(edits[..end].iter().map(chunk).collect()));
    }
    // From nothing.
    let first: Vec<_> = sheet.changes()[..known].iter().take(2).map(chunk).collect();
    inputs.push(carrying(first));
    for document in [NEEDS, TERRITORY] {
        inputs.push(carrying(vec![document.to_vec()]));
        inputs.push(carrying(
            Document::load(document, reader())?
                .changes()
                .iter()
                .map(chunk)
                .collect(),
        ));
    }
    inputs.extend(exchange(
        Document::load(SHEET, actor(1))?.reader(),
        sheet.reader(),
    )?);
    Ok(inputs)
}

fn edit(
    document: &mut Document,
    edits: &mut Vec<ChangeRecord>,
    write: impl FnOnce(&mut Transaction<'_>) -> Result<(), AutomergeError>,
) -> Outcome<()> {
    let now = UnixMillis(1_794_300_000_000 + edits.len() as i64);
    edits.extend(document.transact(now, write)?.change);
    Ok(())
}

/// A message that carries nothing but chunks.
fn carrying(entries: Vec<Vec<u8>>) -> Vec<u8> {
    let message = Message {
        before: vec![0x42, 0, 0, 0],
        entries,
        after: Vec::new(),
    };
    message.write()
}

/// What two peers say to each other until they agree.
fn exchange(here: &Automerge, there: &Automerge) -> Outcome<Vec<Vec<u8>>> {
    let mut peers = [(here.clone(), State::new()), (there.clone(), State::new())];
    let mut said = Vec::new();
    for turn in 0..8 {
        let [one, other] = &mut peers;
        let (from, to) = if turn % 2 == 0 {
            (one, other)
        } else {
            (other, one)
        };
        if let Some(message) = from.0.generate_sync_message(&mut from.1) {
            said.push(message.clone().encode());
            to.0.receive_sync_message(&mut to.1, message)?;
        }
    }
    Ok(said)
}

/// Changes and whole documents.
fn chunks() -> Outcome<Vec<Vec<u8>>> {
    let mut inputs = Vec::new();
    for (document, most) in [(SHEET, 12), (NEEDS, 4), (TERRITORY, 4)] {
        let changes = Document::load(document, reader())?.changes();
        inputs.extend(
            changes
                .iter()
                .take(most)
                .map(|change| change.bytes.to_vec()),
        );
        inputs.push(document.to_vec());
        let mut chunk = Chunk::read(&changes[0].bytes).ok_or("not a chunk")?;
        chunk.kind = DEFLATED;
        inputs.push(chunk.seal());
    }
    inputs.push(many_nulls(1_000)?);
    inputs.push(many_nulls(100_000)?);
    Ok(inputs)
}

/// As many times the same operation in a few bytes.
fn many_nulls(count: i64) -> Outcome<Vec<u8>> {
    let mut sheet = Document::load(SHEET, actor(1))?;
    let mut edits = Vec::new();
    edit(&mut sheet, &mut edits, |t| t.put(ROOT, "null", ()))?;
    let change = edits.first().ok_or("no change was made")?;
    let mut chunk = Chunk::read(&change.bytes).ok_or("not a chunk")?;
    let mut parts = Parts::read(&chunk.contents).ok_or("not a change")?;
    let mut run = Vec::new();
    let mut left = count;
    while left >= 64 {
        run.push(left as u8 | 0x80);
        left >>= 7;
    }
    run.push(left as u8);
    let with = |value: &[u8]| [&run[..], value].concat();
    parts.columns = vec![
        (0x15, with(b"\x01k")),
        (0x34, run.clone()),
        (0x42, with(&[1])),
        (0x56, with(&[0])),
        (0x70, with(&[0])),
    ];
    chunk = Chunk {
        kind: CHANGE,
        contents: parts.write(),
    };
    Ok(chunk.seal())
}

/// What a relay keeps, each after the byte that says what it is.
fn stored() -> Outcome<Vec<Vec<u8>>> {
    let changes = Document::load(SHEET, reader())?.changes();
    let numbers = |numbers: &[u64]| -> Vec<u8> {
        numbers
            .iter()
            .flat_map(|number| number.to_be_bytes())
            .collect()
    };
    let hash = changes[0].hash.0;
    let mut inputs = vec![
        [&[0, 0][..], &numbers(&[0, 2, 2, 300, 380, 1, 0]), &hash].concat(),
        [
            &[0, 1][..],
            &numbers(&[3, 9, 4, 900, 980, 1, 1]),
            &hash,
            &hash,
        ]
        .concat(),
        [&[1][..], &numbers(&[12, 3])].concat(),
    ];
    let mut packed = Vec::new();
    for change in changes.iter().take(3) {
        packed.extend(change.hash.0);
        packed.extend((change.bytes.len() as u32).to_be_bytes());
        packed.extend(&change.bytes[..]);
    }
    let mut deflated = ZlibEncoder::new(Vec::new(), Compression::default());
    deflated.write_all(&packed)?;
    let deflated = deflated.finish()?;
    let one = [&[0][..], &hash, &changes[0].bytes].concat();
    let (begin, end) = one.split_at(one.len() / 2);
    let file = [&[2][..], &hash].concat();
    inputs.extend([
        records(0, &[(0, 1, &one)]),
        records(4, &[(0, 2, begin), (1, 2, end), (0, 1, &file)]),
        records(u64::MAX - 3, &[(0, 1, &file), (0, 2, begin), (1, 2, end)]),
        records(9, &[(0, 1, &[&[1][..], &deflated].concat())]),
        [&[3][..], &deflated].concat(),
        [&[4][..], &packed].concat(),
        [&[5][..], document_id().as_bytes(), &hash, &hash[..16]].concat(),
        [&[6, b'r'][..], document_id().as_bytes(), &numbers(&[5])].concat(),
        [&[6, b'd'][..], document_id().as_bytes()].concat(),
    ]);
    Ok(inputs)
}

/// Records from a number on: the position of each piece, how many its entry has, and its bytes.
fn records(first: u64, pieces: &[(u32, u32, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![2];
    bytes.extend(first.to_be_bytes());
    bytes.push(pieces.len() as u8);
    for (position, count, piece) in pieces {
        bytes.extend((piece.len() as u16 + 8).to_be_bytes());
        bytes.push(0);
        bytes.extend(position.to_be_bytes());
        bytes.extend(count.to_be_bytes());
        bytes.extend(*piece);
    }
    bytes
}

fn actor(number: u8) -> ActorId {
    ActorId::from(vec![number; 20])
}

/// Some text of a document, the first one met.
fn first_text(reader: &Automerge) -> Option<ObjId> {
    let mut waiting = vec![ROOT];
    while let Some(object) = waiting.pop() {
        for key in reader.keys(&object) {
            match reader.get(&object, key).ok()?? {
                (Value::Object(ObjType::Text), text) => return Some(text),
                (Value::Object(ObjType::Map), map) => waiting.push(map),
                _ => {}
            }
        }
    }
    None
}
