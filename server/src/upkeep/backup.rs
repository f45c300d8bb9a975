//! A backup: every document of a store, and the records of who may come in, in one file. Version 2; version 1 had no records.
//!
//! - A line `maillage backup 2`; the length of the relay's name (4 bytes, as all lengths big-endian) and the name.
//! - For each file of the records an `a`, and the lengths (4 bytes each) and bytes of its name and content.
//! - For each document a `d`, its 16 bytes, and the length (4 bytes) and bytes of its packed changes, as the store packs them.
//! - At the end an `e`, the number of documents (8 bytes), and the SHA-256 of everything before it.
//!
//! It is not encrypted: whoever has the file can read the documents.

use super::{Report, UpkeepError};
use crate::access::{self, AccessFile};
use crate::store::SledStore;
use crate::store::snapshot::{MOST_BYTES, pack, unpack};
use maillage_shared::id::{DocumentId, PeerId};
use maillage_shared::store::StoredChange;
use sha2::{Digest, Sha256};
use std::io::{self, Read, Write};

const WORDS: &str = "maillage backup ";
const VERSION: u32 = 2;

/// Writes all documents as they are now, while others write.
pub(super) fn write(store: &SledStore, output: &mut dyn Write) -> Result<Report, UpkeepError> {
    let mut output = Hashing::new(output);
    let name = store.relay().as_str();
    output.write_all(format!("{WORDS}{VERSION}\n").as_bytes())?;
    output.write_part(name.as_bytes())?;
    for file in access::files(store.folder())? {
        output.write_all(b"a")?;
        output.write_part(file.name.as_bytes())?;
        output.write_part(&file.content)?;
    }
    let (mut documents, mut damaged) = (0u64, 0u64);
    store.each(|kept| {
        documents += 1;
        damaged += u64::from(kept.damage.is_some());
        output.write_all(b"d")?;
        output.write_all(kept.document.as_bytes())?;
        output.write_part(&pack(&kept.changes)?)?;
        Ok::<_, UpkeepError>(())
    })?;
    output.write_all(b"e")?;
    output.write_all(&documents.to_be_bytes())?;
    let digest = output.digest();
    output.write_all(&digest)?;
    output.flush()?;
    let sentence = match damaged {
        0 => format!("The backup holds {documents} documents."),
        _ => format!(
            "The backup holds {documents} documents, of which {damaged} are damaged: only what is intact of them is in it."
        ),
    };
    Ok(Report {
        sentence,
        is_well: damaged == 0,
    })
}

/// What is wrong with a file that should be a backup.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadBackup {
    #[error("it does not start as one")]
    Start,
    #[error("it was written by a newer version (backup format {0}, this one knows {VERSION})")]
    Newer(u32),
    #[error("it is damaged or cut short")]
    Damaged,
    #[error(transparent)]
    Io(io::Error),
}

impl From<io::Error> for BadBackup {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Damaged,
            _ => Self::Io(error),
        }
    }
}

/// What a backup holds, as far as one must know before reading it again.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) relay: PeerId,
    pub(super) documents: Vec<DocumentId>,
    pub(super) access: Vec<AccessFile>,
}

/// Reads a whole backup and checks all of it.
pub(super) fn verify(input: impl Read) -> Result<Contents, BadBackup> {
    let mut reader = Reader::new(input)?;
    let mut documents = Vec::new();
    while let Some((document, _)) = reader.next_document()? {
        documents.push(document);
    }
    Ok(Contents {
        relay: reader.relay,
        documents,
        access: reader.access,
    })
}

/// Reads a backup document by document.
pub(super) struct Reader<R> {
    input: Hashing<R>,
    relay: PeerId,
    documents: u64,
    access: Vec<AccessFile>,
    is_over: bool,
}

impl<R: Read> Reader<R> {
    /// Reads the head.
    pub(super) fn new(input: R) -> Result<Self, BadBackup> {
        let mut input = Hashing::new(input);
        let mut line = Vec::new();
        while line.last() != Some(&b'\n') {
            let [byte] = input.read_array().map_err(|_| BadBackup::Start)?;
            line.push(byte);
            if line.len() > 40 {
                return Err(BadBackup::Start);
            }
        }
        let version = std::str::from_utf8(&line)
            .ok()
            .and_then(|line| line.trim_end().strip_prefix(WORDS))
            .and_then(|version| version.parse().ok())
            .ok_or(BadBackup::Start)?;
        if version > VERSION {
            return Err(BadBackup::Newer(version));
        }
        let relay = String::from_utf8(input.read_part()?).map_err(|_| BadBackup::Damaged)?;
        Ok(Self {
            input,
            relay: PeerId::new(relay).map_err(|_| BadBackup::Damaged)?,
            documents: 0,
            access: Vec::new(),
            is_over: false,
        })
    }

    /// The next document, or `None` when all were read and the file is what was written.
    pub(super) fn next_document(
        &mut self,
    ) -> Result<Option<(DocumentId, Vec<StoredChange>)>, BadBackup> {
        if self.is_over {
            return Ok(None);
        }
        let mut kind: [u8; 1] = self.input.read_array()?;
        while kind == *b"a" {
            let name = String::from_utf8(self.input.read_part()?).ok();
            let content = self.input.read_part()?;
            let file = name.and_then(|name| AccessFile::new(name, content));
            self.access.push(file.ok_or(BadBackup::Damaged)?);
            kind = self.input.read_array()?;
        }
        match kind {
            [b'd'] => {
                let document = DocumentId::from_bytes(self.input.read_array()?)
                    .map_err(|_| BadBackup::Damaged)?;
                let changes =
                    unpack(&self.input.read_part()?, MOST_BYTES).ok_or(BadBackup::Damaged)?;
                self.documents += 1;
                Ok(Some((document, changes)))
            }
            [b'e'] => {
                let documents = u64::from_be_bytes(self.input.read_array()?);
                let digest = self.input.digest();
                let is_whole = self.input.read_array()? == digest && documents == self.documents;
                let is_end = self.input.read(&mut [0])? == 0;
                self.is_over = true;
                (is_whole && is_end)
                    .then_some(None)
                    .ok_or(BadBackup::Damaged)
            }
            _ => Err(BadBackup::Damaged),
        }
    }
}

/// Hashes what passes.
struct Hashing<T> {
    inner: T,
    hash: Sha256,
}

impl<T> Hashing<T> {
    fn new(inner: T) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
        }
    }

    /// The hash of everything that has passed so far.
    fn digest(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }
}

impl<W: Write> Hashing<W> {
    fn write_part(&mut self, part: &[u8]) -> io::Result<()> {
        let length = u32::try_from(part.len()).map_err(io::Error::other)?;
        self.write_all(&length.to_be_bytes())?;
        self.write_all(part)
    }
}

impl<R: Read> Hashing<R> {
    fn read_array<const LENGTH: usize>(&mut self) -> io::Result<[u8; LENGTH]> {
        let mut bytes = [0; LENGTH];
        self.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads a length and what it announces; memory is taken for what is there only.
    fn read_part(&mut self) -> io::Result<Vec<u8>> {
        let length = u32::from_be_bytes(self.read_array()?);
        let mut part = Vec::new();
        self.take(length.into()).read_to_end(&mut part)?;
        if part.len() as u64 == u64::from(length) {
            Ok(part)
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.hash.update(&bytes[..read]);
        Ok(read)
    }
}
