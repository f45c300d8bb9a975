//! Changes encoded by hand, to say what automerge's own encoder never would.

use super::actor;
use crate::guard::chunk::seal;
use automerge::ChangeHash;

/// A change chunk in the making. It starts as a valid genesis-like change without operations.
#[derive(Clone)]
pub(super) struct Forge {
    pub(super) deps: Vec<ChangeHash>,
    pub(super) actor: Vec<u8>,
    pub(super) seq: u64,
    pub(super) start_op: u64,
    pub(super) time: i64,
    pub(super) message: Vec<u8>,
    pub(super) others: Vec<Vec<u8>>,
    pub(super) columns: Vec<(u32, Vec<u8>)>,
    /// What follows the columns.
    pub(super) extra: Vec<u8>,
}

impl Forge {
    pub(super) fn new() -> Self {
        Self {
            deps: Vec::new(),
            actor: actor(7).to_bytes().to_vec(),
            seq: 1,
            start_op: 1,
            time: 0,
            message: Vec::new(),
            others: Vec::new(),
            columns: Vec::new(),
            extra: Vec::new(),
        }
    }

    /// As many times the same operation: null under the key `key` of the root.
    pub(super) fn with_nulls(mut self, count: u64, key: &str) -> Self {
        self.columns = vec![
            (0x15, run(count, &prefixed(key.as_bytes()))),
            (0x34, unsigned(count)),
            (0x42, run(count, &[1])),
            (0x56, run(count, &[0])),
            (0x70, run(count, &[0])),
        ];
        self
    }

    pub(super) fn with_column(mut self, number: u32, data: Vec<u8>) -> Self {
        self.columns.retain(|(other, _)| *other != number);
        self.columns.push((number, data));
        self.columns.sort_by_key(|(number, _)| *number & !8);
        self
    }

    pub(super) fn chunk(&self) -> Vec<u8> {
        let mut contents = unsigned(self.deps.len() as u64);
        self.deps.iter().for_each(|dep| contents.extend(dep.0));
        contents.extend(prefixed(&self.actor));
        contents.extend(unsigned(self.seq));
        contents.extend(unsigned(self.start_op));
        contents.extend(signed(self.time));
        contents.extend(prefixed(&self.message));
        contents.extend(unsigned(self.others.len() as u64));
        self.others
            .iter()
            .for_each(|other| contents.extend(prefixed(other)));
        contents.extend(unsigned(self.columns.len() as u64));
        for (number, data) in &self.columns {
            contents.extend(unsigned(u64::from(*number)));
            contents.extend(unsigned(data.len() as u64));
        }
        self.columns
            .iter()
            .for_each(|(_, data)| contents.extend(data));
        contents.extend(&self.extra);
        seal(1, &contents)
    }
}

pub(super) fn unsigned(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

pub(super) fn signed(mut number: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while !(-64..64).contains(&number) {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8 & 0x7f);
    bytes
}

pub(super) fn prefixed(bytes: &[u8]) -> Vec<u8> {
    [unsigned(bytes.len() as u64), bytes.to_vec()].concat()
}

/// As many times one encoded value.
pub(super) fn run(count: u64, value: &[u8]) -> Vec<u8> {
    let count = if count == 1 { -1 } else { count as i64 };
    [signed(count), value.to_vec()].concat()
}

/// A message of the first form that carries nothing but chunks.
pub(super) fn message(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0x42, 0, 0, 0];
    bytes.extend(unsigned(entries.len() as u64));
    entries
        .iter()
        .for_each(|entry| bytes.extend(prefixed(entry)));
    bytes
}

/// A message whose sender describes what it has by this filter.
pub(super) fn message_with_filter(filter: &[u8]) -> Vec<u8> {
    [&[0x42, 0, 0, 1, 0][..], &prefixed(filter), &[0]].concat()
}
