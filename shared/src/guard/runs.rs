//! The encodings of one column, read run by run so that a claim of a hundred million rows costs as little as a claim of one.

use super::Refusal;
use super::reader::Reader;

/// Equal neighbours in a column: how many rows, and their value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run<T> {
    pub(super) count: u64,
    /// `None` is a null.
    pub(super) value: Option<T>,
}

/// A column that can be read run by run.
pub(super) trait RunSource {
    type Value: Copy;

    fn next_run(&mut self) -> Result<Option<Run<Self::Value>>, Refusal>;
}

/// A value that stands in a run-length column.
pub(super) trait Item<'a>: Copy + PartialEq {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Refusal>;
}

impl Item<'_> for u64 {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Refusal> {
        reader.unsigned()
    }
}

impl Item<'_> for i64 {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Refusal> {
        reader.signed()
    }
}

impl<'a> Item<'a> for &'a str {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Refusal> {
        let bytes = reader.prefixed()?;
        std::str::from_utf8(bytes).map_err(|_| reader.malformed("a text is not UTF-8"))
    }
}

/// A run-length column: a positive count and a value, a negative count and that many values, or zero and a count of nulls.
#[derive(Debug, Clone)]
pub(super) struct Runs<'a, T> {
    reader: Reader<'a>,
    literals: u64,
    shortest: bool,
    last: Last<T>,
}

/// What a run must not be followed by, since automerge would have written both as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last<T> {
    Nothing,
    Nulls,
    Repeated(T),
    Literal(T),
}

impl<'a, T> Runs<'a, T> {
    pub(super) fn new(what: &'static str, column: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(what, column),
            literals: 0,
            shortest: false,
            last: Last::Nothing,
        }
    }

    /// Refuses a column that automerge would write in another way. It does not keep the bytes of a change but writes them anew
    /// from the operations; if they came out different, what is saved would have another history.
    pub(super) fn in_shortest_form(what: &'static str, column: &'a [u8]) -> Self {
        Self {
            shortest: true,
            ..Self::new(what, column)
        }
    }
}

impl<'a, T: Item<'a>> Runs<'a, T> {
    /// Takes note of the next run, or of the next value of a literal one.
    fn follow(&mut self, next: Last<T>) -> Result<(), Refusal> {
        let joins = match (self.last, next) {
            (Last::Nulls, Last::Nulls) => true,
            (
                Last::Repeated(one) | Last::Literal(one),
                Last::Repeated(next) | Last::Literal(next),
            ) => one == next,
            _ => false,
        };
        self.last = next;
        if self.shortest && joins {
            Err(self
                .reader
                .malformed("its runs are not in their shortest form"))
        } else {
            Ok(())
        }
    }
}

impl<'a, T: Item<'a>> RunSource for Runs<'a, T> {
    type Value = T;

    fn next_run(&mut self) -> Result<Option<Run<T>>, Refusal> {
        if self.literals == 0 {
            if self.reader.is_empty() {
                return Ok(None);
            }
            match self.reader.signed()? {
                0 => {
                    let count = self.reader.unsigned()?;
                    if count == 0 {
                        return Err(self.reader.malformed("a run is empty"));
                    }
                    self.follow(Last::Nulls)?;
                    return Ok(Some(Run { count, value: None }));
                }
                count if count > 0 => {
                    let value = T::read(&mut self.reader)?;
                    self.follow(Last::Repeated(value))?;
                    if self.shortest && count == 1 {
                        return Err(self.reader.malformed("a run of one is not a run"));
                    }
                    return Ok(Some(Run {
                        count: count.unsigned_abs(),
                        value: Some(value),
                    }));
                }
                count => {
                    // Every literal takes at least one byte.
                    if count.unsigned_abs() > self.reader.left() as u64 {
                        return Err(self.reader.malformed("it ends too early"));
                    }
                    if self.shortest && matches!(self.last, Last::Literal(_)) {
                        return Err(self.reader.malformed("literals are cut in two"));
                    }
                    self.literals = count.unsigned_abs();
                }
            }
        }
        self.literals -= 1;
        let value = T::read(&mut self.reader)?;
        self.follow(Last::Literal(value))?;
        Ok(Some(Run {
            count: 1,
            value: Some(value),
        }))
    }
}

/// A column of booleans: how many times false, then how many times true, and so on.
#[derive(Debug, Clone)]
pub(super) struct Flips<'a> {
    reader: Reader<'a>,
    next: bool,
    first: bool,
}

impl<'a> Flips<'a> {
    pub(super) fn new(what: &'static str, column: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(what, column),
            next: false,
            first: true,
        }
    }
}

impl RunSource for Flips<'_> {
    type Value = bool;

    fn next_run(&mut self) -> Result<Option<Run<bool>>, Refusal> {
        while !self.reader.is_empty() {
            let count = self.reader.unsigned()?;
            let value = self.next;
            self.next = !value;
            // Only a column that starts with true has an empty run, its first.
            if count == 0 && !self.first {
                return Err(self.reader.malformed("a run is empty"));
            }
            self.first = false;
            if count > 0 {
                return Ok(Some(Run {
                    count,
                    value: Some(value),
                }));
            }
        }
        Ok(None)
    }
}

/// Reads a column row by row. A column that was left out, or that has ended, reads as nulls.
#[derive(Debug, Clone)]
pub(super) struct Rows<S: RunSource> {
    source: S,
    left: u64,
    value: Option<S::Value>,
}

impl<S: RunSource> Rows<S> {
    pub(super) fn new(source: S) -> Self {
        Self {
            source,
            left: 0,
            value: None,
        }
    }

    pub(super) fn next(&mut self) -> Result<Option<S::Value>, Refusal> {
        if self.left == 0 {
            match self.source.next_run()? {
                Some(run) => {
                    self.left = run.count;
                    self.value = run.value;
                }
                None => return Ok(None),
            }
        }
        self.left -= 1;
        Ok(self.value)
    }
}

/// Reads a column of differences as the values they add up to.
#[derive(Debug, Clone)]
pub(super) struct DeltaRows<'a> {
    rows: Rows<Runs<'a, i64>>,
    sum: i64,
}

impl<'a> DeltaRows<'a> {
    pub(super) fn new(what: &'static str, column: &'a [u8]) -> Self {
        Self {
            rows: Rows::new(Runs::new(what, column)),
            sum: 0,
        }
    }

    pub(super) fn next(&mut self) -> Result<Option<i64>, Refusal> {
        match self.rows.next()? {
            None => Ok(None),
            Some(difference) => match self.sum.checked_add(difference) {
                Some(sum) => {
                    self.sum = sum;
                    Ok(Some(sum))
                }
                None => Err(self
                    .rows
                    .source
                    .reader
                    .malformed("differences add up to more than 64 bits")),
            },
        }
    }
}
