//! Mutations that leave chunks whole: one part of one change is altered, its checksum made right, and what built upon it made to build
//! upon the altered one.

use crate::change::{CHANGE, Chunk, DEFLATED, Message, Parts};
use std::collections::HashMap;

/// How much longer one mutation may make something, in bytes.
const GROWTH: usize = 16;

/// libFuzzer's own mutation of bytes: buffer, length, longest length; returns the new length.
pub type MutateBytes<'a> = &'a mut dyn FnMut(&mut [u8], usize, usize) -> usize;

/// A small generator, seeded by libFuzzer.
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    /// The dice of one mutation.
    pub fn new(seed: u32) -> Self {
        Self(u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end.max(1)
    }

    fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        among.get(self.below(among.len()))
    }
}

/// Replaces the input in `data` by a mutation of it that `mutate` makes, unless that does not fit; `None` leaves it to libFuzzer.
pub fn replace(
    data: &mut [u8],
    size: usize,
    max_size: usize,
    mutate: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
) -> Option<usize> {
    let mutated = mutate(&data[..size])?;
    let fits = mutated.len() <= max_size && mutated != data[..size];
    fits.then(|| {
        data[..mutated.len()].copy_from_slice(&mutated);
        mutated.len()
    })
}

/// A mutation of a sync message; `None` when the bytes are none, and once in a while.
pub fn message(bytes: &[u8], dice: &mut Dice, bytewise: MutateBytes<'_>) -> Option<Vec<u8>> {
    let mut message = Message::read(bytes)?;
    if message.entries.is_empty() {
        return None;
    }
    let which = dice.below(message.entries.len());
    match dice.below(24) {
        0 => return None,
        1 => message.before = altered(&message.before, bytewise),
        2 => message.after = altered(&message.after, bytewise),
        3 => {
            message.entries.remove(which);
        }
        4 => {
            let other = dice.below(message.entries.len());
            message.entries.swap(which, other);
        }
        // The same author writes two different things, or somebody else writes the same.
        5 | 6 => {
            let twin = entry(&message.entries[which], &message.entries, dice, bytewise)?;
            message.entries.insert(which + 1, twin);
        }
        _ => {
            let before = Chunk::read(&message.entries[which]);
            let after = entry(&message.entries[which], &message.entries, dice, bytewise)?;
            let renamed = before.zip(Chunk::read(&after));
            message.entries[which] = after;
            if let Some((before, after)) = renamed {
                let later = &mut message.entries[which + 1..];
                rename(later, before.hash().0, after.hash().0);
            }
        }
    }
    Some(message.write())
}

/// A mutation of one chunk; `None` when the bytes are none, and once in a while.
pub fn chunk(bytes: &[u8], dice: &mut Dice, bytewise: MutateBytes<'_>) -> Option<Vec<u8>> {
    if dice.below(16) == 0 {
        return None;
    }
    entry(bytes, &[], dice, bytewise)
}

/// What built upon a change builds upon another, as far as it comes later.
fn rename(later: &mut [Vec<u8>], from: [u8; 32], to: [u8; 32]) {
    let mut renamed = HashMap::from([(from, to)]);
    for entry in later {
        let Some(mut chunk) = Chunk::read(entry).filter(|chunk| chunk.kind != 0) else {
            continue;
        };
        let Some(mut parts) = Parts::read(&chunk.contents) else {
            continue;
        };
        let mut is_renamed = false;
        for dep in &mut parts.deps {
            if let Some(to) = renamed.get(dep) {
                *dep = *to;
                is_renamed = true;
            }
        }
        if is_renamed {
            let before = chunk.hash().0;
            chunk.contents = parts.write();
            renamed.insert(before, chunk.hash().0);
            *entry = chunk.seal();
        }
    }
}

fn entry(
    bytes: &[u8],
    others: &[Vec<u8>],
    dice: &mut Dice,
    bytewise: MutateBytes<'_>,
) -> Option<Vec<u8>> {
    let mut chunk = Chunk::read(bytes)?;
    let parts = if chunk.kind == 0 || dice.below(32) == 0 {
        None
    } else {
        Parts::read(&chunk.contents)
    };
    match parts {
        Some(mut parts) => {
            for _ in 0..=dice.below(2) {
                alter(&mut parts, others, dice, bytewise);
            }
            chunk.contents = parts.write();
        }
        None => chunk.contents = altered(&chunk.contents, bytewise),
    }
    if chunk.kind != 0 && dice.below(64) == 0 {
        chunk.kind = CHANGE + DEFLATED - chunk.kind;
    }
    Some(chunk.seal())
}

fn alter(parts: &mut Parts, others: &[Vec<u8>], dice: &mut Dice, bytewise: MutateBytes<'_>) {
    let other = dice
        .pick(others)
        .and_then(|entry| Chunk::read(entry))
        .filter(|chunk| chunk.kind != 0);
    let other_hash = other.as_ref().map(|chunk| chunk.hash().0);
    let other = other.and_then(|chunk| Parts::read(&chunk.contents));
    let column = dice.below(parts.columns.len());
    match dice.below(24) {
        0 => {
            let which = dice.below(parts.deps.len());
            if which < parts.deps.len() {
                parts.deps.remove(which);
            }
        }
        1 => parts.deps.extend(other_hash),
        2 => parts
            .deps
            .extend(other.map(|other| other.deps).unwrap_or_default()),
        3 => match other {
            Some(other) => parts.actor = other.actor,
            None => parts.actor = altered(&parts.actor, bytewise),
        },
        4 => parts.seq = near(parts.seq, dice),
        5 => parts.start_op = near(parts.start_op, dice),
        6 => parts.time = near(parts.time.unsigned_abs(), dice) as i64,
        7 => match dice.below(3) {
            0 => parts.message = altered(&parts.message, bytewise),
            1 => parts.extra = altered(&parts.extra, bytewise),
            _ => parts.extra.clear(),
        },
        8 => match other {
            Some(other) => parts.others.push(other.actor),
            None => {
                parts.others.pop();
            }
        },
        9 if column < parts.columns.len() => {
            parts.columns.remove(column);
        }
        // A column of another change, or under another name.
        10 | 11 => {
            if let Some((number, data)) = other.as_ref().and_then(|other| dice.pick(&other.columns))
            {
                parts.columns.retain(|(known, _)| known != number);
                parts.columns.push((*number, data.clone()));
            } else if let Some((number, _)) = parts.columns.get_mut(column) {
                *number = near(*number, dice);
            }
        }
        12..=16 => {
            if let Some((_, data)) = parts.columns.get_mut(column)
                && !data.is_empty()
            {
                // Most bytes of a column are small numbers.
                let at = dice.below(data.len());
                let step = [1, 0x7f, 2, 0x7e][dice.below(4)];
                data[at] = data[at] & 0x80 | data[at].wrapping_add(step) & 0x7f;
            }
        }
        _ => {
            if let Some((_, data)) = parts.columns.get_mut(column) {
                *data = altered(data, bytewise);
            }
        }
    }
}

/// A number nearby, or one at an edge.
fn near(number: u64, dice: &mut Dice) -> u64 {
    match dice.below(8) {
        0 => 0,
        1 => u64::from(u32::MAX),
        2 => 1 << 53,
        3 => number << 1,
        4 | 5 => number.wrapping_sub(1 + dice.below(4) as u64) & (u64::MAX >> 1),
        _ => number + 1 + dice.below(4) as u64,
    }
}

fn altered(bytes: &[u8], bytewise: MutateBytes<'_>) -> Vec<u8> {
    let mut buffer = bytes.to_vec();
    buffer.resize(bytes.len() + GROWTH, 0);
    let length = bytewise(&mut buffer, bytes.len(), bytes.len() + GROWTH);
    buffer.truncate(length);
    buffer
}
