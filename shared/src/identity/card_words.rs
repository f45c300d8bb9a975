//! The eight words of a recovery card: a secret that people can read, keep on paper and type.
//!
//! Eight words of 2,048 are 88 bits. No two words of the list share their first four letters, nor differ by accents only, so that words can be
//! typed as they come.

use super::Secret;
use sha2::{Digest, Sha256};
use std::fmt;

/// Words on a card.
pub const CARD_WORDS: usize = 8;
/// Random bytes in them: eleven bits a word.
pub const CARD_BYTES: usize = 11;

/// One word a line, in alphabetical order without accents.
const LIST: &str = include_str!("card_words/french.txt");
/// Words of the list.
const LISTED: u16 = 2_048;
/// How often the words are hashed to become a secret. Nobody but the relay has the hash of the secret, and the team; for them each guess is so
/// much dearer: 2^105 hashes in all. A phone takes less than a second.
const ROUNDS: u32 = 1 << 17;
/// Words offered in place of one that is not on the list.
const OFFERED: usize = 4;
/// Slips in a word that are understood.
const SLIPS: usize = 2;

/// A word of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardWord(u16);

impl CardWord {
    /// Reads a word as people type it: accents, capitals and marks do not matter.
    pub fn read(text: &str) -> Option<Self> {
        let typed = plain(text);
        listed().find(|(_, word)| plain(word) == typed).map(first)
    }

    /// What may have been meant, the likeliest first: words that begin so, or else those that a slip or two away from it. At most four.
    pub fn near(text: &str) -> Vec<Self> {
        let typed = plain(text);
        // One letter begins too many words to help.
        if typed.chars().count() < 2 {
            return Vec::new();
        }
        let begin: Vec<Self> = listed()
            .filter(|(_, word)| plain(word).starts_with(&typed))
            .map(first)
            .take(OFFERED)
            .collect();
        if !begin.is_empty() {
            return begin;
        }
        let typed: Vec<char> = typed.chars().collect();
        let mut near: Vec<(usize, Self)> = listed()
            .map(|(place, word)| {
                let word: Vec<char> = plain(word).chars().collect();
                (slips(&typed, &word), Self(place))
            })
            .filter(|(slips, _)| *slips <= SLIPS)
            .collect();
        near.sort_by_key(|(slips, word)| (*slips, word.0));
        near.truncate(OFFERED);
        near.into_iter().map(|(_, word)| word).collect()
    }

    /// The word as it stands on the card.
    pub fn text(self) -> &'static str {
        LIST.lines().nth(usize::from(self.0)).unwrap_or_default()
    }
}

fn first((place, _): (u16, &'static str)) -> CardWord {
    CardWord(place)
}

fn listed() -> impl Iterator<Item = (u16, &'static str)> {
    (0..LISTED).zip(LIST.lines())
}

/// The words of one card, in order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CardWords([CardWord; CARD_WORDS]);

impl CardWords {
    /// Draws the words of a new card from random bytes.
    pub fn from_entropy(bytes: [u8; CARD_BYTES]) -> Self {
        let mut left = bytes
            .iter()
            .fold(0u128, |number, byte| (number << 8) | u128::from(*byte));
        let words = [(); CARD_WORDS].map(|()| {
            let word = (left % u128::from(LISTED)) as u16;
            left /= u128::from(LISTED);
            CardWord(word)
        });
        Self(words)
    }

    /// The words that someone has typed.
    pub fn new(words: [CardWord; CARD_WORDS]) -> Self {
        Self(words)
    }

    /// The words, in order.
    pub fn words(&self) -> [&'static str; CARD_WORDS] {
        self.0.map(CardWord::text)
    }

    /// The secret that the relay awaits, and that the square code of the same card carries. Takes a moment: the words are stretched.
    pub fn secret(&self) -> Secret {
        let mut state: [u8; 32] = Sha256::new()
            .chain_update(b"maillage card words 1")
            .chain_update(self.0.map(|word| word.0.to_be_bytes()).concat())
            .finalize()
            .into();
        for _ in 0..ROUNDS {
            state = Sha256::new()
                .chain_update(b"maillage card round 1")
                .chain_update(state)
                .finalize()
                .into();
        }
        let mut secret = [0; 16];
        secret.copy_from_slice(&state[..16]);
        Secret::from_entropy(secret)
    }
}

impl fmt::Debug for CardWords {
    /// Secrets do not get into logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardWords")
    }
}

/// The letters alone, small and without accents.
fn plain(text: &str) -> String {
    let mut letters = String::new();
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'à' | 'â' | 'ä' => letters.push('a'),
            'ç' => letters.push('c'),
            'é' | 'è' | 'ê' | 'ë' => letters.push('e'),
            'î' | 'ï' => letters.push('i'),
            'ô' | 'ö' => letters.push('o'),
            'ù' | 'û' | 'ü' => letters.push('u'),
            'œ' => letters.push_str("oe"),
            // Accents that are marks of their own go with spaces and hyphens.
            letter if letter.is_ascii_alphanumeric() => letters.push(letter),
            _ => {}
        }
    }
    letters
}

/// How many letters were added, left out, mistaken or swapped with the next, at the least.
fn slips(one: &[char], other: &[char]) -> usize {
    if one.len().abs_diff(other.len()) > SLIPS {
        return SLIPS + 1;
    }
    let mut before = vec![0; other.len() + 1];
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for row in 1..=one.len() {
        let mut now = vec![row];
        for column in 1..=other.len() {
            let mistaken = usize::from(one[row - 1] != other[column - 1]);
            let mut least = (last[column - 1] + mistaken)
                .min(last[column] + 1)
                .min(now[column - 1] + 1);
            let is_swapped = row > 1
                && column > 1
                && one[row - 1] == other[column - 2]
                && one[row - 2] == other[column - 1];
            if is_swapped {
                least = least.min(before[column - 2] + 1);
            }
            now.push(least);
        }
        before = std::mem::replace(&mut last, now);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn read(text: &str) -> Option<&'static str> {
        CardWord::read(text).map(CardWord::text)
    }

    fn near(text: &str) -> Vec<&'static str> {
        CardWord::near(text)
            .into_iter()
            .map(CardWord::text)
            .collect()
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn no_two_words_are_alike_without_accents_or_after_four_letters() {
        let words: Vec<String> = LIST.lines().map(plain).collect();
        assert_eq!(words.len(), usize::from(LISTED));
        let begins: BTreeSet<&str> = words.iter().map(|word| &word[..4]).collect();
        assert_eq!(begins.len(), words.len());
        let all_letters = |word: &String| word.bytes().all(|byte| byte.is_ascii_lowercase());
        assert!(words.iter().all(all_letters));
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn a_word_is_read_as_people_type_it() {
        for text in ["académie", "Academie", " ACADÉMIE ", "acade\u{301}mie"] {
            assert_eq!(read(text), Some("académie"), "{text}");
        }
        for text in ["", "acad", "académies", "zzz"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn the_word_that_was_meant_is_offered() {
        assert_eq!(near("citr")[0], "citron");
        for text in ["citrons", "cirton", "sitron", "citon"] {
            assert!(near(text).contains(&"citron"), "{text}: {:?}", near(text));
        }
        assert_eq!(near("c"), Vec::<&str>::new());
        assert_eq!(near("xylophone bleu"), Vec::<&str>::new());
        assert!(near("ab").len() <= OFFERED);
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn every_bit_of_a_card_is_in_its_words() {
        let card = CardWords::from_entropy([0; CARD_BYTES]);
        assert_eq!(card.words(), ["abaisser"; CARD_WORDS]);
        let last = CardWords::from_entropy([255; CARD_BYTES]);
        assert_eq!(last.words(), ["zoologie"; CARD_WORDS]);
        for bit in 0..CARD_BYTES * 8 {
            let mut bytes = [0; CARD_BYTES];
            bytes[bit / 8] = 1 << (bit % 8);
            assert_ne!(CardWords::from_entropy(bytes), card, "bit {bit}");
        }
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn typed_words_lead_to_the_secret_of_the_card() {
        let card = CardWords::from_entropy([7; CARD_BYTES]);
        let typed = card
            .words()
            .map(|word| CardWord::read(&word.to_uppercase()).unwrap());
        assert_eq!(CardWords::new(typed).secret(), card.secret());
        let mut swapped = typed;
        swapped.swap(0, 1);
        assert_ne!(CardWords::new(swapped).secret(), card.secret());
        assert_eq!(format!("{card:?}"), "CardWords");
    }
}
