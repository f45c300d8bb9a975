//! Striking words out of a document: the document is written anew as it reads now, without the words and without its history.
//!
//! The new one is born complete, under another id and by one change of whoever strikes. What it keeps of those who wrote before is said in
//! `records/origin.rs`; who wrote which letter of a text is lost, and so are versions that nobody chose.

use crate::birth::REPLACES;
use crate::change::ChangeRecord;
use crate::command::CommandError;
use crate::doc::{Document, Genesis, Kind};
use crate::id::DocumentId;
use crate::migrate;
use crate::records::field::age;
use crate::records::origin::{ORIGINS, Origin};
use crate::time::UnixMillis;
use automerge::transaction::{Transactable, Transaction};
use automerge::{ActorId, Automerge, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value};
use std::ops::Range;

/// Maps and lists within each other that are copied; what lies deeper is left out.
const MOST_DEPTH: usize = 16;

/// What to strike out, and what stands there afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strike {
    words: Vec<char>,
    mark: String,
}

/// A place where the words stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The keys that lead to the text or field.
    pub path: Vec<String>,
    /// What stands there.
    pub text: String,
    /// Where the words are in it, in bytes.
    pub places: Vec<Range<usize>>,
}

impl Strike {
    /// To strike these words wherever they stand as whole words, in capitals or not. `None` when they say nothing.
    pub fn new(words: &str, mark: &str) -> Option<Self> {
        let words: Vec<char> = words.trim().chars().flat_map(char::to_lowercase).collect();
        (!words.is_empty()).then(|| Self {
            words,
            mark: mark.to_owned(),
        })
    }

    /// Where the words stand in a text, in bytes.
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        // Each small letter with the bytes of the letter it comes from.
        let letters: Vec<(Range<usize>, char)> = text
            .char_indices()
            .flat_map(|(at, letter)| {
                let bytes = at..at + letter.len_utf8();
                letter
                    .to_lowercase()
                    .map(move |small| (bytes.clone(), small))
            })
            .collect();
        let mut places: Vec<Range<usize>> = Vec::new();
        let mut at = 0;
        while at + self.words.len() <= letters.len() {
            let found = &letters[at..at + self.words.len()];
            let is_same = found.iter().map(|(_, letter)| letter).eq(&self.words);
            let place = found[0].0.start..found[found.len() - 1].0.end;
            if is_same && self.is_whole(text, &place) {
                places.push(place);
                at += self.words.len();
            } else {
                at += 1;
            }
        }
        places
    }

    /// The text without the words.
    pub fn apply(&self, text: &str) -> String {
        let mut left = String::with_capacity(text.len());
        let mut from = 0;
        for place in self.places(text) {
            left.push_str(&text[from..place.start]);
            left.push_str(&self.mark);
            from = place.end;
        }
        left.push_str(&text[from..]);
        left
    }

    /// Every place in a document where the words stand.
    pub fn passages(&self, document: &Document) -> Vec<Passage> {
        let mut found = Vec::new();
        let reader = document.reader();
        each_text(reader, &ROOT, &mut Vec::new(), &mut |path, text| {
            let places = self.places(&text);
            if !places.is_empty() {
                found.push(Passage {
                    path: path.to_vec(),
                    text,
                    places,
                });
            }
        });
        found
    }

    /// The document `old`, written anew without the words by `actor`, and the change that gives birth to it.
    pub fn rewrite(
        &self,
        old: DocumentId,
        document: &Document,
        actor: ActorId,
        now: UnixMillis,
    ) -> Result<(Document, ChangeRecord), CommandError> {
        let genesis = document.genesis().map_err(migrate::MigrationError::from)?;
        if genesis.kind == Kind::Territory {
            // It is its own space: another id would be another territory.
            return Err(CommandError::WrongKind(Kind::Territory));
        }
        let reader = document.reader();
        let born = Genesis {
            schema: genesis.schema.max(migrate::schema(genesis.kind)),
            ..genesis
        };
        Ok(Document::birth(born, actor, now, |transaction| {
            let mut copy = Copy {
                strike: self,
                reader,
                origins: Vec::new(),
            };
            copy.map(transaction, &ROOT, &ROOT, 0)?;
            migrate::create_containers(transaction, genesis.kind)?;
            transaction.put(ROOT, REPLACES, old.to_string())?;
            copy.note(transaction)
        })?)
    }

    /// No part of a longer word.
    fn is_whole(&self, text: &str, place: &Range<usize>) -> bool {
        let is_letter = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        let (first, last) = (self.words.first().copied(), self.words.last().copied());
        let before = text[..place.start].chars().next_back();
        let after = text[place.end..].chars().next();
        let goes_on = |inside, outside| is_letter(inside) && is_letter(outside);
        !goes_on(first, before) && !goes_on(last, after)
    }
}

/// Copies what a document reads as.
struct Copy<'a> {
    strike: &'a Strike,
    reader: &'a Automerge,
    /// By the number of the operation that copies it.
    origins: Vec<(u64, Origin)>,
}

type Copied = Result<(), automerge::AutomergeError>;

impl Copy<'_> {
    fn map(
        &mut self,
        transaction: &mut Transaction<'_>,
        from: &ObjId,
        to: &ObjId,
        depth: usize,
    ) -> Copied {
        let mut entries: Vec<(String, Value<'_>, ObjId)> = self
            .reader
            .keys(from)
            .filter_map(|key| {
                let (value, id) = self.reader.get(from, &key).ok()??;
                Some((key, value, id))
            })
            .collect();
        // Records are listed by their age.
        entries.sort_by_cached_key(|(_, _, id)| age(id));
        for (key, value, id) in entries {
            if *from == ROOT && BORN_WITH.contains(&key.as_str()) {
                if key == KIND {
                    self.came_from(transaction, to, &key, &id)?;
                }
                continue;
            }
            match value {
                Value::Scalar(scalar) => {
                    transaction.put(to, &key, self.scalar(&scalar))?;
                    self.came_from(transaction, to, &key, &id)?;
                }
                Value::Object(form) if depth < MOST_DEPTH => {
                    let copy = transaction.put_object(to, &key, form)?;
                    self.object(transaction, form, &id, &copy, depth)?;
                    if form != ObjType::Text {
                        self.came_from(transaction, to, &key, &id)?;
                    }
                }
                Value::Object(_) => {}
            }
        }
        Ok(())
    }

    fn object(
        &mut self,
        transaction: &mut Transaction<'_>,
        form: ObjType,
        from: &ObjId,
        to: &ObjId,
        depth: usize,
    ) -> Copied {
        match form {
            ObjType::Text => {
                let text = self.strike.apply(&self.reader.text(from)?);
                transaction.splice_text(to, 0, 0, &text)
            }
            ObjType::Map | ObjType::Table => self.map(transaction, from, to, depth + 1),
            ObjType::List => self.list(transaction, from, to, depth + 1),
        }
    }

    fn list(
        &mut self,
        transaction: &mut Transaction<'_>,
        from: &ObjId,
        to: &ObjId,
        depth: usize,
    ) -> Copied {
        let mut next = 0;
        for position in 0..self.reader.length(from) {
            match self.reader.get(from, position)? {
                Some((Value::Scalar(scalar), _)) => {
                    transaction.insert(to, next, self.scalar(&scalar))?;
                    next += 1;
                }
                Some((Value::Object(form), id)) if depth < MOST_DEPTH => {
                    let copy = transaction.insert_object(to, next, form)?;
                    self.object(transaction, form, &id, &copy, depth)?;
                    next += 1;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn scalar(&self, scalar: &ScalarValue) -> ScalarValue {
        match scalar {
            ScalarValue::Str(words) => self.strike.apply(words).into(),
            other => other.clone(),
        }
    }

    fn came_from(
        &mut self,
        transaction: &Transaction<'_>,
        to: &ObjId,
        key: &str,
        id: &ObjId,
    ) -> Copied {
        if let Some((_, ObjId::Id(number, _, _))) = transaction.get(to, key)? {
            self.origins.push((number, Origin::of(self.reader, id)));
        }
        Ok(())
    }

    fn note(self, transaction: &mut Transaction<'_>) -> Copied {
        let origins = transaction.put_object(ROOT, ORIGINS, ObjType::Map)?;
        for (number, origin) in self.origins {
            transaction.put(&origins, number.to_string(), origin.words())?;
        }
        Ok(())
    }
}

const KIND: &str = "kind";
/// What the birth of every document writes, or of one that was written anew.
const BORN_WITH: [&str; 5] = [KIND, "schema", "space", REPLACES, ORIGINS];

fn each_text(
    reader: &Automerge,
    object: &ObjId,
    path: &mut Vec<String>,
    act: &mut impl FnMut(&[String], String),
) {
    if path.len() > MOST_DEPTH {
        return;
    }
    let is_map = matches!(
        reader.object_type(object),
        Ok(ObjType::Map | ObjType::Table)
    );
    let entries: Vec<(String, Value<'_>, ObjId)> = if is_map {
        let is_born_with = |key: &String| *object == ROOT && BORN_WITH.contains(&key.as_str());
        let keys = reader.keys(object).filter(|key| !is_born_with(key));
        let value = |key: String| {
            let (value, id) = reader.get(object, &key).ok()??;
            Some((key, value, id))
        };
        keys.filter_map(value).collect()
    } else {
        let value = |position: usize| {
            let (value, id) = reader.get(object, position).ok()??;
            Some((position.to_string(), value, id))
        };
        (0..reader.length(object)).filter_map(value).collect()
    };
    for (key, value, id) in entries {
        path.push(key);
        match value {
            Value::Scalar(scalar) => {
                if let ScalarValue::Str(words) = scalar.as_ref() {
                    act(path, words.to_string());
                }
            }
            Value::Object(ObjType::Text) => {
                if let Ok(text) = reader.text(&id) {
                    act(path, text);
                }
            }
            Value::Object(_) => each_text(reader, &id, path, act),
        }
        path.pop();
    }
}

#[cfg(test)]
mod tests;
