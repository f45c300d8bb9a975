//! The columns of a change or of a whole document: which ones, how long, and how many rows each of them claims.

use super::Refusal;
use super::budget::Budget;
use super::operations::EXPAND;
use super::reader::{Reader, malformed, too_large};
use super::runs::{Flips, Item, RunSource, Runs};
use flate2::read::DeflateDecoder;
use std::borrow::Cow;
use std::io::{self, Read};

/// The bit of a column's number that says its data is deflated.
const DEFLATED: u32 = 0b1000;

/// More columns than automerge has names for.
const MOST_COLUMNS: usize = 32;

/// What a column holds, from the low three bits of its number (automerge binary format, "column specifications").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Group,
    Unsigned,
    Delta,
    Boolean,
    Text,
    ValueMetadata,
    Value,
}

impl Kind {
    fn of(number: u32) -> Self {
        match number & 0b111 {
            0 => Self::Group,
            1 | 2 => Self::Unsigned,
            3 => Self::Delta,
            4 => Self::Boolean,
            5 => Self::Text,
            6 => Self::ValueMetadata,
            _ => Self::Value,
        }
    }
}

/// Columns as they are announced, before their data.
#[derive(Debug)]
pub(super) struct Layout {
    what: &'static str,
    columns: Vec<(u32, bool, u64)>,
}

impl Layout {
    /// Reads numbers and lengths. A column that automerge does not write would be lost at the next save: it is refused.
    pub(super) fn read(
        what: &'static str,
        reader: &mut Reader<'_>,
        known: &[u32],
    ) -> Result<Self, Refusal> {
        let count = reader.count("columns", 2, MOST_COLUMNS)?;
        let mut columns = Vec::with_capacity(count);
        let mut last = None;
        for _ in 0..count {
            let raw = u32::try_from(reader.unsigned()?)
                .map_err(|_| malformed(what, "a column number is too large"))?;
            let number = raw & !DEFLATED;
            if !known.contains(&number) {
                return Err(malformed(what, format!("column {number:#x} is unknown")));
            }
            if last.is_some_and(|last| last >= number) {
                return Err(malformed(what, "columns are repeated or out of order"));
            }
            last = Some(number);
            columns.push((number, raw & DEFLATED != 0, reader.unsigned()?));
        }
        Ok(Self { what, columns })
    }

    pub(super) fn has_deflated(&self) -> bool {
        self.columns.iter().any(|(_, deflated, _)| *deflated)
    }
}

/// Whether columns must be encoded exactly as automerge does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Any,
    Shortest,
}

/// Columns with their data, inflated.
#[derive(Debug)]
pub(super) struct Columns<'a> {
    what: &'static str,
    form: Form,
    columns: Vec<(u32, Cow<'a, [u8]>)>,
}

impl<'a> Columns<'a> {
    /// Takes the data that `layout` announces, inflating what is deflated as far as the budget allows.
    pub(super) fn read(
        layout: Layout,
        form: Form,
        reader: &mut Reader<'a>,
        budget: &mut Budget,
    ) -> Result<Self, Refusal> {
        let mut columns = Vec::with_capacity(layout.columns.len());
        for (number, deflated, length) in layout.columns {
            let stored = reader.take(length)?;
            let data = if deflated {
                Cow::Owned(inflate(layout.what, stored, usize::MAX, budget)?)
            } else {
                budget.spend_inflated(length)?;
                Cow::Borrowed(stored)
            };
            columns.push((number, data));
        }
        Ok(Self {
            what: layout.what,
            form,
            columns,
        })
    }

    /// The data of one column; nothing when it was left out.
    pub(super) fn data(&self, number: u32) -> &[u8] {
        self.columns
            .iter()
            .find(|(candidate, _)| *candidate == number)
            .map_or(&[], |(_, data)| data)
    }

    /// Counts the rows of every column without expanding one, and returns how many there are.
    ///
    /// `leading` is the column that no row can do without. Every other column has as many rows or none; the columns of a group
    /// have as many as their group adds up to; raw values are as long as their metadata says.
    pub(super) fn count_rows(
        &self,
        leading: u32,
        rows: &'static str,
        limit: u64,
        budget: &mut Budget,
    ) -> Result<u64, Refusal> {
        let expected = self.totals(leading, rows, limit)?.rows;
        let mut grouped = None;
        let mut value_bytes = None;
        for (number, data) in &self.columns {
            let family = number >> 4;
            let kind = Kind::of(*number);
            if kind == Kind::Value {
                if self.form == Form::Shortest && data.is_empty() {
                    return Err(self.says_nothing(*number));
                }
                if value_bytes.take() != Some((family, data.len() as u64)) {
                    return Err(malformed(
                        self.what,
                        "values are not as long as their metadata says",
                    ));
                }
                continue;
            }
            if value_bytes.take().is_some_and(|(_, length)| length > 0) {
                return Err(malformed(self.what, "values are missing"));
            }
            let totals = self.totals(*number, rows, budget.limits.operations.max(limit))?;
            budget.spend_inflated(totals.repeated)?;
            let wanted = match grouped {
                Some((group, members)) if group == family => members,
                _ => expected,
            };
            if totals.rows != wanted && totals.rows != 0 {
                let why = format!(
                    "column {number:#x} has {} rows instead of {wanted}",
                    totals.rows
                );
                return Err(malformed(self.what, why));
            }
            let left_out = totals.blank && (kind != Kind::Boolean || *number == EXPAND);
            if self.form == Form::Shortest && (left_out || totals.rows == 0) {
                return Err(self.says_nothing(*number));
            }
            match kind {
                Kind::Group => {
                    budget.spend_members(totals.sum)?;
                    grouped = Some((family, totals.sum));
                }
                Kind::ValueMetadata => value_bytes = Some((family, totals.sum)),
                _ => {}
            }
        }
        if value_bytes.is_some_and(|(_, length)| length > 0) {
            return Err(malformed(self.what, "values are missing"));
        }
        Ok(expected)
    }

    fn totals(&self, number: u32, rows: &'static str, limit: u64) -> Result<Totals, Refusal> {
        match Kind::of(number) {
            Kind::Group => Totals::of(self.runs::<u64>(number), |value| (*value, 0), rows, limit),
            // The low four bits of the metadata are the value's type, the others its length.
            Kind::ValueMetadata => Totals::of(
                self.runs::<u64>(number),
                |value| (value >> 4, 0),
                rows,
                limit,
            ),
            Kind::Unsigned => Totals::of(self.runs::<u64>(number), |_| (0, 0), rows, limit),
            Kind::Delta => Totals::of(self.runs::<i64>(number), |_| (0, 0), rows, limit),
            Kind::Boolean => {
                let mut totals = Totals::of(
                    Flips::new(self.what, self.data(number)),
                    |value| (u64::from(*value), 0),
                    rows,
                    limit,
                )?;
                totals.blank = totals.sum == 0;
                Ok(totals)
            }
            Kind::Text => Totals::of(
                self.runs::<&str>(number),
                |text| (0, text.len() as u64),
                rows,
                limit,
            ),
            Kind::Value => Ok(Totals::default()),
        }
    }

    fn says_nothing(&self, number: u32) -> Refusal {
        let why = format!("column {number:#x} says nothing and is not left out");
        malformed(self.what, why)
    }

    fn runs<'b, T: Item<'b>>(&'b self, number: u32) -> Runs<'b, T> {
        match self.form {
            Form::Any => Runs::new(self.what, self.data(number)),
            Form::Shortest => Runs::in_shortest_form(self.what, self.data(number)),
        }
    }
}

/// What the runs of one column add up to.
#[derive(Debug, Default)]
struct Totals {
    rows: u64,
    /// Whether no row has a value, or none is true.
    blank: bool,
    /// Values multiplied by how often they are repeated, where the kind of column gives the sum a meaning.
    sum: u64,
    /// Bytes of text multiplied by how often they are repeated: automerge copies them for every row.
    repeated: u64,
}

impl Totals {
    fn of<S: RunSource>(
        mut source: S,
        measure: impl Fn(&S::Value) -> (u64, u64),
        rows: &'static str,
        limit: u64,
    ) -> Result<Self, Refusal> {
        let mut totals = Self {
            blank: true,
            ..Self::default()
        };
        while let Some(run) = source.next_run()? {
            totals.rows = totals.rows.saturating_add(run.count);
            if totals.rows > limit {
                return Err(too_large(rows, totals.rows, limit));
            }
            if let Some(value) = &run.value {
                totals.blank = false;
                let (sum, bytes) = measure(value);
                totals.sum = totals.sum.saturating_add(sum.saturating_mul(run.count));
                totals.repeated = totals
                    .repeated
                    .saturating_add(bytes.saturating_mul(run.count));
            }
        }
        Ok(totals)
    }
}

/// Inflates at most so many bytes, and at most what the budget has left. What would be more is counted, and takes no memory.
pub(super) fn inflate(
    what: &'static str,
    deflated: &[u8],
    most: usize,
    budget: &mut Budget,
) -> Result<Vec<u8>, Refusal> {
    let most = most as u64;
    let one_too_many = budget.inflated_left().min(most).saturating_add(1);
    let contents = || DeflateDecoder::new(deflated).take(one_too_many);
    let broken = |_| malformed(what, "it cannot be inflated");
    let length = io::copy(&mut contents(), &mut io::sink()).map_err(broken)?;
    budget.spend_inflated(length)?;
    if length > most {
        return Err(too_large("inflated chunk", length, most));
    }
    let mut inflated = Vec::with_capacity(length as usize);
    contents().read_to_end(&mut inflated).map_err(broken)?;
    Ok(inflated)
}
